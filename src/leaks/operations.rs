//! How often did the program do its work between two heaps?

/// So many operations in an interval, and growth by a multiple of their number is no accident, however small it is.
const FEWEST_OPERATIONS: u64 = 3;

/// How often the program did its work in each interval; empty when nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations(Vec<u64>);

impl Operations {
    /// One number stands for all intervals; `None` when there are neither one nor as many as intervals.
    pub fn new(numbers: &[u64], intervals: usize) -> Option<Self> {
        match numbers {
            [] => Some(Self::default()),
            [one] => Some(Self(vec![*one; intervals])),
            all => (all.len() == intervals).then(|| Self(all.to_vec())),
        }
    }

    /// "211 operations", "100, 211 operations".
    pub fn told(&self) -> String {
        let mut numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        numbers.dedup();
        format!("{} operations", numbers.join(", "))
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Steps as they would be, had all intervals as many operations as the longest.
    pub fn scaled(&self, steps: &[i64]) -> Vec<i64> {
        let most = self.0.iter().max().copied().unwrap_or(1).max(1);
        let scale = |(at, step): (usize, &i64)| match self.0.get(at) {
            Some(operations) if *operations > 0 => {
                i64::try_from(i128::from(*step) * i128::from(most) / i128::from(*operations)).unwrap_or(i64::MAX)
            }
            _ => *step,
        };
        steps.iter().enumerate().map(scale).collect()
    }

    /// True when every operation of every interval adds the same number of objects.
    pub fn is_multiple(&self, steps: &[i64]) -> bool {
        let each = |(step, operations): (&i64, &u64)| {
            let operations = i64::try_from(*operations).ok().filter(|it| *it > 0)?;
            (step % operations == 0).then_some(step / operations)
        };
        let mut each = steps.iter().zip(&self.0).map(each);
        let first = each.next().flatten().filter(|each| *each > 0);
        let is_enough = self.0.iter().all(|operations| *operations >= FEWEST_OPERATIONS);
        is_enough && steps.len() == self.0.len() && first.is_some() && each.all(|it| it == first)
    }

    /// Even steps, by the operation, or the same number of objects for each of them: no accident of the moment.
    pub fn is_regular(&self, steps: &[i64]) -> bool {
        let scaled = self.scaled(steps);
        let (least, most) = (scaled.iter().min().copied().unwrap_or(0), scaled.iter().max().copied().unwrap_or(0));
        most > 0 && least * 10 >= most * 9 || self.is_multiple(steps)
    }
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
            let operations = Operations::new(operations, 2).unwrap();
            assert_eq!(operations.is_multiple(steps), is, "{operations:?} {steps:?}");
        }
        assert_eq!(Operations::new(&[1, 2, 3], 2), None);
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
            let operations = Operations::new(operations, 2).unwrap();
            assert_eq!(operations.is_regular(steps), is, "{operations:?} {steps:?}");
        }
    }
}
