//! The command line.

mod admin;
mod campaigns;
mod demo;
mod serve;
mod storage;
mod upload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use harrier_runtime::{LogFormat, init_logs};

/// Harrier: over-the-air updates for fleets of devices.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole server in this process.
    Serve(Box<serve::Serve>),
    /// Watch a virtual fleet update itself through a server in memory.
    Demo(demo::DemoOptions),
    /// Upload a file of any size to a software module of any Harrier.
    Upload(upload::UploadOptions),
    /// Manage tenants, users and the work of campaigns, check the data. With embedded storage, stop the server first.
    #[command(subcommand)]
    Admin(admin::Admin),
}

/// Runs the command that was asked for.
pub(crate) async fn run() -> ExitCode {
    let command = Cli::parse().command;
    // Some draw bars where logs would be.
    if !matches!(command, Command::Demo(_) | Command::Upload(_)) || std::env::var_os("HARRIER_LOG").is_some() {
        init_logs(LogFormat::Text);
    }
    let outcome = match command {
        Command::Serve(serve) => serve.run().await.map_err(|error| error.to_string()),
        Command::Demo(demo) => demo.run().await.map_err(|error| error.to_string()),
        Command::Upload(upload) => upload.run().await.map_err(|error| error.to_string()),
        Command::Admin(admin) => admin.run().await.map_err(|error| error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("harrier: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests;
