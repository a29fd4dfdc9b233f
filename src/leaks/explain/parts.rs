//! The parts of a leaked object: the mean of all leaked objects, as a tree of classes.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::text::TextBuf;
use std::collections::HashMap;

/// A class of objects at one place of the item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    pub name: TextBuf,
    /// The reference that holds it; `[]` stands for a position.
    pub edge: TextBuf,
    /// Objects for each item.
    pub count: f64,
    /// Bytes for each item, with all parts below, shown or not.
    pub size: f64,
    /// Heaviest first.
    pub children: Vec<Part>,
}

#[derive(Clone, Copy)]
struct Place {
    parent: u32,
    level: u8,
    /// A sample.
    node: NodeOrdinal,
    count: u64,
    size: u64,
}

/// A tree for the group of each of these objects. An object counts once, at the place to which its path leads.
///
/// # Cost
/// One pass over the nodes; 4 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn items(newest: &Newest<'_>, items: &[NodeOrdinal], control: &Control) -> Result<Vec<Part>> {
    let (snapshot, limits) = (newest.snapshot(), &newest.limits);
    let mut places: Vec<Place> = Vec::new();
    let mut roots: HashMap<GroupKey, u32> = HashMap::new();
    let mut root_of = Vec::with_capacity(items.len());
    for item in items {
        let root = *roots.entry(newest.key(*item)).or_insert_with(|| {
            places.push(Place { parent: u32::MAX, level: 0, node: *item, count: 0, size: 0 });
            index(places.len() - 1)
        });
        root_of.push(root);
    }
    // By node: its place plus one; 0 for a node that is no part of an item.
    let mut place_of = vec![0_u32; snapshot.node_count()];
    let mut known: HashMap<(u32, u64, Label), u32> = HashMap::new();
    let mut is_item = BitSet::new(snapshot.node_count());
    items.iter().for_each(|item| is_item.insert(item.index()));
    for (turn, node) in newest.tree.forest.order().enumerate() {
        control.check_at(turn)?;
        let above = newest.owner(node).map_or(0, |owner| place_of[owner.index()]);
        if newest.tree.is_backing(node) {
            if above != 0 {
                places[above as usize - 1].size += snapshot.shallow_size(node);
            }
            continue;
        }
        if newest.grouping.is_persistent(node) && !is_item.contains(node.index()) {
            continue;
        }
        let root = roots.get(&newest.key(node)).copied();
        let link = newest.tree.repeats(node).map_or(0, |link| place_of[link.index()]);
        let (place, is_new) = if let Some(root) = root {
            (root, true)
        } else if above == 0 {
            continue;
        } else if link != 0 {
            (link - 1, true)
        } else {
            let parent = above - 1;
            let level = places[parent as usize].level + 1;
            let key = (parent, newest.tree.step(node), newest.label(node));
            match known.get(&key) {
                Some(place) => (*place, true),
                None if level > limits.parts_levels || places.len() >= limits.parts_places => (parent, false),
                None => {
                    places.push(Place { parent, level, node, count: 0, size: 0 });
                    let place = index(places.len() - 1);
                    known.insert(key, place);
                    (place, true)
                }
            }
        };
        let suspect = &mut places[place as usize];
        suspect.count += u64::from(is_new);
        suspect.size += snapshot.shallow_size(node);
        place_of[node.index()] = place + 1;
    }
    Ok(trees(newest, places, &root_of))
}

fn trees(newest: &Newest<'_>, mut places: Vec<Place>, roots: &[u32]) -> Vec<Part> {
    // Parents stand before their children.
    for at in (0..places.len()).rev() {
        let Place { parent, size, .. } = places[at];
        if let Some(above) = places.get_mut(parent as usize) {
            above.size += size;
        }
    }
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); places.len()];
    for (at, place) in places.iter().enumerate() {
        if let Some(siblings) = children.get_mut(place.parent as usize) {
            siblings.push(at);
        }
    }
    roots.iter().map(|root| part(newest, &places, &children, *root as usize, &places[*root as usize])).collect()
}

/// The part at a place, with its children. Goes no deeper than [`crate::leaks::limits::Limits::parts_levels`].
fn part(newest: &Newest<'_>, places: &[Place], children: &[Vec<usize>], at: usize, item: &Place) -> Part {
    let place = &places[at];
    let each = |total: u64| total as f64 / item.count.max(1) as f64;
    let mut shown: Vec<usize> = children[at]
        .iter()
        .copied()
        .filter(|child| places[*child].size as f64 >= item.size as f64 * newest.limits.parts_share)
        .collect();
    shown.sort_by_key(|child| (std::cmp::Reverse(places[*child].size), *child));
    shown.truncate(newest.limits.parts_children);
    Part {
        name: newest.original_name(place.node),
        edge: newest.naming().generic_edge_name(place.node),
        count: each(place.count),
        size: each(place.size),
        children: shown.into_iter().map(|child| part(newest, places, children, child, item)).collect(),
    }
}

fn index(place: usize) -> u32 {
    u32::try_from(place).expect("there are no more places than Limits::parts_places and items")
}
