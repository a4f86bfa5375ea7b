//! What the bucket's lifecycle rule does on AWS: unfinished uploads and staged files go when they are old.

use std::time::{Duration, SystemTime};

use harrier_domain::upload::LIFETIME;

use crate::embedded::s3::EmbeddedS3;

const PERIOD: Duration = Duration::from_secs(3600);

/// Removes what is older than an upload may take, now and every hour.
pub(super) async fn run(objects: &EmbeddedS3) {
    let lifetime = Duration::from_millis(LIFETIME.unsigned_abs());
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        ticks.tick().await;
        let oldest = SystemTime::now().checked_sub(lifetime).unwrap_or(SystemTime::UNIX_EPOCH);
        if let Err(error) = objects.expire("staging/", oldest).await {
            tracing::error!(%error, "expired uploads could not be removed");
        }
    }
}
