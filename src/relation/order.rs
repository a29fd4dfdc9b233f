//! Are ids comparable, and which snapshot is older? As long as V8 keeps its ids, a new object gets a higher id than any
//! before it.

use super::same::is_same;
use crate::analysis::{Comparison, IdMatch, IdSample, last_object_id};
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use rayon::prelude::*;

/// With fewer ids in common than this, equal ones may be so by chance. As in `analysis/id_sample.rs`.
const ENOUGH: usize = 32;

/// Whether ids name the same objects in all of the snapshots, and then their positions, oldest first.
///
/// Two id spaces that differ are believed: forks of one process number the start of the heap alike. One that is
/// equal is not: V8 may have
/// forgotten its ids after that was written.
///
/// # Cost
/// Two looks at every node of all but one, and one of that for each.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn compare(
    snapshots: &[&Snapshot],
    id_spaces: &[Option<String>],
    control: &Control,
) -> Result<(Comparison, Option<Vec<usize>>)> {
    let claimed = Comparison::of_id_spaces(id_spaces);
    if let Some(differ) = claimed.as_ref().filter(|claim| !claim.ids) {
        return Ok((differ.clone(), None));
    }
    let highest: Vec<u64> = snapshots.iter().map(|snapshot| last_object_id(snapshot)).collect();
    let positions = 0..snapshots.len();
    let Some(newest) = positions.clone().max_by_key(|at| (highest[*at], *at)) else { return Ok(Default::default()) };
    let others: Vec<usize> = positions.clone().filter(|at| *at != newest).collect();
    let look_up = |at: usize| IdSample::of(snapshots[at], control)?.look_up(snapshots[newest], control);
    let found = others.into_par_iter().map(look_up).collect::<Result<Vec<_>>>()?;
    let Some(weakest) = deciding(&found) else { return Ok(Default::default()) };
    if !weakest.is_match {
        return Ok((explained(claimed, &weakest), None));
    }
    let mut order: Vec<usize> = positions.collect();
    order.sort_by_key(|at| highest[*at]);
    for pair in order.windows(2) {
        let is_clear = highest[pair[0]] < highest[pair[1]] || is_same(snapshots[pair[0]], snapshots[pair[1]], control)?;
        if !is_clear {
            return Ok((explained(claimed, &weakest), None));
        }
    }
    let is_known = weakest.shared >= ENOUGH;
    Ok((explained(claimed, &weakest), is_known.then_some(order)))
}

/// Whether ids name the same objects in heaps that are gone, of which there are `samples`, and in the newest. `None`
/// where [`compare`] would say no, or would not know the order.
///
/// # Cost
/// A look at every node of the newest for each sample.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn compare_samples(
    samples: &[IdSample],
    newest: &Snapshot,
    id_spaces: &[Option<String>],
    control: &Control,
) -> Result<Option<Comparison>> {
    let claimed = Comparison::of_id_spaces(id_spaces);
    if claimed.as_ref().is_some_and(|claim| !claim.ids) {
        return Ok(None);
    }
    let found = samples.par_iter().map(|sample| sample.look_up(newest, control)).collect::<Result<Vec<_>>>()?;
    let weakest = deciding(&found).filter(|weakest| weakest.is_match && weakest.shared >= ENOUGH);
    Ok(weakest.map(|weakest| explained(claimed, &weakest)))
}

/// The first that does not match, else the first of those that share the fewest ids.
fn deciding(found: &[IdMatch]) -> Option<IdMatch> {
    let other = found.iter().find(|found| !found.is_match);
    other.or_else(|| found.iter().min_by_key(|found| found.shared)).copied()
}

/// The finding of the sample, beside the facts that are written down.
fn explained(claimed: Option<Comparison>, found: &IdMatch) -> Comparison {
    let looked = Comparison::of_match(found);
    let Some(claim) = claimed else { return looked };
    let reason = match looked.ids {
        true => format!("{}, and {}", claim.reason, looked.reason),
        false => format!("one id space is written beside them, but {}", looked.reason),
    };
    Comparison { reason, ..looked }
}
