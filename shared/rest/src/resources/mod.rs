//! What entities look like on the wire (management §5): pure functions from domain types to serializable structures.
//!
//! *Item* is the form inside lists and answers to a creation, *single* the form of one entity; they differ in their links.

mod base;
mod distribution_set;
mod software_module;

pub use base::Base;
pub use distribution_set::DistributionSetResource;
pub use software_module::SoftwareModuleResource;
