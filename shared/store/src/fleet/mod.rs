//! Targets, their details, their actions and history.

mod action_walk;
mod actions;
mod details;
mod targets;
mod type_uses;

pub use action_walk::{ActionReference, ActionWalk, WalkOrder};
pub use actions::HistoryOrder;
pub use details::TargetDetails;
