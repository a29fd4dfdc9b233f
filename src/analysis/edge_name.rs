//! The name of an edge.

use crate::kind::EdgeKind;
use crate::ordinal::{EdgeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};

/// Name of an edge: a text, or the index of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeName<'a> {
    Text(Text<'a>),
    Index(u32),
}

impl EdgeName<'_> {
    pub fn to_text(self) -> TextBuf {
        match self {
            Self::Text(text) => text.shown(),
            Self::Index(index) => TextBuf::from(index.to_string()),
        }
    }
}

/// Name of an edge as DevTools shows it: element and hidden edges have a number, and so does a shortcut whose name
/// begins with one.
pub fn edge_name(snapshot: &Snapshot, edge: EdgeOrdinal) -> EdgeName<'_> {
    let kind = snapshot.edge_kind(edge);
    let number = snapshot.name_or_index(edge);
    if kind.has_index() {
        return EdgeName::Index(number);
    }
    let text = snapshot.text(StringOrdinal(number));
    match kind {
        EdgeKind::Shortcut => leading_index(text).map_or(EdgeName::Text(text), EdgeName::Index),
        _ => EdgeName::Text(text),
    }
}

/// JavaScript's `parseInt(text, 10)` where it gives an index.
fn leading_index(text: Text<'_>) -> Option<u32> {
    let space = |unit: &u16| {
        *unit == 0xfeff || *unit != 0x85 && char::from_u32(u32::from(*unit)).is_some_and(char::is_whitespace)
    };
    let mut units = text.units().skip_while(space).peekable();
    units.next_if_eq(&u16::from(b'+'));
    let digits = units.map_while(|unit| char::from_u32(u32::from(unit)).and_then(|char| char.to_digit(10)));
    digits
        .fold(None, |number, digit| Some(number.unwrap_or(0u64).saturating_mul(10).saturating_add(u64::from(digit))))
        .and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    #[track_caller]
    fn check_edge(edge: &str, expected: &str) {
        let snapshot = draw(&format!("root > {edge}"));
        let name = edge_name(&snapshot, EdgeOrdinal(0));
        let shown = match name {
            EdgeName::Text(text) => format!("'{text}'"),
            EdgeName::Index(index) => index.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn names_and_numbers() {
        check_edge("%7.a", "7");
        check_edge("?12.a", "12");
        check_edge("7.a", "'7'");
        check_edge("!7.a", "7");
        check_edge("!7abc.a", "7");
        check_edge("!x7.a", "'x7'");
        check_edge("!99999999999.a", "'99999999999'");
    }

    #[test]
    fn parse_int() {
        let parse = |text| leading_index(Text::from_str(text));
        assert_eq!(parse(" \u{a0}\u{feff}+42 / x"), Some(42));
        assert_eq!(parse("0x10"), Some(0));
        assert_eq!(parse("+"), None);
        assert_eq!(parse("- 1"), None);
    }
}
