//! Verified passwords, remembered for a moment, so that Argon2 is not computed for each request.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::Principal;

/// Most logins remembered at once. Only verified ones are, so that strangers cannot fill the memory.
const MAX_REMEMBERED: usize = 1024;

/// How long a verified login is believed without asking the store again, milliseconds. A changed password or a removed
/// user is locked out after this time at the latest.
pub(crate) const REMEMBERED_FOR: i64 = 30_000;

/// Keyed by user name; the password is remembered only as a keyed digest that dies with the process.
pub(crate) struct RememberedLogins {
    key: hmac::Key,
    logins: Mutex<HashMap<String, Login>>,
}

struct Login {
    digest: hmac::Tag,
    principal: Principal,
    verified_at: i64,
}

impl RememberedLogins {
    pub(crate) fn new() -> Result<Self, Unspecified> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &aws_lc_rs::rand::SystemRandom::new())?;
        Ok(Self { key, logins: Mutex::default() })
    }

    /// The user who logged in with this very password a moment ago.
    pub(crate) fn recall(&self, name: &str, password: &str, now: i64) -> Option<Principal> {
        let logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let known = logins.get(name).filter(|known| known.is_believed(now))?;
        hmac::verify(&self.key, password.as_bytes(), known.digest.as_ref()).ok()?;
        Some(known.principal.clone())
    }

    /// Replaces what was known of the user.
    pub(crate) fn remember(&self, password: &str, principal: &Principal, now: i64) {
        let digest = hmac::sign(&self.key, password.as_bytes());
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if logins.len() >= MAX_REMEMBERED {
            logins.retain(|_, known| known.is_believed(now));
        }
        if logins.len() >= MAX_REMEMBERED && !logins.contains_key(&principal.name) {
            return;
        }
        logins.insert(principal.name.clone(), Login { digest, principal: principal.clone(), verified_at: now });
    }

    /// The login turned out to be wrong now: what was known of it ends at once.
    pub(crate) fn forget(&self, name: &str) {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl Login {
    /// A clock that was set back makes no login younger.
    fn is_believed(&self, now: i64) -> bool {
        now.abs_diff(self.verified_at) < REMEMBERED_FOR.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harrier_domain::Tenant;
    use harrier_domain::authority::Authorities;

    fn user(name: &str) -> Principal {
        let tenant = Tenant::parse("ACME").unwrap();
        Principal { name: name.to_owned(), tenant, authorities: Authorities::default() }
    }

    #[test]
    fn only_the_same_password_is_recalled_and_only_for_a_moment() {
        let logins = RememberedLogins::new().unwrap();
        logins.remember("secret", &user("ada"), 1_000_000);
        assert!(logins.recall("ada", "secret", 1_000_000 + REMEMBERED_FOR - 1).is_some());
        assert!(logins.recall("ada", "secret", 1_000_000 + REMEMBERED_FOR).is_none());
        assert!(logins.recall("ada", "secret", 1_000_000 - REMEMBERED_FOR).is_none(), "the clock was set back");
        assert!(logins.recall("ada", "secre", 1_000_000).is_none());
        assert!(logins.recall("bob", "secret", 1_000_000).is_none());
        logins.remember("new", &user("ada"), 1_000_000);
        assert!(logins.recall("ada", "secret", 1_000_000).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let logins = RememberedLogins::new().unwrap();
        for index in 0..MAX_REMEMBERED + 10 {
            logins.remember("secret", &user(&index.to_string()), 0);
        }
        assert_eq!(logins.logins.lock().unwrap().len(), MAX_REMEMBERED);
        logins.remember("new", &user("0"), 1);
        assert!(logins.recall("0", "new", 1).is_some(), "a known user is replaced even then");
        logins.remember("secret", &user("late"), REMEMBERED_FOR + 1);
        assert_eq!(logins.logins.lock().unwrap().len(), 1);
    }
}
