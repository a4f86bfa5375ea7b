//! From the claims of a verified token to the user: pure.

use harrier_domain::Tenant;
use harrier_domain::authority::Authorities;
use serde_json::{Map, Value};

use super::error::Refusal;
use super::settings::OidcSettings;
use crate::Principal;

pub(super) type Claims = Map<String, Value>;

/// How far the provider's clock may be from ours, milliseconds.
const LEEWAY: i64 = 30_000;

/// Longest user name: it goes into the audit fields of what the user changes.
const MAX_NAME_BYTES: usize = 256;

/// The user the claims describe. `now` is epoch milliseconds.
pub(super) fn principal(claims: &Claims, settings: &OidcSettings, now: i64) -> Result<Principal, Refusal> {
    check_issuer(claims, settings)?;
    check_times(claims, now)?;
    Ok(Principal {
        name: name(claims, settings)?,
        tenant: tenant(claims, settings)?,
        authorities: Authorities::from_granted(roles(claims, settings)),
    })
}

/// The issuer is one text, never a list that contains it (RFC 7519 §4.1.1).
fn check_issuer(claims: &Claims, settings: &OidcSettings) -> Result<(), Refusal> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    if issuer == Some(settings.issuer()) { Ok(()) } else { Err(Refusal::Invalid) }
}

fn check_times(claims: &Claims, now: i64) -> Result<(), Refusal> {
    let expires = claims.get("exp").and_then(milliseconds).ok_or(Refusal::Expired)?;
    if expires.saturating_add(LEEWAY) <= now {
        return Err(Refusal::Expired);
    }
    let Some(not_before) = claims.get("nbf") else {
        return Ok(());
    };
    let begins = milliseconds(not_before).ok_or(Refusal::NotYetValid)?;
    if begins.saturating_sub(LEEWAY) > now { Err(Refusal::NotYetValid) } else { Ok(()) }
}

/// A NumericDate: seconds, possibly with a fraction, which is dropped.
fn milliseconds(value: &Value) -> Option<i64> {
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Some(seconds.saturating_mul(1000))
}

fn name(claims: &Claims, settings: &OidcSettings) -> Result<String, Refusal> {
    let name = claims.get(&settings.user_claim).and_then(Value::as_str).ok_or(Refusal::User)?;
    let usable = !name.trim().is_empty() && name.len() <= MAX_NAME_BYTES && !name.contains(char::is_control);
    if usable { Ok(name.to_owned()) } else { Err(Refusal::User) }
}

/// A claim that is there but names no possible tenant is not the same as none: it never falls back.
fn tenant(claims: &Claims, settings: &OidcSettings) -> Result<Tenant, Refusal> {
    match claims.get(&settings.tenant_claim) {
        None | Some(Value::Null) => settings.fallback_tenant.clone().ok_or(Refusal::Tenant),
        Some(Value::String(name)) => Tenant::parse(name).map_err(|_| Refusal::Tenant),
        Some(_) => Err(Refusal::Tenant),
    }
}

/// Anything but a list of texts grants nothing.
fn roles(claims: &Claims, settings: &OidcSettings) -> Vec<String> {
    let Some(Value::Array(roles)) = claims.get(&settings.roles_claim) else {
        return Vec::new();
    };
    roles.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000_000;

    fn outcome(changes: &Value) -> Result<Principal, Refusal> {
        let mut claims = json!({
            "iss": "https://id.example.org", "exp": NOW / 1000 + 60, "preferred_username": "ada",
            "tenant": "acme", "roles": ["ROLE_TENANT_ADMIN", 7],
        });
        for (claim, value) in changes.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        let settings = OidcSettings::new("https://id.example.org", "api").unwrap();
        principal(claims.as_object().unwrap(), &settings, NOW)
    }

    #[test]
    fn what_each_claim_decides() {
        let seconds = NOW / 1000;
        let rows = [
            (json!({}), None),
            (json!({"exp": seconds - 29}), None),
            (json!({"exp": seconds - 30}), Some(Refusal::Expired)),
            (json!({"exp": 9e300}), None),
            (json!({"exp": (seconds + 60) as f64 + 0.5}), None),
            (json!({"exp": null}), Some(Refusal::Expired)),
            (json!({"exp": "9999999999"}), Some(Refusal::Expired)),
            (json!({"nbf": seconds + 30}), None),
            (json!({"nbf": seconds + 31}), Some(Refusal::NotYetValid)),
            (json!({"nbf": "0"}), Some(Refusal::NotYetValid)),
            (json!({"iss": ["https://id.example.org"]}), Some(Refusal::Invalid)),
            (json!({"preferred_username": null}), Some(Refusal::User)),
            (json!({"preferred_username": " "}), Some(Refusal::User)),
            (json!({"preferred_username": "a\nb"}), Some(Refusal::User)),
            (json!({"preferred_username": "x".repeat(257)}), Some(Refusal::User)),
            (json!({"tenant": null}), Some(Refusal::Tenant)),
            (json!({"tenant": ""}), Some(Refusal::Tenant)),
            (json!({"tenant": "a/b"}), Some(Refusal::Tenant)),
            (json!({"tenant": ["acme"]}), Some(Refusal::Tenant)),
        ];
        for (changes, expected) in rows {
            assert_eq!(outcome(&changes).err(), expected, "{changes}");
        }
    }

    #[test]
    fn roles_are_granted_as_listed() {
        let granted = |roles: Value| outcome(&json!({"roles": roles})).unwrap().authorities.granted().to_vec();
        assert_eq!(granted(json!(["READ_TARGET", 7, "other"])), ["READ_TARGET", "other"]);
        assert!(granted(json!("ROLE_TENANT_ADMIN")).is_empty());
        assert!(granted(Value::Null).is_empty());
    }
}
