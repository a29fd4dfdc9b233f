//! Growth that is no leak, by the account.

use super::account::{Account, Cause};
use super::accounting::Top;
use super::place_growth::PlaceGrowth;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::why::Why;
use crate::leaks::newest::Newest;
use std::cmp::Reverse;

/// Growth that ended, or that belongs to V8.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOff {
    pub place: PlaceGrowth,
    pub why: Why,
}

/// The largest growths that are no leak: each of the highest group that grew, with all below it. V8's own growth is one
/// row.
pub fn one_off(newest: &Newest<'_>, account: &Account, tops: Vec<Top>) -> Vec<OneOff> {
    let rows = tops.into_iter().filter_map(|top| match top.cause {
        Cause::OneOff(Why::Code) => None,
        Cause::OneOff(why) => {
            let container = newest.owner(top.node).unwrap_or(newest.snapshot().root());
            Some(OneOff { place: PlaceGrowth::of(newest, top.node, container, top.growth), why })
        }
        _ => None,
    });
    let code = account.lines.iter().find(|line| line.cause == Cause::OneOff(Why::Code));
    let code = code.map(|line| PlaceGrowth::of_code(newest, Growth::of_sizes(&line.size_growth)));
    let code = code.map(|place| OneOff { place, why: Why::Code });
    let is_large = |row: &OneOff| row.place.size() >= newest.limits.explained_bytes;
    let mut rows: Vec<OneOff> = rows.chain(code).filter(is_large).collect();
    rows.sort_by_key(|row| (Reverse(row.place.size()), row.place.container.id));
    rows.truncate(newest.limits.explained_rows);
    rows
}
