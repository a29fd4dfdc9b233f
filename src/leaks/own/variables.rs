//! Own functions whose variables hold what a module exports. A CommonJS module that several files load stands in the
//! `children` of the first of them only, and a module of Node.js in nobody's.

use super::code::OwnCode;
use crate::analysis::is_context;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::PLAIN_OBJECT;
use crate::known::node::EXPORTS_OF_MODULE;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use std::collections::{BTreeSet, HashSet};

/// Own files with a variable that holds the exports of one of these modules, or a function that it exports and of which
/// `is_of_module` says that it is written there: a module may hand on functions of others.
///
/// # Cost
/// The retainers of what the modules export.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn files_with_variables(
    naming: &Naming<'_>,
    own: &OwnCode<'_>,
    modules: impl IntoIterator<Item = NodeOrdinal>,
    is_of_module: impl Fn(&str) -> bool,
    control: &Control,
) -> Result<BTreeSet<String>> {
    let snapshot = &naming.heap.snapshot;
    let is_plain =
        |node: NodeOrdinal| snapshot.kind(node) == NodeKind::OBJECT && snapshot.name_text(node).is(PLAIN_OBJECT);
    let is_written_there =
        |node: NodeOrdinal| naming.location(node).is_some_and(|place| is_of_module(&place.file.to_string()));
    let mut exported: HashSet<NodeOrdinal> = HashSet::new();
    for module in modules {
        let Some((_, exports)) = snapshot.named_edge(module, EdgeKind::Property, EXPORTS_OF_MODULE) else { continue };
        exported.extend(Some(exports).filter(|node| is_plain(*node) || is_written_there(*node)));
        let properties = snapshot.edges(exports).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Property);
        let functions = properties.map(|edge| snapshot.target(edge));
        exported.extend(functions.filter(|node| snapshot.kind(*node) == NodeKind::CLOSURE && is_written_there(*node)));
    }
    let retainers = &naming.heap.graph.retainers;
    let mut files = BTreeSet::new();
    let mut turn = 0;
    for node in exported {
        for (source, _) in retainers.sources(node) {
            turn += 1;
            control.check_at(turn)?;
            // `__importDefault` of TypeScript wraps the exports in a plain object with `default`.
            let default = || snapshot.named_edge(source, EdgeKind::Property, "default");
            let is_wrapper = is_plain(source) && default().is_some_and(|(_, target)| target == node);
            let holders: Vec<NodeOrdinal> = match is_wrapper {
                true => retainers.sources(source).map(|(above, _)| above).collect(),
                false => vec![source],
            };
            let scopes = holders.into_iter().filter(|holder| is_context(snapshot, *holder));
            files.extend(scopes.filter_map(|scope| own.place(naming, scope)).map(|place| place.file.to_string()));
        }
    }
    Ok(files)
}
