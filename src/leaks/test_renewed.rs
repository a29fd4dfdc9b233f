//! Holders that are made anew for what they hold, in drawn heaps.

use super::test_leaks::{heap, many};
use super::*;
use crate::analysis::Comparison;
use crate::open::{OpenOptions, analyse};

/// A list of timers, of which each keeps `each` jobs. Jobs stay, and all timers of a heap have ids of their own.
fn heap_of(jobs: usize, each: usize, turn: u64) -> Snapshot {
    let timers = jobs.div_ceil(each);
    let waits = |job: usize| format!("Timeout#{} > job{}.Job#{job}", job / each, job % each);
    let drawn = format!(
        "root > !global | global > list | {} | {} | {}",
        many("all > ~Job#", 0..jobs),
        many("list > Timeout#", 0..timers),
        (0..jobs).map(waits).collect::<Vec<_>>().join(" | "),
    );
    let mut tables = heap(&drawn).tables().clone();
    let first = tables.nodes.id.iter().count() - timers;
    for row in first..first + timers {
        let id = tables.nodes.id.get(row);
        tables.nodes.id.set(row, id + 10_000 * turn);
    }
    Snapshot::new(tables)
}

fn found(each: usize) -> (String, String) {
    let matching = Matching::Known(Comparison { ids: true, reason: "the test says so".to_owned() });
    let options = LeakOptions { matching, ..LeakOptions::default() };
    let control = Control::new();
    let (first, second) = (heap_of(10, each, 1), heap_of(71, each, 2));
    let last = analyse(heap_of(130, each, 3), &OpenOptions::default(), &control).unwrap();
    let leaks = find(&[&first, &second], &last, &options, &control).unwrap().leaks;
    let [leak] = &leaks[..] else { panic!("one leak is expected: {leaks:#?}") };
    assert_eq!((leak.class_name.to_string(), &leak.count_growth[..]), ("Job".to_owned(), &[61, 59][..]));
    let cut = leak.retaining_path.iter().find(|step| step.cut).unwrap();
    (leak.container.name.to_string(), cut.name.to_string())
}

#[test]
fn a_holder_that_is_made_anew_for_each_item_is_no_container() {
    let (container, cut) = found(1);
    assert_eq!((container.as_str(), cut.as_str()), ("list", "Timeout"));
}

#[test]
fn a_holder_that_is_replaced_and_keeps_many_is_the_container() {
    let (container, cut) = found(200);
    assert_eq!((container.as_str(), cut.as_str()), ("Timeout", "Job"));
}
