//! A number of objects and their bytes.

/// Objects, and their shallow bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub count: u64,
    pub size: u64,
}

impl Sum {
    /// Adds one object.
    pub fn add(&mut self, size: u64) {
        self.count += 1;
        self.size = self.size.saturating_add(size);
    }
}
