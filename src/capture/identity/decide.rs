//! Decides the id of each node of this snapshot.

use super::addresses::Records;
use super::content::{Content, is_synthetic};
use super::heap_key::HeapKey;
use super::matching::match_rows;
use super::table::{LAST_ID, Space, Table, mark_of, new_space};
use crate::format::{Parser, Tables};
use crate::hash::mix;
use crate::image::{About, Header, Lineage};
use crate::ordinal::{NO_NODE, StringOrdinal};
use std::path::PathBuf;

/// Share of objects, in percent, that V8's table has to know, and with the size that the snapshot says.
const KNOWN_SHARE: usize = 95;

/// Which heap it is, and where its last table is.
#[derive(Clone, Debug)]
pub struct Origin {
    pub heap: HeapKey,
    /// Mixed into every hash of a text, so that nobody can look texts up in the table: any number that the process
    /// keeps to itself and does not change.
    pub secret: u64,
    /// `X.ids` of the last capture of this heap.
    pub previous: Option<PathBuf>,
}

impl Origin {
    /// For an image of the heap.
    pub fn lineage(&self) -> Lineage {
        Lineage { pid: self.heap.pid, started: self.heap.started, secret: Some(self.secret) }
    }

    /// Of the heap of an image, when the image tells. `previous`: a table of an earlier snapshot.
    pub fn of_image(header: &Header, previous: Option<PathBuf>) -> Option<Self> {
        let Lineage { pid, started, secret } = header.lineage.clone()?;
        let About { thread_id, node, .. } = &header.about;
        let heap = HeapKey { pid, started, thread: *thread_id, node: node.clone() };
        let secret = secret.unwrap_or_else(|| mix(u64::from(pid), started));
        Some(Origin { heap, secret, previous })
    }
}

/// The outcome of numbering.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbered {
    /// Snapshots of the same space have comparable ids.
    pub space: Space,
    /// Why the space is a new one; `None` when it is that of the last capture.
    pub reason: Option<String>,
    /// Objects that have the id of the last capture, and how many of those were moved since.
    pub kept: u64,
    pub moved: u64,
    /// For the next capture; `None` when it could not follow these objects.
    pub table: Option<Table>,
}

/// The findings of the thread beside the pipeline.
pub(super) struct Found {
    pub runs: Vec<Records>,
    pub previous: std::result::Result<Table, String>,
}

type Ids = Vec<u32>;

/// The ids of all nodes, or why V8's own have to do.
pub(super) fn decide(
    parser: std::result::Result<Parser, String>,
    found: Option<Found>,
    origin: &Origin,
) -> std::result::Result<(Ids, Numbered), String> {
    let tables = parser.and_then(|parser| parser.finish().map_err(|error| error.to_string()));
    let tables = tables.map_err(|error| format!("the snapshot cannot be read: {error}"))?;
    if !tables.samples.is_empty() {
        return Err("the allocation timeline needs the ids that V8 gave".into());
    }
    let Found { runs, previous } = found.ok_or("no thread could be started to look for V8's table")?;
    let addresses = runs.iter().find_map(|run| of_nodes(&tables, run));
    let addresses = addresses.ok_or("V8's table of addresses was not found in memory")?;
    drop(runs);
    let content = Content::new(&tables, addresses, origin.secret);
    if let Ok(previous) = &previous
        && let Some((ids, numbered)) = number(&tables, &content, Some(previous), origin)
    {
        return Ok((ids, numbered));
    }
    let (ids, mut numbered) = number(&tables, &content, None, origin).ok_or("ids are used up")?;
    numbered.reason = Some(previous.err().unwrap_or_else(|| "the ids of the last space are used up".into()));
    Ok((ids, numbered))
}

/// The address of each node, 0 where it is not known; `None` when these records are not those of this snapshot.
fn of_nodes(tables: &Tables, run: &Records) -> Option<Vec<u64>> {
    let nodes = &tables.nodes;
    let series = |odd: u32| -> Vec<(u32, u32)> {
        let rows = (0..run.count()).filter(|row| run.id[*row] & 1 == odd);
        rows.map(|row| (run.id[row], row as u32)).collect()
    };
    let by_id = [series(0), series(1)];
    let mut addresses = vec![0; nodes.kind.len()];
    let (mut wanted, mut known, mut fitting) = (0, 0, 0);
    for (node, address) in addresses.iter_mut().enumerate() {
        let id = nodes.id.get(node);
        let of_heap = id & 1 == 1;
        if is_synthetic(tables, node) {
            *address = if of_heap { id } else { address_of_root(tables, node) };
            continue;
        }
        wanted += usize::from(of_heap);
        let series = &by_id[usize::from(of_heap)];
        let Ok(at) = series.binary_search_by_key(&id, |(id, _)| u64::from(*id)) else { continue };
        let row = series[at].1 as usize;
        *address = run.address[row];
        if of_heap {
            known += 1;
            fitting += usize::from(u64::from(run.size[row]) == nodes.size.get(node));
        }
    }
    let fits = known > 0 && known * 100 >= wanted * KNOWN_SHARE && fitting * 100 >= known * KNOWN_SHARE;
    if !fits {
        return None;
    }
    // Two at one address are both in doubt.
    let mut sorted: Vec<(u64, u32)> = (0..addresses.len()).map(|node| (addresses[node], node as u32)).collect();
    sorted.sort_unstable();
    let mut shared = 0;
    for pair in sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].0 != 0) {
        shared += 1;
        pair.iter().for_each(|(_, node)| addresses[*node as usize] = 0);
    }
    (shared * 100 <= known).then_some(addresses)
}

/// V8 gives its own roots ids that never change, and those of Node.js the next free ones, or pointers: their names
/// stand for them, at addresses that no process has.
fn address_of_root(tables: &Tables, node: usize) -> u64 {
    let name = tables.strings.get(StringOrdinal(tables.nodes.name[node]));
    name.as_bytes().iter().fold(0, |hash, byte| mix(hash, u64::from(*byte))) | 1 << 63
}

/// Ids of all nodes and the table for the next capture; `None` when ids of 32 bits are used up.
fn number(tables: &Tables, content: &Content, previous: Option<&Table>, origin: &Origin) -> Option<(Ids, Numbered)> {
    let count = content.len();
    let matches = previous.map(|table| match_rows(content, &table.rows));
    let row_of = |node: usize| matches.as_ref().map_or(NO_NODE, |matches| matches.row[node]);
    let v8_id = |node: usize| tables.nodes.id.get(node);
    let is_root_of_node = |node: usize| content.is_synthetic(node) && v8_id(node) & 1 == 0;
    let mut next = match previous {
        Some(table) => table.next,
        None => {
            let placed = || (0..count).filter(|node| content.address[*node] != 0 && !is_root_of_node(*node)).map(v8_id);
            let after = |odd: u64| placed().filter(|id| id & 1 == odd).max().map_or(odd, |id| id + 2).max(2);
            [after(0), after(1)]
        }
    };
    let mut ids = Vec::with_capacity(count);
    let mut kept = 0;
    for node in 0..count {
        let row = row_of(node);
        let id = if content.is_synthetic(node) && !is_root_of_node(node) {
            v8_id(node)
        } else if let Some(table) = previous.filter(|_| row != NO_NODE) {
            kept += 1;
            u64::from(table.rows.id[row as usize])
        } else if previous.is_none() && content.address[node] != 0 && !is_root_of_node(node) {
            v8_id(node)
        } else {
            let next = &mut next[usize::from(v8_id(node) & 1 == 1)];
            *next += 2;
            *next - 2
        };
        ids.push(u32::try_from(id).ok()?);
    }
    if next.iter().any(|next| *next > LAST_ID) {
        return None;
    }
    let space = previous.map_or_else(new_space, |table| table.space.clone());
    let table = Table {
        space: space.clone(),
        heap: origin.heap.clone(),
        mark: mark_of(origin.secret),
        next,
        rows: content.rows(&ids),
    };
    let moved = matches.map_or(0, |matches| matches.moved as u64);
    Some((ids, Numbered { space, reason: None, kept, moved, table: Some(table) }))
}
