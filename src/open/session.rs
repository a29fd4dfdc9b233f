//! An opened snapshot, with tables that the first question makes and later ones share.

use super::kept::Kept;
use super::options::OpenOptions;
use super::pipeline::{analyse, analyse_for_search, memory_bytes, read};
use crate::analysis::{
    EdgeOptions, EdgeSort, Heap, IgnoredRetainers, Query, QueryResult, RetainerRow, Scripts, SourceMaps, edge_rows,
    query, retainer_rows,
};
use crate::archive::{self, ReadInfo, Source};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::paths::Paths;
use crate::snapshot::Snapshot;
use rayon::ThreadPool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A snapshot that was only read: the older side of a comparison needs no more.
#[derive(Clone)]
pub struct Parsed {
    pub snapshot: Snapshot,
    pub options: OpenOptions,
    pub read: ReadInfo,
}

impl Parsed {
    /// # Errors
    /// The errors of [`read`].
    pub fn read(source: Source, options: &OpenOptions, control: &Control) -> Result<Self> {
        let (snapshot, read) = read(source, options.budget, control)?;
        control.begin(Stage::Done, 0);
        Ok(Self { snapshot, options: options.clone(), read })
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
    pub read: ReadInfo,
    // Some documents need these and most do not; they cost a pass over the heap and are kept from the first use on.
    scripts: OnceLock<Scripts>,
    paths: OnceLock<Arc<Paths>>,
    /// Whether a path was asked for.
    has_path: AtomicBool,
    // A person looks at one page of a list after the other.
    matches: Kept<Query, QueryResult>,
    edges: Kept<(NodeOrdinal, EdgeSort), Vec<EdgeOrdinal>>,
    retainers: Kept<(NodeOrdinal, Vec<NodeOrdinal>), Vec<RetainerRow>>,
}

impl Opened {
    /// Reads, parses and analyses.
    ///
    /// # Cost
    /// Reading and parsing share two threads, so does the analysis. About 49 bytes a node and 12 an edge at the peak.
    /// # Errors
    /// The errors of [`read`] and of [`analyse`].
    pub fn open(source: Source, options: &OpenOptions, control: &Control) -> Result<Self> {
        let (snapshot, read) = read(source, options.budget, control)?;
        Self::analysed(snapshot, read, options.clone(), control)
    }

    /// Analyses a snapshot that was only read.
    ///
    /// # Errors
    /// The errors of [`analyse`].
    pub fn of_parsed(parsed: Parsed, control: &Control) -> Result<Self> {
        let Parsed { snapshot, options, read } = parsed;
        Self::analysed(snapshot, read, options, control)
    }

    /// Analyses a snapshot that was only read, for the search for leaks alone ([`analyse_for_search`]), on the threads
    /// of the search.
    ///
    /// # Errors
    /// The errors of [`analyse`].
    pub fn for_search(parsed: Parsed, control: &Control) -> Result<Self> {
        let Parsed { snapshot, options, read } = parsed;
        let heap = analyse_for_search(snapshot, &options, control)?;
        Ok(Self::new(heap, options, read))
    }

    fn analysed(snapshot: Snapshot, read: ReadInfo, options: OpenOptions, control: &Control) -> Result<Self> {
        let heap = options.pool()?.install(|| analyse(snapshot, &options, control))?;
        control.begin(Stage::Done, 0);
        Ok(Self::new(heap, options, read))
    }

    fn new(heap: Heap, options: OpenOptions, read: ReadInfo) -> Self {
        let most = heap.snapshot.node_count();
        Self {
            heap,
            options,
            read,
            scripts: OnceLock::new(),
            paths: OnceLock::new(),
            has_path: AtomicBool::new(false),
            // All nodes in two orders.
            matches: Kept::new(2 * most),
            edges: Kept::new(most),
            retainers: Kept::new(most),
        }
    }

    /// Threads for one job on it.
    pub fn pool(&self) -> Result<ThreadPool> {
        self.options.pool()
    }

    /// # Cost
    /// At the first call that of [`Scripts::of`].
    pub fn scripts(&self, control: &Control) -> Result<&Scripts> {
        if self.scripts.get().is_none() {
            _ = self.scripts.set(Scripts::of(&self.heap.snapshot, control)?);
        }
        Ok(self.scripts.get().expect("it was set above or by another job"))
    }

    /// Paths that have one to this node, and touch none of the nodes to be avoided.
    ///
    /// # Cost
    /// At the first call, and with nodes to be avoided, that of [`Paths::to`]. Who asks again may ask often: the second
    /// call costs as much as [`Paths::of`], and later ones nothing.
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn paths_to(&self, node: NodeOrdinal, avoided: &[NodeOrdinal], control: &Control) -> Result<Arc<Paths>> {
        if !avoided.is_empty() {
            return Ok(Arc::new(Paths::to(&self.heap, node, avoided, control)?));
        }
        if let Some(paths) = self.paths.get() {
            return Ok(Arc::clone(paths));
        }
        let paths = Arc::new(match self.has_path.swap(true, Ordering::Relaxed) {
            false => Paths::to(&self.heap, node, &[], control)?,
            true => Paths::of(&self.heap.snapshot, &[], control)?,
        });
        if paths.is_whole() {
            _ = self.paths.set(Arc::clone(&paths));
        }
        Ok(paths)
    }

    /// The objects that match; the last lists are kept.
    ///
    /// # Cost
    /// That of [`query`], unless the list is kept.
    /// # Errors
    /// The errors of [`query`].
    pub fn matches(&self, question: Query, control: &Control) -> Result<Arc<QueryResult>> {
        self.matches.list(question, |found| found.nodes.len(), |question| query(&self.heap, question, control))
    }

    /// The outgoing edges of a node; the last lists are kept.
    ///
    /// # Cost
    /// That of [`edge_rows`], unless the list is kept.
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn edges(&self, node: NodeOrdinal, sort: EdgeSort, control: &Control) -> Result<Arc<Vec<EdgeOrdinal>>> {
        let options = EdgeOptions { sort, ..EdgeOptions::default() };
        self.edges.list((node, sort), Vec::len, |_| edge_rows(&self.heap, node, &options, control))
    }

    /// The retainers of a node without these; the last lists are kept.
    ///
    /// # Cost
    /// That of [`retainer_rows`] and of [`IgnoredRetainers::of`], unless the list is kept.
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn retainers(
        &self,
        node: NodeOrdinal,
        ignored: Vec<NodeOrdinal>,
        control: &Control,
    ) -> Result<Arc<Vec<RetainerRow>>> {
        self.retainers.list((node, ignored), Vec::len, |(_, ignored)| {
            let ignored = IgnoredRetainers::of(&self.heap, ignored, control)?;
            retainer_rows(&self.heap, node, &ignored, control)
        })
    }

    /// A reader of source maps for one document, if the options ask for it. It keeps the files that it read; the next
    /// document reads them anew, as they may have changed.
    pub fn source_maps(&self) -> Option<SourceMaps> {
        let folder = self.options.source_map_folder.clone();
        self.options.source_maps.then(|| SourceMaps::new(archive::read_small, folder))
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

    /// Bytes that are held, by the lengths of the columns.
    pub fn memory_bytes(&self) -> u64 {
        memory_bytes(&self.heap.snapshot)
    }
}
