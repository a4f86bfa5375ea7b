//! How fast a function is there: Lambda starts one while a device waits.

use std::time::{Duration, Instant};

use bytes::Bytes;
use harrier_tests::lambda::{Aws, Function, answer_of, event_of};
use harrier_tests::programs::{self, EVENT_FUNCTIONS, FUNCTIONS};
use http::Request;

/// From the start of the program to its first answer, which needs the database (`docs/architecture.md`, "Budgets").
const BUDGET: Duration = Duration::from_millis(60);

/// Starts that are always measured, for a median worth printing.
const STARTS: usize = 9;

/// A machine that does other things too may need more starts until one goes undisturbed. A program that is too slow never
/// has one within the budget.
const MOST_STARTS: usize = 40;

/// Bytes of a stripped program.
const SIZE_BUDGET: u64 = 12_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_device_function_answers_soon_after_its_start() {
    let aws = Aws::start().await;
    let mut times = Vec::new();
    while times.len() < STARTS || (programs::are_functions_as_deployed() && times[0] > BUDGET) {
        assert!(times.len() < MOST_STARTS, "no start within {BUDGET:?}: {times:?}");
        times.push(first_answer(&aws).await);
        times.sort_unstable();
    }
    let (last, median) = (times[times.len() - 1], times[times.len() / 2]);
    println!("start to first answer: {:?} to {last:?}, median {median:?}", times[0]);
}

async fn first_answer(aws: &Aws) -> Duration {
    let request = Request::get("/DEFAULT/controller/v1/device-1").header("host", "localhost").body(()).unwrap();
    let event = event_of(&request.into_parts().0, &Bytes::new(), "192.0.2.7");
    // Building is not starting.
    let _built = programs::function("device");
    let begun = Instant::now();
    let function = Function::start("device", &aws.environment()).await;
    let output = function.invoke(event).await.expect("an answer");
    let time = begun.elapsed();
    let answer = answer_of(&output).expect("an answer");
    assert_eq!(answer.status().as_u16(), 401, "{:?}", answer.body());
    time
}

#[test]
fn the_programs_are_small() {
    for function in FUNCTIONS.into_iter().chain(EVENT_FUNCTIONS) {
        let bytes = std::fs::metadata(programs::function(function)).expect("a program").len();
        println!("{function}: {:.1} MB", bytes as f64 / 1e6);
        if programs::are_functions_as_deployed() {
            assert!(bytes <= SIZE_BUDGET, "{function} has {bytes} bytes");
        }
    }
}
