//! Opening a snapshot, and its handle.

use super::aside::Aside;
use super::control::Control;
use super::feed::Feed;
use super::job;
use super::pages::Pages;
use crate::analysis::Parity;
use crate::archive::Source;
use crate::budget::Budget;
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use crate::open::{self, Opened, Parsed};
use crate::report;
use crate::snapshot::Snapshot;
use napi::Env;
use napi::bindgen_prelude::{Either, Object, ObjectFinalize};
use napi_derive::napi;
use parking_lot::Mutex;
use std::path::PathBuf;

#[napi(object)]
pub struct OpenOptions {
    /// 0: one for each processor.
    pub threads: u32,
    pub devtools: bool,
    pub source_maps: bool,
    /// Bytes of memory that the snapshot may take; none: no limit.
    pub max_memory_bytes: Option<f64>,
    /// Where source maps are that do not lie where the scripts say.
    pub source_map_folder: Option<String>,
    /// Read and parse, no more: what the older side of a comparison needs.
    pub parse_only: bool,
}

impl OpenOptions {
    pub fn into_core(self) -> open::OpenOptions {
        open::OpenOptions {
            parity: if self.devtools { Parity::DevTools } else { Parity::Ours },
            threads: usize::try_from(self.threads).unwrap_or(usize::MAX),
            source_maps: self.source_maps,
            budget: self.max_memory_bytes.map_or(Budget::UNLIMITED, |bytes| Budget::of(bytes as u64)),
            source_map_folder: self.source_map_folder.map(PathBuf::from),
        }
    }
}

/// A handle on a snapshot.
#[napi(custom_finalize)]
pub struct Heap {
    held: Mutex<Option<Held>>,
    info: String,
    external_bytes: i64,
}

/// The snapshot behind a handle.
#[derive(Clone)]
pub enum Held {
    Opened(Aside<Opened>),
    Parsed(Aside<Parsed>),
}

impl Held {
    pub fn snapshot(&self) -> &Snapshot {
        match self {
            Self::Opened(opened) => &opened.heap.snapshot,
            Self::Parsed(parsed) => &parsed.snapshot,
        }
    }

    pub fn options(&self) -> &open::OpenOptions {
        match self {
            Self::Opened(opened) => &opened.options,
            Self::Parsed(parsed) => &parsed.options,
        }
    }

    /// Analyses what was only parsed.
    fn opened(self, control: &CoreControl) -> Result<Aside<Opened>> {
        match self {
            Self::Opened(opened) => Ok(opened),
            Self::Parsed(parsed) => {
                let parsed = parsed.into_inner().unwrap_or_else(|shared| Parsed::clone(&shared));
                Ok(Aside::new(Opened::of_parsed(parsed, control)?))
            }
        }
    }
}

#[napi]
impl Heap {
    #[napi(catch_unwind)]
    pub fn info(&self) -> String {
        self.info.clone()
    }

    /// Bytes of memory that it takes, about; 0 once it is closed.
    #[napi(getter, catch_unwind)]
    pub fn memory_bytes(&self) -> f64 {
        self.external_bytes as f64
    }

    /// Lets go of the snapshot: it is freed when the last job on it ends.
    #[napi(catch_unwind)]
    pub fn close(&mut self, env: Env) -> napi::Result<()> {
        self.held.lock().take();
        let bytes = std::mem::take(&mut self.external_bytes);
        env.adjust_external_memory(-bytes).map(|_| ())
    }

    /// Answers one question of `report/question.rs`, given as JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
    pub fn ask<'env>(&self, env: &'env Env, question: String, control: &Control) -> napi::Result<Object<'env>> {
        let opened = self.opened();
        let work = move |control: &CoreControl| report::answer(&*opened?, &question, control);
        job::start_behind(env, control, work, |_, document| Ok(Pages::from(document)))
    }
}

impl Heap {
    /// # Errors
    /// [`Error::Internal`] after `close`: `lib/open/snapshot.js` knows what is closed and asks nothing.
    pub fn held(&self) -> Result<Held> {
        self.held.lock().clone().ok_or_else(closed)
    }

    /// [`Heap::held`], and what was only parsed is handed over: it goes away with the job.
    pub fn hand_over(&self) -> Result<Held> {
        let mut held = self.held.lock();
        match &*held {
            Some(Held::Parsed(_)) => held.take().ok_or_else(closed),
            _ => held.clone().ok_or_else(closed),
        }
    }

    /// # Errors
    /// As [`Heap::held`], and for a snapshot that was only parsed.
    pub fn opened(&self) -> Result<Aside<Opened>> {
        match self.held()? {
            Held::Opened(opened) => Ok(opened),
            Held::Parsed(_) => Err(Error::Internal { what: "a snapshot that was only parsed was asked".into() }),
        }
    }
}

fn closed() -> Error {
    Error::Internal { what: "a closed snapshot was asked".into() }
}

impl ObjectFinalize for Heap {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.external_bytes).map(|_| ())
    }
}

/// Reads a source and computes everything that questions need.
#[napi(catch_unwind, ts_return_type = "Promise<Heap | Failure>")]
pub fn open<'env>(
    env: &'env Env,
    source: Either<String, &mut Feed>,
    options: OpenOptions,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let source = match source {
        Either::A(path) => Ok(Source::Path(PathBuf::from(path))),
        Either::B(feed) => feed.take_receiver().map(Source::Chunks),
    };
    let parse_only = options.parse_only;
    let options = options.into_core();
    let work = move |control: &CoreControl| {
        if parse_only {
            let parsed = Parsed::read(source?, &options, control)?;
            return Ok((report::info_of_parsed(&parsed)?, parsed.memory_bytes(), Held::Parsed(Aside::new(parsed))));
        }
        let opened = Opened::open(source?, &options, control)?;
        Ok((report::info(&opened)?, opened.memory_bytes(), Held::Opened(Aside::new(opened))))
    };
    job::start_behind(env, control, work, handle)
}

/// Makes everything that questions need of what was only parsed; the handle on that is empty afterwards.
#[napi(catch_unwind, ts_return_type = "Promise<Heap | Failure>")]
pub fn analyse<'env>(env: &'env Env, parsed: &Heap, control: &Control) -> napi::Result<Object<'env>> {
    let held = parsed.hand_over();
    let work = move |control: &CoreControl| {
        let opened = held?.opened(control)?;
        Ok((report::info(&opened)?, opened.memory_bytes(), Held::Opened(opened)))
    };
    job::start_behind(env, control, work, handle)
}

fn handle(env: Env, (info, memory_bytes, held): (String, u64, Held)) -> napi::Result<Heap> {
    let external_bytes = i64::try_from(memory_bytes).unwrap_or(i64::MAX);
    env.adjust_external_memory(external_bytes)?;
    Ok(Heap { held: Mutex::new(Some(held)), info, external_bytes })
}
