//! `DELETE /rest/v1/softwaremodules/{id}/artifacts/{artifactId}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::error::LockedOperation;
use harrier_domain::software::{Binary, SoftwareModule};
use harrier_domain::{Entity, Error, Tenant};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, until_settled};
use harrier_uploads::Uploads;
use http::StatusCode;

use super::artifact_of;
use crate::edits::Editor;

pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((id, artifact)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::ReadSoftwareModule, Authority::DeleteSoftwareModule])?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let released = until_settled(|| remove(store, tenant, id, artifact, &editor)).await?;
    if let Some(binary) = released {
        Uploads::new(&app).release(tenant, binary, app.now()).await;
    }
    Ok(no_content())
}

/// Returns the binary that the artifact used. Those of a soft-deleted module are gone already.
async fn remove(store: &Store, tenant: &Tenant, id: i64, artifact: i64, editor: &Editor) -> Result<Option<Binary>> {
    let mut module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
    let removed = artifact_of(&module, artifact)?.clone();
    if module.locked {
        let operation = LockedOperation::RemoveArtifact;
        return Err(Error::Locked { entity: Entity::SoftwareModule, id: id.into(), operation }.into());
    }
    module.artifacts.retain(|kept| kept.id != artifact);
    module.audit.touch(&editor.actor, editor.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&module);
    if !module.deleted {
        transaction.count_stored_bytes(tenant, -i64::try_from(removed.size).unwrap_or(i64::MAX));
    }
    transaction.commit().await?;
    Ok((!module.deleted).then(|| removed.binary()))
}
