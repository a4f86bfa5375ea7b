//! The operations of `/rest/v1/autoassignments`, described.

use harrier_domain::authority::Authority::{
    ApproveAutoAssignment, CreateAutoAssignment, DeleteAutoAssignment, HandleAutoAssignment, ReadAutoAssignment,
    ReadDistributionSet, UpdateAutoAssignment, UpdateTarget,
};
use harrier_openapi::{Section, delete, get, one, page, post, put};
use harrier_rest::resources::AutoAssignmentResource;
use serde_json::json;

use super::create::AutoAssignmentCreate;
use super::update::AutoAssignmentUpdate;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/autoassignments";
    let auto = "/rest/v1/autoassignments/{autoAssignmentId}";
    let example = json!({ "name": "pilots", "targetFilterQuery": "tag==pilot", "distributionSetId": 1 });
    let decided = |path, summary| {
        let remark = "Why, for those who read it later.";
        post(path, summary).needs(&[ApproveAutoAssignment]).text("remark", remark).answers_bare(204)
    };
    let handled = |path, summary| post(path, summary).needs(&[HandleAutoAssignment]).answers_bare(204);
    Section::new("Auto assignments", "Rules by which targets that match a query get a distribution set by themselves.")
        .with(
            get(all, "Lists auto assignments")
                .needs(&[ReadAutoAssignment])
                .searched()
                .answers(page::<AutoAssignmentResource>()),
        )
        .with(
            post(all, "Makes an auto assignment")
                .needs(&[CreateAutoAssignment, ReadDistributionSet, UpdateTarget])
                .takes(one::<AutoAssignmentCreate>(), example)
                .creates(one::<AutoAssignmentResource>())
                .fails(&[404, 429]),
        )
        .with(
            get(auto, "Shows an auto assignment").needs(&[ReadAutoAssignment]).answers(one::<AutoAssignmentResource>()),
        )
        .with(
            put(auto, "Changes the name and the description of an auto assignment")
                .needs(&[UpdateAutoAssignment])
                .takes(one::<AutoAssignmentUpdate>(), json!({ "description": "Another description" }))
                .answers(one::<AutoAssignmentResource>()),
        )
        .with(delete(auto, "Removes an auto assignment").needs(&[DeleteAutoAssignment]).answers_bare(204))
        .with(decided("/rest/v1/autoassignments/{autoAssignmentId}/approve", "Approves an auto assignment"))
        .with(decided("/rest/v1/autoassignments/{autoAssignmentId}/deny", "Denies an auto assignment"))
        .with(handled("/rest/v1/autoassignments/{autoAssignmentId}/start", "Starts an auto assignment now"))
        .with(handled("/rest/v1/autoassignments/{autoAssignmentId}/pause", "Pauses an auto assignment"))
        .with(handled("/rest/v1/autoassignments/{autoAssignmentId}/resume", "Resumes an auto assignment"))
}
