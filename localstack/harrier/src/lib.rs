#![forbid(unsafe_code)]
//! Harrier in one process: every function on embedded stand-ins for DynamoDB and S3.

pub mod demo;
pub mod embedded;
pub mod fleet;
pub mod pumps;
mod routes;
mod stack;
pub mod upload;

pub use routes::routes;
pub use stack::{
    Administrator, AdministratorOptions, Options, Password, Stack, StackError, Storage, Time, Tls, open_database,
    open_step_messages, prepare, set_administrator,
};
