//! The three digests of an artifact, computed in one pass, and their comparison with what the uploader announced.

use aws_lc_rs::digest;
use harrier_domain::error::Checksum;
use harrier_domain::{Error, Result};
use md5::{Digest as _, Md5};

/// Digests of a whole file, lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    pub md5: String,
    pub sha1: String,
    pub sha256: String,
}

/// Digests an uploader announced: hex in any case, each optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    pub md5: Option<String>,
    pub sha1: Option<String>,
    pub sha256: Option<String>,
}

impl Expected {
    /// Compares in the order sha1, md5, sha256 (domain §12.1 step 7).
    ///
    /// # Errors
    /// [`Error::ChecksumMismatch`] naming the first digest that differs.
    pub fn verify(&self, actual: &Digests) -> Result<()> {
        let checks = [
            (&self.sha1, &actual.sha1, Checksum::Sha1),
            (&self.md5, &actual.md5, Checksum::Md5),
            (&self.sha256, &actual.sha256, Checksum::Sha256),
        ];
        let mismatch = checks.into_iter().find(|(announced, computed, _)| differs(announced.as_deref(), computed));
        mismatch.map_or(Ok(()), |(_, _, checksum)| Err(Error::ChecksumMismatch(checksum)))
    }
}

fn differs(announced: Option<&str>, computed: &str) -> bool {
    announced.is_some_and(|announced| !announced.eq_ignore_ascii_case(computed))
}

/// Computes all three digests of a stream of chunks.
pub struct Hasher {
    md5: Md5,
    sha1: digest::Context,
    sha256: digest::Context,
}

impl Hasher {
    #[must_use]
    pub fn new() -> Self {
        Self {
            md5: Md5::new(),
            sha1: digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            sha256: digest::Context::new(&digest::SHA256),
        }
    }

    /// Takes the next chunk.
    pub fn update(&mut self, chunk: &[u8]) {
        self.md5.update(chunk);
        self.sha1.update(chunk);
        self.sha256.update(chunk);
    }

    /// The digests of everything taken.
    #[must_use]
    pub fn finish(self) -> Digests {
        Digests {
            md5: hex::encode(self.md5.finalize()),
            sha1: hex::encode(self.sha1.finish()),
            sha256: hex::encode(self.sha256.finish()),
        }
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests_of_abc() -> Digests {
        let mut hasher = Hasher::new();
        hasher.update(b"a");
        hasher.update(b"");
        hasher.update(b"bc");
        hasher.finish()
    }

    #[test]
    fn known_vectors() {
        let digests = digests_of_abc();
        assert_eq!(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digests.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(digests.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn announced_digests_in_any_case_are_accepted() {
        let actual = digests_of_abc();
        let announced =
            Expected { md5: Some(actual.md5.to_uppercase()), sha1: Some(actual.sha1.clone()), sha256: None };
        assert_eq!(announced.verify(&actual), Ok(()));
        assert_eq!(Expected::default().verify(&actual), Ok(()));
    }

    #[test]
    fn the_first_mismatch_in_order_sha1_md5_sha256_is_named() {
        let actual = digests_of_abc();
        let wrong = || Some("00".to_owned());
        let table = [
            (Expected { md5: wrong(), sha1: wrong(), sha256: wrong() }, Checksum::Sha1),
            (Expected { md5: wrong(), sha1: None, sha256: wrong() }, Checksum::Md5),
            (Expected { md5: None, sha1: None, sha256: wrong() }, Checksum::Sha256),
        ];
        for (announced, checksum) in table {
            assert_eq!(announced.verify(&actual), Err(Error::ChecksumMismatch(checksum)));
        }
    }
}
