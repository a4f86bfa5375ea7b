//! The catalogue: one set of fields for each entity.

use super::constants::{ACTION_STATUS as ACTION_STATUSES, ACTION_TYPE, AUTO_ASSIGNMENT_STATUS};
use super::constants::{ROLLOUT_STATUS, UPDATE_STATUS};
use super::references::{ID_NAME, SET_NAME_VERSION, SET_WITH_TYPE, TAG, TARGET as TARGET_PARTS};
use super::references::{TYPE, TYPE_WITHOUT_DEFAULT};
use super::{EntityFields, Field, FieldSpec, Kind, Scalar, Shape};
use crate::sort::{Direction, SortTerm};

const fn field(name: &'static str, field: Field, shape: Shape) -> FieldSpec {
    FieldSpec { name, field, shape }
}

const fn plain(name: &'static str, field: Field, kind: Kind) -> FieldSpec {
    FieldSpec { name, field, shape: Shape::Plain(Scalar::Value(kind)) }
}

const fn text(name: &'static str, field: Field) -> FieldSpec {
    plain(name, field, Kind::Text)
}

const fn number(name: &'static str, field: Field) -> FieldSpec {
    plain(name, field, Kind::Number)
}

const fn timestamp(name: &'static str, field: Field) -> FieldSpec {
    plain(name, field, Kind::Timestamp)
}

/// An entity with a numeric id, listed by it.
const fn entity(fields: &'static [&'static [FieldSpec]]) -> EntityFields {
    EntityFields {
        key: Field::Id,
        default_sort: SortTerm { field: Field::Id, direction: Direction::Ascending },
        fields,
        sortable_by_parent: &[],
        has_completeness: false,
    }
}

/// As [`entity`], newest first.
const fn history(fields: &'static [&'static [FieldSpec]]) -> EntityFields {
    let newest_first = SortTerm { field: Field::Id, direction: Direction::Descending };
    EntityFields { default_sort: newest_first, ..entity(fields) }
}

const ID: &[FieldSpec] = &[number("id", Field::Id)];
const ID_AND_NAME: &[FieldSpec] = &[number("id", Field::Id), text("name", Field::Name)];
const DESCRIPTION: &[FieldSpec] = &[text("description", Field::Description)];
const KEY: &[FieldSpec] = &[text("key", Field::Key)];
const VERSION: &[FieldSpec] = &[text("version", Field::Version)];
const COLOUR: &[FieldSpec] = &[text("colour", Field::Colour)];
const AUDIT: &[FieldSpec] = &[
    timestamp("createdat", Field::CreatedAt),
    text("createdby", Field::CreatedBy),
    timestamp("lastmodifiedat", Field::LastModifiedAt),
    text("lastmodifiedby", Field::LastModifiedBy),
];

/// Targets. `id` and `controllerid` are the same; the numeric id has no name here.
pub static TARGET: EntityFields = EntityFields {
    key: Field::ControllerId,
    default_sort: SortTerm { field: Field::ControllerId, direction: Direction::Ascending },
    fields: &[TARGET_FIELDS, TARGET_RELATIONS, DESCRIPTION, AUDIT],
    sortable_by_parent: &[Field::Id],
    has_completeness: false,
};

const TARGET_FIELDS: &[FieldSpec] = &[
    text("id", Field::ControllerId),
    text("controllerid", Field::ControllerId),
    text("name", Field::Name),
    text("group", Field::Group),
    plain("updatestatus", Field::UpdateStatus, Kind::Enum(UPDATE_STATUS)),
    text("ipaddress", Field::Address),
    timestamp("lastcontrollerrequestat", Field::LastControllerRequestAt),
    field("autoconfirm", Field::AutoConfirm, Shape::Plain(Scalar::Existence)),
];

const TARGET_RELATIONS: &[FieldSpec] = &[
    field("attribute", Field::Attribute, Shape::Map),
    field("metadata", Field::Metadata, Shape::Map),
    field("assignedds", Field::AssignedSet, Shape::Reference(SET_NAME_VERSION)),
    field("installedds", Field::InstalledSet, Shape::Reference(SET_NAME_VERSION)),
    field("tag", Field::Tag, Shape::Collection(TAG)),
    field("type", Field::Type, Shape::Reference(TYPE)),
    field("targettype", Field::Type, Shape::Reference(TYPE_WITHOUT_DEFAULT)),
];

/// Actions, of the tenant or of one target.
pub static ACTION: EntityFields = history(&[ID, ACTION_FIELDS, AUDIT]);

const ACTION_FIELDS: &[FieldSpec] = &[
    number("weight", Field::Weight),
    number("laststatuscode", Field::LastStatusCode),
    plain("active", Field::Active, Kind::Boolean),
    plain("status", Field::Status, Kind::Enum(ACTION_STATUSES)),
    text("externalref", Field::ExternalRef),
    field("target", Field::Target, Shape::Reference(TARGET_PARTS)),
    field("distributionset", Field::DistributionSet, Shape::Reference(SET_WITH_TYPE)),
    field("rollout", Field::Rollout, Shape::Reference(ID_NAME)),
    field("rolloutgroup", Field::RolloutGroup, Shape::Reference(ID_NAME)),
];

/// The status history of an action; sorted only. `reportedat` and `createdat` are the same property.
pub static ACTION_STATUS: EntityFields = history(&[
    ID,
    &[
        timestamp("timestamp", Field::Timestamp),
        timestamp("reportedat", Field::CreatedAt),
        timestamp("createdat", Field::CreatedAt),
        text("createdby", Field::CreatedBy),
    ],
]);

/// Automatic assignments.
pub static AUTO_ASSIGNMENT: EntityFields = EntityFields {
    sortable_by_parent: &[Field::Description],
    ..entity(&[
        ID_AND_NAME,
        AUDIT,
        &[
            plain("status", Field::Status, Kind::Enum(AUTO_ASSIGNMENT_STATUS)),
            plain("actiontype", Field::ActionType, Kind::Enum(ACTION_TYPE)),
            text("approvaldecidedby", Field::ApprovalDecidedBy),
            field("distributionset", Field::DistributionSet, Shape::Reference(SET_NAME_VERSION)),
        ],
    ])
};

/// Distribution sets.
pub static DISTRIBUTION_SET: EntityFields = EntityFields {
    has_completeness: true,
    ..entity(&[
        ID_AND_NAME,
        DESCRIPTION,
        VERSION,
        AUDIT,
        &[
            plain("valid", Field::Valid, Kind::Boolean),
            field("type", Field::Type, Shape::Reference(TYPE)),
            field("module", Field::Module, Shape::Collection(ID_NAME)),
            field("tag", Field::Tag, Shape::Collection(TAG)),
            field("metadata", Field::Metadata, Shape::Map),
        ],
    ])
};

/// Tags of distribution sets.
pub static DISTRIBUTION_SET_TAG: EntityFields = entity(&[
    ID_AND_NAME,
    DESCRIPTION,
    COLOUR,
    AUDIT,
    &[field("distributionset", Field::DistributionSet, Shape::Collection(ID_NAME))],
]);

/// Tags of targets.
pub static TARGET_TAG: EntityFields = entity(&[ID_AND_NAME, DESCRIPTION, COLOUR, AUDIT]);

/// Distribution set types.
pub static DISTRIBUTION_SET_TYPE: EntityFields = entity(&[ID_AND_NAME, KEY, DESCRIPTION, AUDIT]);

/// Target types.
pub static TARGET_TYPE: EntityFields = entity(&[ID_AND_NAME, KEY, DESCRIPTION, AUDIT]);

/// Software module types.
pub static SOFTWARE_MODULE_TYPE: EntityFields =
    entity(&[ID_AND_NAME, KEY, DESCRIPTION, AUDIT, &[number("maxassignments", Field::MaxAssignments)]]);

/// Software modules.
pub static SOFTWARE_MODULE: EntityFields = entity(&[
    ID_AND_NAME,
    DESCRIPTION,
    VERSION,
    AUDIT,
    &[field("type", Field::Type, Shape::Reference(TYPE)), field("metadata", Field::Metadata, Shape::Map)],
]);

/// Rollouts.
pub static ROLLOUT: EntityFields = entity(&[
    ID_AND_NAME,
    DESCRIPTION,
    AUDIT,
    &[
        plain("status", Field::Status, Kind::Enum(ROLLOUT_STATUS)),
        field("distributionset", Field::DistributionSet, Shape::Reference(SET_WITH_TYPE)),
    ],
]);

/// The groups of a rollout. Their status can be sorted by, under the rollout's name for it, but not searched.
pub static ROLLOUT_GROUP: EntityFields =
    EntityFields { sortable_by_parent: &[Field::Status], ..entity(&[ID_AND_NAME, DESCRIPTION, AUDIT]) };

/// Stored target filters; the set is that of the automatic assignment with the same name.
pub static TARGET_FILTER: EntityFields = entity(&[
    ID_AND_NAME,
    AUDIT,
    &[field("autoassigndistributionset", Field::AutoAssignDistributionSet, Shape::Reference(SET_NAME_VERSION))],
]);
