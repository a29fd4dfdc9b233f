//! Redacts a snapshot file or stream into a new file.

use super::codec::codec_of;
use super::control::Control;
use super::feed::{Feed, source_of};
use super::job;
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use crate::redact::{self, Redacted};
use napi::Env;
use napi::bindgen_prelude::{Either, Object, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;

#[napi(object)]
pub struct RedactOptions {
    /// The file to write.
    pub path: String,
    /// The name of a codec.
    pub compression: String,
    /// 32 bytes.
    pub key: Uint8Array,
}

/// A redacted file.
#[napi(object)]
pub struct RedactedFile {
    pub raw_bytes: f64,
    pub stored_bytes: f64,
    pub node_count: f64,
    pub edge_count: f64,
    pub string_count: f64,
    pub redacted_count: f64,
    pub sha256: String,
}

/// Redacts `source` into a new file.
#[napi(catch_unwind, ts_return_type = "Promise<RedactedFile | Failure>")]
pub fn redact<'env>(
    env: &'env Env,
    source: Either<String, &mut Feed>,
    options: RedactOptions,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let source = source_of(source);
    let key = key_of(&options.key);
    let codec = codec_of(&options.compression);
    let path = PathBuf::from(options.path);
    let work = move |control: &CoreControl| redact::redact(source?, &path, codec?, key?, control);
    job::start_behind(env, control, work, |_, redacted| Ok(RedactedFile::from(redacted)))
}

/// # Errors
/// [`Error::Option`] when it has another length.
pub(super) fn key_of(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Option { name: "key", what: "must have 32 bytes".into() })
}

impl From<Redacted> for RedactedFile {
    fn from(Redacted { file, counts }: Redacted) -> Self {
        RedactedFile {
            raw_bytes: file.raw_bytes as f64,
            stored_bytes: file.stored_bytes as f64,
            node_count: counts.node_count as f64,
            edge_count: counts.edge_count as f64,
            string_count: counts.string_count as f64,
            redacted_count: counts.redacted_count as f64,
            sha256: file.sha256,
        }
    }
}
