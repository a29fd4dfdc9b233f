//! Classes of the program that grow though no place does, and what the objects around a leak tell, in drawn heaps.

use super::kind::Kind;
use super::test_leaks::{check_place, find_by, find_in, three};

/// Visits of two kinds of owners, each behind as many objects. The users get theirs in the first interval, and the
/// guests in the second.
fn spread_visits(each: usize, between: usize) -> [String; 3] {
    let chain = |owner: &str, at: usize| -> String {
        let steps = (0..between).map(|step| format!("Of{owner}{step}#{at}"));
        let names: Vec<String> =
            ["Index^".to_owned()].into_iter().chain(steps).chain([format!("{owner}#{at}^")]).collect();
        names.windows(2).map(|pair| format!(" | {} > {}", pair[0], pair[1])).collect()
    };
    let owners: String = (0..each).map(|at| chain("User", at) + &chain("Guest", at)).collect();
    let visits = |owner: &str| {
        (0..each).map(|at| format!("{owner}#{at}^ > Visit#{owner}{at}:16^")).collect::<Vec<_>>().join(" | ")
    };
    three(&format!("root > !global | global > Index^{owners}"), &visits("User"), &visits("Guest"))
}

#[test]
pub(super) fn a_class_that_grows_though_no_place_does_is_found() {
    check_place(&spread_visits(5, 0), "Visit [5, 5] in Index");
    // Fewer are noise.
    assert!(find_in(&spread_visits(4, 0)).is_empty());
    // Two heaps have no second interval: twelve of each owner are below what one place needs.
    let [first, _, last] = spread_visits(12, 0);
    assert!(find_in(&[first, last]).is_empty());
}

#[test]
pub(super) fn a_far_common_ancestor_is_not_named() {
    check_place(&spread_visits(5, 3), "Visit [5, 5] in Index");
    // Without ids nobody can follow one of five owners of the same class.
    let leaks = find_by(true, &spread_visits(5, 4));
    assert_eq!(leaks.iter().map(|leak| leak.container.name.to_string()).collect::<Vec<_>>(), ["Guest"]);
}

#[test]
pub(super) fn listeners_are_told_by_the_table_above_them() {
    let listener = |at: usize| format!("e > %{at}.listener#{at}:64/closure");
    let listeners = |numbers: std::ops::Range<usize>| numbers.map(listener).collect::<Vec<_>>().join(" | ");
    let always = format!(
        "root > !global | global > bus.EventEmitter | EventEmitter > _events.Object | Object > data.Array | \
         Array > #elements.e/array | {}",
        listeners(0..3)
    );
    let kinds: Vec<Kind> =
        find_in(&three(&always, &listeners(3..43), &listeners(43..83))).iter().map(|leak| leak.kind).collect();
    assert_eq!(kinds, [Kind::EventListeners]);
}

#[test]
pub(super) fn what_a_realm_brings_with_it_does_not_name_the_leak() {
    let more = |numbers: std::ops::Range<usize>| {
        let item = |at: usize| {
            let realm = format!("system·÷·NativeContext#{at}:1000/hidden");
            format!("list > Object#{at}:16 | Object#{at} > ?3.{realm} | {realm} > Builtin#{at}:16^")
        };
        numbers.map(item).collect::<Vec<_>>().join(" | ")
    };
    check_place(&three("root > !global | global > list", &more(0..10), &more(10..20)), "Object [10, 10] in list");
}
