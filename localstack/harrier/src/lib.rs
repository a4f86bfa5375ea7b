#![forbid(unsafe_code)]
//! Harrier in one process: every function on embedded stand-ins for DynamoDB and S3.

pub mod embedded;
pub mod fleet;
