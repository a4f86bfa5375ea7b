//! `DELETE /rest/v1/system/configs/{key}`: the default applies again.

use axum::extract::State;
use harrier_campaigns::clean_up;
use harrier_domain::authority::Authority;
use harrier_domain::configuration::{DEFAULT_DISTRIBUTION_SET_TYPE, Key};
use harrier_rest::{ApiError, ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Result, until_settled};
use http::StatusCode;

use super::stored::{self, Stored};

/// Removes the tenant's own value. A key that is unknown or not set is no error.
pub(crate) async fn one(State(app): State<App>, caller: Caller, Path(name): Path<String>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteTenantConfiguration)?;
    if name == DEFAULT_DISTRIBUTION_SET_TYPE {
        return Err(ApiError::not_found());
    }
    if let Ok(key) = Key::parse(&name) {
        let removed = until_settled(|| remove_once(&app, &caller, key)).await;
        app.tenants.forget(caller.tenant());
        removed?;
    }
    Ok(no_content())
}

async fn remove_once(app: &App, caller: &Caller, key: Key) -> Result<()> {
    let stored = Stored::load(&app.store, caller.tenant()).await?;
    let Some(setting) = stored.setting(key) else {
        return Ok(());
    };
    let mut transaction = app.store.transaction(caller.tenant());
    transaction.delete(setting);
    if stored::is_of_clean_up(key) {
        let mut configuration = stored.configuration();
        configuration.remove(key);
        clean_up::plan(&mut transaction, caller.tenant(), &configuration, app.now())?;
    }
    transaction.commit().await
}
