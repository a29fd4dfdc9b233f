//! A capture in a forked child. JavaScript does the two steps that need its thread: the fork, and in the child the call
//! of V8.

use super::about::about_of;
use super::capture::CapturedFile;
use super::codec::codec_of;
use super::control::Control;
use super::failure::Failure;
use super::feed::Feed;
use super::job;
use super::outlet::Outlet;
use super::redact::key_of;
use crate::archive::Seal;
use crate::capture::{
    self, Ended, ForkCapture, ForkOptions, ForkTarget, Forked, HeapKey, ImageTarget, Origin, WatchOptions,
};
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Either3, Object, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The answer of [`Fork::fork`] in the app.
const APP: i32 = 0;
/// The answer when another thread works, and nothing was done.
const NOT_QUIET: i32 = -1;

/// A capture that was prepared. Collected at any time, it leaves nothing behind.
#[napi]
pub struct Fork {
    /// `None` after `close`.
    fork: Option<Arc<Mutex<ForkCapture>>>,
}

/// How a child ended: with a file, or because it was made at a bad moment.
#[napi(object, object_from_js = false)]
pub struct ForkEnd {
    pub file: Option<CapturedFile>,
    pub again: Option<String>,
    /// The next child has to be made with care.
    pub is_stuck: bool,
}

/// For ids that name the same objects as in the last capture of the thread. `secret`: 8 bytes that the thread keeps to
/// itself.
#[napi(object, object_to_js = false)]
pub struct ForkIds {
    pub thread: f64,
    pub node: String,
    pub secret: Uint8Array,
    pub previous: Option<String>,
}

impl ForkIds {
    /// Before the fork: afterwards the process is another one.
    fn origin(self) -> Result<Origin> {
        let heap = HeapKey::of_this(self.thread as u64, &self.node).ok_or_else(|| Error::Capture {
            what: "/proc does not tell when this process began; there may be no descriptor left to read it with".into(),
        })?;
        let secret = self.secret.as_ref().try_into();
        let secret = secret.map_err(|_| Error::Option { name: "secret", what: "must have 8 bytes".into() })?;
        Ok(Origin { heap, secret: u64::from_le_bytes(secret), previous: self.previous.map(PathBuf::from) })
    }
}

/// Why this process cannot be forked; null when it can.
#[napi(catch_unwind)]
pub fn cannot_fork() -> Option<String> {
    capture::cannot_fork()
}

/// How the calling thread is captured. `allowance`: bytes by which the child may grow; `max_bytes` are stored
/// ones; with a `key` contents are redacted; with `ids` those of the last capture go on.
#[napi(object, object_to_js = false)]
pub struct ForkRequest {
    pub compression: String,
    pub allowance: Option<f64>,
    pub max_bytes: Option<f64>,
    pub key: Option<Uint8Array>,
    pub ids: Option<ForkIds>,
    /// What an image says of the process, as JSON: then there is no snapshot, but a frozen image.
    pub image: Option<String>,
    /// For an image: who may read it.
    pub seal: Option<ImageSeal>,
    /// For an image: the text of the program is in it.
    pub self_contained: Option<bool>,
}

/// The head of a file in the age format, up to its payload, and the payload's key of 32 bytes.
#[napi(object, object_to_js = false)]
pub struct ImageSeal {
    pub head: Uint8Array,
    pub key: Uint8Array,
}

impl ImageSeal {
    pub(super) fn seal(&self) -> Result<Seal> {
        Ok(Seal { head: self.head.to_vec(), key: key_of(&self.key)? })
    }
}

/// Why this process cannot be frozen; null when it can.
#[napi(catch_unwind)]
pub fn cannot_freeze() -> Option<String> {
    capture::cannot_fork().or_else(capture::cannot_freeze)
}

/// Prepares a capture into a file of this path, to whoever takes from an outlet, or into the job that reads a feed. The
/// caller has the turn.
#[napi(catch_unwind, ts_return_type = "Promise<Fork | Failure>")]
pub fn prepare_fork<'env>(
    env: &'env Env,
    target: Either3<String, &mut Outlet, &mut Feed>,
    request: ForkRequest,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let reader = |sender| ForkTarget::Reader(Arc::new(sender));
    let ForkRequest { compression, allowance, max_bytes, key, ids, image, seal, self_contained } = request;
    let target = match target {
        Either3::A(path) => match image {
            Some(about) => about_of(&about).map(|about| ForkTarget::Image(ImageTarget::File(path.into()), about)),
            None => Ok(ForkTarget::File(PathBuf::from(path))),
        },
        Either3::B(outlet) => outlet.take_sender().and_then(|sender| match image {
            Some(about) => {
                about_of(&about).map(|about| ForkTarget::Image(ImageTarget::Reader(Arc::new(sender)), about))
            }
            None => Ok(reader(sender)),
        }),
        Either3::C(feed) => feed.take_sender().map(reader),
    };
    let thread = ForkCapture::this_thread();
    let origin = ids.map(ForkIds::origin).transpose();
    let redaction_key = key.map(|key| key_of(&key)).transpose();
    let seal = seal.map(|seal| seal.seal()).transpose();
    let work = move |_: &CoreControl| -> Result<ForkCapture> {
        let codec = codec_of(&compression)?;
        let options = ForkOptions {
            allowance: allowance.map(|bytes| bytes as u64),
            max_bytes: max_bytes.map(|bytes| bytes as u64),
            redaction_key: redaction_key?,
            seal: seal?,
            self_contained: self_contained == Some(true),
            origin: origin?,
        };
        ForkCapture::prepare(target?, codec, options, thread)
    };
    job::start(env, control, work, |_, fork| Ok(Fork { fork: Some(Arc::new(Mutex::new(fork))) }))
}

#[napi]
impl Fork {
    /// Makes ready for one try; resolves at a quiet moment, or when none comes.
    #[napi(catch_unwind, ts_return_type = "Promise<boolean | Failure>")]
    pub fn settle_down<'env>(&self, env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
        let fork = self.fork.clone();
        let work = move |control: &CoreControl| {
            let fork = fork.ok_or(Error::Cancelled)?;
            fork.lock().unwrap_or_else(PoisonError::into_inner).settle_down(control)
        };
        job::start(env, control, work, |_, ()| Ok(true))
    }

    /// Forks this process. Gives 0 in the app, in the child the descriptor to write to, -1 when another thread works;
    /// or why the system refuses.
    #[napi(catch_unwind)]
    pub fn fork(&self, patient: bool, careful: bool) -> Either3<i32, String, Failure> {
        let Some(fork) = &self.fork else { return Either3::C(Error::Cancelled.into()) };
        let forked = fork.lock().unwrap_or_else(PoisonError::into_inner).fork(patient, careful);
        match forked {
            Ok(Forked::App) => Either3::A(APP),
            Ok(Forked::NotQuiet) => Either3::A(NOT_QUIET),
            Ok(Forked::Child(fd)) => Either3::A(fd),
            Ok(Forked::Refused(why)) => Either3::B(why),
            Err(error) => Either3::C(error.into()),
        }
    }

    /// In the child: ends it. It does not return there. `thrown`: what V8 threw.
    #[napi(catch_unwind)]
    pub fn end_child(&self, thrown: Option<String>) {
        if let Some(fork) = &self.fork {
            fork.lock().unwrap_or_else(PoisonError::into_inner).end_child(thrown);
        }
    }

    /// Resolves when the child has ended and was reaped. `stalled`: for how many milliseconds it may do nothing.
    #[napi(catch_unwind, ts_return_type = "Promise<ForkEnd | Failure>")]
    pub fn wait<'env>(&self, env: &'env Env, stalled: f64, control: &Control) -> napi::Result<Object<'env>> {
        let watch =
            self.fork.as_ref().and_then(|fork| fork.lock().unwrap_or_else(PoisonError::into_inner).take_watch());
        let options = WatchOptions { stalled: milliseconds(stalled) };
        let work = move |control: &CoreControl| watch.ok_or(Error::Cancelled)?.wait(&options, control);
        job::start(env, control, work, |_, ended| {
            Ok(match ended {
                Ended::Captured(captured) => ForkEnd { file: Some(captured.into()), again: None, is_stuck: false },
                Ended::Again { why, is_stuck } => ForkEnd { file: None, again: Some(why), is_stuck },
            })
        })
    }

    /// Lets go of everything.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.fork = None;
    }
}

pub(super) fn milliseconds(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms.max(0.0) / 1e3).unwrap_or(Duration::from_secs(u32::MAX.into()))
}
