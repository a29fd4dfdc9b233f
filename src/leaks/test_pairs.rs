//! Two snapshots alone: whose evidence is for health makes nobody sure, and what stays is found; in drawn heaps.

use super::test_leaks::{heap, many};
use super::*;
use crate::analysis::Comparison;
use crate::open::{OpenOptions, analyse};
use crate::ordinal::StringOrdinal;

/// A drawing in which `Gone#3` takes the id of an object that is gone. No file has that id, so it gets one of its own.
fn heap_of(drawing: &str, turn: u64) -> Snapshot {
    let mut tables = heap(drawing).tables().clone();
    for row in 0..tables.nodes.kind.len() {
        let name = StringOrdinal::from_index(tables.nodes.name[row] as usize);
        if tables.strings.get(name).as_bytes() == b"Gone" {
            let id = tables.nodes.id.get(row);
            tables.nodes.id.set(row, id + 100_000 * turn);
        }
    }
    Snapshot::new(tables)
}

fn report(drawings: &[String]) -> LeakReport {
    let [first, last] = drawings else { panic!("two heaps") };
    let control = Control::new();
    let last = analyse(heap_of(last, 2), &OpenOptions::default(), &control).unwrap();
    let matching = Matching::Known(Comparison { ids: true, reason: "the test says so".to_owned() });
    find(&[&heap_of(first, 1)], &last, &LeakOptions { matching, ..LeakOptions::default() }, &control).unwrap()
}

/// By ids: no leak, no verdict that nothing leaks, and this rule of the heaviest growth.
#[track_caller]
fn check_undecided(drawings: &[String], because: &str) {
    let report = report(drawings);
    assert_eq!(report.leaks.len(), 0, "{:#?}", report.leaks);
    let [dropped, ..] = &report.dropped[..] else { panic!("a growth is dropped: {report:#?}") };
    assert!(dropped.rule.because.contains(because), "{dropped:#?}");
    assert!(!report.account.is_explained, "{:#?}", report.account);
}

#[track_caller]
fn check_found(drawings: &[String], class: &str, says: &str) {
    let [leak] = &report(drawings).leaks[..] else { panic!("one leak is expected: {drawings:#?}") };
    assert_eq!((leak.class_name.to_string().as_str(), leak.confidence), (class, Confidence::Low));
    assert!(leak.evidence.iter().any(|sentence| sentence.contains(says)), "{:#?}", leak.evidence);
}

/// A Map with the entries of these numbers; all before are gone.
fn cache(entries: std::ops::Range<usize>) -> String {
    let gone = many("gone > ~Gone#", 0..entries.start);
    let map = "root > !global | global > cache.Map | Map > #table.t/array";
    format!("{map} | {gone} | {}", many("t > #1.Entry#", entries))
}

#[test]
fn a_cache_of_which_the_first_entries_are_gone_is_undecided() {
    check_undecided(&[cache(0..20), cache(100..210)], "hardly any of those of the first snapshot");
    // A tenth of the first stayed: no cache of the latest.
    check_found(&[cache(0..20), cache(18..130)], "Entry", "of 20 that the first snapshot had, 2 are still there");
    check_found(&[cache(0..20), cache(0..130)], "Entry", "grew by 110 in the only interval");
}

#[test]
fn too_few_of_the_first_say_nothing() {
    check_found(&[cache(0..4), cache(100..210)], "Entry", "grew by 106 in the only interval");
}

#[test]
fn a_list_that_is_made_anew_is_undecided_and_one_that_is_copied_is_not() {
    // Lists and records, both by number; gone ones are mentioned, for ids follow the order of mention.
    let batch = |lists: usize, records: std::ops::Range<usize>| {
        let gone = many("gone > ~Gone#", 0..lists + records.start);
        format!("root > !global | global > job | {gone} | job > waiting.List | {}", many("List > Record#", records))
    };
    check_undecided(&[batch(0, 0..3), batch(1, 60..110)], "their holder came after the first snapshot");
    // Made when it was needed first, and filled since.
    check_found(&[batch(0, 0..0), batch(1, 60..110)], "Record", "grew by 50 in the only interval");
    let copied = |records: usize, others: usize| {
        let all = format!("{} | {}", many("all > ~Record#", 0..records), many("gone > ~Gone#", 0..others));
        let held = many("List > Record#", 0..records);
        format!("root > !global | global > job | {all} | job > waiting.List | {held}")
    };
    check_found(&[copied(3, 107), copied(110, 1)], "Record", "all 3 that the first snapshot had are still there");
}

#[test]
fn objects_of_modules_that_node_loads_are_undecided() {
    let always = "root > !global !(Global·handles)/synthetic | (Global·handles) > process channels.WeakRefMap \
                  | process > moduleLoadList.Array | Array > %0.fs:16/string";
    let channels = many("WeakRefMap > Channel#", 0..40);
    let loaded = many("Array > %1.net#", 1..12).replace(":16", ":16/string");
    let heaps = |more: &str| [always.to_owned(), format!("{always} | {channels}{more}")];
    check_found(&heaps(""), "Channel", "grew by 40");
    check_undecided(&heaps(&format!(" | {loaded}")), "which loaded modules of its own");
    // So many are none of the modules; their holder was there before.
    let many = many("WeakRefMap > Channel#", 40..140);
    check_found(&heaps(&format!(" | {many} | {loaded}")), "Channel", "grew by 140");
}
