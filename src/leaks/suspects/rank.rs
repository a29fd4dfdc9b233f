//! Which leak is told first.

use super::name::worth;
use super::suspect::Entry;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Last;

/// Evidence: steps that are equal, or multiples of the operations, a container and a class that the program knows, the
/// share of the growth.
pub fn score(last: &Last<'_>, entry: &Entry, growing: &Growing, total: i64) -> f64 {
    let steps = &growing.operations.scaled(&entry.item_growth.counts);
    let exact = if growing.operations.is_multiple(&entry.item_growth.counts) { 1.5 } else { 0.0 };
    let (least, most) = (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0));
    let even = if most > 0 { least as f64 / most as f64 } else { 0.5 };
    let share = entry.total.bytes() as f64 / total.max(1) as f64;
    let held_by = last.held_by(entry.container);
    exact + even * 2.0 + share * 3.0 + worth(held_by) as f64 / 6.0 + worth(last.meaning(entry.item)) as f64 / 6.0
}
