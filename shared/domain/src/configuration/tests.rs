use super::*;
use crate::polling::Limits;

const RULES: Rules<'_> = Rules { limits: Limits { min: 30_000, max: 86_399_000 }, is_target_query: &|_| true };

fn text(text: &str) -> RawValue {
    RawValue::Text(text.to_owned())
}

/// A configuration with these values, stored by `admin` at 1000.
fn stored(values: &[(&str, RawValue)]) -> TenantConfiguration {
    let mut configuration = TenantConfiguration::default();
    let requested = values.iter().map(|(name, raw)| (*name, raw));
    for (key, entry) in configuration.decide(requested, &RULES, "admin", 1000).unwrap() {
        configuration.insert(key, entry).unwrap();
    }
    configuration
}

#[test]
fn defaults_are_those_of_the_contract() {
    let configuration = TenantConfiguration::default();
    assert!(!configuration.header_authentication_enabled());
    assert!(configuration.trusted_authorities().is_empty());
    assert!(!configuration.target_token_enabled());
    assert!(!configuration.gateway_token_enabled());
    assert_eq!(configuration.gateway_token(), None);
    assert_eq!(configuration.polling(Limits::default()), crate::polling::Polling::default());
    assert_eq!(configuration.polling_overdue_time(), 300_000);
    assert_eq!(configuration.maintenance_window_poll_count(), 3);
    assert!(!configuration.rollout_approval());
    assert!(!configuration.auto_assignment_approval());
    assert!(!configuration.autoclose());
    assert_eq!(configuration.action_cleanup(), None);
    assert_eq!(configuration.purge_on_quota_hit_percent(), None);
    assert_eq!(configuration.delete_allowed_statuses(), ["CANCELED", "ERROR", "FINISHED"]);
    assert!(!configuration.batch_assignments());
    assert!(!configuration.confirmation_flow());
    assert!(configuration.implicit_lock());
}

#[test]
fn stored_values_win_over_presets_and_presets_over_defaults() {
    let enabled = RawValue::Bool(true);
    let token = text("preset");
    let presets = [("authentication.targettoken.enabled", &enabled), ("authentication.gatewaytoken.key", &token)];
    let presets = Presets::new(presets, &RULES).unwrap();
    let configuration = stored(&[("authentication.gatewaytoken.key", text("own"))]).with_presets(presets);
    assert!(configuration.target_token_enabled());
    assert_eq!(configuration.entry(Key::TargetTokenAuthentication), None);
    assert_eq!(configuration.gateway_token().as_deref(), Some("own"));
    assert!(Presets::new([("bogus", &enabled)], &RULES).is_err());
    assert!(Presets::new([("pollingTime", &enabled)], &RULES).is_err());
}

/// Management §7 item 110.
#[test]
fn entries_carry_who_and_when() {
    let mut configuration = stored(&[("pollingTime", text("00:10:00"))]);
    let again = text("00:20:00");
    let changes = configuration.decide([("pollingTime", &again)], &RULES, "bob", 2000).unwrap();
    let expected = Entry {
        value: Value::Text("00:20:00".to_owned()),
        created_by: "admin".to_owned(),
        created_at: 1000,
        last_modified_by: "bob".to_owned(),
        last_modified_at: 2000,
    };
    assert_eq!(changes, [(Key::PollingTime, expected)]);
    assert!(configuration.remove(Key::PollingTime));
    assert!(!configuration.remove(Key::PollingTime));
    assert_eq!(configuration.value(Key::PollingTime), Key::PollingTime.default_value());
}

#[test]
fn storing_the_same_value_again_changes_nothing() {
    let configuration = stored(&[("implicit.lock.enabled", RawValue::Bool(true))]);
    let same = text("yes");
    assert_eq!(configuration.decide([("implicit.lock.enabled", &same)], &RULES, "bob", 2000), Ok(Vec::new()));
    assert!(configuration.entry(Key::ImplicitLock).is_some());
}

/// Management §7 item 105, domain §20 item 104.
#[test]
fn a_batch_is_all_or_nothing() {
    let configuration = TenantConfiguration::default();
    let (good, bad) = (RawValue::Bool(true), text("nonsense"));
    let decide = |other: &str, value: &RawValue| {
        configuration.decide([("rollout.approval.enabled", &good), (other, value)], &RULES, "admin", 1).unwrap_err()
    };
    assert_eq!(decide("bogus", &good), Error::ConfigurationKeyInvalid("bogus".to_owned()));
    assert!(matches!(decide("implicit.lock.enabled", &bad), Error::ConfigurationValueInvalid(_)));
    assert!(matches!(decide(DEFAULT_DISTRIBUTION_SET_TYPE, &good), Error::ConfigurationKeyInvalid(_)));
}

#[test]
fn readers_get_their_types() {
    let configuration = stored(&[
        ("authentication.header.authority", text(" AB:cd ; ef,, ")),
        ("authentication.gatewaytoken.key", text("  ")),
        ("pollingTime", text("00:02:00, group == a -> 00:01:00")),
        ("pollingOverdueTime", text("PT1H")),
        ("action.cleanup.auto.expiry", RawValue::Integer(0)),
        ("action.cleanup.auto.status", text("error, Finished,")),
        ("action.cleanup.onQuotaHit.percent", RawValue::Integer(25)),
        ("action.delete.allowed.statuses", text("")),
        ("user.confirmation.flow.enabled", text("on")),
    ]);
    assert_eq!(configuration.trusted_authorities(), ["ab:cd", "ef"]);
    assert_eq!(configuration.gateway_token(), None);
    assert_eq!(configuration.polling(Limits::default()).overrides.len(), 1);
    assert_eq!(configuration.polling_overdue_time(), 3_600_000);
    let cleanup = ActionCleanup { expiry: 0, statuses: vec!["ERROR".to_owned(), "FINISHED".to_owned()] };
    assert_eq!(configuration.action_cleanup(), Some(cleanup));
    assert_eq!(configuration.purge_on_quota_hit_percent(), Some(25));
    assert!(configuration.delete_allowed_statuses().is_empty());
    assert!(configuration.confirmation_flow());
}

#[test]
fn an_interval_outside_new_limits_falls_back() {
    let configuration = stored(&[("pollingTime", text("00:01:00"))]);
    let limits = Limits { min: 120_000, max: 86_399_000 };
    assert_eq!(configuration.polling(limits).default.length, 300_000);
}

#[test]
fn the_quota_purge_takes_1_to_99_percent() {
    for (percent, expected) in [(-1, None), (0, None), (1, Some(1)), (99, Some(99)), (100, None), (300, None)] {
        let configuration = stored(&[("action.cleanup.onQuotaHit.percent", RawValue::Integer(percent))]);
        assert_eq!(configuration.purge_on_quota_hit_percent(), expected, "{percent}");
    }
}

#[test]
fn stored_entries_survive_a_round_trip_with_their_types() {
    let configuration = stored(&[
        ("action.cleanup.auto.expiry", RawValue::Integer(5)),
        ("maintenanceWindowPollCount", RawValue::Integer(5)),
        ("authentication.gatewaytoken.key", text("5")),
    ]);
    let json = serde_json::to_string(&configuration).unwrap();
    let read: TenantConfiguration = serde_json::from_str(&json).unwrap();
    assert_eq!(read, configuration);
    assert_eq!(read.value(Key::CleanupExpiry), Value::Long(5));
}

#[test]
fn stored_entries_that_no_longer_fit_are_left_out() {
    let entry = |value: &str| {
        format!(r#"{{"value":{value},"createdBy":"a","createdAt":1,"lastModifiedBy":"a","lastModifiedAt":1}}"#)
    };
    let json =
        format!(r#"{{"minPollingTime":{},"implicit.lock.enabled":{}}}"#, entry("\"00:00:10\""), entry("\"maybe\""));
    let read: TenantConfiguration = serde_json::from_str(&json).unwrap();
    assert_eq!(read, TenantConfiguration::default());
}

#[test]
fn the_gateway_token_is_not_printed() {
    let configuration = stored(&[("authentication.gatewaytoken.key", text("topsecret"))]);
    let token = text("topsecret");
    let presets = Presets::new([("authentication.gatewaytoken.key", &token)], &RULES).unwrap();
    assert!(!format!("{:?}", configuration.with_presets(presets)).contains("topsecret"));
}
