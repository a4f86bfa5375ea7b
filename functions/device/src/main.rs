//! The function on Lambda.
#![forbid(unsafe_code)]

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    harrier_runtime::run_for_devices(device::router).await
}
