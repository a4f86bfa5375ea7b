//! `PUT /rest/v1/targets/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::edits;
use harrier_domain::target::Target;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use super::retype::{NewType, retype};

/// The id that takes the type away.
const NO_TYPE: i64 = -1;

/// What may change; `controllerId` and `group` are ignored here (management §7 no. 19, 21).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetUpdate {
    name: Option<String>,
    description: Option<String>,
    address: Option<String>,
    security_token: Option<String>,
    request_attributes: Option<bool>,
    target_type: Option<i64>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    Json(body): Json<TargetUpdate>,
) -> ApiResult<Hal<TargetResource>> {
    caller.require_all(&[Authority::ReadTarget, Authority::UpdateTarget])?;
    if body.request_attributes == Some(false) {
        return Err(ApiError::bad_request());
    }
    let update = body.checked()?;
    let target = until_settled(|| change(&app, &caller, &id, &update)).await?;
    let context = caller.target_context(&app, [&*target]).await?;
    Ok(Hal::ok(context.single(&target, &origin)))
}

async fn change(app: &App, caller: &Caller, id: &str, update: &TargetUpdate) -> Result<Loaded<Target>> {
    let tenant = caller.tenant();
    let mut target = super::load(&app.store, tenant, id).await?;
    let before = (*target).clone();
    let mut transaction = app.store.transaction(tenant);
    update.apply(&mut target);
    retype(&app.store, tenant, &mut target, update.new_type(), &mut transaction).await?;
    if *target == before {
        return Ok(target);
    }
    target.audit.touch(&caller.actor(), app.now());
    transaction.save(&target);
    transaction.commit().await?;
    Ok(target)
}

impl TargetUpdate {
    /// The same with trimmed texts, if they obey their rules.
    fn checked(self) -> harrier_domain::Result<Self> {
        let mut violations = Violations::default();
        let name = violations.optional(text::name, "name", self.name);
        let description = violations.optional(text::description, "description", self.description);
        let address = violations.optional(text::address, "address", self.address);
        let security_token = violations.optional(text::security_token, "securityToken", self.security_token);
        violations.finish()?;
        Ok(Self { name, description, address, security_token, ..self })
    }

    fn apply(&self, target: &mut Target) {
        edits::change(&mut target.name, self.name.clone());
        edits::change_optional(&mut target.description, self.description.clone());
        edits::change_optional(&mut target.address, self.address.clone());
        edits::change(&mut target.security_token, self.security_token.clone());
        target.request_attributes |= self.request_attributes == Some(true);
    }

    fn new_type(&self) -> NewType {
        match self.target_type {
            None => NewType::Unchanged,
            Some(NO_TYPE) => NewType::None,
            Some(id) => NewType::Some(id),
        }
    }
}
