//! How an installation is set up. On Lambda from the environment, in `harrier` from its options.

use harrier_domain::configuration::Presets;
use harrier_domain::polling::Limits;
use harrier_domain::quota::Quotas;
use harrier_identity::device::CertificateHeaders;
use harrier_rest::OriginPolicy;
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
    /// How exact `lastTargetQuery` is, milliseconds: a poll within this time of the last writes nothing.
    pub last_seen_resolution: i64,
    pub quotas: Quotas,
    pub polling_limits: Limits,
    /// Defaults of tenant configuration keys.
    pub presets: Presets,
    /// Header names of a trusted proxy that verifies client certificates; `None` trusts nobody.
    pub certificate_headers: Option<CertificateHeaders>,
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
            last_seen_resolution: 60_000,
            quotas: Quotas::default(),
            polling_limits: Limits::default(),
            presets: Presets::default(),
            certificate_headers: None,
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
    name: &'static str,
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
            last_seen_resolution: resolution.map_or(defaults.last_seen_resolution, |seconds| seconds * 1000),
            certificate_headers: trusts_proxy.then(CertificateHeaders::default),
            track_remote_ip: variable("HARRIER_TRACK_REMOTE_IP")?.unwrap_or(true),
            unchecked_download_tenants: list("HARRIER_UNCHECKED_DOWNLOAD_TENANTS"),
            expose_request_units: variable("HARRIER_EXPOSE_REQUEST_UNITS")?.unwrap_or(false),
            quotas: defaults.quotas,
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

fn variable<T: FromStr>(name: &'static str) -> Result<Option<T>, SettingsError> {
    match env::var(name) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| SettingsError { name }),
        Err(_) => Ok(None),
    }
}
