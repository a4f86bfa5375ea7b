//! What came of assigning a distribution set (management §4.5).

use schemars::JsonSchema;
use serde::Serialize;

use super::action::action_href;
use crate::{Links, Origin};

/// A new action, by id and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssignedActionResource {
    pub id: i64,
    #[serde(rename = "_links")]
    pub links: Links,
}

/// The result of an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentResource {
    pub already_assigned: usize,
    pub assigned: usize,
    pub total: usize,
    pub assigned_actions: Vec<AssignedActionResource>,
}

impl AssignmentResource {
    /// `assigned` are the new actions, each with the controller id of its target.
    pub fn new<'a>(
        already_assigned: usize,
        assigned: impl IntoIterator<Item = (&'a str, i64)>,
        origin: &Origin,
    ) -> Self {
        let action = |(controller_id, id): (&str, i64)| AssignedActionResource {
            id,
            links: Links::new().with("self", action_href(controller_id, id, origin)),
        };
        let assigned_actions: Vec<AssignedActionResource> = assigned.into_iter().map(action).collect();
        let assigned = assigned_actions.len();
        Self { already_assigned, assigned, total: already_assigned + assigned, assigned_actions }
    }
}
