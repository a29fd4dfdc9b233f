//! Which Node.js the program ran on.

use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::node::PROCESS;
use crate::snapshot::Snapshot;

/// The property of the process object with its version, and how the version begins
/// (`lib/internal/process/per_thread.js`).
const VERSION: &str = "version";
const BEGINS: char = 'v';

/// `process.version` without its `v`: `24.21.0`. `None` where the heap has no such text, as in a redacted file or in
/// the heap of a browser.
///
/// # Cost
/// O(nodes), and less where Node.js wrote the file: its process object stands near the beginning.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn node_version(snapshot: &Snapshot, control: &Control) -> Result<Option<String>> {
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is(PROCESS) {
            continue;
        }
        let Some((_, version)) = snapshot.named_edge(node, EdgeKind::Property, VERSION) else { continue };
        let text = snapshot.name_text(version).to_string_lossy();
        let numbers = text.strip_prefix(BEGINS).filter(|numbers| {
            numbers.starts_with(|first: char| first.is_ascii_digit())
                && snapshot.kind(version) == NodeKind::STRING
                && numbers.len() <= LONGEST
        });
        if let Some(numbers) = numbers {
            return Ok(Some(numbers.to_owned()));
        }
    }
    Ok(None)
}

/// `26.0.0-nightly20260102abcdef1234` is the longest form.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    fn check_version(heap: &str, version: Option<&str>) {
        assert_eq!(node_version(&draw(heap), &Control::new()).unwrap().as_deref(), version, "{heap}");
    }

    #[test]
    fn the_version_is_that_of_the_process_object() {
        check_version("root > process | process > version.v24/string", Some("24"));
        check_version("root > process | process > version.v24/object", None);
        check_version("root > process | process > version.redacted/string", None);
        check_version("root > process | process > version.very/string", None);
        check_version("root > other | other > version.v24/string", None);
        check_version("root > process", None);
    }
}
