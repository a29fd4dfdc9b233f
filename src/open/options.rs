//! The options for opening a snapshot, and for its documents.

use crate::analysis::Parity;
use crate::budget::Budget;
use crate::error::{Error, Result};
use rayon::ThreadPool;
use std::path::PathBuf;

/// How to open a snapshot, and what to say about it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub parity: Parity,
    /// Threads to work on; 0: one for each processor.
    pub threads: usize,
    /// Memory that the tables, and the columns that are computed from them, may take.
    pub budget: Budget,
    /// Look for source maps beside the scripts.
    pub source_maps: bool,
    /// The folder of source maps that are not where the scripts say.
    pub source_map_folder: Option<PathBuf>,
}

impl OpenOptions {
    /// A pool of our own: neither libuv's threads nor another caller's are taken.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn pool(&self) -> Result<ThreadPool> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("heaphound-{index}"))
            .build()
            .map_err(|error| Error::Internal { what: format!("no threads: {error}") })
    }
}
