//! Stores snapshots that another process or V8 has written, as files of heaphound.

use super::capture::CapturedFile;
use super::codec::codec_of;
use super::control::Control;
use super::feed::{Feed, source_of};
use super::job;
use super::redact::key_of;
use crate::archive::Source;
use crate::capture::{self, Packing};
use crate::control::Control as CoreControl;
use crate::error::Result;
use napi::Env;
use napi::bindgen_prelude::{Either, Object, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;

#[napi(object)]
pub struct PackingOptions {
    /// The name of a codec.
    pub compression: String,
    /// Stored ones.
    pub max_bytes: Option<f64>,
    /// 32 bytes: contents are replaced.
    pub key: Option<Uint8Array>,
}

/// Resolves when the file is whole and durable.
#[napi(catch_unwind, ts_return_type = "Promise<CapturedFile | Failure>")]
pub fn archive_snapshot<'env>(
    env: &'env Env,
    source: Either<String, &mut Feed>,
    path: String,
    options: PackingOptions,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let source = source_of(source);
    let packing = options.packing();
    let work = move |control: &CoreControl| capture::archive(source?, &PathBuf::from(path), &packing?, control);
    job::start(env, control, work, |_, captured| Ok(CapturedFile::from(captured)))
}

/// The counts of a whole snapshot.
#[napi(object)]
pub struct CheckedSnapshot {
    pub raw_bytes: f64,
    pub node_count: f64,
    pub edge_count: f64,
}

/// Resolves when the snapshot is whole.
#[napi(catch_unwind, ts_return_type = "Promise<CheckedSnapshot | Failure>")]
pub fn check_snapshot<'env>(env: &'env Env, path: String, control: &Control) -> napi::Result<Object<'env>> {
    let work = move |control: &CoreControl| capture::check(Source::Path(path.into()), control);
    job::start(env, control, work, |_, (raw_bytes, counts)| {
        Ok(CheckedSnapshot {
            raw_bytes: raw_bytes as f64,
            node_count: counts.node_count as f64,
            edge_count: counts.edge_count as f64,
        })
    })
}

impl PackingOptions {
    fn packing(&self) -> Result<Packing> {
        let codec = codec_of(&self.compression)?;
        let key = self.key.as_ref().map(|key| key_of(key)).transpose()?;
        Ok(Packing { codec, max_bytes: self.max_bytes.map(|most| most as u64), key })
    }
}
