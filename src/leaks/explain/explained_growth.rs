//! Growth that is no leak, by the account.

use super::account::{Account, Cause};
use super::accounting::Top;
use super::container::Container;
use crate::analysis::SourceLocation;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::why::Why;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// Growth that ended, or that belongs to V8.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOff {
    pub class_name: TextBuf,
    pub location: Option<SourceLocation>,
    pub container: Container,
    pub count_growth: Vec<i64>,
    pub size_growth: Vec<i64>,
    /// Bytes from the first snapshot to the last.
    pub size: i64,
    pub why: Why,
}

/// The largest growths that are no leak: each of the highest group that grew, with all below it. V8's own growth is one
/// row.
pub fn one_off(newest: &Newest<'_>, account: &Account, tops: Vec<Top>) -> Vec<OneOff> {
    let rows = tops.into_iter().filter_map(|top| match top.cause {
        Cause::OneOff(Why::Code) => None,
        Cause::OneOff(why) => Some(row(newest, top.node, top.growth, why)),
        _ => None,
    });
    let code = account.lines.iter().find(|line| line.cause == Cause::OneOff(Why::Code));
    let code = code.map(|line| row(newest, newest.snapshot().root(), Growth::of_sizes(&line.size_growth), Why::Code));
    let mut rows: Vec<OneOff> = rows.chain(code).filter(|row| row.size >= newest.limits.explained_bytes).collect();
    rows.sort_by(|a, b| b.size.cmp(&a.size).then(a.container.id.cmp(&b.container.id)));
    rows.truncate(newest.limits.explained_rows);
    rows
}

fn row(newest: &Newest<'_>, node: NodeOrdinal, growth: Growth, why: Why) -> OneOff {
    let container = newest.owner(node).unwrap_or(newest.snapshot().root());
    let is_code = why == Why::Code;
    OneOff {
        class_name: if is_code { TextBuf::from("(code and tables of V8)") } else { newest.original_name(node) },
        location: if is_code { None } else { newest.location(node) },
        container: if is_code { Container::roots(newest) } else { Container::of(newest, container) },
        size: growth.sizes.iter().sum(),
        why,
        count_growth: growth.counts,
        size_growth: growth.sizes,
    }
}
