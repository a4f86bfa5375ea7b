//! Targets, their details, their actions and history.

mod actions;
mod details;
mod targets;

pub use actions::HistoryOrder;
pub use details::TargetDetails;
