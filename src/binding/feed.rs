//! Bytes that JavaScript pushes into a job, with backpressure.

use crate::archive::{ChunkReceiver, ChunkSender, Source, Taken, chunks};
use crate::error::{Error, Result};
use napi::bindgen_prelude::{Either, Object};
use napi::{Env, JsDeferred};
use napi_derive::napi;

type Answer = Box<dyn FnOnce(Env) -> napi::Result<bool>>;

/// The pushing end of a source that is not a path. One job reads it, once.
#[napi]
pub struct Feed {
    sender: Option<ChunkSender>,
    receiver: Option<ChunkReceiver>,
}

#[napi]
impl Feed {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let (sender, receiver) = chunks();
        Self { sender: Some(sender), receiver: Some(receiver) }
    }

    /// Copies `bytes`; resolves when more are welcome, with false when nobody reads any more.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
    pub fn push<'env>(&self, env: &'env Env, bytes: &[u8]) -> napi::Result<Object<'env>> {
        let (deferred, promise): (JsDeferred<bool, Answer>, _) = env.create_deferred()?;
        let taken: Taken = Box::new(move |more| deferred.resolve(Box::new(move |_| Ok(more))));
        match &self.sender {
            Some(sender) => sender.push(bytes.to_vec(), taken),
            None => taken(false),
        }
        Ok(promise)
    }

    /// All bytes were pushed.
    #[napi(catch_unwind)]
    pub fn end(&self) {
        if let Some(sender) = &self.sender {
            sender.finish();
        }
    }

    /// Lets go of the pushing end. Without an `end` before it, the job gets an error.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.sender = None;
        self.receiver = None;
    }
}

impl Feed {
    /// # Errors
    /// [`Error::Option`] when a job has it already.
    pub fn take_receiver(&mut self) -> Result<ChunkReceiver> {
        self.receiver.take().ok_or_else(|| Error::Option { name: "source", what: "was read already".into() })
    }

    /// For a native thread that pushes instead of JavaScript.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is gone.
    pub fn take_sender(&mut self) -> Result<ChunkSender> {
        self.sender.take().ok_or_else(|| Error::Internal { what: "a feed without its pushing end".into() })
    }
}

/// The file of a path, or what comes through a feed.
pub(super) fn source_of(source: Either<String, &mut Feed>) -> Result<Source> {
    match source {
        Either::A(path) => Ok(Source::Path(path.into())),
        Either::B(feed) => feed.take_receiver().map(Source::Chunks),
    }
}
