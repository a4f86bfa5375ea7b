//! What the benchmarks share.

use std::time::Duration;

/// How many a second.
#[must_use]
pub fn rate(count: usize, elapsed: Duration) -> u64 {
    (count as f64 / elapsed.as_secs_f64()) as u64
}

/// Resident memory of this process now, MB. Client and server share the process.
#[must_use]
pub fn resident_megabytes() -> u64 {
    status_line("VmRSS") / 1024
}

/// The most there ever was, MB.
#[must_use]
pub fn highest_resident_megabytes() -> u64 {
    status_line("VmHWM") / 1024
}

/// A line of this process's status, kB.
fn status_line(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}
