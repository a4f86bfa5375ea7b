//! What each function may do: the cut between functions is a cut of trust.

use saphyr::Yaml;

use crate::template::{at, find, items, load, resources, text, texts};

/// Actions that change items.
const WRITES: [&str; 3] = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

/// One statement of a role.
struct Right {
    role: String,
    actions: Vec<String>,
    resources: Vec<String>,
    /// Partition keys it is limited to; empty for all.
    partitions: Vec<String>,
    /// Attributes it is limited to; empty for all.
    attributes: Vec<String>,
}

impl Right {
    fn writes(&self, table: &str) -> bool {
        self.resources.contains(&format!("{table}.Arn")) && self.actions.iter().any(|a| WRITES.contains(&a.as_str()))
    }
}

#[test]
fn only_the_system_function_changes_tenants() {
    for right in rights().iter().filter(|right| right.writes("TenancyTable")) {
        assert!(!right.partitions.is_empty(), "{} writes all of tenancy", right.role);
        assert!(!right.partitions.iter().any(|partition| partition.contains("user")), "{} writes users", right.role);
        let tenants = right.partitions.iter().any(|partition| partition.ends_with("#tenant"));
        assert_eq!(tenants, right.role == "ManagementSystemRole", "{}", right.role);
    }
}

#[test]
fn devices_change_no_software_but_its_locks() {
    let rights = rights();
    let device = rights.iter().filter(|right| right.role == "DeviceRole" && right.writes("CatalogueTable"));
    for right in device {
        assert_eq!(right.actions, ["dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"]);
        assert_eq!(right.attributes, ["pk", "sk", "rev", "lock", "used"]);
    }
}

#[test]
fn nobody_scans_and_nobody_may_do_everything() {
    for right in rights() {
        for action in &right.actions {
            assert!(!action.contains('*') && action != "dynamodb:Scan", "{}: {action}", right.role);
        }
        assert!(!right.resources.iter().any(|resource| resource == "*"), "{}", right.role);
    }
}

/// Who reads files decrypts them, who stores them encrypts them, and nobody else gets near the key.
#[test]
fn the_key_of_artifacts_is_for_those_who_handle_files() {
    let template = load();
    let policies = resources(&template, "AWS::IAM::RolePolicy");
    let rights: Vec<Right> = policies
        .iter()
        .flat_map(|(_, resource)| {
            assert_eq!(text(at(resource, "Condition")), "HasArtifactKey");
            let role = text(at(resource, "Properties.RoleName"));
            let statements = items(at(resource, "Properties.PolicyDocument.Statement"));
            statements.iter().map(|right| read(&role, right)).collect::<Vec<_>>()
        })
        .collect();
    let mut allowed: Vec<(&str, Vec<&str>)> =
        rights.iter().map(|right| (right.role.as_str(), right.actions.iter().map(String::as_str).collect())).collect();
    allowed.sort_unstable();
    let expected = [
        ("ArtifactIntakeRole", vec!["kms:GenerateDataKey"]),
        ("DeviceRole", vec!["kms:Decrypt"]),
        ("ManagementRepositoryRole", vec!["kms:GenerateDataKey", "kms:Decrypt"]),
    ];
    assert_eq!(allowed, expected);
    assert!(rights.iter().all(|right| right.resources == ["ArtifactKeyArn"]));
}

#[test]
fn taking_files_in_touches_neither_fleet_nor_users() {
    let rights = rights();
    let intake: Vec<&Right> = rights.iter().filter(|right| right.role == "ArtifactIntakeRole").collect();
    assert!(!intake.is_empty());
    for right in intake {
        assert!(!right.resources.contains(&"FleetTable.Arn".to_owned()));
        let catalogue = right.resources.contains(&"CatalogueTable.Arn".to_owned());
        assert!(!catalogue || !right.partitions.is_empty(), "intake may change the whole catalogue");
    }
}

fn rights() -> Vec<Right> {
    let template = load();
    let roles = resources(&template, "AWS::IAM::Role");
    let all: Vec<Right> = roles.iter().flat_map(|(role, resource)| rights_of(role, resource)).collect();
    assert!(all.len() > roles.len(), "roles without rights: the test looks in the wrong place");
    all
}

fn rights_of(role: &str, resource: &Yaml<'static>) -> Vec<Right> {
    let policies = items(at(resource, "Properties.Policies")).iter();
    policies.flat_map(|policy| items(at(policy, "PolicyDocument.Statement"))).map(|right| read(role, right)).collect()
}

fn read(role: &str, statement: &Yaml<'static>) -> Right {
    let condition = |operator: &str, key: &str| {
        let limits = find(statement, "Condition").and_then(|condition| find(condition, operator));
        limits.and_then(|limits| find(limits, key)).map(texts).unwrap_or_default()
    };
    Right {
        role: role.to_owned(),
        actions: texts(at(statement, "Action")),
        resources: texts(at(statement, "Resource")),
        partitions: condition("ForAllValues:StringLike", "dynamodb:LeadingKeys"),
        attributes: condition("ForAllValues:StringEquals", "dynamodb:Attributes"),
    }
}
