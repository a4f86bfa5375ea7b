//! Stand-ins for AWS that run inside this process, below the unchanged AWS SDK clients.
//!
//! Only the HTTP connector of a client differs from the one used on AWS, so the code above it is the same
//! (design rule 5, "one code path").

pub mod dynamodb;
mod error;
pub mod faults;
mod lock;
pub mod loopback;
pub mod s3;
pub mod sqs;

#[cfg(test)]
mod crash_testing;

pub use error::EmbeddedError;

/// What an acknowledged write outlives. Nothing kept in memory outlives the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The death of the process at any moment (`kill -9`), because the operating system holds the write.
    /// A power loss may take the last moments before it; what is left is consistent.
    #[default]
    ProcessDeath,
    /// A power loss too: every write waits for the disk, at about a third of the throughput.
    PowerLoss,
}

/// The region every embedded client is configured for. Nothing depends on it but signatures.
pub const REGION: &str = "us-east-1";
