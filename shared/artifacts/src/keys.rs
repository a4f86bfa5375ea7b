//! Where objects lie in the bucket. A tenant never sees another tenant's prefix (domain §12.2).

/// Second segment of a published blob's key: `<TENANT>/blobs/<sha256>`.
pub const BLOBS: &str = "blobs";

/// Second segment of an unpublished upload's key: `<TENANT>/staging/<upload id>`.
///
/// Everything below it is garbage as soon as it is older than an upload may take: the bucket's lifecycle rule removes it,
/// and incomplete multipart uploads with it.
pub const STAGING: &str = "staging";

/// The key of the blob with this digest. Tenants are stored upper case and trimmed, so the key is too.
#[must_use]
pub fn blob(tenant: &str, sha256: &str) -> String {
    key(tenant, BLOBS, sha256)
}

/// The key of the upload with this id.
#[must_use]
pub fn staging(tenant: &str, upload_id: &str) -> String {
    key(tenant, STAGING, upload_id)
}

fn key(tenant: &str, kind: &str, name: &str) -> String {
    format!("{}/{kind}/{name}", tenant.trim().to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_the_stored_tenant() {
        assert_eq!(blob(" default", "ab12"), "DEFAULT/blobs/ab12");
        assert_eq!(staging("Default", "7-x"), "DEFAULT/staging/7-x");
    }
}
