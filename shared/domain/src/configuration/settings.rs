//! What the configuration of a tenant says, in the types its readers need (domain §13.2).

use super::rules::statuses;
use super::{Key, TenantConfiguration};
use crate::polling::{Limits, Polling, parse_duration};

/// The periodic removal of old actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCleanup {
    /// Age at which an action goes, in milliseconds.
    pub expiry: i64,
    /// Statuses of actions that go, in upper case.
    pub statuses: Vec<String>,
}

impl TenantConfiguration {
    /// Whether devices may log in by a certificate that a trusted proxy checked.
    #[must_use]
    pub fn header_authentication_enabled(&self) -> bool {
        self.flag(Key::HeaderAuthentication)
    }

    /// The trusted issuers, trimmed and in lower case (domain §15.6). Empty ones are left out: they must never match.
    #[must_use]
    pub fn trusted_authorities(&self) -> Vec<String> {
        let value = self.value(Key::HeaderAuthority);
        let authorities = value.as_text().split([';', ',']).map(|authority| authority.trim().to_lowercase());
        authorities.filter(|authority| !authority.is_empty()).collect()
    }

    /// Whether devices may log in by their own token.
    #[must_use]
    pub fn target_token_enabled(&self) -> bool {
        self.flag(Key::TargetTokenAuthentication)
    }

    /// Whether devices may log in by the token of the tenant.
    #[must_use]
    pub fn gateway_token_enabled(&self) -> bool {
        self.flag(Key::GatewayTokenAuthentication)
    }

    /// The token of the tenant. `None` when it is blank, so that an empty token never matches (domain §21.20).
    #[must_use]
    pub fn gateway_token(&self) -> Option<String> {
        let value = self.value(Key::GatewayToken);
        Some(value.as_text().to_owned()).filter(|token| !token.trim().is_empty())
    }

    /// Interval and overrides of polling. A stored expression that `limits` no longer allow falls back to the default.
    #[must_use]
    pub fn polling(&self, limits: Limits) -> Polling {
        let read = |text: &str| Polling::parse(text, limits).ok();
        let stored = read(self.value(Key::PollingTime).as_text());
        let preset = || read(Key::PollingTime.default_value().as_text());
        stored.or_else(preset).unwrap_or(Polling { limits, ..Polling::default() })
    }

    /// Who polled before this time, epoch milliseconds, is overdue, unless an override gives them longer.
    #[must_use]
    pub fn overdue_timestamp(&self, limits: Limits, now: i64) -> i64 {
        self.polling(limits).overdue_timestamp(self.polling_overdue_time(), now)
    }

    /// How late a poll may be, in milliseconds.
    #[must_use]
    pub fn polling_overdue_time(&self) -> i64 {
        parse_duration(self.value(Key::PollingOverdueTime).as_text()).unwrap_or(300_000)
    }

    /// Polls wanted before a maintenance window.
    #[must_use]
    pub fn maintenance_window_poll_count(&self) -> i32 {
        i32::try_from(self.value(Key::MaintenanceWindowPollCount).as_i64()).unwrap_or(0)
    }

    /// Whether rollouts need an approval.
    #[must_use]
    pub fn rollout_approval(&self) -> bool {
        self.flag(Key::RolloutApproval)
    }

    /// Whether auto assignments need an approval.
    #[must_use]
    pub fn auto_assignment_approval(&self) -> bool {
        self.flag(Key::AutoAssignmentApproval)
    }

    /// Whether a new assignment cancels the open actions of the target at once.
    #[must_use]
    pub fn autoclose(&self) -> bool {
        self.flag(Key::ActionsAutoclose)
    }

    /// The periodic removal of old actions; `None` when it is off.
    #[must_use]
    pub fn action_cleanup(&self) -> Option<ActionCleanup> {
        let expiry = self.value(Key::CleanupExpiry).as_i64();
        let statuses = statuses(self.value(Key::CleanupStatuses).as_text());
        (expiry >= 0 && !statuses.is_empty()).then_some(ActionCleanup { expiry, statuses })
    }

    /// The share of a full action quota that is purged, 1 to 99 percent; `None` when it is off (domain §5.10).
    #[must_use]
    pub fn purge_on_quota_hit_percent(&self) -> Option<u8> {
        let percent = u8::try_from(self.value(Key::CleanupOnQuotaHitPercent).as_i64()).ok();
        percent.filter(|percent| (1..=99).contains(percent))
    }

    /// Statuses of actions that an operator may delete, in upper case (domain §5.7).
    #[must_use]
    pub fn delete_allowed_statuses(&self) -> Vec<String> {
        statuses(self.value(Key::DeleteAllowedStatuses).as_text())
    }

    /// Whether DMF assignments travel in batches.
    #[must_use]
    pub fn batch_assignments(&self) -> bool {
        self.flag(Key::BatchAssignments)
    }

    /// Whether users confirm updates.
    #[must_use]
    pub fn confirmation_flow(&self) -> bool {
        self.flag(Key::ConfirmationFlow)
    }

    /// Whether the first assignment locks a distribution set.
    #[must_use]
    pub fn implicit_lock(&self) -> bool {
        self.flag(Key::ImplicitLock)
    }

    fn flag(&self, key: Key) -> bool {
        self.value(key).as_bool()
    }
}
