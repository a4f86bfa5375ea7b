//! Every trigger of `domain-behaviour.md` §5.4 in every state, as a table: what becomes of the action, and which entry its
//! history gets.
//!
//! A cell reads `STATUS+ENTRY`. `=` is the status as it was, no `+` is no entry, `!` is a refusal that changes nothing.
//! Rows A make an action and have no state to be in; rows C5, C6 and A4–A6 are rollouts'; C4 and D3 are C1 and D1.

use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::feedback::{Execution, LateReports};
use harrier_domain::target::OpenAction;
use harrier_domain::{cancellation, forcing};

use crate::world::{Order, World, is_open, ops, said};

use ActionStatus::{
    Canceled, Canceling, Downloaded, Error, Finished, Retrieved, Running, Scheduled, WaitForConfirmation,
};

/// The states of the columns.
const STATES: [ActionStatus; 9] =
    [Running, Retrieved, WaitForConfirmation, Canceling, Scheduled, Finished, Error, Canceled, Downloaded];

#[rustfmt::skip]
const TABLE: &[(&str, [&str; 9])] = &[
    //                                    Running                  Retrieved                Waiting                  Canceling                Sched Finished   Error      Canceled               Downloaded
    ("B1 newer assignment",              ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "=",                     "=", "=",       "=",       "=",                   "="]),
    ("B1 … over a migration step",       ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
    ("B2 newer assignment, autoclose",   ["CANCELED+CANCELED",    "CANCELED+CANCELED",    "CANCELED+CANCELED",    "CANCELED+CANCELED",     "=", "=",       "=",       "=",                   "="]),
    ("C1 operator cancels",              ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "!",                     "!", "!",       "!",       "!",                   "!"]),
    ("C3 maintenance window lapsed",     ["CANCELING+CANCELING",  "CANCELING+CANCELING",  "CANCELING+CANCELING",  "=",                     "=", "=",       "=",       "=",                   "="]),
    ("D1 force quit",                    ["!",                    "!",                    "!",                    "CANCELED+CANCELED",     "!", "!",       "!",       "!",                   "!"]),
    ("E1 cancel feedback success",       ["!",                    "!",                    "!",                    "CANCELED+CANCELED",     "!", "!",       "!",       "=+CANCELED",          "!"]),
    ("E2 cancel feedback failure",       ["!",                    "!",                    "!",                    "RUNNING+ERROR",         "!", "!",       "!",       "=+ERROR",             "!"]),
    ("E2 cancel feedback rejected",      ["!",                    "!",                    "!",                    "RUNNING+CANCEL_REJECTED", "!", "!",     "!",       "=+CANCEL_REJECTED",   "!"]),
    ("E3 cancel feedback canceled",      ["!",                    "!",                    "!",                    "=+WARNING",             "!", "!",       "!",       "=+WARNING",           "!"]),
    ("E3 cancel feedback proceeding",    ["!",                    "!",                    "!",                    "=+RUNNING",             "!", "!",       "!",       "=+RUNNING",           "!"]),
    ("F device fetches",                 ["RETRIEVED+RETRIEVED",  "=+RETRIEVED",          "=",                    "=+RETRIEVED",           "=", "=",       "=",       "=",                   "="]),
    ("F device fetches again",           ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
    ("G1 proceeding",                    ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 scheduled",                     ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 resumed",                       ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING", "=+RUNNING"]),
    ("G1 rejected",                      ["=+WARNING",            "=+WARNING",            "=+WARNING",            "=+WARNING",             "=+WARNING", "=+WARNING", "=+WARNING", "=+WARNING", "=+WARNING"]),
    ("G1 download",                      ["=+DOWNLOAD",           "=+DOWNLOAD",           "=+DOWNLOAD",           "=+DOWNLOAD",            "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD", "=+DOWNLOAD"]),
    ("G1 canceled",                      ["=+CANCELED",           "=+CANCELED",           "=+CANCELED",           "=+CANCELED",            "=+CANCELED", "=+CANCELED", "=+CANCELED", "=+CANCELED", "=+CANCELED"]),
    ("G2 downloaded",                    ["=+DOWNLOADED",         "=+DOWNLOADED",         "=+DOWNLOADED",         "=+DOWNLOADED",          "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED"]),
    ("G3 downloaded, download-only",     ["DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "DOWNLOADED+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED", "=+DOWNLOADED"]),
    ("G4 success",                       ["FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",     "=", "=",       "=",       "=",                   "="]),
    ("G4 success, download-only",        ["FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",    "FINISHED+FINISHED",     "=", "=",       "=",       "=",                   "FINISHED+FINISHED"]),
    ("G5 failure",                       ["ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",           "=", "=",       "=",       "=",                   "="]),
    ("G5 failure, download-only",        ["ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",          "ERROR+ERROR",           "=", "=",       "=",       "=",                   "ERROR+ERROR"]),
    ("G6 proceeding, late ones dropped", ["=+RUNNING",            "=+RUNNING",            "=+RUNNING",            "=+RUNNING",             "=", "=",       "=",       "=",                   "="]),
    ("H1 confirmed",                     ["!",                    "!",                    "RUNNING+RUNNING",      "!",                     "!", "!",       "!",       "!",                   "!"]),
    ("H2 denied, flow off",              ["!",                    "!",                    "=+WAIT_FOR_CONFIRMATION", "!",                  "!", "!",       "!",       "!",                   "!"]),
    ("H3 denied, flow on",               ["WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "WAIT_FOR_CONFIRMATION+WAIT_FOR_CONFIRMATION", "=+WAIT_FOR_CONFIRMATION", "!", "!", "!", "!", "!", "!"]),
    ("H4 auto-confirmed",                ["=",                    "=",                    "RUNNING+RUNNING",      "=",                     "=", "=",       "=",       "=",                   "="]),
    ("I1 forced",                        ["=",                    "=",                    "=",                    "=",                     "=", "=",       "=",       "=",                   "="]),
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
    for (trigger, row) in TABLE {
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
