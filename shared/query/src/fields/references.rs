//! The sub-attributes of fields that refer to other entities.
//!
//! The first part of each list is one that every referenced entity has, so that it can answer a bare null test.

use super::constants::UPDATE_STATUS;
use super::{Kind, Part, PartSpec};

const fn part(name: &'static str, part: Part, kind: Kind) -> PartSpec {
    PartSpec { name, part, kind, is_default: false }
}

const fn default_part(name: &'static str, part: Part, kind: Kind) -> PartSpec {
    PartSpec { name, part, kind, is_default: true }
}

/// A distribution set by name and version.
pub(super) const SET_NAME_VERSION: &[PartSpec] =
    &[part("name", Part::Name, Kind::Text), part("version", Part::Version, Kind::Text)];

/// A distribution set and its type. `type` alone means the key of the type, as it does on the set itself.
pub(super) const SET_WITH_TYPE: &[PartSpec] = &[
    part("id", Part::Id, Kind::Number),
    part("name", Part::Name, Kind::Text),
    part("version", Part::Version, Kind::Text),
    part("type", Part::TypeKey, Kind::Text),
    part("type.id", Part::TypeId, Kind::Number),
    part("type.key", Part::TypeKey, Kind::Text),
    part("type.name", Part::TypeName, Kind::Text),
];

/// A type, by its key unless said otherwise.
pub(super) const TYPE: &[PartSpec] = &[
    part("id", Part::Id, Kind::Number),
    default_part("key", Part::Key, Kind::Text),
    part("name", Part::Name, Kind::Text),
];

/// A type under the deprecated alias `targettype`, which has no default.
pub(super) const TYPE_WITHOUT_DEFAULT: &[PartSpec] =
    &[part("id", Part::Id, Kind::Number), part("key", Part::Key, Kind::Text), part("name", Part::Name, Kind::Text)];

/// Tags, by name.
pub(super) const TAG: &[PartSpec] = &[default_part("name", Part::Name, Kind::Text)];

/// Anything by id and name.
pub(super) const ID_NAME: &[PartSpec] = &[part("id", Part::Id, Kind::Number), part("name", Part::Name, Kind::Text)];

/// The target of an action.
pub(super) const TARGET: &[PartSpec] = &[
    part("controllerid", Part::ControllerId, Kind::Text),
    part("name", Part::Name, Kind::Text),
    part("updatestatus", Part::UpdateStatus, Kind::Enum(UPDATE_STATUS)),
    part("address", Part::Address, Kind::Text),
];
