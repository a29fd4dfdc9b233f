//! Which suspect stands first.

use super::name::worth;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::steps::least_and_most;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;

/// The sum of the evidence: steps that are equal, or multiples of the operations; a container and a class that the
/// program knows; the share of all growth. Objects that come and go stand behind the others: they may be requests under
/// way, as many more at each snapshot.
///
/// The parts weigh about the same: 1.5 for a multiple, up to 2 for even steps, up to 3 for the share, and up to 14 / 6
/// for each of the two origins.
pub fn score(
    newest: &Newest<'_>,
    growing: &Growing,
    growth: &Growth,
    (container, item): (NodeOrdinal, NodeOrdinal),
    share: f64,
) -> f64 {
    let exact = if growing.operations.is_multiple(&growth.counts) { 1.5 } else { 0.0 };
    let (least, most) = least_and_most(&growing.operations.scaled(&growth.counts));
    let even = if most > 0 { least as f64 / most as f64 } else { 0.5 };
    let origin = newest.holder_origin(container);
    let behind = if growth.survival.is_passing(&newest.limits) { newest.limits.passing_behind } else { 0.0 };
    exact - behind + even * 2.0 + share * 3.0 + worth(origin) as f64 / 6.0 + worth(newest.origin(item)) as f64 / 6.0
}
