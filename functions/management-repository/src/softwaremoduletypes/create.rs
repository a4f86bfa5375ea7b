//! `POST /rest/v1/softwaremoduletypes`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModuleType;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::SoftwareModuleTypeResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::creation::{NoReferences, create_all, fresh_ids};
use crate::edits::Editor;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SoftwareModuleTypeCreate {
    key: Option<String>,
    name: Option<String>,
    description: Option<String>,
    colour: Option<String>,
    #[serde(default)]
    min_artifacts: i32,
    #[serde(default)]
    max_assignments: i32,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(requests): Json<Vec<SoftwareModuleTypeCreate>>,
) -> ApiResult<Hal<Vec<SoftwareModuleTypeResource>>> {
    caller.require(Authority::CreateSoftwareModuleType)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let ids = fresh_ids(store, tenant, requests.len()).await?;
    let types = requests.iter().zip(ids).map(|(request, id)| decide(request, id, &editor));
    let types: Vec<SoftwareModuleType> = types.collect::<harrier_domain::Result<_>>()?;
    until_settled(|| create_all(store, tenant, &types, &NoReferences)).await?;
    Ok(Hal::created(types.iter().map(|one| SoftwareModuleTypeResource::new(one, &origin)).collect()))
}

fn decide(request: &SoftwareModuleTypeCreate, id: i64, editor: &Editor) -> harrier_domain::Result<SoftwareModuleType> {
    let mut violations = Violations::default();
    if request.max_assignments < 1 {
        violations.add("maxAssignments", "must be greater than or equal to 1");
    }
    if request.min_artifacts < 0 {
        violations.add("minArtifacts", "must be greater than or equal to 0");
    }
    let module_type = SoftwareModuleType {
        id,
        key: violations.required(text::key, "key", request.key.as_ref()),
        name: violations.required(text::name, "name", request.name.as_ref()),
        description: violations.optional(text::description, "description", request.description.as_ref()),
        colour: violations.optional(text::colour, "colour", request.colour.as_ref()),
        min_artifacts: request.min_artifacts,
        max_assignments: request.max_assignments,
        deleted: false,
        audit: Audit::created(&editor.actor, editor.now),
        revision: 1,
    };
    violations.finish().map(|()| module_type)
}
