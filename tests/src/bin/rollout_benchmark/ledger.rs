//! What each phase took and consumed.

use harrier_store::Units;
use std::time::Duration;

pub struct Ledger {
    pub targets: usize,
    rows: Vec<String>,
}

impl Ledger {
    pub fn new(targets: usize) -> Self {
        Self { targets, rows: Vec::new() }
    }

    /// Enters a phase: units of requests, and of the steps they caused.
    pub fn enter(&mut self, phase: &str, took: Duration, requests: (f64, f64), steps: Units) {
        let targets = self.targets as f64;
        let (read, write) = ((requests.0 + steps.read) / targets, (requests.1 + steps.write) / targets);
        let seconds = took.as_secs_f64();
        let row = format!("| {phase} | {seconds:.1} | {:.0} | {read:.2} | {write:.2} |", targets / seconds);
        eprintln!("{row}");
        self.rows.push(row);
    }

    pub fn print(&self) {
        println!(
            "| rollout over {} targets | s | targets/s | read units per target | write units per target |",
            self.targets
        );
        println!("|---|---|---|---|---|");
        self.rows.iter().for_each(|row| println!("{row}"));
    }
}
