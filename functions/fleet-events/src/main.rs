//! The function on Lambda.
#![forbid(unsafe_code)]

use std::convert::Infallible;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    harrier_runtime::run_events(async |event, app| Ok::<_, Infallible>(fleet_events::handle(event, &app).await)).await
}
