//! Every byte of growth has a line: the lines add up to the difference of the totals.

use super::leaked_class::LeakedClass;
use crate::leaks::growth::growing::{Growing, Growth, add, is_sustained};
use crate::leaks::growth::why::Why;
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::bounded::is_bounded;
use crate::leaks::place::census::{Census, Key, LARGE, Loose};
use crate::leaks::place::path::nodes_to;
use crate::leaks::place::unreached::is_of_engine;
use crate::leaks::suspects::suspect::Entry;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::text::TextBuf;
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a part of the growth belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// By its position among all leaks.
    Leak(usize),
    /// It grew and is no leak: compiled code and tables of V8 are one of these.
    OneOff(Why),
    /// No rule explains it.
    Unexplained,
    /// No reference of the file keeps it: nobody can tell why it is there.
    Unheld,
    /// V8 counts it outside of its heap.
    Outside,
    /// Many places with little each.
    Rest,
    /// It is gone, or became less.
    Freed,
}

impl Cause {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Leak(_) => "it is held by what leaks",
            Self::OneOff(why) => why.sentence(),
            Self::Unexplained => {
                "it grew in every interval or by the steps of a table, and no rule tells it from a leak or makes it one"
            }
            Self::Unheld => "no reference of the file keeps these: who wrote it left out what holds them",
            Self::Outside => "V8 counts it outside of its heap, and the file does not say what it is",
            Self::Rest => "many places with little each",
            Self::Freed => "it is gone, or became less",
        }
    }
}

/// One part of the growth.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub cause: Cause,
    pub size_growth: Vec<i64>,
    /// The classes with most of it, where they are what there is to tell.
    pub classes: Vec<LeakedClass>,
}

/// All of the growth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Of the sums of all sizes, that outside of the heap included.
    pub size_growth: Vec<i64>,
    pub lines: Vec<Line>,
    /// What nobody can tell the reason of, in bytes from the first heap to the last.
    pub unexplained: i64,
    /// False: that is so much that "no leak" would be a guess.
    pub is_explained: bool,
}

/// The growth of the highest group that grew, with all below it.
pub struct Top {
    pub node: NodeOrdinal,
    pub growth: Growth,
    pub cause: Cause,
}

/// A growth of fewer bytes an interval says nothing by itself: the taking of a snapshot leaves as much.
const LITTLE: i64 = 16 << 10;
/// So little of a group is not worth a reason of its own.
const SMALLEST: i64 = 4 << 10;
/// Bytes without a reason in each interval from which on they count: what a healthy process of Node.js has in two
/// hundred operations is below.
pub const FLOOR: i64 = 64 << 10;
/// The part of the growth that may be without a reason: a tenth.
const SHARE: i64 = 10;
/// Classes of a line.
const MOST_CLASSES: usize = 8;
/// A class has moved where it lost a third of what it gained elsewhere in the same interval: an array that is full, and
/// grows by a half.
const MOVED: u64 = 3;
/// A table grows by a half or doubles, and twice so in a busy interval. More is a start.
const STEP: u64 = 4;
/// An entry of a Map takes 28 bytes, and twice that after it doubled: a table with fewer references for its bytes holds
/// numbers.
const BYTES_A_REFERENCE: u64 = 128;
/// Groups above one another.
const DEEPEST: usize = 256;

/// Gives every byte of growth a cause. `dropped`: groups that grew, and by which rule they are no leak.
pub fn account(
    last: &Last<'_>,
    growing: &Growing,
    earlier: &[Census],
    entries: &[Entry],
    dropped: &HashMap<Key, Why>,
) -> (Account, Vec<Top>) {
    let heaps: Vec<&Census> = earlier.iter().chain([&last.zones.census]).collect();
    let mut books = Books::new(last, growing, heaps, entries, dropped);
    let tops = books.groups();
    books.objects();
    books.unreached();
    (books.close(), tops)
}

/// What a class gains: a sample, and the growth.
type Classes = HashMap<Label, (NodeOrdinal, Growth)>;

/// Bytes in each heap, and what came and went in each interval.
type Moves = (Vec<u64>, Vec<(u64, u64)>);

struct Books<'a, 'b> {
    last: &'a Last<'b>,
    growing: &'a Growing,
    heaps: Vec<&'a Census>,
    dropped: &'a HashMap<Key, Why>,
    /// Groups that leaks tell of, by the position of the leak.
    told: HashMap<Key, usize>,
    /// Classes that leaks tell of: the same objects may be reached on another way in another heap.
    classes: HashMap<Label, usize>,
    /// Lasting objects in which leaks collect, and those that hang as these do.
    containers: HashMap<NodeOrdinal, usize>,
    kin: HashMap<u64, usize>,
    sums: BTreeMap<Cause, (Vec<i64>, Classes)>,
    /// Bytes of tables that grow by steps: an interval without growth says nothing about them.
    stepped: i64,
}

impl<'a, 'b> Books<'a, 'b> {
    fn new(
        last: &'a Last<'b>,
        growing: &'a Growing,
        heaps: Vec<&'a Census>,
        entries: &'a [Entry],
        dropped: &'a HashMap<Key, Why>,
    ) -> Self {
        let mut books = Self {
            last,
            growing,
            heaps,
            dropped,
            told: HashMap::new(),
            classes: HashMap::new(),
            containers: HashMap::new(),
            kin: HashMap::new(),
            sums: BTreeMap::new(),
            stepped: 0,
        };
        for (at, entry) in entries.iter().enumerate() {
            if last.zones.is_persistent(entry.item) {
                books.containers.entry(entry.item).or_insert(at);
            } else {
                entry.keys().for_each(|key| _ = books.told.entry(key).or_insert(at));
            }
            for group in entry.groups.iter().chain(&entry.plumbing).map(|group| group.node).chain([entry.item]) {
                if last.meaning(group) >= Meaning::Language {
                    books.classes.entry(last.label(group)).or_insert(at);
                }
                let holder = last.owner(last.head(group));
                for container in holder.into_iter().chain([entry.container]) {
                    if last.zones.is_persistent(container) {
                        books.containers.entry(container).or_insert(at);
                        books.kin.entry(last.zones.kin(container)).or_insert(at);
                    }
                }
            }
        }
        books
    }

    /// Groups of objects that are not in every heap.
    fn groups(&mut self) -> Vec<Top> {
        let keys: HashSet<Key> = self.heaps.iter().flat_map(|heap| heap.groups.keys().copied()).collect();
        let mut grown: HashMap<Key, Growth> = HashMap::new();
        let moved = self.moved();
        let has_moved = |heaps: &[&Census], key: Key| {
            heaps.iter().find_map(|heap| heap.groups.get(&key)).is_some_and(|group| moved.contains(&group.label))
        };
        for key in keys {
            let states: Vec<(u64, u64)> = self
                .heaps
                .iter()
                .map(|heap| heap.groups.get(&key).map_or((0, 0), |group| (group.count, group.bytes)))
                .collect();
            let growth = Growth::between(&states);
            if growth.sizes.iter().all(|step| *step == 0) {
                continue;
            }
            match self.leak_above(key) {
                Some(at) => self.enter(Cause::Leak(at), None, &growth),
                None if growth.bytes() <= 0 && has_moved(&self.heaps, key) => {
                    self.enter(Cause::Unexplained, None, &growth);
                }
                None if growth.bytes() <= 0 => self.enter(Cause::Freed, None, &growth),
                None => _ = grown.insert(key, growth),
            }
        }
        let mut tops: BTreeMap<Key, Growth> = BTreeMap::new();
        let mut bytes_moved: HashMap<Key, i64> = HashMap::new();
        for (key, growth) in &grown {
            let top = self.top_of(&grown, *key);
            if has_moved(&self.heaps, *key) {
                *bytes_moved.entry(top).or_default() += growth.bytes();
            }
            let sum = tops.entry(top).or_default();
            if top == *key {
                sum.add(growth);
            } else {
                sum.add(&Growth::of_sizes(&growth.sizes));
            }
        }
        let tops = tops.into_iter().map(|(key, mut growth)| {
            let node = NodeOrdinal(self.last.zones.census.groups[&key].first);
            let known = self.growing.rest.get(&key).or_else(|| self.growing.groups.get(&key));
            growth.stayed = known.map(|known| known.stayed).unwrap_or_default();
            let cause = match self.cause_of(key, node, &growth) {
                cause if has_ended(cause) && bytes_moved.get(&key).is_some_and(|moved| moved * 2 >= growth.bytes()) => {
                    Cause::Unexplained
                }
                cause => cause,
            };
            Top { node, growth, cause }
        });
        let mut tops: Vec<Top> = tops.collect();
        self.doubt_classes(&mut tops);
        for top in &tops {
            self.enter(top.cause, Some(top.node), &top.growth);
        }
        tops
    }

    /// Classes that went in one place and came in another: those seem new there, and are held in another way. Their sum
    /// counts.
    fn moved(&self) -> HashSet<Label> {
        let mut sums: HashMap<Label, Moves> = HashMap::new();
        let labels: HashMap<Key, Label> =
            self.heaps.iter().flat_map(|heap| heap.groups.iter().map(|(key, group)| (*key, group.label))).collect();
        for (key, label) in labels {
            let states: Vec<u64> =
                self.heaps.iter().map(|heap| heap.groups.get(&key).map_or(0, |group| group.bytes)).collect();
            let (sum, changes) = sums.entry(label).or_default();
            sum.resize(states.len(), 0);
            changes.resize(states.len() - 1, (0, 0));
            sum.iter_mut().zip(&states).for_each(|(sum, bytes)| *sum += bytes);
            for (change, pair) in changes.iter_mut().zip(states.windows(2)) {
                change.0 += pair[1].saturating_sub(pair[0]);
                change.1 += pair[0].saturating_sub(pair[1]);
            }
        }
        sums.retain(|_, (sum, changes)| {
            let steps = Growth::between(&sum.iter().map(|bytes| (0, *bytes)).collect::<Vec<_>>()).sizes;
            let is_moved = changes.iter().any(|(more, less)| *less > 0 && less.saturating_mul(MOVED) >= *more);
            is_moved && is_sustained(&steps, 1) && by_steps(&steps, None) == Cause::Unexplained
        });
        sums.into_keys().collect()
    }

    /// A class of the program that comes in another place each time stopped in each of them, and goes on in sum.
    fn doubt_classes(&self, tops: &mut [Top]) {
        let mut sums: HashMap<Label, Vec<i64>> = HashMap::new();
        for top in tops.iter().filter(|top| has_ended(top.cause) && self.last.meaning(top.node) >= Meaning::Package) {
            add(sums.entry(self.last.label(top.node)).or_default(), &top.growth.sizes);
        }
        sums.retain(|_, steps| by_steps(steps, None) == Cause::Unexplained);
        for top in tops.iter_mut().filter(|top| has_ended(top.cause)) {
            if sums.contains_key(&self.last.label(top.node)) {
                top.cause = Cause::Unexplained;
            }
        }
    }

    /// The leak that tells of the group or of what it hangs from.
    fn leak_above(&self, key: Key) -> Option<usize> {
        let mut at = key;
        for _ in 0..DEEPEST {
            if let Some(leak) = self.told.get(&at) {
                return Some(*leak);
            }
            at = self.heaps.iter().rev().find_map(|heap| heap.groups.get(&at))?.parent;
        }
        None
    }

    /// The highest group above this one that grew.
    fn top_of(&self, grown: &HashMap<Key, Growth>, key: Key) -> Key {
        let (mut top, mut at) = (key, key);
        for _ in 0..DEEPEST {
            at = match self.last.zones.census.groups.get(&at) {
                Some(group) if group.parent != 0 => group.parent,
                _ => break,
            };
            if grown.contains_key(&at) {
                top = at;
            }
        }
        top
    }

    fn cause_of(&self, key: Key, node: NodeOrdinal, growth: &Growth) -> Cause {
        let last = self.last;
        if let Some(leak) = self.classes.get(&last.label(node)) {
            return Cause::Leak(*leak);
        }
        if !last.counts(node) && is_of_engine(last.snapshot().kind(node)) {
            return Cause::OneOff(Why::Code);
        }
        let is_module = |node: &NodeOrdinal| {
            let class = last.class_name(*node).to_string();
            !last.zones.is_persistent(*node) && (class == "Module" || class == "BuiltinModule" || class == "ModuleWrap")
        };
        if nodes_to(last, node).iter().any(is_module) {
            return Cause::OneOff(Why::Modules);
        }
        if is_bounded(last, last.owner(last.head(node)).unwrap_or(node), last.key(node)) {
            return Cause::OneOff(Why::Bounded);
        }
        if growth.stayed.is_passing() {
            return Cause::OneOff(Why::Passing);
        }
        by_steps(&growth.sizes, self.dropped.get(&key).or_else(|| self.growing.aside.get(&key)).copied())
    }

    /// Lasting objects: their own tables, with the numbers and texts that only they hold.
    fn objects(&mut self) {
        let ids: HashSet<u64> = self.heaps.iter().flat_map(|heap| heap.large.keys().copied()).collect();
        let passing: HashSet<NodeOrdinal> = self
            .growing
            .rest
            .iter()
            .filter(|(_, growth)| growth.stayed.is_passing())
            .filter_map(|(key, _)| self.last.owner(NodeOrdinal(self.last.zones.census.groups[key].first)))
            .collect();
        for id in ids {
            let own: Vec<Option<u64>> = self
                .heaps
                .iter()
                .map(|heap| heap.large.get(&id).map(|large| large.bytes).filter(|bytes| *bytes >= LARGE))
                .collect();
            let states: Vec<(u64, u64)> = own.iter().map(|bytes| (0, bytes.unwrap_or(LARGE))).collect();
            let growth = Growth::between(&states);
            if growth.sizes.iter().all(|step| *step == 0) {
                continue;
            }
            let node = self.last.zones.census.large.get(&id).map(|large| large.node);
            let leak = node.and_then(|node| {
                self.containers.get(&node).or_else(|| self.kin.get(&self.last.zones.kin(node))).copied()
            });
            let cause = match (leak, node) {
                (Some(leak), _) => Cause::Leak(leak),
                _ if growth.bytes() <= 0 => Cause::Freed,
                (None, Some(node)) if !self.last.counts(node) && is_of_engine(self.last.snapshot().kind(node)) => {
                    Cause::OneOff(Why::Code)
                }
                (None, Some(node)) if passing.contains(&node) => Cause::OneOff(Why::Passing),
                _ => by_steps(&growth.sizes, None),
            };
            let cause = if has_ended(cause) && node.is_some() && self.is_stepped(id, &growth) {
                self.stepped += growth.bytes();
                Cause::Unexplained
            } else {
                cause
            };
            self.enter(cause, node, &growth);
        }
    }

    /// A table takes more room in steps: it grows by a half, or doubles. Where it holds numbers nobody sees how many
    /// there are, and an interval without a step may have added as many as the others.
    fn is_stepped(&self, id: u64, growth: &Growth) -> bool {
        let states: Vec<Option<(u64, u64)>> =
            self.heaps.iter().map(|heap| heap.large.get(&id).map(|large| (large.bytes, large.references))).collect();
        let Some(states) = states.into_iter().collect::<Option<Vec<_>>>() else { return false };
        let is_step = |pair: &[(u64, u64)]| {
            let (before, after) = (pair[0], pair[1]);
            after.0 >= before.0 && after.0 <= before.0.saturating_mul(STEP)
        };
        let shown = states[states.len() - 1].1.saturating_sub(states[0].1);
        growth.bytes() > FLOOR
            && states.windows(2).all(is_step)
            && shown.saturating_mul(BYTES_A_REFERENCE) < growth.bytes().unsigned_abs()
    }

    /// What no path reaches, and what V8 counts outside of its heap.
    fn unreached(&mut self) {
        let code: Vec<(u64, u64)> = self.heaps.iter().map(|heap| (0, heap.code)).collect();
        self.enter(Cause::OneOff(Why::Code), None, &Growth::between(&code));
        let outside: Vec<(u64, u64)> = self.heaps.iter().map(|heap| (0, heap.outside)).collect();
        self.enter(Cause::Outside, None, &Growth::between(&outside));
        for (node, growth) in classes(&self.heaps, |heap| &heap.loose) {
            let cause = match growth.bytes() {
                ..=0 => Cause::Freed,
                _ => by_steps(&growth.sizes, Some(Why::Tables)),
            };
            self.enter(cause, Some(node).filter(|_| growth.bytes() > 0), &growth);
        }
        for (node, growth) in classes(&self.heaps, |heap| &heap.unheld) {
            let (cause, sample) = if growth.bytes() > 0 { (Cause::Unheld, Some(node)) } else { (Cause::Freed, None) };
            self.enter(cause, sample, &growth);
        }
    }

    /// `sample`: an object of the newest heap.
    fn enter(&mut self, cause: Cause, sample: Option<NodeOrdinal>, growth: &Growth) {
        let (sizes, classes) = self.sums.entry(cause).or_default();
        add(sizes, &growth.sizes);
        if let Some(sample) = sample.filter(|_| matches!(cause, Cause::Unheld | Cause::Unexplained)) {
            let class = classes.entry(self.last.label(sample)).or_insert_with(|| (sample, Growth::default()));
            class.1.add(growth);
        }
    }

    fn close(mut self) -> Account {
        let totals: Vec<(u64, u64)> =
            self.heaps.iter().map(|heap| (0, heap.total.saturating_add(heap.outside))).collect();
        let size_growth = Growth::between(&totals).sizes;
        let mut rest = size_growth.clone();
        for (sizes, _) in self.sums.values() {
            rest.iter_mut().zip(sizes).for_each(|(rest, size)| *rest -= size);
        }
        self.enter(Cause::Rest, None, &Growth::of_sizes(&rest));
        let sum = |sizes: &[i64]| sizes.iter().sum::<i64>();
        let grown: i64 = self.sums.values().map(|(sizes, _)| sum(sizes).max(0)).sum();
        // What nothing explains must have grown on to tell anything: else it stopped, or came once.
        let mut missing = vec![0; size_growth.len()];
        for cause in [Cause::Unexplained, Cause::Unheld, Cause::Outside, Cause::Rest] {
            if let Some((sizes, _)) = self.sums.get(&cause).filter(|(sizes, _)| sum(sizes) > 0) {
                add(&mut missing, sizes);
            }
        }
        let unexplained = if is_sustained(&missing, 1) { sum(&missing) } else { self.stepped };
        let intervals = i64::try_from(size_growth.len()).unwrap_or(i64::MAX);
        let is_explained = unexplained <= FLOOR.saturating_mul(intervals) || unexplained <= grown / SHARE;
        let last = self.last;
        let lines = self.sums.into_iter().map(|(cause, (size_growth, classes))| Line {
            cause,
            size_growth,
            classes: rows(last, classes),
        });
        let mut lines: Vec<Line> = lines.filter(|line| line.size_growth.iter().any(|step| *step != 0)).collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(sum(&line.size_growth)), line.cause));
        Account { size_growth, lines, unexplained, is_explained }
    }
}

fn has_ended(cause: Cause) -> bool {
    matches!(cause, Cause::OneOff(Why::Filled | Why::Recent))
}

/// What the steps say: they ended, or began in the last interval, or are too small to tell anything. `rule`: the one by
/// which they are no leak.
fn by_steps(steps: &[i64], rule: Option<Why>) -> Cause {
    let (newest, before) = steps.split_last().unwrap_or((&0, &[]));
    let most = steps.iter().max().copied().unwrap_or(0);
    let is_little = steps.iter().all(|step| *step < LITTLE);
    let is_least = steps.iter().sum::<i64>() < SMALLEST;
    match rule {
        _ if !before.is_empty() && before.iter().sum::<i64>() * 4 < *newest => Cause::OneOff(Why::Recent),
        _ if !before.is_empty() && newest * 2 < most => Cause::OneOff(Why::Filled),
        _ if is_least => Cause::Rest,
        Some(Why::Parts) => Cause::OneOff(Why::Parts),
        Some(why) if is_little => Cause::OneOff(why),
        None if is_little => Cause::OneOff(Why::Few),
        _ => Cause::Unexplained,
    }
}

/// Growth of each class that no path reaches, with an object of the newest heap that has any.
fn classes<'a>(
    heaps: &[&'a Census],
    pick: impl Fn(&'a Census) -> &'a HashMap<Label, Loose>,
) -> Vec<(NodeOrdinal, Growth)> {
    let labels: BTreeMap<Label, NodeOrdinal> =
        heaps.iter().flat_map(|heap| pick(heap).iter().map(|(label, class)| (*label, class.node))).collect();
    let states = |label: Label| -> Vec<(u64, u64)> {
        heaps.iter().map(|heap| pick(heap).get(&label).map_or((0, 0), |class| (class.count, class.bytes))).collect()
    };
    let growths = labels.into_iter().map(|(label, node)| (node, Growth::between(&states(label))));
    growths.filter(|(_, growth)| growth.sizes.iter().any(|step| *step != 0)).collect()
}

fn rows(last: &Last<'_>, classes: Classes) -> Vec<LeakedClass> {
    let mut sums: BTreeMap<Vec<u8>, LeakedClass> = BTreeMap::new();
    for (node, growth) in classes.into_values() {
        let class_name: TextBuf = last.class_name(node);
        let row = LeakedClass {
            count: growth.counts.iter().sum(),
            size: growth.bytes(),
            class_name,
            count_growth: growth.counts,
            size_growth: growth.sizes,
        };
        match sums.entry(row.class_name.as_text().as_bytes().to_vec()) {
            Slot::Vacant(free) => _ = free.insert(row),
            Slot::Occupied(mut known) => known.get_mut().add(&row),
        }
    }
    let mut rows: Vec<LeakedClass> = sums.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.size));
    rows.truncate(MOST_CLASSES);
    rows
}
