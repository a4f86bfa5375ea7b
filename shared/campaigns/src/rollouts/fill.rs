//! CREATING, second part: candidates are put into groups, in the order in which their targets were made (§11.5).
//!
//! Candidates never change while this goes on, and whether one has a group follows from its number alone: groups with the
//! same filter take theirs from front to back, so that all up to some number are taken. A step that is repeated therefore
//! puts the same targets into the same groups.

use harrier_domain::rollout::RolloutGroup;
use harrier_domain::rollout::advance::filled;
use harrier_domain::rollout::sizes::{Portion, expected, shares_of_rest};
use harrier_store::{Candidate, GroupMember, Loaded, RolloutProgress};

use super::collect::filters;
use super::jobs::{Outcome, Work};
use crate::Result;

/// Targets put into groups in one step.
const STEP: usize = 500;

/// Candidates read in one step.
const MOST_READ: usize = 5000;

/// Groups finished in one step: all of them are written with the job.
const MOST_GROUPS: usize = 40;

const PAGE: i32 = 500;

/// Returns also the groups that got all their targets.
pub(super) async fn step(work: &Work<'_>) -> Result<(Outcome, Vec<Loaded<RolloutGroup>>)> {
    let groups = work.engine.store.rollout_groups(work.tenant, work.rollout.id).await?;
    let mut filling = Filling::new(work, groups);
    while filling.progress.group < filling.groups.len() && !filling.has_done_enough() {
        match filling.progress.eligible {
            None => filling.count().await?,
            Some(eligible) => filling.place(eligible).await?,
        }
    }
    work.engine.store.put_members(work.tenant, &filling.placed).await?;
    let done = filling.progress.group >= filling.groups.len();
    let outcome = if done { Outcome::Done(filling.progress) } else { Outcome::Continue(filling.progress) };
    Ok((outcome, filling.filled))
}

struct Filling<'a> {
    work: &'a Work<'a>,
    /// The static groups.
    groups: Vec<Loaded<RolloutGroup>>,
    /// The filter of each group, by position among the distinct ones.
    filters: Vec<u16>,
    /// The share of the rest of each group, percent.
    shares: Vec<f64>,
    progress: RolloutProgress,
    placed: Vec<GroupMember>,
    filled: Vec<Loaded<RolloutGroup>>,
    read: usize,
}

impl<'a> Filling<'a> {
    fn new(work: &'a Work<'a>, mut groups: Vec<Loaded<RolloutGroup>>) -> Self {
        groups.retain(|group| !group.dynamic);
        let distinct = filters(&groups);
        let position = |group: &Loaded<RolloutGroup>| (0_u16..).zip(&distinct).find(|(_, f)| **f == group.filter);
        let portions: Vec<Portion> =
            groups.iter().map(|group| Portion { filter: group.filter.clone(), percentage: group.percentage }).collect();
        let mut progress = work.job.progress.clone();
        progress.taken.resize(distinct.len(), 0);
        Self {
            filters: groups.iter().map(|group| position(group).map_or(0, |(position, _)| position)).collect(),
            shares: shares_of_rest(&portions),
            work,
            groups,
            progress,
            placed: Vec::new(),
            filled: Vec::new(),
            read: 0,
        }
    }

    fn has_done_enough(&self) -> bool {
        self.placed.len() >= STEP || self.read >= MOST_READ || self.filled.len() >= MOST_GROUPS
    }

    fn filter(&self) -> u16 {
        self.filters[self.progress.group]
    }

    /// Candidates that match the present group's filter and have no group, and whether there may be more.
    async fn free(&mut self) -> Result<(Vec<Candidate>, Option<i64>)> {
        let Work { engine, tenant, rollout, .. } = self.work;
        let after = self.progress.number;
        let (mut candidates, more) = engine.store.rollout_candidates(tenant, rollout.id, false, after, PAGE).await?;
        self.read += candidates.len().max(1);
        let next = candidates.last().map(|last| last.number).filter(|_| more);
        let (filter, taken) = (self.filter(), &self.progress.taken);
        candidates.retain(|candidate| {
            candidate.filters.contains(&filter)
                && candidate.filters.iter().all(|f| taken.get(usize::from(*f)).is_none_or(|up| candidate.number > *up))
        });
        Ok((candidates, next))
    }

    /// Counts what the group may choose from.
    async fn count(&mut self) -> Result<()> {
        let (free, next) = self.free().await?;
        self.progress.count += free.len() as u64;
        match next {
            Some(next) => self.progress.number = next,
            None => {
                self.progress.eligible = Some(self.progress.count);
                self.progress.count = 0;
                self.progress.number = self.progress.taken[usize::from(self.filter())];
            }
        }
        Ok(())
    }

    /// Puts targets into the group until it has what it shall have.
    async fn place(&mut self, eligible: u64) -> Result<()> {
        let expected = expected(self.shares[self.progress.group], eligible);
        let mut next = None;
        if self.progress.count < expected {
            let room = usize::try_from(expected - self.progress.count).unwrap_or(usize::MAX);
            let room = room.min(STEP - self.placed.len().min(STEP));
            let (mut free, following) = self.free().await?;
            next = if free.len() > room { free.get(room - 1).map(|last| last.number) } else { following };
            free.truncate(room);
            self.take(&free);
            self.progress.number = next.unwrap_or(self.progress.number);
        }
        if self.progress.count >= expected || next.is_none() {
            self.finish_group(eligible);
        }
        Ok(())
    }

    fn take(&mut self, free: &[Candidate]) {
        let (group, filter) = (self.groups[self.progress.group].id, usize::from(self.filter()));
        self.placed.extend(free.iter().map(|candidate| GroupMember {
            group,
            number: candidate.number,
            controller_id: candidate.controller_id.clone(),
        }));
        self.progress.count += free.len() as u64;
        if let Some(last) = free.last() {
            self.progress.taken[filter] = last.number;
            self.progress.number = last.number;
        }
    }

    /// The next group with the same filter goes on where this one ends, and needs no counting.
    fn finish_group(&mut self, eligible: u64) {
        let mut group = self.groups[self.progress.group].clone();
        filled(&mut group, self.progress.count);
        self.filled.push(group);
        let filter = self.filter();
        self.progress.eligible = Some(eligible.saturating_sub(self.progress.count));
        self.progress.sizes.push(self.progress.count);
        self.progress.count = 0;
        self.progress.group += 1;
        let Some(next) = self.filters.get(self.progress.group) else {
            return;
        };
        self.progress.number = self.progress.taken[usize::from(*next)];
        if *next != filter {
            self.progress.eligible = None;
        }
    }
}
