//! `PUT /rest/v1/system/configs` and `PUT /rest/v1/system/configs/{key}`.

use std::collections::BTreeMap;

use axum::extract::State;
use harrier_campaigns::clean_up;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::configuration::{DEFAULT_DISTRIBUTION_SET_TYPE, Entry, Key, RawValue, Rules};
use harrier_query::{Placeholders, Query, fields};
use harrier_rest::{ApiError, ApiResult, Json, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Result, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as JsonValue;

use super::default_set_type;
use super::stored::{self, Stored};

/// The body of a change to one key.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct NewValue {
    #[serde(default)]
    value: JsonValue,
}

/// What a request asks for.
struct Requested {
    values: BTreeMap<String, RawValue>,
    default_set_type: Option<i64>,
}

/// Stores several values: all of them, or none.
pub(crate) async fn many(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<BTreeMap<String, JsonValue>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTenantConfiguration)?;
    store(&app, &caller, Requested::read(body)?).await
}

/// Stores one value.
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<NewValue>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTenantConfiguration)?;
    if body.value.is_null() {
        return Err(ApiError::not_readable("the value is missing"));
    }
    store(&app, &caller, Requested::read(BTreeMap::from([(name, body.value)]))?).await
}

impl Requested {
    fn read(body: BTreeMap<String, JsonValue>) -> harrier_domain::Result<Self> {
        let mut values = BTreeMap::new();
        for (name, value) in body {
            let raw = scalar(&name, value)?;
            values.insert(name, raw);
        }
        let default_set_type = values.remove(DEFAULT_DISTRIBUTION_SET_TYPE);
        let default_set_type = default_set_type.as_ref().map(default_set_type::id_in).transpose()?;
        Ok(Self { values, default_set_type })
    }
}

/// Null, objects and arrays are no values; of an unknown key the caller hears first that it is unknown.
fn scalar(name: &str, value: JsonValue) -> harrier_domain::Result<RawValue> {
    if name != DEFAULT_DISTRIBUTION_SET_TYPE {
        Key::parse(name)?;
    }
    serde_json::from_value(value).map_err(|_| {
        Error::ConfigurationValueInvalid(format!(
            "The value of the configuration key {name} is invalid: it is neither a boolean, a number nor a text."
        ))
    })
}

async fn store(app: &App, caller: &Caller, requested: Requested) -> ApiResult<StatusCode> {
    let now = app.now();
    let stored = until_settled(|| store_once(app, caller, &requested, now)).await;
    app.tenants.forget(caller.tenant());
    stored?;
    Ok(no_content())
}

async fn store_once(app: &App, caller: &Caller, requested: &Requested, now: i64) -> Result<()> {
    let stored = Stored::load(&app.store, caller.tenant()).await?;
    let changes = decide(app, &stored, &requested.values, caller.name(), now)?;
    let mut transaction = app.store.transaction(caller.tenant());
    let mut configuration = stored.configuration();
    let plans_clean_up = changes.iter().any(|(key, _)| stored::is_of_clean_up(*key));
    for (key, entry) in changes {
        stored.write(&mut transaction, key, entry.clone());
        configuration.insert(key, entry)?;
    }
    if plans_clean_up {
        clean_up::plan(&mut transaction, caller.tenant(), &configuration, now)?;
    }
    if let Some(id) = requested.default_set_type {
        default_set_type::write(&app.store, &mut transaction, caller.tenant(), &stored.tenant, id).await?;
    }
    transaction.commit().await
}

fn decide(
    app: &App,
    stored: &Stored,
    values: &BTreeMap<String, RawValue>,
    actor: &str,
    now: i64,
) -> harrier_domain::Result<Vec<(Key, Entry)>> {
    let rules = Rules { limits: app.settings.polling_limits, is_target_query: &is_target_query };
    let values = values.iter().map(|(name, raw)| (name.as_str(), raw));
    stored.configuration().decide(values, &rules, actor, now)
}

fn is_target_query(text: &str) -> bool {
    Query::bind(text, &fields::TARGET, &Placeholders::default()).is_ok()
}
