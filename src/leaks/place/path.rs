//! A retaining path as a person would tell it.

use crate::analysis::is_context;
use crate::kind::NodeKind;
use crate::known::names::is_global;
use crate::known::node::{BUILTIN_MODULE, MODULE, PROCESS};
use crate::leaks::newest::Newest as Last;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// [`HolderTree::ancestors`](super::holder_tree::HolderTree::ancestors) with one link in place of a list's many, where
/// a link repeats a link a little before. The container stays, the root goes unless it is the container.
pub fn told_nodes_to(last: &Last<'_>, node: NodeOrdinal, container: NodeOrdinal) -> Vec<NodeOrdinal> {
    let snapshot = last.snapshot();
    let step = |node: NodeOrdinal| (last.label(node), last.tree.step(node));
    let owner = |node: NodeOrdinal| last.owner(node).unwrap_or(snapshot.root());
    let repeats = |before: NodeOrdinal, node: NodeOrdinal| {
        step(before) == step(node) && (before == owner(node) || step(owner(before)) == step(owner(node)))
    };
    let mut told: Vec<NodeOrdinal> = Vec::new();
    for node in last.tree.ancestors(node) {
        let nearest = told.len().saturating_sub(last.tree.chain_period);
        let list = told.iter().rposition(|before| last.is_one_of_many(*before)).map_or(0, |fan| fan);
        let nearest = if last.is_one_of_many(node) { told.len() } else { nearest.max(list) };
        let nearest = told.iter().position(|before| *before == container).map_or(nearest, |at| nearest.max(at + 1));
        if let Some(repeated) = told[nearest..].iter().position(|before| repeats(*before, node)) {
            told.truncate(nearest + repeated);
        }
        told.push(node);
    }
    if told.first() == Some(&snapshot.root()) && container != snapshot.root() {
        told.remove(0);
    }
    let begin = known_root(last, &told, container);
    told.split_off(begin)
}

/// Where a person begins to read: at the last module above the container, one of Node.js's own included; else at the
/// scope of a file of Node.js whose variable comes next; else at the process; else at the global object; else at the
/// first step. Which function of the global object leads to such a scope (`clearImmediate`, `setInterval`) says nothing,
/// and differs from one line of Node.js to the next.
fn known_root(last: &Last<'_>, told: &[NodeOrdinal], container: NodeOrdinal) -> usize {
    let above = told.iter().position(|node| *node == container).unwrap_or(0);
    let snapshot = last.snapshot();
    let is_lasting =
        |node: &NodeOrdinal| snapshot.kind(*node) == NodeKind::OBJECT && last.grouping.is_persistent(*node);
    let is =
        |class: &str| told[..above].iter().rposition(|node| is_lasting(node) && snapshot.name_text(*node).is(class));
    let global = || {
        let is_one = |node: &NodeOrdinal| is_lasting(node) && is_global(&snapshot.name_text(*node).to_string_lossy());
        told[..above].iter().rposition(is_one)
    };
    is(MODULE)
        .max(is(BUILTIN_MODULE))
        .or_else(|| scope_of_node(last, &told[..above]))
        .or_else(|| is(PROCESS))
        .or_else(global)
        .unwrap_or(0)
}

/// The last scope of a file of Node.js, where all that stands above it is of Node.js or has no place in a source.
fn scope_of_node(last: &Last<'_>, above: &[NodeOrdinal]) -> Option<usize> {
    let mut scope = None;
    for (at, node) in above.iter().enumerate() {
        match last.location(*node).map(|place| last.origin_at(&place)) {
            Some(Origin::Node) if is_context(last.snapshot(), *node) => scope = Some(at),
            Some(Origin::Package | Origin::Program) => break,
            _ => {}
        }
    }
    scope
}

/// [`Naming::edge_name`](crate::paths::name::Naming::edge_name) in the newest heap.
pub fn edge_name(last: &Last<'_>, node: NodeOrdinal) -> TextBuf {
    last.naming().edge_name(node)
}
