//! The user behind a Management API request.

use axum::extract::FromRequestParts;
use axum::response::{AppendHeaders, IntoResponse, Response};
use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use harrier_domain::authority::{Authorities, Authority};
use harrier_identity::{LoginError, Principal, TenantSnapshot, UserLogins};
use harrier_rest::{ApiError, ApiResult};
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use std::sync::Arc;

use crate::App;

/// An authenticated user and their tenant. A handler takes it as an argument, then asks for authorities.
#[derive(Debug, Clone)]
pub struct Caller {
    principal: Principal,
    pub tenant: Arc<TenantSnapshot>,
}

impl Caller {
    /// Refuses users who lack the authority.
    ///
    /// # Errors
    /// 403 `insufficientPermission`.
    pub fn require(&self, authority: Authority) -> ApiResult<()> {
        Ok(self.principal.authorities.require(authority)?)
    }

    /// Refuses users who lack any of the authorities.
    ///
    /// # Errors
    /// 403 `insufficientPermission`.
    pub fn require_all(&self, authorities: &[Authority]) -> ApiResult<()> {
        Ok(self.principal.authorities.require_all(authorities)?)
    }

    #[must_use]
    pub fn may(&self, authority: Authority) -> bool {
        self.principal.authorities.has(authority)
    }

    #[must_use]
    pub fn authorities(&self) -> &Authorities {
        &self.principal.authorities
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.principal.name
    }

    /// The tenant's name, which every store operation takes.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant.tenant
    }

    /// The user as audit fields name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User(self.principal.name.clone())
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let unauthenticated = || challenge(&app.settings.logins);
        let header = header.ok_or_else(unauthenticated)?;
        let principal = app.users.authenticate(header, app.now()).await.map_err(undecided)?;
        let principal = principal.ok_or_else(unauthenticated)?;
        let tenant = app.tenants.snapshot(&principal.tenant, app.now()).await;
        let tenant = tenant.map_err(|error| ApiError::from(error).into_response())?;
        Ok(Self { principal, tenant: tenant.ok_or_else(unauthenticated)? })
    }
}

/// 503 while nobody can be let in or refused for now.
fn undecided(error: LoginError) -> Response {
    match error {
        LoginError::Store(error) => ApiError::from(error),
        LoginError::Provider(_) | LoginError::TooBusy => ApiError::unavailable(),
    }
    .into_response()
}

/// 401 as management §1.2 has it, naming each way to log in.
fn challenge(logins: &UserLogins) -> Response {
    let basic = logins.basic.then_some((WWW_AUTHENTICATE, "Basic realm=\"hawkBit\""));
    let bearer = logins.oidc.is_some().then_some((WWW_AUTHENTICATE, "Bearer"));
    (StatusCode::UNAUTHORIZED, AppendHeaders(basic.into_iter().chain(bearer))).into_response()
}
