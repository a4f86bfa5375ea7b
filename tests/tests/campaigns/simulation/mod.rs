//! Campaigns in a world where everything goes wrong, compared with a model of what must come out.
//!
//! `make simulation` runs thousands of seeds; here a few each time. A seed that fails is named, and `HARRIER_SIMULATION_SEED`
//! runs it alone.

mod auto_assignments;
mod invalidation;
mod rollout;

use std::time::{Duration, Instant};

/// How long the seeds of one subject may take when nothing else is said.
const TIME: Duration = Duration::from_secs(8);

/// Runs a subject with one seed after the other, until its time or its number of seeds is over.
pub fn run_seeds(subject: impl AsyncFn(u64)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    if let Some(seed) = number("HARRIER_SIMULATION_SEED") {
        return run_seed(&subject, seed);
    }
    let (begun, seeds) = (Instant::now(), number("HARRIER_SIMULATION_SEEDS"));
    let mut seed = 0;
    while seeds.map_or_else(|| begun.elapsed() < TIME, |seeds| seed < seeds) {
        seed += 1;
        run_seed(&subject, seed);
    }
    println!("{seed} seeds in {:?}", begun.elapsed());
}

/// One thread, so that what happens depends on the seed.
fn run_seed(subject: &impl AsyncFn(u64), seed: u64) {
    println!("seed {seed}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(subject(seed));
}
