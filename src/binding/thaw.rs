//! Makes a heap snapshot of a frozen image, or runs JavaScript in it.

use super::about::about_json;
use super::capture::CapturedFile;
use super::codec::codec_of;
use super::control::Control;
use super::feed::{Feed, source_of};
use super::fork::milliseconds;
use super::job;
use super::redact::key_of;
use crate::archive::{FileWriter, StreamWriter, Waiting};
use crate::capture::{self, AnswerOptions, Answered, CoreOptions, MakeRoute, Route, ThawIds, ThawOptions, Thawed};
use crate::control::Control as CoreControl;
use crate::error::Result;
use napi::Env;
use napi::bindgen_prelude::{Either, Object, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;

#[napi(object, object_to_js = false)]
pub struct ThawRequest {
    /// The name of a codec.
    pub compression: String,
    /// Stored ones.
    pub max_bytes: Option<f64>,
    /// 32 bytes: contents are replaced.
    pub key: Option<Uint8Array>,
    pub expose_internals: bool,
    pub expose_numeric_values: bool,
    /// Ids go on, from the table `previous` if there is one, and a table stands beside the file.
    pub is_comparable: bool,
    pub previous: Option<String>,
    /// For how many milliseconds the process may do nothing.
    pub stalled: f64,
    pub core: CoreRequest,
}

/// What only a core dump needs.
#[napi(object, object_to_js = false)]
pub struct CoreRequest {
    /// A folder with the programs and libraries of the process.
    pub files: Option<String>,
    /// The number of a thread.
    pub thread: Option<f64>,
    /// Where a packed one is unpacked, in a file without a name.
    pub folder: Option<String>,
}

impl CoreRequest {
    fn options(self) -> CoreOptions {
        CoreOptions {
            files: self.files.map(PathBuf::from),
            folder: self.folder.map(PathBuf::from),
            thread: self.thread.map(|thread| thread as u64),
        }
    }
}

/// A snapshot, and what the image says of its process, as JSON.
#[napi(object, object_from_js = false)]
pub struct ThawedFile {
    pub file: CapturedFile,
    pub about: String,
    /// Of a core dump: how the process died, and the number of the thread.
    pub death: Option<String>,
    pub thread: Option<f64>,
}

/// `target`: the path of the file to make, or what a job reads meanwhile. Resolves when the snapshot is whole, and
/// durable where it is a file.
#[napi(catch_unwind, ts_return_type = "Promise<ThawedFile | Failure>")]
pub fn thaw_image<'env>(
    env: &'env Env,
    image: Either<String, &mut Feed>,
    target: Either<String, &mut Feed>,
    request: ThawRequest,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let route = request.route(target);
    let options = request.options();
    let image = source_of(image);
    let work = move |control: &CoreControl| capture::thaw(image?, route?, &options?, control);
    job::start(env, control, work, |_, Thawed { captured, about, death, thread }| {
        let about = about_json(&about)?;
        Ok(ThawedFile { file: captured.into(), about, death, thread: thread.map(|thread| thread as f64) })
    })
}

/// Resolves with what the image says of its process, as JSON.
#[napi(catch_unwind, ts_return_type = "Promise<string | Failure>")]
pub fn about_image<'env>(
    env: &'env Env,
    image: Either<String, &mut Feed>,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let image = source_of(image);
    let work = move |_: &CoreControl| capture::about_image(image?);
    job::start(env, control, work, |_, about| about_json(&about))
}

/// Whether a file is one that `thawImage` takes. It is read on this thread: its first bytes.
#[napi(catch_unwind)]
pub fn is_frozen(path: String) -> bool {
    capture::is_frozen(&PathBuf::from(path))
}

/// The same by the first bytes of a file, which may have been encrypted. A packed core dump is not recognised.
#[napi(catch_unwind)]
pub fn begins_frozen(beginning: &[u8]) -> bool {
    capture::begins_frozen(beginning)
}

impl ThawRequest {
    fn route(&self, target: Either<String, &mut Feed>) -> Result<MakeRoute> {
        let codec = codec_of(&self.compression)?;
        let max_bytes = self.max_bytes.map(|most| most as u64);
        Ok(match target {
            Either::A(path) => {
                Box::new(move || Ok(Route::to(FileWriter::create(&PathBuf::from(path), codec)?.limited(max_bytes))))
            }
            Either::B(feed) => {
                let sender = feed.take_sender()?;
                Box::new(move || StreamWriter::new(sender, codec, Waiting::Writer, max_bytes).map(Route::to))
            }
        })
    }

    fn options(self) -> Result<ThawOptions> {
        Ok(ThawOptions {
            redaction_key: self.key.as_ref().map(|key| key_of(key)).transpose()?,
            exposes_internals: self.expose_internals,
            exposes_numeric_values: self.expose_numeric_values,
            ids: self.is_comparable.then(|| ThawIds { previous: self.previous.map(PathBuf::from) }),
            stalled: milliseconds(self.stalled),
            core: self.core.options(),
        })
    }
}

/// The text that a code gave in the frozen process, and what the image says of it, as JSON.
#[napi(object, object_from_js = false)]
pub struct ImageAnswer {
    pub text: String,
    pub about: String,
}

/// Runs a text of JavaScript in the frozen process. `stalled`: for how many milliseconds it may do nothing.
#[napi(catch_unwind, ts_return_type = "Promise<ImageAnswer | Failure>")]
pub fn answer_of_image<'env>(
    env: &'env Env,
    image: Either<String, &mut Feed>,
    text: String,
    core: CoreRequest,
    stalled: f64,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let options = AnswerOptions { text, core: core.options(), stalled: milliseconds(stalled) };
    let image = source_of(image);
    let work = move |control: &CoreControl| capture::answer(image?, &options, control);
    job::start(env, control, work, |_, Answered { text, about }| {
        let about = about_json(&about)?;
        Ok(ImageAnswer { text, about })
    })
}
