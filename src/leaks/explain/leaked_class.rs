//! A class that a container accumulates: plain data.

use crate::leaks::growth::steps::add;
use crate::text::TextBuf;

/// A class that a container accumulates.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakedClass {
    pub class_name: TextBuf,
    pub count_growth: Vec<i64>,
    /// Bytes, backing stores included.
    pub size_growth: Vec<i64>,
}

impl LeakedClass {
    /// Adds the growth of more objects of the class.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.count_growth, &other.count_growth);
        add(&mut self.size_growth, &other.size_growth);
    }
}
