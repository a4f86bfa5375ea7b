//! Random secrets, and the comparison of secrets.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::fill;

/// Bytes of a generated security token: 32 hexadecimal characters on the wire (`domain-behaviour.md` §2.2).
const TOKEN_BYTES: usize = 16;

/// A fresh security token or password: 32 lower-case hexadecimal characters.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn random_token() -> Result<String, Unspecified> {
    let mut bytes = [0; TOKEN_BYTES];
    fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Whether a presented secret is the expected one, in time that does not depend on where they differ. Nothing equals an
/// empty secret (DDI §15).
#[must_use]
pub fn matches(presented: &str, expected: &str) -> bool {
    !expected.is_empty() && verify_slices_are_equal(presented.as_bytes(), expected.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_secrets_never_match() {
        assert!(!matches("", ""));
        assert!(!matches("a", ""));
        assert!(!matches("a", "ab"));
        assert!(matches("ab", "ab"));
    }

    #[test]
    fn tokens_are_32_characters_and_differ() {
        let (one, two) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, two);
    }
}
