//! Attributes a device reports about itself (domain §4.4, DDI §12).

use std::collections::BTreeMap;

use crate::quota::Quotas;
use crate::{Error, Result};

/// Longest key and value, in characters (domain §1.2).
pub const MAX_LENGTH: usize = 128;

/// The attributes of one target.
pub type Attributes = BTreeMap<String, String>;

/// What a device sent: a null value is `None`.
pub type Reported = BTreeMap<String, Option<String>>;

/// How the reported attributes meet the known ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpdateMode {
    /// The given keys are set; a key with a null value is removed.
    #[default]
    Merge,
    /// The attributes become exactly the given ones; null values are dropped.
    Replace,
    /// The given keys are removed, whatever their values.
    Remove,
}

/// What an accepted upload does. Whatever it says, the upload also clears the target's request for attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Keys that are new or got another value.
    pub set: Attributes,
    /// Keys that are gone.
    pub removed: Vec<String>,
    /// All attributes after the change.
    pub attributes: Attributes,
}

impl Change {
    /// Whether nothing differs: such an upload is not saved (domain §4.4).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.removed.is_empty()
    }
}

/// Decides what `reported` makes of `current`.
///
/// # Errors
/// [`Error::InvalidTargetAttribute`] for a key or value with a forbidden character or of more than 128 characters,
/// [`Error::QuotaExceeded`] when the number of attributes would grow over the quota.
pub fn update(
    controller_id: &str,
    current: &Attributes,
    mode: UpdateMode,
    reported: Reported,
    quotas: &Quotas,
) -> Result<Change> {
    validate(mode, &reported)?;
    let attributes = applied(current, mode, reported);
    if attributes.len() > current.len() {
        let growth = attributes.len() - current.len();
        quotas.attributes_per_target(controller_id, current.len() as u64, growth as u64)?;
    }
    Ok(difference(current, attributes))
}

fn applied(current: &Attributes, mode: UpdateMode, reported: Reported) -> Attributes {
    if mode == UpdateMode::Replace {
        return reported.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    }
    let mut attributes = current.clone();
    for (key, value) in reported {
        match value {
            Some(value) if mode == UpdateMode::Merge => attributes.insert(key, value),
            _ => attributes.remove(&key),
        };
    }
    attributes
}

fn difference(current: &Attributes, attributes: Attributes) -> Change {
    let removed = current.keys().filter(|key| !attributes.contains_key(*key)).cloned().collect();
    let is_new = |(key, value): &(&String, &String)| current.get(*key) != Some(*value);
    let set = attributes.iter().filter(is_new).map(|(key, value)| (key.clone(), value.clone())).collect();
    Change { set, removed, attributes }
}

fn validate(mode: UpdateMode, reported: &Reported) -> Result<()> {
    for (key, value) in reported {
        // A key without characters could not be stored, and no device could mean it.
        if key.is_empty() || !is_valid(key) {
            return Err(Error::InvalidTargetAttribute(format!("the key '{}' is not allowed", shown(key))));
        }
        let value = value.as_deref().filter(|_| mode != UpdateMode::Remove);
        if value.is_some_and(|value| !is_valid(value)) {
            return Err(Error::InvalidTargetAttribute(format!("the value of '{}' is not allowed", shown(key))));
        }
    }
    Ok(())
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_LENGTH).collect()
}

fn is_valid(text: &str) -> bool {
    text.chars().count() <= MAX_LENGTH && text.chars().all(is_allowed)
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, ' ' | '\t'..='\r')
        || r#"_-!@#$%^&*()+=[]{}|;:'",.<>/\?"#.contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn attributes(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn reported(pairs: &[(&str, Option<&str>)]) -> Reported {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
    }

    fn changed(mode: UpdateMode, pairs: &[(&str, Option<&str>)]) -> Change {
        let current = attributes(&[("a", "1"), ("b", "2")]);
        update("dev", &current, mode, reported(pairs), &Quotas::default()).unwrap()
    }

    #[test]
    fn merge_sets_and_removes_by_null() {
        let change = changed(UpdateMode::Merge, &[("a", Some("1")), ("b", None), ("c", Some("3")), ("d", None)]);
        assert_eq!(change.attributes, attributes(&[("a", "1"), ("c", "3")]));
        assert_eq!(change.set, attributes(&[("c", "3")]));
        assert_eq!(change.removed, ["b"]);
    }

    #[test]
    fn replace_is_exact_and_drops_nulls() {
        let change = changed(UpdateMode::Replace, &[("a", Some("9")), ("c", None)]);
        assert_eq!(change.attributes, attributes(&[("a", "9")]));
        assert_eq!(change.set, attributes(&[("a", "9")]));
        assert_eq!(change.removed, ["b"]);
    }

    #[test]
    fn remove_ignores_values() {
        let change = changed(UpdateMode::Remove, &[("a", Some("~ umlaut ä")), ("x", None)]);
        assert_eq!(change.attributes, attributes(&[("b", "2")]));
        assert!(change.set.is_empty());
        assert_eq!(change.removed, ["a"]);
    }

    #[test]
    fn no_change_is_seen_in_every_mode() {
        assert!(changed(UpdateMode::Merge, &[("a", Some("1")), ("z", None)]).is_empty());
        assert!(changed(UpdateMode::Replace, &[("a", Some("1")), ("b", Some("2")), ("c", None)]).is_empty());
        assert!(changed(UpdateMode::Remove, &[("z", None)]).is_empty());
    }

    #[test]
    fn only_the_contracts_characters_pass() {
        let allowed = "azAZ09 \t\r\n_-!@#$%^&*()+=[]{}|;:'\",.<>/\\?";
        assert!(
            update(
                "d",
                &Attributes::new(),
                UpdateMode::Merge,
                reported(&[(allowed, Some(allowed))]),
                &Quotas::default()
            )
            .is_ok()
        );
        for refused in ["ä", "~", "`", "\u{0}", "€", "\u{a0}"] {
            for pair in [(refused, Some("x")), ("x", Some(refused))] {
                let result = update("d", &Attributes::new(), UpdateMode::Merge, reported(&[pair]), &Quotas::default());
                assert!(matches!(result, Err(Error::InvalidTargetAttribute(_))), "{pair:?}");
            }
        }
    }

    #[test]
    fn keys_and_values_have_at_most_128_characters() {
        let (fits, over) = ("k".repeat(128), "k".repeat(129));
        let upload = |key: &str, value: &str| {
            update("d", &Attributes::new(), UpdateMode::Merge, reported(&[(key, Some(value))]), &Quotas::default())
        };
        assert!(upload(&fits, &fits).is_ok());
        assert!(upload(&over, "v").is_err());
        assert!(upload("k", &over).is_err());
        assert!(upload("", "v").is_err());
        assert!(upload("k", "").is_ok());
    }

    #[test]
    fn the_quota_holds_only_for_growth() {
        let quotas = Quotas { attributes_per_target: 2, ..Quotas::default() };
        let three = attributes(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let two = attributes(&[("a", "1"), ("b", "2")]);
        let merge = |current: &Attributes, pairs: &[(&str, Option<&str>)]| {
            update("dev", current, UpdateMode::Merge, reported(pairs), &quotas)
        };
        assert!(merge(&three, &[("a", Some("9"))]).is_ok());
        assert!(merge(&three, &[("a", None), ("x", Some("9"))]).is_ok());
        assert!(merge(&two, &[("a", Some("9")), ("b", Some("9"))]).is_ok());
        assert!(matches!(merge(&two, &[("c", Some("9"))]), Err(Error::QuotaExceeded { requested: 1, limit: 2, .. })));
    }

    proptest! {
        #[test]
        fn a_change_leads_from_the_old_map_to_the_new(
            current in proptest::collection::btree_map("[a-e]", "[0-2]", 0..6),
            upload in proptest::collection::btree_map("[a-e]", proptest::option::of("[0-2]"), 0..6),
            mode in prop_oneof![Just(UpdateMode::Merge), Just(UpdateMode::Replace), Just(UpdateMode::Remove)],
        ) {
            let change = update("d", &current, mode, upload.clone(), &Quotas::default()).unwrap();
            let mut replayed = current.clone();
            replayed.retain(|key, _| !change.removed.contains(key));
            replayed.extend(change.set.clone());
            prop_assert_eq!(&replayed, &change.attributes);
            prop_assert_eq!(change.is_empty(), current == change.attributes);
            let again = update("d", &change.attributes, mode, upload, &Quotas::default()).unwrap();
            prop_assert!(again.is_empty());
        }
    }
}
