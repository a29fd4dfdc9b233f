//! Reads rows of `nodes` into columns.

use super::header::{Header, NodeFields};
use super::integers::{Fault, Rows};
use super::tables::NodeTable;
use crate::kind::{Detachedness, NodeKind, UNNAMED_KIND};
use crate::ordinal::{MAX_EDGES, MAX_NODES};
use crate::wide_column::WideColumn;

/// Builds the columns of nodes.
#[derive(Debug)]
pub struct NodeRows {
    fields: NodeFields,
    /// The number that the header says, when it does.
    node_count: Option<u32>,
    /// The same, or the rows of `edges` that came before.
    edge_count: Option<u32>,
    table: NodeTable,
    kinds: Kinds,
    /// Edges of the nodes so far.
    edges: u64,
    /// The highest number of a name so far.
    highest_name: u32,
}

/// The file's numbers of kinds to ours.
#[derive(Debug)]
struct Kinds {
    /// [`Kinds::known`] of the first 64 for the fast path.
    plain: [u8; 64],
    /// By the file's number; a foreign kind gets its number of ours when the first node of it comes.
    known: Vec<Option<NodeKind>>,
    names: Vec<String>,
    /// Foreign kinds by their numbers in the file.
    foreign: Vec<u64>,
}

impl NodeRows {
    /// `rows`: how many to make room for.
    pub fn new(header: &Header, rows: usize) -> Self {
        let fields = header.nodes.clone();
        let kinds = Kinds::new(&fields.kinds);
        let table = NodeTable {
            kind: Vec::with_capacity(rows),
            name: Vec::with_capacity(rows),
            id: WideColumn::with_capacity(rows),
            size: WideColumn::with_capacity(rows),
            first_edge: Vec::with_capacity(rows + 1),
            trace_node_id: Vec::new(),
        };
        let (node_count, edge_count) = (header.node_count, header.edge_count);
        Self { fields, node_count, edge_count, table, kinds, edges: 0, highest_name: 0 }
    }

    pub fn held_bytes(&self) -> u64 {
        self.table.held_bytes()
    }

    /// The highest number of a name; `None`: no rows.
    pub fn highest_name(&self) -> Option<u32> {
        (!self.table.kind.is_empty()).then_some(self.highest_name)
    }

    /// The columns, and the names of the foreign kinds.
    pub fn into_table(self) -> (NodeTable, Vec<String>) {
        let names = self.kinds.foreign.iter().map(|number| self.kinds.name(*number)).collect();
        (self.table, names)
    }
}

impl NodeRows {
    fn most_nodes(&self) -> usize {
        self.node_count.map_or(MAX_NODES as usize, |count| count as usize)
    }

    fn most_edges(&self) -> u64 {
        self.edge_count.map_or(MAX_EDGES, u64::from)
    }

    /// A row too many.
    fn too_many(&self) -> Fault {
        match self.node_count {
            Some(count) => Fault::new(0, format!("more rows than the {count} announced")),
            None => Fault::new(0, format!("more rows than the {MAX_NODES} that heaphound can index")),
        }
    }

    /// `rows`: kind, name, id, size, edge count, trace node id and detachedness of each; 0 for what the file has not.
    #[inline(always)]
    fn push_rows(&mut self, rows: impl ExactSizeIterator<Item = [u32; 7]> + Clone) -> bool {
        let before = self.table.kind.len();
        // One pass that only looks. A value of u32::MAX is what `WideColumn` keeps aside.
        let (mut good, mut edges, mut traced) = (before + rows.len() <= self.most_nodes(), self.edges, 0);
        let mut highest_name = self.highest_name;
        for [kind, name, id, size, edge_count, trace_node_id, state] in rows.clone() {
            highest_name = highest_name.max(name);
            good &= self.kinds.plain(kind) != Kinds::ODD;
            good &= id != u32::MAX && size != u32::MAX && state <= 2;
            edges += u64::from(edge_count);
            traced |= trace_node_id;
        }
        if !good || edges > self.most_edges() {
            return false;
        }
        self.highest_name = highest_name;
        let table = &mut self.table;
        if traced != 0 || !table.trace_node_id.is_empty() {
            table.trace_node_id.resize(before, 0);
            table.trace_node_id.extend(rows.clone().map(|[.., trace_node_id, _]| trace_node_id));
        }
        let kinds = &self.kinds;
        table.kind.extend(rows.clone().map(|[kind, .., state]| kinds.plain(kind) | (state << 6) as u8));
        table.name.extend(rows.clone().map(|[_, name, ..]| name));
        table.id.narrow_mut().extend(rows.clone().map(|[_, _, id, ..]| id));
        table.size.narrow_mut().extend(rows.clone().map(|[_, _, _, size, ..]| size));
        let edges = &mut self.edges;
        table.first_edge.extend(rows.map(|[_, _, _, _, edge_count, ..]| {
            let first = *edges as u32;
            *edges += u64::from(edge_count);
            first
        }));
        true
    }
}

impl Rows for NodeRows {
    const TABLE: &'static str = "nodes";
    const MANY: bool = true;

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let fields = &self.fields;
        if self.table.kind.len() >= self.most_nodes() {
            return Err(self.too_many());
        }
        let kind = unsigned(row, fields.kind, "type")?;
        let kind = self.kinds.by_number(kind).ok_or_else(|| {
            Fault::new(
                fields.kind,
                format!("type {kind} is one unknown kind too many, the limit is {}", NodeKind::LIMIT),
            )
        })?;
        let state = match fields.detachedness {
            None => Detachedness::Unknown,
            Some(field) => Detachedness::from_number(unsigned(row, field, "detachedness")?)
                .ok_or_else(|| Fault::new(field, format!("detachedness {} is none of 0, 1, 2", row[field])))?,
        };
        let name = narrow(row, fields.name, "name")?;
        let id = unsigned(row, fields.id, "id")?;
        let size = unsigned(row, fields.size, "self_size")?;
        let trace_node_id = match fields.trace_node_id {
            None => 0,
            Some(field) => narrow(row, field, "trace_node_id")?,
        };
        let first_edge = u32::try_from(self.edges).expect("the sum was checked against a u32");
        let edges = self.edges.saturating_add(unsigned(row, fields.edge_count, "edge_count")?);
        if edges > self.most_edges() {
            let what = match self.edge_count {
                Some(count) => format!("the edge_count of the nodes adds up to more than the {count} announced"),
                None => {
                    format!("the edge_count of the nodes adds up to more than the {MAX_EDGES} that heaphound can index")
                }
            };
            return Err(Fault::new(fields.edge_count, what));
        }
        self.edges = edges;
        // Files of Node 22 and before carry the column also when allocations were not tracked: all 0.
        if trace_node_id != 0 || !self.table.trace_node_id.is_empty() {
            self.table.trace_node_id.resize(self.table.kind.len(), 0);
            self.table.trace_node_id.push(trace_node_id);
        }
        self.table.kind.push(kind.0 | (state as u8) << 6);
        self.highest_name = self.highest_name.max(name);
        self.table.name.push(name);
        self.table.id.push(id);
        self.table.size.push(size);
        self.table.first_edge.push(first_edge);
        Ok(())
    }

    fn push_many(&mut self, numbers: &[u32]) -> bool {
        // The usual orders are constants, so that the compiler knows the step between two rows.
        let fields = &self.fields;
        let plain = [fields.kind, fields.name, fields.id, fields.size, fields.edge_count];
        let (width, trace, state) = (fields.width, fields.trace_node_id, fields.detachedness);
        match (plain == [0, 1, 2, 3, 4], width, trace, state) {
            (true, 7, Some(5), Some(6)) => self.push_rows(numbers.as_chunks().0.iter().copied()),
            (true, 6, None, Some(5)) => {
                let rows = numbers.as_chunks().0.iter();
                self.push_rows(
                    rows.map(|&[kind, name, id, size, edges, state]| [kind, name, id, size, edges, 0, state]),
                )
            }
            _ => {
                let field = |row: &[u32], field: Option<usize>| field.map_or(0, |field| row[field]);
                let rows = numbers.chunks_exact(width);
                self.push_rows(rows.map(|row| {
                    let [kind, name, id, size, edges] = plain.map(|field| row[field]);
                    [kind, name, id, size, edges, field(row, trace), field(row, state)]
                }))
            }
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let rows = self.table.kind.len();
        if let Some(count) = self.node_count
            && rows != count as usize
        {
            return Err(format!("{rows} rows instead of the {count} announced"));
        }
        let sum = self.edges;
        if let Some(count) = self.edge_count
            && sum != u64::from(count)
        {
            return Err(format!("the edge_count of the nodes adds up to {sum} instead of the {count} announced"));
        }
        self.table.first_edge.push(u32::try_from(sum).expect("the sum was checked against a u32"));
        Ok(())
    }
}

impl Kinds {
    /// Not a kind that V8 names.
    const ODD: u8 = u8::MAX;

    fn new(names: &[String]) -> Self {
        let known: Vec<_> = names.iter().map(|name| NodeKind::by_name(name)).collect();
        let mut plain = [Self::ODD; 64];
        for (plain, known) in plain.iter_mut().zip(&known) {
            *plain = known.map_or(Self::ODD, |kind| kind.0);
        }
        Self { plain, known, names: names.to_vec(), foreign: Vec::new() }
    }

    #[inline(always)]
    fn plain(&self, number: u32) -> u8 {
        self.plain.get(number as usize).copied().unwrap_or(Self::ODD)
    }

    fn by_number(&mut self, number: u64) -> Option<NodeKind> {
        let known = usize::try_from(number).ok().and_then(|index| self.known.get(index).copied().flatten());
        if known.is_some() {
            return known;
        }
        let position = self.foreign.iter().position(|foreign| *foreign == number).unwrap_or(self.foreign.len());
        let kind = u8::try_from(position).ok()?.checked_add(NodeKind::FIRST_FOREIGN)?;
        if kind >= NodeKind::LIMIT {
            return None;
        }
        if position == self.foreign.len() {
            self.foreign.push(number);
        }
        Some(NodeKind(kind))
    }

    /// The file's name, or one that says that the file has none (Node 8's symbols).
    fn name(&self, number: u64) -> String {
        let name = usize::try_from(number).ok().and_then(|index| self.names.get(index));
        name.cloned().unwrap_or_else(|| format!("{UNNAMED_KIND}{number})"))
    }
}

/// A number that cannot be below zero.
pub fn unsigned(row: &[i128], field: usize, name: &str) -> Result<u64, Fault> {
    u64::try_from(row[field]).map_err(|_| Fault::new(field, format!("{name} {} is out of range", row[field])))
}

/// A number of 32 bits.
pub fn narrow(row: &[i128], field: usize, name: &str) -> Result<u32, Fault> {
    u32::try_from(row[field]).map_err(|_| Fault::new(field, format!("{name} {} is out of range", row[field])))
}

/// A number of 32 bits that V8 13.6 and later write with a sign: -6 for 4294967290.
pub fn wrapped(row: &[i128], field: usize, name: &str) -> Result<u32, Fault> {
    let value = if row[field] < 0 { row[field] + (1 << 32) } else { row[field] };
    u32::try_from(value).map_err(|_| Fault::new(field, format!("{name} {} is out of range", row[field])))
}
