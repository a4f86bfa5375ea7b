//! A thousand unruly devices and some busy operators, while the server is killed again and again. Whatever happened: what
//! is stored fits together after each kill, and in the end the APIs tell one story of it.
//!
//! What the clients do is drawn from a seed; how their requests meet is not. `make stress` goes on for longer.

mod ledger;
mod operator;
mod scene;
mod verdict;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harrier::fleet::{Behaviour, Fleet, Recall, Summary};
use harrier_tests::{Client, FrontDoor, PASSWORD, Server, USER, check};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use ledger::Ledger;
use operator::Operator;
use scene::Scene;

const OPERATORS: u64 = 4;
const AWAKE: usize = 24;

/// What operators get done between two kills.
const ROUND: std::ops::Range<u32> = 50..110;

/// The longest that may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A number from the environment, for longer or other runs.
fn given<T: FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_fits_together_after_disorder_and_kills() {
    let seed: u64 = given("HARRIER_STRESS_SEED", 1);
    let kills: u32 = given("HARRIER_STRESS_KILLS", 4);
    let devices: usize = given("HARRIER_STRESS_DEVICES", 1_000);
    println!("HARRIER_STRESS_SEED={seed} HARRIER_STRESS_KILLS={kills} HARRIER_STRESS_DEVICES={devices}");
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let door = FrontDoor::open().await;
    let mut server = start(&data, &door).await;
    let scene = Arc::new(Scene::set(&administrator(&door), devices).await);

    let crowd = Crowd::gather(&door, &scene, seed);
    let mut dice = StdRng::seed_from_u64(seed);
    for _ in 0..kills {
        crowd.work_through(dice.random_range(ROUND)).await;
        server.kill().await;
        check(&data).await;
        server = start(&data, &door).await;
    }
    crowd.work_through(ROUND.end).await;
    let (summary, ledger) = crowd.disperse().await;
    println!("{summary}\n{ledger}");
    assert_eq!(summary.failures().count(), 0, "{summary}");
    ledger.assert_busy();
    verdict::give(&administrator(&door), &scene, &ledger).await;
    server.kill().await;
    check(&data).await;
}

async fn start(data: &Path, door: &FrontDoor) -> Server {
    let begun = Instant::now();
    let server = Server::start(data).await;
    println!("the server was up after {:.2?}", begun.elapsed());
    door.lead_to(&server);
    server
}

fn administrator(door: &FrontDoor) -> Client {
    Client::new(door.url()).with_login(USER, PASSWORD)
}

/// Everybody who talks to the server.
struct Crowd {
    recall: Recall,
    fleet: JoinHandle<Summary>,
    operators: JoinSet<()>,
    ledger: Arc<Ledger>,
}

impl Crowd {
    fn gather(door: &FrontDoor, scene: &Arc<Scene>, seed: u64) -> Self {
        let ledger = Arc::new(Ledger::default());
        let mut operators = JoinSet::new();
        for number in 0..OPERATORS {
            let dice = StdRng::seed_from_u64(seed ^ (number + 1) << 32);
            let operator = Operator::new(administrator(door), Arc::clone(scene), Arc::clone(&ledger), dice);
            operators.spawn(operator.work());
        }
        let second = Duration::from_secs(1);
        let behaviour = Behaviour {
            wake: Duration::ZERO..=second * 8,
            pause: Duration::ZERO..=Duration::from_millis(50),
            idle: second * 4..=second * 12,
            progress_reports: 1,
            ..Behaviour::unruly()
        };
        let mut plan = scene.plan(&door.url(), behaviour);
        plan.seed = seed;
        // The devices queue with us, not in the server, where the operators would queue with them.
        plan.awake = AWAKE;
        let recall = plan.recall.clone();
        let fleet = tokio::spawn(async { Fleet::new(plan).run().await.expect("an HTTP client") });
        Self { recall, fleet, operators, ledger }
    }

    /// Waits until the operators have got so many more things done.
    async fn work_through(&self, operations: u32) {
        let done = self.ledger.wait_for(operations);
        assert!(timeout(PATIENCE, done).await.is_ok(), "the operators get nothing done{}", self.ledger);
    }

    /// Sends the devices home and stops the operators.
    async fn disperse(mut self) -> (Summary, Arc<Ledger>) {
        self.ledger.close();
        while let Some(ended) = self.operators.join_next().await {
            ended.expect("an operator does not panic");
        }
        self.recall.call();
        (self.fleet.await.expect("the fleet does not panic"), self.ledger)
    }
}
