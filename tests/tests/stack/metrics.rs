//! `GET /metrics` (docs/operations.md).

use std::net::{Ipv4Addr, SocketAddr};

use harrier::Options;
use harrier_tests::World;
use serde_json::json;

fn value(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().expect("a number")
}

#[tokio::test]
async fn what_happens_is_counted_and_nothing_of_whom() {
    let mut options = Options::in_memory();
    options.metrics_listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    options.pumps = false;
    let world = World::start_with(options).await;
    let stack = world.installation.stack();
    let url = stack.metrics_url().expect("an address");
    let page = async || world.installation.anonymous().get(&url).await.expect(200).text();
    assert_eq!(value(&page().await, "harrier_polls_total"), 0.0);

    let device = world.device(&world.admin, "secret-name").await;
    let set = world.deployment(&world.admin, "release", b"1").await.set;
    let action = world.assign(&world.admin, set, "secret-name").await;
    let root = "/DEFAULT/controller/v1/secret-name";
    for _ in 0..2 {
        let _ = device.get(root).await.expect(200);
    }
    let feedback = json!({"status": {"execution": "closed", "result": {"finished": "success"}}});
    let _ = device.post(&format!("{root}/deploymentBase/{action}/feedback"), feedback).await.expect(200);
    stack.settle().await.expect("the work ends");

    let page = page().await;
    assert_eq!(value(&page, "harrier_polls_total"), 2.0);
    assert_eq!(value(&page, "harrier_actions_total{outcome=\"finished\"}"), 1.0);
    assert_eq!(value(&page, "harrier_actions_total{outcome=\"error\"}"), 0.0);
    for name in ["harrier_request_units_total{kind=\"read\"}", "harrier_request_units_total{kind=\"write\"}"] {
        assert!(value(&page, name) > 1.0, "{name}");
    }
    for name in ["harrier_dead_letters", "harrier_campaign_steps_age_seconds", "harrier_campaign_lag_seconds"] {
        assert_eq!(value(&page, name), 0.0, "{name}");
    }
    assert!(!page.contains("secret-name") && !page.contains("DEFAULT"), "{page}");
    // Not among the public APIs.
    let _ = world.installation.anonymous().get("/metrics").await.expect(404);
}

#[tokio::test]
async fn without_an_address_there_is_none() {
    let world = World::start().await;
    assert_eq!(world.installation.stack().metrics_url(), None);
}
