//! Random lives of a target: whatever is assigned, reported, confirmed, cancelled, invalidated, deleted or repeated, the
//! invariants of `domain-behaviour.md` §5 hold, and the reference model agrees.

use harrier_domain::Error;
use harrier_domain::action::{ActionStatus, ActionType};
use harrier_domain::feedback::Execution;
use proptest::prelude::*;

use crate::model::Model;
use crate::world::{Order, World, is_open, is_over, said};

const SETS: std::ops::Range<i64> = 1..5;

#[derive(Debug, Clone)]
enum Step {
    Assign(Order),
    /// By a rollout.
    Schedule(Order),
    Start {
        action: usize,
        confirmation_required: bool,
    },
    Stop {
        action: usize,
    },
    Quit {
        action: usize,
    },
    /// Late ones too.
    Report {
        action: usize,
        execution: Execution,
        failed: bool,
    },
    Retrieve {
        action: usize,
    },
    Cancel {
        action: usize,
    },
    Lapse {
        action: usize,
    },
    ForceQuit {
        action: usize,
    },
    AnswerCancel {
        action: usize,
        execution: Execution,
        failed: bool,
    },
    Answer {
        action: usize,
        confirmed: bool,
    },
    AutoConfirm(bool),
    Flow(bool),
    Force {
        action: usize,
    },
    Invalidate {
        set: i64,
        force: bool,
    },
    /// Any action, as a purge does.
    Remove {
        action: usize,
    },
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
        1 => Just(Execution::Scheduled),
        1 => Just(Execution::Resumed),
        1 => Just(Execution::Canceled),
        1 => Just(Execution::Rejected),
        1 => Just(Execution::Download),
        2 => Just(Execution::Downloaded),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    let flags = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.7));
    (SETS, action_type(), flags).prop_map(
        |(set, action_type, (required_migration_step, offline, confirmation_required))| Order {
            set,
            action_type,
            required_migration_step,
            offline,
            confirmation_required,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let action = || 0usize..6;
    let told = || (action(), execution(), any::<bool>());
    prop_oneof![
        4 => order().prop_map(Step::Assign),
        2 => order().prop_map(Step::Schedule),
        3 => (action(), any::<bool>())
            .prop_map(|(action, confirmation_required)| Step::Start { action, confirmation_required }),
        1 => action().prop_map(|action| Step::Stop { action }),
        1 => action().prop_map(|action| Step::Quit { action }),
        4 => told().prop_map(|(action, execution, failed)| Step::Report { action, execution, failed }),
        2 => action().prop_map(|action| Step::Retrieve { action }),
        2 => action().prop_map(|action| Step::Cancel { action }),
        1 => action().prop_map(|action| Step::Lapse { action }),
        1 => action().prop_map(|action| Step::ForceQuit { action }),
        2 => told().prop_map(|(action, execution, failed)| Step::AnswerCancel { action, execution, failed }),
        2 => (action(), any::<bool>()).prop_map(|(action, confirmed)| Step::Answer { action, confirmed }),
        1 => any::<bool>().prop_map(Step::AutoConfirm),
        1 => any::<bool>().prop_map(Step::Flow),
        1 => action().prop_map(|action| Step::Force { action }),
        1 => (SETS, any::<bool>()).prop_map(|(set, force)| Step::Invalidate { set, force }),
        1 => action().prop_map(|action| Step::Remove { action }),
    ]
}

/// Applies one step to both; they must agree about what is refused.
fn apply(world: &mut World, model: &mut Model, step: &Step) {
    match *step {
        Step::Assign(order) => {
            let (autoclose, flow) = (world.autoclose, world.flow);
            let made = world.assign(order);
            model.assign(made.unwrap_or(-1), order, autoclose, flow);
        }
        Step::Schedule(order) => model.schedule(world.schedule(order), order),
        Step::AutoConfirm(true) => assert_eq!(world.activate().is_ok(), model.activate()),
        Step::AutoConfirm(false) => {
            world.deactivate();
            model.auto_confirm = false;
        }
        Step::Flow(on) => world.flow = on,
        Step::Invalidate { set, force } => invalidate(world, model, set, force),
        Step::Start { action, .. }
        | Step::Stop { action }
        | Step::Quit { action }
        | Step::Report { action, .. }
        | Step::Retrieve { action }
        | Step::Cancel { action }
        | Step::Lapse { action }
        | Step::ForceQuit { action }
        | Step::AnswerCancel { action, .. }
        | Step::Answer { action, .. }
        | Step::Force { action }
        | Step::Remove { action } => {
            if let Some(id) = world.nth(action) {
                apply_to(world, model, id, step);
            }
        }
    }
}

fn apply_to(world: &mut World, model: &mut Model, id: i64, step: &Step) {
    match *step {
        Step::Start { confirmation_required, .. } => {
            world.start(id, confirmation_required);
            model.start(id, confirmation_required, world.autoclose, world.flow);
        }
        Step::Stop { .. } => assert_eq!(world.stop(id).is_some(), model.cancel(id)),
        Step::Quit { .. } => assert_eq!(world.quit(id).is_some(), model.quit(id)),
        Step::Report { execution, failed, .. } => {
            world.report(id, &said(execution, failed)).unwrap();
            model.report(id, execution, failed);
        }
        Step::Retrieve { .. } => {
            world.retrieve(id);
            model.retrieve(id);
        }
        Step::Cancel { .. } => assert_eq!(world.cancel(id).is_ok(), model.cancel(id)),
        Step::Lapse { .. } => assert_eq!(world.lapse(id).is_some(), model.cancel(id)),
        Step::ForceQuit { .. } => assert_eq!(world.force_quit(id).is_ok(), model.force_quit(id)),
        Step::AnswerCancel { execution, failed, .. } => {
            let answered = world.answer_cancel(id, &said(execution, failed));
            let possible = model.answer_cancel(id, execution, failed);
            assert_eq!(answered.err(), (!possible).then_some(Error::ActionNotCancelable));
        }
        Step::Answer { confirmed, .. } => {
            let flow = world.flow;
            assert_eq!(world.answer(id, confirmed).is_ok(), model.answer(id, confirmed, flow));
        }
        Step::Force { .. } => {
            world.force(id);
            model.actions.get_mut(&id).unwrap().action_type = ActionType::Forced;
        }
        Step::Remove { .. } => {
            world.remove(id);
            model.actions.remove(&id);
        }
        _ => unreachable!("a step about one action"),
    }
}

/// `domain-behaviour.md` §9: soft asks the devices, force does not wait for them.
fn invalidate(world: &mut World, model: &mut Model, set: i64, force: bool) {
    let open: Vec<i64> =
        world.target.open_actions.iter().filter(|open| open.distribution_set == set).map(|o| o.id).collect();
    for id in open {
        assert_eq!(world.cancel(id).is_ok(), model.cancel(id));
        if force {
            assert_eq!(world.force_quit(id).is_ok(), model.force_quit(id));
        }
    }
}

/// A closed action is never open again, and a canceled one stays canceled.
fn check_history(before: &Model, after: &Model, step: &Step) {
    for (id, was) in before.actions.iter().filter(|(_, was)| is_over(was.status)) {
        let Some(is) = after.actions.get(id) else { continue };
        assert!(!is_open(is.status), "{step:?} reopened {id}");
        let may_change = was.status == ActionStatus::Downloaded;
        assert!(may_change || is.status == was.status, "{step:?} changed the closed {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_lives_agree_with_the_reference_model(
        autoclose in any::<bool>(),
        flow in any::<bool>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new();
        (world.autoclose, world.flow) = (autoclose, flow);
        let mut model = Model::of(&world);
        for step in &steps {
            world.now += 7;
            let before = Model::of(&world);
            apply(&mut world, &mut model, step);
            world.check_invariants();
            let after = Model::of(&world);
            check_history(&before, &after, step);
            prop_assert_eq!(after.comparable(), model.clone().comparable(), "after {:?}", step);
        }
    }
}
