//! One accumulation: plain data.

use super::evidence::Opinion;
use crate::analysis::SourceLocation;
use crate::leaks::{Container, Detail, Kind, Part, Responsible};
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// Objects of one class that pile up in a container, or one object that is large by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    pub class_name: TextBuf,
    /// Where the class, or the function, is written.
    pub location: Option<SourceLocation>,
    /// Objects in all containers.
    pub count: u64,
    /// Bytes of the objects, of all that only paths over them lead to, and of the tables of the container.
    pub size: u64,
    /// The container that has most of them.
    pub container: Container,
    /// Objects in that one.
    pub container_item_count: u64,
    /// Bytes that would be freed with that one.
    pub container_retained_size: u64,
    /// How many containers there are.
    pub container_count: u64,
    /// What holds that one: of a list of listeners the table of its emitter.
    pub holder: Option<NodeOrdinal>,
    pub is_single: bool,
    /// Whether Node.js or native code holds the container, and neither own code nor a package does.
    pub is_held_by_node: bool,
    pub kind: Kind,
    pub advice: String,
    pub detail: Detail,
    pub opinion: Opinion,
    pub item: Part,
    /// From the roots over the container to one of the objects.
    pub path: Vec<NodeOrdinal>,
    pub responsible: Responsible,
    pub examples: Vec<u64>,
    /// Other classes that pile up in the same containers.
    pub others: Vec<Other>,
    /// The same for the same accumulation in another run.
    pub fingerprint: String,
}

/// Another class that piles up in the same containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub class_name: TextBuf,
    pub count: u64,
    pub size: u64,
}
