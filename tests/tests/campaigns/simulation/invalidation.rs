//! Two sets over one fleet, one of which is taken back while devices report and operators assign.
//!
//! The model: once all is calm, no action of the invalid set is open that should not be, no action of the other set was
//! touched, and nothing was done twice.

use harrier_campaigns::invalidation;
use harrier_deployments::{AssignmentOrder, TargetOrder, assign, decide_on_open_actions};
use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::feedback::{Execution, Feedback, LateReports};
use harrier_domain::invalidation::CancelationType;
use harrier_domain::{cancellation, feedback};
use harrier_store::{Consistency, HistoryOrder, Loaded};
use harrier_tests::simulation::Simulation;
use rand::Rng;

use super::run_seeds;

const TARGETS: usize = 12;
const TURNS: usize = 60;

#[test]
fn an_invalidation_ends_as_its_model_says() {
    run_seeds(async |seed| {
        let mut simulation = Simulation::start(seed).await;
        let targets = simulation.targets(TARGETS).await;
        let (bad, good) = (simulation.set("bad").await, simulation.set("good").await);
        for (number, target) in targets.iter().enumerate() {
            give(&simulation, if number % 3 == 0 { good } else { bad }, target).await;
        }
        let force = simulation.random.random_bool(0.5);
        simulation.disturb();
        for turn in 0..TURNS {
            if turn % 20 == 5 {
                invalidate(&simulation, bad, force).await;
            }
            let chosen = simulation.random.random_range(0..TARGETS);
            match simulation.random.random_range(0..12) {
                0 => give(&simulation, if turn % 2 == 0 { bad } else { good }, &targets[chosen]).await,
                1 => device_reports(&simulation, &targets[chosen]).await,
                _ => simulation.turn().await,
            }
        }
        // A request whose answer was lost in a fault is repeated by its caller.
        simulation.calm_down().await;
        invalidate(&simulation, bad, force).await;
        simulation.calm_down().await;
        for target in &targets {
            check(&simulation, target, bad, force).await;
        }
        check_jobs(&simulation).await;
    });
}

async fn invalidate(simulation: &Simulation, set: i64, force: bool) {
    let cancelation = if force { CancelationType::Force } else { CancelationType::Soft };
    let (engine, actor) = (simulation.app.engine(), simulation.actor());
    let outcome = invalidation::start(&engine, &simulation.tenant, &[set], cancelation, &actor).await;
    assert!(outcome.is_ok() || simulation.is_disturbed(), "{outcome:?}");
}

/// An assignment, which may be refused or fail.
pub(super) async fn give(simulation: &Simulation, set: i64, target: &str) {
    let app = &simulation.app;
    let Ok(Some(snapshot)) = app.tenants.snapshot(&simulation.tenant, simulation.now()).await else {
        return;
    };
    let order = AssignmentOrder {
        snapshot: &snapshot,
        actor: &simulation.actor(),
        quotas: &app.settings.quotas,
        distribution_set: set,
        targets: vec![TargetOrder {
            controller_id: target.to_owned(),
            action_type: ActionType::Forced,
            forced_time: None,
            weight: None,
            window: None,
            confirmation_required: Some(false),
        }],
        offline: false,
        refuse_unknown: true,
        unless_in_history: false,
        message: None,
        now: simulation.now(),
    };
    let _it_may_fail = assign(&app.store, &order).await;
}

/// The device reports success on what it is offered, or confirms that it canceled.
pub(super) async fn device_reports(simulation: &Simulation, target: &str) {
    let app = &simulation.app;
    let Ok(Some(target)) = app.store.target(&simulation.tenant, target, Consistency::Strong).await else {
        return;
    };
    let Some(open) = target.open_actions.iter().map(|open| open.id).min() else {
        return;
    };
    let closed =
        Feedback { execution: Execution::Closed, failed: false, code: None, details: Vec::new(), timestamp: None };
    let decide = |target: &mut _, action: &mut Action| {
        let (quotas, now) = (&app.settings.quotas, app.now());
        if action.status == ActionStatus::Canceling {
            return Ok(vec![cancellation::answer(target, action, &closed, quotas, now)?]);
        }
        Ok(feedback::report(target, action, &closed, LateReports::Record, quotas, now)?.into_iter().collect())
    };
    let _it_may_fail =
        decide_on_open_actions(&app.store, &simulation.tenant, target, |one| one.id == open, decide).await;
}

async fn check(simulation: &Simulation, target: &str, bad: i64, force: bool) {
    let (store, tenant) = (&simulation.app.store, &simulation.tenant);
    let record = store.target(tenant, target, Consistency::Strong).await.expect("a read").expect("a target");
    let actions = store.actions_of(tenant, target).await.expect("a read");
    for action in actions.iter().filter(|action| action.distribution_set == bad) {
        let expected = if force { !action.active } else { !action.active || action.status == ActionStatus::Canceling };
        assert!(expected, "{target}: {action:?}");
    }
    for action in &actions {
        let listed = record.open_actions.iter().any(|open| open.id == action.id && open.status == action.status);
        assert_eq!(action.active, listed, "target and action agree: {action:?}");
        check_history(simulation, action).await;
    }
    assert_eq!(usize::try_from(record.actions).ok(), Some(actions.len()), "{target}");
}

/// Nothing was done twice: at most one cancel order, at most one end.
async fn check_history(simulation: &Simulation, action: &Loaded<Action>) {
    let store = &simulation.app.store;
    let entries = store.history(&simulation.tenant, action, HistoryOrder::OldestFirst, 0, 100).await.expect("a read");
    assert_eq!(entries.len(), action.entries as usize, "{action:?}");
    for once in [ActionStatus::Canceling, ActionStatus::Canceled, ActionStatus::Finished] {
        assert!(entries.iter().filter(|entry| entry.status == once).count() <= 1, "{entries:?}");
    }
}

async fn check_jobs(simulation: &Simulation) {
    let store = &simulation.app.store;
    for job in store.jobs(&simulation.tenant).await.expect("jobs") {
        assert!(job.finished_at.is_some(), "{job:?}");
        assert!(store.job_parts(&simulation.tenant, job.kind, job.id).await.expect("parts").is_empty());
    }
    assert!(store.due_campaigns(i64::MAX).await.expect("a list").is_empty());
}
