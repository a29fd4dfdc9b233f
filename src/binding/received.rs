//! Snapshots that come from elsewhere, as files of ours.

use super::capture::CapturedFile;
use super::control::Control;
use super::feed::Feed;
use super::job;
use crate::archive::{Codec, Source};
use crate::capture;
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Either, Object};
use napi_derive::napi;
use std::path::PathBuf;

/// Resolves when the file is whole and durable. `compression` is a name of [`Codec`]; `max_bytes` are stored ones.
#[napi(catch_unwind, ts_return_type = "Promise<CapturedFile | Failure>")]
pub fn archive_snapshot<'env>(
    env: &'env Env,
    source: Either<String, &mut Feed>,
    path: String,
    compression: String,
    max_bytes: Option<f64>,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let source = source_of(source);
    let work = move |control: &CoreControl| {
        let codec = Codec::named(&compression)
            .ok_or_else(|| Error::Option { name: "compression", what: format!("{compression} is no codec") })?;
        capture::archive(source?, &PathBuf::from(path), codec, max_bytes.map(|most| most as u64), control)
    };
    job::start(env, control, work, |_, captured| Ok(CapturedFile::from(captured)))
}

/// Resolves with the bytes of the snapshot as JSON when it is whole.
#[napi(catch_unwind, ts_return_type = "Promise<number | Failure>")]
pub fn check_snapshot<'env>(env: &'env Env, path: String, control: &Control) -> napi::Result<Object<'env>> {
    let work = move |control: &CoreControl| capture::check(Source::Path(path.into()), control);
    job::start(env, control, work, |_, (raw_bytes, _)| Ok(raw_bytes as f64))
}

fn source_of(source: Either<String, &mut Feed>) -> Result<Source> {
    match source {
        Either::A(path) => Ok(Source::Path(path.into())),
        Either::B(feed) => Ok(Source::Chunks(feed.take_receiver()?)),
    }
}
