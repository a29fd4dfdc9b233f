//! What `/proc` says of a process, and why it cannot be frozen from outside.

use super::super::freeze::harmless;
use crate::error::{Error, Result};
use std::fs;

/// The bit of the capability in `CapEff`.
const CAP_SYS_PTRACE: u64 = 1 << 19;
const YAMA: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// Lines of `/proc/PID/status`.
pub(super) struct Status {
    text: String,
}

impl Status {
    /// # Errors
    /// [`Error::Attach`] when there is no such process.
    pub fn read(pid: libc::pid_t) -> Result<Self> {
        let read = fs::read(format!("/proc/{pid}/status"));
        let text = read.map_err(|_| Error::Attach {
            what: "there is no such process here; the number must be the one that it has in the PID namespace of this \
                   command (in a container: `kubectl debug --target`, `docker run --pid=container:NAME`)"
                .into(),
        })?;
        Ok(Status { text: String::from_utf8_lossy(&text).into_owned() })
    }

    fn value(&self, key: &str) -> &str {
        let found = self.text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        found.unwrap_or_default().trim()
    }

    fn number(&self, key: &str) -> u64 {
        self.value(key).split_ascii_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// The number by which the process knows itself.
    pub fn own_number(&self) -> Option<u32> {
        self.value("NSpid").split_ascii_whitespace().last()?.parse().ok()
    }

    /// Bytes of a line in kilobytes.
    pub fn bytes(&self, key: &str) -> u64 {
        self.number(key).saturating_mul(1024)
    }

    /// It is behind a filter for system calls: only those that Node.js makes itself should be made in its name.
    pub fn has_filter(&self) -> bool {
        self.number("Seccomp") != 0
    }

    /// No open file has this number or a higher one.
    pub fn file_slots(&self) -> u64 {
        self.number("FDSize")
    }

    fn has_capability(&self) -> bool {
        u64::from_str_radix(self.value("CapEff"), 16).is_ok_and(|bits| bits & CAP_SYS_PTRACE != 0)
    }
}

/// What can be seen before anybody is touched.
///
/// # Errors
/// [`Error::Attach`] with what is missing, and what to do.
pub(super) fn check(pid: libc::pid_t) -> Result<Status> {
    let refused = |what: String| Err(Error::Attach { what });
    let own = std::process::id() as libc::pid_t;
    if fs::read_link("/proc/self").ok().and_then(|path| path.to_str()?.parse().ok()) != Some(own) {
        return refused(
            "/proc is that of another PID namespace, so numbers mean other processes there; mount it anew".into(),
        );
    }
    if pid == own {
        return refused("it is this process; use captureSnapshot({ mode: 'freeze', path })".into());
    }
    let status = Status::read(pid)?;
    let group = status.number("Tgid");
    if group != pid as u64 {
        return refused(format!("{pid} is a thread of process {group}; name that"));
    }
    if status.number("PPid") == own as u64 {
        let what = "it is a child of this process, where libuv takes a stop of a child for its end; call it from another \
                    process, or run heaphound freeze --pid";
        return refused(what.into());
    }
    match status.value("State").as_bytes().first() {
        Some(b'Z' | b'X') => {
            return refused("it has ended, and its parent has not asked for its end yet (zombie)".into());
        }
        Some(b'T') => return refused("a signal has stopped it (SIGSTOP); let it go on first: kill -CONT".into()),
        _ => {}
    }
    match status.number("TracerPid") {
        0 => {}
        tracer => {
            let name = fs::read_to_string(format!("/proc/{tracer}/comm")).unwrap_or_default();
            let name = name.trim();
            let shown = if name.is_empty() { String::new() } else { format!(" ({name})") };
            return refused(format!("process {tracer}{shown} traces it already, a debugger or strace; end that first"));
        }
    }
    if status.value("x86_Thread_features").contains("shstk") {
        return refused("it has a shadow stack, beside which no call can be made in its name".into());
    }
    if fs::read(format!("/proc/{pid}/maps")).is_err() {
        return refused(why_forbidden(&status, &Status::read(own)?, yama()));
    }
    Ok(status)
}

/// Why the system forbids it.
pub(super) fn forbidden(pid: libc::pid_t) -> Error {
    let both = Status::read(pid).and_then(|status| Ok((status, Status::read(std::process::id() as libc::pid_t)?)));
    match both {
        Ok((status, own)) => Error::Attach { what: why_forbidden(&status, &own, yama()) },
        Err(error) => error,
    }
}

fn yama() -> Option<u32> {
    fs::read_to_string(YAMA).ok()?.trim().parse().ok()
}

fn why_forbidden(status: &Status, own: &Status, yama: Option<u32>) -> String {
    let (theirs, ours) = (status.number("Uid"), own.number("Uid"));
    const HOW: &str = "run this command as root, or in a container with `--cap-add SYS_PTRACE` \
                       (Kubernetes: capabilities.add: [SYS_PTRACE])";
    if yama == Some(3) {
        return format!("{YAMA} is 3: nobody may trace a process until the next start of the system");
    }
    if own.has_capability() {
        return "the system forbids it though this process has CAP_SYS_PTRACE: it may lie in another user namespace, or \
                a security module (AppArmor, SELinux) or a seccomp filter forbids ptrace; run this command on the host"
            .into();
    }
    if theirs != ours {
        return format!(
            "it belongs to user {theirs}, and this process runs as user {ours} without CAP_SYS_PTRACE; run this command \
             as user {theirs}, or {HOW}"
        );
    }
    match yama {
        Some(2) => format!("{YAMA} is 2: only CAP_SYS_PTRACE may trace a process; {HOW}"),
        Some(1) => format!(
            "{YAMA} is 1: a process may trace its own children only, unless it has CAP_SYS_PTRACE; {HOW}, or set it to \
             0: sysctl kernel.yama.ptrace_scope=0"
        ),
        _ => format!(
            "the system forbids it: the process has other or more rights than this one, has made itself untraceable \
             (PR_SET_DUMPABLE), or a seccomp filter forbids ptrace here; {HOW}"
        ),
    }
}

/// The words of its command line that an image may have.
pub(super) fn arguments(pid: libc::pid_t) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    harmless(String::from_utf8_lossy(&line).split('\0').filter(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(uid: u32, capabilities: u64) -> Status {
        Status { text: format!("Uid:\t{uid}\t{uid}\nCapEff:\t{capabilities:016x}\n") }
    }

    fn check_forbidden(theirs: u32, ours: (u32, u64), yama: Option<u32>, words: &[&str]) {
        let why = why_forbidden(&status(theirs, 0), &status(ours.0, ours.1), yama);
        assert!(words.iter().all(|word| why.contains(word)), "{why}");
    }

    #[test]
    fn what_is_missing_is_named() {
        check_forbidden(7, (1000, 0), None, &["user 7", "user 1000", "CAP_SYS_PTRACE", "--cap-add"]);
        check_forbidden(7, (7, 0), Some(1), &["ptrace_scope is 1", "sysctl"]);
        check_forbidden(7, (7, 0), Some(2), &["ptrace_scope is 2", "CAP_SYS_PTRACE"]);
        check_forbidden(7, (0, CAP_SYS_PTRACE), Some(3), &["ptrace_scope is 3", "nobody"]);
        check_forbidden(7, (0, CAP_SYS_PTRACE), None, &["namespace", "seccomp"]);
        check_forbidden(7, (7, 0), None, &["untraceable"]);
    }

    #[test]
    fn a_process_that_cannot_be_is_refused_with_the_reason() {
        let why = |pid: u32| match check(pid as libc::pid_t) {
            Err(Error::Attach { what }) => what,
            _ => "none".into(),
        };
        assert!(why(std::process::id()).contains("this process"));
        assert!(why(i32::MAX as u32).contains("no such process"));
        // SAFETY: asks for a number.
        let thread = std::thread::spawn(|| why_of_thread(unsafe { libc::gettid() })).join().expect("no panic");
        assert!(thread.contains("a thread of process"), "{thread}");
        let mut child = std::process::Command::new("sleep").arg("100").spawn().expect("every system has it");
        assert!(why(child.id()).contains("a child of this process"));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }

    fn why_of_thread(id: libc::pid_t) -> String {
        match check(id) {
            Err(Error::Attach { what }) => what,
            _ => "none".into(),
        }
    }
}
