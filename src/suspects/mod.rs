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
mod in_one_heap;
mod item;
mod limits;
mod name;
mod sections;
mod suspect;
#[cfg(test)]
mod test_suspects;

use crate::analysis::{Heap, Scripts, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::leaks::{Evidence, Kind, Limits, Responsible, Search};
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use crate::paths::whole_tree::WholeTree;
use crate::snapshot::Snapshot;
pub use account::{Line, Use};
use account::{Suspects, account};
use build::Found;
use choose::choose;
use collect::{Piles, collect};
pub use evidence::{Confidence, Looks, Opinion};
use groups::{Groups, NO_GROUP};
use limits::{FEWEST_BYTES, FEWEST_BYTES_OF_SMALL, SAME_NUMBER, SMALLEST_SHARE, SMALLEST_SHARE_OF_SMALL};
pub use sections::Sections;
use sections::sections;
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

/// How much to report, and what is no program's own.
#[derive(Clone, Debug)]
pub struct SuspectOptions {
    /// Suspects at most.
    pub limit: usize,
    /// Beginnings of files that are no program's own, as the folders of heaphound.
    pub tools: Vec<String>,
}

/// Texts and others of each section.
const LISTED: usize = 5;

/// The largest accumulations of a heap.
///
/// # Cost
/// O(nodes + edges); two threads; about 40 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn find(
    heap: &Heap,
    scripts: &Scripts,
    maps: Option<&SourceMaps>,
    options: &SuspectOptions,
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
    let own = Search::new(&options.tools, Limits::default().own_file_name, control);
    let below = item::below(&groups);
    let naming = whole.naming(heap, scripts, maps);
    let search = |least, is_small| {
        Looking {
            heap,
            whole: &whole,
            groups: &groups,
            below: &below,
            naming: &naming,
            own: &own,
            total,
            least,
            is_small,
        }
        .look(control)
    };
    let mut least = (total / SMALLEST_SHARE).max(FEWEST_BYTES);
    let mut result = search(least, false)?;
    if result.suspects.is_empty() {
        let smaller = (total / SMALLEST_SHARE_OF_SMALL).max(FEWEST_BYTES_OF_SMALL);
        let small = search(smaller, true)?;
        if !small.suspects.is_empty() {
            (result, least) = (small, smaller);
        }
    }
    let Searched { mut suspects, piles, chosen } = result;
    suspects.sort_by_key(|(suspect, _)| (suspect.opinion.looks != Looks::Leak, std::cmp::Reverse(suspect.size)));
    suspects.truncate(options.limit);
    let members = members_of(&suspects, chosen);
    let lines = account(heap, &whole, &groups, &piles, &members, control)?;
    let suspects = suspects.into_iter().map(|(suspect, _)| suspect).collect();
    Ok(SuspectReport { suspects, lines, total, least, sections, whole })
}

/// One search, for what has so many bytes at least.
struct Looking<'a> {
    heap: &'a Heap,
    whole: &'a WholeTree,
    groups: &'a Groups,
    below: &'a [Vec<u32>],
    naming: &'a Naming<'a>,
    own: &'a Search<'a>,
    total: u64,
    least: u64,
    /// Only what own code has to do with: nothing takes much of the heap.
    is_small: bool,
}

/// What a search found.
struct Searched {
    suspects: Vec<(Suspect, Members)>,
    piles: Piles,
    /// Number of the chosen groups.
    chosen: usize,
}

impl Looking<'_> {
    fn look(&self, control: &Control) -> Result<Searched> {
        let (snapshot, groups) = (&self.heap.snapshot, self.groups);
        let chosen = choose(snapshot, groups, self.least, control)?;
        let piles = collect(self.heap, self.whole, groups, &chosen, control)?;
        let (naming, below, own) = (self.naming, self.below, self.own);
        let (total, is_small) = (self.total, self.is_small);
        let found = Found { naming, groups, below, chosen: &chosen, piles: &piles, own, total, is_small };
        let mut suspects: Vec<(Suspect, Members)> = Vec::new();
        for positions in by_holder(groups, &chosen) {
            control.check()?;
            let holders = holders_of(snapshot, groups, &chosen, &piles, &positions);
            let table_size = holders.map_or(0, |at| groups.rows[at as usize].shallow);
            let suspect = found.of_groups(&positions, table_size)?;
            let holders = holders.into_iter().collect();
            suspects.extend(suspect.map(|suspect| (suspect, Members { positions, holders, object: None })));
        }
        if is_small {
            suspects.retain(|(suspect, _)| is_of_program(suspect));
        } else {
            let taken: Vec<u32> = suspects.iter().flat_map(|(_, members)| members.holders.clone()).collect();
            for node in large_objects(self.heap, groups, &piles, &taken, self.least, control)? {
                let suspect = found.of_object(node, snapshot.shallow_size(node))?;
                let members = Members { positions: Vec::new(), holders: Vec::new(), object: Some(node) };
                suspects.extend(suspect.map(|suspect| (suspect, members)));
            }
        }
        let suspects = merged(suspects);
        Ok(Searched { suspects, piles, chosen: chosen.len() })
    }
}

/// Whether own code stands on the path or is called by the objects, or they are of a kind that Node.js has none of by
/// itself. All else may be a table of Node.js.
fn is_of_program(suspect: &Suspect) -> bool {
    use Kind::{Globals, Modules, Ports, Requests, Sockets, Streams, Workers};
    if matches!(suspect.kind, Globals | Modules | Ports | Requests | Sockets | Streams | Workers) {
        return true;
    }
    match &suspect.responsible {
        Responsible::Found(found) => !found.probably && matches!(found.evidence, Evidence::Path | Evidence::Callback),
        Responsible::Unknown { .. } => false,
    }
}

/// What a suspect is made of.
struct Members {
    /// Positions among the chosen groups.
    positions: Vec<usize>,
    /// Groups of the holders, where these do nothing but hold.
    holders: Vec<u32>,
    /// One large object.
    object: Option<NodeOrdinal>,
}

/// Accumulations that Node.js itself holds, with about as many objects each, are one: a call of the program puts one
/// object in each. So are the lists of listeners of one emitter. The heaviest names them.
///
/// Example: a module that is imported again stands in the cache of loaded modules, and in that of their names. A pipe
/// adds a listener for each of `error`, `close`, and `finish`.
fn merged(mut suspects: Vec<(Suspect, Members)>) -> Vec<(Suspect, Members)> {
    suspects.sort_by_key(|(suspect, _)| std::cmp::Reverse(suspect.size));
    let mut all: Vec<(Suspect, Members)> = Vec::new();
    for (suspect, members) in suspects {
        let is_same = |(other, _): &&mut (Suspect, Members)| {
            let difference = other.count.abs_diff(suspect.count) as f64;
            let is_of_node = other.is_held_by_node && suspect.is_held_by_node;
            let are_listeners = [other.kind, suspect.kind].iter().all(|kind| *kind == Kind::EventListeners);
            let is_of_one = are_listeners && other.holder.is_some() && other.holder == suspect.holder;
            !other.is_single
                && !suspect.is_single
                && (is_of_node || is_of_one)
                && difference <= other.count as f64 * SAME_NUMBER
        };
        match all.iter_mut().find(is_same) {
            Some((first, all)) => {
                first.size = first.size.saturating_add(suspect.size);
                let Suspect { class_name, count, size, others, .. } = suspect;
                first.others.extend([Other { class_name, count, size }].into_iter().chain(others));
                all.positions.extend(members.positions);
                all.holders.extend(members.holders);
            }
            None => all.push((suspect, members)),
        }
    }
    all
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
        members.positions.iter().for_each(|group| all.of_group[*group] = Some(at));
        members.holders.iter().for_each(|group| _ = all.of_holders.insert(*group, at));
        members.object.iter().for_each(|node| _ = all.of_object.insert(*node, at));
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
