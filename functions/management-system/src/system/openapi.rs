//! The operations of `/rest/v1/system/configs`, described.

use harrier_domain::authority::Authority::{
    DeleteTenantConfiguration, ReadTenantConfiguration, UpdateTenantConfiguration,
};
use harrier_openapi::{Section, delete, get, map, one, put};
use serde_json::{Value, json};

use super::configs::representation::ConfigValue;
use super::configs::update::NewValue;

pub(crate) fn section() -> Section {
    let all = "/rest/v1/system/configs";
    let setting = "/rest/v1/system/configs/{keyName}";
    Section::new("Tenant configuration", "How the tenant's devices poll and log in, and what happens by itself.")
        .with(
            get(all, "Shows all settings")
                .note("Without the gateway token for those who lack `READ_GATEWAY_SECURITY_TOKEN`.")
                .needs(&[ReadTenantConfiguration])
                .answers(map::<ConfigValue>()),
        )
        .with(
            put(all, "Changes settings")
                .note("All or none.")
                .needs(&[UpdateTenantConfiguration])
                .takes(map::<Value>(), json!({ "pollingTime": "00:10:00" }))
                .answers_bare(204)
                .fails(&[404]),
        )
        .with(
            get(setting, "Shows a setting")
                .note("The gateway token needs `READ_GATEWAY_SECURITY_TOKEN` besides. `default.ds.type` needs only one of `READ_TENANT_CONFIGURATION`, `READ_DISTRIBUTION_SET`, `READ_TARGET`.")
                .needs(&[ReadTenantConfiguration])
                .answers(one::<ConfigValue>()),
        )
        .with(
            put(setting, "Changes a setting")
                .needs(&[UpdateTenantConfiguration])
                .takes(one::<NewValue>(), json!({ "value": "00:10:00" }))
                .answers_bare(204),
        )
        .with(
            delete(setting, "Returns a setting to its default")
                .note("An unknown or unset key is no error.")
                .needs(&[DeleteTenantConfiguration])
                .answers_bare(204)
                .fails_bare(&[404]),
        )
}
