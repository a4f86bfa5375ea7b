//! The function on Lambda.
#![forbid(unsafe_code)]

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    harrier_runtime::run_events(async |event, app| artifact_intake::handle(event, &app).await).await
}
