//! `GET` of the root: what the device is to do, and when it shall ask again (DDI §3, §4).

use harrier_domain::lifecycle::Trigger;
use harrier_domain::offer::{Offer, fingerprint};
use harrier_domain::polling::{self, BeforeWindow};
use harrier_domain::target::{OpenAction, Target};
use harrier_rest::{ApiResult, Hal, Links};
use harrier_runtime::Metric;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::{Device, Session, Visitor};
use crate::case::{self, Case};
use crate::contact::arrive;
use crate::overrides::interval_of;
use crate::windows::Maintenance;

/// The answer to a poll.
#[derive(Serialize, JsonSchema)]
pub struct ControllerBase {
    config: Config,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    links: Links,
}

#[derive(Serialize, JsonSchema)]
struct Config {
    polling: PollingConfig,
}

#[derive(Serialize, JsonSchema)]
struct PollingConfig {
    sleep: String,
}

pub async fn get(visitor: Visitor) -> ApiResult<Hal<ControllerBase>> {
    let device = cancel_lapsed(arrive(visitor).await?).await?;
    device.session.app.metrics.count(Metric::Polls, 1.0);
    let sleep = polling::render(sleep(&device).await?);
    let links = links(&device.session, &device.target);
    Ok(Hal::ok(ControllerBase { config: Config { polling: PollingConfig { sleep } }, links }).linked())
}

/// The current action may have no maintenance window left: then the answer carries the cancel order already.
async fn cancel_lapsed(device: Device) -> ApiResult<Device> {
    let now = device.session.now;
    let lapsed = |action: &&OpenAction| {
        action.after(Trigger::Lapse).is_some() && Maintenance::at(action.window.as_ref(), now) == Maintenance::Lapsed
    };
    let Some(action) = device.target.current_action().filter(lapsed).map(|action| action.id) else {
        return Ok(device);
    };
    let (session, case, ()) =
        Case::decide(device, action, 0, |target, action| Ok((case::lapse(target, action, now), ()))).await?;
    Ok(Device { session, target: case.target })
}

/// Milliseconds until the next poll.
async fn sleep(device: &Device) -> ApiResult<i64> {
    let Device { session, target } = device;
    let configuration = &session.tenant.configuration;
    let polling = configuration.polling(session.app.settings.polling_limits);
    let interval = interval_of(session, target, &polling).await?;
    let window = target.current_action().map(|action| Maintenance::at(action.window.as_ref(), session.now));
    let before_window = match window {
        Some(Maintenance::Ahead(window)) => Some(BeforeWindow {
            start: window.start,
            poll_count: configuration.maintenance_window_poll_count(),
            now: session.now,
        }),
        _ => None,
    };
    Ok(polling.sleep(interval, rand::random_range(-1.0..=1.0), before_window))
}

/// The links of DDI §3.3: at most one for the current action, then those for what is installed and for attributes.
fn links(session: &Session, target: &Target) -> Links {
    let mut links = Links::new();
    if let Some(action) = target.current_action() {
        add_offer(&mut links, session, action);
    }
    if let Some(installed) = target.installed_action.filter(|_| target.installed_set.is_some()) {
        links.add("installedBase", session.links.installed(installed));
    }
    if target.request_attributes {
        links.add("configData", session.links.config_data());
    }
    links
}

fn add_offer(links: &mut Links, session: &Session, action: &OpenAction) {
    match Offer::of(action.status) {
        Offer::Confirmation => links.add("confirmationBase", session.links.confirmation()),
        Offer::Cancel => links.add("cancelAction", session.links.cancel(action.id)),
        Offer::Deployment => links.add("deploymentBase", session.links.deployment(action.id, mark(session, action))),
    }
}

/// The `c` of links to an action (DDI §3.5).
pub fn mark(session: &Session, action: &OpenAction) -> i32 {
    let window_open = Maintenance::at(action.window.as_ref(), session.now).is_open();
    fingerprint(session.tenant(), action, window_open, session.now)
}
