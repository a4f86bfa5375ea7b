//! The reference model: what `domain-behaviour.md` says of a target and its actions, without history, quotas, copies,
//! errors or times.

use harrier_domain::action::{ActionStatus, ActionType};
use harrier_domain::feedback::Execution;
use harrier_domain::target::{OpenAction, UpdateStatus};
use std::collections::BTreeMap;

use crate::world::{Order, World, is_open, is_over};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelAction {
    pub set: i64,
    pub status: ActionStatus,
    pub action_type: ActionType,
    /// Newer assignments leave it alone.
    pub kept: bool,
    /// Its last history entry says that the device fetched it.
    pub fetched: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub assigned: Option<i64>,
    pub installed: Option<i64>,
    pub status: UpdateStatus,
    pub auto_confirm: bool,
    pub actions: BTreeMap<i64, ModelAction>,
}

impl Model {
    pub fn of(world: &World) -> Self {
        let action = |action: &harrier_domain::action::Action| {
            let kept = |open: &OpenAction| open.required_migration_step;
            let waits = world.target.scheduled.iter().find(|waits| waits.id == action.id);
            let modelled = ModelAction {
                set: action.distribution_set,
                status: action.status,
                action_type: action.action_type,
                kept: world.target.open_action(action.id).is_some_and(kept)
                    || waits.is_some_and(|waits| waits.required_migration_step),
                fetched: action.last_entry_status == Some(ActionStatus::Retrieved),
            };
            (action.id, modelled)
        };
        Self {
            assigned: world.target.assigned_set,
            installed: world.target.installed_set,
            status: world.target.update_status,
            auto_confirm: world.target.auto_confirm.is_some(),
            actions: world.actions.values().map(action).collect(),
        }
    }

    /// What two views must agree in: the flags of actions that are over mean nothing any more.
    pub fn comparable(mut self) -> Self {
        self.actions.values_mut().filter(|action| is_over(action.status)).for_each(|action| action.kept = false);
        self
    }

    pub fn status(&self, id: i64) -> ActionStatus {
        self.actions[&id].status
    }

    /// The action becomes `status`, and an entry that is no fetch is written.
    fn set(&mut self, id: i64, status: ActionStatus) {
        let action = self.actions.get_mut(&id).unwrap();
        (action.status, action.fetched) = (status, false);
    }

    pub fn assign(&mut self, id: i64, order: Order, autoclose: bool, flow: bool) {
        if self.assigned == Some(order.set) || (order.offline && self.status == UpdateStatus::Pending) {
            return;
        }
        let (mut status, mut action_type) = (ActionStatus::Running, order.action_type);
        if order.offline {
            (status, action_type) = (ActionStatus::Finished, ActionType::Forced);
            (self.installed, self.status) = (Some(order.set), UpdateStatus::InSync);
        } else {
            self.override_older(autoclose);
            self.status = UpdateStatus::Pending;
            if flow && order.confirmation_required && !self.auto_confirm {
                status = ActionStatus::WaitForConfirmation;
            }
        }
        self.supersede();
        self.assigned = Some(order.set);
        let kept = order.required_migration_step;
        self.actions.insert(id, ModelAction { set: order.set, status, action_type, kept, fetched: false });
    }

    /// A rollout schedules its update.
    pub fn schedule(&mut self, id: i64, order: Order) {
        self.supersede();
        let Order { set, action_type, required_migration_step: kept, .. } = order;
        self.actions
            .insert(id, ModelAction { set, status: ActionStatus::Scheduled, action_type, kept, fetched: false });
    }

    /// The group of the action starts.
    pub fn start(&mut self, id: i64, confirmation_required: bool, autoclose: bool, flow: bool) {
        let ModelAction { set, status, .. } = self.actions[&id];
        if status != ActionStatus::Scheduled {
            return;
        }
        if self.assigned == Some(set) {
            self.set(id, ActionStatus::Finished);
            return;
        }
        self.override_older(autoclose);
        let waits = flow && confirmation_required && !self.auto_confirm;
        self.set(id, if waits { ActionStatus::WaitForConfirmation } else { ActionStatus::Running });
        (self.assigned, self.status) = (Some(set), UpdateStatus::Pending);
    }

    fn supersede(&mut self) {
        let gives_way = |action: &&mut ModelAction| action.status == ActionStatus::Scheduled && !action.kept;
        self.actions.values_mut().filter(gives_way).for_each(|action| action.status = ActionStatus::Canceled);
    }

    fn override_older(&mut self, autoclose: bool) {
        let older: Vec<i64> =
            self.actions.iter().filter(|(_, a)| is_open(a.status) && !a.kept).map(|(id, _)| *id).collect();
        for id in older {
            match self.status(id) {
                _ if autoclose => self.set(id, ActionStatus::Canceled),
                ActionStatus::Canceling => {}
                _ => self.set(id, ActionStatus::Canceling),
            }
        }
    }

    pub fn report(&mut self, id: i64, execution: Execution, failed: bool) {
        let ModelAction { set, status, action_type, .. } = self.actions[&id];
        let download_only = action_type == ActionType::DownloadOnly;
        let closes_again = download_only && status == ActionStatus::Downloaded;
        let open = is_open(status);
        match execution {
            Execution::Closed if !open && !closes_again => {}
            Execution::Closed if failed => {
                self.set(id, ActionStatus::Error);
                (self.assigned, self.status) = (None, UpdateStatus::Error);
            }
            Execution::Closed => {
                self.set(id, ActionStatus::Finished);
                self.installed = Some(set);
                if download_only {
                    self.assigned = Some(set);
                }
                if self.assigned == Some(set) {
                    self.status = UpdateStatus::InSync;
                }
            }
            Execution::Downloaded if download_only && (open || closes_again) => {
                self.set(id, ActionStatus::Downloaded);
                self.status = UpdateStatus::InSync;
            }
            _ => self.set(id, status),
        }
    }

    pub fn retrieve(&mut self, id: i64) {
        let action = self.actions.get_mut(&id).unwrap();
        if !is_open(action.status) || action.status == ActionStatus::WaitForConfirmation || action.fetched {
            return;
        }
        action.fetched = true;
        if action.status != ActionStatus::Canceling {
            action.status = ActionStatus::Retrieved;
        }
    }

    /// An operator, a lapsed window, an invalidated set or a stopped rollout asks; returns whether that is possible.
    pub fn cancel(&mut self, id: i64) -> bool {
        let possible = is_open(self.status(id)) && self.status(id) != ActionStatus::Canceling;
        if possible {
            self.set(id, ActionStatus::Canceling);
        }
        possible
    }

    pub fn force_quit(&mut self, id: i64) -> bool {
        let possible = self.status(id) == ActionStatus::Canceling;
        if possible {
            self.canceled(id);
        }
        possible
    }

    /// The rollout of the action is deleted; returns whether there was something to give up.
    pub fn quit(&mut self, id: i64) -> bool {
        let possible = is_open(self.status(id));
        if possible {
            self.canceled(id);
        }
        possible
    }

    pub fn answer_cancel(&mut self, id: i64, execution: Execution, failed: bool) -> bool {
        let status = self.status(id);
        match (status, execution) {
            (ActionStatus::Canceling, Execution::Closed) if !failed => self.canceled(id),
            (ActionStatus::Canceling, Execution::Closed | Execution::Rejected) => self.set(id, ActionStatus::Running),
            (ActionStatus::Canceling | ActionStatus::Canceled, _) => self.set(id, status),
            _ => return false,
        }
        true
    }

    fn canceled(&mut self, id: i64) {
        self.set(id, ActionStatus::Canceled);
        match self.actions.values().find(|action| is_open(action.status)) {
            Some(next) => self.assigned = Some(next.set),
            None => (self.assigned, self.status) = (self.installed, UpdateStatus::InSync),
        }
    }

    pub fn answer(&mut self, id: i64, confirmed: bool, flow: bool) -> bool {
        let next = match (self.status(id), confirmed) {
            (ActionStatus::WaitForConfirmation, true) => ActionStatus::Running,
            (ActionStatus::WaitForConfirmation, false) => ActionStatus::WaitForConfirmation,
            (ActionStatus::Running | ActionStatus::Retrieved, false) if flow => ActionStatus::WaitForConfirmation,
            _ => return false,
        };
        self.set(id, next);
        true
    }

    pub fn activate(&mut self) -> bool {
        let possible = !self.auto_confirm;
        if possible {
            self.auto_confirm = true;
            let waits = |(_, action): &(&i64, &ModelAction)| action.status == ActionStatus::WaitForConfirmation;
            for id in self.actions.iter().filter(waits).map(|(id, _)| *id).collect::<Vec<_>>() {
                self.set(id, ActionStatus::Running);
            }
        }
        possible
    }
}
