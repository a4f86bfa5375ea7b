//! The operations of `/rest/v1/targettags`, described.

use harrier_domain::authority::Authority::{CreateTarget, DeleteTarget, ReadTarget, UpdateTarget};
use harrier_openapi::{Operation, Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::{TagResource, TargetResource};
use serde_json::json;

use super::TagRequest;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/targettags";
    let tag = "/rest/v1/targettags/{targetTagId}";
    let assigned = "/rest/v1/targettags/{targetTagId}/assigned";
    let assignment = "/rest/v1/targettags/{targetTagId}/assigned/{controllerId}";
    Section::new("Target tags", "Labels for targets.")
        .with(get(all, "Lists target tags").needs(&[ReadTarget]).searched().answers(page::<TagResource>()))
        .with(
            post(all, "Makes target tags")
                .note("All or none.")
                .needs(&[CreateTarget])
                .takes(many::<TagRequest>(), json!([{ "name": "pilot", "colour": "blue" }]))
                .creates(many::<TagResource>()),
        )
        .with(get(tag, "Shows a target tag").needs(&[ReadTarget]).answers(one::<TagResource>()))
        .with(
            put(tag, "Changes a target tag")
                .needs(&[UpdateTarget])
                .takes(one::<TagRequest>(), json!({ "colour": "red" }))
                .answers(one::<TagResource>()),
        )
        .with(delete(tag, "Removes a target tag").needs(&[ReadTarget, DeleteTarget]).answers_bare(204))
        .with(
            get(assigned, "Lists the targets with a tag")
                .needs(&[ReadTarget])
                .searched()
                .answers(page::<TargetResource>()),
        )
        .with(post(assignment, "Puts a tag on a target").needs(&[UpdateTarget]).answers_bare(204))
        .with(delete(assignment, "Takes a tag off a target").needs(&[UpdateTarget]).answers_bare(204))
        .with(of_many(post(assigned, "Puts a tag on targets")))
        .with(of_many(delete(assigned, "Takes a tag off targets")))
}

fn of_many(operation: Operation) -> Operation {
    let policies = &["FAIL", "ON_WHAT_FOUND_AND_FAIL", "ON_WHAT_FOUND_AND_SUCCESS"];
    operation
        .needs(&[UpdateTarget])
        .choice("onNotFoundPolicy", policies, "What becomes of the others if some are unknown; by default nothing.")
        .takes(many::<String>(), json!(["device-1"]))
        .answers_bare(204)
}
