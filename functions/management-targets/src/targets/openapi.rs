//! The operations of `/rest/v1/targets`, described.

use harrier_domain::authority::Authority::{CreateTarget, DeleteTarget, ReadDistributionSet, ReadTarget, UpdateTarget};
use harrier_openapi::{Section, delete, get, many, map, one, page, post, put};
use harrier_rest::resources::{
    ActionResource, ActionStatusResource, AssignmentRequest, AssignmentResource, AutoConfirmResource,
    DistributionSetResource, MetadataResource, TagResource, TargetResource,
};
use serde_json::json;

use super::actions::confirmation::Confirmation;
use super::actions::force::ActionUpdate;
use super::auto_confirm::Activation;
use super::create::TargetCreate;
use super::metadata::{MetadataCreate, MetadataPut};
use super::target_type::TypeId;
use super::update::TargetUpdate;

const TARGETS: &str = "/rest/v1/targets";
const TARGET: &str = "/rest/v1/targets/{controllerId}";

/// All sections of the resource.
pub(crate) fn sections() -> [Section; 4] {
    [targets(), assignments(), actions(), metadata()]
}

fn targets() -> Section {
    Section::new("Targets", "Devices as the server knows them.")
        .with(get(TARGETS, "Lists targets").needs(&[ReadTarget]).searched().answers(page::<TargetResource>()))
        .with(
            post(TARGETS, "Makes targets")
                .note("All or none.")
                .needs(&[CreateTarget, ReadTarget])
                .takes(many::<TargetCreate>(), json!([{ "controllerId": "device-2", "name": "The second" }]))
                .creates(many::<TargetResource>())
                .fails(&[404]),
        )
        .with(get(TARGET, "Shows a target").needs(&[ReadTarget]).answers(one::<TargetResource>()))
        .with(
            put(TARGET, "Changes a target")
                .note("What is left out stays. The type -1 takes the type away.")
                .needs(&[ReadTarget, UpdateTarget])
                .takes(one::<TargetUpdate>(), json!({ "name": "Another name" }))
                .answers(one::<TargetResource>())
                .fails_either_way(&[400]),
        )
        .with(delete(TARGET, "Removes a target").needs(&[DeleteTarget]).answers_bare(204))
        .with(
            post("/rest/v1/targets/{controllerId}/targettype", "Gives a target a type")
                .needs(&[UpdateTarget])
                .takes(one::<TypeId>(), json!({ "id": 1 }))
                .answers_bare(204),
        )
        .with(
            delete("/rest/v1/targets/{controllerId}/targettype", "Takes the type of a target away")
                .needs(&[UpdateTarget])
                .answers_bare(204),
        )
        .with(
            get("/rest/v1/targets/{controllerId}/attributes", "Shows what a device reported about itself")
                .needs(&[ReadTarget])
                .answers(map::<String>())
                .answers_bare(204),
        )
        .with(
            get("/rest/v1/targets/{controllerId}/tags", "Lists the tags of a target")
                .needs(&[ReadTarget])
                .answers(many::<TagResource>()),
        )
        .with(
            get("/rest/v1/targets/{controllerId}/autoConfirm", "Shows whether a target confirms by itself")
                .needs(&[ReadTarget])
                .answers(one::<AutoConfirmResource>()),
        )
        .with(
            post("/rest/v1/targets/{controllerId}/autoConfirm/activate", "Lets a target confirm by itself")
                .note("What waits for confirmation is confirmed.")
                .needs(&[ReadTarget, UpdateTarget])
                .may_take(one::<Activation>(), json!({ "initiator": "operator", "remark": "in the lab" }))
                .answers_bare(204),
        )
        .with(
            post("/rest/v1/targets/{controllerId}/autoConfirm/deactivate", "Lets a target confirm by itself no more")
                .needs(&[ReadTarget, UpdateTarget])
                .answers_bare(204),
        )
}

fn assignments() -> Section {
    Section::new("Assignments", "Which distribution set a target shall have, and which it has.")
        .with(
            get("/rest/v1/targets/{controllerId}/assignedDS", "Shows the assigned distribution set")
                .note("204 for an unknown target, too.")
                .needs(&[ReadTarget])
                .answers(one::<DistributionSetResource>())
                .answers_bare(204),
        )
        .with(
            post("/rest/v1/targets/{controllerId}/assignedDS", "Assigns a distribution set")
                .note("`READ_TARGET` is needed besides, unless the assignment is offline.")
                .needs(&[UpdateTarget, ReadDistributionSet])
                .flag("offline", "The device was updated by other means: it is recorded as installed at once.")
                .takes(many::<AssignmentRequest<Option<i64>>>(), json!([{ "id": 1, "type": "forced" }]))
                .answers(one::<AssignmentResource>())
                .fails(&[429]),
        )
        .with(
            get("/rest/v1/targets/{controllerId}/installedDS", "Shows the installed distribution set")
                .note("204 for an unknown target, too.")
                .needs(&[ReadTarget])
                .answers(one::<DistributionSetResource>())
                .answers_bare(204),
        )
}

fn actions() -> Section {
    let actions = "/rest/v1/targets/{controllerId}/actions";
    let action = "/rest/v1/targets/{controllerId}/actions/{actionId}";
    Section::new("Actions of a target", "What a target was told to do, and how it went.")
        .with(
            get(actions, "Lists the actions of a target")
                .needs(&[ReadTarget])
                .searched()
                .answers(page::<ActionResource>()),
        )
        .with(
            delete(actions, "Removes old actions of a target")
                .note("Either by `keepLast` or by a list of ids.")
                .needs(&[UpdateTarget])
                .number("keepLast", "How many of the newest stay.")
                .may_take(many::<i64>(), json!([1]))
                .answers_bare(204)
                .fails(&[405]),
        )
        .with(
            get(action, "Shows an action")
                .needs(&[ReadTarget])
                .answers(one::<ActionResource>())
                .fails_either_way(&[404]),
        )
        .with(
            put(action, "Forces an action")
                .needs(&[UpdateTarget])
                .takes(one::<ActionUpdate>(), json!({ "forceType": "forced" }))
                .answers(one::<ActionResource>())
                .fails_either_way(&[404]),
        )
        .with(
            delete(action, "Cancels an action")
                .needs(&[UpdateTarget])
                .flag("force", "Close the action at once, without asking the device. It must be canceling already.")
                .answers_bare(204)
                .fails_either_way(&[404])
                .fails(&[405]),
        )
        .with(
            put("/rest/v1/targets/{controllerId}/actions/{actionId}/confirmation", "Confirms or denies an action")
                .needs(&[ReadTarget, UpdateTarget])
                .takes(one::<Confirmation>(), json!({ "confirmation": "confirmed", "details": ["Go ahead."] }))
                .answers_bare(204)
                .fails(&[429])
                .fails_bare(&[410])
                .fails_either_way(&[404]),
        )
        .with(
            get("/rest/v1/targets/{controllerId}/actions/{actionId}/status", "Lists the history of an action")
                .needs(&[ReadTarget])
                .paged()
                .answers(page::<ActionStatusResource>())
                .fails_either_way(&[404]),
        )
}

fn metadata() -> Section {
    let all = "/rest/v1/targets/{controllerId}/metadata";
    let entry = "/rest/v1/targets/{controllerId}/metadata/{metadataKey}";
    Section::new("Metadata of a target", "Keys and values that users attach.")
        .with(get(all, "Lists all metadata of a target").needs(&[ReadTarget]).answers(page::<MetadataResource>()))
        .with(
            post(all, "Adds metadata to a target")
                .needs(&[UpdateTarget])
                .takes(many::<MetadataCreate>(), json!([{ "key": "place", "value": "roof" }]))
                .answers_bare(201)
                .fails(&[429]),
        )
        .with(
            get(entry, "Shows a metadata entry of a target")
                .needs(&[ReadTarget])
                .answers_json(one::<MetadataResource>()),
        )
        .with(
            put(entry, "Sets a metadata entry of a target")
                .needs(&[UpdateTarget])
                .takes(one::<MetadataPut>(), json!({ "value": "cellar" }))
                .answers_bare(204)
                .fails(&[429]),
        )
        .with(delete(entry, "Removes a metadata entry of a target").needs(&[UpdateTarget]).answers_bare(204))
}
