//! An error for JavaScript. Jobs resolve with it instead of rejecting: napi's errors carry only a code, and
//! `lib/native/index.js` knows the caller's stack.

use crate::error::Error;
use napi_derive::napi;

#[napi]
pub struct Failure {
    error: Error,
}

#[napi]
impl Failure {
    #[napi(getter, catch_unwind)]
    pub fn code(&self) -> &'static str {
        self.error.code()
    }

    #[napi(getter, catch_unwind)]
    pub fn message(&self) -> String {
        self.error.to_string()
    }

    #[napi(getter, catch_unwind)]
    pub fn table(&self) -> Option<&'static str> {
        self.error.table()
    }

    /// Bytes of memory that would be needed.
    #[napi(getter, catch_unwind)]
    pub fn need(&self) -> Option<f64> {
        self.error.memory().map(|(need, _)| need as f64)
    }

    /// Bytes of memory that there are.
    #[napi(getter, catch_unwind)]
    pub fn have(&self) -> Option<f64> {
        self.error.memory().map(|(_, have)| have as f64)
    }

    #[napi(getter, catch_unwind)]
    pub fn offset(&self) -> Option<f64> {
        self.error.offset().map(|offset| offset as f64)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error }
    }
}
