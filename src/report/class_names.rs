//! The names that a person may ask a diff for: of all classes, and of all functions, since a class without objects is a
//! function.

use crate::analysis::Heap;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;

/// Each name once, behind and before a line break.
///
/// # Cost
/// O(nodes); 1 bit a string.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn class_names(heap: &Heap, control: &Control) -> Result<String> {
    let snapshot = &heap.snapshot;
    let mut names = String::from("\n");
    let mut add = |name: &str| {
        names.push_str(name);
        names.push('\n');
    };
    for class in &heap.classes.rows {
        add(&class.name.as_text().to_string_lossy());
    }
    let mut seen = BitSet::new(snapshot.tables().strings.len());
    for node in snapshot.nodes().filter(|node| snapshot.kind(*node) == NodeKind::CLOSURE) {
        control.check_at(node.index())?;
        let name = snapshot.name(node).index();
        if !seen.contains(name) {
            seen.insert(name);
            add(&snapshot.name_text(node).to_string_lossy());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::draw;

    #[test]
    fn classes_and_functions_have_a_name_each() {
        let control = Control::new();
        let snapshot = draw("root > Session Cart/closure | Session > map/hidden | Cart > text/string");
        let heap = analyse(snapshot, &OpenOptions::default(), &control).unwrap();
        let names = class_names(&heap, &control).unwrap();
        for (name, is_there) in [("Session", true), ("Cart", true), ("text", false), ("Sess", false), ("", false)] {
            assert_eq!(names.contains(&format!("\n{name}\n")), is_there, "{name} in {names:?}");
        }
    }
}
