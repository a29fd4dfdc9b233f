//! A column of numbers that nearly always fit 32 bits: ids and sizes.

use std::collections::HashMap;

/// A column of `u64` in 4 bytes a row, with the rare large values kept aside.
///
/// # Shapes
/// One `u32` per row; `u32::MAX` says that the value stands in `wide`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WideColumn {
    narrow: Vec<u32>,
    wide: HashMap<u32, u64>,
}

impl WideColumn {
    pub fn with_capacity(rows: usize) -> Self {
        Self { narrow: Vec::with_capacity(rows), wide: HashMap::new() }
    }

    /// A copy in the memory of a column that is not needed any more.
    pub fn clone_into_column(&self, mut spent: Vec<u32>) -> Self {
        spent.clear();
        spent.extend_from_slice(&self.narrow);
        Self { narrow: spent, wide: self.wide.clone() }
    }

    pub fn len(&self) -> usize {
        self.narrow.len()
    }

    /// Bytes of memory that the rows take.
    pub fn held_bytes(&self) -> u64 {
        /// A key, a value, a byte of the table, and the slots that a table keeps free.
        const ASIDE: u64 = 34;
        self.narrow.len() as u64 * 4 + self.wide.len() as u64 * ASIDE
    }

    pub fn is_empty(&self) -> bool {
        self.narrow.is_empty()
    }

    #[inline(always)]
    pub fn push(&mut self, value: u64) {
        if value < u64::from(u32::MAX) {
            self.narrow.push(value as u32);
        } else {
            self.wide.insert(self.narrow.len() as u32, value);
            self.narrow.push(u32::MAX);
        }
    }

    #[inline(always)]
    pub fn get(&self, row: usize) -> u64 {
        let value = self.narrow[row];
        if value == u32::MAX { self.wide[&(row as u32)] } else { u64::from(value) }
    }

    #[inline(always)]
    pub fn set(&mut self, row: usize, value: u64) {
        if self.narrow[row] == u32::MAX {
            self.wide.remove(&(row as u32));
        }
        if value < u64::from(u32::MAX) {
            self.narrow[row] = value as u32;
        } else {
            self.wide.insert(row as u32, value);
            self.narrow[row] = u32::MAX;
        }
    }

    /// True when no value is aside: then [`WideColumn::narrow`] is the whole truth.
    pub fn is_narrow(&self) -> bool {
        self.wide.is_empty()
    }

    pub fn narrow(&self) -> &[u32] {
        &self.narrow
    }

    /// For the parser's fast path, which appends rows of plain `u32` in bulk. Values pushed here must be below
    /// `u32::MAX`.
    pub fn narrow_mut(&mut self) -> &mut Vec<u32> {
        &mut self.narrow
    }

    /// The sum of all values, or the greatest number when it is greater still.
    pub fn sum(&self) -> u64 {
        if self.is_narrow() {
            // Fewer than 2^32 rows, each below 2^32.
            return self.narrow.iter().map(|value| u64::from(*value)).sum();
        }
        self.iter().fold(0, u64::saturating_add)
    }

    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Keeps the lower 32 bits of every value.
    pub fn wrap_to_32_bits(&mut self) {
        let mut wide: Vec<(u32, u64)> = self.wide.iter().map(|(row, value)| (*row, *value)).collect();
        wide.retain(|(_, value)| *value > u64::from(u32::MAX));
        for (row, value) in wide {
            self.set(row as usize, value & u64::from(u32::MAX));
        }
    }

    pub fn shrink_to_fit(&mut self) {
        self.narrow.shrink_to_fit();
    }
}

impl FromIterator<u64> for WideColumn {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut column = Self::default();
        values.into_iter().for_each(|value| column.push(value));
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_has_64_bits() {
        let most = u64::from(u32::MAX) - 1;
        assert_eq!([most, most, 5].into_iter().collect::<WideColumn>().sum(), 2 * most + 5);
        assert_eq!([most, 1 << 40].into_iter().collect::<WideColumn>().sum(), most + (1 << 40));
        assert_eq!([u64::MAX, 1].into_iter().collect::<WideColumn>().sum(), u64::MAX);
    }

    #[test]
    fn keeps_every_value() {
        let values = [0, 1, u64::from(u32::MAX) - 1, u64::from(u32::MAX), 5_000_000_000, u64::MAX];
        let mut column: WideColumn = values.into_iter().collect();
        assert_eq!(column.iter().collect::<Vec<_>>(), values);
        column.set(3, 7);
        column.set(0, 1 << 40);
        assert_eq!((column.get(3), column.get(0)), (7, 1 << 40));
        assert!(!column.is_narrow());
        assert_eq!(column.sum(), u64::MAX);
        column.wrap_to_32_bits();
        assert_eq!(
            column.iter().collect::<Vec<_>>(),
            [0, 1, u64::from(u32::MAX) - 1, 7, 705_032_704, u64::from(u32::MAX)]
        );
    }
}
