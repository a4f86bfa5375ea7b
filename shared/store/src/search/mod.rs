//! Listing and searching (DESIGN "Query", management §1.6, §1.7, §3).
//!
//! Targets are many: they are searched in the cheapest way their query allows, from single keys over key prefixes to one
//! pass over all shards, and only the page and the sort keys before it are held. Everything else is few and is
//! listed in memory with [`list`], as rows that the caller joined.

mod best;
mod bulk;
mod listing;
mod merge;
mod references;
mod rows;
mod scope;
mod selection;
mod targets;
mod walk;

pub use bulk::{MatchingPage, ShardPage};
pub use listing::{Found, list};
pub use references::Named;
pub use rows::{
    ActionRow, AutoAssignmentRow, DistributionSetRow, DistributionSetTagRow, DistributionSetTypeRow, RolloutGroupRow,
    RolloutRow, SoftwareModuleRow, SoftwareModuleTypeRow, TargetFilterRow, TargetRow, TargetTagRow, TargetTypeRow,
};
pub use scope::TargetScope;
pub use selection::TargetSelection;
pub use targets::TargetSearch;
