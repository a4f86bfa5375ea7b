//! How a function reaches AWS: by what Lambda puts into its environment, and nothing else.
//!
//! The SDK's own search would also look for profiles, instance metadata and roles to assume. On Lambda it finds the same,
//! in a program that is larger and starts later.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedCredentialsProvider};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use std::env;

use crate::settings::SettingsError;

/// The configuration of every client: region, credentials, and where set the endpoints (`AWS_ENDPOINT_URL`,
/// `AWS_ENDPOINT_URL_<SERVICE>`) and their kind (`AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`).
///
/// # Errors
/// [`SettingsError`] when region or credentials are missing.
pub(crate) fn configuration() -> Result<SdkConfig, SettingsError> {
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials()?))
        .service_config(Environment);
    builder.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
    builder.set_use_fips(flag("AWS_USE_FIPS_ENDPOINT"));
    builder.set_use_dual_stack(flag("AWS_USE_DUALSTACK_ENDPOINT"));
    Ok(builder.build())
}

/// Those of the function's role. They outlive the process.
fn credentials() -> Result<Credentials, SettingsError> {
    let (id, secret) = (required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(id, secret, optional("AWS_SESSION_TOKEN"), None, "environment"))
}

fn required(name: &'static str) -> Result<String, SettingsError> {
    optional(name).ok_or(SettingsError { name })
}

fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn flag(name: &str) -> Option<bool> {
    optional(name).map(|value| value.eq_ignore_ascii_case("true"))
}

/// Settings of one service, such as `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct Environment;

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace([' ', '-'], "_");
        optional(&format!("{}_{service}", key.env())).or_else(|| optional(key.env()))
    }
}
