//! A capture of this process. JavaScript does its middle step: it lets V8 write into the descriptor.

use super::codec::codec_of;
use super::control::Control;
use super::failure::Failure;
use super::feed::Feed;
use super::job;
use super::outlet::Outlet;
use super::redact::key_of;
use crate::archive::{FileWriter, StreamWriter, Waiting};
use crate::capture::{self, Captured, InlineCapture, Route};
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use crate::format::Redactor;
use napi::Env;
use napi::bindgen_prelude::{Either, Either3, Object, Uint8Array};
use napi_derive::napi;
use std::path::Path;

/// A capture that was started. Collected without `finish` or `abort`, it leaves nothing behind.
#[napi]
pub struct Capture {
    /// `None` after `finish` or `abort`.
    capture: Option<InlineCapture>,
}

/// A finished capture.
#[napi(object)]
pub struct CapturedFile {
    pub raw_bytes: f64,
    pub stored_bytes: f64,
    pub node_count: f64,
    pub edge_count: f64,
    pub sha256: String,
    /// The ids of a forked child that was asked for comparable ones.
    pub id_space: Option<String>,
    pub id_space_reason: Option<String>,
    pub ids_kept: Option<f64>,
    /// The table for the next capture is beside the file.
    pub has_id_table: bool,
}

/// Bytes that native code has of `malloc`, and those that are freed and kept.
#[napi(object)]
pub struct MallocUse {
    pub in_use: f64,
    pub free: f64,
}

/// Nothing where the C library does not tell.
#[napi(catch_unwind)]
pub fn malloc_use() -> Option<MallocUse> {
    capture::malloc_use().map(|of| MallocUse { in_use: of.in_use as f64, free: of.free as f64 })
}

/// Begins the thread that takes a snapshot into a file of this path, to whoever takes from an outlet, or into the job
/// that reads a feed. The caller has the turn. `compression` is the name of a codec; `max_bytes` are stored ones; with
/// a `key` contents are redacted.
///
/// What waits for an outlet is in memory, since JavaScript cannot take it while V8 holds the thread.
#[napi(catch_unwind)]
pub fn start_capture(
    target: Either3<String, &mut Outlet, &mut Feed>,
    compression: String,
    max_bytes: Option<f64>,
    key: Option<Uint8Array>,
) -> Either<Failure, Capture> {
    let max_bytes = max_bytes.map(|most| most as u64);
    let start = || {
        let codec = codec_of(&compression)?;
        let stream = |sender, waiting| StreamWriter::new(sender, codec, waiting, max_bytes).map(Route::to);
        let route = match target {
            Either3::A(path) => Route::to(FileWriter::create(Path::new(&path), codec)?.limited(max_bytes)),
            Either3::B(outlet) => stream(outlet.take_sender()?, Waiting::Bytes)?,
            Either3::C(feed) => stream(feed.take_sender()?, Waiting::Writer)?,
        };
        let redactor = key.map(|key| key_of(&key).map(Redactor::new)).transpose()?;
        InlineCapture::start(route.redacted(redactor))
    };
    match job::caught(start) {
        Ok(capture) => Either::B(Capture { capture: Some(capture) }),
        Err(error) => Either::A(error.into()),
    }
}

/// Writes a small private file in one piece, durable and under a new name: a sidecar.
#[napi(catch_unwind, ts_return_type = "Promise<boolean | Failure>")]
pub fn write_private_file<'env>(
    env: &'env Env,
    path: String,
    text: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let work = move |_: &CoreControl| FileWriter::write_whole(Path::new(&path), text.as_bytes());
    job::start(env, control, work, |_, ()| Ok(true))
}

#[napi]
impl Capture {
    /// The descriptor to write to; -1 after `finish` or `abort`, and where descriptors are no numbers.
    #[napi(getter, catch_unwind)]
    pub fn fd(&self) -> i32 {
        #[cfg(unix)]
        return self.capture.as_ref().map_or(-1, InlineCapture::fd);
        #[cfg(not(unix))]
        return -1;
    }

    /// Ends the document; resolves when the file is whole and durable.
    #[napi(catch_unwind, ts_return_type = "Promise<CapturedFile | Failure>")]
    pub fn finish<'env>(&mut self, env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
        let capture = self.capture.take();
        let work = move |_: &CoreControl| -> Result<Captured> { capture.ok_or(Error::Cancelled)?.finish() };
        job::start(env, control, work, |_, captured| Ok(CapturedFile::from(captured)))
    }

    /// Gives up; resolves when nothing is left of it.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean | Failure>")]
    pub fn abort<'env>(&mut self, env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
        let capture = self.capture.take();
        let work = move |_: &CoreControl| {
            drop(capture);
            Ok(())
        };
        job::start(env, control, work, |_, ()| Ok(true))
    }
}

impl From<Captured> for CapturedFile {
    fn from(captured: Captured) -> Self {
        let ids = captured.ids;
        CapturedFile {
            raw_bytes: captured.file.raw_bytes as f64,
            stored_bytes: captured.file.stored_bytes as f64,
            node_count: captured.counts.node_count as f64,
            edge_count: captured.counts.edge_count as f64,
            sha256: captured.file.sha256,
            id_space: ids.as_ref().map(|ids| ids.space.clone()),
            id_space_reason: ids.as_ref().and_then(|ids| ids.reason.clone()),
            ids_kept: ids.as_ref().map(|ids| ids.kept as f64),
            has_id_table: ids.is_some_and(|ids| ids.has_table),
        }
    }
}
