//! What one leaked object is made of: the mean of all of them, as a tree of classes.

use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Last;
use crate::leaks::place::census::Key;
use crate::leaks::place::holder_tree::is_backing;
use crate::leaks::place::path::generic_edge_name;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;
use std::collections::HashMap;

/// Levels below the item. What lies deeper counts for the lowest that is shown.
const MOST_LEVELS: u8 = 8;
/// Different places below all items of a report. What more there is counts for what holds it.
const MOST_PLACES: usize = 1 << 16;
/// Children of one part, heaviest first.
const MOST_CHILDREN: usize = 6;
/// A part of fewer bytes than this share of the item is not shown.
const SMALLEST_SHARE: f64 = 0.01;

/// A class of objects at one place of the item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    pub name: TextBuf,
    /// The reference that holds it; `[]` stands for a position.
    pub edge: TextBuf,
    /// Objects for each item.
    pub count: f64,
    /// Bytes for each item, with all that hangs from them, shown or not.
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

/// Trees for the groups of these objects. Each object counts once, at the place where its path from the roots leads.
///
/// # Cost
/// One pass over the nodes; 4 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn items(last: &Last<'_>, items: &[NodeOrdinal], control: &Control) -> Result<Vec<Part>> {
    let snapshot = last.snapshot();
    let mut places: Vec<Place> = Vec::new();
    let mut roots: HashMap<Key, u32> = HashMap::new();
    let mut root_of = Vec::with_capacity(items.len());
    for item in items {
        let root = *roots.entry(last.key(*item)).or_insert_with(|| {
            places.push(Place { parent: u32::MAX, level: 0, node: *item, count: 0, size: 0 });
            index(places.len() - 1)
        });
        root_of.push(root);
    }
    // By node: its place and one; 0 for what is no part of an item.
    let mut place_of = vec![0_u32; snapshot.node_count()];
    let mut known: HashMap<(u32, u64, u64), u32> = HashMap::new();
    for (turn, node) in last.hanging.forest.order().enumerate() {
        control.check_at(turn)?;
        let above = last.owner(node).map_or(0, |owner| place_of[owner.index()]);
        if is_backing(snapshot, node) {
            if above != 0 {
                places[above as usize - 1].size += snapshot.shallow_size(node);
            }
            continue;
        }
        if last.zones.is_persistent(node) && !items.contains(&node) {
            continue;
        }
        let root =
            roots.get(&last.key(node)).copied().filter(|_| !last.zones.is_persistent(node) || items.contains(&node));
        let link = last.hanging.repeats(node).map_or(0, |link| place_of[link.index()]);
        let (place, is_new) = if let Some(root) = root {
            (root, true)
        } else if above == 0 {
            continue;
        } else if link != 0 {
            (link - 1, true)
        } else {
            let parent = above - 1;
            let level = places[parent as usize].level + 1;
            let key = (parent, last.hanging.step(node), last.label(node));
            match known.get(&key) {
                Some(place) => (*place, true),
                None if level > MOST_LEVELS || places.len() >= MOST_PLACES => (parent, false),
                None => {
                    places.push(Place { parent, level, node, count: 0, size: 0 });
                    let place = index(places.len() - 1);
                    known.insert(key, place);
                    (place, true)
                }
            }
        };
        let entry = &mut places[place as usize];
        entry.count += u64::from(is_new);
        entry.size += snapshot.shallow_size(node);
        place_of[node.index()] = place + 1;
    }
    Ok(trees(last, places, &root_of))
}

fn trees(last: &Last<'_>, mut places: Vec<Place>, roots: &[u32]) -> Vec<Part> {
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
    roots.iter().map(|root| part(last, &places, &children, *root as usize, &places[*root as usize])).collect()
}

/// Goes no deeper than [`MOST_LEVELS`].
fn part(last: &Last<'_>, places: &[Place], children: &[Vec<usize>], at: usize, item: &Place) -> Part {
    let place = &places[at];
    let each = |total: u64| total as f64 / item.count.max(1) as f64;
    let mut shown: Vec<usize> = children[at]
        .iter()
        .copied()
        .filter(|child| places[*child].size as f64 >= item.size as f64 * SMALLEST_SHARE)
        .collect();
    shown.sort_by_key(|child| (std::cmp::Reverse(places[*child].size), *child));
    shown.truncate(MOST_CHILDREN);
    Part {
        name: last.original_name(place.node),
        edge: generic_edge_name(last, place.node),
        count: each(place.count),
        size: each(place.size),
        children: shown.into_iter().map(|child| part(last, places, children, child, item)).collect(),
    }
}

fn index(place: usize) -> u32 {
    u32::try_from(place).expect("there are no more places than MOST_PLACES and items")
}
