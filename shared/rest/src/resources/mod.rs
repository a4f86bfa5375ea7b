//! What entities look like on the wire (management §5): pure functions from domain types to serializable structures.
//!
//! *Item* is the form inside lists and answers to a creation, *single* the form of one entity; they differ in their links.

mod artifact;
mod base;
mod distribution_set;
mod metadata;
mod software_module;
mod tag;
mod types;

pub use artifact::{ArtifactResource, HashesResource};
pub use base::Base;
pub use distribution_set::DistributionSetResource;
pub use metadata::{MetadataResource, ModuleMetadataResource};
pub use software_module::SoftwareModuleResource;
pub use tag::TagResource;
pub use types::{DistributionSetTypeResource, SoftwareModuleTypeResource};
