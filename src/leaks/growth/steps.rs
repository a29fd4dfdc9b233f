//! The shape of a growth: what the steps of the intervals say, one number for each interval.

use crate::leaks::limits::Limits;

impl Limits {
    /// Whether every interval adds at least `least`, and the last one not much less than the others. Growth that slows
    /// down fills something up and stops.
    ///
    /// Example: 70, 30, 90, 30 is sustained. It was slower before and rose again, so it follows the load, and may be
    /// slower once more. 10, 90, 60, 30 is not.
    pub fn is_sustained(&self, steps: &[i64], least: i64) -> bool {
        let (Some(last), Some(most)) = (steps.last(), steps.iter().max()) else { return false };
        let rose_again = steps.windows(3).any(|three| three[1] < three[0] && three[2] > three[1]);
        let slowdown = if rose_again { self.slowdown_of_load } else { self.slowdown };
        steps.iter().all(|step| *step >= least) && last * slowdown >= *most
    }

    /// Whether growth that slowed down may go on: the last interval adds a quarter of the largest at least. The largest
    /// may have had the start of the program in it, or its warm-up.
    ///
    /// Example: 19, 7 may go on. 90, 15 fills something up.
    pub fn may_go_on(&self, steps: &[i64], least: i64) -> bool {
        let (fewest, most) = least_and_most(steps);
        let last = steps.last().copied().unwrap_or(0);
        fewest >= least && last * self.slowdown_of_load >= most
    }

    /// Whether no interval added much less than another.
    pub fn is_even(&self, steps: &[i64]) -> bool {
        let (least, most) = least_and_most(steps);
        least * 4 >= most * self.even_quarters
    }

    /// Whether several intervals added exactly as many objects, and not too few.
    pub fn is_exact(&self, steps: &[i64]) -> bool {
        steps.len() > 1 && steps[0] >= self.fewest_exact && steps.iter().all(|step| *step == steps[0])
    }

    /// Whether an interval added so few that the growth says nothing about objects that Node.js may have made for
    /// itself.
    pub fn is_small(&self, steps: &[i64]) -> bool {
        steps.iter().any(|step| *step < self.fewest)
    }

    /// Whether every interval added so few that the load explains them.
    pub fn are_few(&self, steps: &[i64]) -> bool {
        steps.iter().all(|step| *step < self.fewest_uneven)
    }

    /// Whether the steps are large, or nearly equal: a few objects more say something only when each interval adds
    /// about as many.
    pub fn is_clear(&self, steps: &[i64]) -> bool {
        let (least, most) = least_and_most(steps);
        most >= self.fewest_uneven || most - least <= self.uneven_difference.max(most / 4)
    }

    /// Whether steps have the proportions of other steps, as parts of one thing have whatever the load was.
    ///
    /// Example: 10, 19 is in step with 100, 200.
    pub fn is_in_step(&self, steps: &[i64], others: &[i64]) -> bool {
        let shares: Vec<f64> =
            steps.iter().zip(others).map(|(step, other)| *step as f64 / (*other).max(1) as f64).collect();
        let (least, most) =
            shares.iter().fold((f64::MAX, 0.0_f64), |(least, most), share| (least.min(*share), most.max(*share)));
        least * 4.0 >= most * self.in_step_quarters
    }
}

/// The smallest and the largest step; 0 when there are none.
pub fn least_and_most(steps: &[i64]) -> (i64, i64) {
    (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0))
}

/// Adds steps to steps, interval by interval.
pub fn add(to: &mut Vec<i64>, from: &[i64]) {
    to.resize(from.len(), 0);
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    pub fn sustained_growth_does_not_slow_down() {
        for (steps, is) in [
            (&[10, 10][..], true),
            (&[10, 10, 9], true),
            (&[10, 500], true),
            (&[4, 10], false),
            (&[70, 30, 90, 30], true),
            (&[70, 30, 90, 20], false),
            (&[10, 90, 60, 30], false),
            (&[100, 49], false),
            (&[100, 0], false),
            (&[0, 100], false),
            (&[100, -100], false),
            (&[], false),
        ] {
            assert_eq!(Limits::default().is_sustained(steps, 5), is, "{steps:?}");
        }
    }

    #[test]
    pub fn growth_that_slowed_down_may_go_on() {
        for (steps, may) in [
            (&[19, 7][..], true),
            (&[28, 7], true),
            (&[29, 7], false),
            (&[19, 4], false),
            (&[7, 19], true),
            (&[], false),
        ] {
            assert_eq!(Limits::default().may_go_on(steps, 5), may, "{steps:?}");
        }
    }

    #[test]
    pub fn even_steps_differ_by_a_quarter_at_most() {
        for (steps, is) in [(&[4, 3][..], true), (&[400, 299], false), (&[5], true), (&[0, 0], true), (&[], true)] {
            assert_eq!(Limits::default().is_even(steps), is, "{steps:?}");
        }
    }

    #[test]
    pub fn few_but_exactly_as_many_count() {
        for (steps, is) in [(&[3, 3][..], true), (&[4, 4, 4], true), (&[3, 4], false), (&[2, 2], false), (&[4], false)]
        {
            assert_eq!(Limits::default().is_exact(steps), is, "{steps:?}");
        }
    }

    #[test]
    pub fn small_growth_must_be_even() {
        for (steps, is) in
            [(&[7, 7][..], true), (&[6, 8], true), (&[5, 12], false), (&[12, 30], true), (&[23, 21], true)]
        {
            assert_eq!(Limits::default().is_clear(steps), is, "{steps:?}");
        }
    }

    #[test]
    pub fn parts_of_one_thing_grow_in_step() {
        for (steps, others, is) in [
            (&[10, 19][..], &[100, 200][..], true),
            (&[10, 14], &[100, 200], false),
            (&[3, 3], &[0, 0], true),
            (&[0, 0], &[7, 7], true),
        ] {
            assert_eq!(Limits::default().is_in_step(steps, others), is, "{steps:?} and {others:?}");
        }
    }
}
