//! A fleet in plain memory and random questions about it, each with a second, naive answer.

use harrier_domain::target::{AutoConfirm, Target, UpdateStatus};
use harrier_store::{TargetDetails, search::TargetScope};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

use crate::samples::{NOW, target};

/// A target with its details.
#[derive(Debug, Clone)]
pub struct Device {
    pub target: Target,
    pub details: Option<TargetDetails>,
}

/// Distribution sets by id: name and version.
pub const SETS: [(i64, &str, &str); 3] = [(11, "OS", "1.0"), (12, "OS", "2.0"), (13, "App", "1.0")];
pub const TAGS: [(i64, &str); 3] = [(21, "Beta"), (22, "lab"), (23, "unused")];
pub const TYPES: [(i64, &str, &str); 2] = [(31, "gw", "Gateway"), (32, "cam", "Camera")];
const GROUPS: [&str; 4] = ["Europe", "Europe/East", "European", "Asia"];
const STATUSES: [UpdateStatus; 3] = [UpdateStatus::InSync, UpdateStatus::Error, UpdateStatus::Unknown];

/// Random ids and values drawn from few, so that questions meet them.
pub fn fleet(seeds: &[u32]) -> Vec<Device> {
    let mut devices: BTreeMap<String, Device> = BTreeMap::new();
    for (position, seed) in seeds.iter().enumerate() {
        let device = device(*seed, i64::try_from(position).unwrap());
        devices.insert(device.target.controller_id.clone(), device);
    }
    devices.into_values().collect()
}

fn device(seed: u32, number: i64) -> Device {
    let pick = |shift: u32, many: u32| ((seed >> shift) % many) as usize;
    let controller_id = match pick(0, 4) {
        0 => format!("{}", seed % 500),
        1 => format!("17-{}", seed % 90),
        2 => format!("Dev-{}", seed % 500),
        _ => format!("dev-{}#é", seed % 500),
    };
    let mut target = target(&controller_id);
    target.number = number;
    target.name = ["Alpha", "beta", "Gamma*", ""][pick(2, 4)].to_owned();
    target.description = [None, Some("x"), Some("Y")][pick(4, 3)].map(ToOwned::to_owned);
    target.group = (pick(5, 3) > 0).then(|| GROUPS[pick(6, 4)].to_owned());
    target.update_status = STATUSES[pick(7, 3)];
    target.assigned_set = (pick(8, 3) > 0).then(|| SETS[pick(9, 3)].0);
    target.installed_set = (pick(10, 3) > 0).then(|| SETS[pick(11, 3)].0);
    target.target_type = (pick(12, 2) > 0).then(|| TYPES[pick(13, 2)].0);
    target.tags = [21, 22].into_iter().filter(|tag| pick(u32::try_from(*tag).unwrap() - 8, 2) > 0).collect();
    target.last_seen = (pick(15, 2) > 0).then(|| NOW + i64::from(seed % 7));
    target.address = (pick(16, 2) > 0).then(|| format!("http://10.0.0.{}", seed % 3));
    target.auto_confirm = (pick(17, 2) > 0).then(|| AutoConfirm {
        initiator: None,
        remark: None,
        activated_at: NOW,
        activated_by: "alice".to_owned(),
    });
    let mut entries = BTreeMap::new();
    if pick(18, 2) > 0 {
        entries.insert("hw.Rev".to_owned(), ["A", "b"][pick(19, 2)].to_owned());
    }
    let details = (pick(20, 3) > 0).then(|| TargetDetails {
        controller_id,
        attributes: entries.clone(),
        metadata: entries,
        revision: 0,
    });
    Device { target, details }
}

/// A question: its text, and its answer about one device.
#[derive(Clone)]
pub struct Question {
    pub text: String,
    pub answer: std::rc::Rc<dyn Fn(&Device) -> bool>,
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn ask(text: &str, answer: impl Fn(&Device) -> bool + 'static) -> Question {
    Question { text: text.to_owned(), answer: std::rc::Rc::new(answer) }
}

fn set_is(id: Option<i64>, accept: impl Fn(&str, &str) -> bool) -> bool {
    id.is_some_and(|id| SETS.iter().any(|(known, name, version)| *known == id && accept(name, version)))
}

fn attribute(device: &Device) -> Option<&str> {
    device.details.as_ref()?.attributes.get("hw.Rev").map(String::as_str)
}

fn metadata(device: &Device) -> Option<&str> {
    device.details.as_ref()?.metadata.get("hw.Rev").map(String::as_str)
}

fn simple_questions() -> Vec<Question> {
    let id_starts = |device: &Device, prefix: &str| device.target.controller_id.to_lowercase().starts_with(prefix);
    vec![
        ask("controllerid==42", |d| d.target.controller_id == "42"),
        ask("id=in=(1,2,3,17-1,17-2,400)", |d| {
            ["1", "2", "3", "17-1", "17-2", "400"].contains(&d.target.controller_id.as_str())
        }),
        ask("controllerid==17-*", move |d| id_starts(d, "17-")),
        ask("controllerid==4*", move |d| id_starts(d, "4")),
        ask("id==DEV-1*", move |d| id_starts(d, "dev-1")),
        ask("id=out=(1,2,3)", |d| !["1", "2", "3"].contains(&d.target.controller_id.as_str())),
        ask("name==ALPHA", |d| d.target.name == "Alpha"),
        ask("name==''", |d| d.target.name.is_empty()),
        ask("description!=x", |d| d.target.description.as_deref() != Some("x")),
        ask("description=is=null", |d| d.target.description.is_none()),
        ask("group==europe*", |d| d.target.group.as_deref().is_some_and(|group| group.starts_with("Europe"))),
        ask("group=not=null", |d| d.target.group.is_some()),
        ask("updatestatus==IN_SYNC", |d| d.target.update_status == UpdateStatus::InSync),
        ask("updatestatus!=error", |d| d.target.update_status != UpdateStatus::Error),
        ask("ipaddress==*0.1", |d| d.target.address.as_deref() == Some("http://10.0.0.1")),
        ask("lastcontrollerrequestat=gt=1770000000003", |d| d.target.last_seen.is_some_and(|seen| seen > NOW + 3)),
        ask("lastcontrollerrequestat!=*", |d| d.target.last_seen.is_none()),
        ask("autoconfirm==true", |d| d.target.auto_confirm.is_some()),
        ask("attribute.HW.rev==a", |d| attribute(d) == Some("A")),
        ask("attribute.hw.rev!=a", |d| attribute(d).is_some_and(|value| value != "A")),
        ask("metadata.hw.rev=is=null", |d| metadata(d).is_none()),
        ask("metadata.hw.rev==b", |d| metadata(d) == Some("b")),
        ask("assignedds.name==os", |d| set_is(d.target.assigned_set, |name, _| name == "OS")),
        ask("assignedds.version!=1.0", |d| !set_is(d.target.assigned_set, |_, version| version == "1.0")),
        ask("installedds.name==app", |d| set_is(d.target.installed_set, |name, _| name == "App")),
        ask("installedds.version=is=null", |d| d.target.installed_set.is_none()),
        ask("tag==beta", |d| d.target.tags.contains(&21)),
        ask("tag!=lab", |d| !d.target.tags.contains(&22)),
        ask("tag!=*", |d| d.target.tags.is_empty()),
        ask("tag==unused", |_| false),
        ask("type==GW", |d| d.target.target_type == Some(31)),
        ask("targettype.name==camera", |d| d.target.target_type == Some(32)),
        ask("type.id!=31", |d| d.target.target_type != Some(31)),
    ]
}

/// Questions of one or several comparisons.
pub fn questions() -> impl Strategy<Value = Question> {
    let leaf = proptest::sample::select(simple_questions());
    leaf.prop_recursive(3, 8, 3, |inner| {
        (proptest::collection::vec(inner, 2..4), any::<bool>()).prop_map(|(operands, all)| combine(&operands, all))
    })
}

fn combine(operands: &[Question], all: bool) -> Question {
    let texts: Vec<String> = operands.iter().map(|operand| format!("({})", operand.text)).collect();
    let answers: Vec<_> = operands.iter().map(|operand| operand.answer.clone()).collect();
    if all {
        ask(&texts.join(";"), move |device| answers.iter().all(|answer| answer(device)))
    } else {
        ask(&texts.join(","), move |device| answers.iter().any(|answer| answer(device)))
    }
}

/// What the model says of a device.
pub type Predicate = Box<dyn Fn(&Device) -> bool>;

/// Scopes with their naive meaning.
pub fn scopes(device_ids: &[String], choice: u32) -> (Vec<TargetScope>, Predicate) {
    let some_ids: BTreeSet<String> =
        device_ids.iter().step_by(7).cloned().chain(["nobody".to_owned()]).take(choice as usize).collect();
    match choice % 8 {
        1 => (vec![TargetScope::AssignedSet(12)], Box::new(|d| d.target.assigned_set == Some(12))),
        2 => (vec![TargetScope::InstalledSet(13)], Box::new(|d| d.target.installed_set == Some(13))),
        3 => (vec![TargetScope::Tag(22)], Box::new(|d| d.target.tags.contains(&22))),
        4 => (vec![TargetScope::Group("Europe".to_owned())], Box::new(|d| d.target.group.as_deref() == Some("Europe"))),
        5 => (
            vec![TargetScope::GroupOrBelow("Europe".to_owned()), TargetScope::Type(31)],
            Box::new(|d| {
                matches!(d.target.group.as_deref(), Some("Europe" | "Europe/East")) && d.target.target_type == Some(31)
            }),
        ),
        6 => (
            vec![TargetScope::ControllerIds(some_ids.clone())],
            Box::new(move |d| some_ids.contains(&d.target.controller_id)),
        ),
        _ => (Vec::new(), Box::new(|_| true)),
    }
}

/// Sort orders with their naive meaning; ids decide in the end.
pub type Compare = fn(&Target, &Target) -> std::cmp::Ordering;

pub const SORTS: [(Option<&str>, Compare); 7] = [
    (None, |a, b| a.controller_id.cmp(&b.controller_id)),
    (Some(""), |a, b| a.controller_id.cmp(&b.controller_id)),
    (Some("id:DESC"), |a, b| b.controller_id.cmp(&a.controller_id)),
    (Some("name:asc"), |a, b| a.name.cmp(&b.name).then_with(|| a.controller_id.cmp(&b.controller_id))),
    (Some("group:desc"), |a, b| b.group.cmp(&a.group).then_with(|| a.controller_id.cmp(&b.controller_id))),
    (Some("lastcontrollerrequestat:ASC, name:DESC"), |a, b| {
        (a.last_seen.cmp(&b.last_seen))
            .then_with(|| b.name.cmp(&a.name))
            .then_with(|| a.controller_id.cmp(&b.controller_id))
    }),
    (Some("updatestatus:asc,controllerid:desc"), |a, b| {
        let status = a.update_status.name().cmp(b.update_status.name());
        status.then_with(|| b.controller_id.cmp(&a.controller_id))
    }),
];
