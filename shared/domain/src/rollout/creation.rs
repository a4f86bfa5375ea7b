//! New rollouts: what may be asked for, and the groups that come of it (`domain-behaviour.md` §11.3, §11.13).

use super::sizes::{Census, Portion, equal_percentage, plan, shares_of_rest};
use super::{Conditions, GroupStatus, Rollout, RolloutGroup, RolloutStatus};
use crate::action::ActionType;
use crate::audit::{Actor, Audit};
use crate::quota::{NEW_PARENT, Quotas};
use crate::{Error, Result};

/// A rollout as it is asked for, its texts checked.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRollout {
    pub name: String,
    pub description: Option<String>,
    pub filter: String,
    pub distribution_set: i64,
    pub action_type: ActionType,
    /// Kept for time-forced actions only, epoch milliseconds.
    pub forced_time: Option<i64>,
    pub weight: u16,
    pub start_at: Option<i64>,
    pub dynamic: bool,
    pub grouping: Grouping,
    pub retry_of: Option<i64>,
    /// What the creator was granted, literally.
    pub authorities: Vec<String>,
}

/// How the targets are put into groups.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouping {
    /// Groups of equal size, and the dynamic ones that follow.
    Equal { count: i32, template: Option<Template>, conditions: Conditions, confirmation_required: bool },
    /// Groups as named one by one.
    Explicit(Vec<NewGroup>),
}

/// The dynamic groups of a rollout that has one from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Follows the number in the groups' names.
    pub name_suffix: String,
    pub target_count: i64,
}

/// A group as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGroup {
    pub name: String,
    pub description: Option<String>,
    /// Restricts the rollout's filter; may be empty.
    pub filter: String,
    pub percentage: f32,
    pub confirmation_required: bool,
    pub conditions: Conditions,
}

impl NewRollout {
    /// Refuses what can be refused without looking at targets.
    ///
    /// # Errors
    /// [`Error::Validation`], [`Error::QuotaExceeded`].
    pub fn check(&self, quotas: &Quotas) -> Result<()> {
        match &self.grouping {
            Grouping::Equal { count, template, .. } => self.check_equal(*count, template.as_ref(), quotas),
            Grouping::Explicit(groups) => self.check_explicit(groups, quotas),
        }
    }

    fn check_equal(&self, count: i32, template: Option<&Template>, quotas: &Quotas) -> Result<()> {
        if template.is_some() && !self.dynamic {
            return invalid("A dynamic group template is for dynamic rollouts only.");
        }
        if template.is_some_and(|template| template.target_count < 1) {
            return invalid("The target count of a dynamic group template must be at least 1.");
        }
        match u64::try_from(count) {
            Err(_) => invalid("The amount of groups cannot be lower than zero."),
            Ok(0) if template.is_none() => invalid("The amount of groups can be zero for dynamic rollouts only."),
            Ok(count) => quotas.groups_per_rollout(NEW_PARENT, 0, count),
        }
    }

    fn check_explicit(&self, groups: &[NewGroup], quotas: &Quotas) -> Result<()> {
        if self.dynamic {
            return invalid("Dynamic rollouts are not allowed with explicit groups.");
        }
        if groups.is_empty() {
            return invalid("The list of groups must not be empty.");
        }
        quotas.groups_per_rollout(NEW_PARENT, 0, groups.len() as u64)?;
        if groups.iter().any(|group| !(1.0..=100.0).contains(&group.percentage)) {
            return invalid("The target percentage of a group must be between 1 and 100.");
        }
        let mut names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::AlreadyExists);
        }
        Ok(())
    }

    /// The distinct group filters, in the order of their first group. A census is taken for each.
    #[must_use]
    pub fn group_filters(&self) -> Vec<String> {
        distinct_filters(self.portions().iter().map(|portion| portion.filter.as_str()))
    }

    /// Refuses groups whose sizes are wrong, now that the targets are counted. `census` has one entry for each static group.
    ///
    /// # Errors
    /// [`Error::Validation`] when nothing matches or the groups do not cover everything, [`Error::QuotaExceeded`] for a
    /// group that is too big.
    pub fn check_sizes(&self, total: u64, census: &[Census], quotas: &Quotas) -> Result<()> {
        match &self.grouping {
            Grouping::Equal { count: 0, .. } => Ok(()),
            _ if total == 0 => invalid("Rollout target filter does not match any existing targets."),
            Grouping::Equal { count, .. } => {
                let share = total / u64::try_from(*count).unwrap_or(1).max(1);
                quotas.targets_per_rollout_group(NEW_PARENT, 0, share)
            }
            Grouping::Explicit(_) => {
                let sizes = plan(&shares_of_rest(&self.portions()), census, total)?;
                let most = sizes.into_iter().max().unwrap_or(0);
                quotas.targets_per_rollout_group(NEW_PARENT, 0, most)
            }
        }
    }

    /// The static groups as far as their sizes go.
    #[must_use]
    pub fn portions(&self) -> Vec<Portion> {
        match &self.grouping {
            Grouping::Equal { count, .. } => {
                let count = u32::try_from(*count).unwrap_or(0);
                let portion = Portion { filter: String::new(), percentage: equal_percentage(count) };
                vec![portion; count as usize]
            }
            Grouping::Explicit(groups) => {
                let portion = |g: &NewGroup| Portion { filter: g.filter.clone(), percentage: g.percentage };
                groups.iter().map(portion).collect()
            }
        }
    }

    /// How many groups it begins with: as many ids [`NewRollout::build`] takes.
    #[must_use]
    pub fn group_count(&self) -> usize {
        match &self.grouping {
            Grouping::Equal { count, template, .. } => {
                usize::try_from(*count).unwrap_or(0) + usize::from(template.is_some())
            }
            Grouping::Explicit(groups) => groups.len(),
        }
    }

    /// The entities. `group_ids` ascend; `total` is how many targets match by now.
    #[must_use]
    pub fn build(
        self,
        id: i64,
        group_ids: &[i64],
        total: u64,
        actor: &Actor,
        now: i64,
    ) -> (Rollout, Vec<RolloutGroup>) {
        let drafts = self.group_drafts();
        let mut parent = None;
        let mut groups = Vec::with_capacity(drafts.len());
        for (draft, group_id) in drafts.into_iter().zip(group_ids) {
            groups.push(RolloutGroup {
                id: *group_id,
                rollout: id,
                parent,
                audit: Audit::created(actor, now),
                ..draft
            });
            parent = Some(*group_id);
        }
        let name_suffix = match &self.grouping {
            Grouping::Equal { template: Some(template), .. } => template.name_suffix.clone(),
            _ => String::new(),
        };
        let rollout = Rollout {
            id,
            name: self.name,
            description: self.description,
            filter: self.filter,
            distribution_set: self.distribution_set,
            status: RolloutStatus::Creating,
            action_type: self.action_type,
            forced_time: self.forced_time.filter(|_| self.action_type == ActionType::TimeForced),
            weight: self.weight,
            start_at: self.start_at,
            dynamic: self.dynamic,
            name_suffix,
            total_targets: total,
            groups: u32::try_from(groups.len()).unwrap_or(u32::MAX),
            deleted: false,
            approval_decided_by: None,
            approval_remark: None,
            retry_of: self.retry_of,
            authorities: self.authorities,
            involve_after: 0,
            audit: Audit::created(actor, now),
            revision: 0,
        };
        (rollout, groups)
    }

    fn group_drafts(&self) -> Vec<RolloutGroup> {
        match &self.grouping {
            Grouping::Explicit(groups) => groups.iter().map(explicit_draft).collect(),
            Grouping::Equal { count, template, conditions, confirmation_required } => {
                let amount = u32::try_from(*count).unwrap_or(0);
                let percentage = equal_percentage(amount);
                let numbered =
                    |number: u32| draft(&format!("group-{number}"), percentage, conditions, *confirmation_required);
                let mut drafts: Vec<RolloutGroup> = (1..=amount).map(numbered).collect();
                drafts.extend(template.as_ref().map(|template| {
                    let name = format!("group-{}{}", amount + 1, template.name_suffix);
                    let draft = draft(&name, target_count(template), conditions, *confirmation_required);
                    RolloutGroup { dynamic: true, status: GroupStatus::Ready, ..draft }
                }));
                drafts
            }
        }
    }
}

/// The distinct ones of these filters, in their order.
pub fn distinct_filters<'f>(filters: impl IntoIterator<Item = &'f str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for filter in filters {
        if distinct.iter().all(|known| known != filter) {
            distinct.push(filter.to_owned());
        }
    }
    distinct
}

#[allow(clippy::cast_precision_loss)] // counts up to 16 777 216 are exact
fn target_count(template: &Template) -> f32 {
    template.target_count as f32
}

fn explicit_draft(group: &NewGroup) -> RolloutGroup {
    let draft = draft(&group.name, group.percentage, &group.conditions, group.confirmation_required);
    RolloutGroup { description: group.description.clone(), filter: group.filter.clone(), ..draft }
}

fn draft(name: &str, percentage: f32, conditions: &Conditions, confirmation_required: bool) -> RolloutGroup {
    RolloutGroup {
        id: 0,
        rollout: 0,
        parent: None,
        name: name.to_owned(),
        description: Some(name.to_owned()),
        status: GroupStatus::Creating,
        conditions: conditions.clone(),
        total_targets: 0,
        filter: String::new(),
        percentage,
        confirmation_required,
        dynamic: false,
        audit: Audit::created(&Actor::System, 0),
        revision: 0,
    }
}

fn invalid(reason: &str) -> Result<()> {
    Err(Error::Validation(reason.to_owned()))
}

/// The new rollout for the targets that failed in a finished one (`domain-behaviour.md` §11.13).
///
/// # Errors
/// [`Error::Validation`] unless it is finished; [`Error::ConstraintViolation`] when the new name is too long.
pub fn retry(old: &Rollout, authorities: Vec<String>) -> Result<NewRollout> {
    if old.status != RolloutStatus::Finished {
        return Err(Error::Validation("Only finished rollouts can be retried.".to_owned()));
    }
    Ok(NewRollout {
        name: crate::text::name("name", &format!("{}_retry", old.name))?,
        description: old.description.clone(),
        filter: format!("failedrollout=={}", old.id),
        distribution_set: old.distribution_set,
        action_type: old.action_type,
        forced_time: old.forced_time,
        weight: crate::action::DEFAULT_WEIGHT,
        start_at: old.start_at,
        dynamic: false,
        grouping: Grouping::Equal {
            count: 1,
            template: None,
            conditions: Conditions::default(),
            confirmation_required: false,
        },
        retry_of: Some(old.id),
        authorities,
    })
}
