//! Questions to two or more snapshots.

use super::aside::Aside;
use super::control::Control;
use super::heap::{Heap, Held};
use super::job;
use super::pages::Pages;
use crate::analysis::{self, Parity};
use crate::control::Control as CoreControl;
use crate::diff::DiffSide;
use crate::error::Result;
use crate::open::{Opened, Parsed};
use crate::report;
use crate::snapshot::Snapshot;
use napi::Env;
use napi::bindgen_prelude::{ClassInstance, Object};
use napi_derive::napi;
use rayon::prelude::*;

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

/// Finds the objects that grow in number over `earlier`, opened or parsed (then their handles are empty afterwards),
/// oldest first, and `last`, opened.
#[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
pub fn find_leaks<'env>(
    env: &'env Env,
    earlier: Vec<ClassInstance<'_, Heap>>,
    last: &Heap,
    question: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let earlier: Result<Vec<Held>> = earlier.iter().map(|heap| heap.hand_over()).collect();
    let last = last.opened();
    let work = move |control: &CoreControl| {
        let (earlier, last) = (earlier?, last?);
        let question = report::parse(&question)?;
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
        let snapshots: Vec<&Snapshot> = heaps.iter().map(Held::snapshot).collect();
        report::relation(&snapshots, &report::parse(&question)?, control)
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
            Held::Parsed(parsed) => Ok(Self::Sized(Box::new(analysis::sized(taken(parsed), parity, control)?))),
        }
    }

    fn snapshot(&self) -> &Snapshot {
        match self {
            Self::Opened(opened) => &opened.heap.snapshot,
            Self::Sized(snapshot) => snapshot,
        }
    }
}

fn taken(parsed: Aside<Parsed>) -> Snapshot {
    parsed.into_inner().map_or_else(|shared| shared.snapshot.clone(), |parsed| parsed.snapshot)
}

/// The columns of the older snapshot that a diff needs. One that was only parsed goes away with the last handle on it.
fn side(before: Held, after: &Opened, control: &CoreControl) -> Result<DiffSide> {
    let interfaces = &after.heap.interfaces;
    match before {
        Held::Opened(before) => DiffSide::of(&before.heap.snapshot, interfaces, after.heap.parity, control),
        Held::Parsed(before) => DiffSide::of_parsed(taken(before), interfaces, after.heap.parity, control),
    }
}
