//! Where do the bytes hang? The dominator tree as nested boxes, few enough to be drawn.
//!
//! By class, boxes are made of all nodes of one class below the same box: a million sessions are one box. A node below
//! a node of its own class belongs to the same box, so that a linked list is one box and not a million levels.

use super::class::ClassOrdinal;
use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Dominated;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Nobody sees more levels; a list of single objects would have one for each.
const MOST_LEVELS: u32 = 64;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BoxOf {
    /// Every node that the question begins with.
    Start,
    Class(ClassOrdinal),
    Node(NodeOrdinal),
    /// What is too small for boxes of its own.
    Rest,
}

/// A box. Its size is its own bytes and the sizes of its children, exactly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DominatorBox {
    pub of: BoxOf,
    /// Nodes of the box itself; of the rest those that stand at its top.
    pub count: u64,
    /// Bytes that would be freed with them.
    pub size: u64,
    /// Bytes of the nodes themselves. Of a box without children: all its bytes.
    pub own_size: u64,
    /// True: it has more inside, for which there was no room.
    pub is_closed: bool,
    /// Biggest first, the rest last.
    pub children: Vec<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BoxOptions {
    pub by_class: bool,
    /// Where to begin. The root begins with what V8's groups of roots hold.
    pub start: NodeOrdinal,
    /// Classes from there downwards, so that the boxes below one of an earlier answer are found.
    pub path: Vec<ClassOrdinal>,
    /// Most boxes.
    pub limit: usize,
    /// Bytes of a box at least; smaller ones are the rest.
    pub least_size: u64,
}

/// The boxes, the outermost first. The largest are opened first, until there are enough.
///
/// # Cost
/// O(nodes) for the dominator tree downwards, and a look at each node in an opened box.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn dominator_boxes(heap: &Heap, options: &BoxOptions, control: &Control) -> Result<Vec<DominatorBox>> {
    let mut boxes = Boxes {
        heap,
        dominated: Dominated::of(&heap.graph.dominators, heap.snapshot.root()),
        by_class: options.by_class,
        looked: 0,
        control,
    };
    let start = Group { of: BoxOf::Start, nodes: vec![options.start], size: heap.graph.retained_size(options.start) };
    let mut outermost = start;
    for class in &options.path {
        let (_, groups) = boxes.open(&mut outermost)?;
        let inside = groups.into_iter().find(|group| group.of == BoxOf::Class(*class));
        outermost = inside.unwrap_or(Group { of: BoxOf::Class(*class), nodes: Vec::new(), size: 0 });
    }
    boxes.draw(outermost, options)
}

/// Nodes that become one box.
struct Group {
    of: BoxOf,
    nodes: Vec<NodeOrdinal>,
    size: u64,
}

struct Boxes<'a> {
    heap: &'a Heap,
    dominated: Dominated,
    by_class: bool,
    looked: usize,
    control: &'a Control,
}

impl Boxes<'_> {
    fn draw(&mut self, outermost: Group, options: &BoxOptions) -> Result<Vec<DominatorBox>> {
        let mut boxes = vec![self.closed(&outermost)];
        let mut waiting = HashMap::from([(0, (outermost, 0))]);
        let mut largest = BinaryHeap::from([(boxes[0].size, Reverse(0))]);
        while let Some((_, Reverse(at))) = largest.pop() {
            let Some((mut group, level)) = waiting.remove(&at) else { continue };
            // A box is opened when it has room for a child and a rest.
            if !boxes[at].is_closed || level == MOST_LEVELS || boxes.len() + 2 > options.limit {
                continue;
            }
            let (own_size, groups) = self.open(&mut group)?;
            let mut rest = DominatorBox {
                of: BoxOf::Rest,
                count: 0,
                size: 0,
                own_size: 0,
                is_closed: false,
                children: Vec::new(),
            };
            let mut children = Vec::new();
            for child in groups {
                let has_room = boxes.len() + 1 < options.limit;
                if child.size >= options.least_size && has_room {
                    children.push(boxes.len());
                    largest.push((child.size, Reverse(boxes.len())));
                    boxes.push(self.closed(&child));
                    waiting.insert(boxes.len() - 1, (child, level + 1));
                } else {
                    rest.count += child.nodes.len() as u64;
                    rest.size = rest.size.saturating_add(child.size);
                }
            }
            if rest.count > 0 {
                rest.own_size = rest.size;
                children.push(boxes.len());
                boxes.push(rest);
            }
            let opened = &mut boxes[at];
            *opened = DominatorBox {
                of: opened.of,
                count: group.nodes.len() as u64,
                own_size,
                size: opened.size,
                is_closed: false,
                children,
            };
        }
        Ok(boxes)
    }

    /// The box of a group that nobody has opened.
    fn closed(&self, group: &Group) -> DominatorBox {
        let is_closed = group.nodes.iter().any(|node| self.dominated.children(*node).len() > 0);
        let count = group.nodes.len() as u64;
        DominatorBox { of: group.of, count, size: group.size, own_size: group.size, is_closed, children: Vec::new() }
    }

    /// Bytes of the nodes of a group, and the groups that they dominate, biggest first. Nodes that belong to the same
    /// box join the group.
    fn open(&mut self, group: &mut Group) -> Result<(u64, Vec<Group>)> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places: HashMap<BoxOf, usize> = HashMap::new();
        let mut own_size = 0u64;
        let mut at = 0;
        while let Some(node) = group.nodes.get(at).copied() {
            at += 1;
            own_size = own_size.saturating_add(self.heap.snapshot.shallow_size(node));
            for child in self.dominated.children(node) {
                self.looked += 1;
                self.control.check_at(self.looked)?;
                let of = self.box_of(child);
                if self.joins(group.of, child, of) {
                    group.nodes.push(child);
                    continue;
                }
                let place = *places.entry(of).or_insert(groups.len());
                if place == groups.len() {
                    groups.push(Group { of, nodes: Vec::new(), size: 0 });
                }
                let size = self.heap.graph.retained_size(child);
                groups[place].nodes.push(child);
                groups[place].size = groups[place].size.saturating_add(size);
            }
        }
        groups.sort_by_key(|group| (Reverse(group.size), group.nodes[0]));
        Ok((own_size, groups))
    }

    fn box_of(&self, node: NodeOrdinal) -> BoxOf {
        match self.by_class {
            true => BoxOf::Class(self.heap.classes.class_of(node)),
            false => BoxOf::Node(node),
        }
    }

    /// V8's groups of roots say nothing of the program: what they hold stands in the outermost box.
    fn joins(&self, group: BoxOf, child: NodeOrdinal, of: BoxOf) -> bool {
        match group {
            BoxOf::Start => self.heap.snapshot.kind(child) == NodeKind::SYNTHETIC,
            _ => self.by_class && group == of,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::{draw, named};

    fn heap(drawing: &str) -> Heap {
        analyse(draw(drawing), &OpenOptions::default(), &Control::new()).unwrap()
    }

    fn ask(heap: &Heap, by_class: bool, limit: usize, least_size: u64) -> Vec<DominatorBox> {
        let options = BoxOptions { by_class, start: heap.snapshot.root(), path: Vec::new(), limit, least_size };
        dominator_boxes(heap, &options, &Control::new()).unwrap()
    }

    /// `name×count own/size [children]`, `…` for the rest, `+` for a closed box.
    fn written(heap: &Heap, boxes: &[DominatorBox], at: usize) -> String {
        let one = &boxes[at];
        let name = match one.of {
            BoxOf::Start => "start".into(),
            BoxOf::Rest => "…".into(),
            BoxOf::Class(class) => heap.classes.row(class).name.as_text().to_string_lossy(),
            BoxOf::Node(node) => heap.snapshot.name_text(node).to_string_lossy(),
        };
        let inside: Vec<String> = one.children.iter().map(|child| written(heap, boxes, *child)).collect();
        let closed = if one.is_closed { "+" } else { "" };
        let inside = if inside.is_empty() { String::new() } else { format!(" [{}]", inside.join(" ")) };
        format!("{name}×{} {}/{}{closed}{inside}", one.count, one.own_size, one.size)
    }

    #[track_caller]
    fn check(drawing: &str, by_class: bool, (limit, least_size): (usize, u64), expected: &str) {
        let heap = heap(drawing);
        let boxes = ask(&heap, by_class, limit, least_size);
        assert_eq!(written(&heap, &boxes, 0), expected);
        assert!(boxes.len() <= limit);
        for one in &boxes {
            let inside: u64 = one.children.iter().map(|child| boxes[*child].size).sum();
            assert_eq!(one.size, one.own_size + inside);
        }
    }

    const MANY: &str = "root > s/synthetic | s > a:1 b:5 | a > c:2 d:9 | b > d e:5 | e > f:5";

    #[test]
    fn roots_of_v8_are_no_boxes() {
        check(MANY, false, (99, 0), "start×2 0/27 [b×1 5/15 [e×1 5/10 [f×1 5/5]] d×1 9/9 a×1 1/3 [c×1 2/2]]");
    }

    #[test]
    fn what_is_small_is_the_rest() {
        check(MANY, false, (99, 6), "start×2 0/27 [b×1 5/15 [e×1 5/10 […×1 5/5]] d×1 9/9 …×1 3/3]");
    }

    #[test]
    fn the_largest_are_opened_while_there_is_room() {
        check(MANY, false, (1, 0), "start×1 27/27+");
        check(MANY, false, (3, 0), "start×2 0/27 [b×1 15/15+ …×2 12/12]");
        check(MANY, false, (5, 0), "start×2 0/27 [b×1 15/15+ d×1 9/9 a×1 3/3+]");
        check(MANY, false, (6, 0), "start×2 0/27 [b×1 5/15 [e×1 10/10+] d×1 9/9 a×1 3/3+]");
    }

    #[test]
    fn nodes_of_one_class_are_one_box() {
        let drawing = "root > a:1 b:2 | a > x1.c:3 x2.d:4 | b > e:5";
        check(drawing, true, (99, 0), "start×1 0/15 [a×1 1/8 [d×1 4/4 c×1 3/3] b×1 2/7 [e×1 5/5]]");
    }

    #[test]
    fn a_list_is_one_box() {
        let list: Vec<String> = (0..500).map(|at| format!("n{at}:1/array > n{}:1/array", at + 1)).collect();
        let drawing = format!("root > n0 | {}", list.join(" | "));
        check(&drawing, true, (99, 0), "start×1 0/501 [(array)×501 501/501]");
        let heap = heap(&drawing);
        assert_eq!(ask(&heap, false, 2000, 0).len(), 1 + MOST_LEVELS as usize);
    }

    #[test]
    fn an_answer_can_begin_further_below() {
        let heap = heap(MANY);
        let class = |name: &str| heap.classes.class_of(named(&heap.snapshot, name));
        let ask = |start, path: &[&str]| {
            let path = path.iter().map(|name| class(name)).collect();
            let options = BoxOptions { by_class: true, start, path, limit: 99, least_size: 0 };
            let boxes = dominator_boxes(&heap, &options, &Control::new()).unwrap();
            written(&heap, &boxes, 0)
        };
        assert_eq!(ask(heap.snapshot.root(), &["b", "e"]), "e×1 5/10 [f×1 5/5]");
        assert_eq!(ask(named(&heap.snapshot, "b"), &[]), "start×1 5/15 [e×1 5/10 [f×1 5/5]]");
        assert_eq!(ask(heap.snapshot.root(), &["f"]), "f×0 0/0");
    }
}
