//! The operations of `/rest/v1/targetgroups`, described.

use harrier_domain::authority::Authority::{ReadTarget, UpdateTarget};
use harrier_openapi::{Section, delete, get, many, page, put};
use harrier_rest::resources::TargetResource;
use serde_json::json;

const GROUP: &str = "The name of the group; `/` separates levels.";
const QUERY: &str = "Which targets: a query in RSQL.";

pub(crate) fn section() -> Section {
    let all = "/rest/v1/targetgroups";
    let assigned = "/rest/v1/targetgroups/assigned";
    let of_group = "/rest/v1/targetgroups/{group}/assigned";
    Section::new(
        "Target groups",
        "Targets by the name of the one group each may be in. Groups are there as long as they have targets.",
    )
    .with(get(all, "Lists the names of groups").needs(&[ReadTarget]).answers(many::<String>()))
    .with(
        put(all, "Puts the targets that match a query into a group")
            .needs(&[UpdateTarget])
            .required_text("group", "Europe/East", GROUP)
            .required_text("q", "controllerId==device-1", QUERY)
            .answers_bare(204),
    )
    .with(
        delete(all, "Takes the targets that match a query out of their groups")
            .needs(&[UpdateTarget])
            .required_text("q", "controllerId==device-1", QUERY)
            .answers_bare(204),
    )
    .with(
        get(assigned, "Lists the targets of a group")
            .needs(&[ReadTarget])
            .required_text("group", "Europe/East", GROUP)
            .flag("subgroups", "With the targets of the groups below.")
            .paged()
            .answers(page::<TargetResource>()),
    )
    .with(
        put(assigned, "Puts targets into a group")
            .note("Unknown targets are passed over.")
            .needs(&[UpdateTarget])
            .required_text("group", "Europe/East", GROUP)
            .takes(many::<String>(), json!(["device-1"]))
            .answers_bare(204),
    )
    .with(
        delete(assigned, "Takes targets out of their groups")
            .note("Unknown targets are passed over.")
            .needs(&[UpdateTarget])
            .takes(many::<String>(), json!(["device-1"]))
            .answers_bare(204),
    )
    .with(
        get(of_group, "Lists the targets of exactly one group")
            .needs(&[ReadTarget])
            .paged()
            .answers(page::<TargetResource>()),
    )
    .with(
        put(of_group, "Puts targets into one group")
            .note("Unknown targets are passed over.")
            .needs(&[UpdateTarget])
            .takes(many::<String>(), json!(["device-1"]))
            .answers_bare(204),
    )
    .with(
        put("/rest/v1/targetgroups/{group}", "Puts the targets that match a query into one group")
            .needs(&[UpdateTarget])
            .required_text("q", "controllerId==device-1", QUERY)
            .answers_bare(204),
    )
}
