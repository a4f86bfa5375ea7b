//! The operations of `/rest/v1/distributionsets`, described.

use harrier_domain::authority::Authority::{
    CreateDistributionSet, DeleteDistributionSet, ReadAutoAssignment, ReadDistributionSet, ReadSoftwareModule,
    ReadTarget, UpdateDistributionSet, UpdateTarget,
};
use harrier_openapi::{Section, delete, get, many, one, page, post, put};
use harrier_rest::resources::{
    AssignmentRequest, AssignmentResource, AutoAssignmentResource, DistributionSetResource, MetadataResource,
    SoftwareModuleResource, TargetFilterResource, TargetResource,
};
use serde_json::json;

use super::create::DistributionSetCreate;
use super::invalidate::Invalidation;
use super::metadata::{EntryCreate, EntryUpdate};
use super::statistics::Statistics;
use super::update::DistributionSetUpdate;
use crate::references::Id;

/// All sections of the resource.
pub(crate) fn sections() -> [Section; 4] {
    [sets(), deployment(), statistics(), metadata()]
}

fn sets() -> Section {
    let all = "/rest/v1/distributionsets";
    let set = "/rest/v1/distributionsets/{distributionSetId}";
    let modules = "/rest/v1/distributionsets/{distributionSetId}/assignedSM";
    Section::new("Distribution sets", "Software modules that are deployed together.")
        .with(
            get(all, "Lists distribution sets")
                .needs(&[ReadDistributionSet])
                .searched()
                .with_soft_deleted()
                .answers(page::<DistributionSetResource>()),
        )
        .with(
            post(all, "Makes distribution sets")
                .note("All or none. `READ_SOFTWARE_MODULE` is needed besides, if modules are given.")
                .needs(&[CreateDistributionSet])
                .takes(many::<DistributionSetCreate>(), json!([{ "name": "release", "version": "1.1", "type": "os" }]))
                .creates(many::<DistributionSetResource>())
                .fails(&[404, 429]),
        )
        .with(
            get(set, "Shows a distribution set")
                .needs(&[ReadDistributionSet])
                .answers(one::<DistributionSetResource>()),
        )
        .with(
            put(set, "Changes a distribution set")
                .needs(&[UpdateDistributionSet])
                .takes(one::<DistributionSetUpdate>(), json!({ "description": "Another description" }))
                .answers(one::<DistributionSetResource>())
                .fails(&[423]),
        )
        .with(
            delete(set, "Removes a distribution set")
                .note("One that was deployed is soft-deleted: it stays, and is deployed no more.")
                .needs(&[DeleteDistributionSet])
                .answers_bare(204),
        )
        .with(
            get(modules, "Lists the modules of a distribution set")
                .needs(&[ReadDistributionSet, ReadSoftwareModule])
                .paged()
                .answers(page::<SoftwareModuleResource>()),
        )
        .with(
            post(modules, "Puts modules into a distribution set")
                .needs(&[UpdateDistributionSet, ReadSoftwareModule])
                .takes(many::<Id>(), json!([{ "id": 1 }]))
                .answers_bare(204)
                .fails(&[423, 429]),
        )
        .with(
            delete(
                "/rest/v1/distributionsets/{distributionSetId}/assignedSM/{softwareModuleId}",
                "Takes a module out of a distribution set",
            )
            .needs(&[UpdateDistributionSet])
            .answers_bare(204)
            .fails(&[423]),
        )
}

fn deployment() -> Section {
    let assigned = "/rest/v1/distributionsets/{distributionSetId}/assignedTargets";
    Section::new("Targets of a distribution set", "Which targets shall have a distribution set, and which have it.")
        .with(
            get(assigned, "Lists the targets that shall have a distribution set")
                .needs(&[ReadTarget, ReadDistributionSet])
                .searched()
                .answers(page::<TargetResource>()),
        )
        .with(
            post(assigned, "Assigns a distribution set to targets")
                .note("Unknown targets are passed over.")
                .needs(&[UpdateTarget, ReadDistributionSet])
                .flag("offline", "The devices were updated by other means: it is recorded as installed at once.")
                .takes(many::<AssignmentRequest<String>>(), json!([{ "id": "device-1", "type": "forced" }]))
                .answers(one::<AssignmentResource>())
                .fails(&[429]),
        )
        .with(
            get(
                "/rest/v1/distributionsets/{distributionSetId}/installedTargets",
                "Lists the targets that have a distribution set",
            )
            .needs(&[ReadTarget, ReadDistributionSet])
            .searched()
            .answers(page::<TargetResource>()),
        )
        .with(
            get(
                "/rest/v1/distributionsets/{distributionSetId}/autoAssignments",
                "Lists the auto assignments of a distribution set",
            )
            .needs(&[ReadAutoAssignment, ReadDistributionSet])
            .searched()
            .answers(page::<AutoAssignmentResource>()),
        )
        .with(
            get(
                "/rest/v1/distributionsets/{distributionSetId}/autoAssignTargetFilters",
                "Lists the target filters that assign a distribution set by themselves",
            )
            .deprecated("Use auto assignments.")
            .needs(&[ReadTarget, ReadAutoAssignment, ReadDistributionSet])
            .searched()
            .answers(page::<TargetFilterResource>()),
        )
        .with(
            post("/rest/v1/distributionsets/{distributionSetId}/invalidate", "Withdraws a distribution set for good")
                .note(
                    "`UPDATE_ROLLOUT` and `UPDATE_TARGET` are needed besides, unless actions are left alone (`none`).",
                )
                .needs(&[UpdateDistributionSet])
                .takes(one::<Invalidation>(), json!({ "actionCancelationType": "none" }))
                .answers_bare(204)
                .fails(&[423]),
        )
}

fn statistics() -> Section {
    let statistics = |path, summary| get(path, summary).needs(&[ReadDistributionSet]).answers(one::<Statistics>());
    Section::new("Statistics of a distribution set", "Counts by status.")
        .with(statistics("/rest/v1/distributionsets/{distributionSetId}/statistics", "Counts what deploys a set"))
        .with(statistics(
            "/rest/v1/distributionsets/{distributionSetId}/statistics/rollouts",
            "Counts rollouts of a set",
        ))
        .with(statistics("/rest/v1/distributionsets/{distributionSetId}/statistics/actions", "Counts actions of a set"))
        .with(statistics(
            "/rest/v1/distributionsets/{distributionSetId}/statistics/autoassignments",
            "Counts auto assignments of a set",
        ))
}

fn metadata() -> Section {
    let all = "/rest/v1/distributionsets/{distributionSetId}/metadata";
    let entry = "/rest/v1/distributionsets/{distributionSetId}/metadata/{metadataKey}";
    Section::new("Metadata of a distribution set", "Keys and values that users attach.")
        .with(
            get(all, "Lists all metadata of a distribution set")
                .needs(&[ReadDistributionSet])
                .answers(page::<MetadataResource>()),
        )
        .with(
            post(all, "Sets metadata of a distribution set")
                .needs(&[UpdateDistributionSet])
                .takes(many::<EntryCreate>(), json!([{ "key": "channel", "value": "beta" }]))
                .answers_bare(201)
                .fails(&[429]),
        )
        .with(
            get(entry, "Shows a metadata entry of a distribution set")
                .needs(&[ReadDistributionSet])
                .answers_json(one::<MetadataResource>()),
        )
        .with(
            put(entry, "Sets a metadata entry of a distribution set")
                .needs(&[UpdateDistributionSet])
                .takes(one::<EntryUpdate>(), json!({ "value": "stable" }))
                .answers_bare(204)
                .fails(&[429]),
        )
        .with(
            delete(entry, "Removes a metadata entry of a distribution set")
                .needs(&[UpdateDistributionSet])
                .answers_bare(204),
        )
}
