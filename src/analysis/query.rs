//! Which objects match? Filters over all nodes.

use super::edge_name::{EdgeName, edge_name};
use super::heap::Heap;
use super::text_matcher::{Pattern, TextMatcher};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::kind::{Detachedness, NodeKind};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::text::{Text, TextBuf};
use rayon::slice::ParallelSliceMut;
use std::cmp::Reverse;
use std::ops::RangeInclusive;

/// Orders of a result; equal ones stay in node order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum QuerySort {
    /// Largest first.
    #[default]
    RetainedSize,
    /// Largest first.
    ShallowSize,
    /// Smallest first.
    Id,
}

/// Conditions on an object; all that are given must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The class' name.
    pub class: Option<Pattern>,
    /// The whole of the class' key, or a long one as documents show it.
    pub class_key: Option<TextBuf>,
    /// The display name.
    pub name: Option<Pattern>,
    /// The name of any outgoing edge.
    pub property: Option<Pattern>,
    /// V8's name of the kind, in any case.
    pub kind: Option<String>,
    /// Bytes.
    pub shallow_size: RangeInclusive<u64>,
    /// Bytes.
    pub retained_size: RangeInclusive<u64>,
    /// Whether V8 says that the object was detached from its document.
    pub detached: Option<bool>,
    pub sort: QuerySort,
}

impl Default for Query {
    /// Everything.
    fn default() -> Self {
        Self {
            class: None,
            class_key: None,
            name: None,
            property: None,
            kind: None,
            shallow_size: 0..=u64::MAX,
            retained_size: 0..=u64::MAX,
            detached: None,
            sort: QuerySort::default(),
        }
    }
}

/// What a query found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryResult {
    /// Shallow bytes of all objects together.
    pub total_shallow_size: u64,
    /// All objects that match, sorted.
    pub nodes: Vec<NodeOrdinal>,
}

/// Objects that meet the conditions, those of size 0 included.
///
/// # Cost
/// One pass over the nodes, over their edges too for `property`; a pattern is tried once on each distinct name. Then
/// O(m log m) for m objects that match, on the threads of the current pool.
/// # Errors
/// [`Error::Option`] for a faulty pattern or an unknown kind, [`Error::Cancelled`].
/// # Source
/// DevTools' `queryObjects`; class and offset are ours.
pub fn query(heap: &Heap, query: &Query, control: &Control) -> Result<QueryResult> {
    let snapshot = &heap.snapshot;
    let mut conditions = Conditions::of(heap, query)?;
    let mut found = Vec::new();
    let mut total_shallow_size = 0u64;
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if conditions.hold(heap, query, node) {
            found.push(node);
            total_shallow_size = total_shallow_size.saturating_add(snapshot.shallow_size(node));
        }
    }
    control.check()?;
    match query.sort {
        QuerySort::RetainedSize => {
            found.par_sort_unstable_by_key(|node| (Reverse(heap.graph.retained_size(*node)), *node));
        }
        QuerySort::ShallowSize => found.par_sort_unstable_by_key(|node| (Reverse(snapshot.shallow_size(*node)), *node)),
        QuerySort::Id => found.par_sort_unstable_by_key(|node| (snapshot.id(*node), *node)),
    }
    control.check()?;
    Ok(QueryResult { total_shallow_size, nodes: found })
}

/// A query made ready for many nodes.
struct Conditions {
    classes: Option<BitSet>,
    name: Option<TextMatcher>,
    property: Option<TextMatcher>,
    kind: Option<NodeKind>,
}

impl Conditions {
    fn of(heap: &Heap, query: &Query) -> Result<Self> {
        let matcher = |pattern: &Option<Pattern>, option| match pattern {
            Some(pattern) => Ok(Some(TextMatcher::new(&heap.snapshot, pattern.compile(option)?))),
            None => Ok(None),
        };
        let class = query.class.as_ref().map(|class| class.compile("class")).transpose()?;
        let classes = (class.is_some() || query.class_key.is_some()).then(|| {
            let mut set = BitSet::new(heap.classes.rows.len());
            for (row, it) in heap.classes.rows.iter().enumerate() {
                let is_named = class.as_ref().is_none_or(|class| class.is_match(it.name.as_text().as_bytes()));
                if is_named
                    && query.class_key.as_ref().is_none_or(|key| *key == it.key || *key == it.key.as_text().shown())
                {
                    set.insert(row);
                }
            }
            set
        });
        let kind = query.kind.as_ref().map(|name| kind_by_name(heap, name)).transpose()?;
        Ok(Self { classes, name: matcher(&query.name, "name")?, property: matcher(&query.property, "property")?, kind })
    }

    /// Cheap conditions first.
    fn hold(&mut self, heap: &Heap, query: &Query, node: NodeOrdinal) -> bool {
        let snapshot = &heap.snapshot;
        let is_detached = || snapshot.detachedness(node) == Detachedness::Detached;
        self.kind.is_none_or(|kind| snapshot.kind(node) == kind)
            && self.classes.as_ref().is_none_or(|classes| classes.contains(heap.classes.class_of(node).index()))
            && query.shallow_size.contains(&snapshot.shallow_size(node))
            && query.retained_size.contains(&heap.graph.retained_size(node))
            && query.detached.is_none_or(|wanted| is_detached() == wanted)
            && self.name.as_mut().is_none_or(|name| name.matches_node(snapshot, node))
            && self.property.as_mut().is_none_or(|property| has_edge(heap, node, property))
    }
}

fn kind_by_name(heap: &Heap, name: &str) -> Result<NodeKind> {
    let known = NodeKind::NAMES.iter().copied().chain(heap.snapshot.tables().foreign_kinds.iter().map(String::as_str));
    let position = known.clone().position(|known| known.eq_ignore_ascii_case(name));
    position.and_then(|position| u8::try_from(position).ok()).map(NodeKind).ok_or_else(|| Error::Option {
        name: "kind",
        what: format!("no kind is called {name:?}; there are {}", known.collect::<Vec<_>>().join(", ")),
    })
}

fn has_edge(heap: &Heap, node: NodeOrdinal, property: &mut TextMatcher) -> bool {
    let snapshot = &heap.snapshot;
    snapshot.edges(node).any(|edge| match edge_name(snapshot, edge) {
        EdgeName::Text(_) => property.matches_string(snapshot, StringOrdinal(snapshot.name_or_index(edge))),
        EdgeName::Index(index) => property.matches(Text::from_str(&index.to_string())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::draw;

    #[track_caller]
    fn check_query(options: Query, expected: &str) {
        let drawing = "root > Session:8 User:24 s:16/string | Session > token.s %3.n:40/native | User > name.s";
        let heap = analyse(draw(drawing), &OpenOptions::default(), &Control::new()).unwrap();
        let found = query(&heap, &options, &Control::new()).unwrap();
        let names: Vec<String> = found.nodes.iter().map(|node| heap.snapshot.name_text(*node).to_string()).collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn conditions_narrow_the_result() {
        check_query(Query::default(), "root Session n User s");
        check_query(Query { class: Some(Pattern::regex("^ses|user")), ..Query::default() }, "Session User");
        check_query(Query { class_key: Some(",User".into()), ..Query::default() }, "User");
        check_query(
            Query { name: Some(Pattern::regex("S")), sort: QuerySort::Id, ..Query::default() },
            "Session User s",
        );
        check_query(Query { property: Some(Pattern::regex("^tok")), ..Query::default() }, "Session");
        check_query(Query { property: Some(Pattern::regex("^3$")), ..Query::default() }, "Session");
        check_query(Query { kind: Some("String".into()), ..Query::default() }, "s");
        check_query(Query { shallow_size: 10..=30, sort: QuerySort::ShallowSize, ..Query::default() }, "User s");
        check_query(Query { retained_size: 48..=48, ..Query::default() }, "Session");
        check_query(Query { detached: Some(true), ..Query::default() }, "");
    }

    #[test]
    fn faulty_options_are_named() {
        let heap = analyse(draw("root > a"), &OpenOptions::default(), &Control::new()).unwrap();
        let code = |options| query(&heap, &options, &Control::new()).unwrap_err().code();
        assert_eq!(code(Query { name: Some(Pattern::regex("(")), ..Query::default() }), "HEAPHOUND_ERR_OPTION");
        assert_eq!(code(Query { kind: Some("thing".into()), ..Query::default() }), "HEAPHOUND_ERR_OPTION");
    }
}
