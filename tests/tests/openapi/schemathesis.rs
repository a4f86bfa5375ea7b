//! [Schemathesis](https://schemathesis.io) sends what the documents allow, and what they do not, and compares the answers
//! with them: no 5xx, no undocumented status or media type, no body of another form, 405 for other methods.
//!
//! The seed is fixed and nothing runs in parallel, so a run repeats itself.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use harrier::Options;
use harrier_tests::World;
use tempfile::TempDir;
use tokio::process::Command;

use crate::inventory::Inventory;

/// Requests made up at random for each operation, besides those that cover its parameters systematically.
const EXAMPLES: &str = "4";
const SEED: &str = "20260101";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method,ignored_auth";
/// Variables of paths that stand for something that is there, most of the time.
const VARIABLES: &[&str] = &[
    "actionId",
    "artifactId",
    "autoAssignmentId",
    "controllerId",
    "distributionSetId",
    "distributionSetTagId",
    "distributionSetTypeId",
    "fileName",
    "filterId",
    "group",
    "keyName",
    "metadataKey",
    "rolloutId",
    "softwareModuleId",
    "softwareModuleTypeId",
    "targetTagId",
    "targetTypeId",
    "uploadId",
];

fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin/schemathesis");
    assert!(program.is_file(), "schemathesis is missing; install it with: make .tools/bin/schemathesis");
    program
}

/// A configuration that knows the inventory.
fn configuration(inventory: &Inventory) -> String {
    let dictionary = |name: &&str| format!("[dictionaries.{name}]\nvalues = [\"{}\"]\n", inventory.value(name));
    let binding = |name: &&str| format!("\"path.{name}\" = {{ dictionary = \"{name}\", probability = 0.8 }}\n");
    let dictionaries: String = VARIABLES.iter().map(dictionary).collect();
    let bindings: String = VARIABLES.iter().map(binding).collect();
    let bounds = "[phases.coverage]\nunexpected-methods = [\"PATCH\"]\n";
    format!("{dictionaries}\n[parameters]\ntenant = \"DEFAULT\"\n{bindings}\n{bounds}")
}

/// Runs the program on a document of a fresh server, and gives what it printed if it found anything.
async fn run(document: &str, arguments: &[&str]) -> Result<(), String> {
    let world = World::start_with(Options::in_memory()).await;
    let inventory = Inventory::of(&world, &world.admin).await;
    let directory = TempDir::new().expect("a directory");
    let config = directory.path().join("schemathesis.toml");
    std::fs::write(&config, configuration(&inventory)).expect("the configuration is written");
    let administrator = world.installation.stack().administrator();
    let login = format!("{}:{}", administrator.name, administrator.password.reveal().expect("a new password"));
    let token = world.gateway_header();
    let login = if document == "device" { ["--header", &token] } else { ["--auth", &login] };
    let output = Command::new(program())
        .arg("--config-file")
        .arg(&config)
        .args(["run", &format!("{}/v3/api-docs/{document}", world.installation.stack().url())])
        .args(["--checks", CHECKS, "--seed", SEED, "--max-examples", EXAMPLES, "--workers", "1", "--no-shrink"])
        .args(["--phases", "coverage,fuzzing", "--suppress-health-check", "all", "--no-color"])
        .args(["--generation-database", "none", "--warnings", "off", "--continue-on-failure"])
        .args(login)
        .args(arguments)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("schemathesis starts");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stdout).into_owned()) }
}

#[track_caller]
fn assert_clean(outcome: Result<(), String>) {
    if let Err(report) = outcome {
        panic!("schemathesis found something:\n{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_management_api_is_as_documented() {
    assert_clean(run("management", &["--exclude-method", "DELETE"]).await);
}

/// Apart from the others, for which something must be there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_management_api_removes_is_as_documented() {
    assert_clean(run("management", &["--include-method", "DELETE"]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_device_api_is_as_documented() {
    assert_clean(run("device", &[]).await);
}
