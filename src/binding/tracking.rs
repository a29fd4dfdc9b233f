//! Records the allocations of the calling thread.

use super::failure::Failure;
use crate::capture;
use crate::error::Result;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

#[napi(catch_unwind)]
pub fn start_tracking() -> Either<Failure, bool> {
    done(capture::start_tracking())
}

#[napi(catch_unwind)]
pub fn stop_tracking() -> Either<Failure, bool> {
    done(capture::stop_tracking())
}

fn done(result: Result<()>) -> Either<Failure, bool> {
    result.map_or_else(|error| Either::A(error.into()), |()| Either::B(true))
}
