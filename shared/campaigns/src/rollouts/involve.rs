//! Dynamic groups take targets that match by now (`domain-behaviour.md` §11.10).
//!
//! Who may belong to a rollout waits in a list, in the order in which the targets were made. Targets get there when they
//! change, from the stream of the fleet, and by a pass over the fleet when the rollout begins to run, or runs again. Then they
//! are placed: alone, so that no group gets more than its number.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::Tenant;
use harrier_domain::rollout::advance::{Involvement, involvement};
use harrier_domain::rollout::{GroupStatus, Rollout, RolloutGroup, RolloutStatus};
use harrier_domain::target::Target;
use harrier_store::{Candidate, Consistency, GroupMember, Loaded, Sequence, TARGET_SHARDS};
use std::collections::{BTreeMap, BTreeSet};

use super::advance::settled;
use super::collect::candidate;
use super::delivery::{CONCURRENCY, Course};
use super::jobs::{Outcome, Work};
use super::matching::{Matcher, set_of};
use super::situation::Situation;
use super::{KIND, RolloutStep, schedule, start};
use crate::step::campaign_name;
use crate::{Engine, Result, lease};

/// Targets looked at in one step of the pass.
const STEP: usize = 500;

/// Targets placed in one step.
const PLACED: u64 = 100;

/// How long after a pass the next one begins, milliseconds: for filters that matches by the time, or by what others are called.
pub(super) const PASS_PERIOD: i64 = 3_600_000;

/// Lists the changed targets that dynamic rollouts may want.
pub(super) async fn consider(engine: &Engine, targets: &BTreeSet<(Tenant, String)>) -> Result<()> {
    let mut by_tenant: BTreeMap<&Tenant, Vec<String>> = BTreeMap::new();
    for (tenant, target) in targets {
        by_tenant.entry(tenant).or_default().push(target.clone());
    }
    for (tenant, ids) in by_tenant {
        let dynamic = engine.store.dynamic_rollouts(tenant).await?;
        if dynamic.is_empty() {
            continue;
        }
        let targets = engine.store.targets(tenant, &ids).await?;
        for rollout in dynamic {
            consider_for(engine, tenant, rollout, &targets).await?;
        }
    }
    Ok(())
}

async fn consider_for(engine: &Engine, tenant: &Tenant, rollout: i64, targets: &[Loaded<Target>]) -> Result<()> {
    let free = |target: &&Loaded<Target>| !target.rollouts.has_this_or_newer(rollout);
    let free: Vec<&Loaded<Target>> = targets.iter().filter(free).collect();
    if free.is_empty() {
        return Ok(());
    }
    let Some(rollout) = engine.store.find_rollout(tenant, rollout).await? else {
        return Ok(());
    };
    let Some(matcher) = matcher(engine, tenant, &rollout).await? else {
        return Ok(());
    };
    let mut wanted = Vec::new();
    for target in free {
        if is_wanted(engine, tenant, &matcher, target).await? {
            wanted.push(waiting(&rollout, target, engine.now));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    engine.store.put_candidates(tenant, &wanted).await?;
    engine.steps.send(&[RolloutStep::Place { rollout: rollout.id }.of(tenant)]).await
}

/// What the last group of the rollout takes; `None` when it takes nothing.
async fn matcher(engine: &Engine, tenant: &Tenant, rollout: &Rollout) -> Result<Option<Matcher>> {
    let groups = engine.store.rollout_groups(tenant, rollout.id).await?;
    let (Some(snapshot), Some(last)) = (engine.tenant(tenant).await?, groups.last()) else {
        return Ok(None);
    };
    if !last.dynamic || rollout.status != RolloutStatus::Running {
        return Ok(None);
    }
    let set = set_of(engine, tenant, rollout.distribution_set).await?;
    let filters = [last.filter.clone()];
    Ok(Some(Matcher::load(engine, &snapshot, set.type_id, &rollout.filter, &filters, None).await?))
}

async fn is_wanted(engine: &Engine, tenant: &Tenant, matcher: &Matcher, target: &Target) -> Result<bool> {
    let details = match matcher.reads_details() {
        true => engine.store.details(tenant, &target.controller_id).await?,
        false => None,
    };
    Ok(matcher.filters_of(target, details.as_deref()).is_some_and(|filters| !filters.is_empty()))
}

fn waiting(rollout: &Rollout, target: &Target, now: i64) -> Candidate {
    let candidate = candidate(rollout, target.number, &target.controller_id, Vec::new(), now);
    Candidate { dynamic: true, ..candidate }
}

/// One step of the pass over the fleet.
pub(super) async fn step(work: &Work<'_>) -> Result<Outcome> {
    let Work { engine, tenant, rollout, job } = work;
    let Some(matcher) = matcher(engine, tenant, rollout).await? else {
        return Ok(Outcome::Done(job.progress.clone()));
    };
    let mut progress = job.progress.clone();
    let (mut looked_at, mut found) = (0, false);
    while looked_at < STEP && progress.shard < TARGET_SHARDS {
        let limit = i32::try_from(STEP - looked_at).unwrap_or(i32::MAX);
        let (details, after) = (matcher.reads_details(), progress.controller_id.as_deref());
        let page = engine.store.targets_of_shard(tenant, details, progress.shard, after, limit).await?;
        looked_at += page.targets.len();
        let wanted = page.targets.iter().filter(|(target, details)| {
            !target.rollouts.has_this_or_newer(rollout.id)
                && matcher.filters_of(target, details.as_ref()).is_some_and(|filters| !filters.is_empty())
        });
        let wanted: Vec<Candidate> = wanted.map(|(target, _)| waiting(rollout, target, engine.now)).collect();
        found |= !wanted.is_empty();
        engine.store.put_candidates(tenant, &wanted).await?;
        progress.controller_id = page.next;
        progress.shard += u32::from(progress.controller_id.is_none());
    }
    if found {
        engine.steps.send(&[RolloutStep::Place { rollout: rollout.id }.of(tenant)]).await?;
    }
    Ok(if progress.shard >= TARGET_SHARDS { Outcome::Done(progress) } else { Outcome::Continue(progress) })
}

/// Puts waiting targets into the last group, or has another group follow it.
pub(super) async fn place(engine: &Engine, tenant: &Tenant, rollout: i64, step: &RolloutStep) -> Result<()> {
    let campaign = campaign_name(KIND, rollout);
    lease::alone(engine, &step.clone().of(tenant), &campaign, || async {
        let following = settled(|| place_some(engine, tenant, rollout)).await?;
        let steps: Vec<_> = following.into_iter().map(|step| step.of(tenant)).collect();
        engine.steps.send(&steps).await
    })
    .await
}

async fn place_some(engine: &Engine, tenant: &Tenant, id: i64) -> Result<Vec<RolloutStep>> {
    let Some(mut situation) = Situation::load(engine, tenant, id).await? else {
        return Ok(Vec::new());
    };
    if situation.rollout.status != RolloutStatus::Running {
        return Ok(Vec::new());
    }
    correct_last(engine, tenant, &mut situation).await?;
    let most_groups = usize::try_from(engine.quotas.groups_per_rollout).unwrap_or(0);
    let (waiting, _) = engine.store.rollout_candidates(tenant, id, true, 0, 1).await?;
    let more = match involvement(&situation.rollout, &situation.groups, most_groups) {
        Involvement::Nothing => false,
        Involvement::Append => {
            situation.append_group(engine, tenant).await?;
            !waiting.is_empty()
        }
        Involvement::Take(_) if waiting.is_empty() => false,
        Involvement::Take(room) => {
            take(engine, tenant, &situation, room.min(PLACED)).await?;
            correct_last(engine, tenant, &mut situation).await?;
            true
        }
    };
    let mut transaction = engine.store.transaction(tenant);
    situation.save(tenant, engine.now, &mut transaction)?;
    transaction.commit().await?;
    Ok(if more { vec![RolloutStep::Place { rollout: id }] } else { Vec::new() })
}

/// Brings the total of the last group in line with its actions.
async fn correct_last(engine: &Engine, tenant: &Tenant, situation: &mut Situation) -> Result<()> {
    let rollout = situation.rollout.id;
    let Some(last) = situation.groups.last_mut().filter(|last| last.dynamic) else {
        return Ok(());
    };
    let total = engine.store.group_counts(tenant, rollout, last.id).await?.total();
    let before = std::mem::replace(&mut last.total_targets, total);
    let rollout = &mut situation.rollout;
    rollout.total_targets = (rollout.total_targets + total).saturating_sub(before);
    Ok(())
}

/// Takes up to `room` targets off the list: those that are still wanted get an action, which starts at once if the group runs.
async fn take(engine: &Engine, tenant: &Tenant, situation: &Situation, room: u64) -> Result<()> {
    let (store, rollout) = (&engine.store, &situation.rollout);
    let limit = i32::try_from(room).unwrap_or(i32::MAX);
    let (candidates, _) = store.rollout_candidates(tenant, rollout.id, true, 0, limit).await?;
    let (Some(matcher), Some(last)) = (matcher(engine, tenant, rollout).await?, situation.groups.last()) else {
        return Ok(());
    };
    if let Some(course) = Course::load(engine, tenant, rollout, last.id).await? {
        let wanted = still_wanted(engine, tenant, rollout, &matcher, &candidates).await?;
        store.put_members(tenant, &members(last, &wanted)).await?;
        let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        let ids = if count > 0 { store.next_ids(tenant, Sequence::Action, count).await? } else { 0..0 };
        let involve = |(target, id)| involve(&course, last, target, id);
        let work = stream::iter(wanted.into_iter().zip(ids)).map(involve);
        work.buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
    }
    store.remove_candidates(tenant, &candidates).await?;
    Ok(())
}

async fn still_wanted(
    engine: &Engine,
    tenant: &Tenant,
    rollout: &Rollout,
    matcher: &Matcher,
    candidates: &[Candidate],
) -> Result<Vec<Loaded<Target>>> {
    let mut wanted = Vec::new();
    for candidate in candidates {
        let target = engine.store.target(tenant, &candidate.controller_id, Consistency::Strong).await?;
        let Some(target) = target.filter(|target| target.number == candidate.number) else {
            continue;
        };
        if !target.rollouts.has_this_or_newer(rollout.id) && is_wanted(engine, tenant, matcher, &target).await? {
            wanted.push(target);
        }
    }
    Ok(wanted)
}

fn members(group: &RolloutGroup, targets: &[Loaded<Target>]) -> Vec<GroupMember> {
    let member = |target: &Loaded<Target>| GroupMember {
        group: group.id,
        number: target.number,
        controller_id: target.controller_id.clone(),
    };
    targets.iter().map(member).collect()
}

/// A target that cannot have another action, or whose rollout has ended meanwhile, is no member.
async fn involve(course: &Course<'_>, group: &RolloutGroup, target: Loaded<Target>, id: i64) -> Result<()> {
    schedule::schedule_one(course, &target, id, RolloutStatus::Running).await?;
    let now = course.engine.store.target(course.tenant, &target.controller_id, Consistency::Strong).await?;
    let involved = now.is_some_and(|now| now.rollouts.has(course.rollout.id) == Some(true));
    if !involved {
        let member = members(group, std::slice::from_ref(&target));
        return Ok(course.engine.store.remove_members(course.tenant, &member).await?);
    }
    if group.status == GroupStatus::Running {
        start::start_one(course, &target.controller_id).await?;
    }
    Ok(())
}
