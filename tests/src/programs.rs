//! Programs the tests start: those of this workspace, built when needed, and those of the operating system.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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

/// Builds the program of the package of the same name. Costs a second when nothing changed, and never tests an old one.
fn built(package: &str) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", package, "--bin", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(status.success(), "`cargo build --package {package}` failed");
    target_directory().join(package)
}

/// Where cargo puts programs: the directory above the one of this test (`target/debug/deps`).
fn target_directory() -> PathBuf {
    let test = env::current_exe().unwrap_or_else(|error| panic!("the path of this test is unknown: {error}"));
    test.ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .unwrap_or_else(|| panic!("{} is in no target directory", test.display()))
}
