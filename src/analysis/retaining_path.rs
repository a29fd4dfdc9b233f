//! Why a node is alive, in words a person knows: the shortest path from the root that avoids V8's own machinery.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Ephemerons;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal, StringOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};

const NO_EDGE: u32 = u32::MAX;

/// Steps that a handle of V8's counts for: a way through `globalThis` may be this much longer and is still shown first.
const HANDLE_STEPS: usize = 4;

/// Kinds of V8's roots under which handles to a program's objects stand.
const HANDLES: [&str; 4] = ["(Global handles)", "(Traced handles)", "(Eternal handles)", "(Micro tasks)"];

/// Roots that hold what the taking of the snapshot itself was using.
const MOMENTARY_ROOTS: [&str; 3] = ["(Stack roots)", "(Handle scope)", "(Handle scopes)"];

/// Edges to what runs at the moment, and to what Node.js lists only to clean up at its end.
const MOMENTARY_EDGES: [&str; 2] = ["current_microtask", "cleanup_queue"];

/// Hidden nodes that describe objects or code.
const MACHINERY: [&str; 10] = [
    "system / Map",
    "system / FeedbackCell",
    "system / FeedbackVector",
    "system / DescriptorArray",
    "system / TransitionArray",
    "system / PrototypeInfo",
    "system / SharedFunctionInfo",
    "system / BytecodeArray",
    "system / Script",
    "system / Code",
];

/// How little an edge tells a person. A path through a rank is used only for nodes that no lower rank reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    Clear,
    /// Maps, feedback vectors, compiled code, V8's own tables.
    Machinery,
    /// The stack, handle scopes, the running microtask, a WeakMap's table.
    Momentary,
}

/// One step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// Edge by which the node is held; `None` for the root.
    pub edge: Option<EdgeOrdinal>,
    pub node: NodeOrdinal,
}

/// A retaining path for every node at once: a forest of breadth-first parents.
///
/// # Shapes
/// One edge ordinal a node; 4 bytes a node.
pub struct RetainingPaths {
    parent_edge: Vec<u32>,
}

impl RetainingPaths {
    /// Walks from the root over every edge that is not weak, clear ones first.
    ///
    /// Of the paths of clear edges each node gets a shortest one. What these do not reach continues from there, first
    /// over machinery, then over what is only held for the moment.
    ///
    /// # Cost
    /// One visit of each edge; 8 bytes a node while it runs, 4 after.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let mut walk = Walk {
            snapshot,
            names: Names::of(snapshot),
            parent_edge: vec![NO_EDGE; snapshot.node_count()],
            deferred: [Vec::new(), Vec::new()],
            is_deferred: BitSet::new(snapshot.node_count()),
        };
        walk.clear(control)?;
        walk.deferred(Rank::Machinery, control)?;
        walk.deferred(Rank::Momentary, control)?;
        Ok(Self { parent_edge: walk.parent_edge })
    }

    /// The edge by which the node is held and the edge's source; `None` for the root and for what nothing holds.
    ///
    /// # Cost
    /// O(log nodes).
    pub fn parent(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Option<(NodeOrdinal, EdgeOrdinal)> {
        let edge = self.parent_edge[node.index()];
        (edge != NO_EDGE && node != snapshot.root())
            .then(|| (edge_source(snapshot, EdgeOrdinal(edge)), EdgeOrdinal(edge)))
    }

    /// False when only weak edges, or only nodes as unreachable as this one, lead to the node.
    pub fn reaches(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        node == snapshot.root() || self.parent_edge[node.index()] != NO_EDGE
    }

    /// The path, root first and the node last; empty when nothing holds the node.
    ///
    /// # Cost
    /// O(length × log nodes).
    pub fn path(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Vec<PathStep> {
        if !self.reaches(snapshot, node) {
            return Vec::new();
        }
        let mut steps = Vec::new();
        let mut at = node;
        while let Some((source, edge)) = self.parent(snapshot, at) {
            steps.push(PathStep { edge: Some(edge), node: at });
            at = source;
        }
        steps.push(PathStep { edge: None, node: at });
        steps.reverse();
        steps
    }
}

/// The node whose edge this is.
///
/// # Cost
/// O(log nodes).
pub fn edge_source(snapshot: &Snapshot, edge: EdgeOrdinal) -> NodeOrdinal {
    let after = snapshot.tables().nodes.first_edge.partition_point(|first| *first <= edge.0);
    NodeOrdinal::from_index(after - 1)
}

/// What the walk must know of the string table.
struct Names {
    machinery: BitSet,
    handles: BitSet,
    momentary_root: BitSet,
    momentary_edge: BitSet,
    /// A realm: the way to it from any builtin function explains nothing.
    native_context: BitSet,
    /// Is `system / Cell`: the slot of a module's export, though V8 counts it to the object shapes.
    cell: BitSet,
    ephemerons: Ephemerons,
}

impl Names {
    fn of(snapshot: &Snapshot) -> Self {
        let strings = &snapshot.tables().strings;
        let set = || BitSet::new(strings.len());
        let (mut machinery, mut handles, mut momentary_root) = (set(), set(), set());
        let (mut momentary_edge, mut cell, mut native_context) = (set(), set(), set());
        for (string, text) in strings.iter() {
            let at = string.index();
            match text.as_bytes().first() {
                Some(b's') if text.is("system / Cell") => cell.insert(at),
                Some(b's') if text.starts_with("system / ") => {
                    let bytes = text.as_bytes();
                    if bytes.strip_prefix(b"system / NativeContext").is_some_and(ends_a_word) {
                        native_context.insert(at);
                    }
                    let is = |name: &&str| bytes.strip_prefix(name.as_bytes()).is_some_and(ends_a_word);
                    if MACHINERY.iter().any(is) {
                        machinery.insert(at);
                    }
                }
                Some(b'(') if HANDLES.iter().any(|name| text.is(name)) => handles.insert(at),
                Some(b'(') if MOMENTARY_ROOTS.iter().any(|name| text.is(name)) => momentary_root.insert(at),
                Some(b'c') if MOMENTARY_EDGES.iter().any(|name| text.is(name)) => momentary_edge.insert(at),
                _ => {}
            }
        }
        let ephemerons = Ephemerons::of(snapshot);
        Self { machinery, handles, momentary_root, momentary_edge, native_context, cell, ephemerons }
    }
}

fn ends_a_word(rest: &[u8]) -> bool {
    rest.is_empty() || rest[0] == b' '
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    names: Names,
    parent_edge: Vec<u32>,
    /// Edges of rank `Machinery` and `Momentary` in the order in which they were met; one for each target of the
    /// former.
    deferred: [Vec<u32>; 2],
    is_deferred: BitSet,
}

impl Walk<'_> {
    /// Level by level; an edge that counts for several steps waits in a later level.
    fn clear(&mut self, control: &Control) -> Result<()> {
        let root = self.snapshot.root();
        self.parent_edge[root.index()] = 0;
        let mut level = vec![root];
        let mut waiting: [Vec<EdgeOrdinal>; HANDLE_STEPS + 1] = std::array::from_fn(|_| Vec::new());
        let mut turn = 0;
        while !level.is_empty() || waiting.iter().any(|edges| !edges.is_empty()) {
            let mut next: Vec<NodeOrdinal> = Vec::new();
            for node in &level {
                control.check_at(turn)?;
                turn += 1;
                let delay = if self.is_handles(*node) { HANDLE_STEPS } else { 0 };
                if delay == 0 {
                    self.visit(*node, Rank::Clear, &mut next);
                } else {
                    waiting[delay].extend(self.snapshot.edges(*node));
                }
            }
            waiting.rotate_left(1);
            for edge in std::mem::take(&mut waiting[0]) {
                let target = self.snapshot.target(edge);
                if self.allows(edge_source(self.snapshot, edge), edge, Rank::Clear) {
                    self.parent_edge[target.index()] = edge.0;
                    next.push(target);
                }
            }
            level = next;
        }
        Ok(())
    }

    /// Continues over the edges of a rank, and from there over all up to it.
    fn deferred(&mut self, rank: Rank, control: &Control) -> Result<()> {
        let edges = std::mem::take(&mut self.deferred[rank as usize - 1]);
        let mut level = Vec::new();
        for edge in edges {
            let target = self.snapshot.target(EdgeOrdinal(edge));
            if self.parent_edge[target.index()] == NO_EDGE {
                self.parent_edge[target.index()] = edge;
                level.push(target);
            }
        }
        let mut turn = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for node in &level {
                control.check_at(turn)?;
                turn += 1;
                self.visit(*node, rank, &mut next);
            }
            level = next;
        }
        Ok(())
    }

    fn visit(&mut self, node: NodeOrdinal, rank: Rank, next: &mut Vec<NodeOrdinal>) {
        for edge in self.snapshot.edges(node) {
            if self.allows(node, edge, rank) {
                let target = self.snapshot.target(edge);
                self.parent_edge[target.index()] = edge.0;
                next.push(target);
            }
        }
    }

    /// Whether the edge leads to a new node now; if only later, it is put aside.
    #[inline(always)]
    fn allows(&mut self, source: NodeOrdinal, edge: EdgeOrdinal, rank: Rank) -> bool {
        let (kind, target) = unpack_edge(self.snapshot.tables().edges.kind_and_target[edge.index()]);
        if kind == EdgeKind::Weak || self.parent_edge[target.index()] != NO_EDGE {
            return false;
        }
        let needed = self.rank(source, kind, edge, target);
        if needed <= rank {
            return true;
        }
        if needed == Rank::Momentary {
            self.deferred[1].push(edge.0);
        } else if self.is_deferred.insert_new(target.index()) {
            self.deferred[0].push(edge.0);
        }
        false
    }

    fn is_handles(&self, node: NodeOrdinal) -> bool {
        self.snapshot.kind(node) == NodeKind::SYNTHETIC && self.names.handles.contains(self.snapshot.name(node).index())
    }

    #[inline(always)]
    fn rank(&self, source: NodeOrdinal, kind: EdgeKind, edge: EdgeOrdinal, target: NodeOrdinal) -> Rank {
        if !kind.has_index() && kind != EdgeKind::Property && kind != EdgeKind::Context {
            let name = StringOrdinal(self.snapshot.name_or_index(edge));
            let table = self.names.ephemerons.get(name).map(|ephemeron| ephemeron.table_id);
            if self.names.momentary_edge.contains(name.index()) || table == Some(self.snapshot.id(source)) {
                return Rank::Momentary;
            }
        }
        let name = self.snapshot.name(target).index();
        match self.snapshot.kind(target) {
            NodeKind::CODE | NodeKind::OBJECT_SHAPE if !self.names.cell.contains(name) => Rank::Machinery,
            NodeKind::HIDDEN | NodeKind::NATIVE if self.names.machinery.contains(name) => Rank::Machinery,
            NodeKind::HIDDEN | NodeKind::NATIVE if self.names.native_context.contains(name) => {
                match self.snapshot.kind(source) {
                    NodeKind::SYNTHETIC => Rank::Clear,
                    _ => Rank::Machinery,
                }
            }
            NodeKind::SYNTHETIC if self.names.momentary_root.contains(name) => Rank::Momentary,
            // Below "(GC roots)" everything but handles is V8's own.
            NodeKind::SYNTHETIC
                if source != self.snapshot.root()
                    && self.snapshot.kind(source) == NodeKind::SYNTHETIC
                    && !self.names.handles.contains(name) =>
            {
                Rank::Machinery
            }
            _ => Rank::Clear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::{draw, named};
    use crate::test_random::Random;

    fn words(drawing: &str, node: &str) -> String {
        let snapshot = rename(draw(drawing));
        let paths = RetainingPaths::of(&snapshot, &Control::new()).unwrap();
        let path = paths.path(&snapshot, named(&snapshot, node));
        path.iter().map(|step| snapshot.name_text(step.node).to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    /// Drawings hold no blanks and slashes in names: `·` and `÷` stand for them.
    fn rename(snapshot: Snapshot) -> Snapshot {
        let mut tables = snapshot.tables().clone();
        let texts: Vec<String> =
            tables.strings.iter().map(|(_, text)| text.to_string_lossy().replace('·', " ").replace('÷', "/")).collect();
        tables.strings = Default::default();
        texts.iter().for_each(|text| {
            tables.strings.push(crate::text::Text::from_str(text));
        });
        Snapshot::new(tables)
    }

    #[track_caller]
    fn check_path(drawing: &str, node: &str, expected: &str) {
        assert_eq!(words(drawing, node), expected, "{drawing}");
    }

    #[test]
    fn the_shortest_path_wins() {
        check_path("root > a b | a > c | c > x | b > x", "x", "root b x");
        check_path("root > a b | a > ~x | b > c | c > x", "x", "root b c x");
        check_path("root > a | b > x | x > b", "x", "");
        check_path("root > a", "root", "root");
    }

    #[test]
    fn machinery_is_the_second_choice() {
        check_path("root > a m/code | m > x | a > b | b > x", "x", "root a b x");
        check_path("root > a | a > b | b > m/object_shape | m > x", "x", "root a b m x");
    }

    #[test]
    fn a_realm_is_reached_from_roots_only() {
        let drawing = "root > g | g > f/closure a | f > system·÷·NativeContext/hidden | system·÷·NativeContext > x";
        check_path(&format!("{drawing} | a > b | b > c | c > x"), "x", "root g a b c x");
        check_path(drawing, "x", "root g f system / NativeContext x");
    }

    /// Unweighted levels over clear edges, by the book; code is the only machinery in the drawings.
    #[test]
    fn paths_agree_with_a_plain_search() {
        let mut numbers = Random::new(1);
        let mut random = |below: u64| numbers.below(below);
        for _ in 0..200 {
            let groups: Vec<String> = (0..30u64)
                .map(|node| {
                    let mut targets = String::new();
                    for _ in 0..random(4) {
                        let weak = if random(5) == 0 { "~" } else { "" };
                        targets += &format!(" {weak}n{}", random(30));
                    }
                    let kind = if node != 0 && random(4) == 0 { "/code" } else { "" };
                    format!("n{node}{kind} >{targets}")
                })
                .collect();
            let snapshot = draw(&groups.join(" | "));
            let paths = RetainingPaths::of(&snapshot, &Control::new()).unwrap();
            let clear = levels(&snapshot, |node| snapshot.kind(node) != NodeKind::CODE);
            let all = levels(&snapshot, |_| true);
            for node in snapshot.nodes() {
                let path = paths.path(&snapshot, node);
                assert_eq!(path.is_empty(), all[node.index()].is_none());
                for step in path.windows(2) {
                    let edge = step[1].edge.unwrap();
                    assert_eq!((edge_source(&snapshot, edge), snapshot.target(edge)), (step[0].node, step[1].node));
                    assert_ne!(snapshot.edge_kind(edge), EdgeKind::Weak);
                }
                if let Some(level) = clear[node.index()] {
                    assert_eq!(path.len(), level + 1);
                }
            }
        }
    }

    fn levels(snapshot: &Snapshot, enters: impl Fn(NodeOrdinal) -> bool) -> Vec<Option<usize>> {
        let mut level = vec![None; snapshot.node_count()];
        level[snapshot.root().index()] = Some(0);
        for depth in 0..snapshot.node_count() {
            for node in snapshot.nodes().filter(|node| level[node.index()] == Some(depth)).collect::<Vec<_>>() {
                for edge in snapshot.edges(node).filter(|edge| snapshot.edge_kind(*edge) != EdgeKind::Weak) {
                    let target = snapshot.target(edge);
                    if level[target.index()].is_none() && enters(target) {
                        level[target.index()] = Some(depth + 1);
                    }
                }
            }
        }
        level
    }

    #[test]
    fn handles_count_for_several_steps_and_the_stack_comes_last() {
        let roots = "root > (GC·roots)/synthetic a | (GC·roots) > (Global·handles)/synthetic (Stack·roots)/synthetic";
        check_path(&format!("{roots} | (Global·handles) > x | a > b | b > c | c > x"), "x", "root a b c x");
        check_path(&format!("{roots} | (Global·handles) > x"), "x", "root (GC roots) (Global handles) x");
        check_path(&format!("{roots} | (Stack·roots) > x | a > m/code | m > n | n > x"), "x", "root a m n x");
        check_path(&format!("{roots} | (Stack·roots) > x"), "x", "root (GC roots) (Stack roots) x");
    }
}
