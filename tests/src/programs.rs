//! Programs the tests start: those of this workspace, built when needed, and those of the operating system.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The HTTP functions.
pub const FUNCTIONS: [&str; 5] =
    ["device", "management-targets", "management-repository", "management-campaigns", "management-system"];

/// The functions that events start.
pub const EVENT_FUNCTIONS: [&str; 4] = ["campaign-worker", "campaign-clock", "fleet-events", "artifact-intake"];

/// Names the directory in which `cargo lambda build` put `<function>/bootstrap`.
const LAMBDA_DIRECTORY: &str = "HARRIER_LAMBDA_DIR";

/// The program `harrier`: the one `HARRIER_BIN` names, or the one of this workspace.
///
/// # Panics
/// When it cannot be built.
pub fn harrier() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| named("HARRIER_BIN").unwrap_or_else(|| built("harrier")))
}

/// The device on the crate `hawkbit`: the one `HAWKBIT_DEVICE_BIN` names, or the one of this workspace.
///
/// # Panics
/// When it cannot be built.
pub fn hawkbit_device() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| named("HAWKBIT_DEVICE_BIN").unwrap_or_else(|| built("hawkbit-device")))
}

/// The program of a function: the one built for Lambda, if `HARRIER_LAMBDA_DIR` names where, or the one of this workspace,
/// not optimised.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn function(name: &str) -> PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    match named(LAMBDA_DIRECTORY) {
        Some(directory) => directory.join(name).join("bootstrap"),
        None => DIRECTORY.get_or_init(|| built_all(&[&FUNCTIONS[..], &EVENT_FUNCTIONS[..]].concat())).join(name),
    }
}

/// Whether [`function`] gives the programs that would be deployed.
#[must_use]
pub fn are_functions_as_deployed() -> bool {
    named(LAMBDA_DIRECTORY).is_some()
}

/// Fails the test when a program of the operating system is missing, and says how it is installed.
///
/// # Panics
/// When it is missing.
pub fn require(program: &str, package: &str) {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = env::split_paths(&path).any(|directory| directory.join(program).is_file());
    assert!(is_there, "`{program}` is missing; install it with: apt-get install --yes {package}");
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
}

/// Builds a program. Costs a second when nothing changed, and never tests an old one.
fn built(program: &str) -> PathBuf {
    built_all(&[program]).join(program)
}

/// Builds several such programs at once and returns the directory they are in.
fn built_all(programs: &[&str]) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Of the whole workspace: other packages ask for other features, and all that has them would be built again.
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--workspace"])
        .args(programs.iter().flat_map(|program| ["--bin", program]))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(status.success(), "`cargo build` of {programs:?} failed");
    target_directory()
}

/// Where cargo puts programs: the directory above the one of this test (`target/debug/deps`).
fn target_directory() -> PathBuf {
    let test = env::current_exe().unwrap_or_else(|error| panic!("the path of this test is unknown: {error}"));
    test.ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .unwrap_or_else(|| panic!("{} is in no target directory", test.display()))
}
