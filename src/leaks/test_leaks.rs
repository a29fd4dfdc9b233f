//! Leaks in drawn heaps.

use super::*;
use crate::analysis::Comparison;
use crate::open::{OpenOptions, analyse};
use crate::snapshot::drawing::draw;
use crate::text::Text;

/// A drawing in which `Session#3` is the third object of class `Session`, and `·` and `÷` stand for blank and slash;
/// ids follow the order of first mention.
pub(super) fn heap(drawing: &str) -> Snapshot {
    let mut tables = draw(drawing).tables().clone();
    let names: Vec<String> = tables.strings.iter().map(|(_, text)| text.to_string_lossy()).collect();
    tables.strings = Default::default();
    for name in names {
        let class = name.split_once('#').map_or(name.as_str(), |(class, _)| class);
        tables.strings.push(Text::from_str(&class.replace('·', " ").replace('÷', "/")));
    }
    Snapshot::new(tables)
}

pub(super) fn find_in(drawings: &[String]) -> Vec<Leak> {
    find_by(true, drawings)
}

pub(super) fn find_by(ids: bool, drawings: &[String]) -> Vec<Leak> {
    report_by(ids, drawings).leaks
}

pub(super) fn report_by(ids: bool, drawings: &[String]) -> LeakReport {
    let matching = Matching::Known(Comparison { ids, reason: "the test says so".to_owned() });
    report_with(&LeakOptions { matching, ..LeakOptions::default() }, drawings)
}

fn find_with(options: &LeakOptions, drawings: &[String]) -> Vec<Leak> {
    report_with(options, drawings).leaks
}

pub(super) fn report_with(options: &LeakOptions, drawings: &[String]) -> LeakReport {
    let (last, earlier) = drawings.split_last().unwrap();
    let earlier: Vec<Snapshot> = earlier.iter().map(|drawing| heap(drawing)).collect();
    let control = Control::new();
    let last = analyse(heap(last), &OpenOptions::default(), &control).unwrap();
    let earlier: Vec<&Snapshot> = earlier.iter().collect();
    find(&earlier, &last, options, &control).unwrap()
}

/// Three heaps: what is always there, then what the second and the third heap have more.
#[track_caller]
pub(super) fn check(always: &str, second: &str, third: &str, expected: &[&str]) {
    check_heaps(&three(always, second, third), expected);
}

pub(super) fn three(always: &str, second: &str, third: &str) -> [String; 3] {
    [always.to_owned(), format!("{always} | {second}"), format!("{always} | {second} | {third}")]
}

/// The same must be found with ids and without.
#[track_caller]
pub(super) fn check_heaps(drawings: &[String], expected: &[&str]) {
    for ids in [true, false] {
        check_by(ids, drawings, expected);
    }
}

#[track_caller]
fn check_by(ids: bool, drawings: &[String], expected: &[&str]) {
    let found: Vec<String> = find_by(ids, drawings)
        .iter()
        .map(|leak| {
            let path: Vec<String> =
                leak.retaining_path.iter().map(|step| format!("{}:{}", step.edge, step.name)).collect();
            format!("{} {:?} in {} by {}", leak.class_name, leak.count_growth, leak.container.name, path.join(" "))
        })
        .collect();
    assert_eq!(found, expected, "by ids: {ids}, {drawings:#?}");
}

/// One leak with ids and without, whatever object stands for it.
#[track_caller]
pub(super) fn check_place(drawings: &[String], expected: &str) {
    for ids in [true, false] {
        let told = |leak: &Leak| format!("{} {:?} in {}", leak.class_name, leak.count_growth, leak.container.name);
        let found: Vec<String> = find_by(ids, drawings).iter().map(told).collect();
        assert_eq!(found, [expected], "by ids: {ids}, {drawings:#?}");
    }
}

/// `many("map > Session#", 1..4)` is `map > Session#1 Session#2 Session#3`.
pub(super) fn many(what: &str, numbers: std::ops::Range<usize>) -> String {
    let (from, item) = what.split_once(" > ").unwrap();
    numbers.fold(format!("{from} >"), |text, number| format!("{text} {item}{number}:16"))
}

#[test]
pub(super) fn a_map_that_only_grows() {
    let always =
        format!("root > !global | global > cache.Map | Map > #table.t/array | {}", many("t > #1.Session#", 0..3));
    let more = |numbers| many("t > #1.Session#", numbers);
    check(&always, &more(3..13), &more(13..23), &["Session [10, 10] in Map by :global cache:Map table[1]:Session"]);
}

#[test]
fn what_stops_growing_is_no_leak() {
    let more = |numbers| many("list > Item#", numbers);
    check("root > !global | global > list", &more(0..50), "", &[]);
    check("root > !global | global > list", &more(0..50), &more(50..60), &[]);
    check("root > !global | global > list", "", &more(0..50), &[]);
}

#[test]
pub(super) fn what_grows_in_step_with_the_load_names_the_leak() {
    let more = |objects, notes| {
        format!("{} | {}", many("list > Object#", objects), many("list > note#", notes).replace(":16", ":16/string"))
    };
    let found = find_in(&three("root > !global | global > list", &more(0..100, 0..10), &more(100..160, 10..19)));
    let told: Vec<_> = found.iter().map(|leak| (leak.class_name.to_string(), leak.count_growth.clone())).collect();
    assert_eq!(told, [("Object".to_owned(), vec![100, 60])]);
}

#[test]
pub(super) fn a_few_that_lead_to_thousands_elsewhere_do_not_name_the_leak() {
    let always = "root > !global | global > list | global > agent.Agent | Agent > sockets";
    let more = |objects: std::ops::Range<usize>, sockets: std::ops::Range<usize>| {
        let (object, socket) = (objects.start, sockets.start);
        format!(
            "{} | {} | Socket#{socket} > Object#{object}",
            many("list > Object#", objects),
            many("sockets > Socket#", sockets)
        )
    };
    let found = find_in(&three(always, &more(0..3000, 0..7), &more(3000..6000, 7..14)));
    let told: Vec<_> = found.iter().map(|leak| (leak.class_name.to_string(), leak.count_growth.clone())).collect();
    assert_eq!(told, [("Object".to_owned(), vec![3000, 3000])]);
}

#[test]
pub(super) fn one_or_two_of_a_kind_are_noise() {
    check("root > !global | global > list", "list > Item#1 Item#2", "list > Item#3 Item#4", &[]);
}

#[test]
pub(super) fn few_objects_count_when_they_are_a_multiple_of_the_operations() {
    let always = "root > !global | global > list | list > Item#0 Item#9";
    let heaps = [
        always.to_owned(),
        format!("{always} | list > Item#1 Item#2 Item#3 Item#4"),
        format!("{always} | list > Item#1 Item#2 Item#3 Item#4 Item#5 Item#6 Item#7 Item#8"),
    ];
    let count = |operations: &[u64]| {
        let options = LeakOptions { operations: operations.to_vec(), ..LeakOptions::default() };
        find_with(&options, &heaps).iter().map(|leak| leak.per_operation).collect::<Vec<_>>()
    };
    assert_eq!(count(&[4]), [Some(1.0)]);
    assert!(count(&[]).is_empty() && count(&[3]).is_empty());
}

#[test]
pub(super) fn an_item_is_told_in_parts() {
    let heap = |many: usize| {
        let items = (0..many).map(|at| {
            format!(
                "list > Item#{at}:10 | Item#{at} > tags.Tags#{at}:4 | Tags#{at} > #table.t{at}:6/array | \
                 t{at} > 1.Tag#{at}a:100 2.Tag#{at}b:100"
            )
        });
        format!("root > !global | global > list | {}", items.collect::<Vec<_>>().join(" | "))
    };
    for ids in [true, false] {
        let [leak] = &find_by(ids, &[heap(10), heap(30), heap(50)])[..] else { panic!("one leak is expected") };
        let Part { name, count, size, children, .. } = &leak.item;
        assert_eq!((name.to_string().as_str(), *count, *size), ("Item", 1.0, 220.0));
        let told: Vec<_> = children.iter().map(|it| (it.edge.to_string(), it.name.to_string(), it.size)).collect();
        assert_eq!(told, [("tags".to_owned(), "Tags".to_owned(), 210.0)]);
        let tags: Vec<_> = children[0].children.iter().map(|it| (it.edge.to_string(), it.count, it.size)).collect();
        assert_eq!(tags, [("table[]".to_owned(), 2.0, 200.0)]);
        assert_eq!(leak.retaining_path.last().map(|step| step.name.to_string()).as_deref(), Some("Item"));
    }
}

#[test]
fn what_is_replaced_is_no_leak() {
    let always = "root > !global | global > cache".to_owned();
    let heaps = [0..20, 20..40, 40..60].map(|numbers| format!("{always} | {}", many("cache > Entry#", numbers)));
    // Ids follow the mention in a drawing: gone entries must be mentioned too, unreachable.
    let heaps = [
        heaps[0].clone(),
        format!("{always} | {} | {}", many("gone > Entry#", 0..20), many("cache > Entry#", 20..40)),
        format!("{always} | {} | {}", many("gone > Entry#", 0..40), many("cache > Entry#", 40..60)),
    ];
    check_heaps(&heaps, &[]);
}

#[test]
fn a_list_is_one_leak_at_its_head() {
    // The newest link stands first: head > Link#20 > Link#19 > …
    let list = |links: usize| {
        let below = (1..links).rev().map(|link| format!("Link#{link}"));
        let names: Vec<String> = below.collect();
        let mut text = format!("root > !global | global > Promise | {}", many("all > ~Link#", 1..links));
        text += &format!(" | Promise > #reactions.{}", names[0]);
        for pair in names.windows(2) {
            text += &format!(" | {} > ?2.{}", pair[0], pair[1]);
        }
        text
    };
    let found = find_in(&[list(5), list(25), list(45)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].class_name.to_string(), "Link");
    assert_eq!(found[0].container.name.to_string(), "Promise");
    assert_eq!(found[0].retaining_path.len(), 3, "{:?}", found[0].retaining_path);
}

#[test]
fn a_list_that_is_held_at_both_ends_is_one_place() {
    // Seven more at the end: of old and new ones some are nearer to the one end, some to the other.
    let list = |links: usize| {
        let mut text = format!("root > !global | global > list.Queue | {}", many("all > ~Link#", 0..links));
        text += &format!(" | Queue > first.Link#0 last.Link#{}", links - 1);
        for link in 1..links {
            text += &format!(" | Link#{} > next.Link#{link} | Link#{link} > previous.Link#{}", link - 1, link - 1);
        }
        text
    };
    check_place(&[list(10), list(17), list(24)], "Link [7, 7] in Queue");
}

#[test]
pub(super) fn a_chain_through_arrays_of_one_is_one_list() {
    // The newest scope stands first, and each holds the one before by an array of one function.
    let chain = |links: usize, spare: usize| {
        let of_link =
            |link| format!(" ~Link#{link}:16 ~Array#{link}:16 ~watch#{link}:16/closure ~system·÷·Context#{link}:16");
        let all: String = (0..links).map(of_link).collect();
        let mut text = format!("root > !global | global > shop.Shop | all >{all} | Shop > last.Link#{}", links - 1);
        for link in (0..links).rev() {
            text += &format!(" | Link#{link} > watchers.Array#{link} | Array#{link} > %0.watch#{link}");
            for slot in 0..spare {
                text += &format!(" %{}.hole/hidden", slot + 1);
            }
            text += &format!(" | watch#{link} > #context.system·÷·Context#{link}");
            if link > 0 {
                text += &format!(" | system·÷·Context#{link} > =before.Link#{}", link - 1);
            }
        }
        text
    };
    for spare in [0, 16] {
        for counts in [&[10, 40, 70][..], &[10, 70]] {
            let heaps: Vec<String> = counts.iter().map(|links| chain(*links, spare)).collect();
            for ids in [true, false] {
                let found = find_by(ids, &heaps);
                let all: Vec<_> = found.iter().map(|leak| (leak.class_name.to_string(), leak.kind)).collect();
                assert_eq!(all, [("Link".to_owned(), Kind::Closures)], "by ids: {ids}, {counts:?}, {spare}");
                assert_eq!(found[0].container.name.to_string(), "Shop");
            }
        }
    }
}

#[test]
fn a_tree_that_grows_at_its_leaves_is_one_place() {
    let tree = |count: u64| {
        let keys: Vec<u64> = (0..count).map(|n| n * 37 % 101).collect();
        let all = keys.iter().map(|key| format!(" ~Leaf#{key}:16")).collect::<String>();
        let mut text = format!("root > !global | global > index.Index | all >{all} | Index > top.Leaf#{}", keys[0]);
        let mut sides = std::collections::HashSet::new();
        for key in &keys[1..] {
            let mut at = keys[0];
            let side = loop {
                let side = if key < &at { "less" } else { "more" };
                let below = keys.iter().find(|below| sides.contains(&(at, side, **below)));
                match below {
                    Some(below) => at = *below,
                    None => break side,
                }
            };
            sides.insert((at, side, *key));
            text += &format!(" | Leaf#{at} > {side}.Leaf#{key}");
        }
        text
    };
    check_place(&[tree(20), tree(40), tree(60)], "Leaf [20, 20] in Index");
}

#[test]
fn a_tree_is_one_place_though_no_way_in_it_repeats() {
    // Below every node the digits that are not on the way to it, one level after the other.
    let digits = |key: usize| (key / 10, key % 10);
    let deeper = (0..100).filter(|key| digits(*key).0 != digits(*key).1);
    let second: Vec<usize> = deeper.step_by(7).take(10).collect();
    let third: Vec<(usize, usize)> = second
        .iter()
        .flat_map(|key| (0..10).map(move |last| (*key, last)))
        .filter(|(key, last)| digits(*key).0 != *last && digits(*key).1 != *last)
        .collect();
    let tree = |count: usize| {
        let mut edges: Vec<(String, usize, String)> =
            (0..10).map(|key| ("Index".into(), key, format!("{key}"))).collect();
        edges.extend(
            second.iter().map(|key| (format!("Leaf#{}", key / 10), key % 10, format!("{}{}", key / 10, key % 10))),
        );
        edges.extend(third.iter().step_by(3).map(|(key, last)| {
            (format!("Leaf#{}{}", key / 10, key % 10), *last, format!("{}{}{last}", key / 10, key % 10))
        }));
        edges.truncate(count);
        let all = edges.iter().map(|(_, _, leaf)| format!(" ~Leaf#{leaf}:16")).collect::<String>();
        let mut text = format!("root > !global | global > index.Index | all >{all}");
        edges.iter().for_each(|(holder, digit, leaf)| text += &format!(" | {holder} > d{digit}.Leaf#{leaf}"));
        text
    };
    check_place(&[tree(25), tree(32), tree(39)], "Leaf [7, 7] in Index");
}

#[test]
fn weak_references_are_one_leak_with_what_they_refer_to() {
    let heap = |sessions: usize| {
        let all = (0..sessions).map(|n| format!(" ~Session#{n}:16 ~WeakRef#{n}:16")).collect::<String>();
        let mut text = format!(
            "root > !global | global > sessions.Store refs.Registry | all >{all} | {} | {}",
            many("Store > %Session#", 0..sessions),
            many("Registry > %WeakRef#", 0..sessions)
        );
        (0..sessions).for_each(|session| text += &format!(" | WeakRef#{session} > ~target.Session#{session}"));
        text
    };
    let found = find_in(&[heap(10), heap(30), heap(50)]);
    assert_eq!(found.iter().map(|leak| leak.count_growth.clone()).collect::<Vec<_>>(), [[20, 20]]);
}

#[test]
fn a_single_object_that_swells() {
    let heap = |size: usize| {
        let store = format!("system·÷·JSArrayBufferData:{size}/native");
        format!("root > !global | global > memory.ArrayBuffer | ArrayBuffer > #backing_store.{store}")
    };
    check_heaps(
        &[heap(1000), heap(200_000), heap(400_000)],
        &[
            "system / JSArrayBufferData [0, 0] in ArrayBuffer by :global memory:ArrayBuffer backing_store:system / JSArrayBufferData",
        ],
    );
    check_heaps(&[heap(1000), heap(200_000), heap(200_000)], &[]);
}

#[test]
pub(super) fn one_leak_in_two_places_is_one_entry() {
    let more = |numbers: std::ops::Range<usize>| {
        let items = numbers
            .clone()
            .map(|number| format!("a > Item#{number}:100 | b > Hook#{number} | Hook#{number} > Item#{number}"));
        items.collect::<Vec<_>>().join(" | ")
    };
    check("root > !global | global > a b", &more(0..9), &more(9..18), &["Item [9, 9] in a by :global a:a Item:Item"]);
}

#[test]
pub(super) fn of_two_containers_that_of_the_program_is_named() {
    let found = |holder: &str| {
        let always = format!("root > !global | global > pool Module | Module > filename.app/string {holder}");
        let more = |numbers: std::ops::Range<usize>| {
            let channel =
                |at: usize| format!("pool > Channel#{at}:64 | mine > Client#{at}:32 | Client#{at} > Channel#{at}");
            numbers.map(channel).collect::<Vec<_>>().join(" | ")
        };
        let always = format!("{always} | global > other | other > aside | aside > mine");
        let found = find_in(&three(&always, &more(0..30), &more(30..60)));
        found.iter().map(|leak| format!("{} in {}", leak.class_name, leak.container.name)).collect::<Vec<_>>()
    };
    assert_eq!(found("mine"), ["Client in mine"]);
    assert_eq!(found("nothing"), ["Channel in pool"]);
}

#[test]
fn two_snapshots_work_too() {
    let always = "root > !global | global > list".to_owned();
    let heaps = [always.clone(), format!("{always} | {}", many("list > Item#", 0..30))];
    check_heaps(&heaps, &["Item [30] in list by :global list:list Item:Item"]);
}

#[test]
fn one_snapshot_is_an_error() {
    let control = Control::new();
    let last = analyse(heap("root > a"), &OpenOptions::default(), &control).unwrap();
    let error = find(&[], &last, &LeakOptions::default(), &control).unwrap_err();
    assert_eq!(error.code(), "HEAPHOUND_ERR_OPTION");
}

#[test]
fn a_cancelled_control_stops_the_search() {
    let control = Control::new();
    let last = analyse(heap("root > a"), &OpenOptions::default(), &control).unwrap();
    let earlier = heap("root > a");
    control.cancel();
    assert_eq!(find(&[&earlier], &last, &LeakOptions::default(), &control).unwrap_err(), Error::Cancelled);
}

/// The path as `mark reference:name`, the cut marked by `✂`.
fn marked(leak: &Leak) -> String {
    let step = |step: &Step| {
        let cut = if step.cut { "✂" } else { "" };
        let mark = format!("{:?}", step.leaking).to_lowercase();
        format!("{mark} {cut}{}:{}", step.reference, step.name)
    };
    leak.retaining_path.iter().map(step).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_reference_to_cut_stands_before_the_first_that_piles_up() {
    let always = "root > !global | global > cache.Map | Map > #table.t/array | t > #1.Session#0";
    let more = |numbers| many("t > #1.Session#", numbers);
    let heaps = [
        always.to_owned(),
        format!("{always} | {}", more(1..21)),
        format!("{always} | {} | {}", more(1..21), more(21..41)),
    ];
    for ids in [true, false] {
        let [leak] = &find_by(ids, &heaps)[..] else { panic!("one leak is expected") };
        assert_eq!(marked(leak), "no :global | no .cache:Map | yes ✂Map entry:Session");
        assert_eq!((leak.kind, leak.confidence), (Kind::Globals, Confidence::High));
        assert_eq!(leak.evidence[0], "grew in every interval, by 20 each");
    }
}

#[test]
pub(super) fn two_snapshots_never_make_sure() {
    let always = "root > !global | global > list";
    let heaps = [always.to_owned(), format!("{always} | {}", many("list > Item#", 0..30))];
    let confidence = |operations: &[u64]| {
        let options = LeakOptions { operations: operations.to_vec(), ..LeakOptions::default() };
        find_with(&options, &heaps)[0].confidence
    };
    assert_eq!(confidence(&[]), Confidence::Low);
    assert_eq!(confidence(&[30]), Confidence::Medium);
}

#[test]
fn a_multiple_of_the_operations_is_the_first_evidence() {
    let heap = |items: usize| format!("root > !global | global > list | {}", many("list > Item#", 0..items));
    let options = LeakOptions { operations: vec![10], ..LeakOptions::default() };
    let [leak] = &find_with(&options, &[heap(10), heap(30), heap(50)])[..] else { panic!("one leak is expected") };
    assert_eq!(leak.evidence[0], "grew in every interval, by 20 each: a multiple of the 10 operations");
    assert_eq!(leak.evidence[1], "all 20 new ones that the snapshot before had are still there");
}

#[test]
fn evidence_writes_thousands_with_commas() {
    let heap = |items: usize| format!("root > !global | global > list | {}", many("list > Item#", 0..items));
    let options = LeakOptions { operations: vec![1000], ..LeakOptions::default() };
    let [leak] = &find_with(&options, &[heap(10), heap(1010), heap(2010)])[..] else { panic!("one leak is expected") };
    assert_eq!(leak.evidence[0], "grew in every interval, by 1,000 each: a multiple of the 1,000 operations");
    assert_eq!(leak.evidence[1], "all 1,000 new ones that the snapshot before had are still there");
}

#[test]
pub(super) fn what_grew_and_stopped_is_listed_apart() {
    let always = "root > !global | global > cache";
    let filled = (0..40).fold(always.to_owned(), |heap, item| format!("{heap} | cache > Entry#{item}:500"));
    for ids in [true, false] {
        let report = report_by(ids, &[always.to_owned(), filled.clone(), filled.clone()]);
        let [growth] = &report.one_off[..] else { panic!("one growth is expected: {:?}", report.one_off) };
        assert!(report.leaks.is_empty());
        assert_eq!((growth.place.class_name.to_string().as_str(), growth.why), ("Entry", Why::Filled));
        assert_eq!((&growth.place.count_growth[..], growth.place.size()), (&[40, 0][..], 20_000));
    }
}

#[test]
pub(super) fn few_objects_that_native_code_holds_follow_the_load_unless_they_are_as_many_each_time() {
    let found = |first: usize, second: usize| {
        let always = "root > !global !(Global·handles)/synthetic | (Global·handles) > Socket#0:16";
        let more = |numbers| many("(Global·handles) > Socket#", numbers);
        let found = find_in(&three(always, &more(1..1 + first), &more(1 + first..1 + first + second)));
        found.iter().map(|leak| leak.confidence).collect::<Vec<_>>()
    };
    assert_eq!(found(28, 14), []);
    assert_eq!(found(14, 28), []);
    assert_eq!(found(22, 20), [Confidence::Medium]);
    assert_eq!(found(7, 7), [Confidence::Medium]);
    assert_eq!(found(28, 28), [Confidence::High]);
    assert_eq!(found(140, 100), [Confidence::Medium]);
}

#[test]
fn what_piles_up_in_node_is_a_leak_though_its_steps_differ() {
    let found = |ids: bool, class: &str| {
        let always = format!("root > !global !(Global·handles)/synthetic | (Global·handles) > {class}#0:16");
        let more = |numbers| many(&format!("(Global·handles) > {class}#"), numbers);
        let found = find_by(ids, &three(&always, &more(1..29), &more(29..48)));
        found.iter().map(|leak| (leak.class_name.to_string(), leak.confidence)).collect::<Vec<_>>()
    };
    assert_eq!(found(true, "Listener"), [("Listener".to_owned(), Confidence::Medium)]);
    // Clients open connections, timers end, and without ids nobody knows what is gone.
    for (ids, class) in [(true, "Socket"), (true, "Timeout"), (true, "Promise"), (false, "Listener")] {
        assert_eq!(found(ids, class), [], "{class} by ids: {ids}");
    }
}

#[test]
fn parsers_that_node_keeps_for_the_next_use_are_bounded() {
    let found = |class: &str, each: usize| {
        let always = format!("root > !global !(Global·handles)/synthetic | (Global·handles) > {class}#0:16");
        let more = |numbers| many(&format!("(Global·handles) > {class}#"), numbers);
        find_in(&three(&always, &more(1..1 + each), &more(1 + each..1 + 2 * each))).len()
    };
    assert_eq!((found("HTTPParser", 120), found("HTTPParser", 600), found("Listener", 120)), (0, 1, 1));
}

#[test]
pub(super) fn what_comes_and_goes_stands_behind_what_stays() {
    // Requests under way, of which each snapshot has thirty more, and a list that gains less and unevenly.
    let heap = |lost: usize, busy: usize, turn: u64| {
        let drawn = format!(
            "root > !global | global > list pool | {} | {}",
            many("list > Lost#", 0..lost),
            many("pool > Busy#", 0..busy).replace(":16", ":160")
        );
        let mut tables = heap(&drawn).tables().clone();
        let first = tables.nodes.id.iter().count() - busy;
        for row in first..first + busy {
            let id = tables.nodes.id.get(row);
            tables.nodes.id.set(row, id + 1_000 * turn);
        }
        Snapshot::new(tables)
    };
    let matching = Matching::Known(Comparison { ids: true, reason: "the test says so".to_owned() });
    let options = LeakOptions { matching, ..LeakOptions::default() };
    let control = Control::new();
    let last = analyse(heap(70, 90, 3), &OpenOptions::default(), &control).unwrap();
    let (first, second) = (heap(0, 30, 1), heap(40, 60, 2));
    let leaks = find(&[&first, &second], &last, &options, &control).unwrap().leaks;
    let found: Vec<_> = leaks.iter().map(|leak| (leak.class_name.to_string(), leak.count_growth.clone())).collect();
    assert_eq!(found, [("Lost".to_owned(), vec![40, 30]), ("Busy".to_owned(), vec![30, 30])]);
}

#[test]
fn two_dictionaries_of_one_object_that_gain_the_same_are_one_leak() {
    let found = |second: &str, each: usize| {
        let always = format!("root > !global | global > sheet.Sheet | Sheet > inserted.Object#1 | {second} > Object#2");
        let more = |numbers: std::ops::Range<usize>| {
            let others = numbers.start * each..numbers.end * each;
            format!("{} | {}", many("Object#1 > Rule#1", numbers), many("Object#2 > Rule#2", others))
        };
        find_in(&three(&always, &more(10..40), &more(40..70))).len()
    };
    let found_with_keys = || {
        let always = "root > !global | global > sheet.Sheet | Sheet > inserted.Object#1 | Sheet > names.Object#2";
        let more = |numbers: std::ops::Range<usize>| {
            let row = |number| {
                format!("Object#1 > Key#{number} Rule#{number} | Object#2 > Key#{number} Rule#{}", number + 1000)
            };
            numbers.map(row).collect::<Vec<_>>().join(" | ")
        };
        find_in(&three(always, &more(10..40), &more(40..70))).len()
    };
    assert_eq!(found("Sheet", 1), 1);
    assert_eq!(found("Sheet", 2), 2, "not as many");
    assert_eq!(found_with_keys(), 1, "the keys of one dictionary come first, the other shares them");
    assert_eq!(found("global", 1), 2, "the global object owns what has nothing to do with one another");
}

#[test]
pub(super) fn a_dropped_growth_has_its_rule() {
    let always = "root > !global !(Global·handles)/synthetic | (Global·handles) > Socket#0:16";
    let more = |numbers| many("(Global·handles) > Socket#", numbers);
    for ids in [true, false] {
        let report = report_by(ids, &three(always, &more(1..29), &more(29..43)));
        let rows: Vec<_> = report
            .dropped
            .iter()
            .map(|row| {
                let place = &row.place;
                (
                    place.class_name.to_string(),
                    place.count_growth.clone(),
                    row.rule.why,
                    place.container.name.to_string(),
                )
            })
            .collect();
        assert_eq!(rows, [("Socket".to_owned(), vec![28, 14], Why::Load, "(Global handles)".to_owned())], "{ids}");
        assert!(report.dropped[0].rule.because.contains("two intervals"));
    }
    // A leak is not dropped.
    let report = report_by(
        true,
        &three("root > !global | global > list", &many("list > Item#", 0..9), &many("list > Item#", 9..18)),
    );
    assert!(report.dropped.is_empty() && report.leaks.len() == 1);
}

#[test]
fn what_a_lasting_key_has_in_maps_that_come_anew_hangs_from_those() {
    let always = "root > !global | global > apps handlers | handlers > Handler";
    let app = |number: usize| {
        // Ids follow the order of mention: five stand before, three are mentioned here.
        let (key, table, value) = (9, 13 + 6 * number, 15 + 6 * number);
        let name = |slot: usize| {
            format!("{slot}·÷·part·of·key·(Handler·@{key})·->·value·(Value·@{value})·pair·in·WeakMap·(table·@{table})")
        };
        format!(
            "apps > %{number}.App#{number} | App#{number} > #table.#{number}/array | #{number} > #{}.Value#{number} \
             | Handler > #{}.Value#{number}",
            name(2),
            name(7),
        )
    };
    let apps = |numbers: std::ops::Range<usize>| numbers.map(app).collect::<Vec<_>>().join(" | ");
    check(always, &apps(0..20), &apps(20..40), &["App [20, 20] in apps by :global apps:apps [0]:App"]);
}

#[test]
fn who_set_a_timer_holds_its_object_rather_than_the_list_of_all_timers() {
    let heap = |jobs: usize| {
        let job = |at: usize| format!("registry > Job#{at} | Timeout#{at} > callback.Job#{at}");
        let link = |at: usize| {
            format!("Timeout#{at} > _idleNext.Timeout#{} | Timeout#{} > _idlePrev.Timeout#{at}", at - 1, at - 1)
        };
        let always =
            "root > !global | global > TimersList scheduler | scheduler > engines | engines > one | one > registry";
        let all = [(0..jobs).map(job).collect::<Vec<_>>(), (1..jobs).map(link).collect()].concat().join(" | ");
        format!("{always} | {all} | TimersList > _idlePrev.Timeout#0 | TimersList > _idleNext.Timeout#{}", jobs - 1)
    };
    let found = find_in(&[heap(3), heap(10), heap(17)]);
    let [leak] = &found[..] else { panic!("one leak is expected") };
    let told = (leak.class_name.to_string(), leak.container.name.to_string(), &leak.count_growth[..]);
    assert_eq!(told, ("Job".to_owned(), "registry".to_owned(), &[7, 7][..]));
}

#[test]
fn what_native_code_holds_is_one_leak_with_as_many_of_its_class_elsewhere() {
    let found = |elsewhere: &str, native: &str| {
        let always = "root > !global !(Global·handles)/synthetic | global > ports | (Global·handles) > keeper";
        let more = |numbers: std::ops::Range<usize>| {
            let [ours, theirs] = [
                many(&format!("ports > {elsewhere}#1"), numbers.clone()),
                many(&format!("(Global·handles) > {native}#2"), numbers),
            ];
            format!("{ours} | {theirs}")
        };
        find_in(&three(always, &more(10..40), &more(40..70)))
            .iter()
            .map(|leak| leak.class_name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("Port", "Port"), ["Port"]);
    assert_eq!(found("Port", "Wrap"), ["Port", "Wrap"]);
}

#[test]
fn keys_that_are_data_do_not_change_the_fingerprint() {
    let print = |name: &str| {
        let always = format!("root > !global | global > agent | agent > {name}.list | list > Socket#0");
        let found = find_in(&three(&always, &many("list > Socket#", 1..31), &many("list > Socket#", 31..61)));
        found[0].fingerprint.clone()
    };
    assert_eq!(print("127:41"), print("128:42"));
    assert_ne!(print("sockets"), print("freeSockets"));
}

#[test]
fn what_a_browser_keeps_for_a_page_is_told_from_what_node_keeps() {
    let kind = |keeper: &str, kept: &str| {
        let more = |numbers| many(&format!("{keeper} > #1.{kept}#"), numbers).replace(":16", ":16/native");
        let always = format!("root > !global | global > #7.{keeper}/native");
        find_in(&three(&always, &more(0..300), &more(300..600)))[0].kind
    };
    for (kept, expected) in [
        ("FrameRequest", Kind::BrowserHandles),
        ("EventListener", Kind::DomListeners),
        ("JSEventHandlerForContentAttribute", Kind::DomListeners),
        ("ResizeObservation", Kind::DomObservers),
        ("PerformanceObserver", Kind::DomObservers),
        ("HTMLDivElement", Kind::DomNodes),
        ("DOMTimer", Kind::Timers),
    ] {
        assert_eq!(kind("InternalNode", kept), expected, "{kept}");
    }
    assert_eq!(kind("Node·÷·Environment", "Node·÷·Handle"), Kind::NativeHandles);
}
