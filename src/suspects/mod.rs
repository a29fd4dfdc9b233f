//! One heap: where most of it piles up, what speaks for a leak there, and what against. `docs/suspects.md` has the
//! method.
//!
//! Each node hangs on one path from the roots. Nodes of one class that are held alike form a group (`groups`); groups
//! with many objects for each holder pile up (`choose`). One pass more finds the holders and the ages (`collect`).

mod account;
mod ages;
mod build;
mod choose;
mod collect;
mod evidence;
mod groups;
mod item;
mod kind;
mod limits;
mod own_line;
mod sections;
mod suspect;
#[cfg(test)]
mod test_suspects;

use crate::analysis::{Heap, Scripts, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::paths::whole_tree::WholeTree;
use crate::snapshot::Snapshot;
pub use account::{Line, Use};
use account::{Suspects, account};
use build::Found;
use choose::choose;
use collect::{Piles, collect};
pub use evidence::{Confidence, Looks, Opinion};
use groups::{Groups, NO_GROUP};
use limits::{FEWEST_BYTES, SMALLEST_SHARE};
pub use own_line::{Found as FoundBy, OwnLine, Role};
use sections::sections;
pub use sections::{Sections, Sum};
use std::collections::HashMap;
pub use suspect::{Other, Suspect};

/// All that one heap says about accumulation.
pub struct SuspectReport {
    /// Those that look like leaks first, the heaviest first.
    pub suspects: Vec<Suspect>,
    pub lines: Vec<Line>,
    /// Bytes of the whole heap, with those outside of it that V8 counts.
    pub total: u64,
    /// Bytes of a suspect at least.
    pub least: u64,
    pub sections: Sections,
    /// What names the steps of paths.
    pub whole: WholeTree,
}

/// Texts and others of each section.
const LISTED: usize = 5;

/// The largest accumulations of a heap, `limit` at most.
///
/// # Cost
/// O(nodes + edges); two threads; about 40 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn find(
    heap: &Heap,
    scripts: &Scripts,
    maps: Option<&SourceMaps>,
    limit: usize,
    control: &Control,
) -> Result<SuspectReport> {
    let snapshot = &heap.snapshot;
    let ((whole, groups), sections) = {
        let of_groups = || {
            let whole = WholeTree::of(snapshot, control)?;
            let groups = Groups::of(heap, &whole, control)?;
            Ok((whole, groups))
        };
        let (groups, sections) = rayon::join(of_groups, || sections(heap, LISTED, control));
        let groups: Result<_> = groups;
        (groups?, sections?)
    };
    let total = heap.graph.retained_size(snapshot.root()).saturating_add(snapshot.tables().extra_native_bytes);
    let least = (total / SMALLEST_SHARE).max(FEWEST_BYTES);
    let chosen = choose(snapshot, &groups, least);
    let piles = collect(heap, &whole, &groups, &chosen, control)?;
    let below = item::below(&groups);
    let naming = whole.naming(heap, scripts, maps);
    let found = Found { naming: &naming, groups: &groups, below: &below, chosen: &chosen, piles: &piles, total };
    let mut suspects: Vec<(Suspect, Members)> = Vec::new();
    for positions in by_holder(&groups, &chosen) {
        control.check()?;
        let holders = holders_of(snapshot, &groups, &chosen, &piles, &positions);
        let table_size = holders.map_or(0, |at| groups.rows[at as usize].shallow);
        let suspect = found.of_groups(&positions, table_size);
        suspects.extend(suspect.map(|suspect| (suspect, Members::Groups { positions, holders })));
    }
    let taken: Vec<u32> = suspects.iter().filter_map(|(_, members)| members.holders()).collect();
    for node in large_objects(heap, &groups, &piles, &taken, least, control)? {
        let suspect = found.of_object(node, snapshot.shallow_size(node));
        suspects.extend(suspect.map(|suspect| (suspect, Members::Object(node))));
    }
    suspects.sort_by_key(|(suspect, _)| (suspect.opinion.looks != Looks::Leak, std::cmp::Reverse(suspect.size)));
    suspects.truncate(limit);
    let members = members_of(&suspects, chosen.len());
    let lines = account(heap, &whole, &groups, &piles, &members, control)?;
    let suspects = suspects.into_iter().map(|(suspect, _)| suspect).collect();
    Ok(SuspectReport { suspects, lines, total, least, sections, whole })
}

/// What a suspect is made of.
enum Members {
    /// Positions among the chosen groups.
    Groups {
        positions: Vec<usize>,
        holders: Option<u32>,
    },
    Object(NodeOrdinal),
}

impl Members {
    /// The group of the holders, where these do nothing but hold.
    fn holders(&self) -> Option<u32> {
        match self {
            Self::Groups { holders, .. } => *holders,
            Self::Object(_) => None,
        }
    }
}

/// The group of the containers of some chosen groups, when most objects of it are containers: their tables are part of
/// the suspect.
fn holders_of(snapshot: &Snapshot, groups: &Groups, chosen: &[u32], piles: &Piles, positions: &[usize]) -> Option<u32> {
    let first = *positions.first()?;
    let parent = groups.rows[chosen[first] as usize].parent;
    let row = groups.rows.get(parent as usize)?;
    let is_container = snapshot.kind(row.sample) == NodeKind::OBJECT
        && piles.piles[first].holders.len() as u64 * 2 >= row.count
        && piles.within[parent as usize].is_none();
    is_container.then_some(parent)
}

fn members_of(suspects: &[(Suspect, Members)], chosen: usize) -> Suspects {
    let mut all = Suspects { count: suspects.len(), of_group: vec![None; chosen], ..Suspects::default() };
    for (at, (_, members)) in suspects.iter().enumerate() {
        match members {
            Members::Groups { positions, holders } => {
                positions.iter().for_each(|group| all.of_group[*group] = Some(at));
                holders.iter().for_each(|group| _ = all.of_holders.insert(*group, at));
            }
            Members::Object(node) => _ = all.of_object.insert(*node, at),
        }
    }
    all
}

/// Chosen groups with the same holders stand together: keys and values of a Map, objects of several classes. The
/// heaviest comes first.
fn by_holder(groups: &Groups, chosen: &[u32]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<u32, usize> = HashMap::new();
    for (position, group) in chosen.iter().enumerate() {
        let at = *known.entry(groups.rows[*group as usize].parent).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        all[at].push(position);
    }
    all
}

/// Objects that are large by themselves and part of no group that piles up.
fn large_objects(
    heap: &Heap,
    groups: &Groups,
    piles: &Piles,
    taken: &[u32],
    least: u64,
    control: &Control,
) -> Result<Vec<NodeOrdinal>> {
    let snapshot = &heap.snapshot;
    let mut large = Vec::new();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if snapshot.shallow_size(node) < least {
            continue;
        }
        let group = groups.of[node.index()];
        if group != NO_GROUP && piles.within[group as usize].is_none() && !taken.contains(&group) {
            large.push(node);
        }
    }
    Ok(large)
}
