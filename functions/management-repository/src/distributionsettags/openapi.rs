//! The operations of `/rest/v1/distributionsettags`, described.

use harrier_domain::authority::Authority::{
    CreateDistributionSet, DeleteDistributionSet, ReadDistributionSet, UpdateDistributionSet,
};
use harrier_openapi::{Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::{DistributionSetResource, TagResource};
use serde_json::json;

use super::create::TagRequest;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/distributionsettags";
    let tag = "/rest/v1/distributionsettags/{distributionSetTagId}";
    let assigned = "/rest/v1/distributionsettags/{distributionSetTagId}/assigned";
    let assignment = "/rest/v1/distributionsettags/{distributionSetTagId}/assigned/{distributionSetId}";
    Section::new("Distribution set tags", "Labels for distribution sets.")
        .with(
            get(all, "Lists distribution set tags")
                .needs(&[ReadDistributionSet])
                .searched()
                .answers(page::<TagResource>()),
        )
        .with(
            post(all, "Makes distribution set tags")
                .note("All or none.")
                .needs(&[CreateDistributionSet])
                .takes(many::<TagRequest>(), json!([{ "name": "stable", "colour": "green" }]))
                .creates(many::<TagResource>()),
        )
        .with(get(tag, "Shows a distribution set tag").needs(&[ReadDistributionSet]).answers(one::<TagResource>()))
        .with(
            put(tag, "Changes a distribution set tag")
                .needs(&[UpdateDistributionSet])
                .takes(one::<TagRequest>(), json!({ "colour": "red" }))
                .answers(one::<TagResource>()),
        )
        .with(delete(tag, "Removes a distribution set tag").needs(&[DeleteDistributionSet]).answers_bare(204))
        .with(
            get(assigned, "Lists the distribution sets with a tag")
                .needs(&[ReadDistributionSet])
                .searched()
                .answers(page::<DistributionSetResource>()),
        )
        .with(post(assignment, "Puts a tag on a distribution set").needs(&[UpdateDistributionSet]).answers_bare(204))
        .with(
            delete(assignment, "Takes a tag off a distribution set").needs(&[UpdateDistributionSet]).answers_bare(204),
        )
        .with(
            post(assigned, "Puts a tag on distribution sets")
                .note("All or none.")
                .needs(&[UpdateDistributionSet])
                .takes(many::<i64>(), json!([1]))
                .answers_bare(204),
        )
        .with(
            delete(assigned, "Takes a tag off distribution sets")
                .note("All or none.")
                .needs(&[UpdateDistributionSet])
                .takes(many::<i64>(), json!([1]))
                .answers_bare(204),
        )
}
