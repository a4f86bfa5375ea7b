//! What holds of a target, its actions and their history, whatever happened before (`domain-behaviour.md` §4.1, §5.1,
//! §5.11, §5.12).
//!
//! No decision needs this. It is how tests, and operators who ask, find that decisions or their writing went wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::action::{Action, ActionStatus, StatusEntry};
use crate::target::{OpenAction, Target, UpdateStatus};

/// How bad something is that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A crash between two writes may leave this, by design; it does no harm.
    Leftover,
    /// This must never be.
    Broken,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// What it is about, for example `target dev-7`.
    pub subject: String,
    pub problem: String,
}

impl Finding {
    #[must_use]
    pub fn new(severity: Severity, subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { severity, subject: subject.into(), problem: problem.into() }
    }

    #[must_use]
    pub fn broken(subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::new(Severity::Broken, subject, problem)
    }

    #[must_use]
    pub fn leftover(subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::new(Severity::Leftover, subject, problem)
    }

    /// For a number that is kept and should be what is counted. `spare`: a crash may leave it too high.
    #[must_use]
    pub fn of_count(subject: &str, kept: i64, counted: i64, spare: bool) -> Option<Self> {
        let problem = || format!("kept as {kept}, counted {counted}");
        match kept.cmp(&counted) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater if spare => Some(Self::leftover(subject, problem())),
            _ => Some(Self::broken(subject, problem())),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Leftover => "leftover",
            Severity::Broken => "BROKEN",
        };
        write!(out, "{severity}: {}: {}", self.subject, self.problem)
    }
}

/// Everything that does not fit about a target. `actions` and `entries` are all there are of it, in any order.
#[must_use]
pub fn findings(target: &Target, actions: &[Action], entries: &[StatusEntry]) -> Vec<Finding> {
    let mut histories: BTreeMap<i64, Vec<&StatusEntry>> = BTreeMap::new();
    for entry in entries {
        histories.entry(entry.action).or_default().push(entry);
    }
    let mut problems = about_target(target, actions);
    for action in actions {
        let mut history = histories.remove(&action.id).unwrap_or_default();
        history.sort_unstable_by_key(|entry| entry.id);
        problems.extend(about_action(action, &history));
    }
    let orphans = histories.keys().map(|action| format!("history of action {action}, which is not there"));
    let subject = format!("target {}", target.controller_id);
    problems.extend(orphans.map(|problem| Finding::broken(&subject, problem)));
    problems
}

fn about_target(target: &Target, actions: &[Action]) -> Vec<Finding> {
    let subject = format!("target {}", target.controller_id);
    let counted = i64::try_from(actions.len()).unwrap_or(i64::MAX);
    let mut problems = Vec::new();
    problems.extend(Finding::of_count(&format!("{subject}, actions"), target.actions.into(), counted, false));
    let wrong = [
        foreign_action(target, actions),
        copies(target, actions),
        scheduled(target, actions),
        nothing_to_tell(target),
        pending_without_set(target),
        installed_action(target, actions),
    ];
    problems.extend(wrong.into_iter().flatten().map(|problem| Finding::broken(&subject, problem)));
    problems
}

fn foreign_action(target: &Target, actions: &[Action]) -> Option<String> {
    let foreign = actions.iter().find(|action| action.controller_id != target.controller_id)?;
    Some(format!("action {} belongs to {}", foreign.id, foreign.controller_id))
}

/// The poll's copies are of the active actions, of all of them, and true.
fn copies(target: &Target, actions: &[Action]) -> Option<String> {
    let kept: BTreeMap<i64, &OpenAction> = target.open_actions.iter().map(|open| (open.id, open)).collect();
    if kept.len() != target.open_actions.len() {
        return Some("an open action is there twice".to_owned());
    }
    let active: BTreeSet<i64> = actions.iter().filter(|action| action.active).map(|action| action.id).collect();
    let open: BTreeSet<i64> = kept.keys().copied().collect();
    if active != open {
        return Some(format!("open actions are {open:?}, active are {active:?}"));
    }
    let stale = actions.iter().filter_map(|action| Some((action, *kept.get(&action.id)?)));
    let stale = stale.map(|(action, open)| (OpenAction::of(action, open.required_migration_step), open));
    stale
        .into_iter()
        .find(|(wanted, open)| wanted != *open)
        .map(|(wanted, open)| format!("its copy of action {} is {open:?}, which should be {wanted:?}", wanted.id))
}

/// The target knows which of its actions wait for their group.
fn scheduled(target: &Target, actions: &[Action]) -> Option<String> {
    let waits = |action: &&Action| action.status == ActionStatus::Scheduled;
    let waiting: BTreeSet<i64> = actions.iter().filter(waits).map(|action| action.id).collect();
    let known: BTreeSet<i64> = target.scheduled.iter().map(|scheduled| scheduled.id).collect();
    (waiting != known).then(|| format!("scheduled actions are {known:?}, waiting are {waiting:?}"))
}

/// Who was never assigned anything has nothing (§4.2).
fn nothing_to_tell(target: &Target) -> Option<String> {
    let untouched = matches!(target.update_status, UpdateStatus::Unknown | UpdateStatus::Registered);
    let has_something =
        target.assigned_set.is_some() || target.installed_set.is_some() || !target.open_actions.is_empty();
    (untouched && has_something).then(|| format!("is {:?}, but was assigned something", target.update_status))
}

fn pending_without_set(target: &Target) -> Option<String> {
    let lost = target.update_status == UpdateStatus::Pending && target.assigned_set.is_none();
    lost.then(|| "is pending, but has no assigned set".to_owned())
}

/// `installedBase` is a finished action of the installed set, and there is one if there is such an action (§5.12).
fn installed_action(target: &Target, actions: &[Action]) -> Option<String> {
    let is_installed = |action: &&Action| {
        action.status == ActionStatus::Finished && Some(action.distribution_set) == target.installed_set
    };
    let installed: BTreeSet<i64> = actions.iter().filter(is_installed).map(|action| action.id).collect();
    match target.installed_action {
        Some(id) if installed.contains(&id) => None,
        None if installed.is_empty() => None,
        told => Some(format!("its installed action is {told:?}, should be of {installed:?}")),
    }
}

fn about_action(action: &Action, history: &[&StatusEntry]) -> Vec<Finding> {
    let subject = format!("action {} of {}", action.id, action.controller_id);
    let counted = i64::try_from(history.len()).unwrap_or(i64::MAX);
    let mut problems = Vec::new();
    problems.extend(Finding::of_count(&format!("{subject}, history"), action.entries.into(), counted, true));
    let wrong = [activity(action), ending(action, history)];
    problems.extend(wrong.into_iter().flatten().map(|problem| Finding::broken(&subject, problem)));
    problems
}

/// The `active` invariants of §5.1.
fn activity(action: &Action) -> Option<String> {
    let is_of_history =
        matches!(action.status, ActionStatus::Warning | ActionStatus::Download | ActionStatus::CancelRejected);
    let fits = !is_of_history && action.active == action.status.is_open();
    (!fits).then(|| format!("is {} and {}", action.status.name(), if action.active { "active" } else { "inactive" }))
}

/// Closed stays closed: the report that finished or failed an update is the last one, and there is one. A history that
/// is gone is a removal that was cut short, which the count of entries tells.
fn ending(action: &Action, history: &[&StatusEntry]) -> Option<String> {
    let newest = history.last()?.status;
    let says = |status| history.iter().any(|entry| entry.status == status);
    let status = action.status;
    match status {
        // A rollout that finds the set assigned, or gives way to a newer one, closes without saying so (§5.4, A5 and B3).
        ActionStatus::Finished | ActionStatus::Canceled if action.rollout.is_some() && !says(status) => None,
        ActionStatus::Finished | ActionStatus::Error if newest != status => {
            Some(format!("is {}, but its history ends with {}", status.name(), newest.name()))
        }
        ActionStatus::Canceled | ActionStatus::Downloaded if !says(status) => {
            Some(format!("is {}, but its history does not say so", status.name()))
        }
        ActionStatus::Finished => None,
        _ => says(ActionStatus::Finished).then(|| format!("is {}, but its history says FINISHED", status.name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{ActionType, DEFAULT_WEIGHT, EntryDraft};
    use crate::audit::{Actor, Audit};

    fn sound() -> (Target, Action, Vec<StatusEntry>) {
        let mut target = Target::new("dev", "token".to_owned(), &Actor::Device, 1);
        let mut action = Action {
            id: 7,
            controller_id: "dev".to_owned(),
            distribution_set: 3,
            active: true,
            status: ActionStatus::Running,
            action_type: ActionType::Forced,
            forced_time: None,
            weight: DEFAULT_WEIGHT,
            window: None,
            rollout: None,
            rollout_group: None,
            initiated_by: "admin".to_owned(),
            external_ref: None,
            last_status_code: None,
            entries: 0,
            last_entry: 0,
            last_entry_status: None,
            audit: Audit::created(&Actor::Device, 1),
            revision: 1,
        };
        let entry = action.record(EntryDraft::server(ActionStatus::Running, "assigned"), 5);
        target.actions = 1;
        target.update_status = UpdateStatus::Pending;
        target.assigned_set = Some(3);
        target.open_actions.push(OpenAction::of(&action, false));
        (target, action, vec![entry])
    }

    #[test]
    fn what_fits_is_not_found() {
        let (target, action, entries) = sound();
        assert_eq!(findings(&target, &[action], &entries), []);
    }

    #[test]
    fn everything_that_does_not_fit_is_found() {
        type Damage = fn(&mut Target, &mut Action, &mut Vec<StatusEntry>);
        let damages: [(&str, Damage); 12] = [
            ("kept as 2, counted 1", |target, _, _| target.actions = 2),
            ("open actions are {}", |target, _, _| target.open_actions.clear()),
            ("there twice", |target, _, _| target.open_actions.push(target.open_actions[0].clone())),
            ("its copy of action 7", |target, _, _| target.open_actions[0].status = ActionStatus::Canceling),
            ("has no assigned set", |target, _, _| target.assigned_set = None),
            ("was assigned something", |target, _, _| target.update_status = UpdateStatus::Registered),
            ("its installed action is Some(7)", |target, _, _| target.installed_action = Some(7)),
            ("is RUNNING and inactive", |_, action, _| action.active = false),
            ("ends with RUNNING", |_, action, _| (action.active, action.status) = (false, ActionStatus::Finished)),
            ("does not say so", |_, action, _| (action.active, action.status) = (false, ActionStatus::Canceled)),
            ("its history says FINISHED", |_, _, entries| entries[0].status = ActionStatus::Finished),
            ("history of action 8", |_, _, entries| entries[0].action = 8),
        ];
        for (expected, damage) in damages {
            let (mut target, mut action, mut entries) = sound();
            damage(&mut target, &mut action, &mut entries);
            let found = findings(&target, &[action], &entries);
            let broken = found.iter().filter(|finding| finding.severity == Severity::Broken);
            assert!(broken.clone().any(|finding| finding.to_string().contains(expected)), "{expected}: {found:?}");
        }
    }

    #[test]
    fn an_entry_that_was_counted_but_not_written_is_no_damage() {
        let (target, mut action, entries) = sound();
        action.entries += 1;
        action.last_entry += 1;
        let found = findings(&target, &[action], &entries);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Leftover]);
    }
}
