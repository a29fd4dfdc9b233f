//! "No leak" is said only where nothing else is likely; in drawn heaps.

use super::test_leaks::{find_by, many, report_by, three};
use super::{Cause, Confidence, Why};

/// [`Limits::floor`](super::Limits::floor).
const FLOOR: i64 = 64 << 10;

#[track_caller]
fn check_unsure(ids: bool, drawings: &[String]) {
    let report = report_by(ids, drawings);
    assert_eq!(report.leaks.len(), 0, "by ids: {ids}, {:#?}", report.leaks);
    assert!(!report.account.is_explained, "by ids: {ids}, {:#?}", report.account);
}

#[test]
fn objects_below_native_ones_are_no_code() {
    let always = "root > !global !(Global·handles)/synthetic | (Global·handles) > Socket#0:16";
    let more = |from: usize, to: usize| {
        let each = |at| {
            format!("(Global·handles) > Node·÷·PipeWrap#{at}:16/synthetic | Node·÷·PipeWrap#{at} > Pipe#{at}:4000")
        };
        (from..to).map(each).collect::<Vec<_>>().join(" | ")
    };
    let heaps = three(always, &more(1, 10), &more(10, 17));
    for ids in [true, false] {
        check_unsure(ids, &heaps);
        let account = report_by(ids, &heaps).account;
        assert!(account.lines.iter().all(|line| line.cause != Cause::OneOff(Why::Code)), "{account:#?}");
    }
}

#[test]
fn what_grew_once_does_not_explain_what_grows_below_it() {
    // The agent comes with the first interval, and so does most of what it holds. Few sockets, and not as many, go on.
    let always = "root > !global !(Global·handles)/synthetic";
    let agent = format!("(Global·handles) > Agent:16 | Agent > cache:{}", 10 * FLOOR);
    let more = |numbers| many("Agent > %Pipe#", numbers).replace(":16", ":4000");
    let heaps = three(always, &format!("{agent} | {}", more(0..9)), &more(9..16));
    check_unsure(true, &heaps);
}

#[test]
fn one_value_that_grows_beyond_noise_is_no_verdict() {
    let heap = |name: &str, bytes: i64| format!("root > !global | global > total.{name}:{bytes}/bigint");
    for ids in [true, false] {
        check_unsure(ids, &[heap("a", 1000), heap("b", 51_000)]);
        let quiet = report_by(ids, &[heap("a", 1000), heap("b", 11_000)]);
        assert!(quiet.account.is_explained);
    }
}

#[test]
fn what_slows_down_and_still_grows_by_much_has_not_stopped() {
    let heap = |bytes: i64| format!("root > !global | global > memory.Memory:{bytes}");
    check_unsure(true, &[heap(1000), heap(10 * FLOOR), heap(13 * FLOOR)]);
    assert!(report_by(true, &[heap(1000), heap(10 * FLOOR), heap(12 * FLOOR)]).account.is_explained);
}

#[test]
fn tables_of_alike_sets_grow_by_steps() {
    let heap = |bytes: i64| {
        format!(
            "root > !global | global > sets.Array | Array > %0.Set#0 %1.Set#1 | Set#0 > #table.t0:{bytes}/array \
             | Set#1 > #table.t1:100/array"
        )
    };
    let step = 4 * FLOOR;
    check_unsure(false, &[step, step, 2 * step].map(heap));
    // It was nearly empty: a start.
    assert!(report_by(false, &[1000, 1000, 1000 + step].map(heap)).account.is_explained);
}

#[test]
fn without_ids_work_under_way_makes_nobody_sure() {
    let found = |ids: bool, class: &str| {
        let always = format!("root > !global !(Global·handles)/synthetic | (Global·handles) > {class}#0:16");
        let more = |numbers| many(&format!("(Global·handles) > {class}#"), numbers);
        let leaks = find_by(ids, &three(&always, &more(1..29), &more(29..57)));
        let says = leaks[0].evidence.iter().any(|sentence| sentence.contains("more work under way"));
        (leaks[0].confidence, says)
    };
    assert_eq!(found(true, "Socket"), (Confidence::High, false));
    assert_eq!(found(false, "Socket"), (Confidence::Medium, true));
    assert_eq!(found(false, "Listener"), (Confidence::High, false));
}
