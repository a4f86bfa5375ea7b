//! The operations of `/rest/v1/distributionsettypes`, described.

use harrier_domain::authority::Authority::{
    CreateDistributionSetType, DeleteDistributionSetType, ReadDistributionSetType, ReadSoftwareModuleType,
    UpdateDistributionSetType,
};
use harrier_openapi::{Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::{DistributionSetTypeResource, SoftwareModuleTypeResource};
use serde_json::json;

use super::create::DistributionSetTypeCreate;
use super::update::DistributionSetTypeUpdate;
use crate::references::Id;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/distributionsettypes";
    let set_type = "/rest/v1/distributionsettypes/{distributionSetTypeId}";
    let section = Section::new(
        "Distribution set types",
        "Kinds of distribution sets, and which kinds of software modules each must and may have.",
    )
    .with(
        get(all, "Lists distribution set types")
            .needs(&[ReadDistributionSetType])
            .searched()
            .with_soft_deleted()
            .answers(page::<DistributionSetTypeResource>()),
    )
    .with(
        post(all, "Makes distribution set types")
            .note("All or none. `READ_SOFTWARE_MODULE_TYPE` is needed besides, if module types are given.")
            .needs(&[CreateDistributionSetType])
            .takes(many::<DistributionSetTypeCreate>(), json!([{ "key": "gateway", "name": "Gateway" }]))
            .creates(many::<DistributionSetTypeResource>())
            .fails(&[404, 429]),
    )
    .with(
        get(set_type, "Shows a distribution set type")
            .needs(&[ReadDistributionSetType])
            .answers(one::<DistributionSetTypeResource>()),
    )
    .with(
        put(set_type, "Changes a distribution set type")
            .needs(&[UpdateDistributionSetType])
            .takes(one::<DistributionSetTypeUpdate>(), json!({ "colour": "blue" }))
            .answers(one::<DistributionSetTypeResource>()),
    )
    .with(
        delete(set_type, "Removes a distribution set type")
            .note("One that is used is soft-deleted: it stays, and makes nothing new.")
            .needs(&[DeleteDistributionSetType])
            .answers_bare(204),
    );
    let mandatory = [
        "/rest/v1/distributionsettypes/{distributionSetTypeId}/mandatorymoduletypes",
        "/rest/v1/distributionsettypes/{distributionSetTypeId}/mandatorymoduletypes/{softwareModuleTypeId}",
    ];
    let optional = [
        "/rest/v1/distributionsettypes/{distributionSetTypeId}/optionalmoduletypes",
        "/rest/v1/distributionsettypes/{distributionSetTypeId}/optionalmoduletypes/{softwareModuleTypeId}",
    ];
    let titles = ["Lists the kinds of modules that sets must have", "Shows a kind of modules that sets must have"];
    let section = with_module_types(section, mandatory, titles);
    let titles = ["Lists the kinds of modules that sets may have", "Shows a kind of modules that sets may have"];
    with_module_types(section, optional, titles)
}

/// Both roles of module types have the same four operations.
fn with_module_types(section: Section, [all, one_type]: [&'static str; 2], titles: [&'static str; 2]) -> Section {
    section
        .with(get(all, titles[0]).needs(&[ReadDistributionSetType]).answers(many::<SoftwareModuleTypeResource>()))
        .with(
            post(all, "Adds a kind of modules")
                .note("Only as long as no distribution set has the type.")
                .needs(&[UpdateDistributionSetType, ReadSoftwareModuleType])
                .takes(one::<Id>(), json!({ "id": 1 }))
                .answers_bare(204)
                .fails(&[429]),
        )
        .with(
            get(one_type, titles[1])
                .needs(&[ReadDistributionSetType, ReadSoftwareModuleType])
                .answers(one::<SoftwareModuleTypeResource>()),
        )
        .with(
            delete(one_type, "Removes a kind of modules, in whichever role")
                .note("Only as long as no distribution set has the type.")
                .needs(&[UpdateDistributionSetType])
                .answers_bare(204),
        )
}
