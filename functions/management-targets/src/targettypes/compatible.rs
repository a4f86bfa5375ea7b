//! `/rest/v1/targettypes/{id}/compatibledistributionsettypes`

use axum::extract::State;
use harrier_campaigns::auto_assignments::{ReferredTo, add_reconsideration};
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_domain::software::DistributionSetType;
use harrier_domain::{Entity, Error};
use harrier_rest::resources::DistributionSetTypeResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, Result, until_settled};
use http::StatusCode;
use std::collections::BTreeSet;

use super::representation::Id;
use super::set_types;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<Vec<DistributionSetTypeResource>>> {
    caller.require(Authority::ReadTargetType)?;
    let target_type: Loaded<TargetType> = app.store.get(caller.tenant(), id).await?;
    let ids: Vec<i64> = target_type.compatible_set_types.iter().copied().collect();
    let found = app.store.find_many::<DistributionSetType>(caller.tenant(), &ids, Consistency::Strong).await?;
    // Deleting a set type takes it from all target types; one that is gone or hidden is not shown.
    let shown = found.iter().filter(|found| !found.deleted);
    Ok(Hal::ok(shown.map(|found| DistributionSetTypeResource::item(found, &origin)).collect()))
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(body): Json<Vec<Id>>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::UpdateTargetType, Authority::ReadDistributionSetType])?;
    let wanted: Vec<i64> = body.into_iter().map(|one| one.id).collect();
    let distinct: BTreeSet<i64> = wanted.iter().copied().collect();
    until_settled(|| async {
        let mut target_type: Loaded<TargetType> = app.store.get(caller.tenant(), id).await?;
        let found = set_types(&app, &caller, &wanted, Entity::DistributionSetType).await?;
        // As many rows as ids, or none is added (management §1.11).
        if distinct.len() < wanted.len() {
            return Err(Error::NotFoundMany { entity: Entity::DistributionSetType, ids: Vec::new() }.into());
        }
        let current = target_type.compatible_set_types.len() as u64;
        let quotas = &app.settings.quotas;
        quotas.distribution_set_types_per_target_type(id, current, added(&target_type, &distinct))?;
        target_type.compatible_set_types.extend(&distinct);
        let mut transaction = app.store.transaction(caller.tenant());
        for set_type in &found {
            transaction.check_unchanged(set_type);
        }
        save(&app, &caller, target_type, current, transaction).await
    })
    .await?;
    Ok(no_content())
}

fn added(target_type: &TargetType, wanted: &BTreeSet<i64>) -> u64 {
    wanted.difference(&target_type.compatible_set_types).count() as u64
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, set_type)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::UpdateTargetType, Authority::ReadDistributionSetType])?;
    until_settled(|| async {
        let mut target_type: Loaded<TargetType> = app.store.get(caller.tenant(), id).await?;
        set_types(&app, &caller, &[set_type], Entity::DistributionSetType).await?;
        let before = target_type.compatible_set_types.len() as u64;
        target_type.compatible_set_types.remove(&set_type);
        save(&app, &caller, target_type, before, app.store.transaction(caller.tenant())).await
    })
    .await?;
    Ok(no_content())
}

/// Saves the type if its list became longer or shorter.
async fn save(
    app: &App,
    caller: &Caller,
    mut target_type: Loaded<TargetType>,
    before: u64,
    mut transaction: harrier_store::Transaction<'_>,
) -> Result<()> {
    if target_type.compatible_set_types.len() as u64 == before {
        return Ok(());
    }
    target_type.audit.touch(&caller.actor(), app.now());
    transaction.save(&target_type);
    add_reconsideration(&mut transaction, caller.tenant(), ReferredTo::TargetTypes, app.now())?;
    transaction.commit().await
}
