//! JavaScript's handle of the capture lock: one lock for all threads of the process.

use super::control::Control;
use super::failure::Failure;
use super::job;
use crate::capture::{CaptureLock, Place};
use crate::control::Control as CoreControl;
use napi::Env;
use napi::bindgen_prelude::{Either, Object};
use napi_derive::napi;

/// Given back by `release`, or when it is collected, or when its environment ends.
#[napi]
pub struct CaptureTurn {
    lock: Option<CaptureLock>,
}

#[napi]
impl CaptureTurn {
    #[napi(catch_unwind)]
    pub fn release(&mut self) {
        self.lock = None;
    }
}

/// The turn, when nobody has it.
#[napi(catch_unwind)]
pub fn take_turn() -> Either<Failure, CaptureTurn> {
    match CaptureLock::take() {
        Ok(lock) => Either::B(CaptureTurn { lock: Some(lock) }),
        Err(error) => Either::A(error.into()),
    }
}

/// The turn, once all who asked before have given it back. The place in the line is that of the call.
#[napi(catch_unwind, ts_return_type = "Promise<CaptureTurn | Failure>")]
pub fn wait_for_turn<'env>(env: &'env Env, control: &Control) -> napi::Result<Object<'env>> {
    let place = Place::take();
    job::start(
        env,
        control,
        move |control: &CoreControl| place.wait(control),
        |_, lock| Ok(CaptureTurn { lock: Some(lock) }),
    )
}
