//! What is installed: software modules, artifacts, distribution sets and their types (`domain-behaviour.md` §2.3–2.7, §2.13).

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::audit::Audit;
use crate::{Error, Result};

/// A kind of software module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftwareModuleType {
    pub id: i64,
    pub key: String,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "col", default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Artifacts a module needs to be complete.
    #[serde(rename = "min", default)]
    pub min_artifacts: i32,
    /// Modules of this type one set may hold, at least 1.
    #[serde(rename = "max")]
    pub max_assignments: i32,
    #[serde(rename = "del", default)]
    pub deleted: bool,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// A kind of distribution set: which module types it must and may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributionSetType {
    pub id: i64,
    pub key: String,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "col", default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    #[serde(rename = "man", default)]
    pub mandatory: BTreeSet<i64>,
    #[serde(rename = "opt", default)]
    pub optional: BTreeSet<i64>,
    #[serde(rename = "del", default)]
    pub deleted: bool,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl DistributionSetType {
    /// Sets of this type may hold modules of type `module_type`.
    #[must_use]
    pub fn takes(&self, module_type: i64) -> bool {
        self.mandatory.contains(&module_type) || self.optional.contains(&module_type)
    }
}

/// A file of a software module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    pub id: i64,
    #[serde(rename = "f")]
    pub filename: String,
    /// Bytes, as delivered to devices.
    #[serde(rename = "sz")]
    pub size: u64,
    #[serde(rename = "s1")]
    pub sha1: String,
    #[serde(rename = "m5")]
    pub md5: String,
    #[serde(rename = "s256")]
    pub sha256: String,
    /// The name of its encrypted bytes, in encrypted modules.
    #[serde(rename = "seal", default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    #[serde(flatten)]
    pub audit: Audit,
}

impl Artifact {
    /// Which stored bytes it has.
    #[must_use]
    pub fn binary(&self) -> Binary {
        match &self.sealed {
            Some(name) => Binary::Sealed(name.clone()),
            None => Binary::Shared(self.sha256.clone()),
        }
    }
}

/// Stored bytes of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binary {
    /// Named by their sha256, shared by all artifacts of the tenant with this content.
    #[serde(rename = "s")]
    Shared(String),
    /// Encrypted, those of one artifact alone. The name says nothing about the content.
    #[serde(rename = "e")]
    Sealed(String),
}

/// A unit of software with its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftwareModule {
    pub id: i64,
    #[serde(rename = "ty")]
    pub type_id: i64,
    pub name: String,
    #[serde(rename = "ver")]
    pub version: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "ven", default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    #[serde(rename = "enc", default)]
    pub encrypted: bool,
    #[serde(rename = "lock", default)]
    pub locked: bool,
    #[serde(rename = "del", default)]
    pub deleted: bool,
    #[serde(rename = "art", default)]
    pub artifacts: Vec<Artifact>,
    /// There is metadata that devices get to see.
    #[serde(rename = "vis", default)]
    pub has_visible_metadata: bool,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl SoftwareModule {
    /// The module has the artifacts its type asks for.
    #[must_use]
    pub fn is_complete(&self, module_type: &SoftwareModuleType) -> bool {
        i64::try_from(self.artifacts.len()).is_ok_and(|count| count >= i64::from(module_type.min_artifacts))
    }

    /// The artifact with this name, in any letter case (management §1.12).
    #[must_use]
    pub fn artifact_named(&self, filename: &str) -> Option<&Artifact> {
        let wanted = filename.to_lowercase();
        self.artifacts.iter().find(|artifact| artifact.filename.to_lowercase() == wanted)
    }
}

/// One key and value an operator put on an entity; `visible` matters for software modules only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    #[serde(rename = "k")]
    pub key: String,
    #[serde(rename = "val")]
    pub value: String,
    /// Devices get to see it.
    #[serde(rename = "vis", default)]
    pub visible: bool,
}

/// What is deployed: a set of software modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // the entity's flags, as the contract has them
pub struct DistributionSet {
    pub id: i64,
    #[serde(rename = "ty")]
    pub type_id: i64,
    pub name: String,
    #[serde(rename = "ver")]
    pub version: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "mods", default)]
    pub modules: BTreeSet<i64>,
    #[serde(rename = "rms", default)]
    pub required_migration_step: bool,
    #[serde(rename = "lock", default)]
    pub locked: bool,
    #[serde(rename = "val")]
    pub valid: bool,
    #[serde(rename = "del", default)]
    pub deleted: bool,
    /// An action or a rollout has ever used it: deletion is soft.
    #[serde(default)]
    pub used: bool,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<i64>,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// A module with its type: what completeness needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedModule {
    pub module: SoftwareModule,
    pub module_type: SoftwareModuleType,
}

impl DistributionSet {
    /// There is a module, all modules are complete, and every mandatory type is there (`domain-behaviour.md` §2.7).
    #[must_use]
    pub fn is_complete(&self, set_type: &DistributionSetType, modules: &[TypedModule]) -> bool {
        let present: BTreeSet<i64> = modules.iter().map(|typed| typed.module.type_id).collect();
        !modules.is_empty()
            && modules.iter().all(|typed| typed.module.is_complete(&typed.module_type))
            && set_type.mandatory.is_subset(&present)
    }

    /// Puts a module in. One too many of its type replaces another (management §6.3).
    ///
    /// # Errors
    /// [`Error::UnsupportedSoftwareModule`] when the set's type does not take the module's.
    pub fn add_module(
        &mut self,
        set_type: &DistributionSetType,
        added: &TypedModule,
        present: &[TypedModule],
    ) -> Result<()> {
        let module_type = &added.module_type;
        if !set_type.takes(module_type.id) {
            return Err(Error::UnsupportedSoftwareModule { module: added.module.id, set_type: set_type.key.clone() });
        }
        if self.modules.contains(&added.module.id) {
            return Ok(());
        }
        let same_type: Vec<i64> = present
            .iter()
            .filter(|typed| typed.module_type.id == module_type.id && self.modules.contains(&typed.module.id))
            .map(|typed| typed.module.id)
            .collect();
        let full = i64::try_from(same_type.len()).is_ok_and(|count| count >= i64::from(module_type.max_assignments));
        if let (true, Some(replaced)) = (full, same_type.first()) {
            self.modules.remove(replaced);
        }
        self.modules.insert(added.module.id);
        Ok(())
    }
}
