//! Questions to two or more snapshots.

use super::aside::Aside;
use super::control::Control;
use super::heap::{Heap, Held};
use super::job;
use super::pages::Pages;
use crate::analysis::{self, Parity};
use crate::control::Control as CoreControl;
use crate::diff::DiffSide;
use crate::error::{Error, Result};
use crate::leaks::{self, Lasting};
use crate::open::{Opened, Parsed};
use crate::report::{self, Document, LeaksQuestion};
use crate::snapshot::Snapshot;
use napi::Env;
use napi::bindgen_prelude::{ClassInstance, Object};
use napi_derive::napi;
use rayon::prelude::*;
use std::sync::OnceLock;

/// Compares `before`, opened or parsed (then its handle is empty afterwards), with `after`, opened.
#[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
pub fn diff<'env>(
    env: &'env Env,
    before: &Heap,
    after: &Heap,
    question: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let (before, after) = (before.hand_over(), after.opened());
    let work = move |control: &CoreControl| {
        let (before, after) = (before?, after?);
        let question = report::parse(&question)?;
        after.pool()?.install(|| {
            let side = side(before, &after, control)?;
            report::diff(&side, &after, &question, control)
        })
    };
    job::start_behind(env, control, work, |_, document| Ok(Pages::from(document)))
}

/// Finds the objects that grow in number over `earlier` and `last`, oldest first. Those that were only parsed are
/// taken: their handles are empty afterwards.
#[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
pub fn find_leaks<'env>(
    env: &'env Env,
    earlier: Vec<ClassInstance<'_, Heap>>,
    last: &Heap,
    question: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let earlier: Result<Vec<Held>> = earlier.iter().map(|heap| heap.hand_over()).collect();
    let last = last.hand_over();
    let work = move |control: &CoreControl| {
        let (earlier, last) = (earlier?, last?);
        let question = report::parse(&question)?;
        let last = match last {
            Held::Opened(opened) => opened,
            Held::Parsed(parsed) if may_count_read(&earlier, &parsed, &question) => {
                let pool = parsed.options.pool()?;
                return pool.install(|| leaks_of_read(earlier, owned(parsed), &question, control));
            }
            Held::Parsed(parsed) => Aside::new(Opened::of_parsed(owned(parsed), control)?),
        };
        last.pool()?.install(|| {
            let parity = last.heap.parity;
            let earlier = earlier.into_par_iter().map(|held| Earlier::of(held, parity, control));
            let earlier = earlier.collect::<Result<Vec<_>>>()?;
            let snapshots: Vec<&Snapshot> = earlier.iter().map(Earlier::snapshot).collect();
            report::leaks(&snapshots, &last, &question, control)
        })
    };
    job::start_behind(env, control, work, |_, document| Ok(Pages::from(document)))
}

/// Whether the earlier snapshots may go as soon as they are counted: ids name the same objects in all, nobody else has
/// them, and no stack of an allocation is to be found in them.
fn may_count_read(earlier: &[Held], last: &Parsed, question: &LeaksQuestion) -> bool {
    let is_plain = |held: &Held| matches!(held, Held::Parsed(_)) && held.snapshot().tables().trace_nodes.is_empty();
    question.known_comparison().is_some_and(|comparison| comparison.ids)
        && last.options.parity == Parity::Ours
        && last.snapshot.tables().trace_nodes.is_empty()
        && earlier.iter().all(is_plain)
}

fn leaks_of_read(
    earlier: Vec<Held>,
    last: Parsed,
    question: &LeaksQuestion,
    control: &CoreControl,
) -> Result<Document> {
    let lasting = {
        let snapshots: Vec<&Snapshot> = earlier.iter().map(Held::snapshot).collect();
        Lasting::of(&snapshots, &last.snapshot, control)?
    };
    let read = |held: Held| match held {
        Held::Parsed(parsed) => Ok(leaks::Earlier::Read(Box::new(owned(parsed).snapshot))),
        Held::Opened(_) => Err(Error::Internal { what: "an opened snapshot was taken for one that was read".into() }),
    };
    let earlier = earlier.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let opened = OnceLock::new();
    let analysed = || {
        let made = Opened::for_search(last, control)?;
        Ok(&opened.get_or_init(|| made).heap)
    };
    let counted = leaks::count_earlier(earlier, &lasting, analysed, &question.options(), control)?;
    let last = opened.get().expect("what was counted was analysed");
    let comparison = question.known_comparison().unwrap_or_default();
    report::leaks_counted(counted, last, (comparison, Vec::new()), question, control)
}

/// Tells how the snapshots are related, opened or parsed. Their handles stay as they are.
#[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
pub fn relate<'env>(
    env: &'env Env,
    heaps: Vec<ClassInstance<'_, Heap>>,
    question: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let heaps: Result<Vec<Held>> = heaps.iter().map(|heap| heap.held()).collect();
    let work = move |control: &CoreControl| {
        let heaps = heaps?;
        let question = report::parse(&question)?;
        let snapshots: Vec<&Snapshot> = heaps.iter().map(Held::snapshot).collect();
        match heaps.first() {
            Some(first) => first.options().pool()?.install(|| report::relation(&snapshots, &question, control)),
            None => report::relation(&snapshots, &question, control),
        }
    };
    job::start_behind(env, control, work, |_, document| Ok(Pages::from(document)))
}

/// An older snapshot with the sizes that an opened one has.
enum Earlier {
    Opened(Aside<Opened>),
    Sized(Box<Snapshot>),
}

impl Earlier {
    fn of(held: Held, parity: Parity, control: &CoreControl) -> Result<Self> {
        match held {
            Held::Opened(opened) => Ok(Self::Opened(opened)),
            Held::Parsed(parsed) => {
                Ok(Self::Sized(Box::new(analysis::sized(owned(parsed).snapshot, parity, control)?)))
            }
        }
    }

    fn snapshot(&self) -> &Snapshot {
        match self {
            Self::Opened(opened) => &opened.heap.snapshot,
            Self::Sized(snapshot) => snapshot,
        }
    }
}

/// What was parsed, or a copy where another job has it too.
fn owned(parsed: Aside<Parsed>) -> Parsed {
    parsed.into_inner().unwrap_or_else(|shared| Parsed::clone(&shared))
}

/// The columns of the older snapshot that a diff needs. One that was only parsed goes away with the last handle on it.
fn side(before: Held, after: &Opened, control: &CoreControl) -> Result<DiffSide> {
    let interfaces = &after.heap.interfaces;
    match before {
        Held::Opened(before) => DiffSide::of(&before.heap.snapshot, interfaces, after.heap.parity, control),
        Held::Parsed(before) => DiffSide::of_parsed(owned(before).snapshot, interfaces, after.heap.parity, control),
    }
}
