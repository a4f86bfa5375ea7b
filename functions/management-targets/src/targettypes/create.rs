//! `POST /rest/v1/targettypes`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_domain::quota::NEW_PARENT;
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error};
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

use super::representation::{Id, TargetTypeResource};
use super::{KEYS, NAMES, set_types};
use crate::catalogue::{claim_name, next_ids};

/// A type to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct TargetTypeCreate {
    key: Option<String>,
    name: Option<String>,
    description: Option<String>,
    colour: Option<String>,
    #[serde(rename = "compatibledistributionsettypes")]
    compatible: Option<Vec<Id>>,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<Vec<TargetTypeCreate>>,
) -> ApiResult<Hal<Vec<TargetTypeResource>>> {
    caller.require(Authority::CreateTargetType)?;
    if body.iter().any(|one| one.compatible.as_ref().is_some_and(|ids| !ids.is_empty())) {
        caller.require(Authority::ReadDistributionSetType)?;
    }
    let ids = next_ids(&app, &caller, body.len()).await?;
    let mut types = Vec::with_capacity(body.len());
    for (one, id) in body.into_iter().zip(ids) {
        types.push(one.target_type(id, &app, &caller)?);
    }
    until_settled(|| write(&app, &caller, &types)).await?;
    Ok(Hal::created(types.iter().map(|made| TargetTypeResource::item(made, &origin)).collect()))
}

async fn write(app: &App, caller: &Caller, types: &[TargetType]) -> harrier_store::Result<()> {
    let compatible: BTreeSet<i64> = types.iter().flat_map(|made| made.compatible_set_types.iter().copied()).collect();
    let compatible: Vec<i64> = compatible.into_iter().collect();
    // The reference names the wrong kind here, and clients may know it (management §7 no. 58).
    let set_types = set_types(app, caller, &compatible, Entity::SoftwareModuleType).await?;
    let mut transaction = app.store.transaction(caller.tenant());
    for set_type in &set_types {
        transaction.check_unchanged(set_type);
    }
    for made in types {
        transaction.create(made);
        claim_name(&mut transaction, KEYS, &made.key, made.id);
        claim_name(&mut transaction, NAMES, &made.name, made.id);
    }
    transaction.commit().await
}

impl TargetTypeCreate {
    fn target_type(self, id: i64, app: &App, caller: &Caller) -> harrier_domain::Result<TargetType> {
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (key, name) = match (given(self.key), given(self.name)) {
            (None, None) => return Err(Error::TargetTypeKeyOrNameRequired),
            (Some(key), None) => (key.clone(), key),
            (None, Some(name)) => (name.clone(), name),
            (Some(key), Some(name)) => (key, name),
        };
        let mut violations = Violations::default();
        let key = violations.required(text::key, "key", Some(key));
        let name = violations.required(text::name, "name", Some(name));
        let description = violations.optional(text::description, "description", self.description);
        let colour = violations.optional(text::colour, "colour", self.colour);
        violations.finish()?;
        let compatible_set_types: BTreeSet<i64> = self.compatible.into_iter().flatten().map(|one| one.id).collect();
        let requested = compatible_set_types.len() as u64;
        app.settings.quotas.distribution_set_types_per_target_type(NEW_PARENT, 0, requested)?;
        let audit = Audit::created(&caller.actor(), app.now());
        Ok(TargetType { id, key, name, description, colour, compatible_set_types, audit, revision: 1 })
    }
}
