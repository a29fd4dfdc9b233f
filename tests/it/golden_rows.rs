//! Rows, samples and diffs as Chrome DevTools computes them; `__test__/fixtures/golden/README.md` explains the files.

use flate2::read::MultiGzDecoder;
use heaphound::analysis::{
    EdgeOptions, Heap, IgnoredRetainers, Parity, RetainingPaths, Scripts, display_name, edge_name, edge_rows,
    retainer_rows, samples,
};
use heaphound::control::Control;
use heaphound::diff::{Diff, DiffOptions, DiffSide, diff};
use heaphound::format::Parser;
use heaphound::open::{OpenOptions, analyse};
use heaphound::ordinal::{EdgeOrdinal, NodeOrdinal};
use heaphound::snapshot::Snapshot;
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

const REAL: [&str; 4] = ["n20-plain", "n22-devtools", "n24-plain", "n26"];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures/golden")
}

fn bytes(path: &Path) -> Vec<u8> {
    let stored = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut plain = Vec::new();
        MultiGzDecoder::new(&stored[..]).read_to_end(&mut plain).unwrap();
        return plain;
    }
    stored
}

/// Lone surrogates become U+FFFD: `serde_json` knows no others.
fn document(path: &Path) -> Value {
    let text = String::from_utf8(bytes(path)).unwrap();
    let escapes = regex::Regex::new(
        r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}",
    )
    .unwrap();
    let text = escapes.replace_all(&text, |found: &regex::Captures<'_>| match &found[0] {
        pair if pair.len() != 6 => pair.to_owned(),
        _ => "\u{fffd}".to_owned(),
    });
    serde_json::from_str(&text).unwrap()
}

fn parse(path: &Path) -> Snapshot {
    let mut parser = Parser::new();
    parser.feed(&bytes(path)).unwrap();
    Snapshot::new(parser.finish().unwrap())
}

fn open(path: &Path, parity: Parity) -> Heap {
    analyse(parse(path), &OpenOptions { parity, ..OpenOptions::default() }, &Control::new()).unwrap()
}

fn real(name: &str) -> PathBuf {
    let kind = if name == "n26" { "heaptimeline" } else { "heapsnapshot" };
    golden().join(format!("{name}.{kind}.gz"))
}

/// (snapshot, expected values) of every random graph.
fn synthetic() -> Vec<(PathBuf, PathBuf)> {
    let folder = golden().join("synthetic");
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "heapsnapshot"))
        .map(|path| (path.clone(), path.with_extension("expected.json")))
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn edge_words(heap: &Heap, edge: EdgeOrdinal, other: NodeOrdinal, number: i64) -> Value {
    let kind = heap.snapshot.edge_kind(edge).name();
    json!([edge_name(&heap.snapshot, edge).to_text().to_string(), kind, heap.snapshot.id(other), number])
}

fn check_rows(snapshot: &Path, expected: &Path, parity: Parity) {
    let heap = open(snapshot, parity);
    let expected = document(expected);
    let control = Control::new();
    let rows = expected["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let node = NodeOrdinal(row["ordinal"].as_u64().unwrap() as u32);
        let retainers = retainer_rows(&heap, node, &IgnoredRetainers::none(), &control).unwrap();
        let retainers: Vec<Value> = (retainers.iter().take(20))
            .map(|row| edge_words(&heap, row.edge, row.node, i64::from(row.distance)))
            .collect();
        assert_eq!(Value::Array(retainers), row["retainers"], "{} retainers of {node:?}", snapshot.display());
        let edges = edge_rows(&heap, node, &EdgeOptions::default(), &control).unwrap();
        let edges: Vec<Value> = (edges.iter().take(20))
            .map(|edge| {
                let target = heap.snapshot.target(*edge);
                edge_words(&heap, *edge, target, heap.graph.retained_size(target) as i64)
            })
            .collect();
        assert_eq!(Value::Array(edges), row["edges"], "{} edges of {node:?}", snapshot.display());
    }
    check_samples(&heap, &expected["samples"], snapshot);
}

fn check_samples(heap: &Heap, expected: &Value, snapshot: &Path) {
    let rows = samples(heap, &Control::new()).unwrap();
    if expected.is_null() {
        return assert!(rows.is_empty(), "{}", snapshot.display());
    }
    let found = json!({
        "timestamps": rows.iter().map(|row| row.timestamp_us as f64 / 1000.0).collect::<Vec<_>>(),
        "lastAssignedIds": rows.iter().map(|row| row.last_assigned_id).collect::<Vec<_>>(),
        "sizes": rows.iter().map(|row| row.live_size).collect::<Vec<_>>(),
    });
    let numbers = |value: &Value, key: &str| -> Vec<f64> {
        value[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    for key in ["timestamps", "lastAssignedIds", "sizes"] {
        assert_eq!(numbers(&found, key), numbers(expected, key), "{} {key}", snapshot.display());
    }
}

#[test]
fn rows_of_real_heaps() {
    for name in REAL {
        let expected = golden().join(format!("{name}.expected.json.gz"));
        check_rows(&real(name), &expected, Parity::Ours);
        check_rows(&real(name), &expected, Parity::DevTools);
    }
}

#[test]
fn rows_of_random_graphs() {
    for (snapshot, expected) in synthetic() {
        check_rows(&snapshot, &expected, Parity::DevTools);
    }
}

fn compare(before: &Path, after: &Path, parity: Parity) -> Diff {
    let after = open(after, parity);
    let options = DiffOptions { id_limit: usize::MAX };
    let side = DiffSide::of_parsed(parse(before), &after.interfaces, parity, &Control::new()).unwrap();
    let found = diff(&side, &after, &options, &Control::new()).unwrap();
    let opened = open(before, parity);
    let side = DiffSide::of(&opened.snapshot, &after.interfaces, parity, &Control::new()).unwrap();
    assert_eq!(diff(&side, &after, &options, &Control::new()).unwrap(), found);
    found
}

fn check_diff(before: &Path, after: &Path, expected: &Path) {
    let found = compare(before, after, Parity::DevTools);
    assert!(found.comparable, "{}", after.display());
    let expected = document(expected);
    let expected = expected.as_object().unwrap();
    let keys: Vec<String> = found.rows.iter().map(|row| row.key.to_string()).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    let mut wanted: Vec<String> = expected.keys().cloned().collect();
    wanted.sort();
    assert_eq!(sorted, wanted, "{}", after.display());
    for (row, key) in found.rows.iter().zip(keys) {
        let mut shown = json!({
            "name": row.name.to_string(),
            "addedCount": row.added_count,
            "removedCount": row.removed_count,
            "countDelta": row.count_delta(),
            "addedSize": row.added_size,
            "removedSize": row.removed_size,
            "sizeDelta": row.size_delta(),
        });
        if expected[&key].get("addedIds").is_some() {
            shown["addedIds"] = json!(row.added_ids);
            shown["deletedIds"] = json!(row.removed_ids);
        }
        assert_eq!(shown, expected[&key], "{} {key}", after.display());
    }
}

#[test]
fn diff_of_a_real_heap_that_grew() {
    let file = |name: &str| golden().join(name);
    let (before, after) = (file("growth-before.heapsnapshot.gz"), file("growth-after.heapsnapshot.gz"));
    check_diff(&before, &after, &file("growth.diff.json"));
    let ours = compare(&before, &after, Parity::Ours);
    assert!(ours.comparable);
    let session = ours.rows.iter().find(|row| row.name.to_string() == "Session").unwrap();
    assert!(session.added_retained_size > session.added_size);
    assert_eq!(session.added_ids.len() as u64, session.added_count);
    assert!(ours.resized.iter().any(|row| row.grown_size > 0 && !row.grown_ids.is_empty()));
}

#[test]
fn diffs_of_random_graphs() {
    let mut count = 0;
    for (after, _) in synthetic() {
        let stem = after.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some(number) = stem.strip_suffix('b') else { continue };
        let before = after.with_file_name(format!("{number}a.heapsnapshot"));
        check_diff(&before, &after, &after.with_file_name(format!("{number}.diff.json")));
        count += 1;
    }
    assert!(count > 0);
}

/// The class that leaks, its place in the source, and the path to its container.
#[test]
fn a_leaked_session_is_explained() {
    let heap = open(&golden().join("growth-after.heapsnapshot.gz"), Parity::Ours);
    let control = Control::new();
    let paths = RetainingPaths::of(&heap.snapshot, &control).unwrap();
    let scripts = Scripts::of(&heap.snapshot, &control).unwrap();
    let class = heap.classes.rows.iter().position(|class| class.name.to_string() == "Session").unwrap();
    let session = heap.snapshot.nodes().rfind(|node| heap.classes.class_of(*node).index() == class).unwrap();
    let path = paths.path(&heap.snapshot, session);
    let shown: Vec<String> = (path.iter().skip(1))
        .map(|step| {
            let edge = edge_name(&heap.snapshot, step.edge.unwrap()).to_text();
            let place = scripts.locate(&heap, step.node).map(|it| format!(" ({}:{}:{})", it.file, it.line, it.column));
            format!(".{edge} {}{}", display_name(&heap.snapshot, step.node), place.unwrap_or_default())
        })
        .collect();
    assert_eq!(shown, [".2 global", ".__c Map", ".table ", ".19028 Session (/srv/heapdemo/gen/gen.js:3:26)",]);
}
