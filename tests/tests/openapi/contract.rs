//! Every operation of the contract (management §5, DDI §2) is documented, and every documented one is served.

use std::collections::BTreeSet;

use harrier_tests::Installation;

use crate::described::{self, key};

/// The 164 operations below `/rest/v1`.
const MANAGEMENT: &[(&str, &str)] = &[
    ("GET POST", "/targets"),
    ("GET PUT DELETE", "/targets/{controllerId}"),
    ("POST DELETE", "/targets/{controllerId}/targettype"),
    ("GET", "/targets/{controllerId}/attributes"),
    ("GET", "/targets/{controllerId}/tags"),
    ("GET POST", "/targets/{controllerId}/assignedDS"),
    ("GET", "/targets/{controllerId}/installedDS"),
    ("GET DELETE", "/targets/{controllerId}/actions"),
    ("GET PUT DELETE", "/targets/{controllerId}/actions/{actionId}"),
    ("PUT", "/targets/{controllerId}/actions/{actionId}/confirmation"),
    ("GET", "/targets/{controllerId}/actions/{actionId}/status"),
    ("GET POST", "/targets/{controllerId}/metadata"),
    ("GET PUT DELETE", "/targets/{controllerId}/metadata/{key}"),
    ("GET", "/targets/{controllerId}/autoConfirm"),
    ("POST", "/targets/{controllerId}/autoConfirm/activate"),
    ("POST", "/targets/{controllerId}/autoConfirm/deactivate"),
    ("GET POST", "/targettypes"),
    ("GET PUT DELETE", "/targettypes/{id}"),
    ("GET POST", "/targettypes/{id}/compatibledistributionsettypes"),
    ("DELETE", "/targettypes/{id}/compatibledistributionsettypes/{dsTypeId}"),
    ("GET POST", "/targettags"),
    ("GET PUT DELETE", "/targettags/{tagId}"),
    ("GET POST DELETE", "/targettags/{tagId}/assigned"),
    ("POST DELETE", "/targettags/{tagId}/assigned/{controllerId}"),
    ("GET PUT DELETE", "/targetgroups"),
    ("GET PUT DELETE", "/targetgroups/assigned"),
    ("GET PUT", "/targetgroups/{group}/assigned"),
    ("PUT", "/targetgroups/{group}"),
    ("GET POST", "/autoassignments"),
    ("GET PUT DELETE", "/autoassignments/{id}"),
    ("POST", "/autoassignments/{id}/approve"),
    ("POST", "/autoassignments/{id}/deny"),
    ("POST", "/autoassignments/{id}/start"),
    ("POST", "/autoassignments/{id}/pause"),
    ("POST", "/autoassignments/{id}/resume"),
    ("GET POST", "/distributionsets"),
    ("GET PUT DELETE", "/distributionsets/{id}"),
    ("GET POST", "/distributionsets/{id}/assignedTargets"),
    ("GET", "/distributionsets/{id}/installedTargets"),
    ("GET", "/distributionsets/{id}/autoAssignTargetFilters"),
    ("GET", "/distributionsets/{id}/autoAssignments"),
    ("GET POST", "/distributionsets/{id}/metadata"),
    ("GET PUT DELETE", "/distributionsets/{id}/metadata/{key}"),
    ("GET POST", "/distributionsets/{id}/assignedSM"),
    ("DELETE", "/distributionsets/{id}/assignedSM/{smId}"),
    ("GET", "/distributionsets/{id}/statistics"),
    ("GET", "/distributionsets/{id}/statistics/rollouts"),
    ("GET", "/distributionsets/{id}/statistics/actions"),
    ("GET", "/distributionsets/{id}/statistics/autoassignments"),
    ("POST", "/distributionsets/{id}/invalidate"),
    ("GET POST", "/distributionsettypes"),
    ("GET PUT DELETE", "/distributionsettypes/{id}"),
    ("GET POST", "/distributionsettypes/{id}/mandatorymoduletypes"),
    ("GET DELETE", "/distributionsettypes/{id}/mandatorymoduletypes/{smTypeId}"),
    ("GET POST", "/distributionsettypes/{id}/optionalmoduletypes"),
    ("GET DELETE", "/distributionsettypes/{id}/optionalmoduletypes/{smTypeId}"),
    ("GET POST", "/distributionsettags"),
    ("GET PUT DELETE", "/distributionsettags/{tagId}"),
    ("GET POST DELETE", "/distributionsettags/{tagId}/assigned"),
    ("POST DELETE", "/distributionsettags/{tagId}/assigned/{dsId}"),
    ("GET POST", "/targetfilters"),
    ("GET PUT DELETE", "/targetfilters/{id}"),
    ("GET POST DELETE", "/targetfilters/{id}/autoAssignDS"),
    ("GET POST", "/rollouts"),
    ("GET PUT DELETE", "/rollouts/{id}"),
    ("POST", "/rollouts/{id}/approve"),
    ("POST", "/rollouts/{id}/deny"),
    ("POST", "/rollouts/{id}/start"),
    ("POST", "/rollouts/{id}/pause"),
    ("POST", "/rollouts/{id}/resume"),
    ("POST", "/rollouts/{id}/stop"),
    ("POST", "/rollouts/{id}/retry"),
    ("POST", "/rollouts/{id}/triggerNextGroup"),
    ("GET", "/rollouts/{id}/deploygroups"),
    ("GET", "/rollouts/{id}/deploygroups/{groupId}"),
    ("GET", "/rollouts/{id}/deploygroups/{groupId}/targets"),
    ("GET POST", "/softwaremodules"),
    ("GET PUT DELETE", "/softwaremodules/{id}"),
    ("GET POST", "/softwaremodules/{id}/metadata"),
    ("GET PUT DELETE", "/softwaremodules/{id}/metadata/{key}"),
    ("GET POST", "/softwaremodules/{id}/artifacts"),
    ("GET DELETE", "/softwaremodules/{id}/artifacts/{artifactId}"),
    ("GET", "/softwaremodules/{id}/artifacts/{artifactId}/download"),
    ("GET POST", "/softwaremoduletypes"),
    ("GET PUT DELETE", "/softwaremoduletypes/{id}"),
    ("GET DELETE", "/actions"),
    ("GET DELETE", "/actions/{actionId}"),
    ("GET PUT", "/system/configs"),
    ("GET PUT DELETE", "/system/configs/{key}"),
    ("GET", "/userinfo"),
];

/// The 16 operations below `/{tenant}/controller/v1/{controllerId}`.
const DEVICE: &[(&str, &str)] = &[
    ("GET", ""),
    ("PUT", "/configData"),
    ("GET", "/deploymentBase/{actionId}"),
    ("POST", "/deploymentBase/{actionId}/feedback"),
    ("GET", "/cancelAction/{actionId}"),
    ("POST", "/cancelAction/{actionId}/feedback"),
    ("GET", "/installedBase/{actionId}"),
    ("PUT", "/installedBase"),
    ("GET", "/softwaremodules/{smId}/artifacts"),
    ("GET", "/softwaremodules/{smId}/artifacts/{file}"),
    ("GET", "/softwaremodules/{smId}/artifacts/{file}.MD5SUM"),
    ("GET", "/confirmationBase"),
    ("GET", "/confirmationBase/{actionId}"),
    ("POST", "/confirmationBase/{actionId}/feedback"),
    ("POST", "/confirmationBase/activateAutoConfirm"),
    ("POST", "/confirmationBase/deactivateAutoConfirm"),
];

/// Operations of the contract that are not built yet, by the start of their path.
const TO_COME: &[&str] = &[];

/// Operations of ours that the contract does not have.
const OURS: &[&str] = &[
    "GET /rest/v1/softwaremodules/{}/artifacts/uploads",
    "POST /rest/v1/softwaremodules/{}/artifacts/uploads",
    "GET /rest/v1/softwaremodules/{}/artifacts/uploads/{}",
    "DELETE /rest/v1/softwaremodules/{}/artifacts/uploads/{}",
    "GET /rest/v1/softwaremodules/{}/artifacts/uploads/{}/parts",
    "POST /rest/v1/softwaremodules/{}/artifacts/uploads/{}/complete",
];

fn expected(table: &[(&str, &str)], base: &str) -> BTreeSet<String> {
    let keys = |(methods, path): &(&str, &str)| -> Vec<String> {
        methods.split(' ').map(|method| key(method, &format!("{base}{path}"))).collect()
    };
    table.iter().flat_map(keys).collect()
}

fn is_to_come(operation: &str) -> bool {
    let path = operation.split(' ').nth(1).unwrap_or_default();
    TO_COME.iter().any(|start| path.starts_with(start))
}

#[test]
fn the_management_api_is_documented_as_the_contract_has_it() {
    let contract = expected(MANAGEMENT, "/rest/v1");
    assert_eq!(contract.len(), 164);
    let built: BTreeSet<String> = contract.into_iter().filter(|operation| !is_to_come(operation)).collect();
    let documented: BTreeSet<String> = described::management().iter().map(described::Described::key).collect();
    let ours: BTreeSet<String> = OURS.iter().map(ToString::to_string).collect();
    let missing: Vec<_> = built.union(&ours).filter(|operation| !documented.contains(*operation)).collect();
    let extra: Vec<_> = documented.iter().filter(|one| !built.contains(*one) && !ours.contains(*one)).collect();
    assert_eq!((missing, extra), (Vec::new(), Vec::new()), "missing, extra");
}

#[test]
fn the_device_api_is_documented_as_the_contract_has_it() {
    let contract = expected(DEVICE, "/{tenant}/controller/v1/{controllerId}");
    assert_eq!(contract.len(), 16);
    let documented: BTreeSet<String> = described::device().iter().map(described::Described::key).collect();
    assert_eq!(documented, contract);
}

/// What is served must be documented: an operation that is still to come is not served.
#[tokio::test]
async fn what_is_to_come_is_not_there() {
    let installation = Installation::start().await;
    let admin = installation.administrator();
    for operation in expected(MANAGEMENT, "/rest/v1").iter().filter(|operation| is_to_come(operation)) {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let answer = admin.raw(method, &path.replace("{}", "1"), &[], None).await;
        let absent = answer.body.is_empty() && matches!(answer.status, 404 | 405);
        assert!(
            absent,
            "{operation} is served: describe it in its openapi.rs and take it off the list of what is to come"
        );
    }
}

#[test]
fn every_operation_says_what_it_does_and_answers() {
    for operation in described::management().iter().chain(&described::device()) {
        operation.assert_complete();
    }
}
