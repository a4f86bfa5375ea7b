//! Polling intervals for the targets that match a filter (DDI §4.2).
//!
//! Nothing is read or evaluated while a tenant has no such filters, and only what the filters ask for otherwise.

use harrier_domain::classification::{TargetTag, TargetType};
use harrier_domain::polling::{Interval, Override, Polling};
use harrier_domain::target::Target;
use harrier_query::{Field, Placeholders, Query, fields};
use harrier_store::search::{Named, TargetRow};
use harrier_store::{Consistency, Loaded, Result, TargetDetails};

use crate::access::Session;

/// The interval of this target, before its deviation.
pub async fn interval_of(session: &Session, target: &Target, polling: &Polling) -> Result<Interval> {
    if polling.overrides.is_empty() {
        return Ok(polling.default);
    }
    let mut rules = Vec::with_capacity(polling.overrides.len());
    for rule in &polling.overrides {
        if let Some(mut query) = bound(session, polling, rule) {
            resolve(session, target, &mut query).await?;
            rules.push((query, rule.interval));
        }
    }
    let details = details(session, &rules).await?;
    let row = TargetRow { target, details: details.as_deref() };
    let first = rules.iter().find(|(query, _)| query.matches(&row));
    Ok(first.map_or(polling.default, |(_, interval)| *interval))
}

/// `None` for a filter that cannot be used, which is passed over.
fn bound(session: &Session, polling: &Polling, rule: &Override) -> Option<Query> {
    let overdue_time = session.tenant.configuration.polling_overdue_time();
    let overdue = polling.overdue_timestamp(overdue_time, session.now);
    let placeholders = Placeholders { now: session.now, overdue };
    Query::bind(&rule.filter, &fields::TARGET, &placeholders)
        .inspect_err(|error| tracing::warn!(%error, "a polling override is passed over"))
        .ok()
}

/// Decides the terms on what this one target refers to: nothing else has to be known.
async fn resolve(session: &Session, target: &Target, query: &mut Query) -> Result<()> {
    let (store, tenant) = (session.store(), session.tenant());
    for (field, set) in [(Field::AssignedSet, target.assigned_set), (Field::InstalledSet, target.installed_set)] {
        if query.reads(field) {
            let set = match set {
                Some(set) => session.library.set(session.lookup(i64::MIN), set).await?,
                None => None,
            };
            query.resolve(field, &set.iter().map(|set| Named::set(set)).collect::<Vec<_>>());
        }
    }
    if query.reads(Field::Type) {
        let ids: Vec<i64> = target.target_type.into_iter().collect();
        let types: Vec<Loaded<TargetType>> = store.find_many(tenant, &ids, Consistency::Eventual).await?;
        query.resolve(Field::Type, &types.iter().map(|one| Named::target_type(one)).collect::<Vec<_>>());
    }
    if query.reads(Field::Tag) {
        let ids: Vec<i64> = target.tags.iter().copied().collect();
        let tags: Vec<Loaded<TargetTag>> = store.find_many(tenant, &ids, Consistency::Eventual).await?;
        query.resolve(Field::Tag, &tags.iter().map(|tag| Named::tag(&tag.0)).collect::<Vec<_>>());
    }
    Ok(())
}

async fn details(session: &Session, rules: &[(Query, Interval)]) -> Result<Option<Loaded<TargetDetails>>> {
    let reads_details = |query: &Query| query.reads(Field::Attribute) || query.reads(Field::Metadata);
    if rules.iter().any(|(query, _)| reads_details(query)) {
        return session.store().details(session.tenant(), &session.controller_id).await;
    }
    Ok(None)
}
