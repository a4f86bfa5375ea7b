//! Who is calling: the tenant, the device, and whether its credentials are good (DDI §1.1, §15).

use axum::RequestPartsExt;
use axum::extract::{ConnectInfo, FromRequestParts};
use harrier_domain::network::{HIDDEN_ADDRESS, device_address, forwarded_ip};
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error, Tenant, text};
use harrier_identity::device::{Credentials, authenticate};
use harrier_identity::{ClientCertificate, TenantSnapshot};
use harrier_rest::{ApiError, ApiResult, Origin, Path};
use harrier_runtime::{App, peer_ip};
use harrier_store::{Consistency, Loaded, Result, Store};
use http::request::Parts;
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::links::DeviceLinks;
use crate::software::{Lookup, SoftwareLibrary};

/// What every handler has at hand once the credentials are known to be good.
pub struct Session {
    pub app: App,
    pub tenant: Arc<TenantSnapshot>,
    pub controller_id: String,
    /// Where the device calls from, as it is recorded; `None` when nothing tells.
    pub address: Option<String>,
    pub links: DeviceLinks,
    pub library: SoftwareLibrary,
    /// The time of the request, epoch milliseconds.
    pub now: i64,
}

/// An authenticated device that may be unknown. For the endpoints at which devices register.
pub struct Visitor {
    pub session: Session,
    /// As read for authentication: perhaps a moment old on reading requests.
    pub target: Option<Loaded<Target>>,
    pub may_register: bool,
}

/// An authenticated device that is known. Rejection: 404 for an unknown one.
pub struct Device {
    pub session: Session,
    /// As read for authentication: perhaps a moment old on reading requests.
    pub target: Loaded<Target>,
}

/// The first two variables of every route.
#[derive(Deserialize)]
struct PathNames {
    tenant: String,
    controller: String,
}

/// Credentials that are good, and what they were checked against.
struct Proof {
    tenant: Arc<TenantSnapshot>,
    target: Option<Loaded<Target>>,
    may_register: bool,
}

impl Session {
    /// The name every store operation takes.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant.tenant
    }

    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// The device's target as it is at this moment.
    pub async fn target_now(&self) -> Result<Option<Loaded<Target>>> {
        read_target(&self.app, self.tenant(), &self.controller_id, Consistency::Strong).await
    }

    /// Where and when software is looked up for this request, which was assigned at that time.
    pub fn lookup(&self, assigned_at: i64) -> Lookup<'_> {
        Lookup { store: self.store(), tenant: self.tenant(), now: self.now, assigned_at }
    }

    /// The refusal of an unknown device.
    pub fn unknown(&self) -> Error {
        Error::not_found(Entity::Target, self.controller_id.as_str())
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Path(names) = parts.extract_with_state::<Path<PathNames>, App>(app).await?;
        // A decision needs the present; a document that is a moment old does no harm, and costs half.
        let consistency = if parts.method.is_safe() { Consistency::Eventual } else { Consistency::Strong };
        let now = app.now();
        if !may_log_in_from(app, parts) {
            return Err(ApiError::unauthorized());
        }
        let certificate = parts.extensions.get::<Arc<ClientCertificate>>().map(AsRef::as_ref);
        let proxy = app.settings.certificate_headers.as_ref();
        let credentials = Credentials { headers: &parts.headers, proxy, certificate };
        let proof = prove(app, credentials, &names, consistency, now).await?;
        let origin = parts.extract_with_state::<Origin, App>(app).await?;
        let library = parts.extensions.get::<SoftwareLibrary>().cloned().unwrap_or_default();
        let links = DeviceLinks::new(origin, names.tenant, proof.tenant.tenant.clone(), names.controller.clone());
        let address = address(app, parts);
        let session = Session {
            app: app.clone(),
            tenant: proof.tenant,
            controller_id: names.controller,
            address,
            links,
            library,
            now,
        };
        Ok(Self { session, target: proof.target, may_register: proof.may_register })
    }
}

impl FromRequestParts<App> for Device {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Visitor { session, target, .. } = Visitor::from_request_parts(parts, app).await?;
        let target = match target {
            Some(target) => Some(target),
            None => session.target_now().await?,
        };
        let target = target.ok_or_else(|| session.unknown())?;
        Ok(Self { session, target })
    }
}

/// The caller is where devices are, if the installation says where that is.
fn may_log_in_from(app: &App, parts: &Parts) -> bool {
    let networks = &app.settings.device_networks;
    let peer = || peer_ip(&parts.extensions, &parts.headers, app.settings.origin.trust_forwarded);
    networks.is_empty() || peer().is_some_and(|peer| networks.iter().any(|network| network.contains(peer)))
}

/// Checks the credentials against what is remembered and cheaply read, and only before a refusal against the present.
async fn prove(
    app: &App,
    credentials: Credentials<'_>,
    names: &PathNames,
    consistency: Consistency,
    now: i64,
) -> ApiResult<Proof> {
    let name = Tenant::parse(&names.tenant).map_err(|_| ApiError::unauthorized())?;
    let tenant = app.tenants.snapshot(&name, now).await?.ok_or_else(ApiError::unauthorized)?;
    let target = read_target(app, &name, &names.controller, consistency).await?;
    if let Some(may_register) = check(credentials, names, &tenant, target.as_deref()) {
        return Ok(Proof { tenant, target, may_register });
    }
    let tenant = app.tenants.fresh(&name, now).await?.ok_or_else(ApiError::unauthorized)?;
    let target = read_target(app, &name, &names.controller, Consistency::Strong).await?;
    match check(credentials, names, &tenant, target.as_deref()) {
        Some(may_register) => Ok(Proof { tenant, target, may_register }),
        None => Err(ApiError::unauthorized()),
    }
}

/// Whether the credentials are good, and if so, whether they let an unknown device register.
fn check(
    credentials: Credentials<'_>,
    names: &PathNames,
    tenant: &TenantSnapshot,
    target: Option<&Target>,
) -> Option<bool> {
    let access = authenticate(&tenant.device_logins(), credentials, &names.controller, target)?;
    Some(access.may_register)
}

/// `None` for ids that no device can have: they may be too long for a key of the database.
async fn read_target(
    app: &App,
    tenant: &Tenant,
    controller_id: &str,
    consistency: Consistency,
) -> Result<Option<Loaded<Target>>> {
    match text::controller_id("controllerId", controller_id) {
        Ok(_) => app.store.target(tenant, controller_id, consistency).await,
        Err(_) => Ok(None),
    }
}

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address to record: the first literal that proxies tell, else the peer's (DDI §14, §16).
fn address(app: &App, parts: &Parts) -> Option<String> {
    if !app.settings.track_remote_ip {
        return Some(HIDDEN_ADDRESS.to_owned());
    }
    let forwarded = parts.headers.get(FORWARDED_FOR).and_then(|value| forwarded_ip(value.to_str().ok()?));
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    forwarded.or(peer).map(device_address)
}
