//! A number for each of some rows.

use crate::bit_set::BitSet;

/// Some rows of a long column, numbered from 0 in their order: the rows of a short column that says something about
/// them alone.
///
/// # Shapes
/// One bit a row of the long column, and 4 bytes for each 64 of them.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    rows: BitSet,
    /// Rows before each word of `rows`.
    before: Vec<u32>,
    len: usize,
}

impl Ranks {
    pub fn of(rows: BitSet) -> Self {
        let mut len = 0;
        let before = rows
            .words()
            .iter()
            .map(|word| {
                let before = len as u32;
                len += word.count_ones() as usize;
                before
            })
            .collect();
        Self { rows, before, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rows, ascending.
    pub fn rows(&self) -> &BitSet {
        &self.rows
    }

    /// Number of the row; `None`: it has none.
    #[inline(always)]
    pub fn get(&self, row: usize) -> Option<usize> {
        let word = *self.rows.words().get(row >> 6)?;
        let bit = 1 << (row & 63);
        (word & bit != 0).then(|| self.before[row >> 6] as usize + (word & (bit - 1)).count_ones() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_numbers_in_their_order() {
        let mut rows = BitSet::new(300);
        let some = [0, 1, 63, 64, 127, 128, 255, 299];
        some.iter().for_each(|row| rows.insert(*row));
        let ranks = Ranks::of(rows);
        assert_eq!(ranks.len(), some.len());
        for row in 0..300 {
            assert_eq!(ranks.get(row), some.iter().position(|known| *known == row), "row {row}");
        }
        assert_eq!(Ranks::default().get(5), None);
        assert!(Ranks::default().is_empty());
    }
}
