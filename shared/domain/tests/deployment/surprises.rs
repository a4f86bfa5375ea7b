//! Surprises of `domain-behaviour.md` §20 that no device can bring about over HTTP, or that need a clock of their own.

use harrier_domain::action::ActionStatus;
use harrier_domain::feedback::{Execution, LateReports};
use harrier_domain::target::UpdateStatus;

use crate::world::{Order, World, said};

#[test]
fn surprise_16_a_second_end_is_ignored() {
    for late in [LateReports::Record, LateReports::Drop] {
        for failed in [false, true] {
            let mut world = World::new();
            let id = world.assign(Order::of(1)).unwrap();
            world.report(id, &said(Execution::Closed, false)).unwrap();
            let before = (world.target.clone(), world.actions[&id].clone());
            assert_eq!(world.report_late(id, &said(Execution::Closed, failed), late), Ok(None));
            assert_eq!(before, (world.target.clone(), world.actions[&id].clone()));
        }
    }
}

#[test]
fn surprise_17_late_progress_is_recorded_unless_it_is_to_be_dropped() {
    let mut world = World::new();
    let id = world.assign(Order::of(1)).unwrap();
    world.report(id, &said(Execution::Closed, false)).unwrap();
    let progress = said(Execution::Proceeding, false);
    assert_eq!(world.report_late(id, &progress, LateReports::Drop), Ok(None));
    assert!(world.report_late(id, &progress, LateReports::Record).unwrap().is_some());
    assert_eq!((world.actions[&id].entries, world.actions[&id].status), (3, ActionStatus::Finished));
}

#[test]
fn surprise_24_downloaded_twice_is_recorded_and_asks_for_attributes_twice_within_the_quota() {
    let mut world = World::new();
    world.quotas.status_entries_per_action = 3;
    let id = world.assign(Order::of(1).download_only()).unwrap();
    for _ in 0..2 {
        world.target.request_attributes = false;
        world.report(id, &said(Execution::Downloaded, false)).unwrap();
        assert!(world.target.request_attributes);
    }
    assert_eq!(world.actions[&id].entries, 3);
    assert!(world.report(id, &said(Execution::Downloaded, false)).is_err());
}

#[test]
fn surprise_26_a_late_end_of_a_download_only_action_takes_the_target_back() {
    let mut world = World::new();
    let old = world.assign(Order::of(1).download_only()).unwrap();
    world.report(old, &said(Execution::Downloaded, false)).unwrap();
    let new = world.assign(Order::of(2)).unwrap();
    world.now += 10;
    world.report(new, &said(Execution::Closed, false)).unwrap();
    assert_eq!((world.target.assigned_set, world.target.installed_set), (Some(2), Some(2)));
    world.now += 10;
    world.report(old, &said(Execution::Closed, false)).unwrap();
    assert_eq!((world.target.assigned_set, world.target.installed_set), (Some(1), Some(1)));
    assert_eq!(
        (world.target.update_status, world.actions[&old].status),
        (UpdateStatus::InSync, ActionStatus::Finished)
    );
}

#[test]
fn a_late_clock_does_not_hide_an_installation_and_a_fast_one_does_not_block_the_next() {
    let mut world = World::new();
    for (set, timestamp) in [(1, i64::MAX), (2, 0), (3, -5)] {
        let id = world.assign(Order::of(set)).unwrap();
        world.now += 10;
        let mut done = said(Execution::Closed, false);
        done.timestamp = Some(timestamp);
        world.report(id, &done).unwrap();
        assert_eq!((world.target.installed_set, world.target.update_status), (Some(set), UpdateStatus::InSync));
    }
}

#[test]
fn an_older_report_closes_the_action_but_changes_no_installation() {
    let mut world = World::new();
    let older = world.assign(Order::of(1).step()).unwrap();
    world.now += 10;
    let newer = world.assign(Order::of(2).step()).unwrap();
    world.now += 10;
    for (action, timestamp) in [(newer, 1_015), (older, 1_012)] {
        let mut done = said(Execution::Closed, false);
        done.timestamp = Some(timestamp);
        world.report(action, &done).unwrap();
    }
    assert_eq!((world.target.installed_set, world.target.installed_action), (Some(2), Some(newer)));
    assert!(!world.actions[&older].active);
}

#[test]
fn the_entry_quota_refuses_intermediate_reports_and_lets_closing_ones_through() {
    let mut world = World::new();
    (world.quotas.status_entries_per_action, world.quotas.messages_per_status) = (3, 2);
    let id = world.assign(Order::of(1)).unwrap();
    let progress = said(Execution::Proceeding, false);
    assert!(world.report(id, &progress).is_ok());
    assert!(world.report(id, &progress).is_ok());
    assert!(world.report(id, &progress).is_err());
    let mut wordy = said(Execution::Closed, false);
    wordy.details = vec!["x".repeat(1025)];
    assert!(world.report(id, &wordy).is_err());
    assert!(world.report(id, &said(Execution::Closed, false)).is_ok());
}
