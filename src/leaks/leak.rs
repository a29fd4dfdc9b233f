//! What is told of a leak: plain data.

use super::accounting::Account;
use super::allocated::Allocated;
use super::growth::add;
use super::item::Part;
use super::kind::{Detail, Kind};
use super::one_off::OneOff;
use super::suspect::Step;
use crate::analysis::{Comparison, SourceLocation};
use crate::text::TextBuf;

/// The answer; `leaks` is empty when nothing grows in every interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeakReport {
    /// Whether objects were followed by their ids.
    pub comparison: Comparison,
    /// Most important first.
    pub leaks: Vec<Leak>,
    /// What grew and is no leak, biggest first.
    pub one_off: Vec<OneOff>,
    /// Where every byte of growth belongs.
    pub account: Account,
    /// Fingerprints of all leaks, those beyond the limit too, in their order.
    pub fingerprints: Vec<String>,
}

/// What one container accumulates.
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
    /// Bytes of everything that hangs from the container.
    pub size_growth: Vec<i64>,
    /// Bytes from the first snapshot to the last.
    pub retained_growth: i64,
    /// From the roots over the container to a leaked object.
    pub retaining_path: Vec<Step>,
    pub kind: Kind,
    /// What to do about it.
    pub advice: String,
    pub detail: Detail,
    pub confidence: Confidence,
    /// Why it is taken for a leak: sentences, strongest first.
    pub evidence: Vec<String>,
    /// The same for the same leak in another run, on another machine, of another Node line.
    pub fingerprint: String,
    /// Ids of leaked objects in the last snapshot.
    pub examples: Vec<u64>,
    /// What else grows there, what the path shows first.
    pub classes: Vec<LeakedClass>,
    /// What one leaked object is made of.
    pub item: Part,
    /// Leaked objects for each operation, when their number was given.
    pub per_operation: Option<f64>,
    /// `None` when allocations were not recorded.
    pub allocated: Option<Allocated>,
}

/// How sure it is that a growth has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// The object that accumulates.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    pub id: u64,
    pub name: TextBuf,
    /// The reference that holds the container.
    pub edge: TextBuf,
    /// Where the container, or what holds it, is written.
    pub location: Option<SourceLocation>,
}

/// One class of what a container accumulates.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakedClass {
    pub class_name: TextBuf,
    /// Objects more in the last snapshot than in the first.
    pub count: i64,
    /// Bytes more, backing stores included.
    pub size: i64,
    pub count_growth: Vec<i64>,
    /// Bytes, for each interval.
    pub size_growth: Vec<i64>,
}

impl LeakedClass {
    /// Adds more of the same class.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.size += other.size;
        add(&mut self.count_growth, &other.count_growth);
        add(&mut self.size_growth, &other.size_growth);
    }
}
