//! What grew and is no leak.

use super::accounting::{Account, Cause, Top};
use super::container::Container;
use crate::analysis::SourceLocation;
use crate::leaks::growth::growing::Growth;
use crate::leaks::growth::why::Why;
use crate::leaks::newest::Last;
use crate::leaks::place::path::{edge_name, nodes_to};
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// Rows at most.
const MOST: usize = 6;
/// Growth of fewer bytes is not told.
const SMALLEST: i64 = 4 << 10;

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

/// The largest growths that are no leak: of the highest group that grew, with all below it. What is V8's own is one
/// row.
pub fn one_off(last: &Last<'_>, account: &Account, tops: Vec<Top>) -> Vec<OneOff> {
    let rows = tops.into_iter().filter_map(|top| match top.cause {
        Cause::OneOff(Why::Code) => None,
        Cause::OneOff(why) => Some(row(last, top.node, top.growth, why)),
        _ => None,
    });
    let code = account.lines.iter().find(|line| line.cause == Cause::OneOff(Why::Code));
    let code = code.map(|line| row(last, last.snapshot().root(), Growth::of_sizes(&line.size_growth), Why::Code));
    let mut rows: Vec<OneOff> = rows.chain(code).filter(|row| row.size >= SMALLEST).collect();
    rows.sort_by(|a, b| b.size.cmp(&a.size).then(a.container.id.cmp(&b.container.id)));
    rows.truncate(MOST);
    rows
}

fn row(last: &Last<'_>, node: NodeOrdinal, growth: Growth, why: Why) -> OneOff {
    let container = last.owner(node).unwrap_or(last.snapshot().root());
    let is_code = why == Why::Code;
    let holders = nodes_to(last, container);
    OneOff {
        class_name: if is_code { TextBuf::from("(code and tables of V8)") } else { last.original_name(node) },
        location: if is_code { None } else { last.location(node) },
        container: Container {
            id: last.snapshot().id(if is_code { last.snapshot().root() } else { container }),
            name: if is_code { TextBuf::from("(roots)") } else { last.original_name(container) },
            edge: if is_code { TextBuf::new() } else { edge_name(last, container) },
            location: last.nearest_location(&holders).filter(|_| !is_code),
        },
        size: growth.sizes.iter().sum(),
        why,
        count_growth: growth.counts,
        size_growth: growth.sizes,
    }
}
