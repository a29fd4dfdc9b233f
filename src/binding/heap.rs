//! Opening a snapshot, and the handle on it.

use super::control::Control;
use super::feed::Feed;
use super::job;
use super::pages::Pages;
use crate::archive::Source;
use crate::analysis::Parity;
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use crate::report::{self, Opened};
use napi::Env;
use napi::bindgen_prelude::{Either, Object, ObjectFinalize};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

#[napi(object)]
pub struct OpenOptions {
    /// 0: one for each processor.
    pub threads: u32,
    pub devtools: bool,
    pub source_maps: bool,
}

/// A handle on an opened snapshot; null after `close`.
#[napi(custom_finalize)]
pub struct Heap {
    opened: Option<Aside<Opened>>,
    info: String,
    external_bytes: i64,
}

#[napi]
impl Heap {
    #[napi(catch_unwind)]
    pub fn info(&self) -> String {
        self.info.clone()
    }

    /// Lets go of the snapshot: it is freed when the last job on it ends.
    #[napi(catch_unwind)]
    pub fn close(&mut self, env: Env) -> napi::Result<()> {
        self.opened = None;
        let bytes = std::mem::take(&mut self.external_bytes);
        env.adjust_external_memory(-bytes).map(|_| ())
    }

    /// Answers one [`crate::report::Question`], given as JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
    pub fn ask<'env>(&self, env: &'env Env, question: String, control: &Control) -> napi::Result<Object<'env>> {
        let opened = self.opened();
        let work = move |control: &CoreControl| report::answer(&*opened?, &question, control);
        job::start(env, control, work, |_, document| Ok(Pages::from(document)))
    }
}

impl Heap {
    /// # Errors
    /// [`Error::Internal`] after `close`: `lib/snapshot.js` knows that it is closed and asks nothing.
    pub fn opened(&self) -> Result<Aside<Opened>> {
        self.opened.clone().ok_or_else(|| Error::Internal { what: "a closed snapshot was asked".into() })
    }
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
    let options = report::OpenOptions {
        parity: if options.devtools { Parity::DevTools } else { Parity::Ours },
        threads: usize::try_from(options.threads).unwrap_or(usize::MAX),
        source_maps: options.source_maps,
    };
    let work = move |control: &CoreControl| {
        let opened = Opened::open(source?, &options, control)?;
        Ok((opened.info_json()?, opened))
    };
    job::start(env, control, work, |env, (info, opened)| {
        let external_bytes = i64::try_from(opened.memory_bytes()).unwrap_or(i64::MAX);
        env.adjust_external_memory(external_bytes)?;
        Ok(Heap { info, opened: Some(Aside::new(opened)), external_bytes })
    })
}

/// A shared value that is freed on a thread of its own: giving hundreds of megabytes back to the system takes longer than the main
/// thread may be held.
pub struct Aside<T: Send + Sync + 'static>(Option<Arc<T>>);

impl<T: Send + Sync + 'static> Aside<T> {
    pub fn new(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }
}

impl<T: Send + Sync + 'static> Clone for Aside<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Send + Sync + 'static> std::ops::Deref for Aside<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is taken in drop only")
    }
}

impl<T: Send + Sync + 'static> Drop for Aside<T> {
    fn drop(&mut self) {
        let Some(value) = self.0.take().and_then(Arc::into_inner) else { return };
        // Without a thread the value is freed here, when the closure is.
        _ = thread::Builder::new().name("heaphound-free".into()).spawn(move || drop(value));
    }
}
