//! Passwords at rest: Argon2id with the library's recommended cost (19 MiB, two passes), PHC string format.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use thiserror::Error;

/// A password that could not be hashed.
#[derive(Debug, Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(String);

/// Hashes a password for storage. Takes tens of milliseconds: call it where blocking is allowed.
///
/// # Errors
/// When the operating system gives no randomness for the salt.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    let hash: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|error| PasswordError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed; a broken hash matches nothing. Takes tens of milliseconds.
#[must_use]
pub fn verify_password(password: &str, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_verifies() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse", &hash));
        assert!(!verify_password("incorrect horse", &hash));
        assert!(!verify_password("correct horse", "nonsense"));
    }
}
