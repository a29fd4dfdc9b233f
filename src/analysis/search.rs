//! Find a node by what a person types: DevTools' Ctrl-F.

use super::heap::Heap;
use super::text_matcher::{Pattern, TextMatcher};
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;

/// `@id` finds that node; any other text finds the nodes that have it in their display name, in node order. Nodes of size 0 and
/// those that `is_shown` refuses are skipped. Blanks around the text do not count; nothing finds nothing.
///
/// # Cost
/// One pass over the nodes; a text is compared once with each distinct name.
/// # Errors
/// [`crate::error::Error::Option`] for a faulty expression, [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `HeapSnapshot.search`.
pub fn search(
    heap: &Heap,
    pattern: &Pattern,
    is_shown: impl Fn(NodeOrdinal) -> bool,
    control: &Control,
) -> Result<Vec<NodeOrdinal>> {
    let snapshot = &heap.snapshot;
    let text = pattern.text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(id) = text.strip_prefix('@').and_then(|id| id.parse().ok()) {
        return Ok(snapshot.find(id).into_iter().collect());
    }
    let pattern = Pattern { text: text.to_owned(), ..*pattern };
    let mut matcher = TextMatcher::new(snapshot, pattern.compile("text")?);
    let mut found = Vec::new();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if snapshot.shallow_size(node) != 0 && is_shown(node) && matcher.matches_node(snapshot, node) {
            found.push(node);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::draw;

    #[test]
    fn finds_by_text_or_id() {
        let heap =
            analyse(draw("root > Session:8 session:8 empty-session x.y:1"), &OpenOptions::default(), &Control::new())
                .unwrap();
        let find = |text: &str, is_regex, case_sensitive| {
            let pattern = Pattern { text: text.into(), is_regex, case_sensitive };
            let found = search(&heap, &pattern, |_| true, &Control::new()).unwrap();
            found.iter().map(|node| node.0).collect::<Vec<_>>()
        };
        assert_eq!(find(" SESS ", false, false), [1, 2]);
        assert_eq!(find("sess", false, true), [2]);
        assert_eq!(find("s.ss", false, true), [0; 0]);
        assert_eq!(find("s.ss|^y", true, false), [1, 2, 4]);
        assert_eq!(find("@5", false, false), [2]);
        assert_eq!(find("@6", false, false), [0; 0]);
        assert_eq!(find(" ", false, false), [0; 0]);
    }
}
