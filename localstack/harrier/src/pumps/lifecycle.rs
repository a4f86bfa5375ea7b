//! What the bucket's lifecycle rule and the tables' time to live do on AWS: unfinished uploads, staged files and forgotten
//! records go when they are old.

use std::time::{Duration, SystemTime};

use harrier_domain::upload::LIFETIME;

use crate::embedded::dynamodb::EmbeddedDynamoDb;
use crate::embedded::s3::EmbeddedS3;

const PERIOD: Duration = Duration::from_secs(3600);

/// Removes what is older than an upload may take, now and every hour.
pub(super) async fn run(objects: Option<&EmbeddedS3>, database: Option<&EmbeddedDynamoDb>) {
    let lifetime = Duration::from_millis(LIFETIME.unsigned_abs());
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        ticks.tick().await;
        let oldest = SystemTime::now().checked_sub(lifetime).unwrap_or(SystemTime::UNIX_EPOCH);
        if let Some(objects) = objects
            && let Err(error) = objects.expire("staging/", oldest).await
        {
            tracing::error!(%error, "expired uploads could not be removed");
        }
        if let Some(database) = database
            && let Err(error) = database.sweep_expired_items().await
        {
            tracing::error!(%error, "expired items could not be removed");
        }
    }
}
