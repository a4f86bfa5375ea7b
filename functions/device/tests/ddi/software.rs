//! Software for the bench.

use bytes::Bytes;
use futures::stream;
use harrier_artifacts::UploadLimits;
use harrier_domain::audit::{Actor, Audit};
use harrier_domain::software::SoftwareModuleType;
use harrier_domain::software::{Artifact, DistributionSet, DistributionSetType, Metadata, SoftwareModule};
use harrier_store::{MetadataOwner, NameGuard, OwnedMetadata, Sequence, SetMembership};
use std::convert::Infallible;

use crate::bench::Bench;

/// A distribution set and its modules, in the order they were asked for.
pub struct Software {
    pub set: i64,
    pub modules: Vec<i64>,
}

/// A file: name and content.
pub type File<'a> = (&'a str, &'a [u8]);

impl Bench {
    /// A set of one `os` module with one small file.
    pub async fn software(&self, name: &str) -> Software {
        self.software_of(name, &[("os", &[("image.bin", name.as_bytes())])]).await
    }

    /// A set with a module of each type key, with these files.
    pub async fn software_of(&self, name: &str, modules: &[(&str, &[File<'_>])]) -> Software {
        self.build(name, modules, |_| ()).await
    }

    pub async fn build(
        &self,
        name: &str,
        modules: &[(&str, &[File<'_>])],
        adjust: impl FnOnce(&mut DistributionSet),
    ) -> Software {
        let mut ids = Vec::new();
        for (type_key, files) in modules {
            ids.push(self.module(name, type_key, files).await);
        }
        let id = self.app.store.next_id(&self.tenant, Sequence::Catalogue).await.unwrap();
        let mut set = DistributionSet {
            id,
            type_id: self.lenient_set_type().await,
            name: name.to_owned(),
            version: "1.0".to_owned(),
            description: None,
            modules: ids.iter().copied().collect(),
            required_migration_step: false,
            locked: false,
            valid: true,
            deleted: false,
            used: false,
            tags: std::collections::BTreeSet::default(),
            audit: audit(self),
            revision: 1,
        };
        adjust(&mut set);
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&set);
        transaction.create(&NameGuard::new("set", &[&set.type_id.to_string(), &set.name, &set.version], id));
        for module in &ids {
            transaction.create(&SetMembership { module: *module, set: id });
        }
        transaction.commit().await.unwrap();
        Software { set: id, modules: ids }
    }

    /// A set type that asks for nothing.
    async fn lenient_set_type(&self) -> i64 {
        let types = self.app.store.all::<DistributionSetType>(&self.tenant).await.unwrap();
        if let Some(lenient) = types.iter().find(|known| known.key == "any") {
            return lenient.id;
        }
        let mut lenient = types[0].clone().into_inner();
        lenient.id = self.app.store.next_id(&self.tenant, Sequence::Catalogue).await.unwrap();
        lenient.key = "any".to_owned();
        lenient.mandatory.clear();
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&lenient);
        transaction.commit().await.unwrap();
        lenient.id
    }

    async fn module(&self, name: &str, type_key: &str, files: &[File<'_>]) -> i64 {
        let id = self.app.store.next_id(&self.tenant, Sequence::Catalogue).await.unwrap();
        let mut artifacts = Vec::new();
        for file in files {
            artifacts.push(self.artifact(*file).await);
        }
        let module = SoftwareModule {
            id,
            type_id: self.module_type(type_key).await,
            name: format!("{name}-{type_key}"),
            version: "1.0".to_owned(),
            description: None,
            vendor: None,
            encrypted: false,
            locked: false,
            deleted: false,
            artifacts,
            has_visible_metadata: false,
            audit: audit(self),
            revision: 1,
        };
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&module);
        transaction.commit().await.unwrap();
        id
    }

    async fn module_type(&self, key: &str) -> i64 {
        let types = self.app.store.all::<SoftwareModuleType>(&self.tenant).await.unwrap();
        if let Some(known) = types.iter().find(|known| known.key == key) {
            return known.id;
        }
        let mut other = types[0].clone().into_inner();
        other.id = self.app.store.next_id(&self.tenant, Sequence::Catalogue).await.unwrap();
        other.key = key.to_owned();
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&other);
        transaction.commit().await.unwrap();
        other.id
    }

    async fn artifact(&self, (filename, content): File<'_>) -> Artifact {
        let id = self.app.store.next_id(&self.tenant, Sequence::Catalogue).await.unwrap();
        let content = Bytes::copy_from_slice(content);
        let stream = stream::iter([Ok::<_, Infallible>(content)]);
        let tenant = self.tenant.as_str();
        let upload = id.to_string();
        let staged = self.app.artifacts.stage(tenant, &upload, stream, UploadLimits::default()).await.unwrap();
        self.app.artifacts.publish(&staged).await.unwrap();
        Artifact {
            id,
            filename: filename.to_owned(),
            size: staged.size,
            sha1: staged.digests.sha1,
            md5: staged.digests.md5,
            sha256: staged.digests.sha256,
            sealed: None,
            audit: audit(self),
        }
    }

    pub async fn change_module(&self, id: i64, change: impl FnOnce(&mut SoftwareModule)) {
        let mut module = self.app.store.get::<SoftwareModule>(&self.tenant, id).await.unwrap();
        change(&mut module);
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.save(&module);
        transaction.commit().await.unwrap();
    }

    /// Metadata of a module, with its visibility.
    pub async fn add_metadata(&self, module: i64, entries: &[(&str, &str, bool)]) {
        let mut transaction = self.app.store.transaction(&self.tenant);
        for (key, value, visible) in entries {
            let entry = Metadata { key: (*key).to_owned(), value: (*value).to_owned(), visible: *visible };
            transaction.create(&OwnedMetadata { owner: MetadataOwner::Module(module), entry });
        }
        transaction.commit().await.unwrap();
        let any_visible = entries.iter().any(|(_, _, visible)| *visible);
        self.change_module(module, |module| module.has_visible_metadata = any_visible).await;
    }
}

fn audit(bench: &Bench) -> Audit {
    Audit::created(&Actor::User("ops".to_owned()), bench.app.now())
}
