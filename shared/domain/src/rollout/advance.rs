//! How the engine moves a rollout on (`domain-behaviour.md` §11.6–§11.10). Pure: groups and exact counts in, changed groups
//! out. What hawkBit does in ticks two seconds apart are consecutive calls here.

use std::collections::BTreeMap;

use super::{Counts, GroupStatus, Rollout, RolloutGroup, RolloutStatus};
use crate::audit::{Actor, Audit};
use crate::authority::Authority;

/// The counts of the groups, by group id; a group without an entry has no action.
pub type GroupCounts = BTreeMap<i64, Counts>;

/// The groups that have just been started, by id: the scheduled actions of their targets must be started.
pub type Started = Vec<i64>;

/// A static group has got its targets.
pub fn filled(group: &mut RolloutGroup, targets: u64) {
    group.status = GroupStatus::Ready;
    group.total_targets = targets;
}

/// Ends CREATING, once all groups are filled. A dynamic rollout without a dynamic group gets its first one, with the id
/// `next_group`.
pub fn created(
    rollout: &mut Rollout,
    groups: &mut Vec<RolloutGroup>,
    next_group: Option<i64>,
    needs_approval: bool,
    now: i64,
) {
    if let (Some(id), Some(last)) = (next_group, groups.last().filter(|_| lacks_dynamic_group(rollout, groups))) {
        let first_dynamic = successor(rollout, groups.len(), last, last.total_targets, id, GroupStatus::Ready, now);
        groups.push(first_dynamic);
    }
    rollout.groups = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    rollout.total_targets = groups.iter().map(|group| group.total_targets).sum();
    rollout.status = if needs_approval { RolloutStatus::WaitingForApproval } else { RolloutStatus::Ready };
    rollout.audit.touch(&creator(rollout), now);
}

/// A dynamic rollout whose last group is static gets a dynamic one before it is ready.
#[must_use]
pub fn lacks_dynamic_group(rollout: &Rollout, groups: &[RolloutGroup]) -> bool {
    rollout.dynamic && groups.last().is_some_and(|last| !last.dynamic)
}

/// The creator's own authorities do not name the right to approve, and the tenant wants approvals. Rights that a role
/// implies do not count (`domain-behaviour.md` §11.2 "Approval").
#[must_use]
pub fn needs_approval(rollout: &Rollout, approval_enabled: bool) -> bool {
    let approves = Authority::ApproveRollout.name();
    approval_enabled && !rollout.authorities.iter().any(|granted| granted == approves)
}

/// Ends STARTING, once all groups are scheduled: the first group runs.
pub fn scheduled(rollout: &mut Rollout, groups: &mut [RolloutGroup], now: i64) -> Started {
    let actor = creator(rollout);
    rollout.status = RolloutStatus::Running;
    rollout.audit.touch(&actor, now);
    let first = groups.iter_mut().find(|group| group.parent.is_none());
    let Some(first) = first.filter(|first| first.status == GroupStatus::Scheduled) else {
        return Vec::new();
    };
    run(first, &actor, now);
    vec![first.id]
}

/// What a RUNNING rollout is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Of the running groups at least.
    pub counts: &'a GroupCounts,
    /// Some targets of a started group, be it over or not, have not had their actions started yet: the rollout does not end.
    pub starting: bool,
    /// The quota of groups: a dynamic rollout that has used it up ends with its last group.
    pub most_groups: usize,
}

/// One evaluation of a RUNNING rollout (`domain-behaviour.md` §11.8, steps 2 to 5).
pub fn evaluate(rollout: &mut Rollout, groups: &mut [RolloutGroup], evidence: Evidence<'_>, now: i64) -> Started {
    let actor = creator(rollout);
    let running: Vec<usize> = positions(groups, GroupStatus::Running);
    let mut started = Vec::new();
    if running.is_empty() {
        started.extend(start_next(groups, &actor, now));
    }
    let last_running = running.last().copied();
    for position in running {
        correct_totals(rollout, &mut groups[position], evidence.counts, &actor, now);
        let judged = judge(groups, position, last_running == Some(position), evidence);
        follow(rollout, groups, position, judged, &mut started, &actor, now);
        if rollout.status != RolloutStatus::Running {
            return started;
        }
    }
    let goes_on = |group: &RolloutGroup| matches!(group.status, GroupStatus::Running | GroupStatus::Scheduled);
    if !evidence.starting && !groups.iter().any(goes_on) {
        rollout.status = if rollout.dynamic { RolloutStatus::Stopped } else { RolloutStatus::Finished };
        rollout.audit.touch(&actor, now);
    }
    started
}

/// What the counts of a running group say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Judgement {
    failed: bool,
    succeeded: bool,
    completed: bool,
}

fn judge(groups: &[RolloutGroup], position: usize, is_last_running: bool, evidence: Evidence<'_>) -> Judgement {
    let group = &groups[position];
    let counts = evidence.counts.get(&group.id).copied().unwrap_or_default();
    let total = if group.dynamic && is_last_running { group.target_count().max(1) } else { group.total_targets };
    let may_grow = group.dynamic && position + 1 == groups.len();
    let is_final = groups.len() >= evidence.most_groups && group.total_targets >= group.target_count();
    Judgement {
        failed: group.conditions.has_failed(&counts, total),
        succeeded: group.conditions.has_succeeded(&counts, total),
        completed: counts.is_completed() && (!may_grow || is_final),
    }
}

fn follow(
    rollout: &mut Rollout,
    groups: &mut [RolloutGroup],
    position: usize,
    judged: Judgement,
    started: &mut Started,
    actor: &Actor,
    now: i64,
) {
    if judged.failed {
        end(&mut groups[position], GroupStatus::Error, actor, now);
        pause(rollout, actor, now);
        return;
    }
    if judged.succeeded || judged.completed {
        let next = child_scheduled(groups, groups[position].id);
        match (groups[position].conditions.success_action, next) {
            (_, None) => {}
            (super::SuccessAction::NextGroup, Some(next)) => {
                run(&mut groups[next], actor, now);
                started.push(groups[next].id);
            }
            (super::SuccessAction::Pause, Some(_)) => pause(rollout, actor, now),
        }
    }
    if judged.completed {
        end(&mut groups[position], GroupStatus::Finished, actor, now);
    }
}

fn pause(rollout: &mut Rollout, actor: &Actor, now: i64) {
    rollout.status = RolloutStatus::Paused;
    rollout.audit.touch(actor, now);
}

/// Actions were removed, or added to a dynamic group: the totals follow.
fn correct_totals(rollout: &mut Rollout, group: &mut RolloutGroup, counts: &GroupCounts, actor: &Actor, now: i64) {
    let total = counts.get(&group.id).map_or(0, Counts::total);
    if total == group.total_targets {
        return;
    }
    rollout.total_targets = (rollout.total_targets + total).saturating_sub(group.total_targets);
    group.total_targets = total;
    group.audit.touch(actor, now);
}

/// Starts the group after the last one that was started, if it is still scheduled.
pub(super) fn start_next(groups: &mut [RolloutGroup], actor: &Actor, now: i64) -> Option<i64> {
    let last = last_started(groups)?;
    let next = child_scheduled(groups, groups[last].id)?;
    run(&mut groups[next], actor, now);
    Some(groups[next].id)
}

/// The group with the highest id that is not scheduled any more.
pub(super) fn last_started(groups: &[RolloutGroup]) -> Option<usize> {
    groups.iter().rposition(|group| group.status != GroupStatus::Scheduled)
}

fn child_scheduled(groups: &[RolloutGroup], parent: i64) -> Option<usize> {
    groups.iter().position(|group| group.parent == Some(parent) && group.status == GroupStatus::Scheduled)
}

fn positions(groups: &[RolloutGroup], status: GroupStatus) -> Vec<usize> {
    groups.iter().enumerate().filter(|(_, group)| group.status == status).map(|(position, _)| position).collect()
}

fn run(group: &mut RolloutGroup, actor: &Actor, now: i64) {
    end(group, GroupStatus::Running, actor, now);
}

fn end(group: &mut RolloutGroup, status: GroupStatus, actor: &Actor, now: i64) {
    group.status = status;
    group.audit.touch(actor, now);
}

/// Stopping and deleting end the groups that are not over yet (`domain-behaviour.md` §11.11, §11.12).
pub fn end_groups(groups: &mut [RolloutGroup], actor: &Actor, now: i64) {
    for group in groups.iter_mut().filter(|group| !group.status.is_over()) {
        end(group, GroupStatus::Finished, actor, now);
    }
}

/// What a dynamic rollout does about targets that match by now (`domain-behaviour.md` §11.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Involvement {
    /// It takes none: it is not dynamic, or the quota of groups is used up.
    Nothing,
    /// The last group is full or over: another one follows it.
    Append,
    /// The last group takes up to this many more.
    Take(u64),
}

/// What to do next. The totals of the last group must be correct.
#[must_use]
pub fn involvement(rollout: &Rollout, groups: &[RolloutGroup], most_groups: usize) -> Involvement {
    let Some(last) = groups.last().filter(|last| rollout.dynamic && last.dynamic) else {
        return Involvement::Nothing;
    };
    let room = last.target_count().saturating_sub(last.total_targets);
    if room > 0 && last.status != GroupStatus::Finished {
        return Involvement::Take(room);
    }
    if groups.len() >= most_groups { Involvement::Nothing } else { Involvement::Append }
}

/// The dynamic group that follows the last one of a started rollout.
#[must_use]
pub fn next_dynamic(rollout: &Rollout, groups: &[RolloutGroup], id: i64, now: i64) -> Option<RolloutGroup> {
    let last = groups.last()?;
    Some(successor(rollout, groups.len(), last, last.target_count(), id, GroupStatus::Scheduled, now))
}

#[allow(clippy::cast_precision_loss)] // counts up to 16 777 216 are exact
fn successor(
    rollout: &Rollout,
    groups: usize,
    last: &RolloutGroup,
    target_count: u64,
    id: i64,
    status: GroupStatus,
    now: i64,
) -> RolloutGroup {
    let name = format!("group-{}{}", groups + 1, rollout.name_suffix);
    RolloutGroup {
        id,
        rollout: rollout.id,
        parent: Some(last.id),
        description: Some(name.clone()),
        name,
        status,
        conditions: last.conditions.clone(),
        total_targets: 0,
        filter: last.filter.clone(),
        percentage: target_count as f32,
        confirmation_required: last.confirmation_required,
        dynamic: true,
        audit: Audit::created(&creator(rollout), now),
        revision: 0,
    }
}

/// The engine works in the creator's name.
#[must_use]
pub fn creator(rollout: &Rollout) -> Actor {
    Actor::User(rollout.audit.created_by.clone())
}
