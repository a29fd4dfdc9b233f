//! The object in which a growth collects: plain data.

use crate::analysis::SourceLocation;
use crate::text::TextBuf;

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
