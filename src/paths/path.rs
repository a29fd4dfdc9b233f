//! The path of one object, for questions about one heap.

use super::given_names::GivenNames;
use super::labels::Labels;
use super::name::Naming;
use super::one_path::{Ground, one_path};
use super::tree::{Growth, PathTree};
use super::weight::References;
use crate::analysis::{Heap, Scripts, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::known::names::Marks;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// A path from the root to every node that anything but a weak reference holds, or to one of them.
///
/// # Shapes
/// 8 bytes a node, and one a string.
pub struct Paths {
    given: GivenNames,
    marks: Marks,
    tree: PathTree,
    is_whole: bool,
}

impl Paths {
    /// Paths that touch none of the nodes to be avoided.
    ///
    /// # Cost
    /// O(nodes + edges); 33 bytes a node and 9 a string while the tree grows.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, avoided: &[NodeOrdinal], control: &Control) -> Result<Self> {
        let mut labels = Labels::of(snapshot, control)?;
        let references = References::of(snapshot, None, control)?;
        let tree = Self::grow(snapshot, &references, &mut labels, avoided, control)?;
        Ok(Self { given: labels.into_given_names(), marks: references.marks, tree, is_whole: true })
    }

    /// The path to one node that touches none of the nodes to be avoided: the same as that of [`Self::of`].
    ///
    /// # Cost
    /// O(nodes + edges) for names and weights of references, a third of [`Self::of`] where a short search finds the
    /// path. Where it does not, that of [`Self::of`].
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn to(heap: &Heap, node: NodeOrdinal, avoided: &[NodeOrdinal], control: &Control) -> Result<Self> {
        let snapshot = &heap.snapshot;
        let mut labels = Labels::of(snapshot, control)?;
        let references = References::of(snapshot, None, control)?;
        let retainers = &heap.graph.retainers;
        let ground = Ground { snapshot, retainers, references: &references, labels: &labels, avoided };
        let (tree, is_whole) = match one_path(ground, node, control)? {
            Some(steps) => (PathTree::of_steps(snapshot, &references.marks, &steps), false),
            None => (Self::grow(snapshot, &references, &mut labels, avoided, control)?, true),
        };
        Ok(Self { given: labels.into_given_names(), marks: references.marks, tree, is_whole })
    }

    fn grow(
        snapshot: &Snapshot,
        references: &References,
        labels: &mut Labels,
        avoided: &[NodeOrdinal],
        control: &Control,
    ) -> Result<PathTree> {
        let growth = Growth { avoided, everything: true, ..Growth::default() };
        Ok(PathTree::grow(snapshot, references, labels, growth, control)?.without_order())
    }

    /// Whether they have a path to every node.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What names the steps.
    pub fn naming<'a>(&'a self, heap: &'a Heap, scripts: &'a Scripts, maps: Option<&'a SourceMaps>) -> Naming<'a> {
        Naming { heap, scripts, maps, given: &self.given, marks: &self.marks, tree: &self.tree }
    }
}

impl Naming<'_> {
    /// Nodes from the root down to this one, backing stores left out; empty when no path leads to the node.
    pub fn nodes_to(&self, node: NodeOrdinal) -> Vec<NodeOrdinal> {
        if node != self.heap.snapshot.root() && self.tree.parent(node).is_none() {
            return Vec::new();
        }
        let mut nodes: Vec<_> = std::iter::successors(Some(node), |node| self.owner(*node)).collect();
        nodes.reverse();
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Parity;
    use crate::kind::EdgeKind;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::{draw, named};
    use crate::test_random::Random;
    use crate::text::Text;

    /// Drawings hold no blanks and slashes in names: `·` and `÷` stand for them.
    fn heap(drawing: &str) -> Heap {
        let snapshot = draw(drawing);
        let mut tables = snapshot.tables().clone();
        let texts: Vec<String> = tables.strings.iter().map(|(_, text)| text.to_string_lossy()).collect();
        tables.strings = Default::default();
        for text in texts {
            tables.strings.push(Text::from_str(&text.replace('·', " ").replace('÷', "/")));
        }
        let options = OpenOptions { parity: Parity::Ours, ..OpenOptions::default() };
        analyse(Snapshot::new(tables), &options, &Control::new()).unwrap()
    }

    /// The same by the paths of all nodes and by the path of this one.
    fn nodes_to(heap: &Heap, node: NodeOrdinal, avoided: &[NodeOrdinal]) -> Vec<NodeOrdinal> {
        let (scripts, control) = (Scripts::default(), Control::new());
        let all = Paths::of(&heap.snapshot, avoided, &control).unwrap();
        let one = Paths::to(heap, node, avoided, &control).unwrap();
        let [of_all, of_one] = [all, one].map(|paths| paths.naming(heap, &scripts, None).nodes_to(node));
        assert_eq!(of_one, of_all);
        of_all
    }

    #[track_caller]
    fn check_path(drawing: &str, node: &str, avoided: &[&str], expected: &str) {
        let heap = heap(drawing);
        let avoided: Vec<NodeOrdinal> = avoided.iter().map(|name| named(&heap.snapshot, name)).collect();
        let path = nodes_to(&heap, named(&heap.snapshot, node), &avoided);
        let names: Vec<String> = path.iter().map(|node| heap.snapshot.name_text(*node).to_string_lossy()).collect();
        assert_eq!(names.join(" "), expected, "{drawing}");
    }

    #[test]
    fn the_shortest_path_wins() {
        check_path("root > a b | a > c | c > x | b > x", "x", &[], "root b x");
        check_path("root > a b | a > ~x | b > c | c > x", "x", &[], "root b c x");
        check_path("root > a | b > x | x > b", "x", &[], "");
        check_path("root > a", "root", &[], "root");
    }

    #[test]
    fn backing_stores_are_no_steps_but_have_a_path_of_their_own() {
        let drawing = "root > Map | Map > #table.t/array | t > #7.x";
        check_path(drawing, "x", &[], "root Map x");
        check_path(drawing, "t", &[], "root Map t");
    }

    #[test]
    fn avoided_nodes_are_on_no_path() {
        let drawing = "root > a b | a > x | b > c | c > x";
        check_path(drawing, "x", &["a"], "root b c x");
        check_path(drawing, "x", &["a", "c"], "");
        check_path(drawing, "x", &["root"], "root a x");
    }

    #[test]
    fn machinery_is_the_second_choice() {
        check_path("root > a m/code | m > x | a > b | b > x", "x", &[], "root a b x");
        check_path("root > a | a > b | b > m/object_shape | m > x", "x", &[], "root a b m x");
        check_path("root > a b | a > #map.m/object_shape | b > c | c > #map.m", "m", &[], "root a m");
    }

    #[test]
    fn handles_are_heavy_and_the_stack_comes_last() {
        let roots = "root > (GC·roots)/synthetic a | (GC·roots) > (Global·handles)/synthetic (Stack·roots)/synthetic";
        check_path(&format!("{roots} | (Global·handles) > x | a > b | b > c | c > x"), "x", &[], "root a b c x");
        check_path(&format!("{roots} | (Global·handles) > x"), "x", &[], "root (GC roots) (Global handles) x");
        check_path(&format!("{roots} | (Stack·roots) > x | a > b | b > c | c > x"), "x", &[], "root a b c x");
        check_path(&format!("{roots} | (Stack·roots) > x"), "x", &[], "root (GC roots) (Stack roots) x");
    }

    #[test]
    fn a_cache_of_v8_holds_only_what_nothing_else_holds() {
        let roots = "root > (GC·roots)/synthetic a | (GC·roots) > (Compilation·cache)/synthetic";
        check_path(&format!("{roots} | (Compilation·cache) > x"), "x", &[], "root (GC roots) (Compilation cache) x");
        check_path(&format!("{roots} | (Compilation·cache) > x | a > m/code | m > x"), "x", &[], "root a m x");
    }

    /// Every node that a plain search reaches over references that are not weak has a path, each step of it is a
    /// reference, and no other node has one.
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
            let heap = heap(&groups.join(" | "));
            let snapshot = &heap.snapshot;
            let holds = |from: NodeOrdinal, to: NodeOrdinal| {
                let mut edges = snapshot.edges(from);
                edges.any(|edge| snapshot.edge_kind(edge) != EdgeKind::Weak && snapshot.target(edge) == to)
            };
            let mut reached = vec![snapshot.root()];
            while let Some(next) =
                snapshot.nodes().find(|node| !reached.contains(node) && reached.iter().any(|from| holds(*from, *node)))
            {
                reached.push(next);
            }
            for node in snapshot.nodes() {
                let path = nodes_to(&heap, node, &[]);
                assert_eq!(!path.is_empty(), reached.contains(&node));
                assert!(path.windows(2).all(|step| holds(step[0], step[1])));
                assert!(path.first().is_none_or(|first| *first == snapshot.root()));
                assert!(path.last().is_none_or(|last| *last == node));
            }
        }
    }
}
