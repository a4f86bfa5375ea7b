//! What whole-system tests share: a server of their own, clients of its APIs, and functions run as on Lambda.
//!
//! Test code: it panics where a program would answer an error.
#![forbid(unsafe_code)]

pub mod client;
pub mod lambda;
pub mod server;
pub mod update;

pub use client::{Answer, Client};
pub use server::Server;
