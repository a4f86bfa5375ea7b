//! Targets, their details, their actions and history.

mod action_index;
mod action_walk;
mod actions;
mod details;
mod targets;
mod type_uses;

pub use action_index::ActionReference;
pub use action_walk::{ActionWalk, WalkOrder};
pub use actions::HistoryOrder;
pub use details::TargetDetails;
