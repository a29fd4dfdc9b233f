//! The facts that tell the objects of one snapshot apart, as columns.

/// Ascending and different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    pub texts: Vec<u64>,
    pub children: Vec<u32>,
}

/// # Shapes
/// One row per object whose place is known, ascending by address; the starts have one more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rows {
    pub address: Vec<u64>,
    pub id: Vec<u32>,
    pub class: Vec<u32>,
    /// Row of the object that holds it; [`NO_NODE`]: none that has a row.
    pub owner: Vec<u32>,
    pub owner_edge: Vec<u32>,
    pub(super) text_start: Vec<u32>,
    /// As wide as hashes come: of a million texts, two have one of 32 bits.
    pub(super) texts: Vec<u64>,
    pub(super) child_start: Vec<u32>,
    pub(super) children: Vec<u32>,
}

impl Default for Rows {
    fn default() -> Self {
        Rows {
            address: Vec::new(),
            id: Vec::new(),
            class: Vec::new(),
            owner: Vec::new(),
            owner_edge: Vec::new(),
            text_start: vec![0],
            texts: Vec::new(),
            child_start: vec![0],
            children: Vec::new(),
        }
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.address.len()
    }

    pub fn is_empty(&self) -> bool {
        self.address.is_empty()
    }

    pub fn push(&mut self, address: u64, id: u32, class: u32, owner: (u32, u32), items: &Items) {
        self.address.push(address);
        self.id.push(id);
        self.class.push(class);
        self.owner.push(owner.0);
        self.owner_edge.push(owner.1);
        self.texts.extend(&items.texts);
        self.text_start.push(self.texts.len() as u32);
        self.children.extend(&items.children);
        self.child_start.push(self.children.len() as u32);
    }

    /// Texts and children of a row, ascending.
    pub fn items(&self, row: usize) -> (&[u64], &[u32]) {
        (&self.texts[stretch(&self.text_start, row)], &self.children[stretch(&self.child_start, row)])
    }
}

pub(super) fn stretch(starts: &[u32], row: usize) -> std::ops::Range<usize> {
    starts[row] as usize..starts[row + 1] as usize
}
