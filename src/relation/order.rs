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
    let mut weakest: Option<IdMatch> = None;
    for found in others.into_par_iter().map(look_up).collect::<Result<Vec<_>>>()? {
        if !found.is_match {
            return Ok((explained(claimed, &found), None));
        }
        if weakest.is_none_or(|known| found.shared < known.shared) {
            weakest = Some(found);
        }
    }
    let Some(weakest) = weakest else { return Ok(Default::default()) };
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
