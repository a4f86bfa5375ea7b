//! Artifacts, the binaries they share, and what sets use.

use harrier_domain::Tenant;
use harrier_domain::consistency::{Finding, Severity};
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule};
use std::collections::{BTreeMap, BTreeSet};

use super::CheckReport;
use crate::catalogue::Blob;
use crate::error::Result;
use crate::range::Range;
use crate::records::values;
use crate::schema::Table;
use crate::{Loaded, Store, keys};

pub(super) async fn check(store: &Store, tenant: &Tenant, report: &mut CheckReport) -> Result<()> {
    let modules = store.all::<SoftwareModule>(tenant).await?;
    let sets = store.all::<DistributionSet>(tenant).await?;
    check_artifacts(store, tenant, &modules, report).await?;
    check_types(store, tenant, &sets, report).await?;
    check_memberships(store, tenant, &modules, &sets, report).await
}

/// A module that is deleted softly keeps the names of its artifacts, not their bytes.
async fn check_artifacts(
    store: &Store,
    tenant: &Tenant,
    modules: &[Loaded<SoftwareModule>],
    report: &mut CheckReport,
) -> Result<()> {
    let mut uses: BTreeMap<&str, i64> = BTreeMap::new();
    let mut bytes = 0;
    for artifact in modules.iter().filter(|module| !module.deleted).flat_map(|module| &module.artifacts) {
        // Encrypted bytes belong to one artifact alone, and nobody counts them.
        if artifact.sealed.is_none() {
            *uses.entry(&artifact.sha256).or_default() += 1;
        }
        bytes += i64::try_from(artifact.size).unwrap_or(i64::MAX);
        report.artifacts += 1;
    }
    let kept = i64::try_from(store.stored_bytes(tenant).await?).unwrap_or(i64::MAX);
    report.findings.extend(Finding::of_count("bytes of artifacts", kept, bytes, false));
    for blob in blobs(store, tenant).await? {
        let counted = uses.remove(blob.sha256.as_str()).unwrap_or_default();
        // A use is counted before, and given back after, the artifact is there.
        let subject = format!("uses of binary {}", blob.sha256);
        report.findings.extend(Finding::of_count(&subject, blob.uses.into(), counted, true));
    }
    report
        .findings
        .extend(uses.keys().map(|sha256| Finding::broken(format!("binary {sha256}"), "used, but not there")));
    Ok(())
}

async fn blobs(store: &Store, tenant: &Tenant) -> Result<Vec<Blob>> {
    let range = Range::of(Table::Catalogue, keys::catalogue_kind(tenant, Blob::KIND));
    Ok(values(store.database.all(&range).await?))
}

async fn check_types(
    store: &Store,
    tenant: &Tenant,
    sets: &[Loaded<DistributionSet>],
    report: &mut CheckReport,
) -> Result<()> {
    for set_type in store.all::<DistributionSetType>(tenant).await? {
        let counted = sets.iter().filter(|set| set.type_id == set_type.id).count();
        let kept = i64::try_from(store.count_of_sets_of_type(tenant, set_type.id).await?).unwrap_or(i64::MAX);
        let subject = format!("sets of type {}", set_type.key);
        let counted = i64::try_from(counted).unwrap_or(i64::MAX);
        report.findings.extend(Finding::of_count(&subject, kept, counted, false));
    }
    Ok(())
}

/// Sets name their modules, and modules find their sets. The memberships of a set that is removed go before it.
async fn check_memberships(
    store: &Store,
    tenant: &Tenant,
    modules: &[Loaded<SoftwareModule>],
    sets: &[Loaded<DistributionSet>],
    report: &mut CheckReport,
) -> Result<()> {
    for module in modules {
        let found = store.sets_of_module(tenant, module.id).await?;
        let found: BTreeSet<i64> = found.into_iter().map(|membership| membership.set).collect();
        let holders = sets.iter().filter(|set| set.modules.contains(&module.id));
        let holders: BTreeSet<i64> = holders.map(|set| set.id).collect();
        let subject = format!("module {}", module.id);
        for set in holders.difference(&found) {
            let problem = format!("does not find its set {set}");
            let is_going = sets.iter().any(|holder| holder.id == *set && holder.deleted && !holder.used);
            let severity = if is_going { Severity::Leftover } else { Severity::Broken };
            report.findings.push(Finding::new(severity, &subject, problem));
        }
        let surplus = found.difference(&holders);
        report.findings.extend(surplus.map(|set| Finding::leftover(&subject, format!("finds set {set} it is not in"))));
    }
    Ok(())
}
