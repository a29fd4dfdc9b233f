//! One class of what a container accumulates: plain data.

use crate::leaks::growth::growing::add;
use crate::text::TextBuf;

/// One class of what a container accumulates.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakedClass {
    pub class_name: TextBuf,
    /// Objects more in the last snapshot than in the first.
    pub count: i64,
    /// Bytes more, backing stores included.
    pub size: i64,
    pub count_growth: Vec<i64>,
    /// Bytes, for each interval.
    pub size_growth: Vec<i64>,
}

impl LeakedClass {
    /// Adds more of the same class.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.size += other.size;
        add(&mut self.count_growth, &other.count_growth);
        add(&mut self.size_growth, &other.size_growth);
    }
}
