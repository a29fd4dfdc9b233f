//! How readily a person accepts a reference as a step of a retaining path.

use super::survivors::Persistent;
use super::weak_pairs::{Halves, Pairs};
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;

/// The dearest step. Every step costs at least 1.
pub const MAX_COST: usize = 60;

/// What the name of an edge, or of a node that V8 or Node made, says about the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mark {
    None,
    /// Compiled code, feedback, shapes: never a reason why something is kept that a person could change.
    Noise,
    /// `__proto__`, `constructor`: true, but every instance has them.
    Class,
    /// A property whose name is a symbol: where another has a plain name, that one is told.
    Symbol,
    /// One link of a plain data structure. Not `elements` and `properties`: what is in them has an edge of its own,
    /// which is the one to tell.
    Close,
    /// From one timer to the next: what waits for its time is held by whoever set it, too.
    Timer,
    /// A number as the name of an internal edge: a slot of a table.
    Slot,
    /// `7 / part of key (…) -> value (…) pair in WeakMap (table @9)`
    Pair,
    /// A set of roots that keeps what the taking of the snapshot itself needs, or V8's own constants.
    Unstable,
    /// The roots that hold handles of native code.
    Handles,
    /// A set of roots that keeps what functions under way use.
    Running,
    /// What continues when something is over: work that is under way holds what it uses, and is not why that is there.
    Work,
    /// `system / Cell`: the variable of an ES module, though V8 counts it to the object shapes.
    Cell,
}

/// Costs of the edges of one heap.
///
/// # Shapes
/// One mark per string of the snapshot, and one hash, 0 for strings that name no reference.
pub struct References {
    marks: Vec<Mark>,
    hashes: Vec<u64>,
    pairs: Pairs,
}

const NOISE: [&str; 41] = [
    "map",
    "shared",
    "code",
    "feedback_cell",
    "feedback_vector",
    "native_context",
    "scope_info",
    "script",
    "script_or_debug_info",
    "dependent_code",
    "descriptors",
    "transitions",
    "transition_info",
    "prototype_info",
    "back_pointer",
    "enum_cache",
    "function_data",
    "name_or_scope_info",
    "initial_map",
    "deoptimization_data",
    "bytecode_array",
    "current_microtask",
    "cleanup_queue",
    "target_map",
    "allocation_site",
    "system / Map",
    "system / Oddball",
    "system / WeakArrayList",
    "system / WeakFixedArray",
    "system / FeedbackVector",
    "system / FeedbackCell",
    "system / ScopeInfo",
    "system / SharedFunctionInfo",
    "system / Script",
    "system / BytecodeArray",
    "system / AllocationSite",
    "system / PrototypeInfo",
    "system / DescriptorArray",
    "system / TransitionArray",
    "system / FunctionTemplateInfo",
    "system / ObjectTemplateInfo",
];

const UNSTABLE: [&str; 9] = [
    "(Internalized strings)",
    "(External strings)",
    "(Read-only roots)",
    "(Compilation cache)",
    "(Builtins)",
    "(Code flusher)",
    "(Startup object cache)",
    "(Shareable object cache)",
    "(Weak collections)",
];

/// The stack, handles of native functions under way, and the stacks of threads that wait for their turn.
const RUNNING: [&str; 4] = ["(Stack roots)", "(Handle scope)", "(Relocatable)", "(Thread manager)"];

const WORK: [&str; 3] = ["Generator", "AsyncGenerator", "system / PromiseReaction"];

const CLOSE: [&str; 12] = [
    "table",
    "context",
    "buffer",
    "backing_store",
    "parent",
    "first",
    "second",
    "bound_this",
    "bound_function",
    "reactions_or_result",
    "value",
    "holdings",
];

impl References {
    /// # Cost
    /// O(edges), and one pass over the text of the strings.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, persistent: Option<&Persistent>, control: &Control) -> Result<Self> {
        let strings = &snapshot.tables().strings;
        let marks: Vec<Mark> = strings.iter().map(|(_, text)| mark(text)).collect();
        let mut hashes = vec![0; strings.len()];
        let mut halves = Halves::default();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            for edge in snapshot.edges(node) {
                let Some(name) = snapshot.edge_string(edge) else { continue };
                if hashes[name.index()] == 0 {
                    hashes[name.index()] = hash_text(snapshot.text(name)) | 1;
                }
                if marks[name.index()] == Mark::Pair && snapshot.edge_kind(edge) == EdgeKind::Internal {
                    halves.add(snapshot, node, edge);
                }
            }
        }
        let pairs = halves.pairs(snapshot, persistent);
        Ok(Self { marks, hashes, pairs })
    }

    /// Hash of the edge's kind and name; slots of tables and arrays are all alike.
    pub fn generic_name(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> u64 {
        let kind = snapshot.edge_kind(edge) as u64;
        match snapshot.edge_string(edge) {
            Some(name) if !self.is_slot(snapshot, edge) => mix(kind, self.hashes[name.index()]),
            _ => kind + 1,
        }
    }

    /// `__proto__`, `constructor`.
    pub fn leads_to_class(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        snapshot.edge_string(edge).is_some_and(|name| self.marks[name.index()] == Mark::Class)
    }

    /// What this step adds to a path; `None`: no path goes here.
    ///
    /// Properties and elements are cheap, what only V8 names is dear, weak edges and the inside of the engine are
    /// closed.
    pub fn cost(&self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) -> Option<u32> {
        let target = snapshot.target(edge);
        let kind = snapshot.edge_kind(edge);
        let target_kind = snapshot.kind(target);
        let target_mark = self.marks[snapshot.name(target).index()];
        let closed = kind == EdgeKind::Weak
            || target == from
            || matches!(target_kind, NodeKind::CODE | NodeKind::NUMBER | NodeKind::SYMBOL)
            || target_kind == NodeKind::OBJECT_SHAPE && target_mark != Mark::Cell;
        if closed {
            return None;
        }
        let from_kind = snapshot.kind(from);
        if from_kind == NodeKind::SYNTHETIC {
            return match target_mark {
                Mark::Unstable | Mark::Running => None,
                Mark::Handles => Some(8),
                _ if kind == EdgeKind::Shortcut => Some(1),
                _ if from == snapshot.root() && target_kind == NodeKind::SYNTHETIC => Some(16),
                _ if target_kind == NodeKind::SYNTHETIC => Some(40),
                _ => Some(10),
            };
        }
        if target_kind == NodeKind::HIDDEN && target_mark == Mark::Noise {
            return None;
        }
        let dear = match target_mark {
            _ if is_realm(snapshot, from) => {
                if snapshot.name_text(target).starts_with("global") {
                    0
                } else {
                    20
                }
            }
            // Not from one to the next: what waits for a promise that never settles is a list.
            mark if mark != Mark::Work && self.marks[snapshot.name(from).index()] == Mark::Work => 40,
            _ => 0,
        };
        let step = match kind {
            EdgeKind::Element => 2,
            EdgeKind::Hidden => 4,
            _ => match (kind, self.mark_of(snapshot, edge)) {
                (EdgeKind::Internal, Mark::Noise) => return None,
                (EdgeKind::Property, Mark::Class) => 14,
                (EdgeKind::Property, Mark::Timer) => 12,
                (EdgeKind::Property, Mark::Symbol) => 3,
                (EdgeKind::Property, _) => 2,
                (EdgeKind::Context, _) => 3,
                (EdgeKind::Internal, Mark::Close | Mark::Slot) => 1,
                (EdgeKind::Internal, Mark::Pair) if self.pairs.is_open(edge) => 3,
                (EdgeKind::Internal, Mark::Pair) => return None,
                (EdgeKind::Shortcut, _) => 3,
                _ => 5,
            },
        };
        Some(step + dear)
    }

    /// The roots of functions under way: [`References::cost`] leads to none of them. What is held by nothing else is
    /// held by those.
    pub fn is_running(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.kind(node) == NodeKind::SYNTHETIC && self.marks[snapshot.name(node).index()] == Mark::Running
    }

    /// V8's caches and lists of what others hold: [`References::cost`] leads to none of them.
    pub fn is_unstable(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.kind(node) == NodeKind::SYNTHETIC && self.marks[snapshot.name(node).index()] == Mark::Unstable
    }

    /// Name of the edge without what differs from one item of a collection to the next.
    pub fn is_slot(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        snapshot.edge_kind(edge).has_index() || matches!(self.mark_of(snapshot, edge), Mark::Slot | Mark::Pair)
    }

    /// True for one of many references of the same sort: an element, a slot of a table. The links of a list are none.
    pub fn fans_out(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        snapshot.edge_kind(edge) == EdgeKind::Element || matches!(self.mark_of(snapshot, edge), Mark::Slot | Mark::Pair)
    }

    fn mark_of(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> Mark {
        snapshot.edge_string(edge).map_or(Mark::None, |name| self.marks[name.index()])
    }
}

/// The built-in objects of one `node:vm` context, or of one worker.
pub fn is_realm(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::HIDDEN && snapshot.name_text(node).starts_with("system / NativeContext")
}

fn mark(text: Text<'_>) -> Mark {
    let Some(name) = text.as_str() else { return Mark::None };
    match name.as_bytes().first() {
        None => Mark::None,
        Some(b'0'..=b'9') if name.bytes().all(|byte| byte.is_ascii_digit()) => Mark::Slot,
        Some(b'0'..=b'9') if name.contains(" pair in WeakMap (table @") => Mark::Pair,
        Some(b'_' | b'c') if name == "__proto__" || name == "constructor" => Mark::Class,
        Some(b'_') if name == "_idleNext" || name == "_idlePrev" => Mark::Timer,
        Some(b'<') if name.starts_with("<symbol") => Mark::Symbol,
        Some(b'(') if UNSTABLE.contains(&name) => Mark::Unstable,
        Some(b'(') if RUNNING.contains(&name) => Mark::Running,
        Some(b'(') if name == "(Global handles)" => Mark::Handles,
        Some(b's') if name == "system / Cell" => Mark::Cell,
        _ if WORK.contains(&name) => Mark::Work,
        _ if name.len() < 48 && (NOISE.contains(&name) || name.starts_with("system / Map (")) => Mark::Noise,
        _ if CLOSE.contains(&name) => Mark::Close,
        _ => Mark::None,
    }
}
