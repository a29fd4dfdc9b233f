//! A depth-first spanning tree of the heap, and the page objects that the walk meets.

use super::essential::{Essential, Holding};
use super::flood::{EdgeKinds, flood};
use super::retainers::Retainers;
use super::roots::DOCUMENT_TREES;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{EdgeOrdinal, NO_NODE, NodeOrdinal};
use crate::snapshot::Snapshot;

/// Depth-first spanning tree of what the root reaches over essential edges, by preorder numbers. Needs no retainers: it
/// can be found while they are sorted.
///
/// # Shapes
/// `nodes[i]` is the node with number `i`, `parent[i]` the number of its parent; `number` goes the other way,
/// [`NO_NODE`] when not reached.
pub struct Spanning {
    /// Nodes that have a number. Nearly every edge leads to one, and bits stay in the cache.
    reached: BitSet,
    pub number: Vec<u32>,
    pub nodes: Vec<u32>,
    pub parent: Vec<u32>,
    /// Nodes that wait, each with the number of its parent.
    stack: Vec<(u32, u32)>,
}

/// The edges that lead from page object to page object.
const NOT_WEAK: EdgeKinds = EdgeKinds::all_but(&[EdgeKind::Weak]);

impl Spanning {
    /// The tree, and with it what is essential, for that needs the page objects: what the page's own roots reach over
    /// edges that are not weak.
    ///
    /// Those roots are walked first. From there every edge that holds counts, and what it leads to is a page object;
    /// little is reached by edges that hold nothing only, and is looked for afterwards.
    ///
    /// # Cost
    /// O(edges); 12 bytes and two bits a node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of<'a>(holding: &'a Holding<'a>, control: &Control) -> Result<(Self, Essential<'a>)> {
        let snapshot = holding.snapshot();
        let (count, root) = (snapshot.node_count(), snapshot.root());
        let mut spanning = Self {
            reached: BitSet::new(count),
            number: vec![NO_NODE; count],
            nodes: Vec::with_capacity(count),
            parent: Vec::with_capacity(count),
            stack: Vec::new(),
        };
        spanning.give_number(root, 0);
        let (own, mut loose): (Vec<NodeOrdinal>, Vec<NodeOrdinal>) =
            page_roots(snapshot).partition(|node| *node != root);
        spanning.stack.extend(own.iter().map(|node| (node.0, 0)));
        spanning.descend(snapshot, control, |node, reached, waiting| {
            for (target, holds) in holding.new_targets(node, reached) {
                // Other objects of the root are the page's only if the page leads to the root.
                if holds && target != root {
                    waiting.push(target);
                } else {
                    loose.push(target);
                }
            }
        })?;
        let page = flood(snapshot, spanning.reached.clone(), loose.into_iter(), NOT_WEAK, control)?;
        let essential = Essential::new(holding, page);
        spanning.reached.insert(root.index());
        let others = essential.new_targets(root, &spanning.reached);
        spanning.stack.extend(others.map(|target| (target.0, 0)));
        spanning.descend_essential(&essential, control)?;
        Ok((spanning, essential))
    }

    /// Hangs what nobody holds under the root.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn with_unreachable(
        mut self,
        essential: &Essential<'_>,
        retainers: &Retainers,
        control: &Control,
    ) -> Result<Self> {
        for node in essential.snapshot().nodes() {
            control.check_at(node.index())?;
            let is_held = || essential.sources(node, retainers.sources(node)).next().is_some();
            if !self.reached.contains(node.index()) && !is_held() {
                self.stack.push((node.0, 0));
                self.descend_essential(essential, control)?;
            }
        }
        Ok(self)
    }

    fn descend_essential(&mut self, essential: &Essential<'_>, control: &Control) -> Result<()> {
        self.descend(essential.snapshot(), control, |node, reached, waiting| {
            essential.new_targets(node, reached).for_each(|target| waiting.push(target));
        })
    }

    /// Numbers everything that can be reached from what is on the stack. `push_targets` puts all targets of a node
    /// there at once; one that was reached meanwhile is dropped when it comes up, so the tree is a depth-first one.
    fn descend(
        &mut self,
        snapshot: &Snapshot,
        control: &Control,
        mut push_targets: impl FnMut(NodeOrdinal, &BitSet, &mut Waiting<'_>),
    ) -> Result<()> {
        while let Some((node, parent)) = self.stack.pop() {
            if !self.reached.insert_new(node as usize) {
                continue;
            }
            let number = self.nodes.len();
            control.check_at(number)?;
            self.give_number(NodeOrdinal(node), parent);
            let mut waiting = Waiting { snapshot, parent: number as u32, stack: &mut self.stack };
            push_targets(NodeOrdinal(node), &self.reached, &mut waiting);
            for ahead in [1, 3] {
                if let Some((next, _)) = self.stack.len().checked_sub(ahead).and_then(|at| self.stack.get(at)) {
                    snapshot.expect_edges(NodeOrdinal(*next));
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn give_number(&mut self, node: NodeOrdinal, parent: u32) {
        self.number[node.index()] = self.nodes.len() as u32;
        self.nodes.push(node.0);
        self.parent.push(parent);
    }
}

/// Where the children of a node go.
struct Waiting<'a> {
    snapshot: &'a Snapshot,
    parent: u32,
    stack: &'a mut Vec<(u32, u32)>,
}

impl Waiting<'_> {
    #[inline(always)]
    fn push(&mut self, target: NodeOrdinal) {
        self.snapshot.expect_node(target);
        self.stack.push((target.0, self.parent));
    }
}

/// The page's own roots: in Node the global objects, in a browser the documents, too.
fn page_roots(snapshot: &Snapshot) -> impl Iterator<Item = NodeOrdinal> + '_ {
    let is_of_page = |edge: &EdgeOrdinal| {
        let target = snapshot.target(*edge);
        match snapshot.edge_kind(*edge) {
            EdgeKind::Shortcut => true,
            EdgeKind::Element => {
                snapshot.kind(target) == NodeKind::SYNTHETIC && snapshot.name_text(target).is(DOCUMENT_TREES)
            }
            _ => false,
        }
    };
    snapshot.edges(snapshot.root()).filter(is_of_page).map(|edge| snapshot.target(edge))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Ephemerons;
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;

    /// The definition: what the page's roots reach over edges that are not weak, whatever else an edge says.
    #[test]
    fn page_objects_agree_with_the_definition_on_random_heaps() {
        let control = Control::new();
        let mut numbers = Random::new(0x2545_f491_4f6c_dd1d);
        let mut random = |below: u64| numbers.below(below);
        for round in 0..300 {
            let count = 2 + random(24);
            let mut drawing = String::from("n0");
            for node in 0..count {
                drawing.push_str(&format!("| n{node} >"));
                for _ in 0..random(4) {
                    let mark = ["", "", "~", "!"][random(4) as usize];
                    drawing.push_str(&format!(" {mark}n{}", random(count)));
                }
            }
            let snapshot = draw(&drawing);
            let ephemerons = Ephemerons::of(&snapshot);
            let holding = Holding::of(&snapshot, &ephemerons, &control).unwrap();
            let (_, essential) = Spanning::of(&holding, &control).unwrap();
            let none = BitSet::new(snapshot.node_count());
            let expected = flood(&snapshot, none, page_roots(&snapshot), NOT_WEAK, &control).unwrap();
            for node in snapshot.nodes() {
                let found = essential.is_page_object(node);
                assert_eq!(found, expected.contains(node.index()), "node {} of round {round} in {drawing}", node.0);
            }
        }
    }
}
