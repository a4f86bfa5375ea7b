//! Update management, pure: entities, state machines, quotas, schedules.
//!
//! Nothing here knows AWS, a clock, randomness or a runtime. A decision gets the state, the command, `now` and fresh ids,
//! and gives back the changed state or a refusal (`docs/architecture.md`, "Decide purely, write once").
#![forbid(unsafe_code)]

pub mod attributes;
pub mod configuration;
pub mod error;
pub mod maintenance;
pub mod network;
pub mod polling;
pub mod quota;
pub mod text;

pub use error::{Error, Result};
