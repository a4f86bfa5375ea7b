//! Units of work that several functions perform: assigning a distribution set, taking an update back.
//!
//! Each loads, lets the domain decide, and writes one transaction per target. Work on many targets is many such decisions:
//! a crash in between leaves some targets assigned and the rest as they were, and repeating the request finishes the job.
#![forbid(unsafe_code)]

mod actions;
mod assign;
mod confirmation;
mod removal;
mod room;
mod sets;

pub use actions::{Decision, decide_on_action, decide_on_open_actions};
pub use assign::{AssignedAction, AssignmentOrder, AssignmentOutcome, TargetOrder, assign};
pub use confirmation::activate_auto_confirm;
pub use removal::{remove_actions, remove_target};
pub use room::{ActionRoom, make_room};
pub use sets::{deployable_set, lock_for_plan, lock_for_use, typed_modules};
