//! The app's side: waits for the forked child on a thread of its own. At its end the child is always gone and reaped.

use super::super::fork_types::{Ended, WatchOptions};
use super::super::proc_file;
use super::child;
use super::forward::Forward;
use super::hooks::Stuck;
use super::message::{Done, Lines, Message};
use super::quiet;
use crate::control::Control;
use crate::error::{Error, Result};
use std::io::{PipeReader, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::time::Duration;

/// How often the process is looked at, and the caller's signal.
const TICK: Duration = Duration::from_millis(50);
/// Bytes that are kept of stderr, where V8 says why it gives up.
const KEPT_STDERR: usize = 4096;

/// A forked process. Dropped before [`Watch::wait`], it is ended and reaped.
pub struct Watch {
    pub(super) process: Process,
    pub(super) results: PipeReader,
    pub(super) stderr: PipeReader,
    pub(super) path: PathBuf,
    pub(super) allowance: Option<u64>,
    /// `None`: the process makes a file.
    pub(super) forward: Option<Forward>,
}

impl Watch {
    /// The process, for as long as it is watched.
    pub fn pid(&self) -> i32 {
        self.process.pid
    }

    /// Waits for the end of the process.
    ///
    /// # Errors
    /// [`Error::Cancelled`], also when nobody reads any more; [`Error::NoHeadroom`] when it used up its memory;
    /// [`Error::Child`]: what failed there; [`Error::Killed`] when somebody ended it.
    pub fn wait(mut self, options: &WatchOptions, control: &Control) -> Result<Ended> {
        let mut heard = Heard::default();
        let mut activity = Activity::new();
        loop {
            let ended = self.listen(&mut heard);
            // A process that is done may have left bytes in the pipe.
            let is_passed = self.forward.as_ref().is_none_or(Forward::is_over);
            if let Some(status) = ended
                && (is_passed || heard.done.is_none())
            {
                return self.judge(status, heard);
            }
            let unwanted = self.forward.as_ref().is_some_and(Forward::is_unwanted);
            let wanted = if unwanted { Err(Error::Cancelled) } else { Ok(()) };
            if let Err(error) = control.check().and(wanted) {
                self.process.kill();
                self.process.reap();
                // It may have been done already.
                self.drain(&mut heard);
                return match heard.done {
                    Some(done) if is_passed => Ok(self.captured(done)),
                    _ => Err(error),
                };
            }
            if ended.is_some() || self.forward.as_ref().is_some_and(Forward::is_full) {
                activity.excuse();
            } else if activity.has_stopped(self.process.pid, heard.raw, options.stalled) {
                let sleeping = activity.describe(self.process.pid);
                self.process.kill();
                self.process.reap();
                return self.again(format!("the forked child stood still ({sleeping})"), true);
            }
        }
    }

    /// Waits a moment for news; the status of a process that has ended.
    fn listen(&mut self, heard: &mut Heard) -> Option<i32> {
        let document = self.forward.as_ref().map_or(-1, Forward::fd);
        let mut waited = [self.results.as_raw_fd(), self.stderr.as_raw_fd(), self.process.fd(), document].map(poll);
        // The kernel skips what is negative: a pipe that has ended would be news for ever.
        if heard.messages_over {
            waited[0].fd = -1;
        }
        if heard.stderr_over {
            waited[1].fd = -1;
        }
        // SAFETY: an array of our own and its length.
        unsafe { libc::poll(waited.as_mut_ptr(), waited.len() as libc::nfds_t, TICK.as_millis() as i32) };
        if waited[0].revents != 0 {
            heard.messages_over = heard.messages(&mut self.results);
        }
        if waited[1].revents != 0 {
            heard.stderr_over = heard.stderr(&mut self.stderr);
        }
        if waited[3].revents != 0
            && let Some(forward) = &mut self.forward
        {
            forward.pass_on();
        }
        let status = self.process.ended()?;
        self.drain(heard);
        Some(status)
    }

    /// Reads what is left. The process is gone: both pipes have an end.
    fn drain(&mut self, heard: &mut Heard) {
        while !heard.messages(&mut self.results) {}
        while !heard.stderr(&mut self.stderr) {}
        (heard.messages_over, heard.stderr_over) = (true, true);
    }

    fn captured(&self, done: Done) -> Ended {
        if let Some(forward) = &self.forward {
            forward.finish();
        }
        Ended::Captured(done.into_captured(&self.path))
    }

    /// Another child may do better, unless a part of this one's snapshot is with its reader.
    fn again(&self, why: String, is_stuck: bool) -> Result<Ended> {
        match self.forward.as_ref().map_or(0, Forward::passed) {
            0 => Ok(Ended::Again { why, is_stuck }),
            passed => Err(Error::Capture {
                what: format!("{why} after {passed} bytes had gone out, which another forked child cannot continue"),
            }),
        }
    }

    fn judge(&self, status: i32, heard: Heard) -> Result<Ended> {
        if let Some(done) = heard.done {
            return Ok(self.captured(done));
        }
        if let Some(error) = heard.failed {
            return Err(error);
        }
        let said = heard.last_words();
        if let Some(code) = exit_code(status) {
            return match Stuck::of_exit_code(code) {
                Some(stuck) => self.again(stuck.what().into(), false),
                None if code == child::NOT_ISOLATED => self.again("the forked child could not be set up".into(), false),
                None => Err(Error::Capture { what: format!("the forked child ended with code {code}{said}") }),
            };
        }
        let signal = libc::WTERMSIG(status);
        match (signal, heard.is_out_of_memory(), self.allowance) {
            (libc::SIGKILL | libc::SIGTERM | libc::SIGINT | libc::SIGHUP, false, _) => {
                Err(Error::Killed { signal, what: said })
            }
            (_, true, Some(allowance)) => Err(Error::NoHeadroom {
                what: format!("the forked child needed more than the {} MiB that it was given{said}", allowance >> 20),
            }),
            (_, true, None) => {
                Err(Error::NoHeadroom { what: format!("the forked child got no more memory from the system{said}") })
            }
            _ => self.again(format!("the forked child crashed with signal {signal}{said}"), true),
        }
    }
}

fn poll(fd: RawFd) -> libc::pollfd {
    libc::pollfd { fd, events: libc::POLLIN, revents: 0 }
}

fn exit_code(status: i32) -> Option<i32> {
    libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status))
}

/// The messages of the process so far.
#[derive(Default)]
struct Heard {
    lines: Lines,
    raw: u64,
    done: Option<Done>,
    failed: Option<Error>,
    stderr: Vec<u8>,
    messages_over: bool,
    stderr_over: bool,
}

impl Heard {
    /// Reads once; true at the end of the pipe.
    fn messages(&mut self, pipe: &mut PipeReader) -> bool {
        let mut piece = [0; 4096];
        let count = pipe.read(&mut piece).unwrap_or(0);
        for message in self.lines.feed(&piece[..count]) {
            match message {
                Message::Raw(raw) => self.raw = raw,
                Message::Done(done) => self.done = Some(done),
                Message::Failed { code, message } => self.failed = Some(Error::of_child(&code, message)),
            }
        }
        count == 0
    }

    /// The same for stderr.
    fn stderr(&mut self, pipe: &mut PipeReader) -> bool {
        let mut piece = [0; 4096];
        let count = pipe.read(&mut piece).unwrap_or(0);
        let room = KEPT_STDERR - self.stderr.len().min(KEPT_STDERR);
        self.stderr.extend_from_slice(&piece[..count.min(room)]);
        count == 0
    }

    fn is_out_of_memory(&self) -> bool {
        let text = String::from_utf8_lossy(&self.stderr).to_lowercase();
        ["out of memory", "bad_alloc", "allocation failed", "memory allocation of"]
            .iter()
            .any(|words| text.contains(words))
    }

    /// The first words of stderr, for the end of a message.
    fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let line = text.lines().map(str::trim).find(|line| line.chars().any(char::is_alphabetic));
        line.map_or_else(String::new, |line| format!(": {}", line.chars().take(200).collect::<String>()))
    }
}

/// Whether a process does anything.
pub(in crate::capture) struct Activity {
    raw: u64,
    ticks: u64,
    idle: u32,
    stat: Vec<u8>,
}

impl Activity {
    pub fn new() -> Self {
        Activity { raw: 0, ticks: 0, idle: 0, stat: Vec::new() }
    }

    /// It may have had to wait for somebody.
    fn excuse(&mut self) {
        self.idle = 0;
    }

    /// True when it has done nothing for as long as `stalled`. Looks are counted, not time: a machine that slept proves
    /// nothing.
    pub fn has_stopped(&mut self, pid: i32, raw: u64, stalled: Duration) -> bool {
        let read = proc_file::read_into(&format!("/proc/{pid}/stat"), &mut self.stat);
        let ticks = quiet::ticks(&self.stat).unwrap_or(0);
        if read.is_err() || (raw, ticks) != (self.raw, self.ticks) || quiet::is_busy(pid) {
            (self.raw, self.ticks, self.idle) = (raw, ticks, 0);
        } else {
            self.idle += 1;
        }
        TICK * self.idle >= stalled
    }

    /// Where the kernel says that it sleeps.
    pub fn describe(&mut self, pid: i32) -> String {
        let read = proc_file::read_into(&format!("/proc/{pid}/wchan"), &mut self.stat);
        let place = String::from_utf8_lossy(&self.stat);
        if read.is_err() || place.trim().is_empty() || place == "0" { "asleep".into() } else { format!("in {place}") }
    }
}

/// A child of this process that nobody else knows of. libuv only waits for children of its own.
pub(super) struct Process {
    pid: i32,
    /// `None`: the kernel (before 5.3) has no such descriptors, or there is none left.
    pidfd: Option<OwnedFd>,
    status: Option<i32>,
}

impl Process {
    /// Right after the fork, while its number cannot be another's.
    pub fn of(pid: i32) -> Self {
        // SAFETY: a call on numbers; what it gives is a new descriptor of ours.
        let pidfd = unsafe {
            let fd = libc::syscall(libc::SYS_pidfd_open, pid, 0);
            (fd >= 0).then(|| OwnedFd::from_raw_fd(fd as RawFd))
        };
        Process { pid, pidfd, status: None }
    }

    /// Readable once it has ended; negative where there is none, and after it was reaped.
    fn fd(&self) -> RawFd {
        self.pidfd.as_ref().filter(|_| self.status.is_none()).map_or(-1, AsRawFd::as_raw_fd)
    }

    /// The status of a process that has ended. It is reaped by that.
    fn ended(&mut self) -> Option<i32> {
        self.wait_with(libc::WNOHANG)
    }

    fn reap(&mut self) {
        while self.status.is_none() {
            self.wait_with(0);
        }
    }

    fn wait_with(&mut self, flags: i32) -> Option<i32> {
        if self.status.is_none() {
            let mut status = 0;
            // SAFETY: a variable of our own. The number is the process's until it was waited for, which only happens
            // here. `__WALL`: a child that ends without a signal is a child of another kind.
            let waited = unsafe { libc::waitpid(self.pid, &mut status, flags | libc::__WALL) };
            if waited == self.pid {
                self.status = Some(status);
            } else if waited < 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD) {
                // Somebody who waits for every child has taken it: only its messages tell how it ended.
                self.status = Some(0);
            }
        }
        self.status
    }

    fn kill(&self) {
        if self.status.is_some() {
            return;
        }
        // SAFETY: calls on numbers; the process is there or waits to be reaped.
        unsafe {
            match &self.pidfd {
                Some(fd) => _ = libc::syscall(libc::SYS_pidfd_send_signal, fd.as_raw_fd(), libc::SIGKILL, 0, 0),
                None => _ = libc::kill(self.pid, libc::SIGKILL),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.reap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    /// A process that is no child: `script` says what it does, and writes its messages to its standard output.
    #[expect(clippy::zombie_processes, reason = "the watch waits for it")]
    fn watch(script: &str, allowance: Option<u64>) -> Watch {
        let (results, say) = std::io::pipe().expect("a pipe");
        let (stderr, complain) = std::io::pipe().expect("a pipe");
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(say).stderr(complain);
        let child = command.spawn().expect("there is a shell");
        let pid = i32::try_from(child.id()).expect("a number of a process");
        Watch { process: Process::of(pid), results, stderr, path: "file".into(), allowance, forward: None }
    }

    fn check(script: &str, allowance: Option<u64>) -> std::result::Result<String, &'static str> {
        let options = WatchOptions { stalled: Duration::from_secs(60) };
        match watch(script, allowance).wait(&options, &Control::new()) {
            Ok(Ended::Captured(captured)) => Ok(captured.file.sha256),
            Ok(Ended::Again { why, .. }) => Ok(why),
            Err(error) => Err(error.code()),
        }
    }

    const DONE: &str = r#"echo '{"done":{"rawBytes":1,"storedBytes":2,"sha256":"ab","nodeCount":3,"edgeCount":4}}';"#;

    #[test]
    fn how_a_process_ends_is_told_apart() {
        let failed = r#"echo '{"failed":{"code":"HEAPHOUND_ERR_NO_SPACE","message":"full"}}'; exit 90"#;
        assert_eq!(check(&format!("echo '{{\"raw\":7}}'; {DONE} exit 0"), None), Ok("ab".into()));
        assert_eq!(check(&format!("{DONE} kill -9 $$"), None), Ok("ab".into()));
        assert_eq!(check(failed, None), Err("HEAPHOUND_ERR_NO_SPACE"));
        assert_eq!(check("exit 71", None), Ok(Stuck::Condition.what().into()));
        assert_eq!(check("exit 5", None), Err("HEAPHOUND_ERR_CAPTURE"));
        assert_eq!(check("exit 0", None), Err("HEAPHOUND_ERR_CAPTURE"));
        assert_eq!(check("kill -9 $$", Some(1 << 20)), Err("HEAPHOUND_ERR_KILLED"));
        let out_of_memory = "echo FATAL ERROR: process out of memory >&2; kill -6 $$";
        assert_eq!(check(out_of_memory, Some(1 << 20)), Err("HEAPHOUND_ERR_NO_HEADROOM"));
        assert_eq!(check(out_of_memory, None), Err("HEAPHOUND_ERR_NO_HEADROOM"));
        assert_eq!(
            check("echo '# Oh'; echo '# Oh' >&2; kill -11 $$", None),
            Ok("the forked child crashed with signal 11: # Oh".into())
        );
    }

    #[test]
    fn a_process_that_stands_still_or_is_not_wanted_is_ended() {
        let control = Control::new();
        let at_once = WatchOptions { stalled: TICK * 2 };
        let ended = watch("exec sleep 1000", None).wait(&at_once, &control);
        assert!(matches!(ended, Ok(Ended::Again { why, is_stuck: true }) if why.contains("stood still")));
        control.cancel();
        let watched = watch("exec sleep 1000", None);
        let pid = watched.pid();
        let options = WatchOptions { stalled: Duration::from_secs(60) };
        assert_eq!(watched.wait(&options, &control), Err(Error::Cancelled));
        // SAFETY: asks whether the process is there, which was reaped.
        assert_eq!(unsafe { libc::kill(pid, 0) }, -1);
    }
}
