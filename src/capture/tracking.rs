//! Records the stacks of allocations, by V8's own functions. The inspector can do the same, but walks the whole heap
//! twenty times a second for a timeline: a process under load then stands still.

use crate::error::{Error, Result};
use std::ffi::{CStr, c_void};

/// Names of public functions of V8, as its C++ compiler writes them. Node exports them for addons, on every line from
/// 18 to 26.
const CURRENT: &CStr = c"_ZN2v87Isolate13TryGetCurrentEv";
const PROFILER: &CStr = c"_ZN2v87Isolate15GetHeapProfilerEv";
const START: &CStr = c"_ZN2v812HeapProfiler24StartTrackingHeapObjectsEb";
const STOP: &CStr = c"_ZN2v812HeapProfiler23StopTrackingHeapObjectsEv";

/// From now on every object that this thread allocates remembers its stack.
///
/// # Errors
/// [`Error::Capture`] where the functions are not to be found, or the thread runs no JavaScript.
pub fn start_tracking() -> Result<()> {
    let (profiler, start) = (profiler()?, function(START)?);
    // SAFETY: `void HeapProfiler::StartTrackingHeapObjects(bool track_allocations)`; a method's first argument is its
    // object.
    let start: extern "C" fn(*mut c_void, bool) = unsafe { std::mem::transmute(start) };
    start(profiler, true);
    Ok(())
}

/// Ends it; stacks are forgotten.
///
/// # Errors
/// As [`start_tracking`].
pub fn stop_tracking() -> Result<()> {
    let (profiler, stop) = (profiler()?, function(STOP)?);
    // SAFETY: `void HeapProfiler::StopTrackingHeapObjects()`.
    let stop: extern "C" fn(*mut c_void) = unsafe { std::mem::transmute(stop) };
    stop(profiler);
    Ok(())
}

/// The heap profiler of the isolate that runs on this thread.
fn profiler() -> Result<*mut c_void> {
    let (current, profiler) = (function(CURRENT)?, function(PROFILER)?);
    // SAFETY: `static Isolate* Isolate::TryGetCurrent()`.
    let current: extern "C" fn() -> *mut c_void = unsafe { std::mem::transmute(current) };
    // SAFETY: `HeapProfiler* Isolate::GetHeapProfiler()`.
    let profiler: extern "C" fn(*mut c_void) -> *mut c_void = unsafe { std::mem::transmute(profiler) };
    let isolate = current();
    if isolate.is_null() {
        return Err(missing("this thread runs no JavaScript"));
    }
    Ok(profiler(isolate))
}

#[cfg(unix)]
fn function(name: &CStr) -> Result<*mut c_void> {
    // SAFETY: the name ends with a zero byte; looking for a symbol changes nothing.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    if found.is_null() { Err(missing("this program does not export V8's functions")) } else { Ok(found) }
}

#[cfg(not(unix))]
fn function(_: &CStr) -> Result<*mut c_void> {
    Err(missing("this system is not supported"))
}

fn missing(why: &str) -> Error {
    Error::Capture { what: format!("allocations cannot be recorded: {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_v8_it_is_an_error() {
        for result in [start_tracking(), stop_tracking()] {
            assert_eq!(result.map_err(|error| error.code()), Err("HEAPHOUND_ERR_CAPTURE"));
        }
    }
}
