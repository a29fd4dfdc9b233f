//! Gives every byte of growth a cause, in four steps: groups of objects that are not in every heap, persistent objects,
//! what no path reaches, and the rest.

use super::account::{Account, Cause};
use super::books::Books;
use super::by_steps::{by_steps, has_ended};
use super::doubt::{is_doubtful, took_in_numbers};
use crate::control::Control;
use crate::error::Result;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::steps::add;
use crate::leaks::growth::why::{Rule, Why};
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey, Loose, ObjectName};
use crate::leaks::suspects::collect::Dropped;
use crate::leaks::suspects::rules::UNDECIDED;
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
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

impl Books<'_, '_> {
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
            let top = self.top_with_cause(&grown, *key);
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
        let is_unsure = is_undecided
            || is_doubtful(self.newest, self.growing, key)
            || self.doubtful.contains(&self.newest.label(top.node));
        if top.cause == Cause::Unexplained && (is_much || is_unsure) {
            self.doubted += top.growth.bytes();
        }
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
        let is_small = |cause: Cause| has_ended(cause) || matches!(cause, Cause::OneOff(Why::Few) | Cause::Rest);
        for top in tops.iter_mut().filter(|top| is_small(top.cause) && top.growth.bytes() > 0) {
            if self.doubtful.contains(&self.newest.label(top.node)) {
                top.cause = Cause::Unexplained;
            }
        }
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
            let cause = match self.heaps[..] {
                [earlier, _]
                    if cause == Cause::OneOff(Why::Few)
                        && took_in_numbers(self.newest, earlier, name, growth.bytes()) =>
                {
                    self.doubted += growth.bytes();
                    Cause::Unexplained
                }
                _ => cause,
            };
            if cause == Cause::Unexplained && growth.sizes.iter().all(|step| *step >= limits.little) {
                self.doubted += growth.bytes();
            }
            self.enter(cause, node, &growth);
        }
        Ok(())
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
