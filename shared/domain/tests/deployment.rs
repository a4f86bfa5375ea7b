//! Random lives of a target: whatever is assigned, reported, cancelled or repeated, the invariants of
//! `domain-behaviour.md` §5 hold, and a reference model of a few lines agrees.

use harrier_domain::Error;
use harrier_domain::action::{Action, ActionStatus, ActionType, StatusEntry};
use harrier_domain::assignment::{self, Assignment, Policy};
use harrier_domain::audit::Actor;
use harrier_domain::cancellation;
use harrier_domain::feedback::{self, Execution, Feedback};
use harrier_domain::forcing;
use harrier_domain::quota::Quotas;
use harrier_domain::target::{OpenAction, Target, UpdateStatus};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SETS: std::ops::Range<i64> = 1..5;

#[derive(Debug, Clone)]
enum Step {
    Assign { set: i64, action_type: ActionType, required_migration_step: bool, offline: bool },
    Report { action: usize, execution: Execution, failed: bool },
    Retrieve { action: usize },
    Cancel { action: usize },
    ForceQuit { action: usize },
    AnswerCancel { action: usize, execution: Execution, failed: bool },
    Force { action: usize },
}

fn action_type() -> impl Strategy<Value = ActionType> {
    prop_oneof![
        Just(ActionType::Forced),
        Just(ActionType::Soft),
        Just(ActionType::TimeForced),
        Just(ActionType::DownloadOnly)
    ]
}

fn execution() -> impl Strategy<Value = Execution> {
    prop_oneof![
        3 => Just(Execution::Closed),
        1 => Just(Execution::Proceeding),
        1 => Just(Execution::Canceled),
        1 => Just(Execution::Rejected),
        1 => Just(Execution::Download),
        2 => Just(Execution::Downloaded),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let action = 0usize..6;
    prop_oneof![
        3 => (SETS, action_type(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(
            |(set, action_type, required_migration_step, offline)| Step::Assign {
                set, action_type, required_migration_step, offline
            }
        ),
        3 => (action.clone(), execution(), any::<bool>())
            .prop_map(|(action, execution, failed)| Step::Report { action, execution, failed }),
        1 => action.clone().prop_map(|action| Step::Retrieve { action }),
        1 => action.clone().prop_map(|action| Step::Cancel { action }),
        1 => action.clone().prop_map(|action| Step::ForceQuit { action }),
        2 => (action.clone(), execution(), any::<bool>())
            .prop_map(|(action, execution, failed)| Step::AnswerCancel { action, execution, failed }),
        1 => action.prop_map(|action| Step::Force { action }),
    ]
}

/// The reference model: what `domain-behaviour.md` says, without history, quotas, copies or errors.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    assigned: Option<i64>,
    installed: Option<i64>,
    status: UpdateStatus,
    actions: BTreeMap<i64, (i64, ActionStatus, ActionType, bool)>,
}

impl Model {
    fn active(status: ActionStatus) -> bool {
        matches!(status, ActionStatus::Running | ActionStatus::Retrieved | ActionStatus::Canceling)
    }

    fn set_status(&mut self, id: i64, status: ActionStatus) {
        if let Some(action) = self.actions.get_mut(&id) {
            action.1 = status;
        }
    }

    fn assign(&mut self, id: i64, step: (i64, ActionType, bool, bool), autoclose: bool) {
        let (set, action_type, migration, offline) = step;
        if self.assigned == Some(set) || (offline && self.status == UpdateStatus::Pending) {
            return;
        }
        if offline {
            self.actions.insert(id, (set, ActionStatus::Finished, ActionType::Forced, migration));
            (self.assigned, self.installed, self.status) = (Some(set), Some(set), UpdateStatus::InSync);
            return;
        }
        for (_, status, _, kept) in self.actions.values_mut() {
            if Self::active(*status) && !*kept {
                *status = if autoclose { ActionStatus::Canceled } else { ActionStatus::Canceling };
            }
        }
        self.actions.insert(id, (set, ActionStatus::Running, action_type, migration));
        (self.assigned, self.status) = (Some(set), UpdateStatus::Pending);
    }

    fn report(&mut self, id: i64, execution: Execution, failed: bool) {
        let (set, _, action_type, _) = self.actions[&id];
        let download_only = action_type == ActionType::DownloadOnly;
        match execution {
            Execution::Closed if failed => {
                self.set_status(id, ActionStatus::Error);
                (self.assigned, self.status) = (None, UpdateStatus::Error);
            }
            Execution::Closed => {
                self.set_status(id, ActionStatus::Finished);
                self.installed = Some(set);
                if download_only {
                    self.assigned = Some(set);
                }
                if self.assigned == Some(set) {
                    self.status = UpdateStatus::InSync;
                }
            }
            Execution::Downloaded if download_only => {
                self.set_status(id, ActionStatus::Downloaded);
                self.status = UpdateStatus::InSync;
            }
            _ => {}
        }
    }

    fn canceled(&mut self, id: i64) {
        self.set_status(id, ActionStatus::Canceled);
        match self.actions.values().find(|(_, status, _, _)| Self::active(*status)) {
            Some((set, ..)) => self.assigned = Some(*set),
            None => (self.assigned, self.status) = (self.installed, UpdateStatus::InSync),
        }
    }
}

/// The real thing: records as the store would hold them.
struct World {
    target: Target,
    actions: BTreeMap<i64, Action>,
    history: Vec<StatusEntry>,
    now: i64,
    autoclose: bool,
}

impl World {
    fn new(autoclose: bool) -> Self {
        let target = Target::new("device", "token".into(), &Actor::System, 0);
        Self { target, actions: BTreeMap::new(), history: Vec::new(), now: 1_000, autoclose }
    }

    fn policy(&self) -> Policy {
        Policy { autoclose: self.autoclose, confirmation_flow: false, quotas: Quotas::default() }
    }

    fn nth(&self, position: usize) -> Option<i64> {
        self.actions.keys().nth(position).copied()
    }

    fn assign(&mut self, set: i64, action_type: ActionType, required_migration_step: bool, offline: bool) -> i64 {
        let id = i64::try_from(self.actions.len()).unwrap() + 1;
        let assignment = Assignment {
            distribution_set: set,
            required_migration_step,
            action_type,
            forced_time: Some(i64::MAX),
            weight: 1000,
            window: None,
            confirmation_required: false,
            message: None,
            offline,
        };
        let policy = self.policy();
        let mut open: Vec<Action> = self.actions.values().filter(|action| action.active).cloned().collect();
        let user = Actor::User("ops".into());
        let made = assignment::assign(&mut self.target, &mut open, id, &assignment, &policy, &user, self.now).unwrap();
        self.actions.extend(open.into_iter().map(|action| (action.id, action)));
        if let Some(made) = made {
            self.history.extend(made.entries);
            self.actions.insert(id, made.action);
        }
        id
    }

    fn change(&mut self, id: i64, change: impl FnOnce(&mut Target, &mut Action, i64) -> Option<StatusEntry>) {
        let action = self.actions.get_mut(&id).unwrap();
        self.history.extend(change(&mut self.target, action, self.now));
    }

    fn view(&self) -> Model {
        let actions = self.actions.values().map(|action| {
            let migration = self.target.open_action(action.id).is_some_and(|open| open.required_migration_step);
            (action.id, (action.distribution_set, action.status, action.action_type, migration))
        });
        Model {
            assigned: self.target.assigned_set,
            installed: self.target.installed_set,
            status: self.target.update_status,
            actions: actions.collect(),
        }
    }

    fn check_invariants(&self) {
        let active: Vec<OpenAction> = self
            .actions
            .values()
            .filter(|action| action.active)
            .map(|action| {
                let copy = self.target.open_action(action.id).expect("an active action is open");
                OpenAction::of(action, copy.required_migration_step)
            })
            .collect();
        assert_eq!(self.target.open_actions, active, "the copies agree with the actions");
        for action in self.actions.values() {
            assert_eq!(action.active, Model::active(action.status), "{action:?}");
            let entries: Vec<&StatusEntry> = self.history.iter().filter(|entry| entry.action == action.id).collect();
            assert_eq!(entries.len(), usize::try_from(action.entries).unwrap(), "every entry is counted");
            assert!(entries.is_sorted_by(|a, b| a.id < b.id), "entry ids ascend");
        }
        assert_eq!(usize::try_from(self.target.actions).unwrap(), self.actions.len());
    }
}

fn feedback(execution: Execution, failed: bool) -> Feedback {
    Feedback { execution, failed, code: None, details: vec!["said <so>".into()], timestamp: None }
}

/// Applies one step to both; errors must leave the world as it was.
fn apply(world: &mut World, model: &mut Model, step: &Step) {
    let quotas = Quotas::default();
    let ops = Actor::User("ops".into());
    match *step {
        Step::Assign { set, action_type, required_migration_step, offline } => {
            let id = world.assign(set, action_type, required_migration_step, offline);
            model.assign(id, (set, action_type, required_migration_step, offline), world.autoclose);
        }
        Step::Report { action, execution, failed } => {
            let Some(id) = world.nth(action).filter(|id| world.actions[id].active) else { return };
            let said = feedback(execution, failed);
            world.change(id, |t, a, now| Some(feedback::report(t, a, &said, &quotas, now).unwrap()));
            model.report(id, execution, failed);
        }
        Step::Retrieve { action } => {
            let Some(id) = world.nth(action) else { return };
            let before = world.actions[&id].clone();
            world.change(id, feedback::retrieve);
            if !before.active {
                assert_eq!(before, world.actions[&id], "closed actions stay as they are");
            }
            let unanswered = before.last_entry_status != Some(ActionStatus::Retrieved);
            if before.active && before.status != ActionStatus::Canceling && unanswered {
                model.set_status(id, ActionStatus::Retrieved);
            }
        }
        Step::Cancel { action } => {
            let Some(id) = world.nth(action) else { return };
            let possible = matches!(model.actions[&id].1, ActionStatus::Running | ActionStatus::Retrieved);
            world.change(id, |t, a, now| {
                let outcome = cancellation::request(t, a, &ops, now);
                assert_eq!(outcome.is_ok(), possible);
                outcome.ok()
            });
            if possible {
                model.set_status(id, ActionStatus::Canceling);
            }
        }
        Step::ForceQuit { action } => {
            let Some(id) = world.nth(action) else { return };
            let possible = model.actions[&id].1 == ActionStatus::Canceling;
            world.change(id, |t, a, now| {
                let outcome = cancellation::force_quit(t, a, &ops, now);
                assert_eq!(outcome.is_ok(), possible);
                outcome.ok()
            });
            if possible {
                model.canceled(id);
            }
        }
        Step::AnswerCancel { action, execution, failed } => {
            let Some(id) = world.nth(action) else { return };
            let status = model.actions[&id].1;
            world.change(id, |t, a, now| {
                let outcome = cancellation::answer(t, a, &feedback(execution, failed), &quotas, now);
                assert_eq!(
                    outcome.as_ref().err(),
                    (!status.is_canceling_or_canceled()).then_some(&Error::ActionNotCancelable)
                );
                outcome.ok()
            });
            match (status, execution, failed) {
                (ActionStatus::Canceling, Execution::Closed, false) => model.canceled(id),
                (ActionStatus::Canceling, Execution::Closed, true)
                | (ActionStatus::Canceling, Execution::Rejected, _) => {
                    model.set_status(id, ActionStatus::Running);
                }
                _ => {}
            }
        }
        Step::Force { action } => {
            let Some(id) = world.nth(action) else { return };
            world.change(id, |t, a, now| {
                forcing::force(t, a, &ops, now);
                None
            });
            model.actions.get_mut(&id).unwrap().2 = ActionType::Forced;
        }
    }
}

/// Required-migration-step flags live on open actions only; the model keeps them for ever.
fn without_flags(mut model: Model) -> Model {
    model.actions.values_mut().for_each(|action| action.3 = false);
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_lives_agree_with_the_reference_model(
        autoclose in any::<bool>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new(autoclose);
        let mut model = world.view();
        for step in &steps {
            world.now += 7;
            apply(&mut world, &mut model, step);
            world.check_invariants();
            prop_assert_eq!(without_flags(world.view()), without_flags(model.clone()), "after {:?}", step);
        }
    }
}

#[test]
fn a_late_clock_does_not_hide_an_installation_and_a_fast_one_does_not_block_the_next() {
    let mut world = World::new(false);
    let quotas = Quotas::default();
    for (set, timestamp) in [(1, i64::MAX), (2, 0), (3, -5)] {
        let id = world.assign(set, ActionType::Forced, false, false);
        world.now += 10;
        let said = Feedback { timestamp: Some(timestamp), ..feedback(Execution::Closed, false) };
        world.change(id, |t, a, now| Some(feedback::report(t, a, &said, &quotas, now).unwrap()));
        assert_eq!(world.target.installed_set, Some(set));
        assert_eq!(world.target.update_status, UpdateStatus::InSync);
    }
}

#[test]
fn an_older_report_closes_the_action_but_changes_no_installation() {
    let mut world = World::new(false);
    let quotas = Quotas::default();
    let older = world.assign(1, ActionType::Forced, true, false);
    world.now += 10;
    let newer = world.assign(2, ActionType::Forced, true, false);
    let done = |at| Feedback { timestamp: Some(at), ..feedback(Execution::Closed, false) };
    world.now += 10;
    world.change(newer, |t, a, now| Some(feedback::report(t, a, &done(1_015), &quotas, now).unwrap()));
    world.change(older, |t, a, now| Some(feedback::report(t, a, &done(1_012), &quotas, now).unwrap()));
    assert_eq!(world.target.installed_set, Some(2));
    assert_eq!(world.target.installed_action, Some(newer));
    assert!(!world.actions[&older].active);
}

#[test]
fn the_entry_quota_refuses_intermediate_reports_and_lets_closing_ones_through() {
    let mut world = World::new(false);
    let quotas = Quotas { status_entries_per_action: 3, messages_per_status: 2, ..Quotas::default() };
    let id = world.assign(1, ActionType::Forced, false, false);
    let report = |world: &mut World, said: &Feedback| {
        let action = world.actions.get_mut(&id).unwrap();
        feedback::report(&mut world.target, action, said, &quotas, world.now)
    };
    assert!(report(&mut world, &feedback(Execution::Proceeding, false)).is_ok());
    assert!(report(&mut world, &feedback(Execution::Proceeding, false)).is_ok());
    assert!(matches!(report(&mut world, &feedback(Execution::Proceeding, false)), Err(Error::QuotaExceeded { .. })));
    let wordy = Feedback { details: vec!["x".repeat(1025)], ..feedback(Execution::Closed, false) };
    assert!(matches!(report(&mut world, &wordy), Err(Error::QuotaExceeded { .. })));
    assert!(report(&mut world, &feedback(Execution::Closed, false)).is_ok());
}
