//! The `snapshot` object: the fields of a row, the names of the types, the expected number of rows.

use crate::error::{Error, Result};
use crate::kind::EdgeKind;
use crate::ordinal::{MAX_EDGES, MAX_NODES};
use serde::Deserialize;
use serde_json::Value;

/// The facts that the other sections need, with every field found by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `None`: the file does not say (0 in files of Hermes and of older Julia).
    pub node_count: Option<u32>,
    /// The same.
    pub edge_count: Option<u32>,
    /// Ordinal of the root. Without a `node_count` nobody knows yet whether there is such a node.
    pub root: u32,
    pub extra_native_bytes: u64,
    pub nodes: NodeFields,
    pub edges: EdgeFields,
    /// `None` when the file does not say what the section's fields are.
    pub locations: Option<LocationFields>,
    pub functions: FunctionFields,
    pub trace_nodes: TraceNodeFields,
    pub samples: Option<SampleFields>,
}

/// Positions in a row of `nodes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFields {
    pub width: usize,
    pub kind: usize,
    pub name: usize,
    pub id: usize,
    pub size: usize,
    pub edge_count: usize,
    pub trace_node_id: Option<usize>,
    pub detachedness: Option<usize>,
    /// The file's names of its kinds, by its numbers.
    pub kinds: Vec<String>,
}

/// Positions in a row of `edges`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeFields {
    pub width: usize,
    pub kind: usize,
    pub name_or_index: usize,
    pub target: usize,
    /// Our kinds, by the file's numbers.
    pub kinds: Vec<EdgeKind>,
}

/// Positions in a row of `locations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationFields {
    pub width: usize,
    pub object: usize,
    pub script_id: usize,
    pub line: usize,
    pub column: usize,
}

/// Positions in a row of `trace_function_infos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFields {
    pub width: usize,
    pub function_id: usize,
    pub name: usize,
    pub script_name: usize,
    pub script_id: usize,
    pub line: usize,
    pub column: usize,
}

/// Positions in a tuple of `trace_tree`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceNodeFields {
    pub width: usize,
    pub id: usize,
    pub function: usize,
    pub count: usize,
    pub size: usize,
    pub children: usize,
}

/// Positions in a row of `samples`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFields {
    pub width: usize,
    pub timestamp: usize,
    pub last_assigned_id: usize,
}

/// A thing of the header, or what is wrong with it.
type Found<T> = std::result::Result<T, String>;

/// The object as the file has it.
#[derive(Deserialize)]
pub(super) struct Snapshot {
    pub meta: Meta,
    pub node_count: u64,
    pub edge_count: u64,
    root_index: Option<u64>,
    /// A statistic: an odd value is no reason to refuse the file.
    extra_native_bytes: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    pub node_fields: Vec<String>,
    #[serde(default)]
    node_types: Vec<Value>,
    pub edge_fields: Vec<String>,
    #[serde(default)]
    edge_types: Vec<Value>,
    location_fields: Option<Vec<String>>,
    trace_function_info_fields: Option<Vec<String>>,
    trace_node_fields: Option<Vec<String>>,
    sample_fields: Option<Vec<String>>,
}

impl Header {
    /// Reads the object whose first byte stands at `offset` of the file.
    ///
    /// # Errors
    /// [`Error::Format`] when it is not JSON, lacks a needed field or contradicts itself; [`Error::TooLarge`].
    pub fn parse(json: &[u8], offset: u64) -> Result<Self> {
        let snapshot: Snapshot = serde_json::from_slice(json).map_err(|error| damage(json, offset, &error))?;
        let fault = |what: String| Error::Format { table: "snapshot", offset, what };
        let node_count = limited("nodes", snapshot.node_count, MAX_NODES)?;
        let edge_count = limited("edges", snapshot.edge_count, MAX_EDGES)?;
        let meta = snapshot.meta;
        let nodes = NodeFields::find(&meta).map_err(fault)?;
        let edges = EdgeFields::find(&meta).map_err(fault)?;
        let root_offset = snapshot.root_index.unwrap_or(0);
        let width = nodes.width as u64;
        let root = u32::try_from(root_offset / width).unwrap_or(u32::MAX);
        if root_offset % width != 0 || u64::from(root) >= u64::from(node_count.unwrap_or(u32::MAX)) {
            let nodes = node_count.map_or_else(|| "the".to_owned(), |count| format!("{count}"));
            return Err(fault(format!("root_index {root_offset} is not the start of one of {nodes} nodes")));
        }
        Ok(Self {
            node_count,
            edge_count,
            root,
            extra_native_bytes: snapshot.extra_native_bytes.and_then(|bytes| bytes.as_u64()).unwrap_or(0),
            nodes,
            edges,
            locations: meta.location_fields.as_deref().and_then(LocationFields::find),
            functions: FunctionFields::find(listed(&meta.trace_function_info_fields)).map_err(fault)?,
            trace_nodes: TraceNodeFields::find(listed(&meta.trace_node_fields)).map_err(fault)?,
            samples: meta.sample_fields.as_deref().and_then(SampleFields::find),
        })
    }
}

impl NodeFields {
    fn find(meta: &Meta) -> Found<Self> {
        let fields = &meta.node_fields;
        let kind = needed(fields, "type", "node_fields")?;
        Ok(Self {
            width: fields.len(),
            kind,
            name: needed(fields, "name", "node_fields")?,
            id: needed(fields, "id", "node_fields")?,
            size: needed(fields, "self_size", "node_fields")?,
            edge_count: needed(fields, "edge_count", "node_fields")?,
            trace_node_id: position(fields, "trace_node_id"),
            detachedness: position(fields, "detachedness"),
            kinds: names(&meta.node_types, kind).ok_or("node_types does not name the types of nodes")?,
        })
    }
}

impl EdgeFields {
    fn find(meta: &Meta) -> Found<Self> {
        let fields = &meta.edge_fields;
        let kind = needed(fields, "type", "edge_fields")?;
        let kinds = names(&meta.edge_types, kind).ok_or("edge_types does not name the types of edges")?;
        Ok(Self {
            width: fields.len(),
            kind,
            name_or_index: needed(fields, "name_or_index", "edge_fields")?,
            target: needed(fields, "to_node", "edge_fields")?,
            kinds: kinds.iter().map(|name| EdgeKind::by_name(name)).collect(),
        })
    }
}

impl LocationFields {
    fn find(fields: &[String]) -> Option<Self> {
        Some(Self {
            width: fields.len(),
            object: position(fields, "object_index")?,
            script_id: position(fields, "script_id")?,
            line: position(fields, "line")?,
            column: position(fields, "column")?,
        })
    }
}

impl FunctionFields {
    /// Without a list of fields V8's order holds.
    fn find(fields: Option<&[String]>) -> Found<Self> {
        let Some(fields) = fields else {
            return Ok(Self { width: 6, function_id: 0, name: 1, script_name: 2, script_id: 3, line: 4, column: 5 });
        };
        let table = "trace_function_info_fields";
        Ok(Self {
            width: fields.len(),
            function_id: needed(fields, "function_id", table)?,
            name: needed(fields, "name", table)?,
            script_name: needed(fields, "script_name", table)?,
            script_id: needed(fields, "script_id", table)?,
            line: needed(fields, "line", table)?,
            column: needed(fields, "column", table)?,
        })
    }
}

impl TraceNodeFields {
    /// Without a list of fields V8's order holds.
    fn find(fields: Option<&[String]>) -> Found<Self> {
        let Some(fields) = fields else {
            return Ok(Self { width: 5, id: 0, function: 1, count: 2, size: 3, children: 4 });
        };
        let table = "trace_node_fields";
        Ok(Self {
            width: fields.len(),
            id: needed(fields, "id", table)?,
            function: needed(fields, "function_info_index", table)?,
            count: needed(fields, "count", table)?,
            size: needed(fields, "size", table)?,
            children: needed(fields, "children", table)?,
        })
    }
}

impl SampleFields {
    fn find(fields: &[String]) -> Option<Self> {
        Some(Self {
            width: fields.len(),
            timestamp: position(fields, "timestamp_us")?,
            last_assigned_id: position(fields, "last_assigned_id")?,
        })
    }
}

/// An empty list says no more than none: the section it is of is empty.
fn listed(fields: &Option<Vec<String>>) -> Option<&[String]> {
    fields.as_deref().filter(|fields| !fields.is_empty())
}

fn position(fields: &[String], name: &str) -> Option<usize> {
    fields.iter().position(|field| field == name)
}

fn needed(fields: &[String], name: &str, table: &str) -> Found<usize> {
    position(fields, name).ok_or_else(|| format!("{table} lacks {name}"))
}

/// The list of names that stands for the column `kind` in `node_types` or `edge_types`. Where the two are not in the
/// same order, it is the only list among them.
fn names(types: &[Value], kind: usize) -> Option<Vec<String>> {
    let list = types.get(kind).and_then(Value::as_array).or_else(|| types.iter().find_map(Value::as_array))?;
    list.iter().map(|name| name.as_str().map(|name| name.chars().take(MAX_KIND).collect())).collect()
}

/// Characters of the name of a kind. It stands in every row of a document.
const MAX_KIND: usize = 200;

/// A count of the header; 0 stands for one that its writer did not know.
fn limited(table: &'static str, count: u64, limit: u64) -> Result<Option<u32>> {
    match u32::try_from(count) {
        Ok(rows) if count <= limit => Ok(Some(rows).filter(|rows| *rows > 0)),
        _ => Err(Error::TooLarge { table, count, limit }),
    }
}

/// serde_json counts lines and columns from 1; we want an offset in the file.
fn damage(json: &[u8], offset: u64, error: &serde_json::Error) -> Error {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', json).nth(line - 2).map_or(0, |newline| newline + 1),
    };
    let at = (line_start + error.column().saturating_sub(1)).min(json.len());
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default().to_owned();
    Error::Format { table: "snapshot", offset: offset + at as u64, what }
}
