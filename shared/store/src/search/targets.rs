//! Searching targets.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use harrier_query::{Direction, Field, Plan, Query, Sort, SortKey};
use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::best::Best;
use super::listing::Found;
use super::merge::{CONCURRENCY, MergedShards};
use super::rows::TargetRow;
use super::scope::TargetScope;
use super::selection::TargetSelection;
use super::walk::{JoinedTarget, ShardWalk, WALK_PAGE, WalkRange};
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded};
use crate::records::values;
use crate::schema::Table;
use crate::{Store, TARGET_SHARDS, TargetDetails, keys};

/// Pages that end before this position are kept as records while searching; deeper ones as sort keys, and their records
/// are read again.
const MOST_RECORDS_HELD: usize = 2000;

/// About how many targets one read unit covers in a pass; reading a single target takes a whole one.
const TARGETS_PER_UNIT: u64 = 8;

const SHARDS: usize = TARGET_SHARDS as usize;

/// What a listing of targets asks for. The query and the sort order are bound to [`harrier_query::fields::TARGET`].
#[derive(Debug, Clone)]
pub struct TargetSearch {
    pub query: Query,
    pub sort: Sort,
    pub offset: usize,
    pub limit: usize,
    /// All of these must hold too.
    pub scopes: Vec<TargetScope>,
}

type PageKey = (SortKey, String);

impl Store {
    /// One page of the targets that match, ordered by the sort order and then by controller id, and their exact number.
    ///
    /// Costs at most 0.13 read units per target of the tenant (a pass of strongly consistent reads), less when the query
    /// names controller ids or their beginning. Attributes and metadata are read, and paid, only if the query asks for
    /// them, and then as they were a moment ago (`docs/decisions.md`, no. 78): half a read unit for 4 KB of them.
    pub async fn search_targets(&self, tenant: &Tenant, search: TargetSearch) -> Result<Found<Target>> {
        let TargetSearch { query, sort, offset, limit, scopes } = search;
        let selection = self.select_targets(tenant, query, scopes).await?;
        if let (true, Some(forward)) = (selection.is_everything(), order_of_keys(&sort)) {
            return self.list_all_targets(tenant, forward, offset, limit).await;
        }
        let mut best = Best::new(offset, limit);
        let hold_records = offset.saturating_add(limit) <= MOST_RECORDS_HELD;
        let mut pages = self.candidates(tenant, &selection, Consistency::Eventual).await?;
        while let Some(page) = pages.try_next().await? {
            for JoinedTarget { target, details } in page {
                if selection.matches(&target, details.as_ref()) {
                    let key = sort.key(&TargetRow { target: &target, details: details.as_ref() });
                    let id = target.controller_id.clone();
                    best.offer((key, id), hold_records.then(|| target.into_inner()));
                }
            }
        }
        let total = best.total();
        Ok(Found { items: self.records_of_page(tenant, best).await?, total })
    }

    async fn list_all_targets(
        &self,
        tenant: &Tenant,
        forward: bool,
        offset: usize,
        limit: usize,
    ) -> Result<Found<Target>> {
        let total = self.target_count(tenant).await?;
        let left = usize::try_from(total).unwrap_or(usize::MAX).saturating_sub(offset);
        if left == 0 || limit == 0 {
            return Ok(Found { total, ..Found::nothing() });
        }
        let wanted = offset.saturating_add(limit.min(left));
        let items = MergedShards::new(self, tenant, forward, wanted).slice(offset, limit).await?;
        Ok(Found { items, total })
    }

    async fn records_of_page(&self, tenant: &Tenant, best: Best<PageKey, Option<Target>>) -> Result<Vec<Target>> {
        let page: Vec<(PageKey, Option<Target>)> = best.page().collect();
        if page.iter().all(|(_, record)| record.is_some()) {
            return Ok(page.into_iter().filter_map(|(_, record)| record).collect());
        }
        let ids: Vec<String> = page.into_iter().map(|((_, id), _)| id).collect();
        let read = self.targets(tenant, &ids).await?;
        let mut by_id: HashMap<String, Target> =
            read.into_iter().map(|target| (target.controller_id.clone(), target.into_inner())).collect();
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }

    /// The targets that can match, page by page, in the cheapest way there is. `freshness` is that of the details.
    pub(super) async fn candidates(
        &self,
        tenant: &Tenant,
        selection: &TargetSelection,
        freshness: Consistency,
    ) -> Result<stream::BoxStream<'static, Result<Vec<JoinedTarget>>>> {
        let details = selection.reads_details().then_some(freshness);
        match selection.plan() {
            Plan::ExactKeys(ids) if self.is_cheaper_than_a_pass(tenant, ids.len()).await? => {
                Ok(self.named_targets(tenant, ids, details))
            }
            Plan::KeyPrefixes(prefixes) if self.is_cheaper_than_a_pass(tenant, prefixes.len() * SHARDS).await? => {
                Ok(self.pass(tenant, prefixes.into_iter().map(Some).collect(), details))
            }
            _ => Ok(self.pass(tenant, vec![None], details)),
        }
    }

    async fn is_cheaper_than_a_pass(&self, tenant: &Tenant, reads: usize) -> Result<bool> {
        if reads <= SHARDS {
            return Ok(true);
        }
        let pass = self.target_count(tenant).await? / TARGETS_PER_UNIT;
        Ok(u64::try_from(reads).is_ok_and(|reads| reads <= pass))
    }

    /// Through all shards, once for each prefix.
    fn pass(
        &self,
        tenant: &Tenant,
        prefixes: Vec<Option<String>>,
        details: Option<Consistency>,
    ) -> stream::BoxStream<'static, Result<Vec<JoinedTarget>>> {
        let ranges = prefixes.into_iter().map(|prefix| WalkRange { prefix, after: None, details });
        let walks_of = |range: WalkRange| {
            (0..TARGET_SHARDS).map(move |shard| ShardWalk::new(self, tenant, shard, &range, WALK_PAGE))
        };
        let walks: Vec<ShardWalk> = ranges.flat_map(walks_of).collect();
        stream::iter(walks).map(pages_of_walk).flatten_unordered(CONCURRENCY).boxed()
    }

    fn named_targets(
        &self,
        tenant: &Tenant,
        ids: Vec<String>,
        details: Option<Consistency>,
    ) -> stream::BoxStream<'static, Result<Vec<JoinedTarget>>> {
        let chunk = usize::try_from(WALK_PAGE).unwrap_or(1);
        let chunks: Vec<Vec<String>> = ids.chunks(chunk).map(<[String]>::to_vec).collect();
        let (store, tenant) = (self.clone(), tenant.clone());
        let read = move |ids: Vec<String>| {
            let (store, tenant) = (store.clone(), tenant.clone());
            async move { store.read_named(&tenant, &ids, details).await }
        };
        stream::iter(chunks).then(read).boxed()
    }

    async fn read_named(
        &self,
        tenant: &Tenant,
        ids: &[String],
        freshness: Option<Consistency>,
    ) -> Result<Vec<JoinedTarget>> {
        let targets = self.targets(tenant, ids).await?;
        let mut details: HashMap<String, TargetDetails> = HashMap::new();
        if let Some(freshness) = freshness {
            let keys: Vec<Key> = ids.iter().map(|id| keys::details(tenant, id)).collect();
            let found: Vec<TargetDetails> = values(self.database.find_many(Table::Fleet, &keys, freshness).await?);
            details = found.into_iter().map(|details| (details.controller_id.clone(), details)).collect();
        }
        let join = |target: Loaded<Target>| {
            let details = details.remove(&target.controller_id);
            JoinedTarget { target, details }
        };
        Ok(targets.into_iter().map(join).collect())
    }
}

/// Ascending (`true`) or descending, if controller ids alone decide the order.
fn order_of_keys(sort: &Sort) -> Option<bool> {
    match sort.terms() {
        [] => Some(true),
        [first, ..] if first.field == Field::ControllerId => Some(first.direction == Direction::Ascending),
        _ => None,
    }
}

fn pages_of_walk(walk: ShardWalk) -> stream::BoxStream<'static, Result<Vec<JoinedTarget>>> {
    stream::try_unfold(walk, |mut walk| async move { Ok(walk.next().await?.map(|page| (page, walk))) }).boxed()
}
