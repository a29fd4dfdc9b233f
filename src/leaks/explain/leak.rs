//! One leak: plain data.

use super::allocated::Allocated;
use super::container::Container;
use super::freed::Freed;
use super::leaked_class::LeakedClass;
use super::parts::Part;
use super::steps::Step;
use crate::analysis::SourceLocation;
use crate::leaks::kind::{Detail, Kind};
use crate::leaks::own::Responsible;
use crate::text::TextBuf;

/// A container, and the objects that it accumulates.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    pub class_name: TextBuf,
    /// Where the class, or the function, is written.
    pub location: Option<SourceLocation>,
    pub container: Container,
    /// Objects of `class_name`; zeros when a single object grows.
    pub count_growth: Vec<i64>,
    /// Bytes of everything that grew in the container.
    pub size_growth: Vec<i64>,
    /// Bytes from the first snapshot to the last.
    pub retained_growth: i64,
    /// From the roots over the container to a leaked object, or to its heaviest part.
    pub retaining_path: Vec<Step>,
    pub kind: Kind,
    /// What to do about it.
    pub advice: String,
    pub detail: Detail,
    pub confidence: Confidence,
    /// Sentences that say why it is a leak, strongest first.
    pub evidence: Vec<String>,
    /// The same for the same leak in another run, on another machine, of another Node line.
    pub fingerprint: String,
    /// Ids of leaked objects in the last snapshot.
    pub examples: Vec<u64>,
    /// Other classes that grow there: those on the path first.
    pub classes: Vec<LeakedClass>,
    /// The classes that one leaked object is made of.
    pub item: Part,
    /// Leaked objects for each operation, when their number was given.
    pub per_operation: Option<f64>,
    /// `None` when allocations were not recorded.
    pub allocated: Option<Allocated>,
    /// The place in the program's own code.
    pub responsible: Responsible,
    /// `None` when nobody asked for it.
    pub freed: Option<Freed>,
}

/// How sure it is that the growth does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    Low,
    Medium,
    High,
}
