//! A configuration value on the wire (management §5.16, `ConfigValue`).

use harrier_domain::configuration::{DEFAULT_DISTRIBUTION_SET_TYPE, Key, TenantConfiguration, Value};
use harrier_rest::{Links, Origin};
use schemars::JsonSchema;
use serde::Serialize;

/// One value.
// Not `Debug`: it may be the gateway token.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigValue {
    #[schemars(with = "serde_json::Value")]
    value: Value,
    /// Whether the tenant stores no value of its own.
    global: bool,
    #[serde(flatten)]
    changes: Option<Changes>,
    #[serde(rename = "_links")]
    links: Links,
}

/// Who changed a value of the tenant's own, and when (epoch milliseconds).
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Changes {
    created_at: i64,
    created_by: String,
    last_modified_at: i64,
    last_modified_by: String,
}

impl ConfigValue {
    /// The value in force of a key.
    pub(super) fn of_key(key: Key, configuration: &TenantConfiguration, origin: &Origin) -> Self {
        let changes = configuration.entry(key).map(|entry| Changes {
            created_at: entry.created_at,
            created_by: entry.created_by.clone(),
            last_modified_at: entry.last_modified_at,
            last_modified_by: entry.last_modified_by.clone(),
        });
        Self { value: configuration.value(key), global: changes.is_none(), changes, links: links(key.name(), origin) }
    }

    /// The value of the pseudo key, which is the tenant's own always and nobody's change.
    pub(super) fn of_default_set_type(id: i64, origin: &Origin) -> Self {
        let links = links(DEFAULT_DISTRIBUTION_SET_TYPE, origin);
        Self { value: Value::Long(id), global: false, changes: None, links }
    }
}

fn links(name: &str, origin: &Origin) -> Links {
    Links::new().with("self", origin.href("/rest/v1/system/configs").segment(name))
}
