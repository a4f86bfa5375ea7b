//! Campaigns: work in steps, behind the APIs.
#![forbid(unsafe_code)]

mod clean_up;
mod engine;
mod fleet;
mod invalidation;
mod simulation;
