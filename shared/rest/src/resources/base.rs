//! The audit fields every entity shows (management §1.4).

use harrier_domain::audit::Audit;
use schemars::JsonSchema;
use serde::Serialize;

/// Who made and last changed an entity, and when. Put it into a resource with `#[serde(flatten)]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    pub created_by: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    pub last_modified_by: String,
    /// Epoch milliseconds.
    pub last_modified_at: i64,
}

impl From<&Audit> for Base {
    fn from(audit: &Audit) -> Self {
        Self {
            created_by: audit.created_by.clone(),
            created_at: audit.created_at,
            last_modified_by: audit.modified_by.clone(),
            last_modified_at: audit.modified_at,
        }
    }
}
