//! How many targets each group gets (`domain-behaviour.md` §11.5).
//!
//! Percentages are of all targets of a filter. They are turned into shares of what earlier groups with the same filter
//! left. A percentage is a 32-bit number, the shares are 64-bit: that decides ties.

use crate::{Error, Result};

/// A group as far as its size goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// The group's filter.
    pub filter: String,
    /// Percent of all targets that match the filter.
    pub percentage: f32,
}

/// The share that each of `count` equal groups has, in percent.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn equal_percentage(count: u32) -> f32 {
    100.0 / count as f32
}

/// The shares of what is left, in percent, group after group.
#[must_use]
pub fn shares_of_rest(portions: &[Portion]) -> Vec<f64> {
    let share = |(index, portion): (usize, &Portion)| {
        let earlier = portions[..index].iter().filter(|earlier| earlier.filter == portion.filter);
        let rest = 100.0 - earlier.map(|earlier| f64::from(earlier.percentage)).sum::<f64>();
        if rest <= 1.0 { 100.0 } else { (f64::from(portion.percentage) * 100.0 / rest).min(100.0) }
    };
    portions.iter().enumerate().map(share).collect()
}

/// How many of the `eligible` targets a group with this share takes.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn expected(share: f64, eligible: u64) -> u64 {
    round_half_up(share * eligible as f64 / 100.0).min(eligible)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
fn round_half_up(number: f64) -> u64 {
    (number + 0.5).floor().max(0.0) as u64
}

/// What a pass over the fleet found for one group, before anything is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// Targets that match the group's filter.
    pub in_filter: u64,
    /// Those of them that match the filter of an earlier group too.
    pub overlap: u64,
}

/// The planned sizes of explicit groups, before they are filled.
///
/// # Errors
/// [`Error::Validation`] when the groups do not take exactly all of the `total` targets.
#[allow(clippy::cast_precision_loss)]
pub fn plan(shares: &[f64], census: &[Census], total: u64) -> Result<Vec<u64>> {
    let mut unused = 0_u64;
    let mut planned = Vec::with_capacity(shares.len());
    for (share, group) in shares.iter().zip(census) {
        let mut real = group.in_filter - group.overlap.min(group.in_filter);
        if group.overlap > 0 && unused > 0 {
            real += unused;
            unused = 0;
        }
        let size = round_half_up(share / 100.0 * real as f64).min(real);
        unused += real - size;
        planned.push(size);
    }
    if planned.iter().sum::<u64>() == total {
        return Ok(planned);
    }
    Err(Error::Validation("The groups do not match all targets of the rollout.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portions(percentages: &[f32]) -> Vec<Portion> {
        percentages.iter().map(|&percentage| Portion { filter: String::new(), percentage }).collect()
    }

    fn fill(total: u64, portions: &[Portion]) -> Vec<u64> {
        let mut left = total;
        let take = |share| {
            let taken = expected(share, left);
            left -= taken;
            taken
        };
        shares_of_rest(portions).into_iter().map(take).collect()
    }

    fn equal(total: u64, count: u32) -> Vec<u64> {
        fill(total, &portions(&vec![equal_percentage(count); count as usize]))
    }

    #[test]
    fn surprise_77_equal_groups_are_rounded_one_after_the_other() {
        assert_eq!(equal(9, 4), [2, 2, 3, 2]);
        assert_eq!(equal(3, 5), [1, 1, 0, 1, 0]);
        assert_eq!(equal(10, 3), [3, 3, 4]);
        assert_eq!(equal(10, 6), [2, 2, 1, 2, 1, 2]);
        assert_eq!(equal(1, 3), [0, 0, 1]);
        assert_eq!(equal_percentage(3).to_string(), "33.333332");
    }

    #[test]
    fn percentages_count_within_one_filter() {
        let portion = |filter: &str, percentage| Portion { filter: filter.to_owned(), percentage };
        let shares = shares_of_rest(&[portion("a", 20.0), portion("", 50.0), portion("a", 80.0), portion("", 50.0)]);
        assert_eq!(shares, [20.0, 50.0, 100.0, 100.0]);
        assert_eq!(shares_of_rest(&portions(&[99.5, 0.5])), [99.5, 100.0]);
        assert_eq!(shares_of_rest(&portions(&[50.0, 100.0])), [50.0, 100.0]);
    }

    #[test]
    fn surprise_79_groups_must_cover_everything() {
        let whole = |size| Census { in_filter: size, overlap: 0 };
        let repeated = |size| Census { in_filter: size, overlap: size };
        let plan_of = |percentages: &[f32], census: &[Census], total| {
            plan(&shares_of_rest(&portions(percentages)), census, total).ok()
        };
        assert_eq!(plan_of(&[20.0, 50.0], &[whole(500), repeated(500)], 500), None);
        assert_eq!(plan_of(&[20.0, 80.0], &[whole(500), repeated(500)], 500), Some(vec![100, 400]));
        assert_eq!(plan_of(&[50.0], &[whole(500)], 500), None);
        assert_eq!(plan_of(&[50.0, 100.0], &[whole(500), repeated(500)], 500), Some(vec![250, 250]));
        assert_eq!(plan_of(&[100.0], &[whole(0)], 1), None);
    }

    #[test]
    fn a_catch_all_takes_what_filtered_groups_left() {
        let portion = |filter: &str, percentage| Portion { filter: filter.to_owned(), percentage };
        let shares = shares_of_rest(&[portion("a", 50.0), portion("", 100.0)]);
        let census = [Census { in_filter: 40, overlap: 0 }, Census { in_filter: 100, overlap: 40 }];
        assert_eq!(plan(&shares, &census, 100).unwrap(), [20, 80]);
    }

    proptest::proptest! {
        #[test]
        fn equal_groups_take_every_target(total in 0_u64..2_000_000, count in 1_u32..=500) {
            let sizes = equal(total, count);
            proptest::prop_assert_eq!(sizes.iter().sum::<u64>(), total);
            let (least, most) = (total / u64::from(count), total.div_ceil(u64::from(count)));
            let tolerance = 1 + total / 100_000;
            // Of more than a hundred groups, the first that finds 1 % or less left takes all of it (§11.5).
            for size in sizes.into_iter().filter(|_| count <= 100) {
                proptest::prop_assert!(size + tolerance >= least && size <= most + tolerance);
            }
        }
    }
}
