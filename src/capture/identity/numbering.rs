//! Ids of a forked snapshot that name the same objects as in the snapshot before.
//!
//! V8 numbers objects in the forked child, and the numbers end with it. So the document waits, compressed, until its
//! graph is known. Then its objects are looked up in the table of the last capture, and the document goes on with their
//! ids. Nothing else in it changes.

use super::addresses;
use super::decide::{Found, Numbered, Origin, decide};
use super::process_memory::Whose;
use super::rewrite::Rewrite;
use super::split_document::SplitDocument;
use super::table::{Table, new_space};
use crate::error::Result;
use crate::format::Parser;
use std::thread::JoinHandle;

/// Takes the document of a forked child, in the child, while V8 writes it; or that of another process, which has to
/// stay until [`Numbering::finish`] has ended.
pub struct Numbering {
    origin: Origin,
    whose: Option<Whose>,
    search: Option<JoinHandle<Found>>,
    parser: std::result::Result<Parser, String>,
    document: SplitDocument,
}

impl Numbering {
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn new(origin: Origin) -> Result<Self> {
        Ok(Numbering { origin, whose: None, search: None, parser: Ok(Parser::new()), document: SplitDocument::new()? })
    }

    /// V8 writes in this process, a child of the caller's.
    #[must_use]
    pub fn of_process(self, pid: u32) -> Self {
        Numbering { whose: Some(Whose(pid)), ..self }
    }

    /// Takes bytes as V8 wrote them. The first ones tell that the graph is built: V8's table is looked for on a thread
    /// of its own.
    pub fn watch(&mut self, bytes: &[u8]) {
        if self.search.is_none() {
            let origin = self.origin.clone();
            let whose = self.whose.unwrap_or_else(Whose::own);
            let search = move || search(whose, &origin);
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
    pub fn store(&mut self, bytes: &[u8]) -> Result<()> {
        self.document.store(bytes)
    }

    /// Gives the document with its ids to `sink`, in pieces. A document whose objects cannot be followed goes on as it
    /// is.
    ///
    /// # Cost
    /// The cost of [`match_rows`](super::match_rows), and one pass over the numbers of the nodes; about 100 bytes a
    /// node while it decides.
    /// # Errors
    /// The errors of `sink`; [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn finish(self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Numbered> {
        let found = self.search.and_then(|search| search.join().ok());
        let (ids, numbered) = match decide(self.parser, found, &self.origin) {
            Ok((ids, numbered)) => (Some(ids), numbered),
            Err(reason) => {
                (None, Numbered { space: new_space(), reason: Some(reason), kept: 0, moved: 0, table: None })
            }
        };
        let rewrite = ids.as_deref().zip(self.document.id_column()).map(|(ids, column)| Rewrite::new(ids, column));
        self.document.write(rewrite, sink)?;
        Ok(numbered)
    }
}

fn search(whose: Whose, origin: &Origin) -> Found {
    let runs = addresses::find(whose);
    let previous = match &origin.previous {
        Some(path) => Table::load(path, &origin.heap, origin.secret),
        None => Err("no capture of this thread came before".into()),
    };
    Found { runs, previous }
}

#[cfg(test)]
mod tests {
    use super::super::addresses::Records;
    use super::super::heap_key::HeapKey;
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
        let heap = HeapKey { pid: 1, started: 2, thread: 0, node: "v1".into() };
        Origin { heap, secret: 3, previous: None }
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
