//! The configuration keys of a tenant, their types and their defaults (management §5.16, domain §13.2).

use super::value::{Kind, Value};
use crate::{Error, Result, named};

/// The pseudo key of the default distribution set type: not stored here, but with the tenant (management §5.16).
pub const DEFAULT_DISTRIBUTION_SET_TYPE: &str = "default.ds.type";

macro_rules! keys {
    ($($(#[$doc:meta])* $key:ident = $name:literal, $default:expr;)*) => {
        named! {
            /// A configuration key, in the order of the contract, by its name on the wire.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum Key {
                $($(#[$doc])* $key = $name,)*
            }
        }

        impl Key {
            fn preset(self) -> Preset {
                match self {
                    $(Self::$key => $default,)*
                }
            }
        }
    };
}

/// A default value that needs no allocation; its variant is the type of the key.
#[derive(Debug, Clone, Copy)]
enum Preset {
    Bool(bool),
    Integer(i32),
    Long(i64),
    Text(&'static str),
}

keys! {
    /// Devices may log in by a certificate that a trusted proxy checked.
    HeaderAuthentication = "authentication.header.enabled", Preset::Bool(false);
    /// Trusted issuers of such certificates, separated by `;` or `,`.
    HeaderAuthority = "authentication.header.authority", Preset::Text("");
    /// Devices may log in by their own token.
    TargetTokenAuthentication = "authentication.targettoken.enabled", Preset::Bool(false);
    /// Devices may log in by the token of the tenant.
    GatewayTokenAuthentication = "authentication.gatewaytoken.enabled", Preset::Bool(false);
    /// The token of the tenant: a secret.
    GatewayToken = "authentication.gatewaytoken.key", Preset::Text("");
    /// Interval, deviation and overrides of polling (DDI §4.2).
    PollingTime = "pollingTime", Preset::Text("00:05:00");
    /// How late a poll may be before the target is overdue.
    PollingOverdueTime = "pollingOverdueTime", Preset::Text("00:05:00");
    /// Polls wanted before a maintenance window.
    MaintenanceWindowPollCount = "maintenanceWindowPollCount", Preset::Integer(3);
    /// Rollouts need an approval.
    RolloutApproval = "rollout.approval.enabled", Preset::Bool(false);
    /// Auto assignments need an approval.
    AutoAssignmentApproval = "auto.assignment.approval.enabled", Preset::Bool(false);
    /// A new assignment cancels the open actions of the target at once.
    ActionsAutoclose = "repository.actions.autoclose.enabled", Preset::Bool(false);
    /// Age in milliseconds at which actions are cleaned up; negative: never.
    CleanupExpiry = "action.cleanup.auto.expiry", Preset::Long(-1);
    /// Statuses of actions to clean up.
    CleanupStatuses = "action.cleanup.auto.status", Preset::Text("CANCELED,ERROR");
    /// Share of the oldest actions to purge when the quota of actions per target is hit.
    CleanupOnQuotaHitPercent = "action.cleanup.onQuotaHit.percent", Preset::Integer(0);
    /// Statuses of actions that an operator may delete.
    DeleteAllowedStatuses = "action.delete.allowed.statuses", Preset::Text("CANCELED,ERROR,FINISHED");
    /// DMF assignments travel in batches.
    BatchAssignments = "batch.assignments.enabled", Preset::Bool(false);
    /// Users confirm updates.
    ConfirmationFlow = "user.confirmation.flow.enabled", Preset::Bool(false);
    /// The first assignment locks a distribution set.
    ImplicitLock = "implicit.lock.enabled", Preset::Bool(true);
}

impl Key {
    /// Finds a key by its name on the wire.
    ///
    /// # Errors
    /// [`Error::ConfigurationKeyInvalid`] for an unknown or removed key, and for the pseudo key.
    pub fn parse(name: &str) -> Result<Self> {
        // What a caller sent as a key may be of any length; the answer repeats only what could be one.
        Self::from_name(name).ok_or_else(|| Error::ConfigurationKeyInvalid(name.chars().take(128).collect()))
    }

    /// The type of the key's values.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.preset() {
            Preset::Bool(_) => Kind::Bool,
            Preset::Integer(_) => Kind::Integer,
            Preset::Long(_) => Kind::Long,
            Preset::Text(_) => Kind::Text,
        }
    }

    /// The value when neither the tenant nor the deployment says otherwise.
    #[must_use]
    pub fn default_value(self) -> Value {
        match self.preset() {
            Preset::Bool(value) => Value::Bool(value),
            Preset::Integer(value) => Value::Integer(value),
            Preset::Long(value) => Value::Long(value),
            Preset::Text(value) => Value::Text(value.to_owned()),
        }
    }

    /// Whether reading the value needs the right to read the gateway token (management §5.16).
    #[must_use]
    pub fn is_secret(self) -> bool {
        self == Self::GatewayToken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_name() {
        assert_eq!(Key::ALL.len(), 18);
        for key in Key::ALL {
            assert_eq!(Key::parse(key.name()), Ok(key));
        }
    }

    #[test]
    fn unknown_removed_and_pseudo_keys_are_refused() {
        let refused = [
            "bogus",
            "",
            "POLLINGTIME",
            "multi.assignments.enabled",
            "minPollingTime",
            "action.cleanup.enabled",
            DEFAULT_DISTRIBUTION_SET_TYPE,
        ];
        for name in refused {
            assert_eq!(Key::parse(name), Err(Error::ConfigurationKeyInvalid(name.to_owned())));
        }
    }

    #[test]
    fn only_the_gateway_token_is_secret() {
        let secret: Vec<_> = Key::ALL.iter().filter(|key| key.is_secret()).map(|key| key.name()).collect();
        assert_eq!(secret, ["authentication.gatewaytoken.key"]);
    }
}
