//! What a node is called when it is counted: equal in every heap, of whatever process.

use super::given_names::OwnNames;
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;

/// The class of the global object of Node.js.
pub const GLOBAL: &str = "global";
const TAGGED: [&str; 2] = ["global / ", "global ("];

/// A hash of kind and, where the name is a class rather than content, of the name.
pub type Label = u64;

/// Labels of one heap's nodes.
///
/// # Shapes
/// One hash per string of the snapshot; 0 where no node that is named by its class has that name.
pub struct Labels {
    names: Vec<u64>,
    own: OwnNames,
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
        Ok(Self { names, own: OwnNames::of(snapshot, control)? })
    }

    /// The name that the constructor of the object has of its own.
    pub fn own_name(&self, node: NodeOrdinal) -> Option<StringOrdinal> {
        self.own.get(node)
    }

    pub fn label(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Label {
        let kind = snapshot.kind(node);
        let name = match self.own.get(node) {
            Some(own) => hash_text(snapshot.text(own)) | 1,
            None if is_named(kind) => self.names[snapshot.name(node).index()],
            None => 0,
        };
        let kind = if kind.is_string() { NodeKind::STRING } else { kind };
        mix(u64::from(kind.0) + 1, name)
    }
}

/// Whether an object of this name is the global object of Node.js. V8 adds a tag where an inspector is attached
/// (`global / `), and on some lines the class (`global (global*)`).
pub fn is_global(name: &str) -> bool {
    name == GLOBAL || TAGGED.iter().any(|tagged| name.starts_with(tagged))
}

/// The name without the tag of an inspector: nearly all hangs from the global object, and what hangs from it is to be
/// the same in a capture from outside and in one from inside. What a line of V8 adds stays, since it is there in every
/// snapshot of that line.
fn without_tag(name: Text<'_>) -> Text<'_> {
    if name.starts_with(TAGGED[0]) { Text::from_str(GLOBAL) } else { name }
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
