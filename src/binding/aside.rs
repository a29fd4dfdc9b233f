//! Frees large values without holding the main thread.

use std::sync::Arc;
use std::thread;

/// A shared value that is freed on a thread of its own: giving hundreds of megabytes back to the system takes longer
/// than the main thread may be held.
pub struct Aside<T: Send + Sync + 'static>(Option<Arc<T>>);

impl<T: Send + Sync + 'static> Aside<T> {
    pub fn new(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// The value, if nobody else has it.
    pub fn into_inner(mut self) -> Result<T, Self> {
        let value = self.0.take().expect("it is taken here and in drop only");
        Arc::try_unwrap(value).map_err(|shared| Self(Some(shared)))
    }
}

impl<T: Send + Sync + 'static> Clone for Aside<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Send + Sync + 'static> std::ops::Deref for Aside<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is taken by what consumes it only")
    }
}

impl<T: Send + Sync + 'static> Drop for Aside<T> {
    fn drop(&mut self) {
        let Some(value) = self.0.take().and_then(Arc::into_inner) else { return };
        // Without a thread the value is freed here, when the closure is.
        _ = thread::Builder::new().name("heaphound-free".into()).spawn(move || drop(value));
    }
}
