//! heaphound finds memory leaks in Node.js heap snapshots.
//!
//! A file imports only from modules above its own in this list; `docs/architecture.md` holds the map.

pub mod error;

pub mod bit_set;
pub mod budget;
pub mod control;
pub mod kind;
pub mod niceness;
pub mod ordinal;
pub mod prefetch;
#[cfg(test)]
mod test_random;
#[cfg(test)]
mod test_splits;
pub mod text;

pub mod hash;
pub mod ranks;
pub mod wide_column;

pub mod format;

pub mod archive;

pub mod image;

#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
pub mod core_dump;
pub mod image_memory;

pub mod capture;

pub mod redact;

pub mod snapshot;

pub mod known;

pub mod graph;

pub mod analysis;

pub mod paths;

pub mod relation;

pub mod diff;

pub mod leaks;

pub mod suspects;

pub mod owners;

pub mod open;

pub mod report;

#[cfg(feature = "addon")]
mod binding;
