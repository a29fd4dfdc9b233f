//! How much did the program work between two heaps?

use super::steps::least_and_most;
use crate::leaks::limits::Limits;

/// How often the program did its work in each interval, and how long the intervals were; empty when nobody knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operations {
    numbers: Vec<u64>,
    elapsed: Vec<u64>,
    pub limits: Limits,
}

impl Operations {
    /// One number stands for all intervals; `None` when there are neither one nor as many as intervals.
    pub fn new(numbers: &[u64], intervals: usize, limits: &Limits) -> Option<Self> {
        let numbers = match numbers {
            [] => Vec::new(),
            [one] => vec![*one; intervals],
            all => Some(all.to_vec()).filter(|all| all.len() == intervals)?,
        };
        Some(Self { numbers, elapsed: Vec::new(), limits: limits.clone() })
    }

    /// Adds the milliseconds of each interval: they stand for the work where its amount is not known.
    pub fn within(mut self, elapsed: &[u64]) -> Self {
        if self.numbers.is_empty() {
            self.elapsed = elapsed.to_vec();
        }
        self
    }

    pub fn are_known(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// "211 operations", "100, 211 operations".
    pub fn sentence(&self) -> String {
        let mut numbers: Vec<String> = self.numbers.iter().map(crate::leaks::grouped::grouped).collect();
        numbers.dedup();
        format!("{} operations", numbers.join(", "))
    }

    pub fn total(&self) -> u64 {
        self.numbers.iter().sum()
    }

    /// The steps for as many operations in every interval as in the longest.
    pub fn scaled(&self, steps: &[i64]) -> Vec<i64> {
        scaled(steps, &self.numbers)
    }

    /// Views of the steps: by the operation where their number is known, else as they were seen; and by the time.
    pub fn views(&self, steps: &[i64]) -> impl Iterator<Item = Vec<i64>> {
        let by_time = (!self.elapsed.is_empty()).then(|| scaled(steps, &self.elapsed));
        [self.scaled(steps)].into_iter().chain(by_time)
    }

    /// Whether the growth is sustained in one of the views. The least is compared with the steps as they were seen.
    pub fn is_sustained(&self, steps: &[i64], least: i64) -> bool {
        let is_enough = steps.iter().all(|step| *step >= least);
        is_enough && self.views(steps).any(|steps| self.limits.is_sustained(&steps, least))
    }

    /// Whether growth that slowed down may go on, in one of the views. The least is compared as above.
    pub fn may_go_on(&self, steps: &[i64], least: i64) -> bool {
        let is_enough = steps.iter().all(|step| *step >= least);
        is_enough && self.views(steps).any(|steps| self.limits.may_go_on(&steps, least))
    }

    /// True when every operation of every interval adds the same number of objects.
    pub fn is_multiple(&self, steps: &[i64]) -> bool {
        let each = |(step, operations): (&i64, &u64)| {
            let operations = i64::try_from(*operations).ok().filter(|it| *it > 0)?;
            (step % operations == 0).then_some(step / operations)
        };
        let mut each = steps.iter().zip(&self.numbers).map(each);
        let first = each.next().flatten().filter(|each| *each > 0);
        let is_enough = self.numbers.iter().all(|operations| *operations >= self.limits.fewest_operations);
        is_enough && steps.len() == self.numbers.len() && first.is_some() && each.all(|it| it == first)
    }

    /// True when the steps are nearly equal, by the operation or by the time, or the same number of objects comes with
    /// each operation: that is no accident of the moment.
    pub fn is_regular(&self, steps: &[i64]) -> bool {
        let is_even = |steps: Vec<i64>| {
            let (least, most) = least_and_most(&steps);
            most > 0 && least * 10 >= most * self.limits.regular_tenths
        };
        self.views(steps).any(is_even) || self.is_multiple(steps)
    }
}

/// The steps for as much work in every interval as in the one with the most.
fn scaled(steps: &[i64], work: &[u64]) -> Vec<i64> {
    let most = work.iter().max().copied().unwrap_or(1).max(1);
    let scale = |(at, step): (usize, &i64)| match work.get(at) {
        Some(work) if *work > 0 => {
            i64::try_from(i128::from(*step) * i128::from(most) / i128::from(*work)).unwrap_or(i64::MAX)
        }
        _ => *step,
    };
    steps.iter().enumerate().map(scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_by_a_multiple_of_the_operations_is_no_accident() {
        for (operations, steps, is) in [
            (&[7][..], &[7, 7][..], true),
            (&[7], &[14, 14], true),
            (&[7], &[7, 14], false),
            (&[7, 14], &[7, 14], true),
            (&[7], &[8, 8], false),
            (&[3], &[3, 3], true),
            (&[2], &[2, 2], false),
            (&[7], &[0, 0], false),
            (&[], &[7, 7], false),
        ] {
            let operations = Operations::new(operations, 2, &Limits::default()).unwrap();
            assert_eq!(operations.is_multiple(steps), is, "{operations:?} {steps:?}");
        }
        assert_eq!(Operations::new(&[1, 2, 3], 2, &Limits::default()), None);
    }

    #[test]
    fn regular_is_even_by_the_operation_or_a_multiple() {
        for (operations, steps, is) in [
            (&[][..], &[100, 90][..], true),
            (&[], &[100, 89], false),
            (&[], &[0, 0], false),
            (&[10, 20], &[10, 20], true),
            (&[10, 20], &[100, 110], false),
        ] {
            let operations = Operations::new(operations, 2, &Limits::default()).unwrap();
            assert_eq!(operations.is_regular(steps), is, "{operations:?} {steps:?}");
        }
    }

    #[test]
    fn time_stands_for_work_where_that_is_not_known() {
        let steps = |numbers: &[u64], elapsed: &[u64]| -> Vec<Vec<i64>> {
            Operations::new(numbers, 2, &Limits::default()).unwrap().within(elapsed).views(&[3000, 1000]).collect()
        };
        assert_eq!(steps(&[], &[3_600_000, 1_200_000]), [[3000, 1000], [3000, 3000]]);
        assert_eq!(steps(&[], &[]), [[3000, 1000]]);
        assert_eq!(steps(&[100, 100], &[3_600_000, 1_200_000]), [[3000, 1000]]);
    }
}
