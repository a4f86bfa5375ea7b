//! Where objects lie in the bucket. A tenant never sees another tenant's prefix (domain §12.2).

use harrier_domain::Tenant;
use harrier_domain::software::Binary;

/// Second segment of a published blob's key: `<TENANT>/blobs/<sha256>`.
pub const BLOBS: &str = "blobs";

/// First segment of an unpublished upload's key: `staging/<TENANT>/<upload id>`, so that one lifecycle rule finds them all.
///
/// Everything below it is garbage as soon as it is older than an upload may take: the bucket's lifecycle rule removes it,
/// and incomplete multipart uploads with it.
pub const STAGING: &str = "staging";

/// Second segment of an encrypted file's key: `<TENANT>/sealed/<name>`.
pub const SEALED: &str = "sealed";

/// What the keys of files begin with that their uploaders put into storage themselves:
/// `staging/uploads/<TENANT>/<module>-<upload id>`. Tenants are upper case, so none has this prefix for its own.
pub const INCOMING: &str = "staging/uploads/";

/// The key of an artifact's bytes.
#[must_use]
pub fn binary(tenant: &str, binary: &Binary) -> String {
    match binary {
        Binary::Shared(sha256) => blob(tenant, sha256),
        Binary::Sealed(name) => format!("{}/{SEALED}/{name}", stored(tenant)),
    }
}

/// A file that its uploader puts into storage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Incoming {
    pub tenant: Tenant,
    pub module: i64,
    pub upload: i64,
}

impl Incoming {
    /// Where it lies.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{INCOMING}{}/{}-{}", self.tenant, self.module, self.upload)
    }

    /// The file that lies at `key`; `None` for any other key.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (tenant, ids) = key.strip_prefix(INCOMING)?.split_once('/')?;
        let (module, upload) = ids.split_once('-')?;
        let tenant = Tenant::parse(tenant).ok()?;
        let incoming = Self { tenant, module: module.parse().ok()?, upload: upload.parse().ok()? };
        (incoming.key() == key).then_some(incoming)
    }
}

/// The key of the blob with this digest. Tenants are stored upper case and trimmed, so the key is too.
#[must_use]
pub fn blob(tenant: &str, sha256: &str) -> String {
    format!("{}/{BLOBS}/{sha256}", stored(tenant))
}

/// The key of the upload with this id.
#[must_use]
pub fn staging(tenant: &str, upload_id: &str) -> String {
    format!("{STAGING}/{}/{upload_id}", stored(tenant))
}

pub(crate) fn stored(tenant: &str) -> String {
    tenant.trim().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_the_stored_tenant() {
        assert_eq!(blob(" default", "ab12"), "DEFAULT/blobs/ab12");
        assert_eq!(staging("Default", "7-x"), "staging/DEFAULT/7-x");
        assert_eq!(binary("default", &Binary::Sealed("7-x".to_owned())), "DEFAULT/sealed/7-x");
    }

    #[test]
    fn incoming_keys_are_read_back_and_no_others() {
        let incoming = Incoming { tenant: Tenant::parse("a.b").unwrap(), module: 7, upload: 12 };
        assert_eq!(incoming.key(), "staging/uploads/A.B/7-12");
        assert_eq!(Incoming::parse(&incoming.key()), Some(incoming));
        let others = [
            "staging/uploads/a.b/7-12",
            "staging/uploads/A.B/07-12",
            "staging/uploads/A.B/7-12/x",
            "staging/uploads/A.B/7",
            "staging/uploads/7-12",
            "staging/A.B/7-12",
        ];
        for other in others {
            assert_eq!(Incoming::parse(other), None, "{other}");
        }
    }
}
