//! Every producer's way to write where code stands.

use crate::golden_files::{REAL, open};
use heaphound::analysis::{Heap, Parity, Scripts, is_context};
use heaphound::control::Control;
use heaphound::kind::NodeKind;
use std::collections::BTreeSet;

/// How many of the scripts in `locations` have no name (V8 makes such for extensions), and the place of a closure of
/// this name.
#[track_caller]
fn check_locations(file: &str, unnamed: usize, closure: &str, place: &str) {
    let heap = open(file, Parity::Ours);
    let snapshot = &heap.snapshot;
    let scripts = Scripts::of(snapshot, &Control::new()).unwrap();
    let known: BTreeSet<u32> = snapshot.tables().locations.places.iter().map(|place| place.script_id).collect();
    assert_eq!(known.iter().filter(|id| scripts.file(**id).is_none()).count(), unnamed, "{file}");
    let found: BTreeSet<String> = snapshot
        .nodes()
        .filter(|node| snapshot.kind(*node) == NodeKind::CLOSURE && snapshot.name_text(*node).is(closure))
        .filter_map(|node| scripts.locate(&heap, node))
        .map(|it| format!("{}:{}:{}", it.file, it.line, it.column))
        .collect();
    assert!(found.contains(place), "{file}: {found:?}");
    check_contexts(file, &heap, &scripts);
}

fn check_contexts(file: &str, heap: &Heap, scripts: &Scripts) {
    let contexts: Vec<_> = heap.snapshot.nodes().filter(|node| is_context(&heap.snapshot, *node)).collect();
    let placed = contexts.iter().filter(|context| scripts.locate(heap, **context).is_some()).count();
    assert!(placed * 100 > contexts.len() * 92, "{file}: {placed} of {} contexts", contexts.len());
}

#[test]
fn functions_and_contexts_are_found_in_their_files() {
    let corpus = |name: &str| format!("../corpus/{name}.heapsnapshot.gz");
    check_locations(&corpus("node-12.22.12-inspector-old"), 1, "wrapSafe", "internal/modules/cjs/loader.js:899:18");
    check_locations(REAL[0].1, 1, "wrapSafe", "node:internal/modules/cjs/loader:1422:18");
    check_locations(REAL[1].1, 1, "wrapSafe", "node:internal/modules/cjs/loader:1671:18");
    check_locations(REAL[2].1, 1, "wrapSafe", "node:internal/modules/cjs/loader:1819:18");
    check_locations(REAL[3].1, 1, "wrapSafe", "node:internal/modules/cjs/loader:1846:18");
    check_locations(
        &corpus("node-24.21.0-bigbuf5GB"),
        1,
        "leakedClosure",
        "/srv/heapdemo/rustpeers/corpus/gen/leak.cjs:9:115",
    );
    check_locations(&corpus("deno-2.9.6-v8"), 2, "leakedClosure", "/srv/heapdemo/rustpeers/corpus/gen/leak.cjs:9:115");
    check_locations(
        &corpus("chromium-156.0.8078.79"),
        5,
        "leakedClosure",
        "http://127.0.0.1:42119/leak-browser.js:9:115",
    );
}

#[test]
fn files_without_locations_have_none() {
    for name in ["node-8.17.0-inspector-old", "bun-1.4.5-v8"] {
        let heap = open(&format!("../corpus/{name}.heapsnapshot.gz"), Parity::Ours);
        let scripts = Scripts::of(&heap.snapshot, &Control::new()).unwrap();
        assert!(scripts.is_empty(), "{name}");
        assert!(heap.snapshot.nodes().all(|node| scripts.locate(&heap, node).is_none()), "{name}");
    }
}
