//! The forked child, from its first instruction to its last. It is a copy of the app, and must not touch anything that
//! the app shares with other processes.

use super::super::fork_types::{ForkOptions, ImageTarget};
use super::super::identity::{Numbering, Origin};
use super::super::proc_file;
use super::super::stream::{BLOCK, Captured, Counts, Route};
use super::got::Slots;
use super::mappings::Range;
use super::message::Message;
use crate::archive::ByteWriter;
use crate::error::{Error, Result};
use crate::format::Redactor;
use crate::image::Header;
use std::io::{PipeReader, PipeWriter, Write, pipe};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Ends that are not those of [`super::hooks::Stuck`].
pub(super) const FAILED: i32 = 90;
pub(super) const NOT_ISOLATED: i32 = 91;
const PANICKED: i32 = 92;

/// Below the app, but not so low that the child lives, and its memory with it, for much longer than it has to.
const NICE: i32 = 10;
/// `IOPRIO_WHO_PROCESS` and the idle class of `ioprio_set(2)`.
const IO_WHO_PROCESS: i32 = 1;
const IO_IDLE: i32 = 3 << 13;
/// A message of progress for each so many bytes.
const TELL_EVERY: u64 = 8 << 20;

/// The facts that the child needs. All of them were made before the fork.
pub(super) struct Setting<'a> {
    /// The app.
    pub parent: i32,
    /// The pipe for messages to the app.
    pub results: RawFd,
    /// The pipe for V8's last words on stderr, when it gives up.
    pub stderr: RawFd,
    /// The pipe for the snapshot, unless it goes into a file.
    pub document: Option<RawFd>,
    /// Bytes by which the child may grow.
    pub allowance: Option<u64>,
    pub slots: &'a Slots,
}

/// The forked process with the thread that makes the file.
pub(super) struct Child {
    into_pipe: Option<PipeWriter>,
    pipeline: Option<JoinHandle<()>>,
    /// The error that V8 threw.
    thrown: Arc<Mutex<Option<String>>>,
}

impl Child {
    /// Isolates the child from the app, and starts the thread that makes the file.
    ///
    /// `route` opens the file, or takes the pipe to the app. Any error is reported and ends the process: it never
    /// goes back to being the app.
    pub fn begin(
        setting: &Setting<'_>,
        redactor: Option<Redactor>,
        origin: Option<Origin>,
        route: impl FnOnce(Option<RawFd>) -> Result<Route>,
    ) -> Self {
        let Kept { results, document } =
            or_end(NOT_ISOLATED, || isolate(setting).map_err(|error| Error::io("the forked child", "set up", &error)));
        let started = catch_unwind(AssertUnwindSafe(|| {
            let numbering = origin.map(Numbering::new).transpose()?;
            Self::start(results, route(document)?.redacted(redactor).numbered(numbering))
        }));
        match started {
            Ok(Ok(child)) => child,
            Ok(Err(error)) => {
                tell(results, &Message::failed(&error));
                end(FAILED)
            }
            Err(_) => end(PANICKED),
        }
    }

    fn start(results: RawFd, route: Route) -> Result<Self> {
        let (from_pipe, into_pipe) = pipe().map_err(|error| Error::io("pipe", "make a", &error))?;
        _ = rustix::pipe::fcntl_setpipe_size(&into_pipe, BLOCK);
        let thrown = Arc::new(Mutex::new(None));
        let pipeline = Builder::new()
            .name("heaphound-capture".into())
            .spawn({
                let thrown = thrown.clone();
                move || {
                    let work = AssertUnwindSafe(|| make_file(from_pipe, route, results, &thrown));
                    end(catch_unwind(work).unwrap_or(PANICKED))
                }
            })
            .map_err(|error| Error::io("thread", "start a", &error))?;
        Ok(Child { into_pipe: Some(into_pipe), pipeline: Some(pipeline), thrown })
    }

    /// The descriptor V8 has to write to.
    pub fn fd(&self) -> RawFd {
        self.into_pipe.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Ends the document. `thrown`: what V8 threw instead of writing one. The thread that makes the file ends the
    /// process.
    pub fn end(mut self, thrown: Option<String>) -> ! {
        let work = AssertUnwindSafe(|| {
            *self.thrown.lock().unwrap_or_else(PoisonError::into_inner) = thrown;
            self.into_pipe = None;
            self.pipeline.take().map(JoinHandle::join)
        });
        _ = catch_unwind(work);
        end(PANICKED)
    }
}

/// The thread that makes the file; gives the code to end with.
fn make_file(mut from_pipe: PipeReader, route: Route, results: RawFd, thrown: &Mutex<Option<String>>) -> i32 {
    let mut told = 0;
    let made = route.run(&mut from_pipe, &mut |raw| {
        if raw - told >= TELL_EVERY || (told == 0 && raw > 0) {
            told = raw;
            tell(results, &Message::Raw(raw));
        }
        Ok(())
    });
    let thrown = thrown.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (made, thrown) {
        (Ok(captured), _) => {
            tell(results, &Message::done(&captured));
            0
        }
        (Err(Error::Capture { .. }), Some(thrown)) => {
            let what = format!("V8 could not write it ({thrown})");
            tell(results, &Message::failed(&Error::Capture { what }));
            FAILED
        }
        (Err(error), _) => {
            tell(results, &Message::failed(&error));
            FAILED
        }
    }
}

/// The descriptors that stay open.
struct Kept {
    results: RawFd,
    document: Option<RawFd>,
}

/// Writes the memory of this child into a frozen image, and ends it. `heaps`: V8's, in order of address, which nothing
/// here needs. What was written of them is let go of: when the app changes such a page, the kernel need not copy it.
pub(super) fn freeze(
    setting: &Setting<'_>,
    target: &ImageTarget,
    options: &ForkOptions,
    header: &Header,
    heaps: &[Range],
) -> ! {
    let Kept { results, document } =
        or_end(NOT_ISOLATED, || isolate(setting).map_err(|error| Error::io("the forked child", "set up", &error)));
    let work = AssertUnwindSafe(|| {
        // Before there are files of ours.
        let descriptors = open_descriptors();
        let file = match (target, document) {
            (ImageTarget::File(path), _) => ByteWriter::file(path, options.max_bytes),
            (ImageTarget::Reader(_), Some(fd)) => {
                // SAFETY: a descriptor of this child that nobody else knows.
                ByteWriter::pipe(unsafe { PipeWriter::from_raw_fd(fd) }, options.max_bytes)
            }
            (ImageTarget::Reader(_), None) => Err(Error::Internal { what: "a reader without a pipe".into() }),
        }?
        .sealed(options.seal.as_ref())?;
        let mut told = 0;
        let written = |range: std::ops::Range<u64>| let_go(heaps, &range);
        super::super::freeze::write(header, file, &descriptors, &written, &mut |stored| {
            if stored - told >= TELL_EVERY {
                told = stored;
                tell_stored(results, stored);
            }
        })
    });
    match catch_unwind(work) {
        Ok(Ok(file)) => {
            let counts = Counts { node_count: 0, edge_count: 0 };
            tell(results, &Message::done(&Captured { file, counts, ids: None }));
            end(0)
        }
        Ok(Err(error)) => {
            tell(results, &Message::failed(&error));
            end(FAILED)
        }
        Err(_) => end(PANICKED),
    }
}

fn let_go(heaps: &[Range], written: &std::ops::Range<u64>) {
    let (start, end) = (written.start as usize, written.end as usize);
    let first = heaps.partition_point(|heap| heap.end <= start);
    for heap in heaps[first..].iter().take_while(|heap| heap.start < end) {
        let (start, end) = (heap.start.max(start), heap.end.min(end));
        // SAFETY: V8 does not run in this child any more, and nobody else has memory there.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED) };
    }
}

/// [`Message::Raw`], without taking memory.
fn tell_stored(results: RawFd, stored: u64) {
    let mut line = [0; 48];
    let mut rest = &mut line[..];
    let written = writeln!(rest, "{{\"raw\":{stored}}}").map(|()| 48 - rest.len());
    if let Ok(length) = written {
        // SAFETY: bytes of our own, and a pipe that is open until the process ends.
        unsafe { libc::write(results, line.as_ptr().cast(), length) };
    }
}

/// Cuts the child off from everything that it shares with the app.
fn isolate(setting: &Setting<'_>) -> std::io::Result<Kept> {
    die_with(setting.parent);
    silence_signals();
    let kept = keep_only(setting)?;
    step_back();
    make_visible();
    refuse_core_dumps();
    if let Some(allowance) = setting.allowance {
        fence(allowance)?;
    }
    setting.slots.write()?;
    Ok(kept)
}

/// The kernel ends this process with the thread that forked it.
fn die_with(parent: i32) {
    // SAFETY: calls without pointers.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        // It may have ended before.
        if libc::getppid() != parent {
            libc::_exit(NOT_ISOLATED);
        }
    }
}

/// No handler of the app runs here, and what crashes ends by the signal.
fn silence_signals() {
    // SAFETY: both sets and actions are values of our own, and null stands for an old value that nobody wants.
    unsafe {
        let mut all = std::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
        let mut action = std::mem::zeroed::<libc::sigaction>();
        for signal in 1..=libc::SIGRTMAX() {
            // Writing too much gives an error that has a code instead of a signal.
            let ignored = signal == libc::SIGPIPE || signal == libc::SIGXFSZ;
            action.sa_sigaction = if ignored { libc::SIG_IGN } else { libc::SIG_DFL };
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

/// Lets go of everything that is open but our pipes: a socket that the app closes would stay open towards its peer
/// while this process lives.
///
/// The numbers lead nowhere afterwards. They are not free: libuv tells its event loop of V8's tasks by writing to a
/// number that it remembers, must not fail at that, and must not hit a file of ours that was given the number.
fn keep_only(setting: &Setting<'_>) -> std::io::Result<Kept> {
    let checked = |result: i32| if result < 0 { Err(std::io::Error::last_os_error()) } else { Ok(result) };
    // SAFETY: calls on numbers and a constant text. Nothing in this process uses what was open: its owners never run
    // again.
    unsafe {
        // Away from the first three, which an app may have closed.
        let away = |fd: RawFd| checked(libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3));
        let results = away(setting.results)?;
        let stderr = away(setting.stderr)?;
        let document = setting.document.map(away).transpose()?;
        let nowhere = match libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC) {
            fd if fd >= 0 => fd,
            _ => stderr,
        };
        checked(libc::dup2(stderr, 2))?;
        let kept = [Some(2), Some(nowhere), Some(results), document];
        for fd in open_descriptors().into_iter().filter(|fd| !kept.contains(&Some(*fd))) {
            checked(libc::dup2(nowhere, fd))?;
        }
        Ok(Kept { results, document })
    }
}

/// Every descriptor of this process.
fn open_descriptors() -> Vec<RawFd> {
    use rustix::fs::{Dir, Mode, OFlags, open};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listed = open("/proc/self/fd", flags, Mode::empty()).and_then(|folder| {
        let number = |name: &std::ffi::CStr| name.to_str().ok()?.parse::<RawFd>().ok();
        let entries = Dir::read_from(&folder)?;
        let own = folder.as_raw_fd();
        Ok(entries.flatten().filter_map(|entry| number(entry.file_name())).filter(|fd| *fd != own).collect())
    });
    listed.unwrap_or_else(|_| {
        const MOST: i32 = 1 << 16;
        // SAFETY: asks whether a number is open.
        (0..MOST).filter(|fd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0).collect()
    })
}

/// The app goes first: processor, disk, and memory when there is none left. Best effort.
fn step_back() {
    // SAFETY: calls on numbers, for this process.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICE);
        libc::syscall(libc::SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_IDLE);
    }
    write_proc(c"/proc/self/oom_score_adj", b"1000");
}

/// The kernel hides `/proc/self` of a process that has changed its user, so that V8 could not open its pipe.
fn make_visible() {
    // SAFETY: calls on numbers, for this process.
    unsafe {
        if libc::prctl(libc::PR_GET_DUMPABLE) != 1 && libc::geteuid() != 0 {
            libc::prctl(libc::PR_SET_DUMPABLE, 1);
        }
    }
}

/// A core dump would be the app's memory on the disk. A limit of 1 byte also keeps the kernel from handing it to a
/// program, which 0 does not.
fn refuse_core_dumps() {
    for bytes in [1, 0] {
        let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
        // SAFETY: a value of our own.
        if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &limit) } == 0 {
            return;
        }
    }
}

/// From here on the child gets no more than `allowance` bytes more memory.
fn fence(allowance: u64) -> std::io::Result<()> {
    let mut status = Vec::new();
    proc_file::read_into("/proc/self/status", &mut status)?;
    let used = proc_file::status_bytes(&status, "VmData:").ok_or(std::io::ErrorKind::InvalidData)?;
    let bytes = used.saturating_add(allowance);
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: a value of our own.
    match unsafe { libc::setrlimit(libc::RLIMIT_DATA, &limit) } {
        0 => Ok(()),
        // The app has a lower limit itself.
        _ if std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM) => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

fn write_proc(path: &std::ffi::CStr, text: &[u8]) {
    // SAFETY: a constant path, and bytes that live during the call.
    unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if fd >= 0 {
            libc::write(fd, text.as_ptr().cast(), text.len());
            libc::close(fd);
        }
    }
}

/// The app may have ended: then nobody wants to know.
fn tell(results: RawFd, message: &Message) {
    // SAFETY: the descriptor is open until the process ends; this file does not close it.
    let mut pipe = std::mem::ManuallyDrop::new(unsafe { PipeWriter::from_raw_fd(results) });
    _ = pipe.write_all(message.to_line().as_bytes());
}

fn or_end<T>(code: i32, work: impl FnOnce() -> Result<T>) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => value,
        _ => end(code),
    }
}

/// Nothing of the app runs: no handler of `exit`, no destructor.
fn end(code: i32) -> ! {
    // SAFETY: takes a number, and does not return.
    unsafe { libc::_exit(code) }
}
