//! The functions from growing groups to suspects, one by one, in drawn heaps; and the kinds that ask how far they look.

use super::growth::follow::{Earlier, Lasting, by_ids, by_signatures, count_by_ids};
use super::growth::growing::Growing;
use super::growth::operations::Operations;
use super::limits::Limits;
use super::newest::Newest;
use super::origin::Origin;
use super::suspects::merge::{merge_generic_paths, merge_linked, merge_owned, merge_same_paths};
use super::suspects::name::{best_group, heaviest_part, worth};
use super::suspects::suspect::Grown;
use super::test_leaks::{check, check_heaps, find_by, find_in, heap, many, three};
use super::{Kind, Leak};
use crate::control::Control;
use crate::open::{OpenOptions, analyse};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Asks what grew over the drawn heaps, before anything is merged or named.
fn follow<T>(ids: bool, drawings: &[String], ask: impl FnOnce(&Newest<'_>, &Growing) -> T) -> T {
    let (last, earlier) = drawings.split_last().unwrap();
    let earlier: Vec<Snapshot> = earlier.iter().map(|drawing| heap(drawing)).collect();
    let earlier: Vec<&Snapshot> = earlier.iter().collect();
    let control = Control::new();
    let last = analyse(heap(last), &OpenOptions::default(), &control).unwrap();
    let operations = Operations::new(&[], earlier.len(), &Limits::default()).unwrap();
    let (newest, growing, _) = if ids {
        let lasting = Lasting::of(&earlier, &last.snapshot, &control).unwrap();
        let ready = earlier.iter().map(|snapshot| Earlier::Ready(snapshot)).collect();
        let counted = count_by_ids(ready, &lasting, || Ok(&last), &operations.limits, &control).unwrap();
        by_ids(counted, &last, operations, None)
    } else {
        by_signatures(&earlier, &last, operations, None, &control).unwrap()
    };
    ask(&newest, &growing)
}

/// The objects of a class, in the order of the drawing.
fn all(newest: &Newest<'_>, class: &str) -> Vec<NodeOrdinal> {
    let snapshot = newest.snapshot();
    snapshot.nodes().filter(|node| snapshot.name_text(*node).is(class)).collect()
}

/// The growing group of the last object of a class below an owner.
fn grown(newest: &Newest<'_>, growing: &Growing, owner: NodeOrdinal, class: &str) -> Grown {
    let mut nodes = all(newest, class);
    nodes.retain(|node| newest.owner(*node) == Some(owner));
    let node = *nodes.last().unwrap_or_else(|| panic!("no {class} below it"));
    let key = newest.key(node);
    let growth = growing.groups.get(&key).unwrap_or_else(|| panic!("{class} does not grow")).clone();
    Grown { key, also: Vec::new(), node, growth, container: owner, is_top: true }
}

/// Two collections that gain ten objects each in both intervals.
fn two(always: &str, one: &str, other: &str) -> [String; 3] {
    let more = |numbers: std::ops::Range<usize>| format!("{} | {}", many(one, numbers.clone()), many(other, numbers));
    three(always, &more(10..20), &more(20..30))
}

/// The growth in number of each place that is left after a merge of the two collections, which are all of their class.
fn places(
    drawings: &[String],
    (holder, classes): (&str, [&str; 2]),
    merge: impl FnOnce(&Newest<'_>, Vec<Vec<Grown>>) -> Vec<Vec<Grown>>,
) -> Vec<i64> {
    follow(true, drawings, |newest, growing| {
        let holders = all(newest, holder);
        let places = holders.iter().zip(classes).map(|(holder, class)| vec![grown(newest, growing, *holder, class)]);
        let merged = merge(newest, places.collect());
        merged.iter().map(|groups| groups.iter().map(|group| group.growth.counts[0]).sum()).collect()
    })
}

#[test]
fn places_of_one_path_are_one() {
    let found = |first: &str, second: &str| {
        let always = format!("root > !global | global > tenants | tenants > {first}Map#1 {second}Map#2");
        let drawings = two(&always, "Map#1 > Draft#1", "Map#2 > Draft#2");
        places(&drawings, ("Map", ["Draft", "Draft"]), |newest, places| {
            merge_generic_paths(newest, places, &Control::new()).unwrap()
        })
    };
    assert_eq!(found("%0.", "%1."), [20]);
    assert_eq!(found("drafts.", "sent.").len(), 2, "the names of the references differ");
}

#[test]
fn collections_of_one_object_that_gain_the_same_are_one() {
    let found = |owner: &str, second: &str| {
        let always = format!("root > !global | global > owner.{owner} | {owner} > one.List#1 other.List#2");
        let drawings = two(&always, "List#1 > Call#1", &format!("List#2 > {second}#2"));
        places(&drawings, ("List", ["Call", second]), merge_owned)
    };
    assert_eq!(found("Spy", "Call"), [20]);
    assert_eq!(found("Spy", "Result"), [10, 10], "of another class");
    assert_eq!(found("Map", "Call"), [10, 10], "a Map owns what has nothing to do with one another");
}

#[test]
fn places_of_which_one_leads_to_the_other_are_one() {
    let found = |hook: &str| {
        let always = "root > !global | global > one.List#1 | global > aside | aside > below | below > other.List#2";
        let more = |numbers: std::ops::Range<usize>| {
            let pair = |at: usize| format!("List#1 > Item#{at}:16 | List#2 > Hook#{at}:16 | Hook#{at} > {hook}#{at}");
            numbers.map(pair).collect::<Vec<_>>().join(" | ")
        };
        let drawings = three(always, &more(10..20), &more(20..30));
        places(&drawings, ("List", ["Item", "Hook"]), merge_linked)
    };
    assert_eq!(found("Item"), [20]);
    assert_eq!(found("Other"), [10, 10]);
}

#[test]
fn groups_below_one_container_are_summed_by_the_classes_above_them() {
    // The container holds items and, in boxes, more of their class: two sorts of places.
    let always = "root > !global | global > list";
    let more = |numbers: std::ops::Range<usize>| {
        let pair = |at: usize| format!("list > Item#{at}:16 | list > Box#{at}:16 | Box#{at} > inner.Item#1{at}:16");
        numbers.map(pair).collect::<Vec<_>>().join(" | ")
    };
    follow(true, &three(always, &more(10..20), &more(20..30)), |newest, growing| {
        let list = all(newest, "list")[0];
        let boxes = all(newest, "Box");
        let [item, outer] = ["Item", "Box"].map(|class| grown(newest, growing, list, class));
        let inner = Grown { is_top: false, container: list, ..grown(newest, growing, boxes[0], "Item") };
        let summed = merge_same_paths(newest, vec![inner.clone(), item.clone(), outer, item, inner]);
        let counts: Vec<_> = summed.iter().map(|group| group.growth.counts[0]).collect();
        assert_eq!(counts, [20, 10, 20]);
        assert_eq!(newest.owner(summed[0].node), Some(list), "those nearer to the roots come first");
    });
}

#[test]
fn the_object_next_to_the_container_names_the_leak_and_not_its_parts() {
    let always = "root > !global | global > list";
    let more = |numbers: std::ops::Range<usize>| {
        let item = |at: usize| format!("list > Item#{at}:16 | Item#{at} > tag.Tag#{at}:400");
        numbers.map(item).collect::<Vec<_>>().join(" | ")
    };
    follow(true, &three(always, &more(0..10), &more(10..20)), |newest, growing| {
        let list = all(newest, "list")[0];
        let item = grown(newest, growing, list, "Item");
        let tag = Grown { container: list, is_top: false, ..grown(newest, growing, item.node, "Tag") };
        assert_eq!(best_group(newest, &[tag.clone(), item.clone()]), Some(1));
        assert_eq!(best_group(newest, &[item, tag]), Some(0));
        assert_eq!(best_group(newest, &[]), None);
    });
}

#[test]
fn memory_that_outweighs_the_item_is_its_heaviest_part() {
    let heaviest = |bytes: usize| {
        let always = "root > !global | global > list";
        let more = |numbers: std::ops::Range<usize>| {
            let item = |at: usize| {
                let store = format!("system·÷·JSArrayBufferData#{at}:{bytes}/native");
                format!("list > Item#{at}:100 | Item#{at} > data.{store}")
            };
            numbers.map(item).collect::<Vec<_>>().join(" | ")
        };
        follow(true, &three(always, &more(0..10), &more(10..20)), |newest, growing| {
            let item = all(newest, "Item")[0];
            let part = heaviest_part(newest, growing, item);
            newest.snapshot().name_text(part).to_string_lossy()
        })
    };
    assert_eq!(heaviest(5000), "system / JSArrayBufferData");
    assert_eq!(heaviest(50), "Item");
}

#[test]
fn a_class_that_says_more_is_worth_more_steps() {
    use Origin::{Engine, Language, Node, Package, Plain, Program, Value};
    let all = [Engine, Value, Plain, Language, Node, Package, Program].map(worth);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
}

#[test]
fn without_ids_an_object_of_the_fullest_holder_stands_for_its_group() {
    // Two rooms of one path: nobody knows which one grew, and the second has more.
    let drawn = |guests: usize| {
        let always = "root > !global | global > house | house > %0.Room#1 %1.Room#2";
        format!("{always} | {} | {}", many("Room#1 > %Guest#1", 0..4), many("Room#2 > %Guest#2", 0..guests))
    };
    follow(false, &[drawn(10), drawn(30), drawn(50)], |newest, growing| {
        let [first, second] = all(newest, "Room")[..] else { panic!("there are two rooms") };
        let key = newest.key(*all(newest, "Guest").last().unwrap());
        assert_eq!(growing.groups[&key].counts, [20, 20]);
        let group = &newest.census.groups[&key];
        assert_eq!(newest.owner(group.first), Some(second), "and not {first:?}");
        assert_eq!(group.latest.and_then(|latest| newest.owner(latest)), Some(second));
    });
}

#[test]
pub(super) fn three_light_objects_at_every_step_are_no_leak_and_three_heavy_ones_are() {
    let more = |numbers, size: &str| many("list > Item#", numbers).replace(":16", size);
    let found = |size| find_in(&three("root > !global | global > list", &more(0..3, size), &more(3..6, size))).len();
    assert_eq!((found(":16"), found(":8000")), (0, 1));
}

#[test]
pub(super) fn the_properties_of_a_dictionary_are_data() {
    // Each tenant gets one session in each interval: too few one by one, and one leak of all.
    let drawn = |tenants: usize, sessions: usize| {
        let mut text = "root > !global | global > byTenant.Object#1 | Object#1 >".to_owned();
        (0..tenants).for_each(|tenant| text += &format!(" t{tenant}.List#{tenant}"));
        for session in 0..sessions {
            (0..tenants).for_each(|tenant| text += &format!(" | List#{tenant} > %Session#{tenant}x{session}:16"));
        }
        text
    };
    let found = |tenants| find_in(&[drawn(tenants, 1), drawn(tenants, 2), drawn(tenants, 3)]);
    let counts: Vec<_> =
        found(70).iter().map(|leak| (leak.class_name.to_string(), leak.count_growth.clone())).collect();
    assert_eq!(counts, [("Session".to_owned(), vec![70, 70])]);
    assert_eq!(found(40).len(), 0, "an object with forty properties has fields");
}

/// The kinds of the leaks.
fn kinds(leaks: &[Leak]) -> Vec<Kind> {
    leaks.iter().map(|leak| leak.kind).collect()
}

#[test]
pub(super) fn a_slice_of_a_short_text_does_not_name_the_kind() {
    let found = |bytes: usize| {
        let more = |numbers: std::ops::Range<usize>| {
            let item = |at: usize| {
                let text = format!("text#{at}:{bytes}/string");
                format!(
                    "list > Item#{at}:16 | Item#{at} > part.piece#{at}:20/sliced_string | piece#{at} > #parent.{text}"
                )
            };
            numbers.map(item).collect::<Vec<_>>().join(" | ")
        };
        kinds(&find_in(&three("root > !global | global > list", &more(0..10), &more(10..20))))
    };
    assert_eq!(found(2000), [Kind::StringSlices]);
    assert_ne!(found(500), [Kind::StringSlices]);
}

#[test]
pub(super) fn a_context_is_looked_for_behind_the_objects_of_an_item() {
    let more = |numbers: std::ops::Range<usize>| {
        let item = |at: usize| {
            let context = format!("system·÷·NativeContext#{at}:1000/hidden");
            format!("list > Sandbox#{at}:16 | Sandbox#{at} > global.Inner#{at}:16 | Inner#{at} > ?3.{context}")
        };
        numbers.map(item).collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(
        kinds(&find_in(&three("root > !global | global > list", &more(0..10), &more(10..20)))),
        [Kind::Contexts]
    );
}

#[test]
fn nothing_grows_where_nothing_came() {
    check("root > !global | global > list | list > Item#1 Item#2", "", "", &[]);
    check_heaps(&["root > a", "root > a", "root > a"].map(str::to_owned), &[]);
}

#[test]
fn timers_are_no_parts_of_the_lists_that_have_them() {
    // Each interval waits for another time, which has a list of its own.
    let timers = |list: usize, numbers| {
        format!("lists > %{list}.TimersList#{list} | {}", many(&format!("TimersList#{list} > Timeout#"), numbers))
    };
    let always = format!("root > !global | global > lists | {}", timers(0, 0..10));
    for ids in [true, false] {
        let leaks = find_by(ids, &three(&always, &timers(1, 10..70), &timers(2, 70..130)));
        let found: Vec<_> = leaks.iter().map(|leak| (leak.class_name.to_string(), leak.kind)).collect();
        assert_eq!(found, [("Timeout".to_owned(), Kind::Timers)], "by ids: {ids}");
    }
}
