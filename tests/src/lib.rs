//! What whole-system tests share: a stack of their own in this process, or the real `harrier` program, with clients of
//! its two HTTP APIs, and what real devices need.
#![forbid(unsafe_code)]

mod api;
pub mod files;
pub mod programs;
pub mod proxy;
mod server;
mod world;

pub use api::{Answer, Api};
pub use harrier::fleet::Management;
pub use server::{PASSWORD, Server, TENANT, USER};
pub use world::{Deployment, World};
