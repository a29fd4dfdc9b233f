//! A stream whose bytes another thread pushes. Its backpressure never blocks the pusher.

use crate::control::Control;
use crate::error::{Error, Result};
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Told once whether more chunks are welcome: `false` when nobody reads any more. May run on the reader's thread.
pub type Taken = Box<dyn FnOnce(bool) + Send>;

/// Chunks up to this many bytes wait unread before the pusher is asked to wait.
const WINDOW: usize = 4 << 20;
/// How often a waiting reader looks whether it should stop.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A connected pair: what is pushed into the sender comes out of [`crate::archive::Source::Chunks`].
pub fn chunks() -> (ChunkSender, ChunkReceiver) {
    let pipe = Arc::new(Pipe::default());
    (ChunkSender { pipe: pipe.clone() }, ChunkReceiver { pipe })
}

/// The pushing end. Dropped without [`ChunkSender::finish`], the reader gets an error: a cut stream is no snapshot.
pub struct ChunkSender {
    pipe: Arc<Pipe>,
}

impl ChunkSender {
    /// Hands over `chunk` and returns at once. `taken` is called when the next chunk is welcome, often before this
    /// returns.
    pub fn push(&self, chunk: Vec<u8>, taken: Taken) {
        let mut state = self.pipe.state.lock();
        if state.reader_gone {
            drop(state);
            return taken(false);
        }
        state.waiting_bytes += chunk.len();
        let welcome = state.waiting_bytes <= WINDOW;
        let (now, later) = if welcome { (Some(taken), None) } else { (None, Some(taken)) };
        state.waiting.push_back((chunk, later));
        drop(state);
        self.pipe.changed.notify_one();
        if let Some(taken) = now {
            taken(true);
        }
    }

    /// The stream ended well.
    pub fn finish(&self) {
        self.end(Ok(()));
    }

    /// The stream broke: the reader gets `error` after the chunks before it.
    pub fn abort(&self, error: Error) {
        self.end(Err(error));
    }

    fn end(&self, how: Result<()>) {
        self.pipe.state.lock().end.get_or_insert(how);
        self.pipe.changed.notify_one();
    }
}

impl Drop for ChunkSender {
    fn drop(&mut self) {
        self.abort(cut_short());
    }
}

/// The reading end, for [`crate::archive::Source::Chunks`].
pub struct ChunkReceiver {
    pipe: Arc<Pipe>,
}

impl ChunkReceiver {
    /// The next chunk, `None` at the end; waits for it.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; what the pushing end gave up with.
    pub fn receive(&self, control: &Control) -> Result<Option<Vec<u8>>> {
        self.next_while(&mut || control.check())
    }

    /// The same, until `stop` is set.
    pub(super) fn next(&self, stop: &AtomicBool) -> Result<Option<Vec<u8>>> {
        self.next_while(&mut || if stop.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) })
    }

    fn next_while(&self, check: &mut dyn FnMut() -> Result<()>) -> Result<Option<Vec<u8>>> {
        let mut state = self.pipe.state.lock();
        loop {
            check()?;
            if let Some((chunk, own)) = state.waiting.pop_front() {
                state.waiting_bytes -= chunk.len();
                let mut welcome: Vec<Taken> = own.into_iter().collect();
                if state.waiting_bytes <= WINDOW {
                    welcome.extend(state.waiting.iter_mut().filter_map(|(_, taken)| taken.take()));
                }
                drop(state);
                welcome.into_iter().for_each(|taken| taken(true));
                return Ok(Some(chunk));
            }
            match &state.end {
                Some(Ok(())) => return Ok(None),
                Some(Err(error)) => return Err(error.clone()),
                None => _ = self.pipe.changed.wait_for(&mut state, LOOK_EVERY),
            }
        }
    }
}

impl Drop for ChunkReceiver {
    fn drop(&mut self) {
        let mut state = self.pipe.state.lock();
        state.reader_gone = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().filter_map(|(_, taken)| taken).for_each(|taken| taken(false));
    }
}

#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Vec<u8>, Option<Taken>)>,
    waiting_bytes: usize,
    end: Option<Result<()>>,
    reader_gone: bool,
}

fn cut_short() -> Error {
    Error::Io { path: "the stream".into(), action: "read", what: "it was closed before its end".into(), os: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_pusher_hears_when_its_chunk_was_taken() {
        let (sender, receiver) = chunks();
        let (told, hears) = mpsc::channel();
        let push = |size: usize| {
            let told = told.clone();
            sender.push(vec![7; size], Box::new(move |more| told.send((size, more)).expect("the test listens")));
        };
        push(WINDOW);
        assert_eq!(hears.try_recv(), Ok((WINDOW, true)), "room for it at once");
        push(1);
        assert!(hears.try_recv().is_err(), "no room before something is read");
        let stop = AtomicBool::new(false);
        assert_eq!(receiver.next(&stop).map(|chunk| chunk.map(|c| c.len())), Ok(Some(WINDOW)));
        assert_eq!(hears.try_recv(), Ok((1, true)));
        push(WINDOW);
        drop(receiver);
        assert_eq!(hears.try_recv(), Ok((WINDOW, false)));
        push(2);
        assert_eq!(hears.try_recv(), Ok((2, false)));
    }

    #[test]
    fn the_end_of_the_stream_is_told_apart_from_its_loss() {
        let stop = AtomicBool::new(false);
        let (sender, receiver) = chunks();
        sender.finish();
        drop(sender);
        assert_eq!(receiver.next(&stop), Ok(None));
        let (sender, receiver) = chunks();
        drop(sender);
        assert_eq!(receiver.next(&stop), Err(cut_short()));
        let (sender, receiver) = chunks();
        stop.store(true, Ordering::Relaxed);
        assert_eq!(receiver.next(&stop), Err(Error::Cancelled));
        drop(sender);
    }
}
