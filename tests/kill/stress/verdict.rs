//! The APIs tell one story: targets, their actions, what devices are told (`docs/architecture.md`, "The life of one
//! deployment").

use futures::stream::{self, StreamExt};
use harrier_tests::{Client, TENANT};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::time::sleep;

use super::ledger::Ledger;
use super::scene::Scene;

/// Targets looked at at the same time.
const CONCURRENCY: usize = 16;

/// The server may still be at what it does in steps: taking back the actions of a withdrawn set.
const SETTLING: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(1);

/// Actions of one request.
const PAGE: usize = 500;

/// # Panics
/// When something does not fit.
pub async fn give(admin: &Client, scene: &Scene, ledger: &Ledger) {
    let begun = Instant::now();
    loop {
        let problems = problems(admin, scene, ledger).await;
        if problems.is_empty() {
            break;
        }
        let late = begun.elapsed() > SETTLING;
        assert!(!late, "{} problems:\n{}", problems.len(), problems.join("\n"));
        sleep(LOOK).await;
    }
    totals_agree(admin).await;
}

async fn problems(admin: &Client, scene: &Scene, ledger: &Ledger) -> Vec<String> {
    let devices = &scene.devices(admin);
    let actions = &all_actions(admin).await;
    stream::iter(&scene.targets)
        .map(|id| async move { problems_of(admin, devices, ledger, actions, id).await })
        .buffer_unordered(CONCURRENCY)
        .flat_map(stream::iter)
        .collect()
        .await
}

/// The counted total against a total that is found by looking.
async fn totals_agree(admin: &Client) {
    for (resource, everything) in [("targets", "controllerid==*"), ("actions", "id=gt=0")] {
        let total = |query: String| async move {
            let path = format!("/rest/v1/{resource}?limit=1{query}");
            admin.get(&path).await.expect(200).json()["total"].as_i64()
        };
        let (counted, found) = (total(String::new()).await, total(format!("&q={everything}")).await);
        assert_eq!(counted, found, "{resource}");
    }
}

async fn problems_of(
    admin: &Client,
    devices: &Client,
    ledger: &Ledger,
    actions: &BTreeMap<String, Vec<Value>>,
    id: &str,
) -> Vec<String> {
    let target = admin.get(&format!("/rest/v1/targets/{id}")).await;
    if target.status == 404 && !ledger.is_whole(id) {
        return Vec::new();
    }
    let case = Case {
        target: target.expect(200).json(),
        actions: actions.get(id).cloned().unwrap_or_default(),
        assigned: set_of(admin, id, "assignedDS").await,
        installed: set_of(admin, id, "installedDS").await,
        poll: devices.get(&format!("/{TENANT}/controller/v1/{id}")).await.expect(200).json(),
        is_whole: ledger.is_whole(id),
    };
    let lost = ledger.assigned_to(id).into_iter().filter(|id| case.is_whole && !case.has(*id));
    let lost = lost.map(|action| format!("the assignment of action {action} was acknowledged and is lost"));
    let found = [case.offer(), case.status(), case.installation()].into_iter().flatten().chain(lost);
    found.map(|problem| format!("{problem}\n  {}\n  {}\n  {:?}", case.target, case.poll, case.actions)).collect()
}

/// All actions by target, in their full form.
async fn all_actions(admin: &Client) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for offset in (0..).step_by(PAGE) {
        let path = format!("/rest/v1/actions?representation=full&limit={PAGE}&offset={offset}");
        let page = admin.get(&path).await.expect(200).json();
        let content = page["content"].as_array().cloned().unwrap_or_default();
        if content.is_empty() {
            break;
        }
        for action in content {
            found.entry(super::scene::target_of(&action)).or_default().push(action);
        }
    }
    found
}

async fn set_of(admin: &Client, id: &str, which: &str) -> Option<i64> {
    let answer = admin.get(&format!("/rest/v1/targets/{id}/{which}")).await;
    (answer.status == 200).then(|| super::scene::id(&answer.json()))
}

/// All that is told about one target.
struct Case {
    target: Value,
    actions: Vec<Value>,
    assigned: Option<i64>,
    installed: Option<i64>,
    poll: Value,
    is_whole: bool,
}

impl Case {
    fn has(&self, action: i64) -> bool {
        self.actions.iter().any(|known| known["id"] == action)
    }

    fn open(&self) -> impl Iterator<Item = &Value> {
        self.actions.iter().filter(|action| action["active"] == true)
    }

    /// One action at most: of the highest weight, then of the lowest id (`domain-behaviour.md` §5.11).
    fn offer(&self) -> Option<String> {
        let current = self.open().max_by_key(|action| (action["weight"].as_i64(), action["id"].as_i64().map(|id| -id)));
        let expected = current.map(|action| match action["status"].as_str() {
            Some("canceling") => format!("cancelAction/{}", action["id"]),
            Some("wait_for_confirmation") => "confirmationBase".to_owned(),
            _ => format!("deploymentBase/{}", action["id"]),
        });
        let offers = ["cancelAction", "confirmationBase", "deploymentBase"].map(|kind| &self.poll["_links"][kind]);
        let offers: Vec<&str> = offers.into_iter().filter_map(|link| link["href"].as_str()).collect();
        let told = match (offers.as_slice(), &expected) {
            ([], None) => true,
            ([href], Some(expected)) => href.split_once('?').map_or(*href, |(path, _)| path).ends_with(expected),
            _ => false,
        };
        (!told).then(|| format!("the device should be offered {expected:?}, and is offered {offers:?}"))
    }

    /// `domain-behaviour.md` §4.2, for devices that give no times of their own.
    fn status(&self) -> Option<String> {
        let status = self.target["updateStatus"].as_str().unwrap_or_default();
        let open = self.open().count();
        let fits = match status {
            "pending" => open > 0 && self.assigned.is_some(),
            "error" => !self.is_whole || self.some_action("error", None),
            "in_sync" if open == 0 && self.is_whole => {
                self.assigned == self.installed
                    || self.some_action("finished", self.assigned)
                    || self.some_action("downloaded", self.assigned)
            }
            "in_sync" => true,
            "registered" | "unknown" => open == 0 && self.assigned.is_none() && self.installed.is_none(),
            _ => false,
        };
        (!fits).then(|| format!("{status}, assigned {:?}, installed {:?}", self.assigned, self.installed))
    }

    /// What is installed, some action installed.
    fn installation(&self) -> Option<String> {
        let explained = self.installed.is_none() || !self.is_whole || self.some_action("finished", self.installed);
        (!explained).then(|| format!("nobody installed {:?}", self.installed))
    }

    fn some_action(&self, status: &str, set: Option<i64>) -> bool {
        self.actions.iter().any(|action| action["status"] == status && (set.is_none() || set_of_action(action) == set))
    }
}

fn set_of_action(action: &Value) -> Option<i64> {
    action["_links"]["distributionset"]["href"].as_str()?.rsplit('/').next()?.parse().ok()
}
