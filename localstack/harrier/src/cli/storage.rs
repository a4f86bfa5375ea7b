//! Where the state lives: the options that `serve` and `admin` share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use harrier::Storage;
use harrier::embedded::Durability;

#[derive(Args)]
#[command(next_help_heading = "Storage")]
pub(super) struct StorageOptions {
    /// Directory of the embedded database and object store.
    #[arg(long, env = "HARRIER_DATA", value_name = "DIR", default_value = "harrier-data")]
    data: PathBuf,
    /// Keep everything in memory: nothing outlives the process.
    #[arg(long, conflicts_with = "aws_endpoint")]
    memory: bool,
    /// Use DynamoDB and S3 at this URL (AWS, LocalStack) in place of the embedded ones.
    #[arg(long, env = "HARRIER_AWS_ENDPOINT", value_name = "URL")]
    aws_endpoint: Option<String>,
    /// Use DynamoDB at this URL (DynamoDB Local), with embedded objects.
    #[arg(long, env = "HARRIER_DYNAMODB_ENDPOINT", value_name = "URL", conflicts_with = "aws_endpoint")]
    dynamodb_endpoint: Option<String>,
    /// What the names of the four tables start with.
    #[arg(long, env = "HARRIER_TABLE_PREFIX", value_name = "PREFIX", default_value = "harrier-")]
    table_prefix: String,
    /// What an acknowledged write outlives; `power-loss` waits for the disk each time.
    #[arg(long, value_enum, default_value_t = DurabilityOption::Process)]
    durability: DurabilityOption,
}

#[derive(Clone, Copy, ValueEnum)]
enum DurabilityOption {
    /// The death of the process at any moment.
    Process,
    /// A power loss too, at about a third of the throughput.
    PowerLoss,
}

impl StorageOptions {
    pub(super) fn storage(&self) -> Storage {
        let directory = (!self.memory).then(|| self.data.clone());
        if let Some(endpoint) = &self.aws_endpoint {
            return Storage::Aws(endpoint.clone());
        }
        if let Some(endpoint) = &self.dynamodb_endpoint {
            return Storage::DynamoDb(endpoint.clone(), directory);
        }
        directory.map_or(Storage::Memory, Storage::Directory)
    }

    pub(super) fn table_prefix(&self) -> String {
        self.table_prefix.clone()
    }

    pub(super) fn durability(&self) -> Durability {
        match self.durability {
            DurabilityOption::Process => Durability::ProcessDeath,
            DurabilityOption::PowerLoss => Durability::PowerLoss,
        }
    }
}
