//! Reads rows of `trace_function_infos`, `samples` and `locations`.

use super::edge_rows::{MOST_NODES, node};
use super::header::{FunctionFields, Header, LocationFields, SampleFields};
use super::integers::{Fault, Rows};
use super::node_rows::{narrow, unsigned, wrapped};
use super::tables::{FunctionInfo, Location, LocationTable, Sample};
use crate::ordinal::StringOrdinal;

/// Takes every row there is: V8 may write more than its `trace_function_count` says.
#[derive(Debug)]
pub struct FunctionRows {
    fields: FunctionFields,
    pub rows: Vec<FunctionInfo>,
}

impl FunctionRows {
    pub fn new(header: &Header) -> Self {
        Self { fields: header.functions.clone(), rows: Vec::new() }
    }
}

impl Rows for FunctionRows {
    const TABLE: &'static str = "trace_function_infos";

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let fields = &self.fields;
        self.rows.push(FunctionInfo {
            function_id: narrow(row, fields.function_id, "function_id")?,
            name: StringOrdinal(narrow(row, fields.name, "name")?),
            script_name: StringOrdinal(narrow(row, fields.script_name, "script_name")?),
            script_id: wrapped(row, fields.script_id, "script_id")?,
            line: wrapped(row, fields.line, "line")?,
            column: wrapped(row, fields.column, "column")?,
        });
        Ok(())
    }
}

#[derive(Debug)]
pub struct SampleRows {
    fields: SampleFields,
    pub rows: Vec<Sample>,
}

impl SampleRows {
    pub fn new(fields: SampleFields) -> Self {
        Self { fields, rows: Vec::new() }
    }
}

impl Rows for SampleRows {
    const TABLE: &'static str = "samples";

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        self.rows.push(Sample {
            timestamp_us: unsigned(row, self.fields.timestamp, "timestamp_us")?,
            last_assigned_id: unsigned(row, self.fields.last_assigned_id, "last_assigned_id")?,
        });
        Ok(())
    }
}

#[derive(Debug)]
pub struct LocationRows {
    fields: LocationFields,
    node_width: u64,
    node_count: u32,
    rows: Vec<(u32, Location)>,
}

impl LocationRows {
    pub fn new(fields: LocationFields, header: &Header) -> Self {
        Self {
            fields,
            node_width: header.nodes.width as u64,
            node_count: header.node_count.unwrap_or(MOST_NODES),
            rows: Vec::new(),
        }
    }

    pub fn held_bytes(&self) -> u64 {
        size_of_val(&self.rows[..]) as u64
    }

    /// One row a node, the file's last for it, by node.
    pub fn into_table(mut self) -> LocationTable {
        // Stable, so that rows of one node keep the order of the file.
        self.rows.sort_by_key(|(node, _)| *node);
        let mut table =
            LocationTable { nodes: Vec::with_capacity(self.rows.len()), places: Vec::with_capacity(self.rows.len()) };
        for (row, (node, place)) in self.rows.iter().enumerate() {
            if self.rows.get(row + 1).is_none_or(|(next, _)| next != node) {
                table.nodes.push(*node);
                table.places.push(*place);
            }
        }
        table
    }
}

impl Rows for LocationRows {
    const TABLE: &'static str = "locations";
    const MANY: bool = true;

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let fields = &self.fields;
        let object = node(row, fields.object, "object_index", self.node_width, self.node_count)?;
        // A position that V8 does not know is -1, written with or without its sign.
        let script_id = wrapped(row, fields.script_id, "script_id")?;
        let line = wrapped(row, fields.line, "line")?;
        let column = wrapped(row, fields.column, "column")?;
        self.rows.push((object, Location { script_id, line, column }));
        Ok(())
    }

    fn push_many(&mut self, numbers: &[u32]) -> bool {
        let fields = &self.fields;
        let before = self.rows.len();
        let Ok(width) = u32::try_from(self.node_width) else { return false };
        let (mut good, node_count) = (true, self.node_count);
        self.rows.extend(numbers.chunks_exact(fields.width).map(|row| {
            let node = row[fields.object] / width;
            good &= node < node_count && node * width == row[fields.object];
            let (script_id, line, column) = (row[fields.script_id], row[fields.line], row[fields.column]);
            (node, Location { script_id, line, column })
        }));
        if !good {
            self.rows.truncate(before);
        }
        good
    }
}
