//! Every trigger of `domain-behaviour.md` §5.4 in every state, as a table: what becomes of the action, and which entry its
//! history gets.
//!
//! A cell reads `STATUS+ENTRY`. `=` is the status as it was, no `+` is no entry, `!` is a refusal that changes nothing.
//! Rows A1 to A4 make an action and have no state to be in: A1 to A3 are A6 and A5, straight after A4. C4 and D3 are C1 and D1.

use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::feedback::{Execution, LateReports};
use harrier_domain::lifecycle::{State, Trigger};
use harrier_domain::target::{OpenAction, ScheduledAction};
use harrier_domain::{cancellation, forcing};

use crate::world::{Order, World, is_open, ops, said};

use ActionStatus::{
    Canceled, Canceling, Downloaded, Error, Finished, Retrieved, Running, Scheduled, WaitForConfirmation,
};
use LateReports::{Drop, Record};
use Trigger as T;

/// A table of transitions. It is a `match` over the triggers too, so a trigger without a row does not compile.
macro_rules! table {
    ($(($name:literal, ($($trigger:tt)+), $cells:tt),)+) => {
        const TABLE: &[(&str, Trigger, [&str; 9])] = &[$(($name, $($trigger)+, $cells)),+];

        #[allow(unreachable_patterns)] // some triggers have several rows
        const _: fn(Trigger) = |trigger| match trigger { $($($trigger)+ => {})+ };
    };
}

/// The states of the columns.
const STATES: [ActionStatus; 9] =
    [Running, Retrieved, WaitForConfirmation, Canceling, Scheduled, Finished, Error, Canceled, Downloaded];

table! {
    //                                                                                           Running                  Retrieved                Waiting                    Canceling                  Scheduled           Finished        Error           Canceled             Downloaded
    ("A5 group starts, set is there",                   (T::Skip),                              ["=",                     "=",                     "=",                       "=",                       "FINISHED+RUNNING", "=",            "=",            "=",                 "="]),
    ("A6 group starts",                                 (T::Start { confirmation: false }),     ["=",                     "=",                     "=",                       "=",                       "RUNNING+RUNNING",  "=",            "=",            "=",                 "="]),
    ("A6 group starts, to confirm",                     (T::Start { confirmation: true }),      ["=",                     "=",                     "=",                       "=",                       "WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "=", "=", "=",            "="]),
    ("B1 newer assignment",                             (T::Override),                          ["CANCELING+CANCELING",   "CANCELING+CANCELING",   "CANCELING+CANCELING",     "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("B1 … over a migration step",                      (T::Override),                          ["=",                     "=",                     "=",                       "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("B2 newer assignment, autoclose",                  (T::AutoClose),                         ["CANCELED+CANCELED",     "CANCELED+CANCELED",     "CANCELED+CANCELED",       "CANCELED+CANCELED",       "=",                "=",            "=",            "=",                 "="]),
    ("B2 autoclose over a migration step",              (T::AutoClose),                         ["=",                     "=",                     "=",                       "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("B3 newer rollout",                                (T::Supersede),                         ["=",                     "=",                     "=",                       "=",                       "CANCELED",         "=",            "=",            "=",                 "="]),
    ("B3 rollout over a migration step",                (T::Supersede),                         ["=",                     "=",                     "=",                       "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("C1 operator cancels",                             (T::RequestCancel),                     ["CANCELING+CANCELING",   "CANCELING+CANCELING",   "CANCELING+CANCELING",     "!",                       "!",                "!",            "!",            "!",                 "!"]),
    ("C3 maintenance window lapsed",                    (T::Lapse),                             ["CANCELING+CANCELING",   "CANCELING+CANCELING",   "CANCELING+CANCELING",     "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("C5 rollout stopped",                              (T::StopRollout),                       ["CANCELING+CANCELING",   "CANCELING+CANCELING",   "CANCELING+CANCELING",     "=",                       "=",                "=",            "=",            "=",                 "="]),
    ("C6 rollout deleted",                              (T::DeleteRollout),                     ["CANCELED+CANCELED",     "CANCELED+CANCELED",     "CANCELED+CANCELED",       "CANCELED+CANCELED",       "=",                "=",            "=",            "=",                 "="]),
    ("D1 force quit",                                   (T::ForceQuit),                         ["!",                     "!",                     "!",                       "CANCELED+CANCELED",       "!",                "!",            "!",            "!",                 "!"]),
    ("E1 cancel feedback success",                      (T::CancelDone),                        ["!",                     "!",                     "!",                       "CANCELED+CANCELED",       "!",                "!",            "!",            "=+CANCELED",        "!"]),
    ("E2 cancel feedback failure",                      (T::CancelRefused),                     ["!",                     "!",                     "!",                       "RUNNING+ERROR",           "!",                "!",            "!",            "=+ERROR",           "!"]),
    ("E2 cancel feedback rejected",                     (T::CancelRefused),                     ["!",                     "!",                     "!",                       "RUNNING+CANCEL_REJECTED", "!",                "!",            "!",            "=+CANCEL_REJECTED", "!"]),
    ("E3 cancel feedback canceled",                     (T::CancelRemark),                      ["!",                     "!",                     "!",                       "=+WARNING",               "!",                "!",            "!",            "=+WARNING",         "!"]),
    ("E3 cancel feedback proceeding",                   (T::CancelRemark),                      ["!",                     "!",                     "!",                       "=+RUNNING",               "!",                "!",            "!",            "=+RUNNING",         "!"]),
    ("F device fetches",                                (T::Fetch),                             ["RETRIEVED+RETRIEVED",   "=+RETRIEVED",           "=",                       "=+RETRIEVED",             "=",                "=",            "=",            "=",                 "="]),
    ("G1 proceeding",                                   (T::Progress(Record)),                  ["=+RUNNING",             "=+RUNNING",             "=+RUNNING",               "=+RUNNING",               "=+RUNNING",        "=+RUNNING",    "=+RUNNING",    "=+RUNNING",         "=+RUNNING"]),
    ("G1 scheduled",                                    (T::Progress(Record)),                  ["=+RUNNING",             "=+RUNNING",             "=+RUNNING",               "=+RUNNING",               "=+RUNNING",        "=+RUNNING",    "=+RUNNING",    "=+RUNNING",         "=+RUNNING"]),
    ("G1 resumed",                                      (T::Progress(Record)),                  ["=+RUNNING",             "=+RUNNING",             "=+RUNNING",               "=+RUNNING",               "=+RUNNING",        "=+RUNNING",    "=+RUNNING",    "=+RUNNING",         "=+RUNNING"]),
    ("G1 rejected",                                     (T::Progress(Record)),                  ["=+WARNING",             "=+WARNING",             "=+WARNING",               "=+WARNING",               "=+WARNING",        "=+WARNING",    "=+WARNING",    "=+WARNING",         "=+WARNING"]),
    ("G1 download",                                     (T::Progress(Record)),                  ["=+DOWNLOAD",            "=+DOWNLOAD",            "=+DOWNLOAD",              "=+DOWNLOAD",              "=+DOWNLOAD",       "=+DOWNLOAD",   "=+DOWNLOAD",   "=+DOWNLOAD",        "=+DOWNLOAD"]),
    ("G1 canceled",                                     (T::Progress(Record)),                  ["=+CANCELED",            "=+CANCELED",            "=+CANCELED",              "=+CANCELED",              "=+CANCELED",       "=+CANCELED",   "=+CANCELED",   "=+CANCELED",        "=+CANCELED"]),
    ("G2 downloaded",                                   (T::Download(Record)),                  ["=+DOWNLOADED",          "=+DOWNLOADED",          "=+DOWNLOADED",            "=+DOWNLOADED",            "=+DOWNLOADED",     "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED",      "=+DOWNLOADED"]),
    ("G3 downloaded, download-only",                    (T::Download(Record)),                  ["DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED",   "DOWNLOADED+DOWNLOADED",   "=+DOWNLOADED",     "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED",      "=+DOWNLOADED"]),
    ("G4 success",                                      (T::Finish),                            ["FINISHED+FINISHED",     "FINISHED+FINISHED",     "FINISHED+FINISHED",       "FINISHED+FINISHED",       "=",                "=",            "=",            "=",                 "="]),
    ("G4 success, download-only",                       (T::Finish),                            ["FINISHED+FINISHED",     "FINISHED+FINISHED",     "FINISHED+FINISHED",       "FINISHED+FINISHED",       "=",                "=",            "=",            "=",                 "FINISHED+FINISHED"]),
    ("G5 failure",                                      (T::Fail),                              ["ERROR+ERROR",           "ERROR+ERROR",           "ERROR+ERROR",             "ERROR+ERROR",             "=",                "=",            "=",            "=",                 "="]),
    ("G5 failure, download-only",                       (T::Fail),                              ["ERROR+ERROR",           "ERROR+ERROR",           "ERROR+ERROR",             "ERROR+ERROR",             "=",                "=",            "=",            "=",                 "ERROR+ERROR"]),
    ("G6 proceeding, late ones dropped",                (T::Progress(Drop)),                    ["=+RUNNING",             "=+RUNNING",             "=+RUNNING",               "=+RUNNING",               "=",                "=",            "=",            "=",                 "="]),
    ("G6 downloaded, late ones dropped",                (T::Download(Drop)),                    ["=+DOWNLOADED",          "=+DOWNLOADED",          "=+DOWNLOADED",            "=+DOWNLOADED",            "=",                "=",            "=",            "=",                 "="]),
    ("G6 downloaded, download-only, late ones dropped", (T::Download(Drop)),                    ["DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED",   "DOWNLOADED+DOWNLOADED",   "=",                "=",            "=",            "=",                 "="]),
    ("H1 confirmed",                                    (T::Confirm),                           ["!",                     "!",                     "RUNNING+RUNNING",         "!",                       "!",                "!",            "!",            "!",                 "!"]),
    ("H2 denied, flow off",                             (T::Deny { confirmation_flow: false }), ["!",                     "!",                     "=+WAIT_FOR_CONFIRMATION", "!",                       "!",                "!",            "!",            "!",                 "!"]),
    ("H3 denied, flow on",                              (T::Deny { confirmation_flow: true }),  ["WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "=+WAIT_FOR_CONFIRMATION", "!", "!", "!",     "!",            "!",                 "!"]),
    ("H4 auto-confirmed",                               (T::AutoConfirm),                       ["=",                     "=",                     "RUNNING+RUNNING",         "=",                       "=",                "=",            "=",            "=",                 "="]),
}

/// What the status has no part in: a fetch is noted once in a row, and force changes the type.
#[rustfmt::skip]
const OTHERS: &[(&str, [&str; 9])] = &[
    ("F device fetches again", ["=", "=", "=", "=", "=", "=", "=", "=", "="]),
    ("I1 forced", ["=", "=", "=", "=", "=", "=", "=", "=", "="]),
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
        "group starts, set is there" => {
            world.start(ID, false);
            true
        }
        "group starts" | "group starts, to confirm" => {
            world.target.assigned_set = None;
            world.flow = name.ends_with("to confirm");
            world.start(ID, world.flow);
            true
        }
        "newer assignment" | "… over a migration step" => world.assign(Order::of(8)).is_some(),
        "newer assignment, autoclose" | "autoclose over a migration step" => {
            world.autoclose = true;
            world.assign(Order::of(8)).is_some()
        }
        "newer rollout" | "rollout over a migration step" => {
            wait_for_group(world, name.contains("migration step"));
            world.schedule(Order::of(8));
            true
        }
        "rollout stopped" => {
            world.stop(ID);
            true
        }
        "rollout deleted" => {
            world.quit(ID);
            true
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
        "proceeding, late ones dropped" => world.report_late(ID, &said(Execution::Proceeding, false), Drop).is_ok(),
        "downloaded, late ones dropped" | "downloaded, download-only, late ones dropped" => {
            world.report_late(ID, &said(Execution::Downloaded, false), Drop).is_ok()
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

/// The target knows that the action waits for its group, if it does.
fn wait_for_group(world: &mut World, required_migration_step: bool) {
    let waits = world.actions[&ID].status == Scheduled;
    let copy = ScheduledAction { id: ID, distribution_set: 7, rollout: 1, rollout_group: 1, required_migration_step };
    world.target.scheduled.extend(waits.then_some(copy));
}

/// A download-only action, by the words of its row, or because no other is downloaded and no more.
fn is_download_only(row: &str, state: ActionStatus) -> bool {
    row.contains("download-only") || state == Downloaded && !row.starts_with('G')
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
    let rows = TABLE.iter().map(|(trigger, _, row)| (trigger, row));
    for (trigger, row) in rows.chain(OTHERS.iter().map(|(trigger, row)| (trigger, row))) {
        for (state, expected) in STATES.into_iter().zip(row) {
            let mut world = world(state, is_download_only(trigger, state), trigger.contains("migration step"));
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
    for (name, trigger, row) in TABLE {
        for (status, cell) in STATES.into_iter().zip(*row) {
            let required_migration_step = name.contains("migration step");
            let state = State { status, download_only: is_download_only(name, status), required_migration_step };
            let next = state.after(*trigger).map(ActionStatus::name);
            let expected = match cell.split_once('+') {
                Some(("=", _)) => Some(status.name()),
                Some((status, _)) => Some(status),
                None => Some(cell).filter(|cell| !matches!(*cell, "=" | "!")),
            };
            assert_eq!(next, expected, "{name}, {status:?}");
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
