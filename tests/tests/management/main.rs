//! The Management API, laid out by URL below `/rest/v1`.
#![forbid(unsafe_code)]

mod actions;
mod autoassignments;
mod rollouts;
mod system;
mod targetfilters;
mod userinfo;
