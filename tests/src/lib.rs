//! Whole-system tests: the real `harrier` program, driven over HTTP by real clients and by virtual fleets.
#![forbid(unsafe_code)]

pub mod files;
pub mod programs;
pub mod proxy;
mod server;

pub use harrier::fleet::Management;
pub use server::{PASSWORD, Server, TENANT, USER};
