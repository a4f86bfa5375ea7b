//! What whole-system tests share: a stack of their own, and clients of its two HTTP APIs.
#![forbid(unsafe_code)]

mod api;
mod world;

pub use api::{Answer, Api};
pub use world::{Deployment, World};
