//! A frozen image of this process: a forked child writes its own memory and ends. V8 does nothing for it.
//!
//! [`gather`] looks up what a thawed process needs, in the app, before the fork; [`write`](write()) runs in the child.

mod facts;
mod files;
mod memory;
mod smaps;

pub use facts::cannot_freeze;
pub(super) use facts::{gather, processor_features};
pub(super) use memory::write;
