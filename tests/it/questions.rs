//! Whatever opens can be asked everything: no file, however odd, makes a question panic.

use heaphound::analysis::Parity;
use heaphound::archive::Source;
use heaphound::control::Control;
use heaphound::diff::{DiffOptions, DiffSide, diff};
use heaphound::error::Error;
use heaphound::leaks;
use heaphound::open::{OpenOptions, Opened};
use heaphound::report::answer;
use std::path::{Path, PathBuf};

/// Questions about a whole snapshot.
const ALWAYS: [&str; 7] = [
    r#"{"about":"summary"}"#,
    r#"{"about":"statistics"}"#,
    r#"{"about":"dominators"}"#,
    r#"{"about":"duplicateStrings"}"#,
    r#"{"about":"query"}"#,
    r#"{"about":"allocations"}"#,
    r#"{"about":"summary","filter":"objectsRetainedByContexts"}"#,
];

/// Questions about one node.
const ABOUT_A_NODE: [&str; 4] = ["node", "edges", "retainers", "retainingPath"];

/// Nodes of a snapshot that are asked about, spread over it.
const NODES: usize = 40;

/// Files of the folder, without those that must be refused. Big ones are left to the golden tests.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures").join(folder);
    let mut files: Vec<PathBuf> = (std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.contains(".heapsnapshot") && !name.starts_with("bad-") && !name.contains("jsc")
        })
        .collect();
    files.sort();
    files
}

fn check_answers(path: &Path, parity: Parity) {
    let control = Control::new();
    let options = OpenOptions { parity, threads: 2, source_maps: true, ..OpenOptions::default() };
    let opened = Opened::open(Source::Path(path.to_owned()), &options, &control).unwrap();
    for question in ALWAYS {
        match answer(&opened, question, &control) {
            // Not every file can answer every question, but it says so.
            Ok(_) | Err(Error::Option { .. }) => {}
            Err(error) => panic!("{question} of {}: {error}", path.display()),
        }
    }
    let heap = &opened.heap;
    let step = heap.snapshot.node_count().div_ceil(NODES);
    for node in heap.snapshot.nodes().step_by(step) {
        for about in ABOUT_A_NODE {
            let question = format!(r#"{{"about":"{about}","id":{}}}"#, heap.snapshot.id(node));
            answer(&opened, &question, &control)
                .unwrap_or_else(|error| panic!("{question} of {}: {error}", path.display()));
        }
    }
    let before = DiffSide::of(&heap.snapshot, &heap.interfaces, parity, &control).unwrap();
    let same = diff(&before, heap, &DiffOptions::default(), &control).unwrap();
    assert!(same.rows.iter().all(|row| row.count_delta() == 0), "{} differs from itself", path.display());
    let found = leaks::find(&[&heap.snapshot], heap, &leaks::LeakOptions::default(), &control).unwrap();
    assert!(found.leaks.is_empty(), "{} leaks against itself", path.display());
}

#[test]
fn every_kind_of_file_answers_every_question() {
    for folder in ["corpus", "corpus/handmade", "golden/synthetic"] {
        for path in files(folder) {
            for parity in [Parity::Ours, Parity::DevTools] {
                check_answers(&path, parity);
            }
        }
    }
}

#[test]
fn a_file_without_nodes_has_a_root_that_holds_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures/corpus/handmade/zero-nodes.heapsnapshot");
    let control = Control::new();
    let opened = Opened::open(Source::Path(path), &OpenOptions::default(), &control).unwrap();
    assert_eq!(opened.heap.snapshot.node_count(), 1);
    assert_eq!(opened.heap.graph.retained_size(opened.heap.snapshot.root()), 0);
}
