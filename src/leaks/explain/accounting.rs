//! Gives every byte of growth a cause: the lines add up to the difference of the totals.

use super::account::{Account, Cause, Line};
use super::doubt::is_doubtful;
use super::leaked_class::LeakedClass;
use crate::control::Control;
use crate::error::Result;
use crate::known::node::{LOADED, NATIVE};
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::rules::THIN;
use crate::leaks::growth::steps::add;
use crate::leaks::growth::why::{Rule, Why};
use crate::leaks::limits::Limits;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::bounded::is_bounded;
use crate::leaks::place::census::{Census, Group, GroupKey, Loose, ObjectName, PathKey};
use crate::leaks::place::unreached::is_of_engine;
use crate::leaks::suspects::collect::Dropped;
use crate::leaks::suspects::rules::{IDLE, UNDECIDED};
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::text::TextBuf;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The growth of the highest group that grew, with all below it.
pub struct Top {
    pub node: NodeOrdinal,
    pub growth: Growth,
    pub cause: Cause,
}

/// Gives every byte of growth a cause. Also returns the growth of the highest groups.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn account(
    newest: &Newest<'_>,
    growing: &Growing,
    earlier: &[Census],
    suspects: &[Suspect],
    dropped: &Dropped,
    control: &Control,
) -> Result<(Account, Vec<Top>)> {
    let heaps: Vec<&Census> = earlier.iter().chain([&newest.census]).collect();
    let mut books = Books::new(newest, growing, heaps, suspects, dropped, control)?;
    let tops = books.groups();
    books.objects(control)?;
    books.unreached();
    Ok((books.close(), tops))
}

/// Growth of classes, each with a sample.
type Classes = HashMap<Label, (NodeOrdinal, Growth)>;

/// Bytes in each heap; and bytes that came and that went in each interval.
type Moves = (Vec<u64>, Vec<(u64, u64)>);

struct Books<'a, 'b> {
    newest: &'a Newest<'b>,
    growing: &'a Growing,
    heaps: Vec<&'a Census>,
    dropped: &'a Dropped,
    /// Groups that are part of a leak, with its position.
    leaked: HashMap<GroupKey, usize>,
    /// Classes that are part of a leak: another path may lead to the same objects in another heap.
    classes: HashMap<Label, usize>,
    /// Persistent objects in which leaks accumulate, and the paths of these.
    containers: HashMap<NodeOrdinal, usize>,
    paths: HashMap<PathKey, usize>,
    sums: BTreeMap<Cause, (Vec<i64>, Classes)>,
    /// Bytes of tables that grow in steps: an interval without growth says nothing about them.
    stepped: i64,
    /// Bytes of places whose growth is no noise and has no explanation.
    doubted: i64,
}

impl<'a, 'b> Books<'a, 'b> {
    fn new(
        newest: &'a Newest<'b>,
        growing: &'a Growing,
        heaps: Vec<&'a Census>,
        suspects: &'a [Suspect],
        dropped: &'a Dropped,
        control: &Control,
    ) -> Result<Self> {
        let mut books = Self {
            newest,
            growing,
            heaps,
            dropped,
            leaked: HashMap::new(),
            classes: HashMap::new(),
            containers: HashMap::new(),
            paths: HashMap::new(),
            sums: BTreeMap::new(),
            stepped: 0,
            doubted: 0,
        };
        for (at, suspect) in suspects.iter().enumerate() {
            if newest.grouping.is_persistent(suspect.item) {
                books.containers.entry(suspect.item).or_insert(at);
            } else {
                suspect.keys().for_each(|key| _ = books.leaked.entry(key).or_insert(at));
            }
            for group in
                suspect.groups.iter().chain(&suspect.engine_groups).map(|group| group.node).chain([suspect.item])
            {
                if newest.origin(group) >= Origin::Language {
                    books.classes.entry(newest.label(group)).or_insert(at);
                }
                let holder = newest.owner(newest.head(group));
                for container in holder.into_iter().chain([suspect.container]) {
                    if newest.grouping.is_persistent(container) {
                        books.containers.entry(container).or_insert(at);
                        books.paths.entry(newest.path(container, control)?).or_insert(at);
                    }
                }
            }
        }
        Ok(books)
    }

    /// Enters the groups of objects that are not in every heap.
    fn groups(&mut self) -> Vec<Top> {
        let keys: HashSet<GroupKey> = self.heaps.iter().flat_map(|heap| heap.groups.keys().copied()).collect();
        let mut grown: HashMap<GroupKey, Growth> = HashMap::new();
        let moved = self.moved();
        let has_moved = |heaps: &[&Census], key: GroupKey| {
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
        let mut tops: BTreeMap<GroupKey, Growth> = BTreeMap::new();
        let mut bytes_moved: HashMap<GroupKey, i64> = HashMap::new();
        let mut bytes_passing: HashMap<GroupKey, i64> = HashMap::new();
        for (key, growth) in &grown {
            let top = self.top_of(&grown, *key);
            if has_moved(&self.heaps, *key) {
                *bytes_moved.entry(top).or_default() += growth.bytes();
            }
            let passes = |rule: &Rule| rule.why == Why::Passing && !UNDECIDED.contains(rule);
            if self.dropped.get(key).is_some_and(passes) {
                *bytes_passing.entry(top).or_default() += growth.bytes();
            }
            let sum = tops.entry(top).or_default();
            if top == *key {
                sum.add(growth);
            } else {
                sum.add(&Growth::of_sizes(&growth.sizes));
            }
        }
        let tops = tops.into_iter().map(|(key, mut growth)| {
            let node = self.newest.census.groups[&key].first;
            let known = self.growing.rest.get(&key).or_else(|| self.growing.groups.get(&key));
            growth.survival = known.map(|known| known.survival).unwrap_or_default();
            let cause = match self.cause_of(key, node, &growth) {
                cause if has_ended(cause) && bytes_moved.get(&key).is_some_and(|moved| moved * 2 >= growth.bytes()) => {
                    Cause::Unexplained
                }
                // A list that is made anew holds them, and is one.
                Cause::Unexplained if bytes_passing.get(&key).is_some_and(|some| some * 2 >= growth.bytes()) => {
                    Cause::OneOff(Why::Passing)
                }
                cause if has_ended(cause) && self.is_stepped_group(key, &growth) => {
                    self.stepped += growth.bytes();
                    Cause::Unexplained
                }
                cause => cause,
            };
            Top { node, growth, cause }
        });
        let mut tops: Vec<Top> = tops.collect();
        self.doubt_classes(&mut tops);
        for top in &tops {
            self.doubt(top);
            self.enter(top.cause, Some(top.node), &top.growth);
        }
        tops
    }

    /// Counts a place without an explanation that grew in every interval by more than noise, however small its part of
    /// all growth is.
    fn doubt(&mut self, top: &Top) {
        let key = self.newest.key(top.node);
        let is_much = top.growth.sizes.iter().all(|step| *step >= self.newest.limits.little);
        let is_undecided = self.dropped.get(&key).is_some_and(|rule| UNDECIDED.contains(rule));
        let is_unsure = is_undecided || is_doubtful(self.newest, self.growing, key);
        if top.cause == Cause::Unexplained && (is_much || is_unsure) {
            self.doubted += top.growth.bytes();
        }
    }

    /// Classes that went in one place and came in another: their objects are not new, another path leads to them. The
    /// sum of such a class counts.
    fn moved(&self) -> HashSet<Label> {
        let mut sums: HashMap<Label, Moves> = HashMap::new();
        let labels: HashMap<GroupKey, Label> =
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
            let is_moved =
                changes.iter().any(|(more, less)| *less > 0 && less.saturating_mul(self.newest.limits.moved) >= *more);
            is_moved
                && self.newest.limits.is_sustained(&steps, 1)
                && by_steps(&steps, None, &self.newest.limits) == Cause::Unexplained
        });
        sums.into_keys().collect()
    }

    /// Takes back "it stopped" for classes of the program that go on in sum: they came in another place each time.
    fn doubt_classes(&self, tops: &mut [Top]) {
        let mut sums: HashMap<Label, Vec<i64>> = HashMap::new();
        for top in tops.iter().filter(|top| has_ended(top.cause) && self.newest.origin(top.node) >= Origin::Package) {
            add(sums.entry(self.newest.label(top.node)).or_default(), &top.growth.sizes);
        }
        sums.retain(|_, steps| by_steps(steps, None, &self.newest.limits) == Cause::Unexplained);
        for top in tops.iter_mut().filter(|top| has_ended(top.cause)) {
            if sums.contains_key(&self.newest.label(top.node)) {
                top.cause = Cause::Unexplained;
            }
        }
    }

    /// The leak that the group, or a group above it, is part of.
    fn leak_above(&self, key: GroupKey) -> Option<usize> {
        let mut at = key;
        for _ in 0..self.newest.limits.deepest {
            if let Some(leak) = self.leaked.get(&at) {
                return Some(*leak);
            }
            at = self.heaps.iter().rev().find_map(|heap| heap.groups.get(&at))?.parent?;
        }
        None
    }

    /// The highest group above this one that grew and has a cause of its own; else the highest that grew. An object is
    /// no part of the code or of a table of V8's above it.
    ///
    /// Example: sockets that the load explains stand below an agent that the first interval made.
    fn top_of(&self, grown: &HashMap<GroupKey, Growth>, key: GroupKey) -> GroupKey {
        let groups = &self.newest.census.groups;
        let is_code = |key: &GroupKey| groups.get(key).is_some_and(|group| self.is_code(group.first));
        let (mut top, mut at) = (key, key);
        let mut own = self.has_own_cause(key).then_some(key);
        for _ in 0..self.newest.limits.deepest {
            at = match groups.get(&at).and_then(|group| group.parent) {
                Some(parent) => parent,
                None => break,
            };
            if grown.contains_key(&at) && (is_code(&top) || !is_code(&at)) {
                top = at;
                own = if self.has_own_cause(at) { Some(at) } else { own };
            }
        }
        own.unwrap_or(top)
    }

    /// Whether a rule dropped the group because of its number, or its number grew without a rule.
    fn has_own_cause(&self, key: GroupKey) -> bool {
        match self.dropped.get(&key) {
            Some(rule) => matches!(rule.why, Why::Load | Why::Few) && *rule != THIN,
            None => is_doubtful(self.newest, self.growing, key),
        }
    }

    /// Whether the node is code or a table of V8's. The objects of native code are none, of whatever kind a line of
    /// Node.js writes them.
    fn is_code(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.newest.snapshot();
        !self.newest.may_leak(node)
            && is_of_engine(snapshot.kind(node))
            && !snapshot.name_text(node).as_bytes().starts_with(NATIVE.as_bytes())
    }

    fn cause_of(&self, key: GroupKey, node: NodeOrdinal, growth: &Growth) -> Cause {
        let newest = self.newest;
        if let Some(leak) = self.classes.get(&newest.label(node)) {
            return Cause::Leak(*leak);
        }
        if self.is_code(node) {
            return Cause::OneOff(Why::Code);
        }
        match self.dropped.get(&key) {
            Some(rule) if UNDECIDED.contains(rule) => return Cause::Unexplained,
            Some(rule) if *rule == IDLE => return Cause::OneOff(rule.why),
            None if is_doubtful(newest, self.growing, key) => return Cause::Unexplained,
            _ => (),
        }
        let is_module = |node: &NodeOrdinal| {
            let class = newest.class_name(*node).to_string();
            !newest.grouping.is_persistent(*node) && LOADED.contains(&class.as_str())
        };
        if !self.has_own_cause(key) && newest.tree.ancestors(node).iter().any(is_module) {
            return Cause::OneOff(Why::Modules);
        }
        if is_bounded(newest, newest.owner(newest.head(node)).unwrap_or(node), newest.key(node)) {
            return Cause::OneOff(Why::Bounded);
        }
        if growth.survival.is_passing(&newest.limits) {
            return Cause::OneOff(Why::Passing);
        }
        by_steps(&growth.sizes, self.dropped.get(&key).map(|rule| rule.why), &newest.limits)
    }

    /// Enters the persistent objects: their tables, with the numbers and texts that only they hold.
    fn objects(&mut self, control: &Control) -> Result<()> {
        let names: HashSet<ObjectName> = self.heaps.iter().flat_map(|heap| heap.large.keys().copied()).collect();
        let limits = &self.newest.limits;
        let mut passing = self.newest.owners_of_passing(&self.growing.rest);
        let is_dropped = |key: &&GroupKey| self.dropped.get(*key).is_some_and(|rule| rule.why == Why::Passing);
        let dropped = self.growing.groups.keys().filter(is_dropped);
        passing.extend(dropped.filter_map(|key| self.newest.owner(self.newest.census.groups[key].first)));
        for name in names {
            let sizes: Vec<Option<u64>> = self
                .heaps
                .iter()
                .map(|heap| heap.large.get(&name).map(|large| large.bytes).filter(|bytes| *bytes >= limits.large))
                .collect();
            let states: Vec<(u64, u64)> = sizes.iter().map(|bytes| (0, bytes.unwrap_or(limits.large))).collect();
            let growth = Growth::between(&states);
            if growth.sizes.iter().all(|step| *step == 0) {
                continue;
            }
            let node = self.newest.census.large.get(&name).map(|large| large.node);
            let leak = match node {
                Some(node) => match self.containers.get(&node) {
                    Some(leak) => Some(*leak),
                    None => self.paths.get(&self.newest.path(node, control)?).copied(),
                },
                None => None,
            };
            let cause = match (leak, node) {
                (Some(leak), _) => Cause::Leak(leak),
                _ if growth.bytes() <= 0 => Cause::Freed,
                (None, Some(node)) if self.is_code(node) => Cause::OneOff(Why::Code),
                (None, Some(node)) if passing.contains(&node) => Cause::OneOff(Why::Passing),
                _ => by_steps(&growth.sizes, None, limits),
            };
            let cause = if has_ended(cause) && node.is_some() && self.is_stepped(name, &growth) {
                self.stepped += growth.bytes();
                Cause::Unexplained
            } else {
                cause
            };
            if cause == Cause::Unexplained && growth.sizes.iter().all(|step| *step >= limits.little) {
                self.doubted += growth.bytes();
            }
            self.enter(cause, node, &growth);
        }
        Ok(())
    }

    /// Whether an object is a table that grows in steps, by a half or to the double. Nobody sees how many numbers a
    /// table holds, and an interval without a step may have added as many as the others.
    fn is_stepped(&self, name: ObjectName, growth: &Growth) -> bool {
        let states: Vec<Option<(u64, u64)>> =
            self.heaps.iter().map(|heap| heap.large.get(&name).map(|large| (large.bytes, large.references))).collect();
        let limits = &self.newest.limits;
        let Some(states) = states.into_iter().collect::<Option<Vec<_>>>() else { return false };
        let is_step = |pair: &[(u64, u64)]| {
            let (before, after) = (pair[0], pair[1]);
            after.0 >= before.0 && after.0 <= before.0.saturating_mul(limits.table_step)
        };
        let shown = states[states.len() - 1].1.saturating_sub(states[0].1);
        growth.bytes() > limits.floor
            && states.windows(2).all(is_step)
            && shown.saturating_mul(limits.bytes_of_reference) < growth.bytes().unsigned_abs()
    }

    /// The same for objects of one group, whose number stays, and below which no objects came.
    fn is_stepped_group(&self, key: GroupKey, growth: &Growth) -> bool {
        let limits = &self.newest.limits;
        let Some(states) = self.heaps.iter().map(|heap| heap.groups.get(&key)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let is_step = |pair: &[&Group]| {
            pair[0].count == pair[1].count
                && pair[1].bytes >= pair[0].bytes
                && pair[1].bytes <= pair[0].bytes.saturating_mul(limits.table_step)
        };
        let own = states[states.len() - 1].bytes.saturating_sub(states[0].bytes);
        // What is below it has no part in the growth.
        let is_alone = own.saturating_mul(2) > growth.bytes().unsigned_abs();
        growth.bytes() > limits.floor && is_alone && states.windows(2).all(is_step)
    }

    /// Enters the nodes that no path reaches, and the bytes that V8 counts outside of its heap.
    fn unreached(&mut self) {
        let code: Vec<(u64, u64)> = self.heaps.iter().map(|heap| (0, heap.code)).collect();
        self.enter(Cause::OneOff(Why::Code), None, &Growth::between(&code));
        let outside: Vec<(u64, u64)> = self.heaps.iter().map(|heap| (0, heap.outside)).collect();
        self.enter(Cause::Outside, None, &Growth::between(&outside));
        for (node, growth) in classes(&self.heaps, |heap| &heap.loose) {
            let cause = match growth.bytes() {
                ..=0 => Cause::Freed,
                _ => by_steps(&growth.sizes, Some(Why::Tables), &self.newest.limits),
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
            let class = classes.entry(self.newest.label(sample)).or_insert_with(|| (sample, Growth::default()));
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
        // Unexplained growth says something only if it went on: else it stopped, or came once.
        let mut missing = vec![0; size_growth.len()];
        for cause in [Cause::Unexplained, Cause::Unheld, Cause::Outside, Cause::Rest] {
            if let Some((sizes, _)) = self.sums.get(&cause).filter(|(sizes, _)| sum(sizes) > 0) {
                add(&mut missing, sizes);
            }
        }
        let unexplained = if self.newest.limits.is_sustained(&missing, 1) { sum(&missing) } else { self.stepped };
        let unexplained = unexplained.max(self.doubted);
        let intervals = i64::try_from(size_growth.len()).unwrap_or(i64::MAX);
        let is_little = unexplained <= self.newest.limits.floor.saturating_mul(intervals)
            || unexplained <= grown / self.newest.limits.unexplained_part;
        let is_explained = is_little && self.doubted == 0;
        let newest = self.newest;
        let lines = self.sums.into_iter().map(|(cause, (size_growth, classes))| Line {
            cause,
            size_growth,
            classes: rows(newest, classes),
        });
        let mut lines: Vec<Line> = lines.filter(|line| line.size_growth.iter().any(|step| *step != 0)).collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(sum(&line.size_growth)), line.cause));
        Account { size_growth, lines, unexplained, is_explained }
    }
}

fn has_ended(cause: Cause) -> bool {
    matches!(cause, Cause::OneOff(Why::Filled | Why::Recent))
}

/// The cause that the steps themselves say: they ended, or began in the last interval, or are too small to tell
/// anything. `why` is the reason of the rule that dropped the growth.
fn by_steps(steps: &[i64], why: Option<Why>, limits: &Limits) -> Cause {
    let (newest, before) = steps.split_last().unwrap_or((&0, &[]));
    let most = steps.iter().max().copied().unwrap_or(0);
    let is_little = steps.iter().all(|step| *step < limits.little);
    let is_least = steps.iter().sum::<i64>() < limits.rest;
    // So much more has not stopped, and the first interval may have had the start of the program in it.
    let has_slowed = if *newest >= limits.floor {
        newest * limits.slowdown_of_load <= most
    } else {
        newest * limits.slowdown < most
    };
    match why {
        _ if !before.is_empty() && before.iter().sum::<i64>() * limits.recent < *newest => Cause::OneOff(Why::Recent),
        _ if !before.is_empty() && has_slowed => Cause::OneOff(Why::Filled),
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

fn rows(newest: &Newest<'_>, classes: Classes) -> Vec<LeakedClass> {
    let mut sums: BTreeMap<Vec<u8>, LeakedClass> = BTreeMap::new();
    for (node, growth) in classes.into_values() {
        let class_name: TextBuf = newest.class_name(node);
        let row = LeakedClass { class_name, count_growth: growth.counts, size_growth: growth.sizes };
        match sums.entry(row.class_name.as_text().as_bytes().to_vec()) {
            Entry::Vacant(free) => _ = free.insert(row),
            Entry::Occupied(mut known) => known.get_mut().add(&row),
        }
    }
    let mut rows: Vec<LeakedClass> = sums.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.size_growth.iter().sum::<i64>()));
    rows.truncate(newest.limits.unexplained_classes);
    rows
}
