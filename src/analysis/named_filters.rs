//! DevTools' named filters of the Summary: the objects that only certain holders keep alive.

use super::duplicate_strings::duplicated;
use super::edge_name::{EdgeName, edge_name};
use super::heap::Heap;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::{NO_CONTEXT, SHARED, UNREACHABLE, native_contexts};
use crate::kind::{Detachedness, EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::known::names::is_context_name;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};

/// A filter by its name in DevTools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedFilter {
    RetainedByDetachedDomNodes,
    RetainedByContexts,
    RetainedByConsole,
    RetainedByEventHandlers,
    DuplicatedStrings,
    /// Objects of one realm.
    NativeContext(NodeOrdinal),
    SharedNativeContext,
    NoNativeContext,
}

const FIXED: [(&str, NamedFilter); 7] = [
    ("duplicatedStrings", NamedFilter::DuplicatedStrings),
    ("objectsRetainedByDetachedDomNodes", NamedFilter::RetainedByDetachedDomNodes),
    ("objectsRetainedByContexts", NamedFilter::RetainedByContexts),
    ("objectsRetainedByConsole", NamedFilter::RetainedByConsole),
    ("objectsRetainedByEventHandlers", NamedFilter::RetainedByEventHandlers),
    ("sharedNativeContext", NamedFilter::SharedNativeContext),
    ("noNativeContext", NamedFilter::NoNativeContext),
];

const NATIVE_CONTEXT: &str = "nativeContext_";

impl NamedFilter {
    /// Names of the filters that fit every snapshot.
    pub fn fixed_names() -> impl Iterator<Item = &'static str> {
        FIXED.iter().map(|(name, _)| *name)
    }

    /// `nativeContext_` is followed by DevTools' node index: the ordinal times the number of node fields.
    pub fn by_name(snapshot: &Snapshot, name: &str) -> Option<Self> {
        if let Some((_, filter)) = FIXED.iter().find(|(known, _)| *known == name) {
            return Some(*filter);
        }
        let index: u64 = name.strip_prefix(NATIVE_CONTEXT)?.parse().ok()?;
        let stride = u64::from(snapshot.tables().node_stride);
        let ordinal = usize::try_from(index.checked_div(stride)?).ok()?;
        (index % stride == 0 && ordinal < snapshot.node_count())
            .then(|| Self::NativeContext(NodeOrdinal::from_index(ordinal)))
    }

    pub fn name(self, snapshot: &Snapshot) -> String {
        match self {
            Self::NativeContext(node) => {
                format!("{NATIVE_CONTEXT}{}", u64::from(node.0) * u64::from(snapshot.tables().node_stride))
            }
            _ => FIXED.iter().find(|(_, filter)| *filter == self).map_or(String::new(), |(name, _)| (*name).to_owned()),
        }
    }
}

/// Nodes that pass a named filter; those of size 0 may be among them.
///
/// "Retained by X" are the nodes that can be reached, but not when the walk from the root avoids X.
///
/// # Cost
/// O(nodes + edges).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn filter_members(heap: &Heap, filter: NamedFilter, control: &Control) -> Result<BitSet> {
    let snapshot = &heap.snapshot;
    match filter {
        NamedFilter::RetainedByDetachedDomNodes => {
            retained_by(heap, control, |_, target, _| snapshot.detachedness(target) == Detachedness::Detached)
        }
        NamedFilter::RetainedByContexts => {
            let contexts = context_names(snapshot);
            retained_by(heap, control, |_, target, _| contexts.contains(snapshot.name(target).index()))
        }
        NamedFilter::RetainedByConsole => retained_by(heap, control, |source, _, edge| {
            snapshot.kind(source) == NodeKind::SYNTHETIC
                && matches!(edge_name(snapshot, edge), EdgeName::Text(name) if name.as_bytes().ends_with(b" / DevTools console"))
        }),
        NamedFilter::RetainedByEventHandlers => {
            let handlers = event_handlers(snapshot);
            retained_by(heap, control, |_, target, _| handlers.contains(target.index()))
        }
        NamedFilter::DuplicatedStrings => duplicated(heap, control),
        NamedFilter::NativeContext(context) => attributed(snapshot, i64::from(context.0), control),
        NamedFilter::SharedNativeContext => attributed(snapshot, SHARED, control),
        NamedFilter::NoNativeContext => attributed(snapshot, NO_CONTEXT, control),
    }
}

fn retained_by(
    heap: &Heap,
    control: &Control,
    refuse: impl Fn(NodeOrdinal, NodeOrdinal, EdgeOrdinal) -> bool,
) -> Result<BitSet> {
    let snapshot = &heap.snapshot;
    let mut reached = BitSet::new(snapshot.node_count());
    reached.insert(snapshot.root().index());
    let mut stack = vec![snapshot.root()];
    let mut turn = 0;
    while let Some(node) = stack.pop() {
        turn += 1;
        control.check_at(turn)?;
        for (edge, packed) in snapshot.edges(node).zip(snapshot.packed_edges(node)) {
            let (kind, target) = unpack_edge(*packed);
            if kind != EdgeKind::Weak && !reached.contains(target.index()) && !refuse(node, target, edge) {
                reached.insert(target.index());
                stack.push(target);
            }
        }
    }
    let mut retained = BitSet::new(snapshot.node_count());
    for node in snapshot.nodes() {
        if !reached.contains(node.index()) && heap.graph.distance(node) != UNREACHABLE {
            retained.insert(node.index());
        }
    }
    Ok(retained)
}

/// Strings that are names of contexts.
pub(super) fn context_names(snapshot: &Snapshot) -> BitSet {
    let mut names = BitSet::new(snapshot.tables().strings.len());
    for (string, text) in snapshot.tables().strings.iter() {
        if is_context_name(text) {
            names.insert(string.index());
        }
    }
    names
}

/// Functions that the page's event listeners call.
fn event_handlers(snapshot: &Snapshot) -> BitSet {
    let mut handlers = BitSet::new(snapshot.node_count());
    let listener = KnownText::of(snapshot, "V8EventListener");
    let target_named = |node, name: &str| {
        let edge = snapshot.edges(node).find(|edge| edge_name(snapshot, *edge).to_text().as_text().is(name));
        edge.map(|edge| snapshot.target(edge))
    };
    let has_code = |node: &NodeOrdinal| target_named(*node, "code").is_some();
    for node in snapshot.nodes().filter(|node| listener.is(snapshot.name(*node))) {
        let Some(callback) = target_named(node, "1") else { continue };
        let handler = if has_code(&callback) {
            callback
        } else {
            snapshot.edges(callback).map(|edge| snapshot.target(edge)).find(has_code).unwrap_or(callback)
        };
        handlers.insert(handler.index());
    }
    handlers
}

fn attributed(snapshot: &Snapshot, to: i64, control: &Control) -> Result<BitSet> {
    let attribution = native_contexts(snapshot, control)?.attribution;
    let mut members = BitSet::new(snapshot.node_count());
    for (node, owner) in attribution.iter().enumerate() {
        if *owner == to {
            members.insert(node);
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Parity;
    use crate::analysis::test_heap::{heap_of, renamed};
    use crate::snapshot::drawing::draw;

    /// `_` in a name stands for a space, `;` for a slash; `expected` are ordinals.
    #[track_caller]
    fn check_filter(filter: &str, drawing: &str, expected: &[usize]) {
        let heap = heap_of(renamed(draw(drawing), |name| name.replace('_', " ").replace(';', "/")), Parity::Ours);
        let filter = NamedFilter::by_name(&heap.snapshot, filter).unwrap();
        let members = filter_members(&heap, filter, &Control::new()).unwrap();
        assert_eq!(members.iter().collect::<Vec<_>>(), expected, "{drawing}");
    }

    #[test]
    fn contexts_hold_what_only_they_reach() {
        let context = "system_;_Context";
        check_filter(
            "objectsRetainedByContexts",
            &format!("root > {context} b | b > ~w | {context} > c b | c > d | lost > e"),
            &[1, 4, 5],
        );
        check_filter("objectsRetainedByContexts", "root > system_;_Contexts", &[]);
        check_filter("objectsRetainedByContexts", "root > system_;_Context_;_f", &[1]);
    }

    #[test]
    fn event_listeners_hold_their_handlers() {
        check_filter(
            "objectsRetainedByEventHandlers",
            "root > V8EventListener/native | V8EventListener > %1.f | f > #code.c | c > d",
            &[2, 3, 4],
        );
        check_filter(
            "objectsRetainedByEventHandlers",
            "root > V8EventListener/native | V8EventListener > %1.f | f > x g | g > #code.c",
            &[4, 5],
        );
        check_filter(
            "objectsRetainedByEventHandlers",
            "root > V8EventListener/native | V8EventListener > %2.x %1.f | f > g",
            &[3, 4],
        );
    }

    #[test]
    fn realms_are_filters_too() {
        let snapshot = draw("root > a");
        for name in NamedFilter::fixed_names() {
            let filter = NamedFilter::by_name(&snapshot, name).unwrap();
            assert_eq!(filter.name(&snapshot), name);
        }
        // A drawing has seven node fields.
        let filter = NamedFilter::by_name(&snapshot, "nativeContext_7").unwrap();
        assert_eq!(
            (filter, filter.name(&snapshot)),
            (NamedFilter::NativeContext(NodeOrdinal(1)), "nativeContext_7".into())
        );
        for wrong in ["nativeContext_8", "nativeContext_14", "nativeContext_", "nativeContext_-7", "other"] {
            assert_eq!(NamedFilter::by_name(&snapshot, wrong), None, "{wrong}");
        }
    }
}
