//! Tests of what survives `kill -9`: this test binary runs itself again as the process that is to die.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const STATE: &str = "HARRIER_CRASH_TEST_STATE";
const ACKNOWLEDGED: &str = "acknowledged:";

/// The state directory if this process is the one that is to die.
pub(super) fn doomed_state() -> Option<PathBuf> {
    std::env::var_os(STATE).map(PathBuf::from)
}

/// Tells the parent that the write named `name` was acknowledged.
pub(super) fn acknowledge(name: usize) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{ACKNOWLEDGED}{name}").unwrap();
    out.flush().unwrap();
}

/// Runs the test `name` of this binary on `state` as a process of its own, kills it once it has acknowledged
/// `enough` writes, and gives the names of all it had acknowledged by then.
pub(super) fn kill_after(name: &str, state: &Path, enough: usize) -> Vec<usize> {
    let mut child = spawn(name, state);
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    for line in output.lines().map_while(Result::ok) {
        let Some(name) = line.strip_prefix(ACKNOWLEDGED) else { continue };
        acknowledged.push(name.parse().unwrap());
        if acknowledged.len() == enough {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= enough, "the process ended by itself after {} writes", acknowledged.len());
    acknowledged
}

fn spawn(name: &str, state: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(STATE, state)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}
