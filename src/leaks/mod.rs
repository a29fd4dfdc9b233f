//! Two or more heaps of one process: what accumulates, where, and what holds it. `docs/leaks.md` tells how and why.

mod explain;
mod grouped;
mod growth;
mod kind;
mod newest;
mod origin;
mod place;
mod suspects;
#[cfg(test)]
mod test_accounting;
#[cfg(test)]
mod test_leaks;
#[cfg(test)]
mod test_running;

use crate::analysis::{Heap, IdSample, Matching, SourceMaps};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use explain::accounting::account;
pub use explain::accounting::{Account, Cause, Line};
pub use explain::allocated::Allocated;
use explain::allocated::allocated;
pub use explain::answer::LeakReport;
pub use explain::container::Container;
use explain::evidence::Facts;
use explain::examples::examples;
pub use explain::explained_growth::OneOff;
use explain::explained_growth::one_off;
pub use explain::leak::{Confidence, Leak};
pub use explain::leaked_class::LeakedClass;
pub use explain::parts::Part;
pub use explain::steps::{Leaking, Step};
use explain::told::leak;
use growth::follow::{by_ids, by_ways};
use growth::operations::Operations;
pub use growth::why::Why;
pub use kind::{Detail, Kind};
use suspects::collect::entries;

/// What to report.
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
}

impl Default for LeakOptions {
    fn default() -> Self {
        Self { matching: Matching::default(), operations: Vec::new(), elapsed: Vec::new(), limit: 20, examples: 20 }
    }
}

/// Finds what accumulates from the first snapshot to the last. Objects are followed by their ids where these name the
/// same objects in all of them; else what hangs on the same way from the roots is compared.
///
/// Of the earlier snapshots only the tables are used: their graphs may be dropped.
///
/// # Cost
/// O(nodes + edges) of every snapshot; beside the snapshots about 60 bytes for each node of one of them; without ids
/// 28 more for each node of all.
/// # Errors
/// [`Error::Cancelled`]; [`Error::Option`] without an earlier snapshot.
pub fn find(earlier: &[&Snapshot], last: &Heap, options: &LeakOptions, control: &Control) -> Result<LeakReport> {
    find_mapped(earlier, last, options, None, control)
}

/// [`find`] in bundled or compiled code: source maps say whose each place is, and what was there before names were made
/// short.
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
    if earlier.is_empty() {
        return Err(Error::Option {
            name: "snapshots",
            what: "one is not enough, growth needs two or more".to_owned(),
        });
    }
    let operations = Operations::new(&options.operations, earlier.len()).ok_or_else(|| Error::Option {
        name: "operations",
        what: format!("must be one number, or one for each of the {} intervals", earlier.len()),
    })?;
    let operations = operations.within(&options.elapsed);
    let all_operations = operations.total();
    let samples = match options.matching {
        Matching::Sample => earlier.iter().map(|snapshot| IdSample::of(snapshot, control)).collect::<Result<_>>()?,
        Matching::Known(_) => Vec::new(),
    };
    let comparison = options.matching.decide(&samples, &last.snapshot, control)?;
    let (last, growing, heaps) = if comparison.ids {
        by_ids(earlier, last, operations, maps, control)?
    } else {
        by_ways(earlier, last, operations, maps, control)?
    };
    let growing = &growing;
    let (mut found, dropped) = entries(&last, growing);
    let (account, tops) = account(&last, growing, &heaps, &found, &dropped);
    let one_off = one_off(&last, &account, tops);
    let fingerprints = found.iter().map(|entry| explain::told::fingerprint_of(&last, entry)).collect();
    found.truncate(options.limit);
    let examples = examples(&last, &found, options.examples);
    let with_ids = if comparison.ids { earlier } else { &[] };
    let allocated = allocated(&last, &found, with_ids, control)?;
    let shown: Vec<NodeOrdinal> = found.iter().map(|entry| entry.item).collect();
    let parts = explain::parts::items(&last, &shown, control)?;
    let leaks = found.iter().zip(parts).map(|(entry, item)| {
        let key = entry.key;
        let examples = examples.get(&key).filter(|ids| !ids.is_empty()).cloned();
        let facts = Facts { growing, ids: comparison.ids };
        let total = entry.item_growth.counts.iter().sum::<i64>() as f64;
        Leak {
            item,
            per_operation: (all_operations > 0).then(|| total / all_operations as f64),
            examples: examples.unwrap_or_else(|| vec![last.snapshot().id(entry.item)]),
            allocated: allocated.get(&key).cloned(),
            ..leak(&last, entry, &facts, options.examples)
        }
    });
    let leaks = leaks.collect();
    Ok(LeakReport { comparison, leaks, one_off, account, fingerprints })
}
