//! Passes bytes from the pipe of the forked child to the reader of its snapshot in the app. A slow reader makes the
//! child wait.

use crate::archive::ChunkSender;
use std::io::{PipeReader, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Bytes that are passed on at a time.
const CHUNK: usize = 256 << 10;

const WELCOME: u8 = 0;
const TOO_MANY: u8 = 1;
const UNWANTED: u8 = 2;

pub(super) struct Forward {
    pipe: PipeReader,
    reader: Arc<ChunkSender>,
    /// The reader's wishes.
    wish: Arc<AtomicU8>,
    passed: u64,
    is_over: bool,
}

impl Forward {
    pub fn new(pipe: PipeReader, reader: Arc<ChunkSender>) -> Self {
        Forward { pipe, reader, wish: Arc::new(AtomicU8::new(WELCOME)), passed: 0, is_over: false }
    }

    /// Readable when [`Forward::pass_on`] has something to do; negative while the reader wants nothing.
    pub fn fd(&self) -> RawFd {
        if self.is_over || self.wish.load(Ordering::Acquire) != WELCOME { -1 } else { self.pipe.as_raw_fd() }
    }

    /// Passes on what is in the pipe, at most once so much.
    pub fn pass_on(&mut self) {
        let mut chunk = vec![0; CHUNK];
        let count = self.pipe.read(&mut chunk).unwrap_or(0);
        if count == 0 {
            self.is_over = true;
            return;
        }
        chunk.truncate(count);
        if count < CHUNK / 2 {
            // It may wait for its reader for long.
            chunk.shrink_to_fit();
        }
        self.passed += count as u64;
        self.wish.store(TOO_MANY, Ordering::Release);
        let wish = self.wish.clone();
        let taken = move |more| wish.store(if more { WELCOME } else { UNWANTED }, Ordering::Release);
        self.reader.push(chunk, Box::new(taken));
    }

    /// Bytes that went to the reader.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// All that the process wrote was passed on.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The process may have to wait for the reader.
    pub fn is_full(&self) -> bool {
        self.wish.load(Ordering::Acquire) == TOO_MANY
    }

    /// Nobody reads any more.
    pub fn is_unwanted(&self) -> bool {
        self.wish.load(Ordering::Acquire) == UNWANTED
    }

    /// Tells the reader that this was all.
    pub fn finish(&self) {
        self.reader.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::chunks;
    use crate::control::Control;
    use std::io::Write;

    #[test]
    fn a_slow_reader_is_waited_for_and_one_that_left_is_noticed() {
        let (from, mut into) = std::io::pipe().expect("a pipe");
        let (sender, receiver) = chunks();
        let mut forward = Forward::new(from, Arc::new(sender));
        let control = Control::new();
        let piece = vec![7; 60_000];
        let mut written = 0;
        while forward.fd() >= 0 {
            into.write_all(&piece).expect("room");
            written += piece.len() as u64;
            forward.pass_on();
        }
        assert!(forward.is_full() && forward.passed() == written);
        receiver.receive(&control).expect("something was passed on");
        assert!(!forward.is_full() && forward.fd() >= 0);
        drop(into);
        forward.pass_on();
        assert!(forward.is_over() && forward.fd() < 0);
        forward.finish();
        let mut read = piece.len() as u64;
        while let Some(chunk) = receiver.receive(&control).expect("it ended well") {
            read += chunk.len() as u64;
        }
        assert_eq!(read, written);

        let (from, mut into) = std::io::pipe().expect("a pipe");
        let (sender, receiver) = chunks();
        let mut forward = Forward::new(from, Arc::new(sender));
        drop(receiver);
        into.write_all(b"a").expect("room");
        forward.pass_on();
        assert!(forward.is_unwanted() && forward.fd() < 0);
    }
}
