//! Where on a retaining path the fault lies: below the objects that are meant to be there, and not below the first of
//! those that pile up.

use crate::analysis::{SourceLocation, is_context};
use crate::kind::NodeKind;
use crate::known::names::is_global;
use crate::known::node::{BUILTIN_MODULE, MODULE, PROCESS};
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// One object on the path and the reference that leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Class of the object; a function's name with `()`.
    pub name: TextBuf,
    /// Properties of a plain object: `{id, user}`.
    pub shape: Option<TextBuf>,
    /// Property or variable; `[3]` for an element, `table[3]` for a slot of a Map, Set or other table.
    pub edge: TextBuf,
    /// The reference as code would write it.
    pub reference: TextBuf,
    /// V8's id of the object.
    pub id: u64,
    pub location: Option<SourceLocation>,
    pub leaking: Leaking,
    pub because: Option<String>,
    /// Where the reference is an entry of a WeakMap: the step before is its key.
    pub weak_map: Option<WeakMap>,
    /// True for the reference that keeps what should have gone.
    pub cut: bool,
}

/// A WeakMap whose entry keeps the value of a step alive as long as its key lives. Both have to be known: the key is to
/// go, or the entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakMap {
    /// V8's id.
    pub id: u64,
    /// What holds it: `variable audits in audits.js`; empty where only roots do.
    pub holder: String,
    /// The place of its nearest holder that has one.
    pub location: Option<SourceLocation>,
}

impl WeakMap {
    fn of(newest: &Newest<'_>, value: NodeOrdinal) -> Option<Self> {
        let naming = newest.naming();
        let map = naming.weak_map_of(value)?;
        let location = newest.nearest_location(&newest.tree.ancestors(map));
        Some(Self { id: newest.snapshot().id(map), holder: naming.holder_of(map), location })
    }
}

/// Whether a step is part of the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaking {
    /// It is meant to be there.
    No,
    Unknown,
    /// It is one of those that pile up.
    Yes,
}

/// Index of the first step that leaks: the first object that grows in number with the leak, or the single object that
/// grows itself.
pub fn first_leaking(newest: &Newest<'_>, suspect: &Suspect, growing: &Growing, nodes: &[NodeOrdinal]) -> usize {
    let below_container = nodes.iter().position(|node| *node == suspect.container).map_or(0, |at| at + 1);
    let item = nodes.iter().position(|node| *node == suspect.item).unwrap_or(nodes.len() - 1);
    let piles_up = |node: NodeOrdinal| {
        let growth = growing.groups.get(&newest.key(node));
        !newest.grouping.is_persistent(node)
            && (growth.is_some_and(|growth| growth.counts.iter().all(|count| *count > 0))
                || growing.is_renewed(newest.key(node)))
    };
    // The first link of a list is in another group than the others, and another object each time.
    let begins_list = |at: usize| {
        !newest.grouping.is_persistent(nodes[at])
            && newest.label(nodes[at]) == newest.label(nodes[at + 1])
            && piles_up(nodes[at + 1])
    };
    (below_container..item).find(|at| piles_up(nodes[*at]) || begins_list(*at)).unwrap_or(item)
}

/// The path with its references and marks.
pub fn steps(newest: &Newest<'_>, nodes: &[NodeOrdinal], cut: usize, growth: &[i64]) -> Vec<Step> {
    let sum: i64 = growth.iter().sum();
    let meant = nodes[..cut].iter().rposition(|node| newest.grouping.is_persistent(*node));
    let naming = newest.naming();
    let step = |(at, node): (usize, &NodeOrdinal)| {
        let leaking = match at {
            _ if at >= cut => Leaking::Yes,
            _ if meant.is_some_and(|meant| at <= meant) => Leaking::No,
            _ => Leaking::Unknown,
        };
        Step {
            name: naming.original_name(*node),
            shape: naming.shape(*node),
            edge: if at == 0 { TextBuf::new() } else { naming.edge_name(*node) },
            reference: if at == 0 { TextBuf::new() } else { naming.reference(*node) },
            id: newest.snapshot().id(*node),
            location: newest.location(*node),
            leaking,
            weak_map: if at == 0 { None } else { WeakMap::of(newest, *node) },
            because: because(newest, *node, leaking, (at == cut).then_some(sum)),
            cut: at == cut,
        }
    };
    nodes.iter().enumerate().map(step).collect()
}

/// Why the step leaks or not. Says nothing of a leaking step below the first one.
fn because(newest: &Newest<'_>, node: NodeOrdinal, leaking: Leaking, first_of: Option<i64>) -> Option<String> {
    match leaking {
        Leaking::No => expected(newest, node),
        Leaking::Unknown => Some("replaced by a new one, but not one more each time".to_owned()),
        Leaking::Yes => first_of.map(|more| match more {
            0 => "grows itself".to_owned(),
            more => format!("one of {} that piled up since the first snapshot", crate::leaks::grouped::grouped(more)),
        }),
    }
}

/// Why a person expects the object to live.
fn expected(newest: &Newest<'_>, node: NodeOrdinal) -> Option<String> {
    let snapshot = newest.snapshot();
    let class = newest.class_name(node).to_string();
    let what = match snapshot.kind(node) {
        NodeKind::SYNTHETIC => "a root of V8",
        NodeKind::OBJECT if is_global(&class) => "the global object lives for ever",
        NodeKind::OBJECT if class == PROCESS => "the process object lives for ever",
        NodeKind::OBJECT if class == MODULE || class == BUILTIN_MODULE => "a module stays loaded",
        _ if is_context(snapshot, node) => "variables of a function that was there in every snapshot",
        _ if !newest.grouping.is_persistent(node) => return None,
        _ => "there in every snapshot",
    };
    Some(what.to_owned())
}
