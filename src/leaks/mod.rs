//! Two or more heaps of one process: which objects accumulate, where, and which reference holds them. `docs/leaks.md`
//! has the method.
//!
//! The rooms stand in the order of the flow. A file imports only from rooms above its own; modules without a blank line
//! between them share a row.

mod grouped;
mod limits;

mod newest;
mod origin;
mod place;

mod growth;

mod suspects;

mod kind;

mod own;

mod explain;

#[cfg(test)]
mod test_accounting;
#[cfg(test)]
mod test_begin;
#[cfg(test)]
mod test_doubt;
#[cfg(test)]
mod test_idle;
#[cfg(test)]
mod test_leaks;
#[cfg(test)]
mod test_limits;
#[cfg(test)]
mod test_pairs;
#[cfg(test)]
mod test_renewed;
#[cfg(test)]
mod test_running;
#[cfg(test)]
mod test_spread;
#[cfg(test)]
mod test_suspects;

use crate::analysis::{Comparison, Heap, IdSample, Matching, SourceMaps};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::ordinal::NodeOrdinal;
pub use crate::paths::survivors::OddIds;
use crate::snapshot::Snapshot;
pub use explain::account::{Account, Cause, Line};
use explain::accounting::account;
pub use explain::allocated::Allocated;
use explain::allocated::allocated;
pub use explain::answer::LeakReport;
use explain::build::{Objects, fingerprint_of, leak};
pub use explain::container::Container;
pub use explain::dropped::DroppedGrowth;
use explain::dropped::dropped_growths;
use explain::evidence::Facts;
use explain::examples::examples;
pub use explain::explained_growth::OneOff;
use explain::explained_growth::one_off;
use explain::freed::freed;
pub use explain::freed::{Freed, Still};
pub use explain::leak::{Confidence, Leak};
pub use explain::leaked_class::LeakedClass;
pub use explain::parts::Part;
pub use explain::place_growth::PlaceGrowth;
pub use explain::steps::{Leaking, Step, WeakMap};
pub use grouped::grouped;
pub use growth::follow::{Counted, Earlier, Lasting};
use growth::follow::{Followed, by_ids, by_signatures, count_by_ids};
use growth::operations::Operations;
pub use growth::why::{Rule, Why};
pub use kind::{Detail, Kind, Leaked, Scene, advice, kind_of};
pub use limits::Limits;
pub use origin::{Origin, origin_of_file};
pub use own::code::OwnCode;
pub use own::modules::file_of_url;
pub use own::package::Package;
pub use own::{Evidence, Found, Responsible, Role, Search};
use suspects::collect::suspects;
pub use suspects::name::worth;

/// How to search, and how much to report.
#[derive(Clone, Debug)]
pub struct LeakOptions {
    pub matching: Matching,
    /// How often the program did its work in each interval: one number for all, or one for each. Empty when nobody
    /// knows.
    pub operations: Vec<u64>,
    /// Milliseconds of each interval; empty when nobody knows, or when they say nothing about the work.
    pub elapsed: Vec<u64>,
    /// Leaks at most.
    pub limit: usize,
    /// Ids of leaked objects to name for each leak, and rows of classes.
    pub examples: usize,
    /// Beginnings of files that are no program's own, as the folders of heaphound.
    pub tools: Vec<String>,
    /// Beginning of the fingerprint of leaks of which it is asked what cutting the reference would free.
    pub explain: Option<String>,
    pub limits: Limits,
}

impl Default for LeakOptions {
    fn default() -> Self {
        Self {
            matching: Matching::default(),
            operations: Vec::new(),
            elapsed: Vec::new(),
            limit: 20,
            examples: 20,
            tools: Vec::new(),
            explain: None,
            limits: Limits::default(),
        }
    }
}

/// Finds the objects that accumulate from the first snapshot to the last. Follows objects by their ids where these name
/// the same objects in all snapshots, else by their path signatures.
///
/// Of the earlier snapshots only the tables are used: their graphs may be dropped.
///
/// # Cost
/// O(nodes + edges) of every snapshot. As many snapshots as there are threads are worked on side by side; each takes
/// about 45 bytes a node beside its tables meanwhile. Without ids 26 bytes a node of all stay for that time.
/// # Errors
/// [`Error::Cancelled`]; [`Error::Option`] without an earlier snapshot.
pub fn find(earlier: &[&Snapshot], last: &Heap, options: &LeakOptions, control: &Control) -> Result<LeakReport> {
    find_mapped(earlier, last, options, None, control)
}

/// [`find`] in bundled or compiled code: source maps name the original file of each place, and the original names.
///
/// # Errors
/// As [`find`].
pub fn find_mapped(
    earlier: &[&Snapshot],
    last: &Heap,
    options: &LeakOptions,
    maps: Option<&SourceMaps>,
    control: &Control,
) -> Result<LeakReport> {
    let operations = operations_of(earlier.len(), options)?;
    let samples = match options.matching {
        Matching::Sample => earlier.iter().map(|snapshot| IdSample::of(snapshot, control)).collect::<Result<_>>()?,
        Matching::Known(_) => Vec::new(),
    };
    let comparison = options.matching.decide(&samples, &last.snapshot, control)?;
    let followed = if comparison.ids {
        let lasting = Lasting::of(earlier, &last.snapshot, control)?;
        let ready = earlier.iter().map(|snapshot| Earlier::Ready(snapshot)).collect();
        by_ids(count_by_ids(ready, &lasting, || Ok(last), &options.limits, control)?, last, operations, maps)
    } else {
        by_signatures(earlier, last, operations, maps, control)?
    };
    let with_ids = if comparison.ids { earlier } else { &[] };
    answer(followed, comparison, with_ids, options, control)
}

/// Counts heaps whose ids name the same objects: [`find_counted`] goes on from there. Each earlier one is dropped once
/// it is counted, and `analysed` makes the newest heap, beside them or after them. So less memory is taken than
/// [`find`] needs, and the answer is the same.
///
/// `lasting` is of all of them as they were read. Where allocations were recorded in an earlier heap, ask [`find`]: it
/// looks for the stacks there.
///
/// # Errors
/// As [`find`], and those of `analysed` and of what reads the earlier heaps.
pub fn count_earlier<'a>(
    earlier: Vec<Earlier<'_>>,
    lasting: &Lasting,
    analysed: impl FnOnce() -> Result<&'a Heap> + Send,
    options: &LeakOptions,
    control: &Control,
) -> Result<Counted<'a>> {
    operations_of(earlier.len(), options)?;
    count_by_ids(earlier, lasting, analysed, &options.limits, control)
}

/// [`find_mapped`], after [`count_earlier`].
///
/// # Errors
/// As [`find`].
pub fn find_counted(
    counted: Counted<'_>,
    last: &Heap,
    comparison: Comparison,
    options: &LeakOptions,
    maps: Option<&SourceMaps>,
    control: &Control,
) -> Result<LeakReport> {
    let operations = operations_of(counted.earlier_count(), options)?;
    answer(by_ids(counted, last, operations, maps), comparison, &[], options, control)
}

fn operations_of(earlier: usize, options: &LeakOptions) -> Result<Operations> {
    if earlier == 0 {
        return Err(Error::Option {
            name: "snapshots",
            what: "one is not enough, growth needs two or more".to_owned(),
        });
    }
    let operations = Operations::new(&options.operations, earlier, &options.limits).ok_or_else(|| Error::Option {
        name: "operations",
        what: format!("must be one number, or one for each of the {earlier} intervals"),
    })?;
    Ok(operations.within(&options.elapsed))
}

/// The report about what was followed. `with_ids` are the earlier snapshots that know objects by the same ids, for who
/// asks where these were allocated.
fn answer(
    (newest, growing, heaps): Followed<'_>,
    comparison: Comparison,
    with_ids: &[&Snapshot],
    options: &LeakOptions,
    control: &Control,
) -> Result<LeakReport> {
    let (mut found, dropped) = suspects(&newest, &growing, control)?;
    let (account, tops) = account(&newest, &growing, &heaps, &found, &dropped, control)?;
    let one_off = one_off(&newest, &account, tops);
    let fingerprints = found.iter().map(|suspect| fingerprint_of(&newest, suspect)).collect();
    found.truncate(options.limit);
    let examples = examples(&newest, &found, options.examples);
    let allocated = allocated(&newest, &found, with_ids, control)?;
    let items: Vec<NodeOrdinal> = found.iter().map(|suspect| suspect.item).collect();
    let parts = explain::parts::items(&newest, &items, control)?;
    let facts = Facts { growing: &growing, ids: comparison.ids };
    let own = Search::new(&options.tools, options.limits.own_file_name, control);
    let leaks = found.iter().zip(parts).map(|(suspect, item)| {
        let examples = examples.get(&suspect.key).cloned().unwrap_or_default();
        let objects = Objects { examples, allocated: allocated.get(&suspect.key).cloned(), item };
        leak(&newest, suspect, objects, &facts, &own, options.examples)
    });
    let mut leaks: Vec<Leak> = leaks.collect::<Result<_>>()?;
    if let Some(begin) = &options.explain {
        for leak in leaks.iter_mut().filter(|leak| leak.fingerprint.starts_with(begin)) {
            if let Some(cut) = leak.retaining_path.iter().find(|step| step.cut) {
                leak.freed = freed(&newest, cut.id, control)?;
            }
        }
    }
    let dropped = dropped_growths(&newest, &growing, &dropped);
    Ok(LeakReport { comparison, leaks, one_off, dropped, account, fingerprints })
}
