//! The limit for the memory that opening a snapshot may take.

use crate::error::{Error, Result};

/// Bytes that the tables of a snapshot, and what is computed from them, may take together.
///
/// A limit of the size of a file would not do: a few kilobytes that are compressed can stand for gigabytes. So tables
/// are weighed as they grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    most: u64,
}

impl Budget {
    pub const UNLIMITED: Self = Self { most: u64::MAX };

    pub fn of(bytes: u64) -> Self {
        Self { most: bytes }
    }

    /// # Errors
    /// [`Error::Memory`] when `need` bytes are more than there may be.
    #[inline]
    pub fn check(self, need: u64) -> Result<()> {
        if need > self.most { Err(Error::Memory { need, have: self.most }) } else { Ok(()) }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::UNLIMITED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_may_be_taken() {
        assert_eq!(Budget::of(7).check(7), Ok(()));
        assert_eq!(Budget::of(7).check(8), Err(Error::Memory { need: 8, have: 7 }));
        assert_eq!(Budget::default().check(u64::MAX), Ok(()));
    }
}
