//! Every trigger of `domain-behaviour.md` §5.4 in every state, as a table: what becomes of the action, and which entry its
//! history gets.
//!
//! A cell reads `STATUS+ENTRY`. `=` is the status as it was, no `+` is no entry, `!` is a refusal that changes nothing.
//! Rows A1 to A4 make an action and have no state to be in; C4 and D3 are C1 and D1.

use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::feedback::{Execution, LateReports};
use harrier_domain::lifecycle::{self, Trigger};
use harrier_domain::target::OpenAction;
use harrier_domain::{cancellation, forcing};

use crate::world::{Order, World, is_open, ops, said};

use ActionStatus::{
    Canceled, Canceling, Downloaded, Error, Finished, Retrieved, Running, Scheduled, WaitForConfirmation,
};

/// What a trigger of a rollout makes of a status. `=`: nothing.
#[rustfmt::skip]
const ROLLOUTS: &[(&str, Trigger, [&str; 9])] = &[
    //                                                             Running      Retrieved    Waiting      Canceling   Scheduled                Fin. Err. Can. Down.
    ("A5 group starts, set is there", Trigger::Skip,                          ["=",         "=",         "=",         "=",        "FINISHED",              "=", "=", "=", "="]),
    ("A6 group starts",              Trigger::Start { confirmation: false }, ["=",         "=",         "=",         "=",        "RUNNING",               "=", "=", "=", "="]),
    ("A6 group starts, to confirm",  Trigger::Start { confirmation: true },  ["=",         "=",         "=",         "=",        "WAIT_FOR_CONFIRMATION", "=", "=", "=", "="]),
    ("B3 newer assignment",          Trigger::Supersede,                     ["=",         "=",         "=",         "=",        "CANCELED",              "=", "=", "=", "="]),
    ("C5 rollout stopped",           Trigger::StopRollout,                   ["CANCELING", "CANCELING", "CANCELING", "=",        "=",                     "=", "=", "=", "="]),
    ("C6 rollout deleted",           Trigger::DeleteRollout,                 ["CANCELED",  "CANCELED",  "CANCELED",  "CANCELED", "=",                     "=", "=", "=", "="]),
];

/// The rows a trigger is in. A new trigger does not compile without one.
fn rows(trigger: Trigger) -> &'static [&'static str] {
    match trigger {
        Trigger::Skip => &["A5"],
        Trigger::Start { .. } => &["A6"],
        Trigger::Override => &["B1"],
        Trigger::AutoClose => &["B2"],
        Trigger::Supersede => &["B3"],
        Trigger::RequestCancel => &["C1"],
        Trigger::Lapse => &["C3"],
        Trigger::StopRollout => &["C5"],
        Trigger::DeleteRollout => &["C6"],
        Trigger::ForceQuit => &["D1"],
        Trigger::CancelDone => &["E1"],
        Trigger::CancelRefused => &["E2"],
        Trigger::CancelRemark => &["E3"],
        Trigger::Fetch => &["F"],
        Trigger::Progress(_) => &["G1", "G6"],
        Trigger::Download(_) => &["G2", "G3"],
        Trigger::Finish => &["G4"],
        Trigger::Fail => &["G5"],
        Trigger::Confirm => &["H1"],
        Trigger::Deny { .. } => &["H2", "H3"],
        Trigger::AutoConfirm => &["H4"],
    }
}

/// The states of the columns.
const STATES: [ActionStatus; 9] =
    [Running, Retrieved, WaitForConfirmation, Canceling, Scheduled, Finished, Error, Canceled, Downloaded];

#[rustfmt::skip]
const TABLE: &[(&str, Option<Trigger>, [&str; 9])] = &[
    //                                    Running                  Retrieved                Waiting                  Canceling                Sched Finished   Error      Canceled               Downloaded
    ("B1 newer assignment",              Some(Trigger::Override),                                    ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "=",                     "=", "=",       "=",       "=",                   "="]),
    ("B1 … over a migration step",       None,                                                       ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
    ("B2 newer assignment, autoclose",   Some(Trigger::AutoClose),                                   ["CANCELED+CANCELED",    "CANCELED+CANCELED",    "CANCELED+CANCELED",    "CANCELED+CANCELED",     "=", "=",       "=",       "=",                   "="]),
    ("C1 operator cancels",              Some(Trigger::RequestCancel),                               ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "!",                     "!", "!",       "!",       "!",                   "!"]),
    ("C3 maintenance window lapsed",     Some(Trigger::Lapse),                                       ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "=",                     "=", "=",       "=",       "=",                   "="]),
    ("D1 force quit",                    Some(Trigger::ForceQuit),                                   ["!",                    "!",                    "!",                    "CANCELED+CANCELED",     "!", "!",       "!",       "!",                   "!"]),
    ("E1 cancel feedback success",       Some(Trigger::CancelDone),                                  ["!",                    "!",                    "!",                    "CANCELED+CANCELED",     "!", "!",       "!",       "=+CANCELED",          "!"]),
    ("E2 cancel feedback failure",       Some(Trigger::CancelRefused),                               ["!",                    "!",                    "!",                    "RUNNING+ERROR",         "!", "!",       "!",       "=+ERROR",             "!"]),
    ("E2 cancel feedback rejected",      Some(Trigger::CancelRefused),                               ["!",                    "!",                    "!",                    "RUNNING+CANCEL_REJECTED", "!", "!",     "!",       "=+CANCEL_REJECTED",   "!"]),
    ("E3 cancel feedback canceled",      Some(Trigger::CancelRemark),                                ["!",                    "!",                    "!",                    "=+WARNING",             "!", "!",       "!",       "=+WARNING",           "!"]),
    ("E3 cancel feedback proceeding",    Some(Trigger::CancelRemark),                                ["!",                    "!",                    "!",                    "=+RUNNING",             "!", "!",       "!",       "=+RUNNING",           "!"]),
    ("F device fetches",                 Some(Trigger::Fetch),                                       ["RETRIEVED+RETRIEVED",  "=+RETRIEVED",          "=",                    "=+RETRIEVED",           "=", "=",       "=",       "=",                   "="]),
    ("F device fetches again",           None,                                                       ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
    ("G1 proceeding",                    Some(Trigger::Progress(LateReports::Record)),               ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 scheduled",                     Some(Trigger::Progress(LateReports::Record)),               ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 resumed",                       Some(Trigger::Progress(LateReports::Record)),               ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 rejected",                      Some(Trigger::Progress(LateReports::Record)),               ["=+WARNING",            "=+WARNING",            "=+WARNING",            "=+WARNING",             "=+WARNING", "=+WARNING", "=+WARNING", "=+WARNING", "=+WARNING"]),
    ("G1 download",                      Some(Trigger::Progress(LateReports::Record)),               ["=+DOWNLOAD",           "=+DOWNLOAD",           "=+DOWNLOAD",           "=+DOWNLOAD",            "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD"]),
    ("G1 canceled",                      Some(Trigger::Progress(LateReports::Record)),               ["=+CANCELED",           "=+CANCELED",           "=+CANCELED",           "=+CANCELED",            "=+CANCELED", "=+CANCELED", "=+CANCELED", "=+CANCELED", "=+CANCELED"]),
    ("G2 downloaded",                    Some(Trigger::Download(LateReports::Record)),               ["=+DOWNLOADED",         "=+DOWNLOADED",         "=+DOWNLOADED",         "=+DOWNLOADED",          "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED"]),
    ("G3 downloaded, download-only",     Some(Trigger::Download(LateReports::Record)),               ["DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED"]),
    ("G4 success",                       Some(Trigger::Finish),                                      ["FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",     "=", "=",       "=",       "=",                   "="]),
    ("G4 success, download-only",        Some(Trigger::Finish),                                      ["FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",     "=", "=",       "=",       "=",                   "FINISHED+FINISHED"]),
    ("G5 failure",                       Some(Trigger::Fail),                                        ["ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",           "=", "=",       "=",       "=",                   "="]),
    ("G5 failure, download-only",        Some(Trigger::Fail),                                        ["ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",           "=", "=",       "=",       "=",                   "ERROR+ERROR"]),
    ("G6 proceeding, late ones dropped", Some(Trigger::Progress(LateReports::Drop)),                 ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=", "=",       "=",       "=",                   "="]),
    ("H1 confirmed",                     Some(Trigger::Confirm),                                     ["!",                    "!",                    "RUNNING+RUNNING",      "!",                     "!", "!",       "!",       "!",                   "!"]),
    ("H2 denied, flow off",              Some(Trigger::Deny { confirmation_flow: false }),           ["!",                    "!",                    "=+WAIT_FOR_CONFIRMATION", "!",                  "!", "!",       "!",       "!",                   "!"]),
    ("H3 denied, flow on",               Some(Trigger::Deny { confirmation_flow: true }),            ["WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "=+WAIT_FOR_CONFIRMATION", "!", "!", "!", "!", "!", "!"]),
    ("H4 auto-confirmed",                Some(Trigger::AutoConfirm),                                 ["=",                    "=",                    "RUNNING+RUNNING",      "=",                     "=", "=",       "=",       "=",                   "="]),
    ("I1 forced",                        None,                                                       ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
];

/// The id of the one action.
const ID: i64 = 1;

fn world(status: ActionStatus, download_only: bool, migration_step: bool) -> World {
    let mut world = World::new();
    let mut order = Order::of(7);
    order.required_migration_step = migration_step;
    order.action_type = if download_only { ActionType::DownloadOnly } else { ActionType::Soft };
    assert_eq!(world.assign(order), Some(ID));
    let action = world.actions.get_mut(&ID).unwrap();
    (action.status, action.active) = (status, is_open(status));
    world.target.open_actions = action.active.then(|| OpenAction::of(action, migration_step)).into_iter().collect();
    world.now += 1;
    world
}

/// Pulls the trigger; returns whether it was not refused.
fn pull(trigger: &str, world: &mut World) -> bool {
    let report = |world: &mut World, execution, failed| world.report(ID, &said(execution, failed)).is_ok();
    let answer = |world: &mut World, execution, failed| world.answer_cancel(ID, &said(execution, failed)).is_ok();
    let (_, name) = trigger.split_once(' ').unwrap();
    match name {
        "newer assignment" | "… over a migration step" => world.assign(Order::of(8)).is_some(),
        "newer assignment, autoclose" => {
            world.autoclose = true;
            world.assign(Order::of(8)).is_some()
        }
        "operator cancels" => world.cancel(ID).is_ok(),
        "maintenance window lapsed" => {
            world.lapse(ID);
            true
        }
        "force quit" => world.force_quit(ID).is_ok(),
        "cancel feedback success" => answer(world, Execution::Closed, false),
        "cancel feedback failure" => answer(world, Execution::Closed, true),
        "cancel feedback rejected" => answer(world, Execution::Rejected, false),
        "cancel feedback canceled" => answer(world, Execution::Canceled, false),
        "cancel feedback proceeding" => answer(world, Execution::Proceeding, false),
        "device fetches" => {
            world.retrieve(ID);
            true
        }
        "device fetches again" => {
            world.actions.get_mut(&ID).unwrap().last_entry_status = Some(Retrieved);
            world.retrieve(ID);
            true
        }
        "proceeding" => report(world, Execution::Proceeding, false),
        "scheduled" => report(world, Execution::Scheduled, false),
        "resumed" => report(world, Execution::Resumed, false),
        "rejected" => report(world, Execution::Rejected, false),
        "download" => report(world, Execution::Download, false),
        "canceled" => report(world, Execution::Canceled, false),
        "downloaded" | "downloaded, download-only" => report(world, Execution::Downloaded, false),
        "success" | "success, download-only" => report(world, Execution::Closed, false),
        "failure" | "failure, download-only" => report(world, Execution::Closed, true),
        "proceeding, late ones dropped" => {
            let said = said(Execution::Proceeding, false);
            world.report_late(ID, &said, LateReports::Drop).is_ok()
        }
        "confirmed" => world.answer(ID, true).is_ok(),
        "denied, flow off" => world.answer(ID, false).is_ok(),
        "denied, flow on" => {
            world.flow = true;
            world.answer(ID, false).is_ok()
        }
        "auto-confirmed" => {
            world.release(ID);
            true
        }
        "forced" => {
            world.force(ID);
            true
        }
        other => panic!("no such trigger: {other}"),
    }
}

/// What happened, in the words of the table.
fn cell(before: &Action, after: &Action, entries: &[ActionStatus], done: bool) -> String {
    if !done {
        return "!".to_owned();
    }
    let status = if after.status == before.status { "=" } else { after.status.name() };
    match entries {
        [] => status.to_owned(),
        [entry] => format!("{status}+{}", entry.name()),
        more => panic!("{} entries at once", more.len()),
    }
}

#[test]
fn every_trigger_in_every_state() {
    for (trigger, _, row) in TABLE {
        for (state, expected) in STATES.into_iter().zip(row) {
            let download_only = trigger.contains("download-only") || state == Downloaded && !trigger.starts_with("G");
            let mut world = world(state, download_only, trigger.contains("migration step"));
            let (before, told) = (world.actions[&ID].clone(), world.history.len());
            let done = pull(trigger, &mut world);
            let after = &world.actions[&ID];
            let entries: Vec<ActionStatus> =
                world.history[told..].iter().filter(|entry| entry.action == ID).map(|entry| entry.status).collect();
            assert_eq!(cell(&before, after, &entries, done), *expected, "{trigger}, {state:?}");
            assert_eq!(after.active, is_open(after.status), "{trigger}, {state:?}: active");
            let copy = world.target.open_action(ID).map(|open| open.status);
            assert_eq!(copy, after.active.then_some(after.status), "{trigger}, {state:?}: the target's copy");
        }
    }
}

/// The state machine by itself says what its users make of it.
#[test]
fn the_state_machine_is_the_table() {
    let behaviour = TABLE.iter().filter_map(|(name, trigger, row)| Some((*name, (*trigger)?, *row)));
    for (name, trigger, row) in behaviour.chain(ROLLOUTS.iter().copied()) {
        assert!(rows(trigger).iter().any(|row| name.starts_with(row)), "{name} is {trigger:?}");
        for (state, cell) in STATES.into_iter().zip(row) {
            let download_only = name.contains("download-only") || state == Downloaded && !name.starts_with('G');
            let action_type = if download_only { ActionType::DownloadOnly } else { ActionType::Soft };
            let next = lifecycle::next(state, action_type, trigger).map(ActionStatus::name);
            let expected = match cell.split_once('+') {
                Some(("=", _)) => Some(state.name()),
                Some((status, _)) => Some(status),
                None => Some(cell).filter(|cell| !matches!(*cell, "=" | "!")),
            };
            assert_eq!(next, expected, "{name}, {state:?}");
        }
    }
}

#[test]
fn i1_only_what_is_not_forced_yet_is_forced() {
    let rows = [
        (ActionType::Soft, None, true),
        (ActionType::DownloadOnly, None, true),
        (ActionType::TimeForced, Some(2_000), true),
        (ActionType::TimeForced, Some(1_000), false),
        (ActionType::Forced, None, false),
    ];
    for (action_type, forced_time, changes) in rows {
        let mut world = world(Running, false, false);
        let action = world.actions.get_mut(&ID).unwrap();
        (action.action_type, action.forced_time) = (action_type, forced_time);
        let before = action.clone();
        forcing::force(&mut world.target, action, &ops(), world.now);
        assert_eq!(action.action_type == ActionType::Forced && *action != before, changes, "{action_type:?}");
    }
}

/// What a device is told why an update was cancelled: an operator's reason is not for it, a lapsed window is.
#[test]
fn c3_the_message_of_a_lapsed_window_is_for_the_device() {
    let mut world = world(Running, false, false);
    let action = world.actions.get_mut(&ID).unwrap();
    let entry = cancellation::lapse(&mut world.target, action, world.now).unwrap();
    assert!(!entry.messages[0].starts_with(harrier_domain::action::SERVER_PREFIX));
}
