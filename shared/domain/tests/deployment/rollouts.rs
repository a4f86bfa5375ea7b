//! What rollouts do to the one target.

use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::cancellation;
use harrier_domain::rollout::Conditions;
use harrier_domain::rollout::creation::{Grouping, NewRollout};
use harrier_domain::rollout::deployment::{self, Delivery};
use harrier_domain::target::Target;

use crate::world::{Order, World, ops};

impl World {
    /// A rollout of its own schedules the update. Returns the id of the action.
    pub fn schedule(&mut self, order: Order) -> i64 {
        let id = self.last_id + 1;
        let action = self
            .deliver(id, order, |target, others, delivery| deployment::schedule(target, others, id, delivery).unwrap());
        self.last_id = id;
        self.actions.insert(id, action);
        id
    }

    /// The action's group starts.
    pub fn start(&mut self, id: i64, confirmation_required: bool) {
        let mut action = self.actions[&id].clone();
        let required_migration_step =
            self.target.scheduled.iter().any(|waits| waits.id == id && waits.required_migration_step);
        let order = Order { required_migration_step, confirmation_required, ..Order::of(action.distribution_set) };
        let entries = self
            .deliver(id, order, |target, others, delivery| deployment::start(target, &mut action, others, delivery));
        self.history.extend(entries);
        self.actions.insert(id, action);
    }

    /// The action's rollout is stopped.
    pub fn stop(&mut self, id: i64) -> Option<StatusEntry> {
        self.change(id, |target, action, _, now| Ok(cancellation::cancel_by_server(target, action, &ops(), now)))
            .unwrap()
    }

    /// The action's rollout is deleted.
    pub fn quit(&mut self, id: i64) -> Option<StatusEntry> {
        self.change(id, |target, action, _, now| Ok(cancellation::quit_by_server(target, action, &ops(), now))).unwrap()
    }

    /// Lets `change` decide for the rollout and group of this id.
    fn deliver<T>(
        &mut self,
        id: i64,
        order: Order,
        change: impl FnOnce(&mut Target, &mut [Action], Delivery<'_>) -> T,
    ) -> T {
        let (rollout, groups) = new_rollout(order).build(id, &[id], 1, &ops(), self.now);
        let (policy, actor, now) = (self.policy(), ops(), self.now);
        let delivery = Delivery {
            rollout: &rollout,
            group: &groups[0],
            required_migration_step: order.required_migration_step,
            policy: &policy,
            actor: &actor,
            now,
        };
        self.among_others(|target, others| change(target, others, delivery))
    }
}

fn new_rollout(order: Order) -> NewRollout {
    NewRollout {
        name: "all".into(),
        description: None,
        filter: "name==*".into(),
        distribution_set: order.set,
        action_type: order.action_type,
        forced_time: Some(i64::MAX),
        weight: 1000,
        start_at: None,
        dynamic: false,
        grouping: Grouping::Equal {
            count: 1,
            template: None,
            conditions: Conditions::default(),
            confirmation_required: order.confirmation_required,
        },
        retry_of: None,
        authorities: Vec::new(),
    }
}
