//! A retaining path as a person would tell it.

use super::holder_tree::is_backing;
use crate::kind::NodeKind;
use crate::leaks::newest::Newest as Last;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::text::TextBuf;

/// Name of the reference to the value of a WeakMap's entry.
pub const WEAK_VALUE: &str = "(value in WeakMap)";

/// [`HolderTree::ancestors`](super::holder_tree::HolderTree::ancestors) with one link in place of a list's many: what
/// is held in the same way as a little before. The container stays, the root goes unless it is the container.
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
        let list = told.iter().rposition(|before| last.fans_out(*before)).map_or(0, |fan| fan);
        let nearest = if last.fans_out(node) { told.len() } else { nearest.max(list) };
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
    is("Module").max(is("BuiltinModule")).or_else(|| is("process")).unwrap_or(0)
}

/// The reference by which the forest holds the node.
pub fn edge_name(last: &Last<'_>, node: NodeOrdinal) -> TextBuf {
    let Some(edge) = last.tree.forest.edge(node) else { return TextBuf::new() };
    if last.tree.forest.parent(node) == Some(last.snapshot().root()) {
        // The root's edges are numbered.
        return TextBuf::new();
    }
    let name = one_edge(last, edge);
    match through_edge(last, node) {
        Some(store) if !name.as_text().is(WEAK_VALUE) && !last.tree.references.is_slot(last.snapshot(), store) => {
            let mut both = one_edge(last, store);
            both.push(name.as_text());
            both
        }
        _ => name,
    }
}

/// The reference from the owner to the backing store that holds the node, where there is one.
pub fn through_edge(last: &Last<'_>, node: NodeOrdinal) -> Option<EdgeOrdinal> {
    let store = last.tree.forest.parent(node).filter(|parent| is_backing(last.snapshot(), *parent))?;
    last.tree.forest.edge(store)
}

/// [`edge_name`] without positions: `elements[]`.
pub fn generic_edge_name(last: &Last<'_>, node: NodeOrdinal) -> TextBuf {
    let name = edge_name(last, node).to_string();
    match name.split_once('[') {
        Some((store, rest)) if rest.trim_end_matches(']').bytes().all(|byte| byte.is_ascii_digit()) => {
            TextBuf::from(format!("{store}[]"))
        }
        _ => TextBuf::from(name),
    }
}

fn one_edge(last: &Last<'_>, edge: EdgeOrdinal) -> TextBuf {
    let snapshot = last.snapshot();
    match snapshot.edge_string(edge) {
        None => TextBuf::from(format!("[{}]", snapshot.name_or_index(edge))),
        Some(name) if last.tree.references.is_slot(snapshot, edge) => {
            let name = snapshot.text(name).to_string_lossy();
            let end = name.bytes().position(|byte| !byte.is_ascii_digit());
            match end {
                None => TextBuf::from(format!("[{name}]")),
                Some(_) => TextBuf::from(WEAK_VALUE),
            }
        }
        Some(name) => snapshot.text(name).to_owned(),
    }
}
