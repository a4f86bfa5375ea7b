//! The bytes of artifacts that nobody refers to any more.

use harrier_domain::Tenant;
use harrier_runtime::App;
use harrier_store::Result;

/// Gives up one use of a binary, and removes the bytes with the last. Called after the record is gone: whatever fails here
/// leaves bytes without an artifact, never an artifact without bytes, so failures are for the log alone.
pub(crate) async fn release(app: &App, tenant: &Tenant, sha256: &str) {
    if let Err(error) = try_release(app, tenant, sha256).await {
        tracing::error!(%tenant, sha256, %error, "the bytes of a removed artifact are left behind");
    }
}

async fn try_release(app: &App, tenant: &Tenant, sha256: &str) -> Result<()> {
    if !app.store.release_blob(tenant, sha256, app.now()).await? {
        return Ok(());
    }
    app.artifacts.delete(tenant.as_str(), sha256).await?;
    app.store.forget_blob(tenant, sha256).await
}
