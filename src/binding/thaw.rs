//! Makes a heap snapshot of a frozen image.

use super::capture::CapturedFile;
use super::control::Control;
use super::fork::milliseconds;
use super::job;
use super::redact::key_of;
use crate::archive::Codec;
use crate::capture::{self, ThawOptions, Thawed};
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Object, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;

#[napi(object, object_to_js = false)]
pub struct ThawRequest {
    pub path: String,
    /// A name of [`Codec`].
    pub compression: String,
    /// Stored ones.
    pub max_bytes: Option<f64>,
    /// 32 bytes: contents are replaced.
    pub key: Option<Uint8Array>,
    pub expose_internals: bool,
    pub expose_numeric_values: bool,
    /// For how many milliseconds the process may do nothing.
    pub stalled: f64,
}

/// A snapshot, and what the image says of its process, as JSON.
#[napi(object, object_from_js = false)]
pub struct ThawedFile {
    pub file: CapturedFile,
    pub about: String,
}

/// Resolves when the snapshot is whole and durable.
#[napi(catch_unwind, ts_return_type = "Promise<ThawedFile | Failure>")]
pub fn thaw_image<'env>(
    env: &'env Env,
    image: String,
    request: ThawRequest,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let options = request.options();
    let work = move |control: &CoreControl| capture::thaw(&PathBuf::from(image), &options?, control);
    job::start(env, control, work, |_, Thawed { captured, about }| {
        let about = serde_json::to_string(&about).map_err(|error| napi::Error::from_reason(error.to_string()))?;
        Ok(ThawedFile { file: captured.into(), about })
    })
}

impl ThawRequest {
    fn options(self) -> Result<ThawOptions> {
        let codec = Codec::named(&self.compression)
            .ok_or_else(|| Error::Option { name: "compression", what: format!("{} is no codec", self.compression) })?;
        Ok(ThawOptions {
            path: self.path.into(),
            codec,
            max_bytes: self.max_bytes.map(|most| most as u64),
            redaction_key: self.key.as_ref().map(|key| key_of(key)).transpose()?,
            exposes_internals: self.expose_internals,
            exposes_numeric_values: self.expose_numeric_values,
            stalled: milliseconds(self.stalled),
        })
    }
}
