//! The files of a search for leaks, read in turn: the ids of all come first, and then never more than two snapshots are
//! there at a time.

use super::options::OpenOptions;
use super::session::{Opened, Parsed};
use crate::analysis::{Comparison, IdSample};
use crate::archive::{self, Source};
use crate::budget::Budget;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::format::{Ahead, Parser};
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::leaks::{Counted, Earlier, Lasting, LeakOptions, OddIds, count_earlier};
use crate::relation::compare_samples;
use crate::snapshot::unpack_kind;
use crate::wide_column::WideColumn;
use parking_lot::Mutex;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Files whose nodes are read side by side.
const SIDE_BY_SIDE: usize = 2;
/// One id of so many is looked at for its kind.
const LOOK_AT_ONE_OF: u64 = 64;
/// With fewer ids in common nothing can be said.
const ENOUGH: usize = 32;
/// Of the ids of one process nearly all name an object of the same kind. Those of two processes do so by chance.
const SAME_PERCENT: usize = 95;

/// What the nodes of several files say before the rest is read.
pub struct FileIds {
    /// In the order of the call.
    files: Vec<OfFile>,
    /// Positions, oldest first.
    order: Vec<usize>,
}

struct OfFile {
    ids: OddIds,
    highest: u64,
    /// Joins all ids in their order.
    mark: u64,
    /// Kinds of some nodes. Every file gives those of the same ids.
    kinds: HashMap<u64, NodeKind>,
}

/// What is kept of a file when its snapshot is gone.
struct Noted<T> {
    about: T,
    sample: IdSample,
    nodes: usize,
    edges: usize,
}

impl FileIds {
    /// Reads the nodes of the files, and no further. `None` where their ids show no order: then they may be of several
    /// processes.
    ///
    /// # Cost
    /// About a third of what reading the files costs; the nodes of two files are there at a time, and one bit for each
    /// id stays.
    /// # Errors
    /// The errors of [`super::read`] up to the nodes.
    pub fn read(files: &[PathBuf], options: &OpenOptions, control: &Control) -> Result<Option<Self>> {
        let mut read = Vec::new();
        for some in files.chunks(SIDE_BY_SIDE) {
            let of_file = |file: &PathBuf| OfFile::read(file, options.budget, &control.beside());
            read.append(&mut some.par_iter().map(of_file).collect::<Result<Vec<_>>>()?);
        }
        let mut order: Vec<usize> = (0..read.len()).collect();
        order.sort_by_key(|at| read[*at].highest);
        let rises = order.windows(2).all(|pair| read[pair[0]].highest < read[pair[1]].highest);
        let Some(newest) = order.last().map(|at| &read[*at]) else { return Ok(None) };
        let is_one = rises && read.iter().all(|file| file.may_be_of_one_process(newest));
        Ok(is_one.then_some(Self { files: read, order }))
    }

    /// Positions in the call, oldest first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }
}

impl OfFile {
    fn read(file: &Path, budget: Budget, control: &Control) -> Result<Self> {
        let (mut parser, mut found) = (None, None);
        let mut unknown = Ahead::default();
        let look = |bytes: &[u8], ahead: &mut Ahead| ahead.scan(bytes);
        let read = archive::read_ahead(Source::Path(file.to_path_buf()), control, &look, &mut |bytes, ahead| {
            let parser = parser.get_or_insert_with(|| Parser::with_size_hint(control.progress().2).within(budget));
            parser.feed_scanned(bytes, ahead.unwrap_or(&mut unknown))?;
            let Some(nodes) = parser.nodes() else { return Ok(()) };
            found = Some(Self::of(&nodes.id, &nodes.kind, control)?);
            // Nobody needs the rest: this ends the reading.
            Err(Error::Cancelled)
        });
        match (found, read) {
            (Some(found), _) => Ok(found),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(unfit("a file has no nodes")),
        }
    }

    fn of(ids: &WideColumn, kinds: &[u8], control: &Control) -> Result<Self> {
        let looked = ids.iter().zip(kinds).filter(|(id, _)| id % 2 == 1 && mix(*id, 0) % LOOK_AT_ONE_OF == 0);
        Ok(Self {
            kinds: looked.map(|(id, kind)| (id, unpack_kind(*kind))).collect(),
            highest: ids.iter().filter(|id| id % 2 == 1).max().unwrap_or(0),
            mark: mark(ids),
            ids: OddIds::of(ids, control)?,
        })
    }

    /// Whether ids may name the same objects in the newest file. It spares the reading of files of several processes;
    /// the names decide later.
    fn may_be_of_one_process(&self, newest: &Self) -> bool {
        let is_steady = |kind: NodeKind| matches!(kind, NodeKind::OBJECT | NodeKind::CLOSURE);
        let known = self.kinds.iter().filter(|(_, kind)| is_steady(**kind));
        let both: Vec<bool> = known.filter_map(|(id, kind)| newest.kinds.get(id).map(|other| other == kind)).collect();
        let same = both.iter().filter(|is_same| **is_same).count();
        both.len() >= ENOUGH && same * 100 >= both.len() * SAME_PERCENT
    }
}

/// Reads and counts the earlier files, each of which goes as soon as it is counted, and then the newest. `about` says
/// what is to be known of each file, in the order of the call. `newest` keeps the newest.
///
/// # Cost
/// Two snapshots at a time. Each may take half of the budget of the options.
/// # Errors
/// The errors of [`super::read`] and of [`count_earlier`]; and one that says so where the files have to be opened all
/// together: they changed meanwhile, two may be the same snapshot, their ids do not name the same objects, or
/// allocations were recorded in them.
pub fn count_in_turn<'a, T: Send>(
    files: &[PathBuf],
    ids: Option<&FileIds>,
    (options, leaks): (&OpenOptions, &LeakOptions),
    id_spaces: &[Option<String>],
    about: impl Fn(&Parsed) -> Result<T> + Sync,
    newest: &'a OnceLock<Opened>,
    control: &Control,
) -> Result<(Counted<'a>, Comparison, Vec<T>)> {
    let ids = ids.filter(|ids| ids.files.len() == files.len()).ok_or_else(|| unfit("their ids show no order"))?;
    let Some((last, earlier)) = ids.order.split_last() else { return Err(unfit("there are none")) };
    let noted: Vec<Mutex<Option<Noted<T>>>> = files.iter().map(|_| Mutex::new(None)).collect();
    let read = |at: usize, control: &Control| -> Result<Parsed> {
        let parsed = Parsed::read(Source::Path(files[at].clone()), options, control)?;
        *noted[at].lock() = Some(Noted::of(&parsed, &ids.files[at], &about, control)?);
        Ok(parsed)
    };
    let read = &read;
    let lasting = Lasting::of_ids(&ids.order.iter().map(|at| &ids.files[*at].ids).collect::<Vec<_>>());
    let unread = earlier
        .iter()
        .map(|at| Earlier::Unread(Box::new(move || read(*at, &control.beside()).map(|parsed| parsed.snapshot))));
    let analysed = || {
        let made = Opened::for_search(read(*last, control)?, control)?;
        Ok(&newest.get_or_init(|| made).heap)
    };
    let counted = count_earlier(unread.collect(), &lasting, analysed, leaks, control)?;
    let noted: Option<Vec<Noted<T>>> = noted.into_iter().map(Mutex::into_inner).collect();
    let (Some(noted), Some(newest)) = (noted, newest.get()) else { return Err(unfit("one was not read")) };
    let may_be_same = |one: &Noted<T>, other: &Noted<T>| one.nodes == other.nodes && one.edges == other.edges;
    if (1..noted.len()).any(|at| noted[..at].iter().any(|other| may_be_same(&noted[at], other))) {
        return Err(unfit("two have as many nodes and edges as each other"));
    }
    let (mut samples, mut told) = (Vec::new(), Vec::new());
    for (at, Noted { about, sample, .. }) in noted.into_iter().enumerate() {
        told.push(about);
        if at != *last {
            samples.push(sample);
        }
    }
    match compare_samples(&samples, &newest.heap.snapshot, id_spaces, control)? {
        Some(comparison) => Ok((counted, comparison, told)),
        None => Err(unfit("their ids do not name the same objects")),
    }
}

impl<T> Noted<T> {
    fn of(parsed: &Parsed, ahead: &OfFile, about: impl Fn(&Parsed) -> Result<T>, control: &Control) -> Result<Self> {
        let snapshot = &parsed.snapshot;
        let tables = snapshot.tables();
        if mark(&tables.nodes.id) != ahead.mark {
            return Err(unfit("a file has changed since its ids were read"));
        }
        if !tables.trace_nodes.is_empty() {
            return Err(unfit("allocations were recorded in one"));
        }
        let (nodes, edges) = (snapshot.node_count(), snapshot.edge_count());
        Ok(Self { about: about(parsed)?, sample: IdSample::of(snapshot, control)?, nodes, edges })
    }
}

/// Joins the ids of a file in their order: when it is another, the file has changed.
fn mark(ids: &WideColumn) -> u64 {
    ids.iter().fold(0, mix)
}

fn unfit(why: &str) -> Error {
    Error::Option { name: "snapshots", what: format!("cannot be read in turn: {why}") }
}
