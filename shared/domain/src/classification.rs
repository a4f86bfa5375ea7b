//! What orders a fleet and its software: target types, tags and stored target filters (`domain-behaviour.md` §2).

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use crate::audit::Audit;

/// A kind of target, and the distribution set types it may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetType {
    pub id: i64,
    pub key: String,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "col", default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    #[serde(rename = "dst", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub compatible_set_types: BTreeSet<i64>,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// A label. Labels of targets and of distribution sets are kept apart: [`TargetTag`], [`DistributionSetTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub id: i64,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "col", default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

macro_rules! kind_of_tag {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Tag);

        impl Deref for $name {
            type Target = Tag;

            fn deref(&self) -> &Tag {
                &self.0
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Tag {
                &mut self.0
            }
        }
    };
}

kind_of_tag! {
    /// A label of targets (management §5.3).
    TargetTag
}

kind_of_tag! {
    /// A label of distribution sets (management §5.8).
    DistributionSetTag
}

/// A stored target query (management §5.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFilter {
    pub id: i64,
    pub name: String,
    #[serde(rename = "q")]
    pub query: String,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}
