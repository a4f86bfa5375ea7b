//! `/rest/v1/distributionsettags/{tagId}/assigned`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::DistributionSet;
use harrier_domain::{Entity, Tenant};
use harrier_query::fields;
use harrier_rest::resources::DistributionSetResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Page, PageRequest, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, MAX_TRANSACTION, Result, Store, until_settled};
use http::StatusCode;

use crate::distributionsets::show_page;
use crate::edits::{Editor, require_alive};
use crate::listing::Listing;
use crate::references::{find_all, without_repetitions};

/// Sets per transaction, beside the check of the tag.
const CHUNK: usize = MAX_TRANSACTION - 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Tag,
    Untag,
}

/// Without a query soft-deleted sets are shown too, with one they are not.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<DistributionSetResource>>> {
    caller.require(Authority::ReadDistributionSet)?;
    let (tag_fields, set_fields) = (&fields::DISTRIBUTION_SET_TAG, &fields::DISTRIBUTION_SET);
    let listing = Listing::below(&app, &caller, page, tag_fields, set_fields)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let _exists: Loaded<DistributionSetTag> = store.get(tenant, id).await?;
    let sets: Vec<Loaded<DistributionSet>> = store.all(tenant).await?;
    let shown = |set: &Loaded<DistributionSet>| set.tags.contains(&id) && !(listing.is_filtered && set.deleted);
    let sets = sets.into_iter().filter(shown).map(Loaded::into_inner).collect();
    Ok(Hal::ok(show_page(store, tenant, &listing, sets, &origin).await?))
}

pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    Path((id, set)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    apply_to_one(&app, &caller, id, set, Change::Tag).await
}

pub(super) async fn unassign(
    State(app): State<App>,
    caller: Caller,
    Path((id, set)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    apply_to_one(&app, &caller, id, set, Change::Untag).await
}

pub(super) async fn assign_all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(sets): Json<Vec<i64>>,
) -> ApiResult<StatusCode> {
    apply_to_all(&app, &caller, id, &sets, Change::Tag).await
}

pub(super) async fn unassign_all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(sets): Json<Vec<i64>>,
) -> ApiResult<StatusCode> {
    apply_to_all(&app, &caller, id, &sets, Change::Untag).await
}

async fn apply_to_one(app: &App, caller: &Caller, id: i64, set: i64, change: Change) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(app, caller));
    until_settled(|| async {
        let tag: Loaded<DistributionSetTag> = store.get(tenant, id).await?;
        let set: Loaded<DistributionSet> = store.get(tenant, set).await?;
        write(store, tenant, &tag, vec![set], change, &editor).await
    })
    .await?;
    Ok(no_content())
}

/// All sets must exist and none may be deleted, or nothing is done. More than one transaction can hold are written one
/// transaction after the other; repeating the request completes what was broken off.
async fn apply_to_all(app: &App, caller: &Caller, id: i64, sets: &[i64], change: Change) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(app, caller));
    let wanted = without_repetitions::<DistributionSet>(sets)?;
    until_settled(|| async {
        let tag: Loaded<DistributionSetTag> = store.get(tenant, id).await?;
        let sets = find_all::<DistributionSet>(store, tenant, &wanted).await?;
        write(store, tenant, &tag, sets.into_values().collect(), change, &editor).await
    })
    .await?;
    Ok(no_content())
}

/// Tagging again changes nothing, not even the audit fields.
async fn write(
    store: &Store,
    tenant: &Tenant,
    tag: &Loaded<DistributionSetTag>,
    mut sets: Vec<Loaded<DistributionSet>>,
    change: Change,
    editor: &Editor,
) -> Result<()> {
    for set in &mut sets {
        require_alive(set.deleted, Entity::DistributionSet, set.id)?;
        let changed = match change {
            Change::Tag => set.tags.insert(tag.id),
            Change::Untag => set.tags.remove(&tag.id),
        };
        if changed {
            set.audit.touch(&editor.actor, editor.now);
        }
    }
    for chunk in sets.chunks(CHUNK) {
        let mut transaction = store.transaction(tenant);
        transaction.check_unchanged(tag);
        for set in chunk {
            transaction.save(set);
        }
        transaction.commit().await?;
    }
    Ok(())
}
