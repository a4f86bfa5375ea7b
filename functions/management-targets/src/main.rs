//! The function on Lambda.
#![forbid(unsafe_code)]

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    harrier_runtime::run(management_targets::router).await
}
