//! One class of objects, and its position among those of a snapshot.

use crate::format::Location;
use crate::text::TextBuf;

/// Position of a class in [`Classes::rows`](super::Classes::rows).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClassOrdinal(pub u32);

impl ClassOrdinal {
    #[inline(always)]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A class of objects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Class {
    /// DevTools' key, the same for the same class in every snapshot of a process: `scriptId,line,column,name`, or
    /// `,name` when the place is not known.
    pub key: TextBuf,
    pub name: TextBuf,
    /// Where the constructor stands.
    pub location: Option<Location>,
}
