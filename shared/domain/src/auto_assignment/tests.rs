use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_770_000_000_000;

fn alice() -> Actor {
    Actor::User("alice".to_owned())
}

fn draft() -> AutoAssignmentDraft {
    AutoAssignmentDraft {
        name: Some(" all ".to_owned()),
        query: Some("name==*".to_owned()),
        distribution_set: 7,
        ..AutoAssignmentDraft::default()
    }
}

fn made(approval: bool) -> AutoAssignment {
    let policy = CreationPolicy { approval, confirmation_flow: true };
    let granted = ["UPDATE_TARGET".to_owned()];
    let creator = Creator { actor: &alice(), authorities: &granted };
    draft().checked().unwrap().create(1, 3, policy, &creator, NOW)
}

fn in_status(status: AutoAssignmentStatus) -> AutoAssignment {
    AutoAssignment { status, ..made(false) }
}

#[test]
fn absent_fields_have_the_defaults_of_the_contract() {
    let auto = made(false);
    assert_eq!((auto.name.as_str(), auto.status), ("all", AutoAssignmentStatus::Ready));
    assert_eq!((auto.action_type, auto.weight, auto.confirmation_required), (ActionType::Forced, 1000, true));
    assert_eq!((auto.audit.created_by.as_str(), auto.creator_authorities.len()), ("alice", 1));
    assert_eq!(made(true).status, AutoAssignmentStatus::WaitingForApproval);
}

#[test]
fn a_draft_is_checked() {
    let weight = |weight| AutoAssignmentDraft { weight: Some(weight), ..draft() }.checked().map(|_| ());
    assert_eq!((weight(0), weight(1000)), (Ok(()), Ok(())));
    for refused in [-1, 1001, i64::MAX] {
        assert!(matches!(weight(refused), Err(Error::ConstraintViolation(_))), "{refused}");
    }
    let typed = |action_type| AutoAssignmentDraft { action_type: Some(action_type), ..draft() }.check_action_type();
    assert_eq!(typed(ActionType::TimeForced), Err(Error::InvalidAutoAssignActionType));
    for allowed in [ActionType::Forced, ActionType::Soft, ActionType::DownloadOnly] {
        assert_eq!(typed(allowed), Ok(()));
    }
    let incomplete = AutoAssignmentDraft { description: Some("<b>x</b>".to_owned()), ..AutoAssignmentDraft::default() };
    let Err(Error::ConstraintViolation(text)) = incomplete.checked() else { panic!("accepted") };
    for field in ["name", "targetFilterQuery", "description"] {
        assert!(text.contains(field), "{text}");
    }
}

type Operation = fn(&mut AutoAssignment) -> Result<()>;

const OPERATIONS: [(&str, Operation); 5] = [
    ("approve", |auto| auto.approve(None, &alice(), NOW)),
    ("deny", |auto| auto.deny(None, &alice(), NOW)),
    ("start", |auto| auto.start(&alice(), NOW)),
    ("pause", |auto| auto.pause(&alice(), NOW)),
    ("resume", |auto| auto.resume(&alice(), NOW)),
];

/// The table of §10.3: what each operation makes of each status. Everything else is refused (surprise 66).
fn expected(from: AutoAssignmentStatus, operation: &str) -> Option<AutoAssignmentStatus> {
    use AutoAssignmentStatus::*;
    match (from, operation) {
        (WaitingForApproval, "approve") => Some(Ready),
        (WaitingForApproval, "deny") => Some(ApprovalDenied),
        (Ready, "start") | (Paused, "resume") => Some(Running),
        (Running, "pause") => Some(Paused),
        _ => None,
    }
}

#[test]
fn surprise_66_operations_in_the_wrong_status_are_refused_and_change_nothing() {
    use AutoAssignmentStatus::*;
    for from in [WaitingForApproval, ApprovalDenied, Ready, Running, Paused] {
        for (name, operation) in OPERATIONS {
            let mut auto = in_status(from);
            let before = auto.clone();
            match (operation(&mut auto), expected(from, name)) {
                (Ok(()), Some(to)) => assert_eq!(auto.status, to, "{from:?} {name}"),
                (Err(Error::AutoAssignmentIllegalState(_)), None) => assert_eq!(auto, before, "{from:?} {name}"),
                (outcome, _) => panic!("{from:?} {name}: {outcome:?}"),
            }
        }
    }
}

#[test]
fn surprise_65_only_a_ready_one_whose_time_has_come_starts_by_itself() {
    use AutoAssignmentStatus::*;
    for (start_at, starts) in [(None, true), (Some(NOW - 1), true), (Some(NOW), true), (Some(NOW + 1), false)] {
        let mut auto = AutoAssignment { start_at, ..in_status(Ready) };
        assert_eq!(auto.start_if_due(NOW), starts, "{start_at:?}");
        assert_eq!((auto.is_running(), auto.pass.is_some()), (starts, starts));
    }
    for status in [WaitingForApproval, ApprovalDenied, Running, Paused] {
        assert!(!in_status(status).start_if_due(NOW), "{status:?}");
    }
}

#[test]
fn who_decided_is_kept() {
    let mut auto = in_status(AutoAssignmentStatus::WaitingForApproval);
    auto.deny(Some("not today".to_owned()), &Actor::User("bob".to_owned()), NOW + 1).unwrap();
    assert_eq!(auto.approval_decided_by.as_deref(), Some("bob"));
    assert_eq!(auto.approval_remark.as_deref(), Some("not today"));
    assert_eq!((auto.audit.modified_by.as_str(), auto.audit.modified_at), ("bob", NOW + 1));
}

#[test]
fn a_pass_that_is_asked_for_during_a_pass_follows_it() {
    let mut auto = made(false);
    auto.start(&alice(), NOW).unwrap();
    auto.advance_pass(Some((3, Some("x".to_owned()))));
    auto.request_pass();
    auto.request_pass();
    assert_eq!(auto.pass, Some(FleetPass { number: 1, shard: 3, after: Some("x".to_owned()) }));
    auto.advance_pass(None);
    assert_eq!(auto.pass, Some(FleetPass { number: 2, shard: 0, after: None }));
    auto.advance_pass(None);
    assert_eq!((auto.pass.clone(), auto.pass_again), (None, false));
    auto.request_pass();
    assert_eq!(auto.pass.map(|pass| pass.number), Some(3));
}

#[test]
fn the_clock_looks_at_what_can_move_by_itself() {
    use AutoAssignmentStatus::*;
    let ready = |start_at| AutoAssignment { start_at, ..in_status(Ready) }.wakes_at(NOW);
    assert_eq!((ready(None), ready(Some(NOW + 7))), (Some(NOW), Some(NOW + 7)));
    for status in [WaitingForApproval, ApprovalDenied, Paused, Running] {
        assert_eq!(in_status(status).wakes_at(NOW), None, "{status:?}");
    }
    let mut passing = in_status(Running);
    passing.request_pass();
    assert_eq!(passing.wakes_at(NOW), Some(NOW + WATCHDOG));
    let query = "lastcontrollerrequestat=le=${Overdue_Ts}".to_owned();
    let mut overdue = AutoAssignment { query, ..in_status(Running) };
    assert_eq!(overdue.wakes_at(NOW), Some(NOW + CLOCK_DRIVEN_PERIOD));
    assert!(overdue.repeat_if_driven_by_the_clock() && overdue.pass.is_some());
    assert!(!overdue.repeat_if_driven_by_the_clock() && !in_status(Running).repeat_if_driven_by_the_clock());
}

proptest! {
    /// Whatever happens in whatever order: only a running one has a pass, and a number never comes back.
    #[test]
    fn only_a_running_one_passes_over_the_fleet(steps in proptest::collection::vec(0..9_usize, 0..60), approval: bool) {
        let mut auto = made(approval);
        let mut last = 0;
        for step in steps {
            match OPERATIONS.get(step) {
                Some((_, operation)) => drop(operation(&mut auto)),
                None if step == 5 => drop(auto.start_if_due(NOW)),
                None if step == 6 => auto.request_pass(),
                None if step == 7 => auto.advance_pass(Some((1, None))),
                None => auto.advance_pass(None),
            }
            prop_assert!(auto.pass.is_none() || auto.is_running());
            prop_assert!(!auto.pass_again || auto.pass.is_some());
            prop_assert!(auto.passes >= last);
            last = auto.passes;
        }
    }
}
