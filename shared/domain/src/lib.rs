//! Update management, pure: entities, state machines, quotas, schedules.
//!
//! Nothing here knows AWS, a clock, randomness or a runtime. A decision gets the state, the command, `now` and fresh ids,
//! and gives back the changed state or a refusal (`docs/architecture.md`, "Decide purely, write once").
#![forbid(unsafe_code)]

pub mod action;
pub mod assignment;
pub mod attributes;
pub mod audit;
pub mod authority;
pub mod auto_assignment;
pub mod cancellation;
pub mod classification;
pub mod configuration;
pub mod confirmation;
pub mod consistency;
pub mod edits;
pub mod error;
pub mod feedback;
pub mod forcing;
pub mod invalidation;
pub mod lifecycle;
pub mod maintenance;
mod names;
pub mod network;
pub mod offer;
pub mod polling;
pub mod purge;
pub mod quota;
pub mod rollout;
pub mod software;
pub mod target;
pub mod tenant;
pub mod text;
pub mod upload;

pub use error::{Entity, EntityId, Error, Result};
pub use tenant::Tenant;
