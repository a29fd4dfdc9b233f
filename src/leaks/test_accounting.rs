//! The account of drawn heaps: every byte has a line.

use super::test_leaks::{many, report_by, three};
use super::{Cause, LeakReport, Why};
use crate::test_random::Random;

/// [`Limits::floor`](super::Limits::floor).
const FLOOR: i64 = 64 << 10;

/// Bytes of each cause; of leaks together.
fn told(report: &LeakReport) -> Vec<(Cause, i64)> {
    let lines = report.account.lines.iter();
    let mut told: Vec<_> = lines.map(|line| (line.cause, line.size_growth.iter().sum())).collect();
    told.sort();
    told
}

#[track_caller]
fn check(drawings: &[String], expected: &[(Cause, i64)], is_explained: bool) {
    for ids in [true, false] {
        let report = report_by(ids, drawings);
        assert_adds_up(&report);
        assert_eq!(told(&report), expected, "by ids: {ids}, {drawings:#?}");
        assert_eq!(report.account.is_explained, is_explained, "by ids: {ids}, {drawings:#?}");
    }
}

#[track_caller]
fn assert_adds_up(report: &LeakReport) {
    for (at, all) in report.account.size_growth.iter().enumerate() {
        let sum: i64 = report.account.lines.iter().map(|line| line.size_growth[at]).sum();
        assert_eq!(sum, *all, "interval {at} of {:#?}", report.account);
    }
}

#[test]
pub(super) fn a_leak_explains_its_table_its_numbers_and_the_code_that_only_it_holds() {
    let heap = |sessions: usize| {
        let mut text = format!("root > !global | global > cache.Map | Map > #table.t:{}/array", 100 * sessions);
        for at in 0..sessions {
            text += &format!(
                " | t > #1.Session#{at}:16 | Session#{at} > #shared.code{at}:40/code elapsed.n{at}:8/number \
                 | code{at} > #source.text{at}:50/string"
            );
        }
        text
    };
    let each = 100 + 16 + 40 + 8 + 50;
    check(&[heap(10), heap(20), heap(30)], &[(Cause::Leak(0), 20 * each)], true);
    // Lists of V8 are not why a source is there, though they name it first.
    for list in ["(External·strings)", "(Compilation·cache)", "(Internalized·strings)"] {
        let listed = |sessions: usize| {
            let texts = (0..sessions).map(|at| format!(" | {list} > #7{at}.text{at}"));
            let heap = heap(sessions).replacen("root > !global", &format!("root > !global {list}/synthetic"), 1);
            heap + &texts.collect::<String>()
        };
        check(&[listed(10), listed(20), listed(30)], &[(Cause::Leak(0), 20 * each)], true);
    }
}

#[test]
pub(super) fn only_code_and_tables_of_v8_are_called_so() {
    let always = "root > !global | global > run/closure | run > #shared.s0/code";
    let more = |from: usize| {
        let parts = (from..from + 30).map(|at| format!("s0 > #{at}.c{at}:1000/code #9{at}.d{at}:100/hidden"));
        parts.collect::<Vec<_>>().join(" | ")
    };
    check(&three(always, &more(1), &more(40)), &[(Cause::OneOff(Why::Code), 2 * 30 * 1100)], true);
    // The same of texts: V8's tables hold them, and they are no code.
    let texts = |from: usize| more(from).replace("/code", "/string").replace("/hidden", "/string");
    let heaps = three(always, &texts(1), &texts(40));
    check(&heaps, &[(Cause::Unexplained, 2 * 30 * 1100)], true);
}

#[test]
pub(super) fn what_nothing_holds_is_no_code_and_no_verdict() {
    let always = "root > !global | global > cache.Map | loose > ~Session#0";
    let more = |from: usize| {
        let parts = (from..from + 100).map(|at| format!("loose > ~Session#{at}:{}", 2 * FLOOR / 100));
        parts.collect::<Vec<_>>().join(" | ")
    };
    let heaps = three(always, &more(1), &more(101));
    check(&heaps, &[(Cause::Unheld, 200 * (2 * FLOOR / 100))], false);
    let account = report_by(true, &heaps).account;
    let rows: Vec<_> =
        account.lines[0].classes.iter().map(|row| (row.class_name.to_string(), &row.count_growth)).collect();
    assert_eq!(rows, [("Session".to_owned(), &vec![100, 100])]);
    assert_eq!(account.unexplained, 200 * (2 * FLOOR / 100));
    // It stopped: nobody has to ask why it is there.
    let [first, second, _] = heaps;
    assert!(report_by(true, &[first, second.clone(), second]).account.is_explained);
}

#[test]
pub(super) fn growth_without_a_rule_is_not_called_filled() {
    // Few and heavy, by unequal steps.
    let heap = |names: &[usize]| {
        let parts = names.iter().map(|at| format!("Array > %{at}.Part#{at}:{FLOOR}"));
        format!("root > !global | global > list.Array | {}", parts.collect::<Vec<_>>().join(" | "))
    };
    let heaps = [heap(&[0]), heap(&[0, 1, 2]), heap(&[0, 1, 2, 3, 4, 5])];
    check(&heaps, &[(Cause::Unexplained, 5 * FLOOR)], false);
    let heaps = [heap(&[0]), heap(&[0, 1, 2, 3, 4]), heap(&[0, 1, 2, 3, 4, 5])];
    check(&heaps, &[(Cause::OneOff(Why::Filled), 5 * FLOOR)], true);
    let heaps = [heap(&[0]), heap(&[0]), heap(&[0, 1, 2])];
    check(&heaps, &[(Cause::OneOff(Why::Recent), 2 * FLOOR)], true);
    // Two snapshots have no second interval in which it could stop.
    check(&[heap(&[0]), heap(&[0, 1, 2])], &[(Cause::Unexplained, 2 * FLOOR)], false);
}

#[test]
pub(super) fn a_table_of_numbers_that_grows_by_steps_is_not_called_recent_or_filled() {
    let map = |bytes: i64| format!("root > !global | global > ages.Map | Map > #table.t:{bytes}/array");
    let step = 4 * FLOOR;
    for sizes in [[step, step, 2 * step], [step, 2 * step, 2 * step]] {
        check(&sizes.map(map), &[(Cause::Unexplained, step)], false);
    }
    // It was nearly empty: a start.
    check(&[1000, 1000, 1000 + step].map(map), &[(Cause::OneOff(Why::Recent), step)], true);
    // The objects that it holds tell how many there are, and no more came.
    let objects = |bytes: i64, objects: usize| map(bytes) + " | " + &many("t > #1.User#", 0..objects);
    let users = usize::try_from(step / 64).unwrap();
    let heaps = [objects(step, 1), objects(step, 1), objects(2 * step, 1 + users)];
    check(&heaps, &[(Cause::OneOff(Why::Recent), step + 16 * step / 64)], true);
}

#[test]
pub(super) fn what_is_only_held_in_another_way_is_not_called_recent() {
    let heap = |holder: &str, bytes: i64| format!("root > !global | global > old new | {holder} > list.List:{bytes}");
    let check = |heaps: [String; 3], expected: &[(Cause, i64)], is_explained: bool| {
        let report = report_by(false, &heaps);
        assert_adds_up(&report);
        assert_eq!((told(&report).as_slice(), report.account.is_explained), (expected, is_explained), "{heaps:#?}");
    };
    let heaps = |bytes: [i64; 3]| [heap("old", bytes[0]), heap("new", bytes[1]), heap("old", bytes[2])];
    check(heaps([4 * FLOOR, 8 * FLOOR, 12 * FLOOR]), &[(Cause::Unexplained, 8 * FLOOR)], false);
    // All of it together stopped.
    let expected = [(Cause::OneOff(Why::Recent), 4 * FLOOR), (Cause::Freed, 0)];
    let told: Vec<_> = told(&report_by(false, &heaps([4 * FLOOR, 8 * FLOOR, 8 * FLOOR])));
    assert_eq!(told, expected);
}

#[test]
fn what_went_is_told_beside_what_came() {
    let heap = |old: usize, new: std::ops::Range<usize>| {
        format!(
            "root > !global | global > old new | {} | {}",
            many("old > Job#", 0..old).replace(":16", ":400"),
            many("new > Row#", 1000..1000 + new.end)
        )
    };
    let heaps = [heap(50, 0..1), heap(30, 0..101), heap(10, 0..201)];
    // Ids follow the mention in a drawing: those of what is gone would be another's.
    let report = report_by(false, &heaps);
    assert_adds_up(&report);
    assert_eq!(told(&report), [(Cause::Leak(0), 200 * 16), (Cause::Freed, -40 * 400)]);
}

#[test]
fn the_lines_of_any_heaps_add_up() {
    let kinds =
        ["object", "string", "array", "code", "number", "hidden", "closure", "native", "object_shape", "symbol"];
    let edges = ["", "#", "!", "=", "?", "~", "%"];
    let mut random = Random::new(0x2545_f491);
    let mut next = |below: usize| usize::try_from(random.below(below as u64)).unwrap();
    for _ in 0..300 {
        let nodes = 4 + next(40);
        let mut texts: Vec<String> = vec![String::from("root > !global"); 3];
        for node in 1..nodes {
            let kind = kinds[next(kinds.len())];
            let holder = if next(6) == 0 { "root".to_owned() } else { format!("n{}", next(node)) };
            let line = format!(" | {holder} > {}n{node}:{}/{kind}", edges[next(edges.len())], next(3000));
            // Some come later, some go, and some are held in another way.
            let (from, to) = (next(4), 1 + next(5));
            for (at, text) in texts.iter_mut().enumerate().filter(|(at, _)| (from..to + 1).contains(at)) {
                text.push_str(&line);
                if next(5) == at {
                    text.push_str(&format!(" | n{node} > {}n{}", edges[next(edges.len())], next(nodes)));
                }
            }
        }
        for ids in [true, false] {
            assert_adds_up(&report_by(ids, &texts));
            assert_adds_up(&report_by(ids, &texts[1..]));
        }
    }
}
