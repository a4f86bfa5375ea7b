//! `DELETE /rest/v1/distributionsettypes/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_domain::software::DistributionSetType;
use harrier_domain::{Error, Tenant};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, Result, Store, until_settled};
use http::StatusCode;

use crate::creation::erase;
use crate::edits::Editor;

/// Soft-deletes first, then removes for good what no set uses: whoever makes a set checks in the same transaction that its
/// type is as it was. Target types forget the type in both cases.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteDistributionSetType)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let default_type = caller.tenant.default_set_type;
    let set_type = until_settled(|| soft_delete(store, tenant, id, default_type, &editor)).await?;
    unlink(store, tenant, id).await?;
    if store.count_of_sets_of_type(tenant, id).await? == 0 {
        let mut transaction = store.transaction(tenant);
        erase(&*set_type, tenant, &mut transaction);
        transaction.forget_sets_of_type(tenant, id);
        transaction.commit().await?;
    }
    Ok(no_content())
}

async fn soft_delete(
    store: &Store,
    tenant: &Tenant,
    id: i64,
    default_type: i64,
    editor: &Editor,
) -> Result<Loaded<DistributionSetType>> {
    let mut set_type: Loaded<DistributionSetType> = store.get(tenant, id).await?;
    // The tenant would be left without the type that new sets get by default.
    if id == default_type && store.count_of_sets_of_type(tenant, id).await? == 0 {
        return Err(Error::Validation("The default distribution set type of the tenant is needed.".to_owned()).into());
    }
    if !set_type.deleted {
        set_type.deleted = true;
        set_type.audit.touch(&editor.actor, editor.now);
        let mut transaction = store.transaction(tenant);
        transaction.save(&set_type);
        transaction.commit().await?;
    }
    Ok(set_type)
}

async fn unlink(store: &Store, tenant: &Tenant, id: i64) -> Result<()> {
    let target_types: Vec<Loaded<TargetType>> = store.all(tenant).await?;
    for target_type in target_types.iter().filter(|one| one.compatible_set_types.contains(&id)) {
        until_settled(|| unlink_from(store, tenant, target_type.id, id)).await?;
    }
    Ok(())
}

async fn unlink_from(store: &Store, tenant: &Tenant, target_type: i64, id: i64) -> Result<()> {
    let Some(mut target_type) = store.find::<TargetType>(tenant, target_type, Consistency::Strong).await? else {
        return Ok(());
    };
    target_type.compatible_set_types.remove(&id);
    let mut transaction = store.transaction(tenant);
    transaction.save(&target_type);
    transaction.commit().await
}
