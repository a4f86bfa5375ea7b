//! The operations of `/rest/v1/targettypes`, described.

use harrier_domain::authority::Authority::{
    CreateTargetType, DeleteTargetType, ReadDistributionSetType, ReadTargetType, UpdateTargetType,
};
use harrier_openapi::{Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::DistributionSetTypeResource;
use serde_json::json;

use super::create::TargetTypeCreate;
use super::representation::{Id, TargetTypeResource};
use super::update::TargetTypeUpdate;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/targettypes";
    let one_type = "/rest/v1/targettypes/{targetTypeId}";
    let compatible = "/rest/v1/targettypes/{targetTypeId}/compatibledistributionsettypes";
    Section::new("Target types", "Kinds of targets, and which kinds of distribution sets fit them.")
        .with(get(all, "Lists target types").needs(&[ReadTargetType]).searched().answers(page::<TargetTypeResource>()))
        .with(
            post(all, "Makes target types")
                .note("All or none. `READ_DISTRIBUTION_SET_TYPE` is needed besides, if compatible types are given.")
                .needs(&[CreateTargetType])
                .takes(many::<TargetTypeCreate>(), json!([{ "key": "sensor", "name": "Sensor" }]))
                .creates(many::<TargetTypeResource>())
                .fails(&[404, 429]),
        )
        .with(get(one_type, "Shows a target type").needs(&[ReadTargetType]).answers(one::<TargetTypeResource>()))
        .with(
            put(one_type, "Changes a target type")
                .needs(&[UpdateTargetType])
                .takes(one::<TargetTypeUpdate>(), json!({ "description": "Another description" }))
                .answers(one::<TargetTypeResource>()),
        )
        .with(delete(one_type, "Removes a target type").needs(&[DeleteTargetType]).answers_bare(204))
        .with(
            get(compatible, "Lists the distribution set types that fit")
                .needs(&[ReadTargetType])
                .answers(many::<DistributionSetTypeResource>()),
        )
        .with(
            post(compatible, "Adds distribution set types that fit")
                .needs(&[UpdateTargetType, ReadDistributionSetType])
                .takes(many::<Id>(), json!([{ "id": 1 }]))
                .answers_bare(204)
                .fails(&[429]),
        )
        .with(
            delete(
                "/rest/v1/targettypes/{targetTypeId}/compatibledistributionsettypes/{distributionSetTypeId}",
                "Removes a distribution set type from those that fit",
            )
            .needs(&[UpdateTargetType, ReadDistributionSetType])
            .answers_bare(204),
        )
}
