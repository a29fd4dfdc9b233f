//! Suspects of drawn heaps.

use super::*;
use crate::open::{OpenOptions, analyse};
use crate::snapshot::drawing::draw;

fn heap_of(drawing: &str) -> Heap {
    analyse(draw(drawing), &OpenOptions::default(), &Control::new()).expect("a drawing is a heap")
}

/// What is found: `count class in container`, and whether it is one object.
#[track_caller]
fn check_suspects(drawing: &str, expected: &[&str]) -> SuspectReport {
    let heap = heap_of(drawing);
    let control = Control::new();
    let scripts = Scripts::of(&heap.snapshot, &control).expect("it is not cancelled");
    let report = find(&heap, &scripts, None, &SuspectOptions { limit: 20, tools: Vec::new() }, &control)
        .expect("it is not cancelled");
    let found: Vec<String> = (report.suspects.iter())
        .map(|suspect| format!("{} {} in {}", suspect.count, suspect.class_name, suspect.container.name))
        .collect();
    assert_eq!(found, expected);
    let sum: u64 = report.lines.iter().map(|line| line.size).sum();
    assert_eq!(sum, report.total, "each byte has one line");
    report
}

/// `count` objects `name0 name1 …` of so many bytes; a drawing gives each name once, and so a class of its own.
fn items(count: usize, name: &str, bytes: usize) -> String {
    (0..count).map(|at| format!(" %{at}.{name}{at}:{bytes}/string")).collect()
}

#[test]
fn objects_in_a_list_are_one_suspect() {
    check_suspects(
        &format!("root > Store | Store > list.Array | Array >{}", items(40, "s", 20_000)),
        &["40 (string) in Array"],
    );
}

#[test]
fn few_or_small_objects_are_none() {
    check_suspects(&format!("root > Store | Store > list.Array | Array >{}", items(10, "s", 60_000)), &[]);
    check_suspects(&format!("root > Store | Store > list.Array | Array >{}", items(40, "s", 1_000)), &[]);
}

#[test]
fn two_lists_are_two_suspects() {
    let many = |owner: usize| format!("| o{owner} >{}", items(30, &format!("s{owner}x"), 20_000));
    let drawing = format!("root > Store | Store > a.o0 b.o1 {}{}", many(0), many(1));
    check_suspects(&drawing, &["30 (string) in o0", "30 (string) in o1"]);
}

#[test]
fn one_large_object_is_a_suspect() {
    let report = check_suspects("root > Store | Store > text.long:900000/string small:10", &["1 (string) in Store"]);
    assert!(report.suspects[0].is_single);
}

#[test]
fn what_nothing_holds_has_a_line() {
    let report = check_suspects("root > a:10 | lost:500", &[]);
    assert!(report.lines.contains(&Line { of: Use::Unheld, size: 500 }));
}

#[test]
fn ids_tell_ages_only_where_some_are_gone() {
    let snapshot = draw(&format!("root > Array | Array >{}", items(40, "s", 8)));
    assert!(!ages::Ranges::of(&snapshot).tell_ages);
    let mut tables = snapshot.tables().clone();
    let ids: Vec<u64> = (0..snapshot.node_count() as u64).map(|at| at * 8 + 1).collect();
    tables.nodes.id = Default::default();
    ids.into_iter().for_each(|id| tables.nodes.id.push(id));
    assert!(ages::Ranges::of(&Snapshot::new(tables)).tell_ages);
}

/// A Map whose values are so many strings, in a table without gaps.
fn full_map(count: usize) -> String {
    let entries: String = (0..count).map(|at| format!(" #{}.s{at}:20000/string", at * 3)).collect();
    format!("root > Store | Store > cache.Map | Map > #table.t/array | t >{entries}")
}

#[test]
fn a_round_count_speaks_of_a_limit_but_not_where_a_table_is_full() {
    let sentence = |count: usize| {
        let report = check_suspects(&full_map(count), &[&format!("{count} (string) in Map")]);
        let opinion = &report.suspects[0].opinion;
        (opinion.looks, opinion.speaks_against.iter().any(|text| text.contains("as one with a limit has")))
    };
    assert_eq!(sentence(100), (Looks::Bounded, true));
    // A process that dies while such a table doubles has as many, whatever fills it.
    assert_eq!(sentence(128), (Looks::Leak, false));
    assert_eq!(sentence(256), (Looks::Leak, false));
    let list = format!("root > Store | Store > list.Array | Array >{}", items(128, "s", 20_000));
    let report = check_suspects(&list, &["128 (string) in Array"]);
    assert_eq!(report.suspects[0].opinion.looks, Looks::Bounded);
}
