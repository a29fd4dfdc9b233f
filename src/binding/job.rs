//! Runs all work of this folder: on a thread of its own, never on libuv's, and catches panics.

use super::control::Control;
use super::failure::Failure;
use crate::control::Control as CoreControl;
use crate::error::{Error, Result};
use crate::niceness::stand_behind;
use napi::bindgen_prelude::{Either, Object, ToNapiValue};
use napi::{Env, JsDeferred};
use napi_derive::napi;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// The value that a job's promise resolves with, made on the main thread.
type Answer<J> = Box<dyn FnOnce(Env) -> napi::Result<Either<Failure, J>>>;

/// Starts `work` on a new thread and gives the promise of what `present` makes of its result, or of a [`Failure`].
///
/// # Cost
/// One thread for the time of the work.
pub fn start<'env, R: Send + 'static, J: ToNapiValue + 'static>(
    env: &'env Env,
    control: &Control,
    work: impl FnOnce(&CoreControl) -> Result<R> + Send + 'static,
    present: fn(Env, R) -> napi::Result<J>,
) -> napi::Result<Object<'env>> {
    let (deferred, promise): (JsDeferred<Either<Failure, J>, Answer<J>>, _) = env.create_deferred()?;
    let refused = deferred.clone();
    let control = control.core();
    let job = move || {
        let outcome = caught(|| work(&control));
        deferred.resolve(Box::new(move |env| match outcome {
            Ok(result) => Ok(Either::B(present(env, result)?)),
            Err(error) => Ok(Either::A(error.into())),
        }));
    };
    if let Err(error) = thread::Builder::new().name("heaphound-job".into()).spawn(job) {
        let error = Error::io("thread", "start a", &error);
        refused.resolve(Box::new(move |_| Ok(Either::A(error.into()))));
    }
    Ok(promise)
}

/// [`start`] for analysis: where the thread of JavaScript and those of the job want the same processor, JavaScript has
/// it.
pub fn start_behind<'env, R: Send + 'static, J: ToNapiValue + 'static>(
    env: &'env Env,
    control: &Control,
    work: impl FnOnce(&CoreControl) -> Result<R> + Send + 'static,
    present: fn(Env, R) -> napi::Result<J>,
) -> napi::Result<Object<'env>> {
    let behind = |control: &CoreControl| {
        stand_behind();
        work(control)
    };
    start(env, control, behind, present)
}

/// A job that panics: the tests of `lib/` see that the process survives it.
#[napi(catch_unwind, ts_return_type = "Promise<Failure>")]
pub fn panic_for_test<'env>(env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
    start(env, control, |_| -> Result<()> { panic!("a test asked for it") }, |_, ()| Ok(()))
}

/// Runs `work`; a panic becomes [`Error::Internal`].
pub fn caught<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::Internal { what: message_of(panic.as_ref()).to_owned() }))
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a panic without a message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let text: Result<()> = caught(|| panic!("node {} is missing", 3));
        assert_eq!(text, Err(Error::Internal { what: "node 3 is missing".into() }));
        let other: Result<()> = caught(|| std::panic::panic_any(7));
        assert_eq!(other.map_err(|error| error.code()), Err("HEAPHOUND_ERR_INTERNAL"));
    }
}
