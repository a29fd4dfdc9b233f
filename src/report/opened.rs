//! A heap and what documents say about it beside: how it was read, where its scripts are.

use super::document::to_json;
use super::info::InfoRow;
use crate::analysis::{Heap, Parity, RetainingPaths, Scripts};
use crate::archive::{ReadInfo, Source};
use crate::budget::Budget;
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::open::{self, memory_bytes};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use rayon::ThreadPool;
use std::path::PathBuf;
use std::sync::OnceLock;

/// How to open a snapshot, and what to say about it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    pub parity: Parity,
    /// Threads to work on; 0: one for each processor.
    pub threads: usize,
    /// Look for source maps beside the scripts.
    pub source_maps: bool,
    /// Memory that the snapshot may take.
    pub budget: Budget,
    /// Where source maps are that do not lie where the scripts say.
    pub source_map_folder: Option<PathBuf>,
}

impl OpenOptions {
    pub fn pipeline(&self) -> open::OpenOptions {
        open::OpenOptions { parity: self.parity, threads: self.threads, budget: self.budget }
    }
}

/// A snapshot that was only read: the older side of a comparison needs no more.
#[derive(Clone)]
pub struct Parsed {
    pub snapshot: Snapshot,
    pub options: OpenOptions,
    read: ReadInfo,
}

impl Parsed {
    /// # Errors
    /// Those of [`open::read`].
    pub fn read(source: Source, options: &OpenOptions, control: &Control) -> Result<Self> {
        let (snapshot, read) = open::read(source, options.budget, control)?;
        control.begin(Stage::Done, 0);
        Ok(Self { snapshot, options: options.clone(), read })
    }

    /// `SnapshotInfo` of `index.d.ts` as JSON.
    pub fn info_json(&self) -> Result<String> {
        to_json(&InfoRow::of_parsed(&self.snapshot, self.options.parity, &self.read))
    }

    /// Bytes that are held, by the lengths of the columns.
    pub fn memory_bytes(&self) -> u64 {
        memory_bytes(&self.snapshot)
    }
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
    /// Those of [`open::open`].
    pub fn open(source: Source, options: &OpenOptions, control: &Control) -> Result<Self> {
        let open::Opened { heap, read } = open::open(source, &options.pipeline(), control)?;
        control.begin(Stage::Done, 0);
        Ok(Self { heap, options: options.clone(), read, scripts: OnceLock::new(), paths: OnceLock::new() })
    }

    /// What was read before, analysed now.
    ///
    /// # Errors
    /// Those of [`open::analyse`].
    pub fn of_parsed(parsed: Parsed, control: &Control) -> Result<Self> {
        let Parsed { snapshot, options, read } = parsed;
        let pipeline = options.pipeline();
        let heap = pipeline.pool()?.install(|| open::analyse(snapshot, &pipeline, control))?;
        control.begin(Stage::Done, 0);
        Ok(Self { heap, options, read, scripts: OnceLock::new(), paths: OnceLock::new() })
    }

    /// Threads for one job on it.
    pub fn pool(&self) -> Result<ThreadPool> {
        self.options.pipeline().pool()
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

    /// # Errors
    /// [`Error::NoSuchNode`] for the first id that no node has.
    pub fn find_all(&self, ids: &[u64]) -> Result<Vec<NodeOrdinal>> {
        ids.iter().map(|id| self.find(*id)).collect()
    }

    /// `SnapshotInfo` of `index.d.ts` as JSON.
    pub fn info_json(&self) -> Result<String> {
        to_json(&InfoRow::of(&self.heap, &self.read))
    }

    /// Bytes that are held, by the lengths of the columns.
    pub fn memory_bytes(&self) -> u64 {
        memory_bytes(&self.heap.snapshot)
    }
}
