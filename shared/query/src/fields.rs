//! The searchable and sortable fields of every entity (management §3.7).

mod constants;
mod entities;
mod references;

pub use entities::{
    ACTION, ACTION_STATUS, AUTO_ASSIGNMENT, DISTRIBUTION_SET, DISTRIBUTION_SET_TAG, DISTRIBUTION_SET_TYPE, ROLLOUT,
    ROLLOUT_GROUP, SOFTWARE_MODULE, SOFTWARE_MODULE_TYPE, TARGET, TARGET_FILTER, TARGET_TAG, TARGET_TYPE,
};

use crate::sort::SortTerm;

/// A property of an entity, independent of the names the wire has for it (`id` and `controllerid` of a target are both
/// [`Field::ControllerId`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The numeric id; for targets the internal one, which only sub-listings sort by.
    Id,
    ControllerId,
    Key,
    Name,
    Description,
    Version,
    Colour,
    Group,
    CreatedAt,
    CreatedBy,
    LastModifiedAt,
    LastModifiedBy,
    /// Action, rollout, auto assignment, and (only sorted by) rollout group.
    Status,
    UpdateStatus,
    /// The whole address of a target as URI text (`ipaddress`).
    Address,
    LastControllerRequestAt,
    AutoConfirm,
    Attribute,
    Metadata,
    AssignedSet,
    InstalledSet,
    Tag,
    Module,
    Type,
    Active,
    Weight,
    LastStatusCode,
    ExternalRef,
    Target,
    DistributionSet,
    Rollout,
    RolloutGroup,
    /// When the device said something happened (action status `timestamp`).
    Timestamp,
    ActionType,
    ApprovalDecidedBy,
    Valid,
    MaxAssignments,
    AutoAssignDistributionSet,
}

/// A sub-attribute: a property of the entity that a field refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Id,
    Key,
    Name,
    Version,
    ControllerId,
    UpdateStatus,
    Address,
    /// The id of the type of a referenced distribution set.
    TypeId,
    TypeKey,
    TypeName,
}

/// The fields of one entity.
#[derive(Debug)]
pub struct EntityFields {
    /// The field by which single entities are read.
    pub(crate) key: Field,
    pub(crate) default_sort: SortTerm,
    fields: &'static [&'static [FieldSpec]],
    /// Properties that have no name here but can be sorted by under the names of a parent resource.
    sortable_by_parent: &'static [Field],
    /// Whether the computed term `complete` exists (management §3.6).
    has_completeness: bool,
}

impl EntityFields {
    pub(crate) fn find(&self, name: &str) -> Option<&'static FieldSpec> {
        self.specs().find(|spec| spec.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn is_completeness(&self, selector: &str) -> bool {
        self.has_completeness && selector.eq_ignore_ascii_case("complete")
    }

    pub(crate) fn can_be_sorted_by(&self, field: Field) -> bool {
        self.sortable_by_parent.contains(&field) || self.specs().any(|spec| spec.field == field && spec.is_sortable())
    }

    /// The names of all fields, for messages.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.specs().map(|spec| spec.name).collect()
    }

    fn specs(&self) -> impl Iterator<Item = &'static FieldSpec> + use<> {
        self.fields.iter().copied().flatten()
    }
}

/// A named field.
#[derive(Debug)]
pub(crate) struct FieldSpec {
    /// Lower case, as in the contract.
    pub(crate) name: &'static str,
    pub(crate) field: Field,
    pub(crate) shape: Shape,
}

impl FieldSpec {
    /// Maps, collections, references and mere existence have no order (management §1.7).
    pub(crate) fn is_sortable(&self) -> bool {
        matches!(self.shape, Shape::Plain(Scalar::Value(_)))
    }
}

/// How many values a field has and where they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Plain(Scalar),
    /// `field.<key>`, values are text.
    Map,
    /// At most one other entity.
    Reference(&'static [PartSpec]),
    /// Any number of other entities.
    Collection(&'static [PartSpec]),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar {
    Value(Kind),
    /// Whether something is there: compares with `true` and `false` only.
    Existence,
}

/// The type of a value (management §3.3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Number,
    /// Epoch milliseconds.
    Timestamp,
    Boolean,
    /// The constants, lower case.
    Enum(&'static [&'static str]),
}

/// A named sub-attribute.
#[derive(Debug)]
pub(crate) struct PartSpec {
    pub(crate) name: &'static str,
    pub(crate) part: Part,
    pub(crate) kind: Kind,
    /// Taken when the field stands without a sub-attribute.
    pub(crate) is_default: bool,
}
