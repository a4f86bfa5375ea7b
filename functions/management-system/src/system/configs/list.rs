//! `GET /rest/v1/system/configs` and `GET /rest/v1/system/configs/{key}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::configuration::{DEFAULT_DISTRIBUTION_SET_TYPE, Key};
use harrier_identity::TenantSnapshot;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

use super::representation::ConfigValue;

/// Any of these rights is enough to read the pseudo key: it is needed to make sense of sets and targets.
const READERS_OF_DEFAULT_SET_TYPE: [Authority; 3] =
    [Authority::ReadTenantConfiguration, Authority::ReadDistributionSet, Authority::ReadTarget];

/// Every value the caller may read, by key.
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
) -> ApiResult<Hal<BTreeMap<&'static str, ConfigValue>>> {
    caller.require(Authority::ReadTenantConfiguration)?;
    let tenant = present(&app, &caller).await?;
    let readable = Key::ALL.iter().filter(|key| !key.is_secret() || caller.may(Authority::ReadGatewaySecurityToken));
    let render = |&key: &Key| (key.name(), ConfigValue::of_key(key, &tenant.configuration, &origin));
    let mut values: BTreeMap<_, _> = readable.map(render).collect();
    let default_set_type = ConfigValue::of_default_set_type(tenant.default_set_type, &origin);
    values.insert(DEFAULT_DISTRIBUTION_SET_TYPE, default_set_type);
    Ok(Hal::ok(values))
}

/// One value.
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(name): Path<String>,
) -> ApiResult<Hal<ConfigValue>> {
    if name == DEFAULT_DISTRIBUTION_SET_TYPE {
        return default_set_type(&app, &caller, &origin).await;
    }
    caller.require(Authority::ReadTenantConfiguration)?;
    let key = Key::parse(&name)?;
    if key.is_secret() {
        caller.require(Authority::ReadGatewaySecurityToken)?;
    }
    let tenant = present(&app, &caller).await?;
    Ok(Hal::ok(ConfigValue::of_key(key, &tenant.configuration, &origin)))
}

async fn default_set_type(app: &App, caller: &Caller, origin: &Origin) -> ApiResult<Hal<ConfigValue>> {
    if !READERS_OF_DEFAULT_SET_TYPE.iter().any(|authority| caller.may(*authority)) {
        return Err(Error::InsufficientPermission.into());
    }
    let tenant = present(app, caller).await?;
    Ok(Hal::ok(ConfigValue::of_default_set_type(tenant.default_set_type, origin)))
}

/// The tenant as of now: another instance may have changed what this one remembers.
async fn present(app: &App, caller: &Caller) -> ApiResult<Arc<TenantSnapshot>> {
    let fresh = app.tenants.fresh(caller.tenant(), app.now()).await?;
    Ok(fresh.ok_or(Error::TenantNotExists)?)
}
