//! A retaining path as a person would tell it.

use crate::kind::NodeKind;
use crate::known::node::{BUILTIN_MODULE, MODULE, PROCESS};
use crate::leaks::newest::Newest as Last;
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

/// Where a person begins to read: at the last module above the container, one of Node.js's own included, else at the
/// process, else at the first step.
fn known_root(last: &Last<'_>, told: &[NodeOrdinal], container: NodeOrdinal) -> usize {
    let above = told.iter().position(|node| *node == container).unwrap_or(0);
    let is = |class: &str| {
        let is_one = |node: &NodeOrdinal| {
            last.snapshot().kind(*node) == NodeKind::OBJECT
                && last.snapshot().name_text(*node).is(class)
                && last.grouping.is_persistent(*node)
        };
        told[..above].iter().rposition(is_one)
    };
    is(MODULE).max(is(BUILTIN_MODULE)).or_else(|| is(PROCESS)).unwrap_or(0)
}

/// [`Naming::edge_name`](crate::paths::name::Naming::edge_name) in the newest heap.
pub fn edge_name(last: &Last<'_>, node: NodeOrdinal) -> TextBuf {
    last.naming().edge_name(node)
}
