//! Ids of a forked snapshot that name the same objects as in the snapshot before.
//!
//! V8 numbers objects in the child, which forgets it. So the document waits, compressed, until its graph is known; then its objects are looked
//! up in the table of the last capture, and the document goes on with their ids. Nothing else in it changes.

use super::addresses::{self, Records};
use super::identity::{Content, match_rows, mix};
use super::table::{LAST_ID, Process, Space, Table, new_space};
use crate::archive::Packed;
use crate::error::Result;
use crate::format::{Parser, Tables};
use crate::ordinal::{NO_NODE, StringOrdinal};
use memchr::{memchr, memmem};
use serde::Deserialize;
use std::path::PathBuf;
use std::thread::JoinHandle;

/// What V8 writes before the first number of a node.
const NODES: &[u8] = b"\"nodes\":[";
/// The `snapshot` object of every known producer is a few kilobytes long.
const FRONT_LIMIT: usize = 1 << 20;
/// Share of objects, in percent, that V8's table has to know, and with the size that the snapshot says.
const KNOWN_SHARE: usize = 95;

/// Which heap it is, and where its last table is.
#[derive(Clone, Debug)]
pub struct Origin {
    pub process: Process,
    /// Mixed into every hash of a text, so that nobody can look texts up in the table: any number that the process keeps to itself and
    /// does not change.
    pub secret: u64,
    /// `X.ids` of the last capture of this heap.
    pub previous: Option<PathBuf>,
}

/// What became of the ids.
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

/// Takes the document of a forked child, in the child, while V8 writes it.
pub struct Numbering {
    origin: Origin,
    search: Option<JoinHandle<Found>>,
    parser: std::result::Result<Parser, String>,
    at: At,
    front: Vec<u8>,
    nodes: Packed,
    tail: Packed,
}

/// What was found out beside the pipeline.
struct Found {
    runs: Vec<Records>,
    previous: std::result::Result<Table, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Front,
    Nodes,
    Tail,
}

impl Numbering {
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn new(origin: Origin) -> Result<Self> {
        Ok(Numbering {
            origin,
            search: None,
            parser: Ok(Parser::new()),
            at: At::Front,
            front: Vec::new(),
            nodes: Packed::new()?,
            tail: Packed::new()?,
        })
    }

    /// Takes bytes as V8 wrote them. The first ones tell that the graph is built: V8's table is looked for on a thread of its own.
    pub fn watch(&mut self, bytes: &[u8]) {
        if self.search.is_none() {
            let previous = self.origin.previous.clone();
            let process = self.origin.process.clone();
            let search = move || search(previous, &process);
            self.search = std::thread::Builder::new().name("heaphound-ids".into()).spawn(search).ok();
        }
        if let Ok(parser) = &mut self.parser
            && let Err(error) = parser.feed(bytes)
        {
            self.parser = Err(error.to_string());
        }
    }

    /// Takes bytes as they are to be kept: the same ones, or redacted.
    ///
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn store(&mut self, mut bytes: &[u8]) -> Result<()> {
        if self.at == At::Front {
            let seen = self.front.len();
            self.front.extend_from_slice(bytes);
            let from = seen.saturating_sub(NODES.len() - 1);
            match memmem::find(&self.front[from..], NODES) {
                Some(found) => {
                    let end = from + found + NODES.len();
                    bytes = &bytes[end - seen..];
                    self.front.truncate(end);
                    self.at = At::Nodes;
                }
                None if self.front.len() > FRONT_LIMIT => {
                    // Not as V8 writes it: kept as it is.
                    bytes = &[];
                    self.at = At::Tail;
                }
                None => return Ok(()),
            }
        }
        if self.at == At::Nodes {
            let end = memchr(b']', bytes);
            let (nodes, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.nodes.write(nodes)?;
            if end.is_some() {
                self.at = At::Tail;
            }
            bytes = rest;
        }
        if bytes.is_empty() { Ok(()) } else { self.tail.write(bytes) }
    }

    /// Gives the document with its ids to `sink`, in pieces. A document whose objects cannot be followed goes on as it is.
    ///
    /// # Cost
    /// That of [`match_rows`], and one pass over the numbers of the nodes; about 100 bytes a node while it decides.
    /// # Errors
    /// Those of `sink`; [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn finish(self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Numbered> {
        let found = self.search.and_then(|search| search.join().ok());
        let (ids, numbered) = match decide(self.parser, found, &self.origin) {
            Ok((ids, numbered)) => (Some(ids), numbered),
            Err(reason) => {
                (None, Numbered { space: new_space(), reason: Some(reason), kept: 0, moved: 0, table: None })
            }
        };
        let fields = fields(&self.front);
        sink(&self.front)?;
        match (ids, fields) {
            (Some(ids), Some((width, id))) => {
                let mut rewrite = Rewrite { ids: &ids, width, id, column: 0, row: 0, in_number: false };
                let mut piece = Vec::new();
                self.nodes.unpack(&mut |bytes| {
                    piece.clear();
                    rewrite.feed(bytes, &mut piece);
                    sink(&piece)
                })?;
            }
            _ => self.nodes.unpack(sink)?,
        }
        self.tail.unpack(sink)?;
        Ok(numbered)
    }
}

fn search(previous: Option<PathBuf>, process: &Process) -> Found {
    let runs = addresses::find();
    let previous = match previous {
        Some(path) => Table::load(&path, process),
        None => Err("no capture of this thread came before".into()),
    };
    Found { runs, previous }
}

type Ids = Vec<u32>;

/// The ids of all nodes, or why V8's own have to do.
fn decide(
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
        if super::identity::is_synthetic(tables, node) {
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

/// V8 gives its own roots ids that never change, and those of Node.js the next free ones, or pointers: their names stand for them, at addresses that
/// no process has.
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
    let table = Table { space: space.clone(), process: origin.process.clone(), next, rows: content.rows(&ids) };
    let moved = matches.map_or(0, |matches| matches.moved as u64);
    Some((ids, Numbered { space, reason: None, kept, moved, table: Some(table) }))
}

/// Numbers of a node's row, and which of them is its id.
fn fields(front: &[u8]) -> Option<(usize, usize)> {
    #[derive(Deserialize)]
    struct Document {
        snapshot: Header,
    }
    #[derive(Deserialize)]
    struct Header {
        meta: Meta,
    }
    #[derive(Deserialize)]
    struct Meta {
        node_fields: Vec<String>,
    }
    let document: Document = serde_json::from_slice(&[front, b"]}"].concat()).ok()?;
    let fields = document.snapshot.meta.node_fields;
    Some((fields.len(), fields.iter().position(|field| field == "id")?))
}

/// Replaces one number of each row.
struct Rewrite<'a> {
    ids: &'a [u32],
    width: usize,
    id: usize,
    column: usize,
    row: usize,
    in_number: bool,
}

impl Rewrite<'_> {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        use std::io::Write;
        for byte in bytes {
            let digit = byte.is_ascii_digit();
            if digit && !self.in_number && self.column == self.id {
                _ = write!(out, "{}", self.ids[self.row]);
            }
            if !digit && self.in_number {
                self.column += 1;
                if self.column == self.width {
                    (self.column, self.row) = (0, self.row + 1);
                }
            }
            self.in_number = digit;
            if !digit || self.column != self.id {
                out.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A document of `count` strings in a list, as V8 writes one, whose ids begin at 61.
    fn document(count: u32) -> String {
        let mut text = br#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic"],"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"string_or_number","node"]}"#.to_vec();
        _ = write!(text, ",\"node_count\":{},\"edge_count\":{count}}},\n\"nodes\":[9,0,1,0,{count}", count + 1);
        (0..count).for_each(|n| _ = write!(text, "\n,2,{},{},24,0", n + 1, 61 + n * 2));
        text.extend(b"],\n\"edges\":[");
        (0..count).for_each(|n| _ = writeln!(text, "{}1,{n},{}", if n == 0 { "" } else { "," }, (n + 1) * 5));
        text.extend(b"],\n\"samples\":[],\n\"strings\":[\"root\"");
        (0..count).for_each(|n| _ = write!(text, ",\n\"nodes\\\":[ {n}\""));
        text.extend(b"]}");
        String::from_utf8(text).expect("it is text")
    }

    fn records(count: u32, from: u64) -> Records {
        Records {
            id: (0..count).map(|n| 61 + n * 2).collect(),
            address: (0..count).map(|n| from + u64::from(n) * 32).collect(),
            size: vec![24; count as usize],
        }
    }

    fn origin() -> Origin {
        let process = Process { pid: 1, started: 2, thread: 0, node: "v1".into() };
        Origin { process, secret: 3, previous: None }
    }

    fn run(document: &str, piece: usize, runs: Vec<Records>, previous: Option<Table>) -> (String, Numbered) {
        let mut numbering = Numbering::new(origin()).expect("memory");
        let previous = previous.ok_or_else(|| "none".to_owned());
        numbering.search = std::thread::Builder::new().spawn(move || Found { runs, previous }).ok();
        for bytes in document.as_bytes().chunks(piece) {
            numbering.watch(bytes);
            numbering.store(bytes).expect("memory");
        }
        let mut out = Vec::new();
        let numbered = numbering
            .finish(&mut |bytes| {
                out.extend_from_slice(bytes);
                Ok(())
            })
            .expect("memory");
        (String::from_utf8(out).expect("it is text"), numbered)
    }

    fn ids(text: &str) -> Vec<u32> {
        let nodes = text.split("\"nodes\":[").nth(1).and_then(|rest| rest.split(']').next()).expect("nodes");
        nodes.split(',').skip(2).step_by(5).map(|id| id.trim().parse().expect("a number")).collect()
    }

    #[test]
    fn the_first_capture_keeps_v8s_ids_and_every_byte() {
        for piece in [1, 7, 1 << 20] {
            let document = document(20);
            let (out, numbered) = run(&document, piece, vec![records(20, 0x9000)], None);
            assert_eq!(out, document);
            let table = numbered.table.expect("the table was found");
            assert_eq!((table.rows.len(), table.next), (21, [2, 101]));
            assert_eq!(numbered.reason.as_deref(), Some("none"));
        }
    }

    #[test]
    fn a_later_capture_goes_on_with_the_ids_and_nothing_else_changes() {
        let (_, first) = run(&document(20), 100, vec![records(20, 0x9000)], None);
        // The first five objects are at other places now: V8 numbers from the lowest address.
        let mut moved = records(22, 0x9000 - 2 * 32);
        moved.size.truncate(22);
        let document = document(22).replace("[ 21\"", "[ x\"");
        let (out, second) = run(&document, 100, vec![moved], first.table);
        assert_eq!((second.reason, &second.space), (None, &first.space));
        let ids = ids(&out);
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 23, "every id once");
        assert_eq!(ids[0], 1, "the root");
        // Texts are all the evidence here, and all moved: the same texts have the same ids.
        assert_eq!(ids[1..21], (0..20).map(|n| 61 + n * 2).collect::<Vec<u32>>());
        assert_eq!(ids[21..], [101, 103]);
        let without_ids = |text: &str| text.split_once("],").map(|(_, tail)| tail.to_owned());
        assert_eq!(without_ids(&out), without_ids(&document));
    }

    #[test]
    fn roots_of_node_whose_ids_v8_gives_anew_take_nobody_elses() {
        // Two roots and an object of native code, numbered in another order in the second capture.
        let numbered = |ids: [u32; 3]| {
            let mut text = document(20);
            for (row, (kind, id)) in [9, 9, 8].into_iter().zip(ids).enumerate() {
                let (from, to) =
                    (format!("\n,2,{},{},", row + 1, 61 + row * 2), format!("\n,{kind},{},{id},", row + 1));
                assert!(text.contains(&from));
                text = text.replace(&from, &to);
            }
            let mut run = records(20, 0x9000);
            run.id[2] = ids[2];
            (text, run)
        };
        let (document, run_of_first) = numbered([2, 4, 6]);
        let (first_out, first) = run(&document, 100, vec![run_of_first], None);
        let (document, run_of_second) = numbered([6, 2, 8]);
        let (second_out, second) = run(&document, 100, vec![run_of_second], first.table);
        assert_eq!((second.reason, &second.space), (None, &first.space));
        assert_eq!(ids(&first_out), ids(&second_out));
        assert_eq!(ids(&second_out).iter().collect::<std::collections::HashSet<_>>().len(), 21, "every id once");
    }

    #[test]
    fn without_a_fitting_table_the_document_goes_on_as_it_is() {
        let document = document(20);
        let short = Records { id: vec![61], address: vec![0x9000], size: vec![24] };
        let sizes = Records { size: vec![48; 20], ..records(20, 0x9000) };
        let one_place = Records { address: vec![0x9000; 20], ..records(20, 0x9000) };
        for runs in [vec![], vec![short], vec![sizes], vec![one_place]] {
            let (out, numbered) = run(&document, 1000, runs, None);
            assert_eq!(out, document);
            assert!(numbered.table.is_none() && numbered.reason.is_some_and(|reason| reason.contains("not found")));
        }
        let timeline = document
            .replace("\"meta\":{", "\"meta\":{\"sample_fields\":[\"timestamp_us\",\"last_assigned_id\"],")
            .replace("\"samples\":[]", "\"samples\":[5,61]");
        let (out, numbered) = run(&timeline, 1000, vec![records(20, 0x9000)], None);
        assert_eq!(out, timeline);
        assert!(numbered.table.is_none());
        let (out, numbered) = run("not a snapshot", 5, vec![], None);
        assert_eq!(out, "not a snapshot");
        assert!(numbered.reason.is_some_and(|reason| reason.contains("cannot be read")));
    }
}
