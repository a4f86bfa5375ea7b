//! The Management API, laid out by URL below `/rest/v1`.
#![forbid(unsafe_code)]

mod autoassignments;
mod system;
mod targetfilters;
mod userinfo;
