//! The document that V8 writes, until it is in a file, a stream or a reader: it is checked, redacted and compressed as
//! it passes.

mod completeness;
mod inline;
mod received;
mod route;

pub use completeness::{Completeness, Counts};
pub use inline::InlineCapture;
pub use received::{Packing, archive, check};
pub(super) use route::BLOCK;
pub use route::{Captured, Ids, Route, Sink, Stage};
