//! The price of listing and searching (DESIGN "Budgets": at most 0.13 read units per target of the tenant).

use harrier_store::{TargetDetails, measure};

use crate::environment::{Environment, embedded, environments};
use crate::samples;
use crate::search::{deploy, search};
use crate::search_model::Device;

const FLEET: u32 = 2500;
const BUDGET_PER_TARGET: f64 = 0.13;

/// Typical devices: assigned, installed, polling, with twenty attributes.
fn typical(count: u32) -> Vec<Device> {
    (0..count).map(typical_device).collect()
}

fn typical_device(number: u32) -> Device {
    let controller_id = format!("urn:imei:35{number:013}");
    let mut target = samples::target(&controller_id);
    target.number = i64::from(number) + 1;
    target.name = format!("Gateway {number} in the second hall");
    target.address = Some("http://192.168.100.100".to_owned());
    target.last_seen = Some(samples::NOW);
    target.assigned_set = Some(11);
    target.installed_set = Some(11);
    target.installed_at = Some(samples::NOW);
    target.installed_action = Some(i64::from(number));
    target.group = Some("Europe/East".to_owned());
    target.target_type = Some(31);
    target.tags = [21].into();
    target.actions = 3;
    let attribute = |key: u32| (format!("key{key}"), format!("value{key}-{}", number % 50));
    let attributes = (0..20).map(attribute).collect();
    Device { target, details: Some(TargetDetails { controller_id, attributes, ..TargetDetails::default() }) }
}

#[tokio::test]
async fn a_pass_over_the_fleet_is_within_the_budget() {
    let environment = embedded().await;
    let Environment { store, tenant, .. } = &environment;
    deploy(&environment, &typical(FLEET)).await;
    let budget = f64::from(FLEET) * BUDGET_PER_TARGET;
    let searches = [
        ("", Some("name:ASC"), 0, 50),
        ("name==*1*;updatestatus==unknown", None, 100, 500),
        ("assignedds.name==os;tag==beta,type==gw", Some("lastmodifiedat:DESC"), 0, 50),
        ("", None, 0, 50),
        ("", None, 2000, 500),
        ("", Some("controllerid:desc"), 2000, 500),
        ("attribute.key7==value7-3", None, 0, 50),
    ];
    for (q, sort, offset, limit) in searches {
        let (found, units) = measure(store.search_targets(tenant, search(q, sort, offset, limit))).await;
        found.unwrap();
        assert!(units.read <= budget, "{q} {sort:?} {offset}: {} read units of {budget}", units.read);
        assert!(units.write == 0.0, "{q}");
    }
}

#[tokio::test]
async fn what_names_its_targets_costs_by_their_number() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        deploy(&environment, &typical(300)).await;
        let cases = [
            ("", 36.0),
            ("controllerid==4711", 1.0),
            ("controllerid==Dev-4711", 8.0),
            ("id=in=(1,2,3);name==x", 3.0),
            ("id==47*", 32.0),
        ];
        for (q, most) in cases {
            let (found, units) = measure(store.search_targets(tenant, search(q, None, 0, 50))).await;
            found.unwrap();
            assert!(units.read <= most, "{name} {q}: {} read units of {most}", units.read);
        }
    }
}
