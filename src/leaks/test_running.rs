//! What functions under way hold, in drawn heaps.

use super::test_leaks::{check, check_heaps, check_place, find_by, many, three};

#[test]
fn what_only_a_running_function_holds_is_a_leak_of_its_variable() {
    for root in ["(Stack·roots)", "(Handle·scope)"] {
        let always = format!(
            "root > (GC·roots)/synthetic | (GC·roots) > {root}/synthetic | {root} > #7.run/closure #9.Context | \
             Context > =sessions.Map | Map > #table.t/array"
        );
        let more = |numbers| many("t > #1.Session#", numbers);
        let path = format!(
            ":(GC roots) {root}:{root} [9]:Context sessions:Map table[1]:Session",
            root = root.replace('·', " ")
        );
        let expected = format!("Session [10, 10] in Map by {path}");
        check(&always, &more(3..13), &more(13..23), &[&expected]);
        let [first, second, _] = three(&always, &many("t > #1.Session#", 3..40), "");
        assert_eq!(find_by(true, &[first, second]).len(), 1, "two snapshots");
    }
}

#[test]
fn the_frames_that_take_a_snapshot_hold_nothing_that_has_another_holder() {
    // The last link of a list is a variable of the running function, and the way to it from the roots is long.
    let list = |links: usize| {
        let mut text =
            "root > !global (GC·roots)/synthetic | (GC·roots) > (Stack·roots)/synthetic | global > queue.Queue \
                        | Queue > first.Job#0"
                .to_owned();
        for link in 1..links {
            text += &format!(" | Job#{} > next.Job#{link}", link - 1);
        }
        text + &format!(" | (Stack·roots) > #3.Job#{}", links - 1)
    };
    check_place(&[list(50), list(60), list(70)], "Job [10, 10] in Queue");
    // As many new objects in each run as in the one before are work under way.
    let run = |numbers: std::ops::Range<usize>| {
        let gone = many("gone > ~Row#", 0..numbers.start.max(1));
        format!(
            "root > (GC·roots)/synthetic | (GC·roots) > (Stack·roots)/synthetic | {gone} | {}",
            many("(Stack·roots) > #5.Row#", numbers)
        )
    };
    check_heaps(&[run(0..30), run(30..60), run(60..90)], &[]);
}
