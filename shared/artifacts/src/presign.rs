//! Links to blobs that storage itself serves.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::presigning::PresigningConfig;
use harrier_domain::{Error, Result};

use crate::client::Artifacts;
use crate::disposition::attachment;
use crate::failure::load_failed;
use crate::keys;

/// S3 signs for a week at most.
const LONGEST_TTL: Duration = Duration::from_secs(7 * 24 * 3600);

/// A link lives at least this much longer than its bucket.
const SHORTEST_USE: Duration = Duration::from_secs(60);

/// How long links live.
///
/// The signing time is rounded down to a multiple of `bucket`, so that a document which carries the link stays the same
/// within the bucket. A link is therefore good for `ttl - bucket` at least. It also ends with the credentials that signed
/// it, and it differs between processes with different credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresignOptions {
    /// Counted from the rounded signing time; raised to `bucket` and a minute, cut to S3's week.
    pub ttl: Duration,
    /// Zero means no rounding beyond the second.
    pub bucket: Duration,
}

impl Default for PresignOptions {
    /// Good for one hour and fifteen minutes at least.
    fn default() -> Self {
        Self { ttl: Duration::from_secs(90 * 60), bucket: Duration::from_secs(15 * 60) }
    }
}

impl PresignOptions {
    fn effective_ttl(self) -> Duration {
        self.ttl.max(self.bucket + SHORTEST_USE).min(LONGEST_TTL)
    }

    /// Epoch seconds at which a link made at `now_ms` counts as signed.
    fn signing_second(self, now_ms: i64) -> u64 {
        let now = u64::try_from(now_ms).unwrap_or_default() / 1000;
        now - now % self.bucket.as_secs().max(1)
    }
}

impl Artifacts {
    /// A `GET` link to a blob, good without any further credentials. It names the file and its type as our own download does.
    /// The blob is not looked at. The same arguments within one bucket give the same link.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`] when there are no credentials to sign with.
    pub async fn presign(
        &self,
        tenant: &str,
        sha256: &str,
        filename: &str,
        now_ms: i64,
        options: PresignOptions,
    ) -> Result<String> {
        let key = keys::blob(tenant, sha256);
        let signed_at = UNIX_EPOCH + Duration::from_secs(options.signing_second(now_ms));
        let config = PresigningConfig::builder().start_time(signed_at).expires_in(options.effective_ttl()).build();
        let config = config.map_err(|_| Error::ArtifactLoadFailed)?;
        let request = self.signing.get_object().bucket(&*self.bucket).key(&key);
        let request = request.response_content_type("application/octet-stream");
        let request = request.response_content_disposition(attachment(filename));
        let signed = request.presigned(config).await.map_err(load_failed(&key))?;
        Ok(signed.uri().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(ttl: u64, bucket: u64) -> PresignOptions {
        PresignOptions { ttl: Duration::from_secs(ttl), bucket: Duration::from_secs(bucket) }
    }

    #[test]
    fn signing_time_is_rounded_down() {
        let table = [(0, 0), (899_999, 0), (900_000, 900), (1_799_999, 900), (-5, 0)];
        for (now_ms, expected) in table {
            assert_eq!(options(3600, 900).signing_second(now_ms), expected, "{now_ms}");
        }
        assert_eq!(options(3600, 0).signing_second(1_999), 1);
    }

    #[test]
    fn a_link_outlives_its_bucket_and_not_a_week() {
        let seconds = |ttl, bucket| options(ttl, bucket).effective_ttl().as_secs();
        assert_eq!(seconds(3600, 900), 3600);
        assert_eq!(seconds(10, 900), 960);
        assert_eq!(seconds(9_999_999, 900), 604_800);
    }
}
