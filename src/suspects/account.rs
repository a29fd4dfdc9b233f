//! Where all bytes of the heap are: the suspects, and the rest by what it is. The lines add up to the total.

use super::collect::Piles;
use super::groups::{Groups, NO_GROUP};
use crate::analysis::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::graph::UNREACHABLE;
use crate::kind::NodeKind;
use crate::known::mark::Mark;
use crate::ordinal::NodeOrdinal;
use crate::paths::whole_tree::WholeTree;
use std::collections::HashMap;

/// What some bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The suspect at this position among all.
    Suspect(usize),
    /// Objects in many places.
    Objects,
    Strings,
    Native,
    Code,
    Engine,
    Unheld,
    Outside,
}

const REST: [Use; 7] = [Use::Objects, Use::Strings, Use::Native, Use::Code, Use::Engine, Use::Unheld, Use::Outside];

impl Use {
    /// The member `what` of a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Suspect(_) => "suspect",
            Self::Objects => "objects",
            Self::Strings => "strings",
            Self::Native => "native",
            Self::Code => "code",
            Self::Engine => "engine",
            Self::Unheld => "unheld",
            Self::Outside => "outside",
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Suspect(_) => "it piles up",
            Self::Objects => "objects in many places, with little each",
            Self::Strings => "texts in many places",
            Self::Native => "memory of native code and of buffers, in many places",
            Self::Code => "compiled code, the shapes of objects, and the texts of the sources: V8 makes and drops them",
            Self::Engine => "V8's own objects",
            Self::Unheld => "no reference of the file keeps these: who wrote it left out what holds them",
            Self::Outside => "V8 counts it outside of its heap, and the file does not say what it is",
        }
    }

    fn position(self) -> usize {
        REST.iter().position(|rest| *rest == self).unwrap_or(0)
    }
}

/// Bytes of one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub of: Use,
    pub size: u64,
}

/// Gives every byte a line; lines of nothing are left out. `suspect_of` has the suspect of each chosen group, `large`
/// those that are one object.
///
/// # Cost
/// One pass over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn account(
    heap: &Heap,
    whole: &WholeTree,
    groups: &Groups,
    piles: &Piles,
    suspects: &Suspects,
    control: &Control,
) -> Result<Vec<Line>> {
    let snapshot = &heap.snapshot;
    let mut of_suspects = vec![0_u64; suspects.count];
    let mut rest = [0_u64; REST.len()];
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        if size == 0 {
            continue;
        }
        let group = groups.of[node.index()];
        let within = piles.within.get(group as usize).copied().flatten().and_then(|at| suspects.of_group[at]);
        let suspect = within
            .or_else(|| suspects.of_holders.get(&group).copied())
            .or_else(|| suspects.of_object.get(&node).copied());
        let sum = match suspect {
            Some(at) => &mut of_suspects[at],
            None => &mut rest[use_of(heap, whole, groups, node).position()],
        };
        *sum = sum.saturating_add(size);
    }
    rest[Use::Outside.position()] = snapshot.tables().extra_native_bytes;
    let suspects = of_suspects.into_iter().enumerate().map(|(at, size)| Line { of: Use::Suspect(at), size });
    let mut lines: Vec<Line> = suspects.collect();
    lines.extend(REST.iter().zip(rest).map(|(of, size)| Line { of: *of, size }));
    lines.retain(|line| line.size > 0);
    Ok(lines)
}

/// Which suspect objects belong to.
#[derive(Default)]
pub struct Suspects {
    pub count: usize,
    /// By the position of a chosen group.
    pub of_group: Vec<Option<usize>>,
    /// By the group of their containers.
    pub of_holders: HashMap<u32, usize>,
    pub of_object: HashMap<NodeOrdinal, usize>,
}

fn use_of(heap: &Heap, whole: &WholeTree, groups: &Groups, node: NodeOrdinal) -> Use {
    let snapshot = &heap.snapshot;
    let has_path = groups.of[node.index()] != NO_GROUP;
    match snapshot.kind(node) {
        _ if heap.graph.distance(node) == UNREACHABLE => Use::Unheld,
        NodeKind::CODE | NodeKind::OBJECT_SHAPE => Use::Code,
        kind if kind.is_string() && has_path => Use::Strings,
        // The texts of sources, and names.
        kind if kind.is_string() => Use::Code,
        NodeKind::NATIVE => Use::Native,
        NodeKind::HIDDEN if whole.references.marks.of_node(snapshot, node) == Mark::Machinery => Use::Code,
        NodeKind::HIDDEN | NodeKind::SYNTHETIC => Use::Engine,
        _ if !has_path => Use::Engine,
        _ => Use::Objects,
    }
}
