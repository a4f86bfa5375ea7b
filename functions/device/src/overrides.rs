//! Polling intervals for the targets that match a filter (DDI §4.2).
//!
//! Nothing is read or evaluated while a tenant has no such filters, and only what the filters ask for otherwise.

use harrier_domain::classification::{TargetTag, TargetType};
use harrier_domain::polling::{Interval, Polling};
use harrier_domain::software::DistributionSet;
use harrier_domain::target::Target;
use harrier_query::{Field, Part, Path, Placeholders, Query, Row, Value, fields};
use harrier_store::{Consistency, Loaded, Result, TargetDetails};
use std::sync::Arc;

use crate::access::Session;

/// The interval of this target, before its deviation.
pub async fn interval_of(session: &Session, target: &Target, polling: &Polling) -> Result<Interval> {
    if polling.overrides.is_empty() {
        return Ok(polling.default);
    }
    let queries: Vec<(&str, Query)> = polling
        .overrides
        .iter()
        .filter_map(|rule| Some((rule.filter.as_str(), bound(session, polling, &rule.filter)?)))
        .collect();
    let row = TargetRow::load(session, target, &queries).await?;
    let matches = |filter: &str| queries.iter().find(|(text, _)| *text == filter).map(|(_, query)| query.matches(&row));
    Ok(polling.interval_for(matches))
}

/// `None` for a filter that cannot be used, which is passed over.
fn bound(session: &Session, polling: &Polling, filter: &str) -> Option<Query> {
    let overdue_time = session.tenant.configuration.polling_overdue_time();
    let overdue = polling.overdue_timestamp(overdue_time, session.now);
    let placeholders = Placeholders { now: session.now, overdue };
    Query::bind(filter, &fields::TARGET, &placeholders)
        .inspect_err(|error| tracing::warn!(%error, "a polling override is passed over"))
        .ok()
}

/// A target with what the filters read of it.
struct TargetRow<'a> {
    target: &'a Target,
    details: Option<Loaded<TargetDetails>>,
    assigned: Option<Arc<DistributionSet>>,
    installed: Option<Arc<DistributionSet>>,
    target_type: Option<Loaded<TargetType>>,
    tags: Vec<Loaded<TargetTag>>,
}

impl<'a> TargetRow<'a> {
    async fn load(session: &Session, target: &'a Target, queries: &[(&str, Query)]) -> Result<Self> {
        let reads = |field| queries.iter().any(|(_, query)| query.reads(field));
        let (store, tenant) = (session.store(), session.tenant());
        let details = if reads(Field::Attribute) || reads(Field::Metadata) {
            store.details(tenant, &target.controller_id).await?
        } else {
            None
        };
        let target_type = match target.target_type.filter(|_| reads(Field::Type)) {
            Some(id) => store.find(tenant, id, Consistency::Eventual).await?,
            None => None,
        };
        let tags = if reads(Field::Tag) { target.tags.iter().copied().collect() } else { Vec::new() };
        Ok(Self {
            target,
            details,
            assigned: set(session, target.assigned_set.filter(|_| reads(Field::AssignedSet))).await?,
            installed: set(session, target.installed_set.filter(|_| reads(Field::InstalledSet))).await?,
            target_type,
            tags: store.find_many(tenant, &tags, Consistency::Eventual).await?,
        })
    }
}

async fn set(session: &Session, id: Option<i64>) -> Result<Option<Arc<DistributionSet>>> {
    match id {
        Some(id) => session.library.set(session.lookup(), id).await,
        None => Ok(None),
    }
}

impl Row for TargetRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match path.field {
            Field::AssignedSet => set_part(self.assigned.as_deref(), path.part),
            Field::InstalledSet => set_part(self.installed.as_deref(), path.part),
            Field::Type => type_part(self.target_type.as_deref(), path.part),
            field => own_value(self.target, field),
        }
    }

    fn elements(&self, path: Path, offer: &mut dyn FnMut(Value<'_>)) {
        if path.field == Field::Tag {
            self.tags.iter().for_each(|tag| offer(Value::from(&tag.name)));
        }
    }

    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        let Some(details) = &self.details else { return };
        let entries = if field == Field::Attribute { &details.attributes } else { &details.metadata };
        entries.iter().for_each(|(key, value)| offer(key, value));
    }
}

fn own_value(target: &Target, field: Field) -> Value<'_> {
    match field {
        Field::ControllerId => Value::from(&target.controller_id),
        Field::Name => Value::from(&target.name),
        Field::Description => target.description.as_ref().into(),
        Field::Group => target.group.as_ref().into(),
        Field::UpdateStatus => Value::from(target.update_status.wire_name()),
        Field::Address => target.address.as_ref().into(),
        Field::LastControllerRequestAt => target.last_seen.into(),
        Field::AutoConfirm => Value::from(target.auto_confirm.is_some()),
        Field::CreatedAt => Value::from(target.audit.created_at),
        Field::CreatedBy => Value::from(&target.audit.created_by),
        Field::LastModifiedAt => Value::from(target.audit.modified_at),
        Field::LastModifiedBy => Value::from(&target.audit.modified_by),
        _ => Value::Null,
    }
}

fn set_part(set: Option<&DistributionSet>, part: Option<Part>) -> Value<'_> {
    let Some(set) = set else { return Value::Null };
    match part {
        Some(Part::Version) => Value::from(&set.version),
        Some(Part::Id) => Value::from(set.id),
        _ => Value::from(&set.name),
    }
}

fn type_part(target_type: Option<&TargetType>, part: Option<Part>) -> Value<'_> {
    let Some(target_type) = target_type else { return Value::Null };
    match part {
        Some(Part::Id) => Value::from(target_type.id),
        Some(Part::Name) => Value::from(&target_type.name),
        _ => Value::from(&target_type.key),
    }
}
