//! `DELETE /rest/v1/softwaremoduletypes/{id}`

use axum::extract::State;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::software::{DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store};
use http::StatusCode;

use crate::creation::erase;
use crate::edits::edit;

/// Soft-deletes first, then removes for good what nobody uses. Whoever starts to use the type checks in the same
/// transaction that it is as it was, so after the first step no new user can appear.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteSoftwareModuleType)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let module_type = edit(&app, &caller, id, soft_delete).await?;
    if !is_used(store, tenant, id).await? {
        let mut transaction = store.transaction(tenant);
        erase(&*module_type, tenant, &mut transaction);
        transaction.commit().await?;
    }
    Ok(no_content())
}

fn soft_delete(module_type: &mut SoftwareModuleType) -> harrier_domain::Result<()> {
    module_type.deleted = true;
    Ok(())
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
