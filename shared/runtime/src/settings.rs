//! How an installation is set up. On Lambda from the environment, in `harrier` from its options.

use harrier_domain::Tenant;
use harrier_domain::configuration::Presets;
use harrier_domain::polling::Limits;
use harrier_domain::quota::Quotas;
use harrier_identity::UserLogins;
use harrier_identity::device::CertificateHeaders;
use harrier_identity::oidc::{OidcSettings, SigningAlgorithm};
use harrier_rest::{FilterSettings, Network, OriginPolicy};
use std::env;
use std::str::FromStr;
use thiserror::Error;

/// Where artifact bytes come from (`docs/architecture.md`, "Artifacts").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryMode {
    /// We send them, whatever their size: right where no gateway limits the size of an answer.
    Inline,
    /// Files larger than this many bytes by a redirect to a presigned link.
    RedirectAbove(u64),
}

/// The settings of an installation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Names of the four tables start with it.
    pub table_prefix: String,
    pub bucket: String,
    pub origin: OriginPolicy,
    pub delivery: DeliveryMode,
    /// Largest encrypted artifact, bytes, where answers are limited: we send those ourselves, whatever their size.
    pub largest_encrypted: Option<u64>,
    /// How exact `lastTargetQuery` is, milliseconds: a poll within this time of the last writes nothing.
    pub last_seen_resolution: i64,
    pub quotas: Quotas,
    pub polling_limits: Limits,
    /// Defaults of tenant configuration keys.
    pub presets: Presets,
    /// How users of the Management API log in.
    pub logins: UserLogins,
    /// Header names of a trusted proxy that verifies client certificates; `None` trusts nobody.
    pub certificate_headers: Option<CertificateHeaders>,
    /// Who is heard at all (DDI §16).
    pub filters: FilterSettings,
    /// Where devices may call from; whoever calls from elsewhere cannot log in as a device. Empty: from anywhere (DDI §15).
    pub device_networks: Vec<Network>,
    /// Record where devices call from (DDI §14).
    pub track_remote_ip: bool,
    /// Tenants whose devices may fetch any artifact, assigned or not; `*` for all (DDI §9.2).
    pub unchecked_download_tenants: Vec<String>,
    /// Answer each request with the request units it consumed (`x-request-units`).
    pub expose_request_units: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            table_prefix: "harrier-".to_owned(),
            bucket: "harrier-artifacts".to_owned(),
            origin: OriginPolicy::default(),
            delivery: DeliveryMode::Inline,
            largest_encrypted: None,
            last_seen_resolution: 60_000,
            quotas: Quotas::default(),
            polling_limits: Limits::default(),
            presets: Presets::default(),
            logins: UserLogins::default(),
            certificate_headers: None,
            filters: FilterSettings::default(),
            device_networks: Vec::new(),
            track_remote_ip: true,
            unchecked_download_tenants: Vec::new(),
            expose_request_units: false,
        }
    }
}

/// An environment variable that cannot be read.
#[derive(Debug, Error)]
#[error("environment variable {name} has an unusable value")]
pub struct SettingsError {
    pub(crate) name: &'static str,
}

/// Bytes up to which a Lambda function answers with the bytes themselves: an answer carries 6 MB at most.
const INLINE_LIMIT: u64 = 4 * 1024 * 1024;

impl Settings {
    /// The settings of a Lambda function. `infra/` sets the variables; all have defaults.
    ///
    /// # Errors
    /// [`SettingsError`] for a value that cannot be read.
    pub fn from_environment() -> Result<Self, SettingsError> {
        let defaults = Self::default();
        let origin = OriginPolicy {
            public_base_url: env::var("HARRIER_PUBLIC_URL").ok(),
            trust_forwarded: variable("HARRIER_TRUST_FORWARDED")?.unwrap_or(false),
            ..OriginPolicy::default()
        };
        let inline_limit = variable("HARRIER_INLINE_LIMIT")?.unwrap_or(INLINE_LIMIT);
        let resolution: Option<i64> = variable("HARRIER_LAST_SEEN_SECONDS")?;
        let trusts_proxy = variable("HARRIER_TRUST_CERTIFICATE_HEADERS")?.unwrap_or(false);
        Ok(Self {
            table_prefix: env::var("HARRIER_TABLE_PREFIX").unwrap_or(defaults.table_prefix),
            bucket: env::var("HARRIER_BUCKET").unwrap_or(defaults.bucket),
            origin,
            delivery: DeliveryMode::RedirectAbove(inline_limit),
            largest_encrypted: Some(inline_limit),
            last_seen_resolution: resolution.map_or(defaults.last_seen_resolution, |seconds| seconds * 1000),
            logins: UserLogins { basic: variable("HARRIER_BASIC_LOGIN")?.unwrap_or(true), oidc: oidc()? },
            certificate_headers: trusts_proxy.then(|| {
                let ids = list("HARRIER_CERTIFICATE_ID_HEADERS");
                CertificateHeaders::named(ids, list("HARRIER_CERTIFICATE_AUTHORITY_HEADERS"))
            }),
            // Each process serves one request at a time, so counting in it limits nothing: the gateway throttles.
            filters: FilterSettings {
                blocked: networks("HARRIER_BLOCKED_ADDRESSES")?,
                allowed_hosts: list("HARRIER_ALLOWED_HOSTS"),
                ..FilterSettings::default()
            },
            device_networks: networks("HARRIER_DEVICE_NETWORKS")?,
            track_remote_ip: variable("HARRIER_TRACK_REMOTE_IP")?.unwrap_or(true),
            unchecked_download_tenants: list("HARRIER_UNCHECKED_DOWNLOAD_TENANTS"),
            expose_request_units: variable("HARRIER_EXPOSE_REQUEST_UNITS")?.unwrap_or(false),
            quotas: variable("HARRIER_QUOTAS")?.unwrap_or_default(),
            polling_limits: defaults.polling_limits,
            presets: defaults.presets,
        })
    }
}

/// The elements of a comma list, trimmed; none when the variable is unset.
fn list(name: &'static str) -> Vec<String> {
    let text = env::var(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|element| !element.is_empty()).map(str::to_owned).collect()
}

/// Ranges of addresses.
fn networks(name: &'static str) -> Result<Vec<Network>, SettingsError> {
    list(name).iter().map(|text| text.parse().map_err(|_| SettingsError { name })).collect()
}

/// The identity provider, if one is named.
fn oidc() -> Result<Option<OidcSettings>, SettingsError> {
    oidc_from(|name| env::var(name).ok())
}

fn oidc_from(value: impl Fn(&'static str) -> Option<String>) -> Result<Option<OidcSettings>, SettingsError> {
    let value = |name| value(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(issuer) = value("HARRIER_OIDC_ISSUER") else {
        return Ok(None);
    };
    let unusable = |name| SettingsError { name };
    let audience = value("HARRIER_OIDC_AUDIENCE").ok_or(unusable("HARRIER_OIDC_AUDIENCE"))?;
    let mut oidc = OidcSettings::new(&issuer, &audience).map_err(|_| unusable("HARRIER_OIDC_ISSUER"))?;
    let tenant = value("HARRIER_OIDC_FALLBACK_TENANT").map(|name| Tenant::parse(&name));
    oidc.fallback_tenant = tenant.transpose().map_err(|_| unusable("HARRIER_OIDC_FALLBACK_TENANT"))?;
    if let Some(names) = value("HARRIER_OIDC_ALGORITHMS") {
        let algorithms: Result<Vec<SigningAlgorithm>, _> = names.split(',').map(str::parse).collect();
        oidc.algorithms = algorithms.map_err(|_| unusable("HARRIER_OIDC_ALGORITHMS"))?;
    }
    oidc.tenant_claim = value("HARRIER_OIDC_TENANT_CLAIM").unwrap_or(oidc.tenant_claim);
    oidc.user_claim = value("HARRIER_OIDC_USER_CLAIM").unwrap_or(oidc.user_claim);
    oidc.roles_claim = value("HARRIER_OIDC_ROLES_CLAIM").unwrap_or(oidc.roles_claim);
    Ok(Some(oidc))
}

fn variable<T: FromStr>(name: &'static str) -> Result<Option<T>, SettingsError> {
    match env::var(name) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| SettingsError { name }),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oidc_of(pairs: &[(&str, &str)]) -> Result<Option<OidcSettings>, &'static str> {
        let find = |name: &'static str| pairs.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
        oidc_from(find).map_err(|error| error.name)
    }

    #[test]
    fn a_provider_is_trusted_only_when_it_is_set_up_wholly() {
        let issuer = ("HARRIER_OIDC_ISSUER", "https://id.example.org");
        let audience = ("HARRIER_OIDC_AUDIENCE", "harrier");
        assert_eq!(oidc_of(&[]), Ok(None));
        assert_eq!(oidc_of(&[("HARRIER_OIDC_ISSUER", "")]), Ok(None));
        assert_eq!(oidc_of(&[issuer]), Err("HARRIER_OIDC_AUDIENCE"));
        assert_eq!(oidc_of(&[("HARRIER_OIDC_ISSUER", "http://far"), audience]), Err("HARRIER_OIDC_ISSUER"));
        let symmetric = ("HARRIER_OIDC_ALGORITHMS", "RS256,HS256");
        assert_eq!(oidc_of(&[issuer, audience, symmetric]), Err("HARRIER_OIDC_ALGORITHMS"));
        let found = oidc_of(&[issuer, audience, ("HARRIER_OIDC_FALLBACK_TENANT", "default")]).unwrap().unwrap();
        assert_eq!(found.fallback_tenant.unwrap().as_str(), "DEFAULT");
        assert_eq!(found.tenant_claim, "tenant");
        assert_eq!(found.user_claim, "preferred_username");
        assert_eq!(found.roles_claim, "roles");
    }
}
