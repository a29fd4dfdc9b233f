//! Rows, samples and diffs as Chrome DevTools computes them.

use crate::golden_files::{REAL, folder, json, open, parse, shown, synthetic};
use heaphound::analysis::{
    EdgeOptions, Heap, IgnoredRetainers, Parity, Scripts, edge_name, edge_rows, retainer_rows, samples,
};
use heaphound::control::Control;
use heaphound::diff::{Diff, DiffOptions, DiffSide, diff};
use heaphound::ordinal::{EdgeOrdinal, NodeOrdinal};
use heaphound::paths::Paths;
use serde_json::{Value, json};

fn edge_words(heap: &Heap, edge: EdgeOrdinal, other: NodeOrdinal, number: i64) -> Value {
    let kind = heap.snapshot.edge_kind(edge).name();
    let name = edge_name(&heap.snapshot, edge).to_text();
    json!([shown(name.as_text()), kind, heap.snapshot.id(other), number])
}

fn check_rows(snapshot: &str, expected: &str, parity: Parity) {
    let heap = open(snapshot, parity);
    let expected = json(expected);
    let control = Control::new();
    let rows = expected["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let node = NodeOrdinal(row["ordinal"].as_u64().unwrap() as u32);
        let retainers = retainer_rows(&heap, node, &IgnoredRetainers::none(), &control).unwrap();
        let retainers: Vec<Value> = (retainers.iter().take(20))
            .map(|row| edge_words(&heap, row.edge, row.node, i64::from(row.distance)))
            .collect();
        assert_eq!(Value::Array(retainers), row["retainers"], "{snapshot} retainers of {node:?}");
        let edges = edge_rows(&heap, node, &EdgeOptions::default(), &control).unwrap();
        let edges: Vec<Value> = (edges.iter().take(20))
            .map(|edge| {
                let target = heap.snapshot.target(*edge);
                edge_words(&heap, *edge, target, heap.graph.retained_size(target) as i64)
            })
            .collect();
        assert_eq!(Value::Array(edges), row["edges"], "{snapshot} edges of {node:?}");
    }
    check_samples(&heap, &expected["samples"], snapshot);
}

fn check_samples(heap: &Heap, expected: &Value, snapshot: &str) {
    let rows = samples(heap, &Control::new()).unwrap();
    if expected.is_null() {
        return assert!(rows.is_empty(), "{snapshot}");
    }
    let numbers = |key: &str| -> Vec<f64> {
        expected[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let found = |value: fn(&heaphound::analysis::SampleRow) -> f64| rows.iter().map(value).collect::<Vec<_>>();
    assert_eq!(found(|row| row.timestamp_us as f64 / 1000.0), numbers("timestamps"), "{snapshot}");
    assert_eq!(found(|row| row.last_assigned_id as f64), numbers("lastAssignedIds"), "{snapshot}");
    assert_eq!(found(|row| row.live_size as f64), numbers("sizes"), "{snapshot}");
}

#[test]
fn rows_of_real_heaps() {
    for (expected, snapshot) in REAL {
        check_rows(snapshot, expected, Parity::Ours);
        check_rows(snapshot, expected, Parity::DevTools);
    }
}

#[test]
fn rows_of_random_graphs() {
    for (expected, snapshot) in synthetic() {
        check_rows(&snapshot, &expected, Parity::DevTools);
    }
}

/// By both ways to the older side.
fn compare(before: &str, after: &str, parity: Parity) -> Diff {
    let after = open(after, parity);
    let options = DiffOptions { id_limit: usize::MAX, ..DiffOptions::default() };
    let side = DiffSide::of_parsed(parse(before), &after.interfaces, parity, &Control::new()).unwrap();
    let found = diff(&side, &after, &options, &Control::new()).unwrap();
    let opened = open(before, parity);
    let side = DiffSide::of(&opened.snapshot, &after.interfaces, parity, &Control::new()).unwrap();
    assert_eq!(diff(&side, &after, &options, &Control::new()).unwrap(), found);
    found
}

fn check_diff(before: &str, after: &str, expected: &str) {
    let found = compare(before, after, Parity::DevTools);
    assert!(found.comparison.ids, "{after}");
    let expected = json(expected);
    let expected = expected.as_object().unwrap();
    let keys: Vec<String> = found.rows.iter().map(|row| shown(row.key.as_text())).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    let mut wanted: Vec<String> = expected.keys().cloned().collect();
    wanted.sort();
    assert_eq!(sorted, wanted, "{after}");
    for (row, key) in found.rows.iter().zip(keys) {
        let mut found = json!({
            "name": shown(row.name.as_text()),
            "addedCount": row.added_count,
            "removedCount": row.removed_count,
            "countDelta": row.count_delta(),
            "addedSize": row.added_size,
            "removedSize": row.removed_size,
            "sizeDelta": row.size_delta(),
        });
        if expected[&key].get("addedIds").is_some() {
            found["addedIds"] = json!(row.added_ids);
            found["deletedIds"] = json!(row.removed_ids);
        }
        assert_eq!(found, expected[&key], "{after} {key}");
    }
}

#[test]
fn diff_of_a_real_heap_that_grew() {
    let (before, after) = ("growth-before.heapsnapshot.gz", "growth-after.heapsnapshot.gz");
    check_diff(before, after, "growth.diff.json");
    let ours = compare(before, after, Parity::Ours);
    assert!(ours.comparison.ids);
    let session = ours.rows.iter().find(|row| row.name.as_text().is("Session")).unwrap();
    assert!(session.added_retained_size > session.added_size);
    assert_eq!(session.added_ids.len() as u64, session.added_count);
    assert!(ours.resized.iter().any(|row| row.grown_size > 0 && !row.grown_ids.is_empty()));
}

#[test]
fn diffs_of_random_graphs() {
    let mut count = 0;
    for (_, after) in synthetic() {
        let Some(stem) = after.strip_suffix("b.heapsnapshot") else { continue };
        let expected = format!("{stem}.diff.json");
        if folder().join(&expected).exists() {
            check_diff(&format!("{stem}a.heapsnapshot"), &after, &expected);
            count += 1;
        }
    }
    assert!(count > 20);
}

#[test]
fn heaps_of_two_processes_are_not_comparable() {
    for (before, after) in [(REAL[0].1, REAL[2].1), ("growth-before.heapsnapshot.gz", REAL[3].1)] {
        let found = compare(before, after, Parity::Ours);
        assert!(!found.comparison.ids, "{before} {after}");
        assert!(found.rows.iter().all(|row| row.added_count == 0 || row.removed_count == 0));
        assert!(!found.rows.is_empty());
    }
}

/// The class that leaks, its place in the source, and the path to its container.
#[test]
fn a_leaked_session_is_explained() {
    let heap = open("growth-after.heapsnapshot.gz", Parity::Ours);
    let control = Control::new();
    let paths = Paths::of(&heap.snapshot, &[], &control).unwrap();
    let scripts = Scripts::of(&heap.snapshot, &control).unwrap();
    let class = heap.classes.rows.iter().position(|class| class.name.as_text().is("Session")).unwrap();
    let session = heap.snapshot.nodes().rfind(|node| heap.classes.class_of(*node).index() == class).unwrap();
    let naming = paths.naming(&heap, &scripts, None);
    let steps: Vec<String> = (naming.nodes_to(session).into_iter())
        .map(|node| {
            let place = naming.location(node).map(|it| format!(" ({}:{}:{})", it.file, it.line, it.column));
            format!("{} {}{}", naming.reference(node), naming.original_name(node), place.unwrap_or_default())
        })
        .collect();
    let place = "/srv/heapdemo/gen/gen.js:3:26";
    assert_eq!(steps, [" (roots)", " global", ".__c Map", &format!("Map entry Session ({place})")]);
}
