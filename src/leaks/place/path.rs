//! A retaining path as a person would tell it.

use crate::analysis::{is_context, is_module_scope};
use crate::kind::NodeKind;
use crate::known::engine::JOBS;
use crate::known::names::is_global;
use crate::known::node::{BUILTIN_MODULE, MODULE, PROCESS};
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// [`HolderTree::ancestors`](super::holder_tree::HolderTree::ancestors) with one link in place of a list's many, where
/// a link repeats a link a little before. The container stays, the root goes unless it is the container.
pub fn shown_nodes_to(newest: &Newest<'_>, node: NodeOrdinal, container: NodeOrdinal) -> Vec<NodeOrdinal> {
    let snapshot = newest.snapshot();
    let step = |node: NodeOrdinal| (newest.label(node), newest.tree.step(node));
    let owner = |node: NodeOrdinal| newest.owner(node).unwrap_or(snapshot.root());
    let repeats = |before: NodeOrdinal, node: NodeOrdinal| {
        step(before) == step(node) && (before == owner(node) || step(owner(before)) == step(owner(node)))
    };
    let mut shown: Vec<NodeOrdinal> = Vec::new();
    for node in newest.tree.ancestors(node) {
        let nearest = shown.len().saturating_sub(newest.tree.chain_period);
        let list = shown.iter().rposition(|before| newest.is_one_of_many(*before)).map_or(0, |fan| fan);
        let nearest = if newest.is_one_of_many(node) { shown.len() } else { nearest.max(list) };
        let nearest = shown.iter().position(|before| *before == container).map_or(nearest, |at| nearest.max(at + 1));
        if let Some(repeated) = shown[nearest..].iter().position(|before| repeats(*before, node)) {
            shown.truncate(nearest + repeated);
        }
        shown.push(node);
    }
    if shown.first() == Some(&snapshot.root()) && container != snapshot.root() {
        shown.remove(0);
    }
    let begin = known_root(newest, &shown, container);
    shown.split_off(begin)
}

/// Where a person begins to read: at the last module above the container, one of Node.js's own and the scope of an ES
/// module included; else at the process or at a scope of a file of Node.js, whichever comes later; else at the global
/// object; else below a job that waits for its turn; else at the first step. Which function of the global object leads
/// to such a scope (`clearImmediate`, `setInterval`) says nothing, and differs from one line of Node.js to the next.
fn known_root(newest: &Newest<'_>, shown: &[NodeOrdinal], container: NodeOrdinal) -> usize {
    let above = shown.iter().position(|node| *node == container).unwrap_or(0);
    let snapshot = newest.snapshot();
    let is_lasting =
        |node: &NodeOrdinal| snapshot.kind(*node) == NodeKind::OBJECT && newest.grouping.is_persistent(*node);
    let last = |is_one: &dyn Fn(NodeOrdinal) -> bool| {
        shown[..above].iter().rposition(|node| is_lasting(node) && is_one(*node))
    };
    let is = |class: &str| last(&|node| snapshot.name_text(node).is(class));
    let global = || last(&|node| is_global(&snapshot.name_text(node).to_string_lossy()));
    is(MODULE)
        .max(is(BUILTIN_MODULE))
        .max(last(&|node| is_module_scope(snapshot, node)))
        .or_else(|| scope_of_node(newest, &shown[..above]).max(is(PROCESS)))
        .or_else(global)
        .or_else(|| scope_below_job(newest, &shown[..above]))
        .unwrap_or(0)
}

/// The first lasting scope below the last job of V8. A job is there for a moment, and in the next snapshot another one
/// stands in its place.
///
/// Example: an async function waits for its turn, and its closure holds the variables of the main script.
fn scope_below_job(newest: &Newest<'_>, above: &[NodeOrdinal]) -> Option<usize> {
    let snapshot = newest.snapshot();
    let job = above.iter().rposition(|node| JOBS.iter().any(|job| snapshot.name_text(*node).is(job)))?;
    let has_place =
        |node: NodeOrdinal| newest.location(node).is_some_and(|place| newest.origin_at(&place) >= Origin::Package);
    let is_anchor =
        |node: &NodeOrdinal| is_context(snapshot, *node) && newest.grouping.is_persistent(*node) && has_place(*node);
    Some(job + above[job..].iter().position(is_anchor)?)
}

/// The last scope of a file of Node.js, where all that stands above it is of Node.js or has no place in a source.
fn scope_of_node(newest: &Newest<'_>, above: &[NodeOrdinal]) -> Option<usize> {
    let mut scope = None;
    for (at, node) in above.iter().enumerate() {
        match newest.location(*node).map(|place| newest.origin_at(&place)) {
            Some(Origin::Node) if is_context(newest.snapshot(), *node) => scope = Some(at),
            Some(Origin::Package | Origin::Program) => break,
            _ => {}
        }
    }
    scope
}

/// [`Naming::edge_name`](crate::paths::name::Naming::edge_name) in the newest heap.
pub fn edge_name(newest: &Newest<'_>, node: NodeOrdinal) -> TextBuf {
    newest.naming().edge_name(node)
}
