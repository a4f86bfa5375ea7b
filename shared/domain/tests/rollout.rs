//! Rollouts against a reference model of one page (`domain-behaviour.md` §11.8, §11.9): whatever devices report and users
//! command, both are in the same state after each event.

use harrier_domain::audit::{Actor, Audit};
use harrier_domain::quota::Quotas;
use harrier_domain::rollout::advance::{self, Evidence, GroupCounts};
use harrier_domain::rollout::creation::{Grouping, NewGroup, NewRollout};
use harrier_domain::rollout::{
    Conditions, Counts, ErrorCondition, GroupStatus, Rollout, RolloutGroup, RolloutStatus, SuccessAction, commands,
};
use proptest::prelude::*;

// ---- the model: integers, no ids, no counters

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Finished,
    Error,
    Canceled,
}

#[derive(Debug, Clone)]
struct ModelGroup {
    status: GroupStatus,
    /// Of each target, how its action ended.
    targets: Vec<Option<End>>,
    success: usize,
    error: usize,
    pauses: bool,
}

#[derive(Debug, Clone)]
struct Model {
    status: RolloutStatus,
    groups: Vec<ModelGroup>,
}

impl ModelGroup {
    fn ended(&self, end: End) -> usize {
        self.targets.iter().filter(|target| **target == Some(end)).count()
    }

    fn succeeded(&self) -> bool {
        self.targets.is_empty() || self.ended(End::Finished) * 100 >= self.success * self.targets.len()
    }

    fn failed(&self) -> bool {
        self.ended(End::Error) * 100 > self.error * self.targets.len()
    }
}

impl Model {
    fn start_next(&mut self) -> bool {
        let next =
            self.groups.iter().rposition(|group| group.status != GroupStatus::Scheduled).map_or(0, |last| last + 1);
        let Some(group) = self.groups.get_mut(next) else { return false };
        group.status = GroupStatus::Running;
        true
    }

    fn tick(&mut self) {
        let running: Vec<usize> =
            (0..self.groups.len()).filter(|place| self.groups[*place].status == GroupStatus::Running).collect();
        if running.is_empty() {
            self.start_next();
        }
        for place in running {
            let group = self.groups[place].clone();
            if group.failed() {
                self.groups[place].status = GroupStatus::Error;
                self.status = RolloutStatus::Paused;
                return;
            }
            let completed = group.targets.iter().all(Option::is_some);
            let next_waits = self.groups.get(place + 1).is_some_and(|next| next.status == GroupStatus::Scheduled);
            if (completed || group.succeeded()) && next_waits {
                if group.pauses {
                    self.status = RolloutStatus::Paused;
                } else {
                    self.groups[place + 1].status = GroupStatus::Running;
                }
            }
            if completed {
                self.groups[place].status = GroupStatus::Finished;
            }
            if self.status == RolloutStatus::Paused {
                return;
            }
        }
        let over = |group: &ModelGroup| matches!(group.status, GroupStatus::Finished | GroupStatus::Error);
        if self.groups.iter().all(over) {
            self.status = RolloutStatus::Finished;
        }
    }

    fn resume(&mut self) -> bool {
        if self.status != RolloutStatus::Paused {
            return false;
        }
        self.status = RolloutStatus::Running;
        let last = self.groups.iter().rfind(|group| group.status != GroupStatus::Scheduled).cloned();
        if last.is_some_and(|last| last.status == GroupStatus::Error || (last.pauses && last.succeeded())) {
            self.start_next();
        }
        true
    }
}

// ---- the real one

struct Real {
    rollout: Rollout,
    groups: Vec<RolloutGroup>,
}

const NOW: i64 = 1_800_000_000_000;

fn actor() -> Actor {
    Actor::User("ops".to_owned())
}

impl Real {
    fn of(model: &Model) -> Self {
        let group = |(place, group): (usize, &ModelGroup)| NewGroup {
            name: format!("g{place}"),
            description: None,
            filter: String::new(),
            percentage: 100.0,
            confirmation_required: false,
            conditions: Conditions {
                success_threshold: group.success.to_string(),
                success_action: if group.pauses { SuccessAction::Pause } else { SuccessAction::NextGroup },
                success_action_expression: String::new(),
                error: Some(ErrorCondition { threshold: group.error.to_string(), action_expression: String::new() }),
            },
        };
        let new = NewRollout {
            name: "all".to_owned(),
            description: None,
            filter: "name==*".to_owned(),
            distribution_set: 1,
            action_type: harrier_domain::action::ActionType::Forced,
            forced_time: None,
            weight: 1000,
            start_at: None,
            dynamic: false,
            grouping: Grouping::Explicit(model.groups.iter().enumerate().map(group).collect()),
            retry_of: None,
            authorities: Vec::new(),
        };
        new.check(&Quotas::default()).expect("a valid rollout");
        let ids: Vec<i64> = (1..=i64::try_from(model.groups.len()).unwrap_or(0)).collect();
        let (mut rollout, mut groups) = new.build(1, &ids, 0, &actor(), NOW);
        for (group, model) in groups.iter_mut().zip(&model.groups) {
            advance::filled(group, model.targets.len() as u64);
        }
        advance::created(&mut rollout, &mut groups, None, false, NOW);
        commands::start(&mut rollout, &actor(), NOW).expect("it is ready");
        groups.iter_mut().for_each(|group| group.status = GroupStatus::Scheduled);
        assert_eq!(advance::scheduled(&mut rollout, &mut groups, NOW), [1]);
        assert_eq!(rollout.audit, Audit::created(&actor(), NOW));
        Self { rollout, groups }
    }

    fn counts(&self, model: &Model) -> GroupCounts {
        let counted = self.groups.iter().zip(&model.groups).map(|(group, model)| {
            let mut counts = Counts::default();
            for target in &model.targets {
                match (target, group.status) {
                    (Some(End::Finished), _) => counts.finished += 1,
                    (Some(End::Error), _) => counts.error += 1,
                    (Some(End::Canceled), _) => counts.canceled += 1,
                    (None, GroupStatus::Scheduled) => counts.scheduled += 1,
                    (None, _) => counts.running += 1,
                }
            }
            (group.id, counts)
        });
        counted.collect()
    }

    fn state(&self) -> (RolloutStatus, Vec<GroupStatus>) {
        (self.rollout.status, self.groups.iter().map(|group| group.status).collect())
    }
}

fn come_to_rest(model: &mut Model, real: &mut Real) {
    for _ in 0..20 {
        if model.status == RolloutStatus::Running {
            model.tick();
        }
        if real.rollout.status == RolloutStatus::Running {
            let counts = real.counts(model);
            let evidence = Evidence { counts: &counts, starting: false, most_groups: 500 };
            advance::evaluate(&mut real.rollout, &mut real.groups, evidence, NOW);
        }
        assert_eq!((model.status, model.groups.iter().map(|group| group.status).collect()), real.state());
    }
}

// ---- what happens

#[derive(Debug, Clone)]
enum Event {
    Report { group: usize, target: usize, end: End },
    Remove { group: usize, target: usize },
    Resume,
    TriggerNext,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let end = prop_oneof![4 => Just(End::Finished), 2 => Just(End::Error), 1 => Just(End::Canceled)];
    let event = prop_oneof![
        8 => (0..5_usize, 0..5_usize, end).prop_map(|(group, target, end)| Event::Report { group, target, end }),
        1 => (0..5_usize, 0..5_usize).prop_map(|(group, target)| Event::Remove { group, target }),
        3 => Just(Event::Resume),
        1 => Just(Event::TriggerNext),
    ];
    prop::collection::vec(event, 0..60)
}

fn models() -> impl Strategy<Value = Model> {
    let threshold = || prop::sample::select(vec![0_usize, 20, 33, 50, 60, 100]);
    let group = (0..5_usize, threshold(), threshold(), any::<bool>()).prop_map(|(size, success, error, pauses)| {
        ModelGroup { status: GroupStatus::Scheduled, targets: vec![None; size], success, error, pauses }
    });
    prop::collection::vec(group, 1..5).prop_map(|mut groups| {
        groups[0].status = GroupStatus::Running;
        Model { status: RolloutStatus::Running, groups }
    })
}

fn happen(event: &Event, model: &mut Model, real: &mut Real) {
    match event {
        Event::Report { group, target, end } => {
            let group = model.groups.get_mut(*group).filter(|group| group.status != GroupStatus::Scheduled);
            if let Some(open) = group.and_then(|group| group.targets.get_mut(*target)).filter(|open| open.is_none()) {
                *open = Some(*end);
            }
        }
        Event::Remove { group, target } => {
            if let Some(group) = model.groups.get_mut(*group).filter(|group| *target < group.targets.len()) {
                group.targets.remove(*target);
            }
        }
        Event::Resume => {
            let counts = real.counts(model);
            // Totals of groups that were never evaluated since a removal are corrected when they are.
            for (group, model) in real.groups.iter_mut().zip(&model.groups) {
                group.total_targets = model.targets.len() as u64;
            }
            let resumed = commands::resume(&mut real.rollout, &mut real.groups, &counts, &actor(), NOW);
            assert_eq!(resumed.is_ok(), model.resume());
        }
        Event::TriggerNext => {
            let triggered = commands::trigger_next(&real.rollout, &mut real.groups, &actor(), NOW);
            let expected = model.status == RolloutStatus::Running && model.start_next();
            assert_eq!(triggered.is_ok(), expected);
        }
    }
}

proptest! {
    #[test]
    fn a_rollout_does_what_the_model_does(mut model in models(), events in events()) {
        let mut real = Real::of(&model);
        come_to_rest(&mut model, &mut real);
        for event in &events {
            happen(event, &mut model, &mut real);
            come_to_rest(&mut model, &mut real);
        }
    }
}

/// A group can fail before the last of its targets was told to begin.
#[test]
fn a_rollout_does_not_end_while_a_failed_group_is_still_being_started() {
    let targets = vec![Some(End::Error), None];
    let group = ModelGroup { status: GroupStatus::Running, targets, success: 100, error: 0, pauses: false };
    let model = Model { status: RolloutStatus::Running, groups: vec![group] };
    let mut real = Real::of(&model);
    let counts = real.counts(&model);
    let evaluate = |real: &mut Real, starting| {
        let evidence = Evidence { counts: &counts, starting, most_groups: 500 };
        advance::evaluate(&mut real.rollout, &mut real.groups, evidence, NOW);
        real.rollout.status
    };
    assert_eq!(evaluate(&mut real, true), RolloutStatus::Paused);
    commands::resume(&mut real.rollout, &mut real.groups, &counts, &actor(), NOW).expect("it is paused");
    assert_eq!(evaluate(&mut real, true), RolloutStatus::Running);
    assert_eq!(evaluate(&mut real, false), RolloutStatus::Finished);
}
