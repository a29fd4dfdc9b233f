//! Which objects name a suspect: those that pile up, or a part that each of them has and that says more to a person.

use super::groups::Groups;
use super::limits::{DEEPEST_NAME, MOST_BELOW, MOST_PARTS, NAMED_MORE, NAMED_SHARE, WORTH_OF_REQUEST};
use crate::kind::NodeKind;
use crate::known::node::REQUESTS;
use crate::leaks::{Leaked, Origin, worth};
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;

/// The group that a person would name: the group itself, or one below it with about as many objects. `below` has the
/// groups below each group.
///
/// Example: handles `TCP` pile up, each with a socket, and that with a `ClientRequest`, which is what a program made.
pub fn best_group(naming: &Naming<'_>, groups: &Groups, below: &[Vec<u32>], top: u32) -> u32 {
    let count = groups.rows[top as usize].count as f64;
    let is_as_many = |group: &u32| {
        let share = groups.rows[*group as usize].count as f64 / count;
        (NAMED_SHARE..=NAMED_MORE).contains(&share)
    };
    let mut best = (i64::MIN, top);
    let mut next = vec![(top, 0_i64)];
    while let Some((group, depth)) = next.pop() {
        let sample = groups.rows[group as usize].sample;
        let worth = worth_of(naming, sample) - depth;
        // A plain object may be anything: as a part it says nothing.
        let is_named = depth == 0 || naming.origin(sample) != Origin::Plain;
        if is_named && worth > best.0 {
            best = (worth, group);
        }
        if depth < DEEPEST_NAME {
            next.extend(
                below[group as usize].iter().filter(|group| is_as_many(group)).map(|group| (*group, depth + 1)),
            );
        }
    }
    best.1
}

/// A request is what a program makes and ends; its socket and its parser are parts of it.
fn worth_of(naming: &Naming<'_>, node: NodeOrdinal) -> i64 {
    let origin = naming.origin(node);
    let is_request = origin == Origin::Node && REQUESTS.contains(&naming.class_name(node).to_string().as_str());
    worth(origin) + if is_request { WORTH_OF_REQUEST } else { 0 }
}

/// The first object of a group at an object or below it, breadth first.
pub fn first_of(groups: &Groups, leaked: &dyn Leaked, from: NodeOrdinal, group: u32) -> Option<NodeOrdinal> {
    let mut queue = vec![from];
    let mut next = 0;
    while next < queue.len() {
        let node = queue[next];
        next += 1;
        if groups.of[node.index()] == group {
            return Some(node);
        }
        if queue.len() < MOST_BELOW {
            queue.extend(leaked.children(node));
        }
    }
    None
}

/// From an item down to the part that holds most of its bytes, if the class does not already tell: memory outside of
/// the heap, a long text behind a slice, or an object of Node.js or of a package. Nothing when there is no such part.
pub fn heaviest_part(naming: &Naming<'_>, leaked: &dyn Leaked, item: NodeOrdinal) -> Vec<NodeOrdinal> {
    let snapshot = &naming.heap.snapshot;
    let mut way = Vec::new();
    let mut at = item;
    for _ in 0..MOST_PARTS {
        let children = leaked.children(at).into_iter().filter(|child| !leaked.is_alike(*child, item));
        let heaviest = children.max_by_key(|child| (leaked.weight(*child), std::cmp::Reverse(*child)));
        let Some(child) = heaviest.filter(|child| leaked.weight(*child) * 2 > leaked.weight(at)) else { break };
        at = child;
        way.push(at);
        let is_content = snapshot.kind(at) == NodeKind::NATIVE || snapshot.kind(at).is_string();
        let (whole, part) = (naming.origin(item), naming.origin(at));
        let is_inside = whole == Origin::Node && part == Origin::Node;
        let is_known = whole < Origin::Program && part >= Origin::Node && !is_inside;
        if is_known || is_content && snapshot.shallow_size(at) * 2 > leaked.weight(item) {
            return way;
        }
    }
    Vec::new()
}
