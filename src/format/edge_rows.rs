//! Rows of `edges` to columns.

use super::header::{EdgeFields, Header};
use super::integers::{Fault, Rows};
use super::node_rows::{narrow, unsigned, wrapped};
use super::tables::EdgeTable;
use crate::kind::EdgeKind;

/// Builds the columns of edges.
#[derive(Debug)]
pub struct EdgeRows {
    fields: EdgeFields,
    node_width: u64,
    node_count: u32,
    edge_count: u32,
    table: EdgeTable,
}

impl EdgeRows {
    /// `rows`: how many to make room for.
    pub fn new(header: &Header, rows: usize) -> Self {
        let table = EdgeTable { kind_and_target: Vec::with_capacity(rows), name_or_index: Vec::with_capacity(rows) };
        Self {
            fields: header.edges.clone(),
            node_width: header.nodes.width as u64,
            node_count: header.node_count,
            edge_count: header.edge_count,
            table,
        }
    }

    pub fn into_table(self) -> EdgeTable {
        self.table
    }
}

impl Rows for EdgeRows {
    const TABLE: &'static str = "edges";

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let fields = &self.fields;
        if self.table.kind_and_target.len() >= self.edge_count as usize {
            return Err(Fault::new(0, format!("more rows than the {} of the header", self.edge_count)));
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
        self.table.kind_and_target.push((kind as u32) << 29 | target);
        self.table.name_or_index.push(name_or_index);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let rows = self.table.kind_and_target.len();
        if rows != self.edge_count as usize {
            return Err(format!("{rows} rows instead of the {} of the header", self.edge_count));
        }
        Ok(())
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
