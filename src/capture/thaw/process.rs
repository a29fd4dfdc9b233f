//! The process of the loader: its start, what comes out of it, and why it ended.

use super::super::fork::{Activity, why_stuck};
use super::begin::IN_JAVASCRIPT as WITHIN_JAVASCRIPT;
use super::feed::Unfed;
use super::protocol::{
    DONE, IN_COLLECTION, IN_JAVASCRIPT, NO_ANSWER, NO_CONTEXT, NO_ISOLATE, NO_SCOPE, NO_SNAPSHOT, NO_STATE, REFUSED,
};
use crate::control::Control;
use crate::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

/// The program, which `build.rs` has made.
static PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/loader"));

/// What comes out of it when it is no snapshot.
pub(super) const ANSWER: &str = "answer";

/// How often the process is looked at, and the caller's signal.
const TICK: Duration = Duration::from_millis(50);
/// How often it is looked at whether it has ended, once its pipe has.
const TURNS: u32 = 100;
/// Bytes that are kept of stderr, where V8 says why it gives up.
const KEPT_STDERR: usize = 4096;
const PIPE: usize = 1 << 20;

/// The process. Dropped, it is ended and reaped.
pub(super) struct Loader {
    child: Child,
    is_quiet: bool,
    stderr: Vec<u8>,
}

impl Loader {
    /// `is_quiet`: no other thread worked when the image was made.
    ///
    /// # Errors
    /// [`Error::Thaw`] where the system runs no program from memory.
    pub fn start(is_quiet: bool) -> Result<Self> {
        let refused = |action: &str, error: &dyn std::fmt::Display| Error::Thaw {
            what: format!("the loader could not be {action} ({error})"),
        };
        let program =
            memfd_create("heaphound-loader", MemfdFlags::CLOEXEC).map_err(|error| refused("placed", &error))?;
        let mut bytes = PROGRAM;
        while !bytes.is_empty() {
            let count = rustix::io::write(&program, bytes).map_err(|error| refused("placed", &error))?;
            bytes = &bytes[count..];
        }
        let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| refused("started", &error))?;
        Ok(Loader { child, is_quiet, stderr: Vec::new() })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where its commands go; once.
    pub fn commands<'a>(&mut self, control: &'a Control) -> Result<Commands<'a>> {
        let pipe = self.child.stdin.take().ok_or_else(taken)?;
        _ = rustix::pipe::fcntl_setpipe_size(&pipe, PIPE);
        let set = rustix::fs::fcntl_setfl(&pipe, rustix::fs::OFlags::NONBLOCK);
        set.map_err(|error| Error::io("the pipe of the loader", "set up", &error.into()))?;
        Ok(Commands { pipe, waiting: Vec::with_capacity(PIPE / 4), control })
    }

    /// What V8 writes; once.
    /// `what`: the snapshot or the answer.
    pub fn document<'a>(
        &'a mut self,
        what: &'static str,
        stalled: Duration,
        control: &'a Control,
    ) -> Result<Document<'a>> {
        let pipe = self.child.stdout.take().ok_or_else(taken)?;
        let stderr = self.child.stderr.take();
        _ = rustix::pipe::fcntl_setpipe_size(&pipe, PIPE);
        let pid = i32::try_from(self.child.id()).unwrap_or(0);
        let (activity, stderr_text) = (Activity::new(), &mut self.stderr);
        Ok(Document { pipe, stderr, stderr_text, pid, what, activity, stalled, control, raw: 0, error: None })
    }

    /// Why the commands did not all arrive.
    pub fn why_not_fed(&mut self, error: Unfed) -> Error {
        match error {
            Unfed::Other(error) => error,
            Unfed::Loader(error) => {
                let why = self.why().unwrap_or_else(|| format!("it took no more commands ({error})"));
                Error::Thaw { what: format!("{why}, while the memory was put in its place") }
            }
        }
    }

    /// Why the snapshot or the answer is not whole. `raw`: bytes that came; `incomplete`: what is missing.
    pub fn why_nothing(&mut self, raw: u64, wanted: &str, incomplete: &str) -> Error {
        let why = self.why().unwrap_or_else(|| format!("V8 wrote no whole {wanted} ({incomplete})"));
        let place = match raw {
            0 => "before V8 wrote anything".into(),
            raw => format!("after {raw} bytes of the {wanted}"),
        };
        let mut what = format!("{why}, {place}");
        if !self.is_quiet {
            what.push_str("; other threads worked at the moment at which it was frozen, so freeze it again");
        }
        match wanted {
            ANSWER => Error::NoAnswer { what },
            _ => Error::Thaw { what },
        }
    }

    /// True when it says that it gave all. Its pipe has ended, so it ends too, or is ended soon.
    pub fn was_done(&mut self) -> bool {
        for _ in 0..TURNS {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.code() == Some(DONE),
                Ok(None) => std::thread::sleep(TICK),
                Err(_) => return false,
            }
        }
        false
    }

    /// How the process ended, if that explains anything.
    fn why(&mut self) -> Option<String> {
        // It has ended, or nobody wants it any more. The status of what has ended stays.
        _ = self.child.kill();
        let status = self.child.wait().ok()?;
        if let Some(mut stderr) = self.child.stderr.take() {
            _ = stderr.by_ref().take(KEPT_STDERR as u64).read_to_end(&mut self.stderr);
        }
        explain(status, &self.last_words())
    }

    /// The first words of stderr.
    fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let mut lines = text.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphabetic));
        // V8 prints its last collections before it says why.
        let fatal = lines.clone().find(|line| line.to_ascii_lowercase().contains("fatal error"));
        let line = fatal.or_else(|| lines.next());
        line.unwrap_or_default().chars().take(300).collect()
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The pipe of commands. It waits for the loader, and the caller's signal ends the wait.
pub(super) struct Commands<'a> {
    pipe: ChildStdin,
    waiting: Vec<u8>,
    control: &'a Control,
}

impl Commands<'_> {
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let tick = Timespec { tv_sec: 0, tv_nsec: TICK.as_nanos() as i64 };
        while !bytes.is_empty() {
            self.control.check().map_err(io::Error::other)?;
            match self.pipe.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    _ = poll(&mut [PollFd::new(&self.pipe, PollFlags::OUT)], Some(&tick));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Write for Commands<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() + bytes.len() > self.waiting.capacity() {
            self.flush()?;
        }
        if bytes.len() > self.waiting.capacity() {
            self.send(bytes)?;
        } else {
            self.waiting.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let sent = self.send(&waiting);
        self.waiting = waiting;
        self.waiting.clear();
        sent
    }
}

fn taken() -> Error {
    Error::Internal { what: "a pipe of the loader was taken twice".into() }
}

fn explain(status: ExitStatus, said: &str) -> Option<String> {
    if let Some(signal) = status.signal() {
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        return Some(match signal {
            libc::SIGKILL => format!("the thawed process was ended by somebody, or by a kernel without memory{said}"),
            signal => format!("the thawed process crashed with signal {signal}{said}"),
        });
    }
    match status.code()? {
        DONE => None,
        REFUSED => Some(if said.is_empty() { "the loader refused the image".into() } else { said.into() }),
        NO_ISOLATE => Some(
            "the frozen thread was not running JavaScript; of a core dump another one can be chosen: --thread, where the \
             main thread has the number of the process"
                .into(),
        ),
        NO_SCOPE => Some("this version of V8 keeps its handle scopes in a way that heaphound does not know".into()),
        NO_CONTEXT => Some("the frozen thread was in no context of JavaScript".into()),
        NO_ANSWER => Some("V8 could not run the code, or it needed more memory than it may have".into()),
        IN_COLLECTION => Some(
            "the process died in the middle of a collection, which has moved some objects and others not: V8 can take no \
             snapshot of it"
                .into(),
        ),
        IN_JAVASCRIPT => Some(WITHIN_JAVASCRIPT.into()),
        NO_STATE => Some("this version of V8 does not say what it was doing in a way that heaphound knows".into()),
        NO_SNAPSHOT => Some("V8 gave no snapshot".into()),
        code => Some(match why_stuck(code) {
            Some(why) => {
                format!("the thawed process could not go on: {}", why.replace("forked child", "thawed process"))
            }
            None => format!("the thawed process ended with code {code}"),
        }),
    }
}

/// The document, while it is written.
pub(super) struct Document<'a> {
    pipe: ChildStdout,
    stderr: Option<ChildStderr>,
    stderr_text: &'a mut Vec<u8>,
    pid: i32,
    what: &'static str,
    activity: Activity,
    stalled: Duration,
    control: &'a Control,
    raw: u64,
    error: Option<Error>,
}

/// What is left of a [`Document`].
pub(super) struct Ended {
    /// Why we ended it.
    pub error: Option<Error>,
}

impl Document<'_> {
    pub fn into_ended(self) -> Ended {
        Ended { error: self.error }
    }

    fn give_up(&mut self, error: Error) -> io::Error {
        self.error = Some(error);
        io::ErrorKind::Other.into()
    }

    /// Waits a moment; true when there is something to read.
    fn is_ready(&mut self) -> io::Result<bool> {
        let tick = Timespec { tv_sec: 0, tv_nsec: TICK.as_nanos() as i64 };
        let mut waited = vec![PollFd::new(&self.pipe, PollFlags::IN)];
        waited.extend(self.stderr.as_ref().map(|stderr| PollFd::new(stderr, PollFlags::IN)));
        match poll(&mut waited, Some(&tick)) {
            Err(rustix::io::Errno::INTR) => return Ok(false),
            result => result?,
        };
        let is_ready = !waited[0].revents().is_empty();
        let has_words = waited.get(1).is_some_and(|stderr| !stderr.revents().is_empty());
        if has_words && let Some(stderr) = &mut self.stderr {
            let mut piece = [0; 4096];
            let count = stderr.read(&mut piece).unwrap_or(0);
            let room = KEPT_STDERR - self.stderr_text.len().min(KEPT_STDERR);
            self.stderr_text.extend_from_slice(&piece[..count.min(room)]);
            if count == 0 {
                self.stderr = None;
            }
        }
        Ok(is_ready)
    }
}

impl Read for Document<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Err(error) = self.control.check() {
                return Err(self.give_up(error));
            }
            if self.is_ready()? {
                let count = self.pipe.read(into)?;
                self.raw += count as u64;
                return Ok(count);
            }
            if self.activity.has_stopped(self.pid, self.raw, self.stalled) {
                let sleeping = self.activity.describe(self.pid);
                let (raw, what) = (self.raw, self.what);
                let what = format!("the thawed process stood still ({sleeping}), after {raw} bytes of the {what}");
                let error = if self.what == ANSWER { Error::NoAnswer { what } } else { Error::Thaw { what } };
                return Err(self.give_up(error));
            }
        }
    }
}
