//! `DELETE /rest/v1/softwaremoduletypes/{id}`

use axum::extract::State;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::software::{DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, until_settled};
use http::StatusCode;

use crate::creation::erase;
use crate::edits::Editor;

/// Soft-deletes first, then removes for good what nobody uses. Whoever starts to use the type checks in the same
/// transaction that it is as it was, so after the first step no new user can appear.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteSoftwareModuleType)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let module_type = until_settled(|| soft_delete(store, tenant, id, &editor)).await?;
    if !is_used(store, tenant, id).await? {
        let mut transaction = store.transaction(tenant);
        erase(&*module_type, tenant, &mut transaction);
        transaction.commit().await?;
    }
    Ok(no_content())
}

async fn soft_delete(store: &Store, tenant: &Tenant, id: i64, editor: &Editor) -> Result<Loaded<SoftwareModuleType>> {
    let mut module_type: Loaded<SoftwareModuleType> = store.get(tenant, id).await?;
    if !module_type.deleted {
        module_type.deleted = true;
        module_type.audit.touch(&editor.actor, editor.now);
        let mut transaction = store.transaction(tenant);
        transaction.save(&module_type);
        transaction.commit().await?;
    }
    Ok(module_type)
}

/// A module is of the type, or a set type lists it; soft-deleted ones count.
async fn is_used(store: &Store, tenant: &Tenant, id: i64) -> Result<bool> {
    let modules: Vec<Loaded<SoftwareModule>> = store.all(tenant).await?;
    if modules.iter().any(|module| module.type_id == id) {
        return Ok(true);
    }
    let set_types: Vec<Loaded<DistributionSetType>> = store.all(tenant).await?;
    Ok(set_types.iter().any(|set_type| set_type.takes(id)))
}
