//! CREATING, first part: the fleet is looked through for targets that match.

use harrier_domain::action::ActionStatus;
use harrier_domain::rollout::creation::distinct_filters;
use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_store::{Candidate, Loaded, RolloutProgress, TARGET_SHARDS};
use std::ops::Range;

use super::jobs::{Outcome, Work};
use super::matching::{Matcher, set_of};
use crate::Result;

/// Parts of the fleet that are looked through at the same time.
const LANES: u32 = 4;

const SHARDS_OF_LANE: u32 = TARGET_SHARDS / LANES;

/// Targets looked at in one step.
const STEP: usize = 500;

/// How long a candidate may be of use, seconds.
const LIFETIME: i64 = 7 * 24 * 60 * 60;

/// The lanes of a rollout; none without static groups. The failed targets of another rollout are found in one.
pub(super) fn lanes(rollout: &Rollout, groups: &[RolloutGroup]) -> Range<u32> {
    if groups.iter().all(|group| group.dynamic) {
        return 0..0;
    }
    0..if rollout.retry_of.is_some() { 1 } else { LANES }
}

pub(super) async fn step(work: &Work<'_>, lane: u32) -> Result<Outcome> {
    let Work { engine, tenant, rollout, job } = work;
    let Some(snapshot) = engine.tenant(tenant).await? else {
        return Ok(Outcome::Blocked);
    };
    let groups = engine.store.rollout_groups(tenant, rollout.id).await?;
    let filters = filters(&groups);
    let set = set_of(engine, tenant, rollout.distribution_set).await?;
    if let Some(old) = rollout.retry_of {
        let matcher = Matcher::load(engine, &snapshot, set.type_id, "", &filters, None).await?;
        return retry_step(work, &matcher, old).await;
    }
    let made_until = Some(rollout.audit.created_at);
    let matcher = Matcher::load(engine, &snapshot, set.type_id, &rollout.filter, &filters, made_until).await?;
    let mut progress = job.progress.clone();
    let mut looked_at = 0;
    while looked_at < STEP && progress.shard < SHARDS_OF_LANE {
        let shard = lane * SHARDS_OF_LANE + progress.shard;
        let limit = i32::try_from(STEP - looked_at).unwrap_or(i32::MAX);
        let (details, after) = (matcher.reads_details(), progress.controller_id.as_deref());
        let page = engine.store.targets_of_shard(tenant, details, shard, after, limit).await?;
        looked_at += page.targets.len();
        let matching = page.targets.iter().filter_map(|(target, details)| {
            let filters = matcher.filters_of(target, details.as_ref())?;
            Some(candidate(rollout, target.number, &target.controller_id, filters, engine.now))
        });
        engine.store.put_candidates(tenant, &matching.collect::<Vec<_>>()).await?;
        progress.controller_id = page.next;
        progress.shard += u32::from(progress.controller_id.is_none());
    }
    Ok(if progress.shard >= SHARDS_OF_LANE { Outcome::Done(progress) } else { Outcome::Continue(progress) })
}

/// The distinct filters of the static groups: what [`Candidate::filters`] counts by.
pub(super) fn filters(groups: &[Loaded<RolloutGroup>]) -> Vec<String> {
    distinct_filters(groups.iter().filter(|group| !group.dynamic).map(|group| group.filter.as_str()))
}

pub(super) fn candidate(rollout: &Rollout, number: i64, controller_id: &str, filters: Vec<u16>, now: i64) -> Candidate {
    Candidate {
        rollout: rollout.id,
        number,
        controller_id: controller_id.to_owned(),
        filters,
        dynamic: false,
        expires: now / 1000 + LIFETIME,
    }
}

/// One step through the members of the rollout that is retried: those whose action failed are candidates, whatever the old
/// filter says by now (`domain-behaviour.md` §11.13).
async fn retry_step(work: &Work<'_>, matcher: &Matcher, old: i64) -> Result<Outcome> {
    let Work { engine, tenant, rollout, job } = work;
    let (store, mut progress) = (&engine.store, job.progress.clone());
    let groups = store.rollout_groups(tenant, old).await?;
    let Some(group) = groups.get(progress.group) else {
        return Ok(Outcome::Done(progress));
    };
    let members = store.members(tenant, group.id, progress.number, i32::try_from(STEP).unwrap_or(i32::MAX)).await?;
    let mut candidates = Vec::new();
    for member in &members {
        let actions = store.actions_of(tenant, &member.controller_id).await?;
        let failed = |action: &Loaded<_>| failed_in(action, old);
        if !actions.iter().any(failed) {
            continue;
        }
        let target = store.target(tenant, &member.controller_id, harrier_store::Consistency::Strong).await?;
        let Some(target) = target.filter(|target| target.number == member.number) else {
            continue;
        };
        if let Some(filters) = matcher.filters_of(&target, None) {
            candidates.push(candidate(rollout, target.number, &target.controller_id, filters, engine.now));
        }
    }
    store.put_candidates(tenant, &candidates).await?;
    progress = match members.last() {
        Some(last) => RolloutProgress { number: last.number, ..progress },
        None => RolloutProgress { group: progress.group + 1, number: 0, ..progress },
    };
    Ok(Outcome::Continue(progress))
}

fn failed_in(action: &harrier_domain::action::Action, rollout: i64) -> bool {
    action.rollout == Some(rollout) && action.status == ActionStatus::Error
}
