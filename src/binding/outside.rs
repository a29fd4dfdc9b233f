//! Makes a frozen image of another process.

use super::about::about_json;
use super::control::Control;
use super::fork::{ImageSeal, milliseconds};
use super::job;
use crate::capture::{self, FrozenOutside, OutsideOptions};
use crate::control::Control as CoreControl;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

#[napi(object, object_to_js = false)]
pub struct OutsideRequest {
    pub path: String,
    /// Stored ones.
    pub max_bytes: Option<f64>,
    /// Who may read it.
    pub seal: Option<ImageSeal>,
    /// The text of the program is in it.
    pub self_contained: bool,
    /// For how many milliseconds its main thread may be busy.
    pub rest: f64,
    /// ISO 8601, in UTC.
    pub started_at: String,
}

/// An image, and what it says of its process, as JSON. Times in milliseconds.
#[napi(object, object_from_js = false)]
pub struct OutsideImage {
    pub path: String,
    pub raw_bytes: f64,
    pub stored_bytes: f64,
    pub sha256: String,
    pub about: String,
    pub threads: u32,
    pub is_quiet: bool,
    pub pause_ms: f64,
    pub fork_ms: f64,
}

/// Resolves when the image is whole and durable, and nothing is left in the process.
#[napi(catch_unwind, ts_return_type = "Promise<OutsideImage | Failure>")]
pub fn freeze_process<'env>(
    env: &'env Env,
    pid: i32,
    request: OutsideRequest,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let seal = request.seal.map(|seal| seal.seal()).transpose();
    let options = move |seal| OutsideOptions {
        path: request.path.into(),
        seal,
        self_contained: request.self_contained,
        max_bytes: request.max_bytes.map(|most| most as u64),
        rest: milliseconds(request.rest),
        started_at: request.started_at,
    };
    let work = move |control: &CoreControl| capture::freeze_process(pid, &options(seal?), control);
    job::start(env, control, work, |_, frozen| {
        let FrozenOutside { written, about, threads, is_quiet, pause, fork } = frozen;
        Ok(OutsideImage {
            path: written.path.to_string_lossy().into_owned(),
            raw_bytes: written.raw_bytes as f64,
            stored_bytes: written.stored_bytes as f64,
            sha256: written.sha256,
            about: about_json(&about)?,
            threads: threads as u32,
            is_quiet,
            pause_ms: pause.as_secs_f64() * 1e3,
            fork_ms: fork.as_secs_f64() * 1e3,
        })
    })
}
