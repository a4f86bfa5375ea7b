//! A staged rollout whose devices succeed or fail as drawn, while its user pauses and resumes it.
//!
//! The model, on one page: what each device will report is known in advance. Whatever the order in which it is heard of,
//!
//! - every target gets exactly one action, and that ends as its device reported;
//! - a group is ERROR if its failures, all counted, exceed the error threshold, and FINISHED otherwise: failures only grow, a
//!   group ends when none of its actions is open, and an error is looked for before an end;
//! - an error pauses the rollout, its user resumes it, and so it is FINISHED in the end;
//! - no group starts before the one before it has succeeded, failed or ended;
//! - at every moment the counters equal a recount.

use std::collections::BTreeMap;

use harrier_campaigns::rollouts;
use harrier_deployments::decide_on_open_actions;
use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::feedback::{self, Execution, Feedback, LateReports};
use harrier_domain::rollout::creation::{Grouping, NewRollout};
use harrier_domain::rollout::{
    Conditions, Counts, ErrorCondition, GroupStatus, RolloutGroup, RolloutStatus, SuccessAction, Tally,
};
use harrier_store::{Consistency, Loaded};
use harrier_tests::simulation::Simulation;
use rand::Rng;

use super::run_seeds;

const TURNS: usize = 120;

/// What is drawn for one run.
struct Plan {
    /// Which devices will fail.
    fails: BTreeMap<String, bool>,
    groups: i32,
    success: u32,
    error: u32,
    success_action: SuccessAction,
}

#[test]
fn a_rollout_ends_as_its_model_says() {
    run_seeds(async |seed| {
        let mut simulation = Simulation::start(seed).await;
        let plan = draw(&mut simulation).await;
        let rollout = create(&simulation, &plan).await;
        simulation.disturb();
        for turn in 0..TURNS {
            act(&mut simulation, &plan, rollout).await;
            if turn % 30 == 0 {
                check_counters(&mut simulation, rollout).await;
            }
        }
        finish(&mut simulation, &plan, rollout).await;
        check_counters(&mut simulation, rollout).await;
        check_end(&simulation, &plan, rollout).await;
    });
}

async fn draw(simulation: &mut Simulation) -> Plan {
    let count = simulation.random.random_range(1..16);
    let targets = simulation.targets(count).await;
    let random = &mut simulation.random;
    let failing = random.random_range(0.0..0.6);
    Plan {
        fails: targets.into_iter().map(|target| (target, random.random_bool(failing))).collect(),
        groups: random.random_range(1..6),
        success: random.random_range(0..=100),
        error: random.random_range(0..=100),
        success_action: if random.random_bool(0.7) { SuccessAction::NextGroup } else { SuccessAction::Pause },
    }
}

async fn create(simulation: &Simulation, plan: &Plan) -> i64 {
    let set = simulation.set("new").await;
    let snapshot = simulation.app.tenants.snapshot(&simulation.tenant, simulation.now()).await;
    let conditions = Conditions {
        success_threshold: plan.success.to_string(),
        success_action: plan.success_action,
        error: Some(ErrorCondition { threshold: plan.error.to_string(), action_expression: String::new() }),
        ..Conditions::default()
    };
    let new = NewRollout {
        name: "r".to_owned(),
        description: None,
        filter: "controllerId==*".to_owned(),
        distribution_set: set,
        action_type: ActionType::Forced,
        forced_time: None,
        weight: 1000,
        start_at: None,
        dynamic: false,
        grouping: Grouping::Equal { count: plan.groups, template: None, conditions, confirmation_required: false },
        retry_of: None,
        authorities: Vec::new(),
    };
    let snapshot = snapshot.expect("a read").expect("a tenant");
    let made = rollouts::create(&simulation.app.engine(), &snapshot, new, &simulation.actor()).await;
    made.expect("a rollout").id
}

/// Something happens: mostly to messages, sometimes a device or the user does something.
async fn act(simulation: &mut Simulation, plan: &Plan, rollout: i64) {
    let chosen = simulation.random.random_range(0..plan.fails.len());
    match simulation.random.random_range(0..10) {
        0..3 => report(simulation, plan, plan.fails.keys().nth(chosen).expect("a target")).await,
        3 => user_acts(simulation, rollout).await,
        _ => simulation.turn().await,
    }
}

/// The user starts what is ready, resumes what is paused, and now and then pauses.
async fn user_acts(simulation: &mut Simulation, rollout: i64) {
    let Ok(now) = simulation.app.store.rollout(&simulation.tenant, rollout).await else {
        return;
    };
    let (engine, tenant, actor) = (simulation.app.engine(), simulation.tenant.clone(), simulation.actor());
    let _it_may_fail = match now.status {
        RolloutStatus::Ready => rollouts::begin(&engine, &tenant, rollout, &actor).await,
        RolloutStatus::Paused => rollouts::resume(&engine, &tenant, rollout, &actor).await,
        RolloutStatus::Running if simulation.is_disturbed() && simulation.random.random_bool(0.2) => {
            rollouts::pause(&engine, &tenant, rollout, &actor).await
        }
        _ => Ok(()),
    };
}

/// The device reports on what it is offered, as planned.
async fn report(simulation: &Simulation, plan: &Plan, controller_id: &str) {
    let app = &simulation.app;
    let Ok(Some(target)) = app.store.target(&simulation.tenant, controller_id, Consistency::Strong).await else {
        return;
    };
    let failed = plan.fails[controller_id];
    let closed = Feedback { execution: Execution::Closed, failed, code: None, details: Vec::new(), timestamp: None };
    let decide = |target: &mut _, action: &mut Action| {
        let (quotas, now) = (&app.settings.quotas, app.now());
        Ok(feedback::report(target, action, &closed, LateReports::Record, quotas, now)?.into_iter().collect())
    };
    let _it_may_fail = decide_on_open_actions(&app.store, &simulation.tenant, target, |_| true, decide).await;
}

/// Ends all mischief, and goes on until the rollout is finished.
async fn finish(simulation: &mut Simulation, plan: &Plan, rollout: i64) {
    simulation.end_mischief();
    for _ in 0..100 {
        simulation.minute().await;
        for target in plan.fails.keys() {
            report(simulation, plan, target).await;
        }
        simulation.settle().await;
        user_acts(simulation, rollout).await;
        let now = simulation.app.store.rollout(&simulation.tenant, rollout).await.expect("a rollout");
        if now.status == RolloutStatus::Finished {
            return simulation.calm_down().await;
        }
    }
    let groups = groups(simulation, rollout).await;
    panic!("the rollout does not end: {:?}", groups.iter().map(|group| group.status).collect::<Vec<_>>());
}

async fn groups(simulation: &Simulation, rollout: i64) -> Vec<Loaded<RolloutGroup>> {
    simulation.app.store.rollout_groups(&simulation.tenant, rollout).await.expect("groups")
}

/// All actions of the rollout.
async fn actions(simulation: &Simulation) -> Vec<Action> {
    let (store, tenant) = (&simulation.app.store, &simulation.tenant);
    let mut actions = Vec::new();
    for number in 0..16 {
        let of_target = store.actions_of(tenant, &format!("t{number:03}")).await.expect("actions");
        actions.extend(of_target.into_iter().map(Loaded::into_inner));
    }
    actions
}

async fn check_counters(simulation: &mut Simulation, rollout: i64) {
    let disturbed = simulation.pause_mischief();
    let mut recount = BTreeMap::<i64, Counts>::new();
    for action in actions(simulation).await {
        *recount.entry(action.rollout_group.expect("a group")).or_default().of_mut(Tally::of(&action)) += 1;
    }
    let mut counted = simulation.app.store.rollout_counts(&simulation.tenant, rollout).await.expect("counters");
    counted.retain(|_, counts| counts.total() > 0);
    assert_eq!(counted, recount);
    check_order(simulation, rollout, &recount).await;
    simulation.resume_mischief(disturbed);
}

/// No group was started before its time.
async fn check_order(simulation: &Simulation, rollout: i64, counts: &BTreeMap<i64, Counts>) {
    let groups = groups(simulation, rollout).await;
    for pair in groups.windows(2) {
        let before = counts.get(&pair[0].id).copied().unwrap_or_default();
        let may_start = pair[0].conditions.has_succeeded(&before, pair[0].total_targets)
            || before.is_completed()
            || matches!(pair[0].status, GroupStatus::Error | GroupStatus::Finished);
        let started = matches!(pair[1].status, GroupStatus::Running | GroupStatus::Error | GroupStatus::Finished);
        assert!(may_start || !started, "{pair:?} {before:?}");
    }
}

async fn check_end(simulation: &Simulation, plan: &Plan, rollout: i64) {
    let actions = actions(simulation).await;
    assert_eq!(actions.len(), plan.fails.len(), "one action for each target");
    for action in &actions {
        let expected = if plan.fails[&action.controller_id] { ActionStatus::Error } else { ActionStatus::Finished };
        assert_eq!((action.status, action.active, action.rollout), (expected, false, Some(rollout)), "{action:?}");
    }
    for group in groups(simulation, rollout).await {
        let of_group = actions.iter().filter(|action| action.rollout_group == Some(group.id));
        let (mut total, mut failed) = (0_u32, 0_u32);
        for action in of_group {
            total += 1;
            failed += u32::from(action.status == ActionStatus::Error);
        }
        assert_eq!(group.total_targets, u64::from(total), "{group:?}");
        // In 32-bit floats, as the contract has it.
        #[allow(clippy::cast_precision_loss)]
        let exceeds = total > 0 && failed as f32 / total as f32 > plan.error as f32 / 100.0;
        let expected = if exceeds { GroupStatus::Error } else { GroupStatus::Finished };
        assert_eq!(group.status, expected, "{failed} of {total} failed: {group:?}");
    }
}
