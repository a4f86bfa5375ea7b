//! What whole-system tests share: an installation of their own in this process, the real `harrier` program, functions run
//! as on Lambda, clients of the two HTTP APIs, and what real devices need.
//!
//! Test code: it panics where a program would answer an error.
#![forbid(unsafe_code)]

pub mod client;
pub mod files;
mod front_door;
mod installation;
pub mod lambda;
pub mod measuring;
pub mod programs;
pub mod proxy;
mod scene;
mod server;
pub mod simulation;
pub mod update;
mod world;

pub use client::{Answer, Client};
pub use front_door::FrontDoor;
pub use harrier::fleet::Management;
pub use installation::Installation;
pub use scene::{API, Scene, ddi, id, text};
pub use server::{PASSWORD, Server, TENANT, USER, check};
pub use world::{Deployment, World};
