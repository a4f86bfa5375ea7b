//! `DELETE /rest/v1/distributionsets/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments::remove_of_set;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, MetadataOwner, Result, Store, until_settled};
use http::StatusCode;

use crate::edits::edit;
use crate::{creation, memberships, metadata};

/// Soft-deletes first, then removes its auto assignments, then for good what no action or rollout ever used: a soft-deleted
/// set cannot be used any more, because using it changes it under the condition that it is as it was.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteDistributionSet)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let set = edit(&app, &caller, id, soft_delete).await?;
    remove_of_set(store, tenant, id).await?;
    if !set.used {
        remove(store, tenant, &set).await?;
    }
    Ok(no_content())
}

fn soft_delete(set: &mut DistributionSet) -> harrier_domain::Result<()> {
    set.deleted = true;
    Ok(())
}

/// The set itself goes last: a crash leaves a soft-deleted set, which can be deleted again.
async fn remove(store: &Store, tenant: &Tenant, set: &DistributionSet) -> Result<()> {
    metadata::remove_all(store, tenant, MetadataOwner::Set(set.id)).await?;
    memberships::remove(store, tenant, &memberships::of(set)).await?;
    until_settled(|| async {
        // Loaded again so that two deletions at once do not count twice.
        let current: Loaded<DistributionSet> = store.get(tenant, set.id).await?;
        let mut transaction = store.transaction(tenant);
        transaction.delete(&current).count_sets_of_type(tenant, set.type_id, -1);
        creation::erase_names(&*current, tenant, &mut transaction);
        transaction.commit().await
    })
    .await
}
