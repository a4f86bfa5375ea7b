//! Who is in a group: planned while the rollout has not started, afterwards exactly the targets that have an action in it.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use super::entities::whole;
use super::numbered;
use crate::database::{Consistency, Range, SortRange};
use crate::error::Result;
use crate::item::{Key, Loaded, Record, decode, encode};
use crate::keys::padded;
use crate::schema::{SORT_KEY, Table};
use crate::{MAX_PAGE, Store};

/// A target in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    #[serde(rename = "rg")]
    pub group: i64,
    /// The number of the target, which a later target with the same controller id does not have.
    #[serde(rename = "no")]
    pub number: i64,
    #[serde(rename = "id")]
    pub controller_id: String,
}

fn members_of(group: i64) -> String {
    format!("rollout-member#{group}")
}

impl GroupMember {
    /// Where the membership of a target is.
    #[must_use]
    pub fn key_of(tenant: &Tenant, group: i64, number: i64) -> Key {
        numbered(tenant, &members_of(group), number)
    }
}

impl Record for GroupMember {
    fn key(&self, tenant: &Tenant) -> Key {
        Self::key_of(tenant, self.group, self.number)
    }
}

impl Store {
    /// Puts targets into groups. Plain writes: repeating them changes nothing.
    pub async fn put_members(&self, tenant: &Tenant, members: &[GroupMember]) -> Result<()> {
        let items = members.iter().map(|member| encode(member, tenant)).collect::<Result<_>>()?;
        self.database.write_many(Table::Campaigns, items, Vec::new()).await
    }

    /// Takes targets out of groups.
    pub async fn remove_members(&self, tenant: &Tenant, members: &[GroupMember]) -> Result<()> {
        let keys = members.iter().map(|member| member.key(tenant)).collect();
        self.database.write_many(Table::Campaigns, Vec::new(), keys).await
    }

    /// The next members of a group after the target with the number `after`, at most `limit`, in the order of the numbers.
    pub async fn members(&self, tenant: &Tenant, group: i64, after: i64, limit: i32) -> Result<Vec<GroupMember>> {
        let sort = SortRange::After(padded(after));
        let range = Range { sort, limit: limit.min(MAX_PAGE), ..whole(format!("{tenant}#{}", members_of(group))) };
        let page = self.database.query(&range, None).await?;
        page.items.into_iter().map(|item| decode(item).map(Loaded::into_inner)).collect()
    }

    /// Part of a group: at most `limit` members after skipping `offset`. Costs about a read unit for each hundred members
    /// up to there; may be a moment old.
    pub async fn member_page(
        &self,
        tenant: &Tenant,
        group: i64,
        forward: bool,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<GroupMember>> {
        let mut range = whole(format!("{tenant}#{}", members_of(group)));
        range.forward = forward;
        range.consistency = Consistency::Eventual;
        let wanted = offset.saturating_add(limit);
        range.limit = i32::try_from(wanted).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let (mut skipped, mut found, mut start) = (0, Vec::new(), None);
        loop {
            let page = self.database.query(&range, start).await?;
            let skip = page.items.len().min(offset - skipped);
            skipped += skip;
            found.extend(page.items.into_iter().skip(skip).take(limit - found.len()));
            start = page.next;
            if start.is_none() || found.len() >= limit {
                break;
            }
        }
        found.into_iter().map(|item| decode(item).map(Loaded::into_inner)).collect()
    }

    /// The keys of all items of a partition of the campaigns table.
    pub(super) async fn rollout_keys(&self, partition: String) -> Result<Vec<Key>> {
        let range = whole(partition);
        let items = self.database.query_all(&range).await?;
        let sorts = items.iter().filter_map(|item| item.get(SORT_KEY)?.as_s().ok());
        let key =
            |sort: &String| Key { table: Table::Campaigns, partition: range.partition.clone(), sort: sort.clone() };
        Ok(sorts.map(key).collect())
    }
}
