//! `DELETE /rest/v1/softwaremodules/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::error::LockedOperation;
use harrier_domain::software::{Artifact, Binary, SoftwareModule};
use harrier_domain::{Entity, Error, Tenant};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, MAX_TRANSACTION, MetadataOwner, Result, Store, until_settled};
use harrier_uploads::Uploads;
use http::StatusCode;

use crate::edits::Editor;
use crate::{creation, memberships, metadata};

/// Sets whose lock the deletion's transaction can check beside the module and the storage counter.
const CHECKED_SETS: usize = MAX_TRANSACTION - 2;

/// Soft-deletes first, then removes for good what no set holds: whoever puts the module into a set checks in the same
/// transaction that it is as it was. The bytes of its artifacts go in both cases.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::ReadSoftwareModule, Authority::DeleteSoftwareModule])?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let purged = until_settled(|| soft_delete(store, tenant, id, &editor)).await?;
    for binary in purged {
        Uploads::new(&app).release(tenant, binary, app.now()).await;
    }
    if store.sets_of_module(tenant, id).await?.is_empty() {
        remove(store, tenant, id).await?;
    }
    Ok(no_content())
}

/// Returns the binaries that the module used until now.
async fn soft_delete(store: &Store, tenant: &Tenant, id: i64, editor: &Editor) -> Result<Vec<Binary>> {
    let mut module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
    if module.deleted {
        return Ok(Vec::new());
    }
    let mut transaction = store.transaction(tenant);
    for set in memberships::holders(store, tenant, id).await?.iter().filter(|set| !set.deleted).take(CHECKED_SETS) {
        if set.locked {
            let operation = LockedOperation::Delete;
            return Err(Error::Locked { entity: Entity::SoftwareModule, id: id.into(), operation }.into());
        }
        transaction.check_unchanged(set);
    }
    module.deleted = true;
    module.audit.touch(&editor.actor, editor.now);
    transaction.save(&module);
    let bytes: u64 = module.artifacts.iter().map(|artifact| artifact.size).sum();
    if bytes > 0 {
        transaction.count_stored_bytes(tenant, -i64::try_from(bytes).unwrap_or(i64::MAX));
    }
    transaction.commit().await?;
    Ok(module.artifacts.iter().map(Artifact::binary).collect())
}

/// Metadata first: a crash leaves a soft-deleted module, which can be deleted again.
async fn remove(store: &Store, tenant: &Tenant, id: i64) -> Result<()> {
    metadata::remove_all(store, tenant, MetadataOwner::Module(id)).await?;
    let module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
    let mut transaction = store.transaction(tenant);
    creation::erase(&*module, tenant, &mut transaction);
    transaction.commit().await
}
