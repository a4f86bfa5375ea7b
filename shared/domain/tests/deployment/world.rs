//! A target and its actions, as the store would hold them.

use harrier_domain::action::{Action, ActionStatus, ActionType, StatusEntry};
use harrier_domain::assignment::{self, Assignment, Policy};
use harrier_domain::audit::Actor;
use harrier_domain::feedback::{self, Execution, Feedback, LateReports};
use harrier_domain::quota::Quotas;
use harrier_domain::target::{OpenAction, Target};
use harrier_domain::{Result, cancellation, confirmation, forcing};
use std::collections::BTreeMap;

pub struct World {
    pub target: Target,
    pub actions: BTreeMap<i64, Action>,
    pub history: Vec<StatusEntry>,
    pub now: i64,
    pub autoclose: bool,
    pub flow: bool,
    pub quotas: Quotas,
    pub last_id: i64,
}

/// How a set is assigned.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub set: i64,
    pub action_type: ActionType,
    pub required_migration_step: bool,
    pub offline: bool,
    pub confirmation_required: bool,
}

impl Order {
    pub fn of(set: i64) -> Self {
        let action_type = ActionType::Forced;
        Self { set, action_type, required_migration_step: false, offline: false, confirmation_required: true }
    }

    pub fn step(self) -> Self {
        Self { required_migration_step: true, ..self }
    }

    pub fn download_only(self) -> Self {
        Self { action_type: ActionType::DownloadOnly, ..self }
    }
}

pub fn ops() -> Actor {
    Actor::User("ops".into())
}

pub fn said(execution: Execution, failed: bool) -> Feedback {
    Feedback { execution, failed, code: None, details: vec!["said <so>".into()], timestamp: None }
}

impl World {
    pub fn new() -> Self {
        Self {
            target: Target::new("device", "token".into(), &Actor::System, 0),
            actions: BTreeMap::new(),
            history: Vec::new(),
            now: 1_000,
            autoclose: false,
            flow: false,
            quotas: Quotas::default(),
            last_id: 0,
        }
    }

    pub fn policy(&self) -> Policy {
        Policy { autoclose: self.autoclose, confirmation_flow: self.flow, quotas: self.quotas }
    }

    /// The action at this position, oldest first.
    pub fn nth(&self, position: usize) -> Option<i64> {
        self.actions.keys().nth(position).copied()
    }

    /// Assigns, and returns the id of the new action, if there is one.
    pub fn assign(&mut self, order: Order) -> Option<i64> {
        let id = self.last_id + 1;
        let assignment = Assignment {
            distribution_set: order.set,
            required_migration_step: order.required_migration_step,
            action_type: order.action_type,
            forced_time: Some(i64::MAX),
            weight: 1000,
            window: None,
            confirmation_required: order.confirmation_required,
            message: None,
            offline: order.offline,
        };
        let policy = self.policy();
        let now = self.now;
        let made = self.among_others(|target, others| {
            assignment::assign(target, others, id, &assignment, &policy, &ops(), now).unwrap()
        })?;
        self.last_id = id;
        self.history.extend(made.entries);
        self.actions.insert(id, made.action);
        Some(id)
    }

    /// Lets `change` decide about something new, and about all actions that are not over, which may give way to it.
    pub fn among_others<T>(&mut self, change: impl FnOnce(&mut Target, &mut [Action]) -> T) -> T {
        let mut others: Vec<Action> = self.actions.values().filter(|other| !is_over(other.status)).cloned().collect();
        let outcome = change(&mut self.target, &mut others);
        self.actions.extend(others.into_iter().map(|other| (other.id, other)));
        outcome
    }

    /// Lets `change` decide about an action, and keeps the entry it yields. A refusal must change nothing.
    pub fn change(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Target, &mut Action, &Quotas, i64) -> Result<Option<StatusEntry>>,
    ) -> Result<Option<StatusEntry>> {
        let action = self.actions.get_mut(&id).unwrap();
        let before = (self.target.clone(), action.clone());
        let outcome = change(&mut self.target, action, &self.quotas, self.now);
        if outcome.is_err() {
            assert_eq!(before, (self.target.clone(), action.clone()), "a refusal changes nothing");
        }
        self.history.extend(outcome.iter().flatten().cloned());
        outcome
    }

    pub fn report(&mut self, id: i64, said: &Feedback) -> Result<Option<StatusEntry>> {
        self.report_late(id, said, LateReports::Record)
    }

    pub fn report_late(&mut self, id: i64, said: &Feedback, late: LateReports) -> Result<Option<StatusEntry>> {
        self.change(id, |target, action, quotas, now| feedback::report(target, action, said, late, quotas, now))
    }

    pub fn retrieve(&mut self, id: i64) -> Option<StatusEntry> {
        self.change(id, |target, action, _, now| Ok(feedback::retrieve(target, action, now))).unwrap()
    }

    pub fn cancel(&mut self, id: i64) -> Result<Option<StatusEntry>> {
        self.change(id, |target, action, _, now| cancellation::request(target, action, &ops(), now).map(Some))
    }

    pub fn lapse(&mut self, id: i64) -> Option<StatusEntry> {
        self.change(id, |target, action, _, now| Ok(cancellation::lapse(target, action, now))).unwrap()
    }

    pub fn force_quit(&mut self, id: i64) -> Result<Option<StatusEntry>> {
        self.change(id, |target, action, _, now| cancellation::force_quit(target, action, &ops(), now).map(Some))
    }

    pub fn answer_cancel(&mut self, id: i64, said: &Feedback) -> Result<Option<StatusEntry>> {
        self.change(id, |target, action, quotas, now| cancellation::answer(target, action, said, quotas, now).map(Some))
    }

    pub fn answer(&mut self, id: i64, confirmed: bool) -> Result<Option<StatusEntry>> {
        let (answer, flow) = (confirmation::Answer { confirmed, code: None, details: Vec::new() }, self.flow);
        self.change(id, |target, action, quotas, now| {
            confirmation::answer(target, action, &answer, flow, quotas, &Actor::Device, now).map(Some)
        })
    }

    /// Activates auto-confirmation, which releases what waits.
    pub fn activate(&mut self) -> Result<()> {
        let wanted = confirmation::requested(None, None, &ops(), self.now).unwrap();
        confirmation::activate(&mut self.target, wanted, &ops(), self.now)?;
        for id in self.actions.keys().copied().collect::<Vec<_>>() {
            self.release(id);
        }
        Ok(())
    }

    pub fn release(&mut self, id: i64) -> Option<StatusEntry> {
        let wanted = confirmation::requested(None, None, &ops(), self.now).unwrap();
        self.change(id, |target, action, _, now| Ok(confirmation::release(target, action, &wanted, &ops(), now)))
            .unwrap()
    }

    pub fn deactivate(&mut self) {
        confirmation::deactivate(&mut self.target, &ops(), self.now);
    }

    pub fn force(&mut self, id: i64) {
        self.change(id, |target, action, _, now| {
            forcing::force(target, action, &ops(), now);
            Ok(None)
        })
        .unwrap();
    }

    /// An operator deletes the action, or a quota purges it.
    pub fn remove(&mut self, id: i64) {
        self.target.forget(&self.actions[&id]);
        self.actions.remove(&id);
        self.history.retain(|entry| entry.action != id);
    }

    pub fn check_invariants(&self) {
        let active: Vec<OpenAction> = self
            .actions
            .values()
            .filter(|action| action.active)
            .map(|action| {
                let copy = self.target.open_action(action.id).expect("an active action is open");
                OpenAction::of(action, copy.required_migration_step)
            })
            .collect();
        let mut open = self.target.open_actions.clone();
        open.sort_by_key(|open| open.id);
        assert_eq!(open, active, "the copies agree with the actions");
        assert!(self.target.current_action().is_some() || active.is_empty(), "an open action is offered");
        let waiting = self.actions.values().filter(|action| action.status == ActionStatus::Scheduled);
        assert!(self.target.scheduled.iter().map(|waits| waits.id).eq(waiting.map(|action| action.id)));
        for action in self.actions.values() {
            assert_eq!(action.active, is_open(action.status), "{action:?}");
            let entries: Vec<&StatusEntry> = self.history.iter().filter(|entry| entry.action == action.id).collect();
            assert_eq!(entries.len(), usize::try_from(action.entries).unwrap(), "every entry is counted");
            assert!(entries.is_sorted_by(|a, b| a.id < b.id), "entry ids ascend");
        }
        assert_eq!(usize::try_from(self.target.actions).unwrap(), self.actions.len());
    }
}

/// The statuses of active actions (`domain-behaviour.md` §5.1).
pub fn is_open(status: ActionStatus) -> bool {
    use ActionStatus::{Canceling, Retrieved, Running, WaitForConfirmation};
    matches!(status, Running | Retrieved | Canceling | WaitForConfirmation)
}

/// The statuses that nothing leads out of but the installation of what was downloaded.
pub fn is_over(status: ActionStatus) -> bool {
    !is_open(status) && status != ActionStatus::Scheduled
}
