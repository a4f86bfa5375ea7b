//! One step of a pass over the fleet.

use harrier_domain::Tenant;
use harrier_domain::auto_assignment::{AutoAssignment, FleetPass};
use harrier_store::{Loaded, StoreError, TARGET_SHARDS, until_settled};

use super::assigning::{Subject, assign_to_matching};
use super::ground::{Definition, Ground};
use super::{AutoAssignStep, lifecycle, step};
use crate::{Engine, Result};

/// Targets one step looks at, about.
const STEP: usize = 500;

/// The smallest page worth a query.
const SMALLEST_PAGE: usize = 50;

/// A shard, and the last controller id of it that was looked at.
type Place = (u32, Option<String>);

/// Looks at the targets after `expected`, notes how far it came, and sends the next step. A step that is not the one the auto
/// assignment waits for is late, or comes a second time, and does nothing.
///
/// An auto assignment that cannot assign now (its set is incomplete) keeps its place, and the clock tries again.
pub(super) async fn perform(engine: &Engine, tenant: &Tenant, id: i64, expected: &FleetPass) -> Result<()> {
    let auto = engine.store.find_auto_assignment(tenant, id).await?.map(Loaded::into_inner);
    let Some(auto) = auto.filter(|auto| auto.pass.as_ref() == Some(expected)) else {
        return Ok(());
    };
    let Some(snapshot) = engine.tenant(tenant).await? else {
        return Ok(());
    };
    let next = match look(&Ground { engine, snapshot: &snapshot }, auto, expected).await {
        Ok(next) => next,
        Err(StoreError::Refused(refusal)) => {
            tracing::warn!(%tenant, auto_assignment = id, %refusal, "an auto assignment cannot assign now");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    match move_on(engine, tenant, id, expected, next).await? {
        Some(pass) => engine.steps.send(&[step(tenant, AutoAssignStep::Pass { auto_assignment: id, pass })]).await,
        None => Ok(()),
    }
}

/// Returns where the next step goes on; `None` at the end of the fleet.
async fn look(ground: &Ground<'_>, auto: AutoAssignment, from: &FleetPass) -> harrier_store::Result<Option<Place>> {
    let definition = Definition::bind(ground, auto).await?;
    let mut left = STEP;
    let (mut shard, mut after) = (from.shard, from.after.clone());
    while shard < TARGET_SHARDS {
        let limit = i32::try_from(left.max(SMALLEST_PAGE)).unwrap_or(i32::MAX);
        let page = ground
            .store()
            .matching_targets_of_shard(ground.tenant(), &definition.selection, shard, after.as_deref(), limit)
            .await?;
        let mut subjects: Vec<Subject> =
            page.targets.into_iter().map(|target| Subject::new(target.into_inner(), None)).collect();
        assign_to_matching(ground, &definition.auto, subjects.iter_mut().collect()).await?;
        if page.next.is_none() {
            shard += 1;
        }
        after = page.next;
        left = left.saturating_sub(page.examined);
        if left == 0 {
            break;
        }
    }
    Ok((shard < TARGET_SHARDS).then_some((shard, after)))
}

/// Returns the pass as it goes on, unless it was paused, begun anew, or moved on by somebody else meanwhile.
async fn move_on(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    expected: &FleetPass,
    next: Option<Place>,
) -> harrier_store::Result<Option<FleetPass>> {
    until_settled(|| async {
        let found = engine.store.find_auto_assignment(tenant, id).await?;
        let Some(mut auto) = found.filter(|auto| auto.pass.as_ref() == Some(expected)) else {
            return Ok(None);
        };
        auto.advance_pass(next.clone());
        if next.is_some() {
            lifecycle::save_cursor(engine, tenant, &auto).await?;
        } else {
            lifecycle::save(engine, tenant, &auto).await?;
        }
        Ok(auto.pass.clone())
    })
    .await
}
