//! The name of a node.

use super::property_text::property_text;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};

/// A rope is spelled out until its text has so many UTF-16 units: V8 cuts flat strings there.
pub const ROPE_UNITS: usize = 1024;

/// The braces of a plain object list properties until they would be longer than this, in UTF-16 units.
const BRACE_UNITS: usize = 100;

/// What a person should see: ropes spelled out, plain objects by their properties (`{id, user, …}`), all others by
/// their raw name, of which a long one is cut.
///
/// # Cost
/// O(edges of the node); a rope costs the number of its parts up to the first [`ROPE_UNITS`] units.
pub fn display_name(snapshot: &Snapshot, node: NodeOrdinal) -> TextBuf {
    match snapshot.kind(node) {
        NodeKind::CONCATENATED_STRING => rope_text(snapshot, node),
        NodeKind::OBJECT if snapshot.name_text(node).is("Object") => braces(snapshot, node),
        // A copy of megabytes for each row of a document would take longer than anything else.
        _ => snapshot.name_text(node).shown(),
    }
}

fn rope_text(snapshot: &Snapshot, rope: NodeOrdinal) -> TextBuf {
    let mut text = TextBuf::new();
    append_rope(snapshot, rope, &mut text, &mut 0, ROPE_UNITS);
    text.as_text().shown()
}

/// Appends the parts of a rope, or another node's name, from left to right until there are `limit` UTF-16 units. A
/// missing half counts as the first node, which is the root and has no name.
pub(super) fn append_rope(snapshot: &Snapshot, rope: NodeOrdinal, text: &mut TextBuf, units: &mut usize, limit: usize) {
    let mut stack = vec![rope];
    // A damaged file may hold a rope that contains itself.
    let mut steps = snapshot.node_count().saturating_mul(2) + 1;
    while *units < limit && steps > 0 {
        let Some(node) = stack.pop() else { break };
        steps -= 1;
        if snapshot.kind(node) == NodeKind::CONCATENATED_STRING {
            let half = |name| snapshot.internal_edge(node, name).map_or(NodeOrdinal(0), |(_, half)| half);
            stack.push(half("second"));
            stack.push(half("first"));
        } else {
            let part = snapshot.name_text(node);
            *units += part.utf16_len();
            text.push(part);
        }
    }
}

/// `{a, b, …, z}`: properties picked in turn from the front and from the back while there is room.
fn braces(snapshot: &Snapshot, object: NodeOrdinal) -> TextBuf {
    let names: Vec<Text<'_>> = snapshot
        .edges(object)
        .filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Property)
        .map(|edge| snapshot.text(StringOrdinal(snapshot.name_or_index(edge))))
        .filter(|name| !name.is("__proto__"))
        .collect();
    let mut rest = &names[..];
    let mut text = TextBuf::from("{");
    let mut front_units = 1;
    let mut back: Vec<TextBuf> = Vec::new();
    let mut back_units = 1;
    let mut from_front = true;
    loop {
        let picked = if from_front { rest.split_first() } else { rest.split_last() };
        let Some((name, others)) = picked else { break };
        let property = property_text(name.shown().as_text());
        let units = property.as_text().utf16_len();
        if front_units > 1 && front_units + back_units + units > BRACE_UNITS {
            break;
        }
        rest = others;
        if from_front {
            if front_units > 1 {
                text.push_str(", ");
                front_units += 2;
            }
            text.push(property.as_text());
            front_units += units;
        } else {
            back_units += units + if back_units > 1 { 2 } else { 0 };
            back.push(property);
        }
        from_front = !from_front;
    }
    if !rest.is_empty() {
        text.push_str(", …");
    }
    if back_units > 1 {
        text.push_str(", ");
    }
    for (at, property) in back.iter().rev().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        text.push(property.as_text());
    }
    text.push_str("}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::{draw, named};

    #[track_caller]
    fn check_name(drawing: &str, node: &str, expected: &str) {
        let snapshot = draw(drawing);
        assert_eq!(display_name(&snapshot, named(&snapshot, node)).to_string(), expected, "{drawing}");
    }

    #[test]
    fn plain_objects_list_their_properties() {
        check_name("root > Object", "Object", "{}");
        check_name("root > Object | Object > a.x %1.x __proto__.x #hidden.x b.x c.x", "Object", "{a, b, c}");
        check_name("root > Object | Object > d,e.x", "Object", "{\"d,e\"}");
        check_name("root > Session | Session > a.x", "Session", "Session");
        check_name("root > Object/native | Object > a.x", "Object", "Object");
    }

    #[test]
    fn long_lists_lose_their_middle() {
        let long = "p".repeat(33);
        check_name(
            &format!("root > Object | Object > {long}1.x {long}2.x {long}3.x {long}4.x"),
            "Object",
            &format!("{{{long}1, …, {long}4}}"),
        );
        let endless = "q".repeat(200);
        check_name(&format!("root > Object | Object > {endless}.x b.x"), "Object", &format!("{{{endless}, …}}"));
    }

    #[test]
    fn ropes_are_spelled_out() {
        let rope = "rope/concatenated_string";
        check_name(&format!("root > {rope} | rope > #second.b/string #first.a/string"), "rope", "ab");
        check_name(
            &format!("root > {rope} | rope > #first.r2/concatenated_string | r2 > #first.a #second.b #first.c"),
            "rope",
            "abroot",
        );
        check_name(&format!("root > {rope} | rope > #first.rope"), "rope", "");
        let part = "x".repeat(1000);
        check_name(
            &format!(
                "root > {rope} | rope > #first.{part} #second.r2/concatenated_string | r2 > #first.{part} #second.b"
            ),
            "rope",
            &format!("{part}{part}"),
        );
    }
}
