//! Reads rows of `edges` into columns.

use super::header::{EdgeFields, Header};
use super::integers::{Fault, Rows};
use super::node_rows::{narrow, unsigned, wrapped};
use super::tables::EdgeTable;
use crate::kind::EdgeKind;
use crate::ordinal::{MAX_EDGES, MAX_NODES};

/// Nodes that a packed target can name.
pub const MOST_NODES: u32 = MAX_NODES as u32;

/// Builds the columns of edges.
#[derive(Debug)]
pub struct EdgeRows {
    fields: EdgeFields,
    /// The kinds of the first eight numbers, in the upper bits.
    kinds: [u32; 8],
    /// All bits for those whose edges have names, none for those with indexes.
    named: [u32; 8],
    /// The highest number of a name so far.
    highest_name: u32,
    node_width: u64,
    /// Targets are below it. Without a count in the header and before the nodes that is all that fits; `references`
    /// looks again.
    node_count: u32,
    /// The number that the header or the nodes before say, when they do.
    edge_count: Option<u32>,
    table: EdgeTable,
}

impl EdgeRows {
    /// `rows`: how many to make room for.
    pub fn new(header: &Header, rows: usize) -> Self {
        let table = EdgeTable { kind_and_target: Vec::with_capacity(rows), name_or_index: Vec::with_capacity(rows) };
        let kind = |number: usize| header.edges.kinds.get(number).copied().unwrap_or(EdgeKind::Foreign);
        Self {
            fields: header.edges.clone(),
            kinds: std::array::from_fn(|number| (kind(number) as u32) << 29),
            named: std::array::from_fn(|number| if kind(number).has_index() { 0 } else { u32::MAX }),
            highest_name: 0,
            node_width: header.nodes.width as u64,
            node_count: header.node_count.unwrap_or(MOST_NODES),
            edge_count: header.edge_count,
            table,
        }
    }

    pub fn held_bytes(&self) -> u64 {
        self.table.held_bytes()
    }

    /// The highest number of a name, where an index counts as 0; `None`: no rows.
    pub fn highest_name(&self) -> Option<u32> {
        (!self.table.kind_and_target.is_empty()).then_some(self.highest_name)
    }

    pub fn into_table(self) -> EdgeTable {
        self.table
    }
}

impl EdgeRows {
    fn most(&self) -> usize {
        self.edge_count.map_or(MAX_EDGES as usize, |count| count as usize)
    }

    /// `rows`: kind, name or index, and target of each. `WIDTH`: numbers of a node; 0: not known to the compiler.
    #[inline(always)]
    fn push_rows<const WIDTH: u32>(&mut self, rows: impl ExactSizeIterator<Item = [u32; 3]> + Clone) -> bool {
        let before = self.table.kind_and_target.len();
        let Ok(width) = u32::try_from(self.node_width) else { return false };
        let width = if WIDTH == 0 { width } else { WIDTH };
        if before + rows.len() > self.most() {
            return false;
        }
        let (mut good, kinds, node_count) = (true, self.kinds, self.node_count);
        let (mut highest_name, named) = (self.highest_name, self.named);
        self.table.kind_and_target.extend(rows.clone().map(|[kind, name_or_index, position]| {
            let target = position / width;
            good &= kind < 8 && target < node_count && target * width == position;
            highest_name = highest_name.max(name_or_index & named[(kind & 7) as usize]);
            kinds[(kind & 7) as usize] | target
        }));
        if !good {
            self.table.kind_and_target.truncate(before);
            return false;
        }
        self.highest_name = highest_name;
        self.table.name_or_index.extend(rows.map(|[_, name_or_index, _]| name_or_index));
        true
    }
}

impl Rows for EdgeRows {
    const TABLE: &'static str = "edges";
    const MANY: bool = true;

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let fields = &self.fields;
        if self.table.kind_and_target.len() >= self.most() {
            let what = match self.edge_count {
                Some(count) => format!("more rows than the {count} announced"),
                None => format!("more rows than the {MAX_EDGES} that heaphound can index"),
            };
            return Err(Fault::new(0, what));
        }
        let kind = unsigned(row, fields.kind, "type")?;
        let kind = usize::try_from(kind).ok().and_then(|number| fields.kinds.get(number).copied());
        let kind = kind.unwrap_or(EdgeKind::Foreign);
        let target = node(row, fields.target, "to_node", self.node_width, self.node_count)?;
        let name_or_index = if kind.has_index() {
            wrapped(row, fields.name_or_index, "name_or_index")?
        } else {
            narrow(row, fields.name_or_index, "name_or_index")?
        };
        if !kind.has_index() {
            self.highest_name = self.highest_name.max(name_or_index);
        }
        self.table.kind_and_target.push((kind as u32) << 29 | target);
        self.table.name_or_index.push(name_or_index);
        Ok(())
    }

    fn push_many(&mut self, numbers: &[u32]) -> bool {
        // The usual order and widths are constants: three fields of an edge, and a division that becomes a
        // multiplication.
        let EdgeFields { width, kind, name_or_index, target, .. } = self.fields;
        let is_usual = width == 3 && [kind, name_or_index, target] == [0, 1, 2];
        match (is_usual, self.node_width) {
            (true, 6) => self.push_rows::<6>(numbers.as_chunks().0.iter().copied()),
            (true, 7) => self.push_rows::<7>(numbers.as_chunks().0.iter().copied()),
            _ => {
                let rows = numbers.chunks_exact(width);
                self.push_rows::<0>(rows.map(|row| [row[kind], row[name_or_index], row[target]]))
            }
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let rows = self.table.kind_and_target.len();
        match self.edge_count {
            Some(count) if rows != count as usize => Err(format!("{rows} rows instead of the {count} announced")),
            _ => Ok(()),
        }
    }
}

/// Ordinal of the node whose row starts at this position of the flat array of nodes.
pub fn node(row: &[i128], field: usize, name: &str, width: u64, node_count: u32) -> Result<u32, Fault> {
    let position = unsigned(row, field, name)?;
    if position % width != 0 {
        return Err(Fault::new(
            field,
            format!("{name} {position} is not the start of a node, which has {width} fields"),
        ));
    }
    match u32::try_from(position / width) {
        Ok(node) if node < node_count => Ok(node),
        _ => Err(Fault::new(field, format!("{name} {position} is behind the last of {node_count} nodes"))),
    }
}
