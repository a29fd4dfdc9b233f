//! Two or more heaps of one process: what accumulates, where, and what holds it. `docs/leaks.md` tells how and why.

mod allocated;
mod entries;
mod fingerprint;
mod forest;
mod growth;
mod hanging;
mod item;
mod labels;
mod last;
mod path;
mod persistent;
mod references;
mod same;
mod samples;
mod ways;
mod zones;

use crate::analysis::{Comparison, Heap, IdSample, Matching, SourceLocation};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
pub use allocated::Allocated;
use allocated::allocated;
use entries::{Entry, entries};
use fingerprint::fingerprint;
use growth::{Growing, Operations};
use hanging::Hanging;
pub use item::Part;
use last::Last;
pub use path::Step;
use path::{edge_name, nodes_to, steps, told_nodes_to};
use persistent::Persistent;
use same::Same;
use std::collections::HashMap;
use ways::Ways;
use zones::{Census, Zones};

/// What to report.
#[derive(Clone, Debug)]
pub struct LeakOptions {
    pub matching: Matching,
    /// How often the program did its work in each interval: one number for all, or one for each. Empty when nobody knows.
    pub operations: Vec<u64>,
    /// Leaks at most.
    pub limit: usize,
    /// Ids of leaked objects to name for each leak, and rows of classes.
    pub examples: usize,
}

impl Default for LeakOptions {
    fn default() -> Self {
        Self { matching: Matching::default(), operations: Vec::new(), limit: 20, examples: 20 }
    }
}

/// The answer; `leaks` is empty when nothing grows in every interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeakReport {
    /// Whether objects were followed by their ids.
    pub comparison: Comparison,
    /// Most important first.
    pub leaks: Vec<Leak>,
}

/// What one container accumulates.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    pub class_name: TextBuf,
    /// Where the class, or the function, is written.
    pub location: Option<SourceLocation>,
    pub container: Container,
    /// Objects of `class_name`; zeros when a single object grows.
    pub count_growth: Vec<i64>,
    /// Bytes of everything that hangs from the container.
    pub size_growth: Vec<i64>,
    /// Bytes from the first snapshot to the last.
    pub retained_growth: i64,
    /// From the roots over the container to a leaked object.
    pub retaining_path: Vec<Step>,
    /// The same for the same leak in another run, on another machine, of another Node line.
    pub fingerprint: String,
    /// Ids of leaked objects in the last snapshot.
    pub examples: Vec<u64>,
    /// What else grows there, what the path shows first.
    pub classes: Vec<LeakedClass>,
    /// What one leaked object is made of.
    pub item: Part,
    /// Leaked objects for each operation, when their number was given.
    pub per_operation: Option<f64>,
    /// `None` when allocations were not recorded.
    pub allocated: Option<Allocated>,
}

/// The object that accumulates.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    pub id: u64,
    pub name: TextBuf,
    /// The reference that holds the container.
    pub edge: TextBuf,
    /// Where the container, or what holds it, is written.
    pub location: Option<SourceLocation>,
}

/// One class of what a container accumulates.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakedClass {
    pub class_name: TextBuf,
    /// Objects more in the last snapshot than in the first.
    pub count: i64,
    /// Bytes more, backing stores included.
    pub size: i64,
    pub count_growth: Vec<i64>,
    /// Bytes, for each interval.
    pub size_growth: Vec<i64>,
}

/// Finds what accumulates from the first snapshot to the last. Objects are followed by their ids where these name the same objects in all of
/// them; else what hangs on the same way from the roots is compared.
///
/// Of the earlier snapshots only the tables are used: their graphs may be dropped.
///
/// # Cost
/// O(nodes + edges) of every snapshot; beside the snapshots about 60 bytes for each node of one of them; without ids
/// 28 more for each node of all.
/// # Errors
/// [`Error::Cancelled`]; [`Error::Option`] without an earlier snapshot.
pub fn find(earlier: &[&Snapshot], last: &Heap, options: &LeakOptions, control: &Control) -> Result<LeakReport> {
    if earlier.is_empty() {
        return Err(Error::Option {
            name: "snapshots",
            what: "one is not enough, growth needs two or more".to_owned(),
        });
    }
    let operations = Operations::new(&options.operations, earlier.len()).ok_or_else(|| Error::Option {
        name: "operations",
        what: format!("must be one number, or one for each of the {} intervals", earlier.len()),
    })?;
    let all_operations = operations.total();
    let samples = match options.matching {
        Matching::Sample => earlier.iter().map(|snapshot| IdSample::of(snapshot, control)).collect::<Result<_>>()?,
        Matching::Known(_) => Vec::new(),
    };
    let comparison = options.matching.decide(&samples, &last.snapshot, control)?;
    let (last, growing) = if comparison.ids {
        by_ids(earlier, last, operations, control)?
    } else {
        by_ways(earlier, last, operations, control)?
    };
    let mut found = entries(&last, &growing);
    found.truncate(options.limit);
    let examples = examples(&last, &found, options.examples);
    let allocated = allocated(&last, &found);
    let shown: Vec<NodeOrdinal> = found.iter().map(|entry| entry.item).collect();
    let parts = item::items(&last, &shown, control)?;
    let leaks = found.iter().zip(parts).map(|(entry, item)| Leak {
        item,
        per_operation: (all_operations > 0)
            .then(|| entry.item_growth.counts.iter().sum::<i64>() as f64 / all_operations as f64),
        ..leak(&last, entry, &examples, &allocated, options)
    });
    Ok(LeakReport { comparison, leaks: leaks.collect() })
}

/// What grew from the objects that have the same id in all heaps.
fn by_ids<'a>(
    earlier: &[&Snapshot],
    last: &'a Heap,
    operations: Operations,
    control: &Control,
) -> Result<(Last<'a>, Growing)> {
    let all: Vec<&Snapshot> = earlier.iter().copied().chain([&last.snapshot]).collect();
    let persistent = Persistent::of(&all, control)?;
    let same = Same::Ids(&persistent);
    let mut heaps = Vec::with_capacity(all.len());
    for snapshot in earlier {
        heaps.push(Zones::of(&Hanging::of(snapshot, control)?, &same, control)?.census);
    }
    let last = Last::of(last, Hanging::of(&last.snapshot, control)?, &same, control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&last.zones.census]).collect();
    let growing = Growing::between(&censuses, operations);
    Ok((last, growing))
}

/// What grew from the objects that are alone on their way from the roots in all heaps.
fn by_ways<'a>(
    earlier: &[&Snapshot],
    last: &'a Heap,
    operations: Operations,
    control: &Control,
) -> Result<(Last<'a>, Growing)> {
    let hang = |snapshot| {
        let hanging = Hanging::of(snapshot, control)?;
        let ways = Ways::of(&hanging, control)?;
        Ok((hanging, ways))
    };
    let hung: Vec<(Hanging<'_>, Ways)> = earlier.iter().map(|snapshot| hang(snapshot)).collect::<Result<_>>()?;
    let hanging = Hanging::of(&last.snapshot, control)?;
    let ways = Ways::of(&hanging, control)?;
    let views: Vec<(&Hanging<'_>, &Ways)> =
        hung.iter().map(|(hanging, ways)| (hanging, ways)).chain([(&hanging, &ways)]).collect();
    let alone = Ways::same_in_all(&views, control)?;
    let mut heaps = Vec::with_capacity(earlier.len());
    for ((hanging, ways), alone) in hung.iter().zip(&alone) {
        heaps.push(Zones::of(hanging, &Same::Ways { ways, alone }, control)?.census);
    }
    drop(hung);
    let mut last = Last::of(last, hanging, &Same::Ways { ways: &ways, alone: &alone[earlier.len()] }, control)?;
    let censuses: Vec<&Census> = heaps.iter().chain([&last.zones.census]).collect();
    let mut growing = Growing::between(&censuses, operations);
    samples::choose(&mut last, &mut growing, control)?;
    Ok((last, growing))
}

fn leak(
    last: &Last<'_>,
    entry: &Entry,
    examples: &HashMap<u64, Vec<u64>>,
    allocated: &HashMap<u64, Allocated>,
    options: &LeakOptions,
) -> Leak {
    let nodes = told_nodes_to(last, entry.end, entry.container);
    let holders = nodes_to(last, entry.container);
    let mut classes: Vec<LeakedClass> = Vec::new();
    for group in &entry.groups {
        let class_name = last.class_name(group.node);
        if class_name == last.class_name(entry.item) {
            continue;
        }
        let (count_growth, size_growth) = (group.growth.counts.clone(), group.growth.sizes.clone());
        match classes.iter_mut().find(|known| known.class_name == class_name) {
            Some(known) => {
                known.count_growth.iter_mut().zip(count_growth).for_each(|(to, from)| *to += from);
                known.size_growth.iter_mut().zip(size_growth).for_each(|(to, from)| *to += from);
            }
            None => classes.push(LeakedClass { class_name, count: 0, size: 0, count_growth, size_growth }),
        }
    }
    classes.truncate(options.examples);
    for class in &mut classes {
        class.count = class.count_growth.iter().sum();
        class.size = class.size_growth.iter().sum();
    }
    let own = vec![last.snapshot().id(entry.item)];
    Leak {
        class_name: last.class_name(entry.item),
        location: last.location(entry.item),
        container: Container {
            id: last.snapshot().id(entry.container),
            name: last.class_name(entry.container),
            edge: edge_name(last, entry.container),
            location: holders.iter().rev().find_map(|node| last.location(*node)),
        },
        count_growth: entry.item_growth.counts.clone(),
        size_growth: entry.total.sizes.clone(),
        retained_growth: entry.total.sizes.iter().sum(),
        retaining_path: steps(last, &nodes),
        fingerprint: format!("{:016x}", fingerprint(last, entry.container, entry.item)),
        examples: examples.get(&last.key(entry.item)).filter(|ids| !ids.is_empty()).cloned().unwrap_or(own),
        classes,
        allocated: allocated.get(&last.key(entry.item)).cloned(),
        item: Part::default(),
        per_operation: None,
    }
}

/// Ids of the objects of the shown groups, newest id first.
fn examples(last: &Last<'_>, entries: &[Entry], most: usize) -> HashMap<u64, Vec<u64>> {
    let mut ids: HashMap<u64, Vec<u64>> = entries.iter().map(|entry| (last.key(entry.item), Vec::new())).collect();
    for node in last.hanging.forest.order().filter(|node| !last.zones.is_persistent(*node)) {
        if let Some(ids) = ids.get_mut(&last.key(node)).filter(|ids| ids.len() < most) {
            ids.push(last.snapshot().id(node));
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::draw;
    use crate::text::Text;

    /// A drawing in which `Session#3` is the third object of class `Session`, and `·` and `÷` stand for blank and slash; ids follow the order
    /// of first mention.
    fn heap(drawing: &str) -> Snapshot {
        let mut tables = draw(drawing).tables().clone();
        let names: Vec<String> = tables.strings.iter().map(|(_, text)| text.to_string_lossy()).collect();
        tables.strings = Default::default();
        for name in names {
            let class = name.split_once('#').map_or(name.as_str(), |(class, _)| class);
            tables.strings.push(Text::from_str(&class.replace('·', " ").replace('÷', "/")));
        }
        Snapshot::new(tables)
    }

    fn find_in(drawings: &[String]) -> Vec<Leak> {
        find_by(true, drawings)
    }

    fn find_by(ids: bool, drawings: &[String]) -> Vec<Leak> {
        let matching = Matching::Known(Comparison { ids, reason: "the test says so".to_owned() });
        find_with(&LeakOptions { matching, ..LeakOptions::default() }, drawings)
    }

    fn find_with(options: &LeakOptions, drawings: &[String]) -> Vec<Leak> {
        let (last, earlier) = drawings.split_last().unwrap();
        let earlier: Vec<Snapshot> = earlier.iter().map(|drawing| heap(drawing)).collect();
        let control = Control::new();
        let last = analyse(heap(last), &OpenOptions::default(), &control).unwrap();
        let earlier: Vec<&Snapshot> = earlier.iter().collect();
        find(&earlier, &last, options, &control).unwrap().leaks
    }

    /// Three heaps: what is always there, then what the second and the third heap have more.
    #[track_caller]
    fn check(always: &str, second: &str, third: &str, expected: &[&str]) {
        let drawings = [always.to_owned(), format!("{always} | {second}"), format!("{always} | {second} | {third}")];
        check_heaps(&drawings, expected);
    }

    /// The same must be found with ids and without.
    #[track_caller]
    fn check_heaps(drawings: &[String], expected: &[&str]) {
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

    /// `many("map > Session#", 1..4)` is `map > Session#1 Session#2 Session#3`.
    fn many(what: &str, numbers: std::ops::Range<usize>) -> String {
        let (from, item) = what.split_once(" > ").unwrap();
        numbers.fold(format!("{from} >"), |text, number| format!("{text} {item}{number}:16"))
    }

    #[test]
    fn a_map_that_only_grows() {
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
    fn one_or_two_of_a_kind_are_noise() {
        check("root > !global | global > list", "list > Item#1 Item#2", "list > Item#3 Item#4", &[]);
    }

    #[test]
    fn few_objects_count_when_they_are_a_multiple_of_the_operations() {
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
    fn an_item_is_told_in_parts() {
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
        assert_eq!(found[0].retaining_path.len(), 4, "{:?}", found[0].retaining_path);
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
    fn one_leak_in_two_places_is_one_entry() {
        let more = |numbers: std::ops::Range<usize>| {
            let items = numbers
                .clone()
                .map(|number| format!("a > Item#{number}:100 | b > Hook#{number} | Hook#{number} > Item#{number}"));
            items.collect::<Vec<_>>().join(" | ")
        };
        check(
            "root > !global | global > a b",
            &more(0..9),
            &more(9..18),
            &["Item [9, 9] in a by :global a:a Item:Item"],
        );
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
}
