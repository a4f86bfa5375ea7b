//! Where objects lie in the bucket. A tenant never sees another tenant's prefix (domain §12.2).

/// Second segment of a published blob's key: `<TENANT>/blobs/<sha256>`.
pub const BLOBS: &str = "blobs";

/// First segment of an unpublished upload's key: `staging/<TENANT>/<upload id>`, so that one lifecycle rule finds them all.
///
/// Everything below it is garbage as soon as it is older than an upload may take: the bucket's lifecycle rule removes it,
/// and incomplete multipart uploads with it.
pub const STAGING: &str = "staging";

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

fn stored(tenant: &str) -> String {
    tenant.trim().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_the_stored_tenant() {
        assert_eq!(blob(" default", "ab12"), "DEFAULT/blobs/ab12");
        assert_eq!(staging("Default", "7-x"), "staging/DEFAULT/7-x");
    }
}
