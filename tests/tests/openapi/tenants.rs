//! Two tenants, for every documented operation: what is one's is not there for the other, and stays as it is.

use harrier_tests::{Client, World};
use http::Method;

use crate::described::{self, Described};
use crate::inventory::{Inventory, MARK};

/// What operations answer that take unknown ids for nothing to do (management §5.1, §5.4), and those on settings, which
/// are the caller's own.
const NOT_MISSED: &[(&str, u16)] = &[
    ("GET /rest/v1/targets/{}/assignedDS", 204),
    ("GET /rest/v1/targets/{}/installedDS", 204),
    ("DELETE /rest/v1/targets/{}/actions", 204),
    ("GET /rest/v1/targetgroups/{}/assigned", 200),
    ("PUT /rest/v1/targetgroups/{}/assigned", 204),
    ("PUT /rest/v1/targetgroups/{}", 204),
    ("GET /rest/v1/system/configs/{}", 200),
    ("PUT /rest/v1/system/configs/{}", 204),
    ("DELETE /rest/v1/system/configs/{}", 204),
];

/// Those with variables come first: what is made has ids that exist in the other tenant, too.
fn in_order() -> Vec<Described> {
    let (named, general): (Vec<_>, Vec<_>) =
        described::management().into_iter().partition(|operation| !operation.variables().is_empty());
    [named, general].concat()
}

/// Everything the tenant can read, by address. Links to storage are new with every quarter of an hour.
async fn all_of(admin: &Client, inventory: &Inventory) -> Vec<(String, u16, String)> {
    let mut all = Vec::new();
    for operation in described::management().iter().filter(|operation| operation.method == Method::GET) {
        if operation.key().ends_with("/parts") {
            continue;
        }
        let address = operation.address(|name| inventory.value(name));
        let answer = operation.send(admin, &address).await;
        all.push((address, answer.status, answer.text()));
    }
    all
}

#[tokio::test]
async fn what_is_one_tenants_is_not_there_for_the_other() {
    let world = World::start().await;
    let (ours, theirs) = (world.admin.clone(), world.tenant("OTHER").await);
    let inventory = Inventory::of(&world, &ours).await;
    let before = all_of(&ours, &inventory).await;
    for (address, status, _) in &before {
        let is_module_type = address.contains("/optionalmoduletypes/");
        assert!(matches!(status, 200 | 204) || is_module_type, "{address} is {status} for its owner");
    }
    assert!(before.iter().filter(|(_, _, text)| text.contains(MARK)).count() > 20, "there is something to be seen");

    for operation in in_order() {
        let key = operation.key();
        let address = operation.address(|name| inventory.value(name));
        let body = inventory.body(&key, operation.example());
        let answer = operation.send_with(&theirs, &address, body.as_ref()).await;
        let text = answer.text();
        assert!(!text.contains(MARK), "{key} shows what is ours: {text}");
        if !operation.variables().is_empty() {
            let exception = NOT_MISSED.iter().find(|(other, _)| *other == key);
            let expected = exception.map_or(404, |(_, status)| *status);
            assert_eq!(answer.status, expected, "{key} of the other tenant: {text}");
        }
        assert!(answer.status < 500, "{key}: {text}");
    }
    assert_eq!(all_of(&ours, &inventory).await, before, "nothing of ours has changed");
}

/// References in bodies are looked up in the caller's tenant, too.
#[tokio::test]
async fn bodies_cannot_refer_to_what_is_the_other_tenants() {
    let world = World::start().await;
    let (ours, theirs) = (world.admin.clone(), world.tenant("OTHER").await);
    let inventory = Inventory::of(&world, &ours).await;
    let operations = described::management();
    for key in ["POST /rest/v1/distributionsets", "POST /rest/v1/targets", "POST /rest/v1/autoassignments"] {
        let operation = operations.iter().find(|operation| operation.key() == key).expect("documented");
        let body = inventory.body(key, operation.example());
        let answer =
            operation.send_with(&theirs, &operation.address(|name| inventory.value(name)), body.as_ref()).await;
        assert_eq!(answer.status, 404, "{key}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_device_does_nothing_for_another_of_its_tenant_or_of_another() {
    let world = World::start().await;
    let theirs = world.tenant("OTHER").await;
    let inventory = Inventory::of(&world, &world.admin).await;
    let (foreign, neighbour) =
        (world.device(&theirs, "a-target").await, world.device(&world.admin, "a-neighbour").await);
    for operation in described::device() {
        let key = operation.key();
        let address = operation.address(|name| inventory.value(name));
        for device in [&foreign, &neighbour] {
            assert_eq!(operation.send(device, &address).await.status, 401, "{key}");
        }
        // Under its own name: actions and files of others are not there.
        let own = operation.address(|name| match name {
            "controllerId" => "a-neighbour".to_owned(),
            other => inventory.value(other),
        });
        if operation.variables().len() > 2 {
            let answer = operation.send(&neighbour, &own).await;
            assert_eq!(answer.status, 404, "{key}: {}", answer.text());
            assert!(!answer.text().contains(MARK) || answer.text().contains("identifier"), "{key}: {}", answer.text());
        }
    }
}
