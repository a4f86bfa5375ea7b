//! Which targets a listing is about, before any query: the resource it stands below.

use harrier_domain::target::Target;
use std::collections::BTreeSet;

/// A restriction that is part of the URL, not of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetScope {
    /// This distribution set is assigned (management §5.6 `assignedTargets`).
    AssignedSet(i64),
    /// This distribution set is installed.
    InstalledSet(i64),
    /// Has this tag.
    Tag(i64),
    /// Has this target type.
    Type(i64),
    /// Is in exactly this group, in any letter case (management §5.4).
    Group(String),
    /// Is in this group or one below it.
    GroupOrBelow(String),
    /// Takes the software: has no type, or one of these (`domain-behaviour.md` §2.3).
    Compatible(BTreeSet<i64>),
    /// Is one of these.
    ControllerIds(BTreeSet<String>),
}

impl TargetScope {
    /// Whether the target is in it.
    #[must_use]
    pub fn contains(&self, target: &Target) -> bool {
        match self {
            Self::AssignedSet(id) => target.assigned_set == Some(*id),
            Self::InstalledSet(id) => target.installed_set == Some(*id),
            Self::Tag(id) => target.tags.contains(id),
            Self::Type(id) => target.target_type == Some(*id),
            Self::Group(group) => target.group.as_deref().is_some_and(|own| own.to_lowercase() == group.to_lowercase()),
            Self::GroupOrBelow(group) => target.group.as_deref().is_some_and(|own| is_at_or_below(own, group)),
            Self::Compatible(types) => target.target_type.is_none_or(|own| types.contains(&own)),
            Self::ControllerIds(ids) => ids.contains(&target.controller_id),
        }
    }
}

/// Letter case does not matter (management §5.4).
fn is_at_or_below(own: &str, group: &str) -> bool {
    let (own, group) = (own.to_lowercase(), group.to_lowercase());
    own.strip_prefix(group.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_at_or_below;

    #[test]
    fn slashes_separate_the_levels_of_a_group() {
        let table = [
            ("Europe", true),
            ("Europe/East", true),
            ("Europe/East/1", true),
            ("eUROPE/x", true),
            ("European", false),
            ("", false),
        ];
        for (own, expected) in table {
            assert_eq!(is_at_or_below(own, "Europe"), expected, "{own}");
        }
    }
}
