//! A snapshot taken in a forked child, a copy of this process: the app stands still for the fork only, the child
//! writes, and a thread of the app waits for it.
//!
//! In the order in which it happens: [`ForkCapture::prepare`] and [`ForkCapture::settle_down`] on a thread of their
//! own, [`ForkCapture::fork`] on the thread of JavaScript, there [`ForkCapture::end_child`] in the child, and
//! [`Watch::wait`] on a thread of its own in the app.

mod child;
mod fork_process;
mod forward;
mod got;
mod hooks;
mod mappings;
mod message;
mod quiet;
mod watch;

#[cfg(target_arch = "x86_64")]
pub(super) use mappings::{Plan, Range, known};
#[cfg(target_arch = "x86_64")]
pub(super) use watch::Activity;
pub use watch::Watch;

use super::fork_types::{ForkOptions, ForkTarget, Forked};
use super::freeze;
use super::identity::Origin;
use super::proc_file;
use super::stream::{BLOCK, Route};
use crate::archive::{Codec, FileWriter, StreamWriter};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::format::Redactor;
use crate::image::Header;
use child::{Child, Setting};
use fork_process::{By, fork_process};
use forward::Forward;
use got::Slots;
#[cfg(not(target_arch = "x86_64"))]
use mappings::Plan;
use mappings::{Known, TakenAlong};
use std::io::{PipeReader, PipeWriter, pipe};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::path::Path;
use std::time::{Duration, Instant};
use watch::Process;

/// How long a moment is waited for in which no other thread works. V8 marks in the background for longer than that only
/// on large heaps.
const PATIENCE: Duration = Duration::from_millis(500);
/// The same while the thread of JavaScript waits.
const PATIENCE_OF_APP: Duration = Duration::from_millis(1);

/// A capture in a forked child. Dropped at any time, it leaves no file, process or descriptor.
pub struct ForkCapture {
    target: ForkTarget,
    codec: Codec,
    options: ForkOptions,
    /// The thread of JavaScript.
    thread: quiet::ThreadId,
    slots: Slots,
    /// Of the image, when there will be one.
    header: Option<Header>,
    known: Vec<Known>,
    plan: Plan,
    maps: Vec<u8>,
    pipes: Option<Pipes>,
    watch: Option<Watch>,
    child: Option<Child>,
}

struct Pipes {
    results: (PipeReader, PipeWriter),
    stderr: (PipeReader, PipeWriter),
    /// Of the snapshot or the image, when it goes to a reader.
    document: Option<(PipeReader, PipeWriter)>,
}

impl ForkCapture {
    /// The thread that will fork, and that has the heap: the caller's.
    pub fn this_thread() -> i32 {
        quiet::this_thread()
    }

    /// Makes everything ready that does not change from try to try. `thread` is the one that will fork.
    ///
    /// # Errors
    /// The errors of [`FileWriter::create`], since the child would report them late; [`Error::Capture`] when
    /// [`cannot_fork`] or, for an image, [`cannot_freeze`](super::cannot_freeze).
    ///
    /// # Cost
    /// A few milliseconds. Not for the thread of JavaScript.
    pub fn prepare(target: ForkTarget, codec: Codec, options: ForkOptions, thread: i32) -> Result<Self> {
        if let Some(path) = target.path() {
            drop(FileWriter::create(path, codec)?);
        }
        let header = match &target {
            ForkTarget::Image(_, about) => Some(Header {
                lineage: options.origin.as_ref().map(Origin::lineage),
                ..freeze::gather(about.clone(), options.self_contained)?
            }),
            _ => None,
        };
        Ok(ForkCapture {
            target,
            header,
            codec,
            options,
            thread,
            slots: slots().map_err(|what| Error::Capture { what })?,
            known: Vec::new(),
            plan: Plan::default(),
            maps: Vec::new(),
            pipes: None,
            watch: None,
            child: None,
        })
    }

    /// Makes ready for one try, and waits for a quiet moment, for a limited time.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Io`].
    ///
    /// # Cost
    /// The kernel walks the page tables: milliseconds for each 100 MB, during which this process maps no memory. Not
    /// for the thread of JavaScript.
    pub fn settle_down(&mut self, control: &Control) -> Result<()> {
        let is_read = self.target.reader().is_some();
        let pipes = || -> std::io::Result<Pipes> {
            let document = is_read.then(pipe).transpose()?;
            // Best effort: a small pipe makes both sides wait for each other more often.
            _ = document.as_ref().map(|(_, into)| rustix::pipe::fcntl_setpipe_size(into, BLOCK));
            Ok(Pipes { results: pipe()?, stderr: pipe()?, document })
        };
        self.pipes = Some(pipes().map_err(|error| Error::io("pipe", "make a", &error))?);
        self.look()?;
        let start = Instant::now();
        quiet::wait(self.thread, PATIENCE, control)?;
        if start.elapsed() > PATIENCE / 10 {
            self.look()?;
        }
        Ok(())
    }

    /// Notes which memory a fork leaves out.
    fn look(&mut self) -> Result<()> {
        const SMAPS: &str = "/proc/self/smaps";
        let mut smaps = Vec::new();
        proc_file::read_into(SMAPS, &mut smaps).map_err(|error| Error::io(SMAPS, "read", &error))?;
        self.known = mappings::known(&smaps);
        // Memory for what the fork needs, so that nothing has to be allocated there.
        self.maps.reserve(smaps.len() / 4);
        self.plan.take_along.reserve(self.known.len() + 256);
        self.plan.leave_out.reserve(self.known.len() + 256);
        Ok(())
    }

    /// Forks this process. Twice it returns then: in the app and in the child. `patient`: not while another thread
    /// works. `careful`: a child before this one got stuck, so that the C library has to make it, whose end the app
    /// hears of by SIGCHLD.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Internal`] when nobody called [`ForkCapture::settle_down`] before.
    ///
    /// # Cost
    /// The pause of the app: a copy of the page tables (5 ms for each 100 MB), and calls for each mapping of V8's heap.
    pub fn fork(&mut self, patient: bool, careful: bool) -> Result<Forked> {
        const MAPS: &str = "/proc/self/maps";
        if patient && !self.is_quiet_soon() {
            return Ok(Forked::NotQuiet);
        }
        let missing = || Error::Internal { what: "a fork without pipes".into() };
        let pipes = self.pipes.take().ok_or_else(missing)?;
        let setting = Setting {
            // SAFETY: the call takes nothing and cannot fail.
            parent: unsafe { libc::getpid() },
            results: pipes.results.1.as_raw_fd(),
            stderr: pipes.stderr.1.as_raw_fd(),
            document: pipes.document.as_ref().map(|(_, into)| into.as_raw_fd()),
            allowance: self.options.allowance,
            slots: &self.slots,
        };
        proc_file::read_into(MAPS, &mut self.maps).map_err(|error| Error::io(MAPS, "read", &error))?;
        self.plan.make(&self.known, &self.maps);
        let is_quiet = quiet::is_quiet(self.thread);
        let taken_along = TakenAlong::new(&self.plan);
        // SAFETY: the child only runs `Child::begin`, V8's writer and `Child::end`, which are made for having one
        // thread.
        let pid = unsafe { fork_process(if careful { By::Library } else { By::Kernel }) };
        if pid == 0 {
            std::mem::forget(taken_along);
            if let (ForkTarget::Image(target, _), Some(header)) = (&self.target, self.header.take()) {
                let header = Header { is_quiet: patient || is_quiet, ..header };
                child::freeze(&setting, target, &self.options, &header, &self.plan.leave_out);
            }
            let redactor = self.options.redaction_key.map(Redactor::new);
            let child = Child::begin(&setting, redactor, self.options.origin.take(), |document| self.route(document));
            let fd = child.fd();
            self.child = Some(child);
            // They were closed by their numbers.
            std::mem::forget(pipes);
            return Ok(Forked::Child(fd));
        }
        let error = std::io::Error::last_os_error();
        if pid > 0 {
            // A kernel without memory ends the child first. The child would say so itself some milliseconds later, and
            // until then the app may be ended in its place. Best effort.
            _ = proc_file::write(&format!("/proc/{pid}/oom_score_adj"), b"1000");
        }
        drop(taken_along);
        if pid < 0 {
            return Ok(Forked::Refused(error.to_string()));
        }
        let Pipes { results: (results, _), stderr: (stderr, _), document } = pipes;
        let process = Process::of(pid);
        let path = self.target.path().unwrap_or(Path::new("")).to_owned();
        let reader = self.target.reader().cloned();
        let forward = document.zip(reader).map(|((from, _), reader)| Forward::new(from, reader));
        self.watch = Some(Watch { process, results, stderr, path, allowance: self.options.allowance, forward });
        Ok(Forked::App)
    }

    /// In the child: where its document goes. `document`: the pipe to the app.
    fn route(&self, document: Option<RawFd>) -> Result<Route> {
        let max_bytes = self.options.max_bytes;
        match (&self.target, document) {
            (ForkTarget::File(path), _) => Ok(Route::to(FileWriter::create(path, self.codec)?.limited(max_bytes))),
            (ForkTarget::Reader(_), Some(fd)) => {
                // SAFETY: a descriptor of the child that nobody else there knows.
                let pipe = unsafe { PipeWriter::from_raw_fd(fd) };
                Ok(Route::to(StreamWriter::into_pipe(pipe, self.codec, max_bytes)?))
            }
            (ForkTarget::Reader(_), None) => Err(Error::Internal { what: "a reader without a pipe".into() }),
            (ForkTarget::Image(..), _) => Err(Error::Internal { what: "an image is no document".into() }),
        }
    }

    fn is_quiet_soon(&self) -> bool {
        let start = Instant::now();
        loop {
            if quiet::is_quiet(self.thread) {
                return true;
            }
            if start.elapsed() > PATIENCE_OF_APP {
                return false;
            }
            std::thread::sleep(PATIENCE_OF_APP / 10);
        }
    }

    /// The child that the last fork made.
    pub fn take_watch(&mut self) -> Option<Watch> {
        self.watch.take()
    }

    /// Ends the child, once its file is whole or cannot be. `thrown`: what V8 threw instead of writing. Elsewhere it
    /// does nothing.
    pub fn end_child(&mut self, thrown: Option<String>) {
        if let Some(child) = self.child.take() {
            child.end(thrown);
        }
    }
}

/// The reason why a process with our hooks in it ended with this code.
#[cfg(target_arch = "x86_64")]
pub(super) fn why_stuck(code: i32) -> Option<&'static str> {
    hooks::Stuck::of_exit_code(code).map(hooks::Stuck::what)
}

/// Why this process cannot be forked, if so.
pub fn cannot_fork() -> Option<String> {
    let mut overcommit = Vec::new();
    // 2: the kernel promises no more memory than there is, and a child is a promise.
    let read = proc_file::read_into("/proc/sys/vm/overcommit_memory", &mut overcommit);
    if read.is_ok() && overcommit.first() == Some(&b'2') {
        return Some("the kernel does not overcommit memory (vm.overcommit_memory is 2)".into());
    }
    None
}

fn slots() -> std::result::Result<Slots, String> {
    Slots::find(&hooks::hooks()).map_err(|symbol| {
        format!("this program does not call {symbol} in a way that can be made safe in a forked child")
    })
}
