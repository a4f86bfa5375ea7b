//! The tenant: whose fleet, whose software.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{Error, Result};

/// A tenant's stored name: upper case, 1–40 characters of letters, digits, `-`, `_` and `.` (`domain-behaviour.md` §1.5).
///
/// The set of characters is ours: names are parts of keys and paths, so separators must not occur in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tenant(String);

/// Longest tenant name (`domain-behaviour.md` §1.2).
const MAX_LENGTH: usize = 40;

impl Tenant {
    /// The tenant a single-tenant installation starts with.
    pub const DEFAULT: &'static str = "DEFAULT";

    /// Reads a name in any letter case.
    ///
    /// # Errors
    /// [`Error::TenantNotExists`] for a text that cannot be a tenant's name: no such tenant can exist.
    pub fn parse(text: &str) -> Result<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || text.len() > MAX_LENGTH || !text.chars().all(allowed) {
            return Err(Error::TenantNotExists);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stored_upper_case_and_without_separators() {
        assert_eq!(Tenant::parse("acme").unwrap().as_str(), "ACME");
        for bad in ["", "a#b", "a/b", "ä", &"x".repeat(41)] {
            assert!(Tenant::parse(bad).is_err(), "{bad}");
        }
    }
}
