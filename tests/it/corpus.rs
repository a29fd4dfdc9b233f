//! Files of every producer, and hand-made ones: what must open opens, equal to a slow reading; what must not is
//! refused.

use super::test_random::Random;
use heaphound::budget::Budget;
use heaphound::error::{Error, Result};
use heaphound::format::{Ahead, Parser, Tables};
use heaphound::kind::{EdgeKind, NodeKind};
use heaphound::ordinal::{NodeOrdinal, StringOrdinal};
use heaphound::text::{Text, TextBuf};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

/// Name and bytes of every file, unpacked.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["__test__/fixtures/corpus", "__test__/fixtures/corpus/handmade"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.contains(".heapsnapshot") {
                continue;
            }
            let mut bytes = std::fs::read(path).unwrap();
            if name.ends_with(".gz") {
                let mut raw = Vec::new();
                flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut raw).unwrap();
                bytes = raw;
            }
            files.push((name.split(".heapsnapshot").next().unwrap().to_owned(), bytes));
        }
    }
    files.sort();
    assert!(files.len() > 25, "the corpus is there");
    files
}

fn file(name: &str) -> Vec<u8> {
    corpus().into_iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
}

fn is_refused(name: &str) -> bool {
    name.starts_with("bad-") || name.contains("-jsc")
}

fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, mut parser: Parser) -> Result<Tables> {
    for chunk in chunks {
        parser.feed(chunk)?;
    }
    parser.finish()
}

fn parse_whole(bytes: &[u8]) -> Result<Tables> {
    parse([bytes], Parser::with_size_hint(bytes.len() as u64))
}

/// A whole file read the slow way, by serde_json and by name.
struct Slow {
    node_fields: Vec<String>,
    edge_fields: Vec<String>,
    node_kinds: Vec<String>,
    edge_kinds: Vec<String>,
    nodes: Vec<i128>,
    edges: Vec<i128>,
    locations: BTreeMap<u32, (i128, i128, i128)>,
    strings: Vec<TextBuf>,
}

impl Slow {
    fn read(json: &[u8]) -> Self {
        let json = String::from_utf8_lossy(json).into_owned();
        let json = json.trim_start_matches('\u{feff}');
        let sections: HashMap<String, &RawValue> = serde_json::from_str(json).unwrap();
        let meta = serde_json::from_str::<serde_json::Value>(sections["snapshot"].get()).unwrap()["meta"].clone();
        let words = |value: &serde_json::Value| -> Vec<String> {
            let names = value.as_array().cloned().unwrap_or_default();
            names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let kinds = |types: &str| words(meta[types].as_array().unwrap().iter().find(|entry| entry.is_array()).unwrap());
        let numbers = |key: &str| -> Vec<i128> {
            let Some(raw) = sections.get(key) else { return Vec::new() };
            let raw: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap();
            raw.iter()
                .map(|raw| raw.get().parse().unwrap_or_else(|_| raw.get().parse::<f64>().unwrap() as i128))
                .collect()
        };
        let node_fields = words(&meta["node_fields"]);
        let edge_fields = words(&meta["edge_fields"]);
        let (node_kinds, edge_kinds) = (kinds("node_types"), kinds("edge_types"));
        let location_fields = words(&meta["location_fields"]);
        let mut locations = BTreeMap::new();
        if !location_fields.is_empty() {
            let at = |name: &str| location_fields.iter().position(|field| field == name).unwrap();
            for row in numbers("locations").chunks(location_fields.len()) {
                let object = row[at("object_index")] as usize;
                assert_eq!(object % node_fields.len(), 0);
                let place = (row[at("script_id")], row[at("line")], row[at("column")]);
                locations.insert((object / node_fields.len()) as u32, place);
            }
        }
        let raw: Vec<&RawValue> = serde_json::from_str(sections["strings"].get()).unwrap();
        let strings = raw.iter().map(|raw| unescape(raw.get())).collect();
        let (nodes, edges) = (numbers("nodes"), numbers("edges"));
        Self { node_fields, edge_fields, node_kinds, edge_kinds, nodes, edges, locations, strings }
    }

    fn node(&self, row: usize, field: &str) -> Option<i128> {
        let at = self.node_fields.iter().position(|known| known == field)?;
        Some(self.nodes[row * self.node_fields.len() + at])
    }

    fn edge(&self, row: usize, field: &str) -> i128 {
        let at = self.edge_fields.iter().position(|known| known == field).unwrap();
        self.edges[row * self.edge_fields.len() + at]
    }
}

/// A JSON string, unit by unit.
fn unescape(json: &str) -> TextBuf {
    let mut text = TextBuf::new();
    let mut chars = json[1..json.len() - 1].chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            char.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_unit(*unit));
            continue;
        }
        let unit = match chars.next().unwrap() {
            'u' => u16::from_str_radix(&chars.by_ref().take(4).collect::<String>(), 16).unwrap(),
            'n' => 10,
            't' => 9,
            'r' => 13,
            'b' => 8,
            'f' => 12,
            plain => plain as u16,
        };
        text.push_unit(unit);
    }
    text
}

fn check_equal(name: &str, tables: &Tables, slow: &Slow) {
    let node_count = slow.nodes.len() / slow.node_fields.len();
    assert_eq!(tables.nodes.kind.len(), node_count, "{name}");
    assert_eq!(tables.nodes.first_edge.len(), node_count + 1, "{name}");
    let mut edge = 0;
    for row in 0..node_count {
        let of = |field: &str| slow.node(row, field);
        let kind = tables.nodes.kind[row] & 63;
        let number = of("type").unwrap();
        let kind_name = match kind.checked_sub(NodeKind::FIRST_FOREIGN) {
            Some(foreign) => tables.foreign_kinds[usize::from(foreign)].clone(),
            None => NodeKind::NAMES[usize::from(kind)].to_owned(),
        };
        let expected = slow.node_kinds.get(number as usize).cloned();
        assert_eq!(kind_name, expected.unwrap_or_else(|| format!("unknown({number})")), "{name} node {row}");
        assert_eq!(i128::from(tables.nodes.kind[row] >> 6), of("detachedness").unwrap_or(0), "{name} node {row}");
        assert_eq!(Some(i128::from(tables.nodes.name[row])), of("name"), "{name} node {row}");
        assert_eq!(Some(i128::from(tables.nodes.id.get(row))), of("id"), "{name} node {row}");
        assert_eq!(Some(i128::from(tables.nodes.size.get(row))), of("self_size"), "{name} node {row}");
        let trace = tables.nodes.trace_node_id.get(row).copied().unwrap_or(0);
        assert_eq!(i128::from(trace), of("trace_node_id").unwrap_or(0), "{name} node {row}");
        assert_eq!(tables.nodes.first_edge[row], edge, "{name} node {row}");
        edge += of("edge_count").unwrap() as u32;
        let place = tables.locations.get(NodeOrdinal(row as u32));
        let place = place.map(|place| (place.script_id.into(), place.line.into(), place.column.into()));
        assert_eq!(place, slow.locations.get(&(row as u32)).copied(), "{name} node {row}");
    }
    assert_eq!(tables.edges.kind_and_target.len(), edge as usize, "{name}");
    assert_eq!(tables.nodes.first_edge[node_count], edge, "{name}");
    for row in 0..edge as usize {
        let kind = EdgeKind::ALL[(tables.edges.kind_and_target[row] >> 29) as usize];
        assert_eq!(kind.name(), slow.edge_kinds[slow.edge(row, "type") as usize], "{name} edge {row}");
        let target = i128::from(tables.edges.kind_and_target[row] & ((1 << 29) - 1)) * slow.node_fields.len() as i128;
        assert_eq!(target, slow.edge(row, "to_node"), "{name} edge {row}");
        let index = i128::from(tables.edges.name_or_index[row]);
        let expected = slow.edge(row, "name_or_index");
        assert_eq!(index, if expected < 0 { expected + (1 << 32) } else { expected }, "{name} edge {row}");
    }
    assert_eq!(tables.strings.len(), slow.strings.len(), "{name}");
    for ((_, text), expected) in tables.strings.iter().zip(&slow.strings) {
        assert_eq!(text, expected.as_text(), "{name}");
    }
}

#[test]
fn every_producer_reads_as_a_slow_reading_does() {
    for (name, bytes) in corpus() {
        let tables = parse_whole(&bytes);
        if is_refused(&name) {
            assert!(tables.is_err(), "{name} must be refused");
        } else {
            let tables = tables.unwrap_or_else(|error| panic!("{name}: {error}"));
            check_equal(&name, &tables, &Slow::read(&bytes));
        }
    }
}

#[test]
fn every_split_gives_the_same() {
    for (name, bytes) in corpus().into_iter().filter(|(_, bytes)| bytes.len() < 4000) {
        let whole = parse_whole(&bytes);
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(parse([a, b], Parser::new()), whole, "{name} cut at {cut}");
        }
        assert_eq!(parse(bytes.chunks(1), Parser::new()), whole, "{name} byte by byte");
    }
}

#[test]
fn random_splits_give_the_same() {
    let mut random = Random::new(0x5eed);
    for (name, bytes) in corpus().into_iter().filter(|(_, bytes)| bytes.len() >= 4000) {
        let whole = parse_whole(&bytes);
        for most in [7, 300, 70_000] {
            let mut parser = Parser::with_size_hint(bytes.len() as u64);
            let mut ahead = Ahead::default();
            let mut rest = &bytes[..];
            let mut fed = Ok(());
            while !rest.is_empty() && fed.is_ok() {
                let (chunk, more) = rest.split_at((random.below(most) as usize).min(rest.len()));
                // Every other chunk comes scanned, as from a reader that had time.
                ahead.clear();
                if random.below(2) == 0 {
                    ahead.scan(chunk);
                }
                fed = parser.feed_scanned(chunk, &mut ahead);
                rest = more;
            }
            assert_eq!(fed.and_then(|()| parser.finish()), whole, "{name} in pieces below {most}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_truncated() {
    let bytes = file("min5");
    for cut in 0..bytes.len() {
        let error = parse_whole(&bytes[..cut]).unwrap_err();
        assert_eq!((error.code(), error.offset()), ("HEAPHOUND_ERR_TRUNCATED", Some(cut as u64)), "cut at {cut}");
    }
}

/// `at`: what stands in the file where the error says it is bad.
fn check_refused(name: &str, table: &str, at: &str, part: &str) {
    let bytes = file(name);
    let error = parse_whole(&bytes).unwrap_err();
    let rest = String::from_utf8_lossy(&bytes[error.offset().unwrap() as usize..]).into_owned();
    let truncated = name.contains("truncated");
    assert_eq!(
        error.code(),
        if truncated { "HEAPHOUND_ERR_TRUNCATED" } else { "HEAPHOUND_ERR_FORMAT" },
        "{name}: {error}"
    );
    assert_eq!(error.table(), Some(table), "{name}: {error}");
    assert!(rest.starts_with(at) && (rest.is_empty() == at.is_empty()), "{name}: {error}, where {rest} stands");
    assert!(error.to_string().contains(part), "{name}: {error}");
}

#[test]
fn bad_files_are_refused_where_they_are_bad() {
    check_refused("bad-edge-count-sum", "nodes", "9,0,", "more than the 7");
    check_refused("bad-float", "nodes", "1.5,", "not a whole number");
    check_refused("bad-partial-row", "nodes", "]", "5 of 6");
    check_refused("bad-to-node-misaligned", "edges", "3,", "not the start");
    check_refused("bad-to-node-range", "edges", "6000", "behind the last");
    check_refused("bad-truncated-in-edges", "edges", "", "ends inside edges");
    check_refused("bad-truncated-in-strings", "strings", "", "ends inside strings");
}

#[test]
fn known_values_of_real_files() {
    let node8 = parse_whole(&file("node-8.17.0-inspector-old")).unwrap();
    assert_eq!(node8.foreign_kinds, ["unknown(12)"]);
    assert!(!node8.has_detachedness);
    let big = parse_whole(&file("node-24.21.0-bigbuf5GB")).unwrap();
    assert!(big.nodes.size.iter().any(|size| size == 5_000_000_000));
    let negative = parse_whole(&file("negative-index")).unwrap();
    assert!(negative.edges.name_or_index.contains(&4_294_967_290));
    let exponent = parse_whole(&file("odd-exponent")).unwrap();
    assert_eq!(exponent.nodes.size.get(2), 100);
    let wide = parse_whole(&file("wide-ids-sizes")).unwrap();
    assert_eq!(wide.nodes.id.iter().max(), Some(9_007_199_254_740_991));
    let min = parse_whole(&file("min5")).unwrap();
    assert_eq!(min.strings.get(StringOrdinal(5)), Text::from_str("baz 日 😀"));
    let empty = parse_whole(&file("zero-nodes")).unwrap();
    assert_eq!(empty.nodes.first_edge, [0]);
}

#[test]
fn two_documents_in_a_row_are_refused() {
    let bytes = file("min5");
    let error = parse_whole(&[&bytes[..], &bytes[..]].concat()).unwrap_err();
    assert_eq!((error.table(), error.offset()), (Some("document"), Some(bytes.len() as u64)));
    let spaces = [&bytes[..], b"\r\n \t"].concat();
    assert_eq!(parse_whole(&spaces), parse_whole(&bytes));
    let marked = [b"\xef\xbb\xbf", &bytes[..]].concat();
    assert_eq!(parse_whole(&marked), parse_whole(&bytes));
}

/// `min5` with some text replaced.
fn changed(from: &str, to: &str) -> Result<Tables> {
    let text = String::from_utf8(file("min5")).unwrap();
    assert!(text.contains(from), "{from}");
    let whole = text.replacen(from, to, 1);
    let result = parse_whole(whole.as_bytes());
    assert_eq!(parse(whole.as_bytes().chunks(3), Parser::new()), result, "{to}");
    result
}

fn check_changed(from: &str, to: &str, table: &str, part: &str) {
    match changed(from, to) {
        Ok(_) => panic!("{to} was accepted"),
        Err(error) => {
            assert_eq!(error.table(), Some(table), "{to}: {error}");
            assert!(error.to_string().contains(part), "{to}: {error}");
        }
    }
}

#[test]
fn hostile_headers_are_refused_without_room_for_what_they_claim() {
    check_changed("\"node_count\":5", "\"node_count\":500000000", "nodes", "5 rows instead of");
    check_changed("\"edge_count\":7", "\"edge_count\":4294967295", "nodes", "adds up to 7");
    check_changed("\"node_count\":5", "\"node_count\":10000000000", "nodes", "more than the 536870912");
    check_changed("\"node_count\":5", "\"node_count\":-5", "snapshot", "invalid value");
    check_changed("\"node_count\":5", "\"root_index\":7,\"node_count\":5", "snapshot", "root_index 7");
    check_changed("\"node_count\":5", "\"root_index\":30,\"node_count\":5", "snapshot", "root_index 30");
    check_changed("\"to_node\"]", "\"to_knot\"]", "snapshot", "edge_fields lacks to_node");
    check_changed("\"node_count\":5", "\"node_count\":4", "nodes", "more rows than the 4");
    check_changed("\"edge_count\":7", "\"edge_count\":6", "nodes", "more than the 6");
}

#[test]
fn a_count_of_zero_in_the_header_is_unknown() {
    let whole = parse_whole(&file("min5")).unwrap();
    let both = |text: &str| text.replacen("\"node_count\":5,\"edge_count\":7", "\"node_count\":0,\"edge_count\":0", 1);
    let bytes = String::from_utf8(file("min5")).unwrap();
    assert!(both(&bytes) != bytes);
    assert_eq!(parse_whole(both(&bytes).as_bytes()).as_ref(), Ok(&whole));
    assert_eq!(changed("\"edge_count\":7", "\"edge_count\":0").as_ref(), Ok(&whole));
    assert_eq!(changed("\"node_count\":5", "\"node_count\":0").as_ref(), Ok(&whole));
    // Sections in every order: what comes first says how much the others have.
    for name in ["snapshot-last", "strings-first"] {
        let text = String::from_utf8(file(name)).unwrap();
        let blind = both(&text);
        assert!(blind != text, "{name}");
        assert_eq!(parse_whole(blind.as_bytes()), parse_whole(text.as_bytes()), "{name}");
    }
}

#[test]
fn without_counts_the_sections_still_have_to_agree() {
    let text = String::from_utf8(file("min5")).unwrap();
    let blind = text.replacen("\"node_count\":5,\"edge_count\":7", "\"node_count\":0,\"edge_count\":0", 1);
    let nodes = blind.find("\"nodes\"").unwrap();
    let edges = blind.find("\"edges\"").unwrap();
    let after = edges + blind[edges..].find(']').unwrap() + 2;
    // The edges before the nodes: nobody knows yet which nodes there are.
    let turned = [&blind[..nodes], &blind[edges..after], &blind[nodes..edges], &blind[after..]].concat();
    assert_eq!(parse_whole(turned.as_bytes()), parse_whole(text.as_bytes()));
    let check = |document: &str, from: &str, to: &str, table: &str, part: &str| {
        assert!(document.contains(from), "{from}");
        let error = parse_whole(document.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(error.table(), Some(table), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    for (document, table, part) in [(&blind, "edges", "8 announced"), (&turned, "nodes", "7 announced")] {
        check(document, "[9,1,1,0,2,0,", "[9,1,1,0,3,0,", table, part);
    }
    check(&blind, "[1,1,6,", "[1,1,30,", "edges", "behind the last of 5 nodes");
    check(&turned, "[1,1,6,", "[1,1,30,", "edges", "node 5, but there are 5");
    check(&blind, "\"node_count\":0", "\"root_index\":30,\"node_count\":0", "snapshot", "root 5, but there are 5");
    let places = "\"locations\":[30,1,1,1],\"nodes\":";
    let early = blind.replacen("\"locations\":[]", "\"other\":[]", 1);
    check(&early, "\"nodes\":", places, "locations", "node 5, but there are 5");
}

#[test]
fn bad_rows_are_refused() {
    check_changed("[9,1,1,0,2,0,", "[9,6,1,0,2,0,", "nodes", "row 0 has string 6, but there are 6");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,-1,2,0,", "nodes", "self_size -1");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0,2,3,", "nodes", "detachedness 3");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0,99999999999,0,", "nodes", "edge_count");
    check_changed("[9,1,1,0,2,0,", "[9,1,99999999999999999999,0,2,0,", "nodes", "above 2^64");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0,,0,", "nodes", "unexpected \",\"");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0 2,0,", "nodes", "unexpected \"2\"");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0,[2],0,", "nodes", "unexpected \"[\"");
    check_changed("[9,1,1,0,2,0,", "[9,1,1,0,null,0,", "nodes", "unexpected \"n\"");
    check_changed("[1,1,6,", "[1,-1,-6,", "edges", "to_node -6");
    check_changed("[1,1,6,", "[5,6,6,", "edges", "row 0 has string 6");
    check_changed("\"locations\":[]", "\"locations\":[5,1,1,1]", "locations", "not the start of a node");
    check_changed("\"locations\":[]", "\"locations\":[30,1,1,1]", "locations", "behind the last");
    check_changed("\"locations\":[]", "\"locations\":[6,1,1]", "locations", "3 of 4");
    check_changed("\"trace_tree\":[]", "\"trace_tree\":[1,0,0,0,[]]", "trace_tree", "function 0, but there are 0");
    check_changed("\"samples\":[]", "\"samples\":[-1,1]", "samples", "timestamp_us -1");
    check_changed("\"samples\":[]", "\"nodes\":[]", "nodes", "a second section");
    check_changed("\"edges\":", "\"sedge\":", "edges", "missing");
    check_changed("\"samples\":[]", "\"other\":[[[}]]", "document", "unexpected \"}\"");
}

#[test]
fn optional_parts_are_read() {
    let tables = changed("\"samples\":[]", "\"samples\":[10,3,5000000000,7]").unwrap();
    let samples: Vec<_> = tables.samples.iter().map(|row| (row.timestamp_us, row.last_assigned_id)).collect();
    assert_eq!(samples, [(10, 3), (5_000_000_000, 7)]);
    let tables = changed("\"locations\":[]", "\"locations\":[24,1,2,3,6,4,5,6,24,7,-1,4294967295]").unwrap();
    assert_eq!(tables.locations.nodes, [1, 4]);
    let last = tables.locations.get(NodeOrdinal(4)).unwrap();
    assert_eq!((last.script_id, last.line, last.column), (7, u32::MAX, u32::MAX));
    let infos = "\"trace_function_infos\":[3,1,1,0,0,0,4,2,3,9,8,7]";
    let tables = changed("\"trace_function_infos\":[]", infos).unwrap();
    assert_eq!(tables.functions.len(), 2, "more rows than trace_function_count says");
    let unknown = "\"x\":{\"a\":[\"]}\\\"\"]},\"y\":-1.5e3,\"z\":null,\"samples\":[]";
    assert_eq!(changed("\"samples\":[]", unknown), parse_whole(&file("min5")));
    assert_eq!(changed("\"samples\"", "\"\\u0073amples\""), parse_whole(&file("min5")));
    assert_eq!(changed("\"node_count\":5", "\"root_index\":24,\"node_count\":5").unwrap().root, 4);
    let fields = "[\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"]";
    assert_eq!(changed(fields, "[]"), parse_whole(&file("min5")));
    let foreign = changed("\"object\",\"code\"", "\"orb\",\"code\"").unwrap();
    assert_eq!(foreign.foreign_kinds, ["orb"]);
}

#[test]
fn other_formats_say_what_they_are() {
    let check = |bytes: &[u8], part: &str| match parse_whole(bytes) {
        Err(Error::Foreign { what }) => assert!(what.contains(part), "{what}"),
        other => panic!("{other:?}"),
    };
    check(&file("bun-1.4.5-jsc"), "JavaScriptCore");
    check(&file("bad-cpuprofile"), "CPU profile");
    check(&file("bad-json-array"), "JSON array");
    check(&file("bad-not-json"), "begins with \"h");
    check(b"{}", "without a \"snapshot\" key");
    check(b"\x1f\x8b\x08", "compressed");
    check(b"\xef\xbbx", "begins with");
    for (document, part) in [
        ("{\"head\":{},\"startTime\":1,\"samples\":[1,2]}", "a CPU profile"),
        ("{\"head\":{\"callFrame\":{}}}", "a sampling heap profile"),
        ("{\"header\":{},\"javascriptStack\":{}}", "a diagnostic report"),
        ("{\"version\":1,\"rawBytes\":1,\"storedBytes\":1}", "beside a snapshot"),
        ("{\"snapshots\":[],\"leaks\":[]}", "an answer of heaphound"),
        ("{\"method\":\"HeapProfiler.addHeapSnapshotChunk\",\"params\":{}}", "DevTools protocol"),
        ("{\"version\":3,\"sources\":[],\"mappings\":\"\"}", "a source map"),
        ("{\"statusCode\":404,\"message\":\"Not Found\"}", "an error to tell"),
    ] {
        check(document.as_bytes(), part);
    }
}

#[test]
fn deep_nesting_needs_no_stack() {
    let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
    assert_eq!(changed("\"samples\":[]", &format!("\"x\":{deep}")), parse_whole(&file("min5")));
    assert!(changed("\"meta\":{", &format!("\"x\":{deep},\"meta\":{{")).is_ok());
    assert!(changed("\"trace_tree\":[]", &format!("\"trace_tree\":{deep}")).is_err());
}

#[test]
fn a_failed_parser_repeats_its_error() {
    let mut parser = Parser::new();
    let error = parser.feed(b"{]").unwrap_err();
    assert_eq!(parser.feed(b"{"), Err(error.clone()));
    assert_eq!(parser.finish(), Err(error));
}

/// The document of one root, with these strings behind those that it names.
fn with_strings(strings: &str) -> Vec<u8> {
    let text = String::from_utf8(file("min5")).unwrap();
    let end = text.rfind(']').unwrap();
    format!("{}{strings}{}", &text[..end], &text[end..]).into_bytes()
}

#[test]
fn texts_that_no_row_names_take_no_memory() {
    let bytes = with_strings(&",\"\"".repeat(3_000_000));
    let tables = parse_whole(&bytes).unwrap();
    assert_eq!(tables.strings.len() as u64 + tables.strings.surplus, 3_000_006);
    assert!(tables.strings.held_bytes() < 10_000_000, "{}", tables.strings.held_bytes());
    let few = parse_whole(&with_strings(",\"unused\"")).unwrap();
    assert_eq!((few.strings.len(), few.strings.surplus), (7, 0));
}

/// Opens the bytes with a budget.
fn within(bytes: &[u8], budget: u64) -> Result<Tables> {
    let mut parser = Parser::with_size_hint(bytes.len() as u64).within(Budget::of(budget));
    parser.feed(bytes)?;
    parser.finish()
}

#[test]
fn tables_that_grow_beyond_the_budget_are_given_up() {
    const BUDGET: u64 = 3_000_000;
    let text = String::from_utf8(file("min5")).unwrap();
    assert_eq!(within(text.as_bytes(), BUDGET), parse_whole(text.as_bytes()));
    let million = 1_000_000;
    for (from, to) in [
        ("\"samples\":[]", format!("\"samples\":[0,0{}]", ",0,0".repeat(million))),
        ("\"locations\":[]", format!("\"locations\":[0,0,0,0{}]", ",0,0,0,0".repeat(million))),
        (
            "\"trace_function_infos\":[]",
            format!("\"trace_function_infos\":[0,0,0,0,0,0{}]", ",0,0,0,0,0,0".repeat(million)),
        ),
        ("\"trace_tree\":[]", format!("\"trace_tree\":[0,0,0,0,[0,0,0,0,[]{}]]", ",0,0,0,0,[]".repeat(million))),
        ("\"samples\":[]", format!("\"other\":{}0{}", "[".repeat(4 * million), "]".repeat(4 * million))),
        ("\"nodes\":[", format!("\"nodes\":[{}", "9,1,99999999999,0,0,0,".repeat(million))),
        ("{\"snapshot\"", format!("{{\"samples\":[0,0{}],\"snapshot\"", ",0,0".repeat(million))),
    ] {
        assert!(text.contains(from), "{from}");
        let large = text.replacen(from, &to, 1).replacen("\"samples\":[],", "", usize::from(from.starts_with('{')));
        let blind = large.replacen("\"node_count\":5,\"edge_count\":7", "\"node_count\":0,\"edge_count\":0", 1);
        let error = within(blind.as_bytes(), BUDGET).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), "HEAPHOUND_ERR_NO_HEADROOM", "{from}: {error}");
        let (need, have) = error.memory().unwrap();
        // A chunk is a megabyte, of which each byte can become some.
        assert!(have == BUDGET && need < 8 * BUDGET, "{from}: {need}");
    }
    let error = within(&with_strings(&format!(",\"{}\"", "x".repeat(5_000_000))), BUDGET).unwrap_err();
    assert_eq!(error.code(), "HEAPHOUND_ERR_NO_HEADROOM");
}

#[test]
fn white_space_of_any_length_is_passed_at_once_and_has_an_end() {
    let text = String::from_utf8(file("min5")).unwrap();
    let whole = parse_whole(text.as_bytes());
    let blank = " \n".repeat(4 << 20);
    // Behind every kind of byte that white space may follow, in every section.
    for part in
        ["{", "\"snapshot\":", "\"nodes\":[", "\"nodes\":[9,", "\"edges\":[1,1,6,", "\"samples\":", "\"strings\":["]
    {
        assert!(text.contains(part), "{part}");
        let spaced = text.replacen(part, &format!("{part}{blank}"), 1);
        assert!(parse_whole(spaced.as_bytes()) == whole, "{part}");
        assert!(parse(spaced.as_bytes().chunks(300_007), Parser::new()) == whole, "{part}");
    }
    let endless = vec![b' '; 1 << 20];
    let mut parser = Parser::new();
    let fed = (0..100).try_for_each(|_| parser.feed(&endless));
    assert!(fed.unwrap_err().to_string().contains("white space"));
}
