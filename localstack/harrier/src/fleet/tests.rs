//! The fleet against the whole stack in memory.

use std::sync::atomic::Ordering;

use super::*;
use crate::{Options, Stack};

const PASSWORD: &str = "only-for-tests";
const DEVICES: usize = 12;

struct Site {
    stack: Stack,
    management: Management,
    devices: Vec<Identity>,
}

impl Site {
    /// A stack whose devices have an update to make.
    async fn with_an_update(file: Vec<u8>) -> Self {
        let mut options = Options::in_memory();
        options.administrator.password = Some(PASSWORD.to_owned());
        let stack = Stack::start(options).await.unwrap();
        let management = Management::new(&stack.url(), "admin", PASSWORD).unwrap();
        management.configure("authentication.targettoken.enabled", true).await.unwrap();
        let ids: Vec<_> = (0..DEVICES).map(|number| format!("device-{number}")).collect();
        let created = management.create_targets(&ids).await.unwrap();
        let module = management.create_module("firmware", "1", "os").await.unwrap();
        management.upload(module, "firmware.bin", file.len() as u64, file).await.unwrap();
        let set = management.create_set("firmware", "1", "os", &[module]).await.unwrap();
        assert_eq!(management.assign(set, &ids).await.unwrap().assigned, DEVICES);
        let devices = created
            .into_iter()
            .map(|(controller_id, token)| Identity { controller_id, credential: Credential::TargetToken(token) });
        Self { devices: devices.collect(), stack, management }
    }

    fn plan(&self, behaviour: Behaviour) -> Plan {
        Plan { behaviour, ..Plan::new(&self.stack.url(), self.stack.tenant(), self.devices.clone()) }
    }

    async fn update_statuses(&self) -> Vec<String> {
        let mut statuses = Vec::new();
        for device in &self.devices {
            let target = self.management.target(&device.controller_id).await.unwrap();
            statuses.push(target["updateStatus"].as_str().unwrap().to_owned());
        }
        statuses
    }
}

/// Behaviour without waiting.
fn quick() -> Behaviour {
    let short = Duration::ZERO..=Duration::from_millis(5);
    Behaviour { wake: short.clone(), pause: short.clone(), idle: short, ..Behaviour::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn well_behaved_devices_conclude_their_update() {
    let site = Site::with_an_update(vec![7; 100_000]).await;
    let summary = Fleet::new(site.plan(quick())).run().await.unwrap();
    assert_eq!(summary.failures().count(), 0, "{summary}");
    assert_eq!(summary.tally.at(Stage::Done), DEVICES);
    assert_eq!(summary.tally.downloads.load(Ordering::Relaxed), DEVICES as u64);
    assert!(site.update_statuses().await.iter().all(|status| status == "in_sync"));
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_devices_conclude_their_update_too() {
    let site = Site::with_an_update(vec![7; 100_000]).await;
    let hostile = Behaviour { artifacts: ArtifactUse::DownloadInRanges(30_000), ..Behaviour::hostile() };
    let behaviour = Behaviour { wake: quick().wake, pause: quick().pause, idle: quick().idle, ..hostile };
    let summary = Fleet::new(site.plan(behaviour)).run().await.unwrap();
    assert_eq!(summary.failures().count(), 0, "{summary}");
    assert!(site.update_statuses().await.iter().all(|status| status == "in_sync"));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_that_fail_on_the_device_are_errors_on_the_server() {
    let site = Site::with_an_update(vec![7; 100]).await;
    let behaviour = Behaviour { failing: 1.0, artifacts: ArtifactUse::Head, ..quick() };
    let summary = Fleet::new(site.plan(behaviour)).run().await.unwrap();
    assert_eq!(summary.failures().count(), 0, "{summary}");
    assert!(site.update_statuses().await.iter().all(|status| status == "error"));
}

#[tokio::test]
async fn devices_without_a_right_token_give_up() {
    let site = Site::with_an_update(vec![7; 100]).await;
    let mut plan = site.plan(quick());
    plan.devices[0].credential = Credential::TargetToken("wrong".to_owned());
    plan.devices.truncate(1);
    let summary = Fleet::new(plan).run().await.unwrap();
    let (_, failure) = summary.failures().next().unwrap();
    assert!(matches!(failure, FleetError::Refused { status: reqwest::StatusCode::UNAUTHORIZED, .. }), "{failure}");
}
