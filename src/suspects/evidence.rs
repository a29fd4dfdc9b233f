//! What speaks for a leak, and what against one: facts of one heap, in sentences.

use super::collect::{Holding, Pile, Piles};
use super::limits::{
    FEWEST_NEWER, LIKELY_SHARE, LOSING_SHARE, NEWER_SHARE, NOTABLE_SHARE, ROUND_LIMITS, SURE_SHARE,
    SURE_SHARE_WITHOUT_AGES,
};
use crate::analysis::Heap;
use crate::kind::EdgeKind;
use crate::leaks::{Kind, grouped};
use crate::ordinal::NodeOrdinal;

/// What the accumulation looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Objects that should have gone.
    Leak,
    /// A collection with a limit, which it has reached.
    Bounded,
    /// Data that was loaded once.
    Loaded,
}

/// How sure that is. One snapshot shows no growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// The opinion on one accumulation, and its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub looks: Looks,
    pub confidence: Confidence,
    pub speaks_for: Vec<String>,
    pub speaks_against: Vec<String>,
}

/// The facts that an opinion is made of.
pub struct Facts<'a> {
    pub heap: &'a Heap,
    pub pile: &'a Pile,
    pub piles: &'a Piles,
    pub kind: Kind,
    pub container: NodeOrdinal,
    pub holding: Holding,
    pub count: u64,
    pub size: u64,
    pub total: u64,
    /// Nothing takes much of the heap, and this is what the program's own code has most of.
    pub is_small: bool,
}

/// Of the first snapshot of a process, and of one before which nothing died.
const NO_AGES: &str = "the file does not say when they came: its ids have no gaps, as in the first snapshot of a \
                       process. Data that was loaded once looks the same";

/// Weighs the facts.
pub fn opinion(facts: &Facts<'_>) -> Opinion {
    let (mut speaks_for, mut speaks_against) = (Vec::new(), Vec::new());
    let share = facts.size as f64 / facts.total.max(1) as f64;
    if share >= NOTABLE_SHARE {
        speaks_for.push(format!("it is {:.0} % of the heap", share * 100.0));
    }
    let others = facts.piles.ages.without(&facts.pile.all_ages);
    let (newer, all) = facts.pile.ages.newer(&others);
    let nothing_was_added = facts.piles.ids_tell_ages
        && facts.count > 1
        && newer >= FEWEST_NEWER
        && newer as f64 >= all as f64 * NEWER_SHARE;
    let is_pending = is_pending(facts.kind);
    if nothing_was_added {
        let newer = grouped(newer);
        speaks_against.push(format!("nothing was added for a while: {newer} other objects are newer than all of them"));
    } else if facts.piles.ids_tell_ages && facts.count > 1 {
        speaks_for.push("some of them are among the newest objects of the heap".to_owned());
    }
    if !facts.piles.ids_tell_ages && facts.count > 1 && !is_pending {
        speaks_against.push(NO_AGES.to_owned());
    }
    if is_pending {
        speaks_for.push("so many are seldom wanted at the same time".to_owned());
    }
    let room = array_room(facts.heap, facts.container);
    let is_exact = room.is_some_and(|(used, room)| used == room && used == facts.holding.count);
    match room {
        Some(_) if is_exact => {
            speaks_against
                .push("the array has room for no more: it was made at once, and not filled bit by bit".to_owned());
        }
        Some((used, room)) if used < room => {
            speaks_for.push("the array has room for more: it was filled bit by bit".to_owned());
        }
        _ => {}
    }
    let removed = removed_entries(facts.heap, facts.container);
    match removed {
        Some((_, 0)) => speaks_for.push("no entry was removed since the table grew last".to_owned()),
        Some((_, gone)) => {
            let gone = grouped(gone);
            speaks_against
                .push(format!("entries are removed from it: the table has the places of {gone} that are gone"));
        }
        None => {}
    }
    let loses = removed.is_some_and(|(entries, gone)| gone as f64 > entries as f64 * LOSING_SHARE);
    // The table of a Map or Set doubles: one that is full has a power of two of entries, with a limit and without.
    let may_be_full = removed.is_some() && facts.holding.count.is_power_of_two();
    let is_round = !may_be_full && ROUND_LIMITS.contains(&facts.holding.count);
    if is_round {
        let count = grouped(facts.holding.count);
        speaks_against.push(format!("the container has exactly {count} of them, as one with a limit has"));
    }
    if facts.is_small {
        let size = grouped(facts.size);
        speaks_against.push(format!("it takes only {size} bytes: what a program needs may take as much"));
    }
    let looks = match () {
        () if is_pending => Looks::Leak,
        () if is_round || loses => Looks::Bounded,
        () if nothing_was_added || is_exact => Looks::Loaded,
        () => Looks::Leak,
    };
    let has_no_ages = speaks_against.iter().any(|sentence| sentence == NO_AGES);
    let doubts = speaks_against.len() - usize::from(has_no_ages);
    let (sure_from, likely_from) =
        if has_no_ages { (SURE_SHARE_WITHOUT_AGES, SURE_SHARE) } else { (SURE_SHARE, LIKELY_SHARE) };
    let confidence = match looks {
        Looks::Leak if doubts == 0 && share >= sure_from => Confidence::High,
        Looks::Leak if doubts == 0 && share >= likely_from => Confidence::Medium,
        Looks::Leak => Confidence::Low,
        _ if doubts > 1 => Confidence::High,
        _ => Confidence::Medium,
    };
    Opinion { looks, confidence, speaks_for, speaks_against }
}

/// Work that waits: listeners, timers, promises, requests.
fn is_pending(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::EventListeners
            | Kind::AbortListeners
            | Kind::AsyncContext
            | Kind::Timers
            | Kind::Promises
            | Kind::Requests
            | Kind::Sockets
            | Kind::Streams
            | Kind::Ports
            | Kind::Workers
            | Kind::Contexts
            | Kind::Closures
            | Kind::FinalizationRegistry
    )
}

/// Elements of an array that refer to something, and the places of its table.
fn array_room(heap: &Heap, array: NodeOrdinal) -> Option<(u64, u64)> {
    /// Bytes of the head of a table, and of a place in it.
    const HEAD: u64 = 16;
    const PLACE: u64 = 8;
    let snapshot = &heap.snapshot;
    if !snapshot.name_text(array).is("Array") {
        return None;
    }
    let (_, table) = snapshot.internal_edge(array, "elements")?;
    let used = snapshot.edges(array).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Element).count() as u64;
    let room = snapshot.file_size(table).checked_sub(HEAD)? / PLACE;
    (used > 0).then_some((used, room))
}

/// Entries of a Map or a Set, and the places of removed ones between them. V8 keeps the places until the table grows.
fn removed_entries(heap: &Heap, container: NodeOrdinal) -> Option<(u64, u64)> {
    let snapshot = &heap.snapshot;
    // An entry takes a place for each of its parts and one for the next entry of the bucket.
    let width = match snapshot.name_text(container).to_string_lossy().as_str() {
        "Map" => 3,
        "Set" => 2,
        _ => return None,
    };
    let (_, table) = snapshot.internal_edge(container, "table")?;
    let place = |edge| {
        let name = snapshot.edge_string(edge).filter(|_| snapshot.edge_kind(edge) == EdgeKind::Internal)?;
        snapshot.text(name).as_str()?.parse::<u64>().ok()
    };
    let places: Vec<u64> = snapshot.edges(table).filter_map(place).collect();
    let (first, last) = (*places.iter().min()?, *places.iter().max()?);
    let mut entries: Vec<u64> = places.iter().map(|place| (place - first) / width).collect();
    entries.sort_unstable();
    entries.dedup();
    let count = entries.len() as u64;
    Some((count, ((last - first) / width + 1).saturating_sub(count)))
}
