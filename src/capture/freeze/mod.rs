//! A frozen image of this process: a forked child writes its own memory and ends. V8 does nothing for it.
//!
//! [`gather`] looks up what a thawed process needs, in the app, before the fork; [`write`](write()) runs in the child.

mod arguments;
mod facts;
mod files;
mod memory;
mod smaps;

pub(super) use arguments::harmless;
pub use facts::cannot_freeze;
pub(super) use facts::{FUNCTIONS, OF_ANSWERS, OF_VDSO, gather, named_program, processor_features, text};
pub(super) use files::build_id;
pub(super) use memory::{Subject, Unfinished, write, write_of};
