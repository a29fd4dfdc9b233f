//! A leak as the questions about its kind see it: the path, and where on it the leaking objects begin.

use super::Detail;
use super::leaked::Leaked;
use crate::analysis::{SourceLocation, is_context};
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::limits::Limits;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use crate::snapshot::Snapshot;
use std::collections::HashSet;

/// The path of a leak, and where on it the leaking objects begin.
pub struct Scene<'a, 'b> {
    pub naming: Naming<'a>,
    pub leaked: &'b dyn Leaked,
    pub limits: &'b Limits,
    /// The path to show, root first.
    pub nodes: &'b [NodeOrdinal],
    /// Index of the first leaking object.
    pub cut: usize,
    /// Index of the item.
    pub item: usize,
}

impl<'a> Scene<'a, '_> {
    pub fn snapshot(&self) -> &'a Snapshot {
        &self.naming.heap.snapshot
    }

    pub fn class(&self, at: usize) -> String {
        self.naming.class_name(self.nodes[at]).to_string()
    }

    pub fn edge(&self, at: usize) -> String {
        self.naming.edge_name(self.nodes[at]).to_string()
    }

    pub fn kind(&self, at: usize) -> NodeKind {
        self.snapshot().kind(self.nodes[at])
    }

    pub fn location(&self, at: usize) -> Option<SourceLocation> {
        self.naming.location(self.nodes[at])
    }

    pub fn item(&self) -> NodeOrdinal {
        self.nodes[self.item]
    }

    pub fn item_class(&self) -> String {
        self.class(self.item)
    }

    /// Indices from a little above the first leaking object down to it.
    pub fn holders(&self) -> std::ops::RangeInclusive<usize> {
        self.cut.saturating_sub(self.limits.near_cut)..=self.cut
    }

    /// Indices from the first leaking object to the item.
    pub fn leaking(&self) -> std::ops::RangeInclusive<usize> {
        self.cut..=self.item
    }

    /// The nearest function from the first leaking object on; of a bound function the one that was bound. If that is a
    /// function of Node.js, or there is none: the function of the program that waits for the item.
    pub fn function(&self) -> Detail {
        let snapshot = self.snapshot();
        let on_path = self.nodes[self.cut..].iter().find(|node| snapshot.kind(**node) == NodeKind::CLOSURE);
        let bound = |function| {
            let inner = |node: &NodeOrdinal| snapshot.internal_edge(*node, "bound_function").map(|(_, target)| target);
            std::iter::successors(Some(function), inner).take(self.limits.most_bound).last()
        };
        let on_path = on_path.and_then(|node| bound(*node));
        let Some(function) = on_path.filter(|node| self.is_of_program(*node)).or_else(|| self.waiting()).or(on_path)
        else {
            return Detail::default();
        };
        let is_named = !snapshot.name_text(function).is_empty();
        let name = || self.naming.original_name(function).to_string().trim_end_matches("()").to_owned();
        Detail { function: is_named.then(name), location: self.naming.location(function), ..Detail::default() }
    }

    /// The nearest function of the program or of a package below the leaking objects, or whose run is below them: it
    /// goes on when they settle.
    fn waiting(&self) -> Option<NodeOrdinal> {
        let snapshot = self.snapshot();
        let mut queue = vec![self.item(), self.nodes[self.cut]];
        let mut next = 0;
        while next < queue.len() && queue.len() < self.limits.most_below {
            let node = queue[next];
            next += 1;
            let function = match snapshot.kind(node) {
                NodeKind::CLOSURE => Some(node),
                _ => snapshot.internal_edge(node, "function").map(|(_, function)| function),
            };
            if let Some(function) = function.filter(|function| self.is_of_program(*function)) {
                return Some(function);
            }
            queue.extend(self.leaked.children(node));
        }
        None
    }

    /// Whether the item leads to such an object over new objects.
    pub fn leads_to(&self, is_one: impl Fn(NodeOrdinal) -> bool) -> bool {
        let snapshot = self.snapshot();
        let mut seen = HashSet::from([self.item()]);
        let mut queue = vec![self.item()];
        let mut next = 0;
        while next < queue.len() && queue.len() < self.limits.most_led_to {
            let node = queue[next];
            next += 1;
            if is_one(node) {
                return true;
            }
            let strong = snapshot.edges(node).filter(|edge| snapshot.edge_kind(*edge) != EdgeKind::Weak);
            let new = strong.map(|edge| snapshot.target(edge)).filter(|target| !self.leaked.is_persistent(*target));
            queue.extend(new.filter(|target| seen.insert(*target)));
        }
        false
    }

    fn is_of_program(&self, function: NodeOrdinal) -> bool {
        self.naming.location(function).is_some_and(|place| self.naming.origin_at(&place) >= Origin::Package)
    }

    /// Whether as many objects of one of these classes of Node.js came as items, or more.
    pub fn grows_with(&self, classes: &[&str]) -> bool {
        let is_one = |node: NodeOrdinal| {
            self.naming.origin(node) == Origin::Node
                && classes.contains(&self.naming.class_name(node).to_string().as_str())
        };
        self.leaked.count_of(&is_one) >= self.leaked.count().max(1)
    }

    /// The origin of the nearest object above the leaking ones that has a place in the source.
    pub fn holder_origin(&self) -> Option<Origin> {
        let place = self.naming.nearest_location(&self.nodes[..self.cut])?;
        Some(self.naming.origin_at(&place))
    }

    /// Whether the nearest object above the leaking ones that has a place in the source is a scope of Node.js: what
    /// hangs from its variables is Node's own. An object of Node.js may have a property of the program.
    pub fn is_variable_of_node(&self) -> bool {
        let nearest = (0..self.cut).rev().find_map(|at| Some((self.nodes[at], self.location(at)?)));
        nearest.is_some_and(|(node, place)| {
            is_context(self.snapshot(), node) && self.naming.origin_at(&place) == Origin::Node
        })
    }

    pub fn property(&self, node: NodeOrdinal, name: &str) -> Option<NodeOrdinal> {
        self.snapshot().named_edge(node, EdgeKind::Property, name).map(|(_, target)| target)
    }

    pub fn has_property(&self, node: NodeOrdinal, name: &str) -> bool {
        self.property(node, name).is_some()
    }

    pub fn origin(&self, at: usize) -> Origin {
        self.naming.origin(self.nodes[at])
    }

    /// The classes that an object inherits from, beginning with its own, with the origin of each: a program may have a
    /// class `Socket`, too.
    pub fn lineage(&self, node: NodeOrdinal) -> Vec<(String, Origin)> {
        let snapshot = self.snapshot();
        let mut classes = vec![(self.naming.class_name(node).to_string(), self.naming.origin(node))];
        let mut at = node;
        for _ in 0..self.limits.most_ancestors {
            let Some(prototype) = self.property(at, "__proto__") else { break };
            if let Some(made) = self.property(prototype, "constructor") {
                let place = self.naming.location(made);
                let writer = place.map_or(Origin::Language, |place| self.naming.origin_at(&place));
                classes.push((snapshot.name_text(made).to_string_lossy(), writer));
            }
            at = prototype;
        }
        classes
    }

    /// Whether an object is of one of these classes of the language or of Node.js, or inherits from one.
    pub fn is_a(&self, node: NodeOrdinal, classes: &[&str]) -> bool {
        let is_one = |(class, writer): &(String, Origin)| classes.contains(&class.as_str()) && *writer <= Origin::Node;
        self.lineage(node).iter().any(is_one)
    }
}
