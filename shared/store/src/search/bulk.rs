//! Doing something with every target that matches.

use harrier_domain::Tenant;
use harrier_domain::target::Target;

use futures::{Stream, StreamExt, TryStreamExt};

use super::selection::TargetSelection;
use super::walk::{JoinedTarget, ShardWalk, WalkRange};
use crate::database::Consistency;
use crate::error::Result;
use crate::item::Loaded;
use crate::{MAX_PAGE, Store, TargetDetails};

/// What a step through a shard found, and where the next step starts.
#[derive(Debug)]
pub struct MatchingPage {
    pub targets: Vec<Loaded<Target>>,
    /// How many targets were looked at.
    pub examined: usize,
    /// The last controller id that was looked at; `None` at the end of the shard.
    pub next: Option<String>,
}

/// What a step through a shard read, with the details of each target if they were asked for.
#[derive(Debug)]
pub struct ShardPage {
    pub targets: Vec<(Loaded<Target>, Option<TargetDetails>)>,
    /// The last controller id that was looked at; `None` at the end of the shard.
    pub next: Option<String>,
}

impl Store {
    /// One resumable step: up to `limit` targets of a shard after the controller id `after`, whatever they are.
    pub async fn targets_of_shard(
        &self,
        tenant: &Tenant,
        with_details: bool,
        shard: u32,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ShardPage> {
        let details = with_details.then_some(Consistency::Strong);
        let range = WalkRange { prefix: None, after: after.map(ToOwned::to_owned), details };
        let mut walk = ShardWalk::new(self, tenant, shard, &range, limit.clamp(1, MAX_PAGE));
        let page = walk.next().await?.unwrap_or_default();
        let next = page.last().map(|last| last.target.controller_id.clone()).filter(|_| !walk.is_at_end());
        Ok(ShardPage { targets: page.into_iter().map(|joined| (joined.target, joined.details)).collect(), next })
    }

    /// All targets that match, page by page, in no order. Pages may be empty.
    ///
    /// Targets that are made, changed or removed meanwhile may be missed or found; none is found twice.
    pub async fn matching_targets(
        &self,
        tenant: &Tenant,
        selection: TargetSelection,
    ) -> Result<impl Stream<Item = Result<Vec<Loaded<Target>>>> + Send + Unpin + use<>> {
        let pages = self.candidates(tenant, &selection, Consistency::Strong).await?;
        Ok(pages.map_ok(move |page| keep_matching(&selection, page)))
    }

    /// Calls `work` with every non-empty page of the targets that match, one page after the other.
    ///
    /// # Errors
    /// The first failure, of a read or of `work`; the pages before it are done.
    pub async fn each_matching_target<F>(
        &self,
        tenant: &Tenant,
        selection: TargetSelection,
        mut work: impl FnMut(Vec<Loaded<Target>>) -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>>,
    {
        let mut pages = self.matching_targets(tenant, selection).await?;
        while let Some(page) = pages.next().await {
            let page = page?;
            if !page.is_empty() {
                work(page).await?;
            }
        }
        Ok(())
    }

    /// One resumable step: looks at up to `limit` targets of a shard after the controller id `after`.
    pub async fn matching_targets_of_shard(
        &self,
        tenant: &Tenant,
        selection: &TargetSelection,
        shard: u32,
        after: Option<&str>,
        limit: i32,
    ) -> Result<MatchingPage> {
        let details = selection.reads_details().then_some(Consistency::Strong);
        let range = WalkRange { prefix: None, after: after.map(ToOwned::to_owned), details };
        let mut walk = ShardWalk::new(self, tenant, shard, &range, limit.clamp(1, MAX_PAGE));
        let page = walk.next().await?.unwrap_or_default();
        let next = page.last().map(|last| last.target.controller_id.clone()).filter(|_| !walk.is_at_end());
        Ok(MatchingPage { examined: page.len(), targets: keep_matching(selection, page), next })
    }
}

fn keep_matching(selection: &TargetSelection, page: Vec<JoinedTarget>) -> Vec<Loaded<Target>> {
    let matching = page.into_iter().filter(|joined| selection.matches(&joined.target, joined.details.as_ref()));
    matching.map(|joined| joined.target).collect()
}
