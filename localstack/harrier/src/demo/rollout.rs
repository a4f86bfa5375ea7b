//! A rollout in five stages. Half of the second stage has a fault that the update trips over: the error threshold stops
//! the rollout. The fault is mended, the rollout goes on to its end, and a retry updates those that failed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::interval;

use super::bars::GroupBars;
use super::{Demo, DemoError, Site, TICK};
use crate::fleet::{Flaw, Fleet, FleetError, Management, Plan, Recall, Summary, Tally};

const STAGES: usize = 5;

/// Per cent of a stage that may fail.
const ERROR_THRESHOLD: &str = "10";

/// A deploy group, as far as it is shown (management §5.10).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) total_targets: u64,
    #[serde(default)]
    pub(super) total_targets_per_status: Counts,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Counts {
    pub(super) finished: u64,
    pub(super) error: u64,
    pub(super) cancelled: u64,
}

/// Tells the story.
pub(super) async fn show(demo: &Demo, site: Site) -> Result<(), DemoError> {
    let Site { management, set, plan, .. } = site;
    let crowd = Crowd::gather(plan);
    let operator = Operator { management: &management, tally: Arc::clone(&crowd.tally) };
    let rollout = operator.create(set).await?;
    println!("A rollout of {} KiB to {} devices in {STAGES} stages", demo.artifact_size / 1024, demo.devices);
    operator.start(rollout).await?;

    operator.watch_until(rollout, "paused").await?;
    println!(
        "More than {ERROR_THRESHOLD} % of a stage failed: the rollout has stopped. The fault is mended now; it goes on."
    );
    crowd.flaw.mend();
    operator.act(rollout, "resume").await?;
    operator.watch_until(rollout, "finished").await?;

    println!("The rollout is finished. Those that failed are tried again.");
    let retry = operator.retry(rollout).await?;
    operator.start(retry).await?;
    operator.watch_until(retry, "finished").await?;
    let summary = crowd.disperse().await?;
    println!("{summary}");
    operator.assert_all_updated(demo.devices).await
}

/// The devices, who live until they are called home.
struct Crowd {
    flaw: Flaw,
    recall: Recall,
    tally: Arc<Tally>,
    running: JoinHandle<Result<Summary, FleetError>>,
}

impl Crowd {
    fn gather(mut plan: Plan) -> Self {
        let stage = plan.devices.len() / STAGES;
        plan.flaw = Flaw::of(stage + stage / 4..stage + stage * 3 / 4);
        plan.conclusions = u32::MAX;
        plan.patience = Duration::MAX;
        let (flaw, recall) = (plan.flaw.clone(), plan.recall.clone());
        let fleet = Fleet::new(plan);
        let tally = fleet.tally();
        Self { flaw, recall, tally, running: tokio::spawn(fleet.run()) }
    }

    async fn disperse(self) -> Result<Summary, DemoError> {
        self.recall.call();
        Ok(self.running.await.map_err(|_| DemoError::Fled)??)
    }
}

/// Who drives the rollout.
struct Operator<'a> {
    management: &'a Management,
    tally: Arc<Tally>,
}

impl Operator<'_> {
    async fn create(&self, set: i64) -> Result<i64, DemoError> {
        let body = json!({
            "name": "demo", "distributionSetId": set, "targetFilterQuery": "name==demo-*", "amountGroups": STAGES,
            "successCondition": { "condition": "THRESHOLD", "expression": "80" },
            "errorCondition": { "condition": "THRESHOLD", "expression": ERROR_THRESHOLD },
            "errorAction": { "action": "PAUSE", "expression": "" },
        });
        id_of(&self.management.call(Method::POST, "/rollouts", Some(&body)).await?)
    }

    /// Starts the rollout when it is made.
    async fn start(&self, rollout: i64) -> Result<(), DemoError> {
        let mut ticks = interval(TICK);
        while self.status(rollout).await? == "creating" {
            ticks.tick().await;
        }
        self.act(rollout, "start").await
    }

    async fn retry(&self, rollout: i64) -> Result<i64, DemoError> {
        id_of(&self.management.call(Method::POST, &format!("/rollouts/{rollout}/retry"), None).await?)
    }

    async fn act(&self, rollout: i64, what: &str) -> Result<(), DemoError> {
        self.management.call(Method::POST, &format!("/rollouts/{rollout}/{what}"), None).await?;
        Ok(())
    }

    /// Shows the groups until the rollout has this status.
    async fn watch_until(&self, rollout: i64, expected: &'static str) -> Result<(), DemoError> {
        let bars = GroupBars::new(&self.groups(rollout).await?);
        let mut ticks = interval(TICK);
        let found = loop {
            ticks.tick().await;
            let found = self.status(rollout).await?;
            bars.show(&self.groups(rollout).await?, &self.tally);
            if !matches!(found.as_str(), "ready" | "starting" | "running") {
                break found;
            }
        };
        bars.finish();
        if found == expected { Ok(()) } else { Err(DemoError::Rollout { expected, found }) }
    }

    async fn status(&self, rollout: i64) -> Result<String, DemoError> {
        let rollout = self.management.call(Method::GET, &format!("/rollouts/{rollout}"), None).await?;
        Ok(rollout["status"].as_str().unwrap_or_default().to_owned())
    }

    async fn groups(&self, rollout: i64) -> Result<Vec<Group>, DemoError> {
        Ok(self.management.all(&format!("/rollouts/{rollout}/deploygroups?representation=full")).await?)
    }

    async fn assert_all_updated(&self, devices: usize) -> Result<(), DemoError> {
        let query = "/targets?limit=1&q=updatestatus==in_sync";
        let total = self.management.call(Method::GET, query, None).await?["total"].as_u64().unwrap_or_default();
        match devices - usize::try_from(total).unwrap_or_default().min(devices) {
            0 => Ok(()),
            left => Err(DemoError::Incomplete(left)),
        }
    }
}

fn id_of(entity: &Value) -> Result<i64, DemoError> {
    let id = entity["id"].as_i64();
    Ok(id.ok_or_else(|| FleetError::Unexpected { request: "/rollouts".to_owned(), reason: "no id".to_owned() })?)
}
