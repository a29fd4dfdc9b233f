//! What a node is called when it is counted: equal in every heap, of whatever process.

use super::given_names::GivenNames;
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::known::engine::{GLOBAL, GLOBAL_TAGGED};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::Text;

/// A hash of kind and, where the name is a class rather than content, of the name.
pub type Label = u64;

/// Labels of one heap's nodes.
///
/// # Shapes
/// One hash per string of the snapshot; 0 where no node that is named by its class has that name.
pub struct Labels {
    names: Vec<u64>,
    given: GivenNames,
}

impl Labels {
    /// # Cost
    /// O(nodes), and one pass over the text of the class names.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let mut names = vec![0; snapshot.tables().strings.len()];
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let name = snapshot.name(node);
            if names[name.index()] == 0 && is_named(snapshot.kind(node)) {
                names[name.index()] = hash_text(without_tag(snapshot.text(name))) | 1;
            }
        }
        Ok(Self { names, given: GivenNames::of(snapshot, control)? })
    }

    /// Names that constructors were given.
    pub fn given_names(&self) -> &GivenNames {
        &self.given
    }

    /// [`Self::given_names`], without the labels.
    pub fn into_given_names(self) -> GivenNames {
        self.given
    }

    pub fn label(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Label {
        let kind = snapshot.kind(node);
        let name = match self.given.get(node) {
            Some(given) => hash_text(snapshot.text(given)) | 1,
            None if is_named(kind) => self.names[snapshot.name(node).index()],
            None => 0,
        };
        let kind = if kind.is_string() { NodeKind::STRING } else { kind };
        mix(u64::from(kind.0) + 1, name)
    }
}

/// The name without the tag of an inspector. Nearly every path begins at the global object, and paths have to be equal
/// in a capture from outside and in one from inside. What a line of V8 adds stays: every snapshot of that line has it.
fn without_tag(name: Text<'_>) -> Text<'_> {
    if name.starts_with(GLOBAL_TAGGED[0]) { Text::from_str(GLOBAL) } else { name }
}

/// The names of strings, numbers and code are their content.
fn is_named(kind: NodeKind) -> bool {
    !kind.is_string()
        && !matches!(
            kind,
            NodeKind::NUMBER
                | NodeKind::CODE
                | NodeKind::REGEXP
                | NodeKind::BIGINT
                | NodeKind::SYMBOL
                | NodeKind::OBJECT_SHAPE
        )
}
