//! Where the functions' programs are: built for Lambda, or beside the test.

use std::path::{Path, PathBuf};

/// The directory in which `cargo lambda build --output-dir` puts `<function>/bootstrap`.
const DIRECTORY: &str = "HARRIER_LAMBDA_DIR";

/// Whether the programs are those that would be deployed.
#[must_use]
pub fn with_release_binaries() -> bool {
    std::env::var_os(DIRECTORY).is_some()
}

/// The program of a function.
///
/// # Panics
/// When it has not been built: skipping would look like passing.
#[must_use]
pub fn binary(function: &str) -> PathBuf {
    let path = match std::env::var_os(DIRECTORY) {
        Some(directory) => Path::new(&directory).join(function).join("bootstrap"),
        None => beside_the_test().join(function),
    };
    assert!(path.exists(), "{} is missing: run `cargo build --workspace --bins` first", path.display());
    path
}

/// The size of each program in bytes.
#[must_use]
pub fn sizes() -> Vec<(&'static str, u64)> {
    let size = |function| std::fs::metadata(binary(function)).map_or(0, |file| file.len());
    super::FUNCTIONS.iter().map(|function| (*function, size(function))).collect()
}

/// Cargo puts test programs into `deps`, below the programs they test.
fn beside_the_test() -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let directory = test.parent().and_then(Path::parent);
    directory.expect("a directory of programs").to_path_buf()
}
