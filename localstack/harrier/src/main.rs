//! The program `harrier`.
#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}
