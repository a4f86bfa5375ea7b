//! Who may do what, for every documented operation: nobody without a login, nobody who lacks one of the authorities, and
//! everybody who has exactly those.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use futures::stream::{self, StreamExt};
use harrier_domain::authority::{Authorities, Authority};
use harrier_tests::{Client, World};

use crate::described::{self, Described};

/// Requests under way at the same time.
const CONCURRENCY: usize = 8;

/// What an operation needs besides for the request that the examples make (management §5, "+… if").
const BESIDES: &[(&str, Authority)] = &[("POST /rest/v1/targets/{}/assignedDS", Authority::ReadTarget)];

/// Something that could be there, of the right type.
fn anything(variable: &str) -> String {
    match variable {
        "keyName" => "pollingTime".to_owned(),
        "controllerId" | "group" | "metadataKey" | "fileName" => "anything".to_owned(),
        _ => "4711".to_owned(),
    }
}

/// Every authority that neither is nor implies this one: all a user can have without having it.
fn all_without(missing: Authority) -> Vec<&'static str> {
    let grants = |authority: Authority| Authorities::from_granted([authority.name()]).has(missing);
    Authority::ALL.iter().filter(|authority| !grants(**authority)).map(|authority| authority.name()).collect()
}

async fn users_without(world: &World, operations: &[Described]) -> BTreeMap<Authority, Client> {
    let mut users = BTreeMap::new();
    for authority in operations.iter().flat_map(|operation| operation.authorities.iter().copied()) {
        if let Entry::Vacant(vacant) = users.entry(authority) {
            let name = format!("without-{authority}");
            vacant.insert(world.installation.user(&name, &all_without(authority)).await);
        }
    }
    users
}

#[tokio::test]
async fn nobody_does_anything_without_a_login() {
    let world = World::start().await;
    let anonymous = &world.installation.anonymous();
    let operations = [described::management(), described::device()].concat();
    stream::iter(&operations)
        .for_each_concurrent(CONCURRENCY, |operation| async move {
            let answer = operation.send(anonymous, &operation.address(anything)).await;
            assert_eq!(answer.status, 401, "{}", operation.key());
            assert!(answer.body.is_empty(), "{}", operation.key());
            if operation.path.starts_with("/rest/v1") {
                assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"hawkBit\""), "{}", operation.key());
            }
        })
        .await;
}

#[tokio::test]
async fn nobody_does_anything_without_each_of_its_authorities() {
    let world = World::start().await;
    let operations = described::management();
    let users = &users_without(&world, &operations).await;
    let cases = operations.iter().flat_map(|operation| operation.authorities.iter().map(move |one| (operation, *one)));
    stream::iter(cases)
        .for_each_concurrent(CONCURRENCY, |(operation, missing)| async move {
            let case = format!("{} without {missing}", operation.key());
            let answer = operation.send(&users[&missing], &operation.address(anything)).await;
            assert_eq!(answer.status, 403, "{case}: {}", answer.text());
            let body = answer.json();
            let class = "org.eclipse.hawkbit.repository.exception.InsufficientPermissionException";
            assert_eq!((&body["exceptionClass"], body.get("info")), (&class.into(), None), "{case}");
            assert_eq!(body["errorCode"], "hawkbit.server.error.insufficientPermission", "{case}");
            let written = answer.units().map(|(_, written)| written);
            assert_eq!(written, Some(0.0), "{case} wrote something");
        })
        .await;
}

#[tokio::test]
async fn exactly_the_documented_authorities_are_enough() {
    let world = World::start().await;
    let mut users: BTreeMap<Vec<Authority>, Client> = BTreeMap::new();
    let mut faults = Vec::new();
    for operation in described::management() {
        let key = operation.key();
        let besides = BESIDES.iter().filter(|(other, _)| *other == key).map(|(_, authority)| *authority);
        let needed: Vec<Authority> = operation.authorities.iter().copied().chain(besides).collect();
        if !users.contains_key(&needed) {
            let names: Vec<&str> = needed.iter().map(|authority| authority.name()).collect();
            let user = world.installation.user(&format!("user-{}", users.len()), &names).await;
            users.insert(needed.clone(), user);
        }
        let answer = operation.send(&users[&needed], &operation.address(anything)).await;
        // The examples are bodies that the operations understand.
        let refused = matches!(answer.status, 401 | 403 | 405 | 415 | 500..) || answer.error() == "notReadable";
        if refused {
            faults.push(format!("{key}: {} {}", answer.status, answer.text()));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}
