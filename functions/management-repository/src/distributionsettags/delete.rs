//! `DELETE /rest/v1/distributionsettags/{tagId}`

use axum::extract::State;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::DistributionSet;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, Result, Store, until_settled};
use http::StatusCode;

use crate::creation::erase_names;

/// The tag goes first, so that nothing can be tagged with it any more, then the sets forget it. Should that break off,
/// sets refer to a tag that does not exist, which readers pass over: ids are not given twice.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteDistributionSet)?;
    let (store, tenant) = (&app.store, caller.tenant());
    until_settled(|| async {
        let tag: Loaded<DistributionSetTag> = store.get(tenant, id).await?;
        let mut transaction = store.transaction(tenant);
        transaction.delete(&tag);
        erase_names(&*tag, tenant, &mut transaction);
        transaction.commit().await
    })
    .await?;
    let sets: Vec<Loaded<DistributionSet>> = store.all(tenant).await?;
    for set in sets.iter().filter(|set| set.tags.contains(&id)) {
        until_settled(|| forget(store, tenant, set.id, id)).await?;
    }
    Ok(no_content())
}

async fn forget(store: &Store, tenant: &Tenant, set: i64, tag: i64) -> Result<()> {
    let Some(mut set) = store.find::<DistributionSet>(tenant, set, Consistency::Strong).await? else {
        return Ok(());
    };
    set.tags.remove(&tag);
    let mut transaction = store.transaction(tenant);
    transaction.save(&set);
    transaction.commit().await
}
