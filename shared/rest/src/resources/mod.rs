//! What entities look like on the wire (management §5): pure functions from domain types to serializable structures.
//!
//! *Item* is the form inside lists and answers to a creation, *single* the form of one entity; they differ in their links.

mod action;
mod action_context;
mod action_status;
mod artifact;
mod assignment;
mod assignment_request;
mod auto_assignment;
mod auto_confirm;
mod base;
mod distribution_set;
mod metadata;
mod rollout;
mod software_module;
mod tag;
mod target;
mod target_context;
mod target_filter;
mod types;

pub use action::{ActionNames, ActionResource, MaintenanceWindowResource, action_href};
pub use action_context::ActionContext;
pub use action_status::ActionStatusResource;
pub use artifact::{ArtifactResource, HashesResource};
pub use assignment::{AssignedActionResource, AssignmentResource};
pub use assignment_request::{ActionTypeName, AssignmentRequest, AssignmentTerms, MaintenanceWindowRequest};
pub use auto_assignment::AutoAssignmentResource;
pub use auto_confirm::AutoConfirmResource;
pub use base::Base;
pub use distribution_set::DistributionSetResource;
pub use metadata::{MetadataResource, ModuleMetadataResource};
pub use rollout::{
    ConditionResource, ErrorActionResource, RolloutGroupResource, RolloutResource, SuccessActionResource, rollout_href,
};
pub use software_module::SoftwareModuleResource;
pub use tag::TagResource;
pub use target::{PollStatusResource, TargetFacts, TargetResource, target_href};
pub use target_context::{TargetContext, TargetViewer};
pub use target_filter::{LinkedFilter, TargetFilterResource};
pub use types::{DistributionSetTypeResource, SoftwareModuleTypeResource};

use crate::{Links, Origin};

/// Adds the link to a distribution set, with its name and version where they are known.
fn link_set(links: &mut Links, id: i64, name: Option<(&str, &str)>, origin: &Origin) {
    let href = origin.href("/rest/v1/distributionsets").segment(id);
    links.add_named("distributionset", href, name.map(|(name, version)| format!("{name}:{version}")));
}
