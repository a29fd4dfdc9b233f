//! Replaces the ids in the numbers of the nodes, and copies all other bytes.

/// Numbers of a node's row, and which of them is its id.
#[derive(Clone, Copy)]
pub(super) struct IdColumn {
    pub width: usize,
    pub id: usize,
}

/// Replaces one number of each row.
pub(super) struct Rewrite<'a> {
    ids: &'a [u32],
    of: IdColumn,
    column: usize,
    row: usize,
    in_number: bool,
}

impl<'a> Rewrite<'a> {
    pub fn new(ids: &'a [u32], of: IdColumn) -> Self {
        Rewrite { ids, of, column: 0, row: 0, in_number: false }
    }

    /// Takes a piece of the numbers, and appends it with the new ids to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        use std::io::Write;
        for byte in bytes {
            let digit = byte.is_ascii_digit();
            if digit && !self.in_number && self.column == self.of.id {
                _ = write!(out, "{}", self.ids[self.row]);
            }
            if !digit && self.in_number {
                self.column += 1;
                if self.column == self.of.width {
                    (self.column, self.row) = (0, self.row + 1);
                }
            }
            self.in_number = digit;
            if !digit || self.column != self.of.id {
                out.push(*byte);
            }
        }
    }
}
