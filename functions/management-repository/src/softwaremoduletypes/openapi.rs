//! The operations of `/rest/v1/softwaremoduletypes`, described.

use harrier_domain::authority::Authority::{
    CreateSoftwareModuleType, DeleteSoftwareModuleType, ReadSoftwareModuleType, UpdateSoftwareModuleType,
};
use harrier_openapi::{Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::SoftwareModuleTypeResource;
use serde_json::json;

use super::create::SoftwareModuleTypeCreate;
use super::update::SoftwareModuleTypeUpdate;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/softwaremoduletypes";
    let module_type = "/rest/v1/softwaremoduletypes/{softwareModuleTypeId}";
    Section::new(
        "Software module types",
        "Kinds of software modules, and how many of each a distribution set may have.",
    )
    .with(
        get(all, "Lists software module types")
            .needs(&[ReadSoftwareModuleType])
            .searched()
            .with_soft_deleted()
            .answers(page::<SoftwareModuleTypeResource>()),
    )
    .with(
        post(all, "Makes software module types")
            .note("All or none.")
            .needs(&[CreateSoftwareModuleType])
            .takes(
                many::<SoftwareModuleTypeCreate>(),
                json!([{ "key": "firmware", "name": "Firmware", "maxAssignments": 1 }]),
            )
            .creates(many::<SoftwareModuleTypeResource>()),
    )
    .with(
        get(module_type, "Shows a software module type")
            .needs(&[ReadSoftwareModuleType])
            .answers(one::<SoftwareModuleTypeResource>()),
    )
    .with(
        put(module_type, "Changes a software module type")
            .needs(&[UpdateSoftwareModuleType])
            .takes(one::<SoftwareModuleTypeUpdate>(), json!({ "colour": "blue" }))
            .answers(one::<SoftwareModuleTypeResource>()),
    )
    .with(
        delete(module_type, "Removes a software module type")
            .note("One that is used is soft-deleted: it stays, and makes nothing new.")
            .needs(&[DeleteSoftwareModuleType])
            .answers_bare(204),
    )
}
