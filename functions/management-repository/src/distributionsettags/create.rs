//! `POST /rest/v1/distributionsettags`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::classification::{DistributionSetTag, Tag};
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;
use schemars::JsonSchema;
use serde::Deserialize;

use super::item;
use crate::creation::{NoReferences, create_all, fresh_ids};
use crate::edits::Editor;

/// A tag to be made or changed.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct TagRequest {
    pub name: Option<String>,
    pub description: Option<String>,
    pub colour: Option<String>,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(requests): Json<Vec<TagRequest>>,
) -> ApiResult<Hal<Vec<TagResource>>> {
    caller.require(Authority::CreateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let ids = fresh_ids(store, tenant, requests.len()).await?;
    let tags = requests.iter().zip(ids).map(|(request, id)| decide(request, id, &editor));
    let tags: Vec<DistributionSetTag> = tags.collect::<harrier_domain::Result<_>>()?;
    until_settled(|| create_all(store, tenant, &tags, &NoReferences)).await?;
    Ok(Hal::created(tags.iter().map(|tag| item(tag, &origin)).collect()))
}

fn decide(request: &TagRequest, id: i64, editor: &Editor) -> harrier_domain::Result<DistributionSetTag> {
    let mut violations = Violations::default();
    let tag = Tag {
        id,
        name: violations.required(text::name, "name", request.name.as_ref()),
        description: violations.optional(text::description, "description", request.description.as_ref()),
        colour: violations.optional(text::colour, "colour", request.colour.as_ref()),
        audit: Audit::created(&editor.actor, editor.now),
        revision: 1,
    };
    violations.finish().map(|()| DistributionSetTag(tag))
}
