//! Distance of every node from the user roots.

use super::ephemerons::Ephemerons;
use super::roots::user_roots;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::NATIVE_CONTEXT;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};

/// Distance of a node that nothing reaches.
pub const UNREACHABLE: i32 = -5;

/// Distance of the root when there are user roots: from here on a node is reached from the system only.
pub const SYSTEM: i32 = 100_000_000;

/// Nodes between the one at work and those whose memory is asked for.
const AHEAD: usize = 8;

/// Breadth-first from the user roots (distance 1), then from the root for what is left. A WeakMap's value is reached
/// when both its key and its table are.
///
/// # Shapes
/// One number a node; [`UNREACHABLE`], or from [`SYSTEM`] on.
/// # Cost
/// O(nodes + edges) time; the two frontiers.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `calculateDistances` and its filter.
pub fn distances(snapshot: &Snapshot, ephemerons: &Ephemerons, control: &Control) -> Result<Vec<i32>> {
    Walk::new(snapshot, ephemerons, None).run(control)
}

/// The distances as if the nodes of `ignored` could not be entered ("Ignore this retainer").
pub fn distances_avoiding(
    snapshot: &Snapshot,
    ephemerons: &Ephemerons,
    ignored: &BitSet,
    control: &Control,
) -> Result<Vec<i32>> {
    Walk::new(snapshot, ephemerons, Some(ignored)).run(control)
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    ephemerons: &'a Ephemerons,
    distance: Vec<i32>,
    /// Nodes that have a distance, or must not get one. Nearly every edge leads to such a node, and bits stay in the
    /// cache.
    settled: BitSet,
    /// Ephemeron pairs of which one edge was seen.
    half_open: BitSet,
    native_context: Vec<StringOrdinal>,
    sloppy_function_map: Vec<StringOrdinal>,
    map_descriptors: Vec<StringOrdinal>,
}

/// Which of the filter's rules a source needs.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    None,
    NativeContext,
    MapDescriptors,
}

impl<'a> Walk<'a> {
    fn new(snapshot: &'a Snapshot, ephemerons: &'a Ephemerons, ignored: Option<&'a BitSet>) -> Self {
        Self {
            snapshot,
            ephemerons,
            distance: vec![UNREACHABLE; snapshot.node_count()],
            settled: ignored.cloned().unwrap_or_else(|| BitSet::new(snapshot.node_count())),
            half_open: BitSet::new(ephemerons.pair_count()),
            native_context: snapshot.strings_equal_to(NATIVE_CONTEXT),
            sloppy_function_map: snapshot.strings_equal_to("sloppy_function_map"),
            map_descriptors: snapshot.strings_equal_to("(map descriptors)"),
        }
    }

    fn run(mut self, control: &Control) -> Result<Vec<i32>> {
        let seeds: Vec<NodeOrdinal> = user_roots(self.snapshot).collect();
        let root = self.snapshot.root();
        let start = if seeds.is_empty() { 0 } else { SYSTEM };
        seeds.iter().for_each(|seed| self.settle(*seed, 1));
        self.spread(seeds, 1, control)?;
        self.settle(root, start);
        self.spread(vec![root], start, control)?;
        Ok(self.distance)
    }

    /// Level by level, which is the order of a queue.
    fn spread(&mut self, mut level: Vec<NodeOrdinal>, mut distance: i32, control: &Control) -> Result<()> {
        let mut next: Vec<NodeOrdinal> = Vec::new();
        while !level.is_empty() {
            distance += 1;
            for (turn, node) in level.iter().enumerate() {
                control.check_at(turn)?;
                if let Some(later) = level.get(turn + 2 * AHEAD) {
                    self.snapshot.expect_node(*later);
                }
                if let Some(later) = level.get(turn + AHEAD) {
                    self.snapshot.expect_edges(*later);
                }
                self.visit(*node, distance, &mut next);
            }
            std::mem::swap(&mut level, &mut next);
            next.clear();
        }
        Ok(())
    }

    #[inline(always)]
    fn visit(&mut self, node: NodeOrdinal, distance: i32, next: &mut Vec<NodeOrdinal>) {
        let rule = self.rule(node);
        let range = self.snapshot.edge_range(node);
        let edges = &self.snapshot.tables().edges;
        for (packed, name) in edges.kind_and_target[range.clone()].iter().zip(&edges.name_or_index[range]) {
            let (kind, target) = unpack_edge(*packed);
            if kind == EdgeKind::Weak || self.settled.contains(target.index()) {
                continue;
            }
            if rule != Rule::None && self.decides(rule, kind, *name) == Some(false) {
                continue;
            }
            // The descriptor rule is the last word on the edges of its arrays.
            if rule != Rule::MapDescriptors && kind == EdgeKind::Internal && !self.opens(StringOrdinal(*name)) {
                continue;
            }
            self.settle(target, distance);
            next.push(target);
        }
    }

    #[inline(always)]
    fn settle(&mut self, node: NodeOrdinal, distance: i32) {
        self.distance[node.index()] = distance;
        self.settled.insert(node.index());
    }

    #[inline(always)]
    fn rule(&self, node: NodeOrdinal) -> Rule {
        match self.snapshot.kind(node) {
            NodeKind::HIDDEN if self.native_context.contains(&self.snapshot.name(node)) => Rule::NativeContext,
            NodeKind::ARRAY if self.map_descriptors.contains(&self.snapshot.name(node)) => Rule::MapDescriptors,
            _ => Rule::None,
        }
    }

    fn decides(&self, rule: Rule, kind: EdgeKind, name: u32) -> Option<bool> {
        match rule {
            Rule::None => None,
            Rule::NativeContext => {
                let refused = !kind.has_index() && self.sloppy_function_map.contains(&StringOrdinal(name));
                refused.then_some(false)
            }
            Rule::MapDescriptors => {
                let index = if kind.has_index() {
                    Some(f64::from(name))
                } else {
                    leading_integer(self.snapshot.text(StringOrdinal(name)).as_bytes())
                };
                Some(index.is_none_or(|index| index < 2.0 || index % 3.0 != 1.0))
            }
        }
    }

    /// An ephemeron edge lets through at the second of its pair; any other always.
    #[inline(always)]
    fn opens(&mut self, name: StringOrdinal) -> bool {
        let Some(ephemeron) = self.ephemerons.get(name) else { return true };
        let pair = ephemeron.pair as usize;
        let second = self.half_open.contains(pair);
        if second {
            self.half_open.remove(pair)
        } else {
            self.half_open.insert(pair)
        }
        second
    }
}

/// JavaScript's `parseInt(text, 10)`; `None` for NaN.
pub fn leading_integer(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text.first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let digits = &digits[..digits.iter().take_while(|byte| byte.is_ascii_digit()).count()];
    let value = digits.iter().fold(0.0, |value, byte| value * 10.0 + f64::from(byte - b'0'));
    (!digits.is_empty()).then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::{draw, named};

    #[track_caller]
    fn check_distances(drawing: &str, expected: &str) {
        let snapshot = draw(drawing);
        let found = distances(&snapshot, &Ephemerons::of(&snapshot), &Control::new()).unwrap();
        for word in expected.split_whitespace() {
            let (name, distance) = word.split_once('=').unwrap();
            assert_eq!(found[named(&snapshot, name).index()], distance.parse::<i32>().unwrap(), "{name} in {drawing}");
        }
    }

    #[test]
    fn distances_count_from_the_user_roots() {
        check_distances(
            "root > a g/synthetic | a > b | b > c | g > d c",
            "a=1 b=2 c=3 root=100000000 g=100000001 d=100000002",
        );
        check_distances("root > g/synthetic | g > a ~b", "root=0 g=1 a=2");
        check_distances("root > a | a > ~b | b > c", "b=-5 c=-5");
    }

    #[test]
    fn map_descriptors_skip_two_thirds() {
        check_distances("root > a | a > (map_descriptors)/array", "a=1");
        for (text, value) in [("7x", Some(7.0)), (" -3", Some(-3.0)), ("x", None), ("", None)] {
            assert_eq!(leading_integer(text.as_bytes()), value);
        }
    }
}
