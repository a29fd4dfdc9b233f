//! Bytes that a job makes and that JavaScript takes at its own pace.

use super::control::Control;
use super::job;
use crate::archive::{ChunkReceiver, ChunkSender, chunks};
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Object};
use napi_derive::napi;
use std::sync::{Arc, Mutex, PoisonError};

/// The taking end. What was made and not taken waits in native memory.
#[napi]
pub struct Outlet {
    sender: Option<ChunkSender>,
    /// `None` after `close`.
    receiver: Option<Arc<Mutex<ChunkReceiver>>>,
}

#[napi]
impl Outlet {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let (sender, receiver) = chunks();
        Self { sender: Some(sender), receiver: Some(Arc::new(Mutex::new(receiver))) }
    }

    /// Resolves with the next bytes, null at the end.
    #[napi(catch_unwind, ts_return_type = "Promise<Buffer | null | Failure>")]
    pub fn next<'env>(&self, env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
        let receiver = self.receiver.clone();
        let work = move |control: &CoreControl| -> Result<Option<Vec<u8>>> {
            let receiver = receiver.ok_or(Error::Cancelled)?;
            receiver.lock().unwrap_or_else(PoisonError::into_inner).receive(control)
        };
        job::start(env, control, work, |_, chunk| Ok(chunk.map(Buffer::from)))
    }

    /// Lets go of what was not taken.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.sender = None;
        self.receiver = None;
    }
}

impl Outlet {
    /// # Errors
    /// [`Error::Internal`] when a job has it already.
    pub fn take_sender(&mut self) -> Result<ChunkSender> {
        self.sender.take().ok_or_else(|| Error::Internal { what: "an outlet that is in use".into() })
    }
}
