//! Who is in a group: planned while the rollout has not started, afterwards exactly the targets that have an action in it.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use super::all_of;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Record, encode};
use crate::keys::padded;
use crate::pages::Pages;
use crate::records::{decode_all, values};
use crate::schema::Table;
use crate::{Store, keys};

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
        keys::campaign(tenant, &members_of(group), number)
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
        let range = all_of(tenant, &members_of(group)).after(padded(after).as_str()).limit(limit);
        Ok(values(self.database.first_page(&range).await?))
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
        let range = all_of(tenant, &members_of(group))
            .backward(!forward)
            .consistency(Consistency::Eventual)
            .limit(offset.saturating_add(limit));
        let mut pages = Pages::new(&self.database, range);
        let (mut skipped, mut found) = (0, Vec::new());
        while found.len() < limit && !pages.is_at_end() {
            let page = pages.next().await?;
            let skip = page.len().min(offset - skipped);
            skipped += skip;
            found.extend(page.into_iter().skip(skip).take(limit - found.len()));
        }
        Ok(values(decode_all(found)?))
    }
}
