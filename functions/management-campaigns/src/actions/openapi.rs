//! The operations of `/rest/v1/actions`, described.

use harrier_domain::authority::Authority::{ReadTarget, UpdateTarget};
use harrier_openapi::{Section, delete, get, many, one, page};
use harrier_rest::resources::ActionResource;
use serde_json::json;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/actions";
    let action = "/rest/v1/actions/{actionId}";
    Section::new("Actions", "What the targets of the tenant were told to do.")
        .with(get(all, "Lists actions").needs(&[ReadTarget]).searched().represented().answers(page::<ActionResource>()))
        .with(get(action, "Shows an action").needs(&[ReadTarget]).answers(one::<ActionResource>()))
        .with(delete(action, "Removes an action").needs(&[UpdateTarget]).answers_bare(204).fails(&[405]))
        .with(
            delete(all, "Removes actions")
                .note("Either by a query or by a list of ids. One that may not go keeps all.")
                .needs(&[UpdateTarget])
                .text("q", "Which actions: a query in RSQL.")
                .may_take(many::<i64>(), json!([1]))
                .answers_bare(204)
                .fails(&[405]),
        )
}
