//! A heap and what documents say about it beside: how it was read, where its scripts are.

use super::info::InfoRow;
use crate::analysis::{Heap, Parity, RetainingPaths, Scripts};
use crate::archive::{self, ReadInfo, Source};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::format::Parser;
use crate::open;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use rayon::ThreadPool;
use std::sync::OnceLock;

/// How to open a snapshot, and what to say about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    pub parity: Parity,
    /// Threads to work on; 0: one for each processor.
    pub threads: usize,
    /// Look for source maps beside the scripts.
    pub source_maps: bool,
}

/// An opened snapshot that questions are asked of.
pub struct Opened {
    pub heap: Heap,
    pub options: OpenOptions,
    read: ReadInfo,
    // Some documents need these and most do not; they cost a pass over the heap and are kept from the first use on.
    scripts: OnceLock<Scripts>,
    paths: OnceLock<RetainingPaths>,
}

impl Opened {
    /// # Errors
    /// Those of [`archive::read`], the parser and [`open::analyse`].
    pub fn open(source: Source, options: &OpenOptions, control: &Control) -> Result<Self> {
        let open = open::OpenOptions { parity: options.parity, threads: options.threads };
        let (heap, read) = open.pool()?.install(|| {
            let mut parser = Parser::new();
            let read = archive::read(source, control, &mut |bytes| parser.feed(bytes))?;
            let heap = open::analyse(Snapshot::new(parser.finish()?), &open, control)?;
            Ok::<_, Error>((heap, read))
        })?;
        control.begin(Stage::Done, 0);
        Ok(Self { heap, options: *options, read, scripts: OnceLock::new(), paths: OnceLock::new() })
    }

    /// Threads for one job on it.
    pub fn pool(&self) -> Result<ThreadPool> {
        open::OpenOptions { parity: self.options.parity, threads: self.options.threads }.pool()
    }

    /// # Cost
    /// At the first call that of [`Scripts::of`].
    pub fn scripts(&self, control: &Control) -> Result<&Scripts> {
        if self.scripts.get().is_none() {
            _ = self.scripts.set(Scripts::of(&self.heap.snapshot, control)?);
        }
        Ok(self.scripts.get().expect("it was set above or by another job"))
    }

    /// # Cost
    /// At the first call that of [`RetainingPaths::of`].
    pub fn paths(&self, control: &Control) -> Result<&RetainingPaths> {
        if self.paths.get().is_none() {
            _ = self.paths.set(RetainingPaths::of(&self.heap.snapshot, control)?);
        }
        Ok(self.paths.get().expect("it was set above or by another job"))
    }

    /// # Errors
    /// [`Error::NoSuchNode`].
    pub fn find(&self, id: u64) -> Result<NodeOrdinal> {
        self.heap.snapshot.find(id).ok_or(Error::NoSuchNode { id })
    }

    /// `SnapshotInfo` of `index.d.ts` as JSON.
    pub fn info_json(&self) -> Result<String> {
        super::document::to_json(&InfoRow::of(&self.heap, &self.read))
    }

    /// Bytes that are held, by the lengths of the columns.
    pub fn memory_bytes(&self) -> u64 {
        super::info::memory_bytes(&self.heap)
    }
}
