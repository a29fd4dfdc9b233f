//! Objects of one class in one container, and by how much they grew.

use super::container::Container;
use crate::analysis::SourceLocation;
use crate::leaks::growth::change::Growth;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceGrowth {
    pub class_name: TextBuf,
    pub location: Option<SourceLocation>,
    pub container: Container,
    pub count_growth: Vec<i64>,
    pub size_growth: Vec<i64>,
}

impl PlaceGrowth {
    /// `node`: one of the objects.
    pub fn of(newest: &Newest<'_>, node: NodeOrdinal, container: NodeOrdinal, growth: Growth) -> Self {
        Self {
            class_name: newest.original_name(node),
            location: newest.location(node),
            container: Container::of(newest, container),
            count_growth: growth.counts,
            size_growth: growth.sizes,
        }
    }

    /// All code and tables of V8 are one row.
    pub fn of_code(newest: &Newest<'_>, growth: Growth) -> Self {
        Self {
            class_name: TextBuf::from("(code and tables of V8)"),
            location: None,
            container: Container::roots(newest),
            count_growth: growth.counts,
            size_growth: growth.sizes,
        }
    }

    /// Bytes from the first snapshot to the last.
    pub fn size(&self) -> i64 {
        self.size_growth.iter().sum()
    }
}
