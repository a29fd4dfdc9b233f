//! One thread that ptrace holds. It is let go whatever happens: an error, a panic, or the end of this process.
//!
//! All calls come from the thread that attached: ptrace belongs to a thread.

use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::Registers;
use std::os::raw::{c_int, c_uint, c_void};
use std::time::{Duration, Instant};

const PTRACE_GETSIGMASK: c_uint = 0x420a;
const NT_PRSTATUS: usize = 1;
const NT_X86_XSTATE: usize = 0x202;
/// The largest picture of the registers that a processor has today is one with AMX: 11 kB.
const MAX_EXTENDED: usize = 1 << 14;
/// How long a thread may take from an interrupt to its stop when it is let go.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a thread stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// It was interrupted, or has just begun.
    Interrupted,
    /// Before or after a system call.
    SystemCall,
    /// An event of `ptrace(2)`, such as `PTRACE_EVENT_CLONE`.
    Event(c_int),
    /// A signal waits for it. It gets the signal when it goes on.
    Signal,
    /// A signal has stopped the whole process.
    Group,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Runs,
    /// It gets this signal, if it is not 0, when it goes on.
    Stands(c_int),
    Gone,
}

/// A thread that this thread traces.
pub(super) struct Tracee {
    id: libc::pid_t,
    state: State,
}

impl Tracee {
    /// Attaches. The thread runs on.
    ///
    /// # Errors
    /// The number of the system's error.
    pub fn seize(id: libc::pid_t, options: c_int) -> std::result::Result<Self, c_int> {
        ptrace(libc::PTRACE_SEIZE, id, 0, options as usize)?;
        Ok(Tracee { id, state: State::Runs })
    }

    /// A thread that ptrace attached by itself, because the one that made it is traced. It stops before its first
    /// instruction.
    pub fn newborn(id: libc::pid_t) -> Self {
        Tracee { id, state: State::Runs }
    }

    pub fn id(&self) -> libc::pid_t {
        self.id
    }

    /// # Errors
    /// [`Error::Attach`] when it has ended.
    pub fn set_options(&self, options: c_int) -> Result<()> {
        ptrace(libc::PTRACE_SETOPTIONS, self.id, 0, options as usize).map_err(|error| self.failed("watch", error))
    }

    /// Makes it stop soon.
    ///
    /// # Errors
    /// [`Error::Attach`] when it has ended.
    pub fn interrupt(&self) -> Result<()> {
        ptrace(libc::PTRACE_INTERRUPT, self.id, 0, 0).map_err(|error| self.failed("interrupt", error))
    }

    /// Lets it go on, until `stop_at_calls` stops it at the next system call.
    ///
    /// # Errors
    /// [`Error::Attach`] when it has ended.
    pub fn resume(&mut self, stop_at_calls: bool) -> Result<()> {
        let State::Stands(signal) = self.state else { return Ok(()) };
        let request = if stop_at_calls { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
        ptrace(request, self.id, 0, signal as usize).map_err(|error| self.failed("resume", error))?;
        self.state = State::Runs;
        Ok(())
    }

    /// Waits for its next stop; `None` when there was none until `deadline`.
    ///
    /// # Errors
    /// [`Error::Attach`] when it ended; [`Error::Cancelled`].
    pub fn wait(&mut self, deadline: Instant, control: &Control) -> Result<Option<Stop>> {
        let mut turn = 0;
        loop {
            match self.look()? {
                Some(stop) => return Ok(Some(stop)),
                None => {
                    control.check()?;
                    if Instant::now() >= deadline {
                        return Ok(None);
                    }
                    pause(turn);
                    turn += 1;
                }
            }
        }
    }

    /// The same; no stop is an error.
    ///
    /// # Errors
    /// As of [`Tracee::wait`].
    pub fn stop(&mut self, deadline: Instant, control: &Control) -> Result<Stop> {
        let late = || Error::Attach { what: format!("its thread {} did not stop in time; try again", self.id) };
        let late = late();
        self.wait(deadline, control)?.ok_or(late)
    }

    /// Whether it ended, or went on, since it stopped: somebody has killed it.
    pub fn is_lost(&mut self) -> bool {
        !matches!(self.look(), Ok(None)) || self.registers().is_err()
    }

    fn look(&mut self) -> Result<Option<Stop>> {
        let mut status = 0;
        // SAFETY: a variable of our own, and a thread that this thread traces.
        let found = unsafe { libc::waitpid(self.id, &raw mut status, libc::__WALL | libc::WNOHANG) };
        if found == 0 || (found < 0 && errno() == libc::EINTR) {
            return Ok(None);
        }
        if found < 0 || !libc::WIFSTOPPED(status) {
            self.state = State::Gone;
            return Err(self.ended());
        }
        let signal = libc::WSTOPSIG(status);
        let event = status >> 16;
        let is_group = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&signal);
        let stop = match event {
            0 if signal == libc::SIGTRAP | 0x80 => Stop::SystemCall,
            0 => Stop::Signal,
            libc::PTRACE_EVENT_STOP if is_group => Stop::Group,
            libc::PTRACE_EVENT_STOP => Stop::Interrupted,
            event => Stop::Event(event),
        };
        self.state = State::Stands(if stop == Stop::Signal { signal } else { 0 });
        Ok(Some(stop))
    }

    /// The number that goes with an event: of the thread that was made.
    pub fn event_message(&self) -> Result<libc::pid_t> {
        let mut message: libc::c_ulong = 0;
        ptrace(libc::PTRACE_GETEVENTMSG, self.id, 0, &raw mut message as usize)
            .map_err(|error| self.failed("ask", error))?;
        Ok(message as libc::pid_t)
    }

    /// Its general registers.
    ///
    /// # Errors
    /// [`Error::Attach`], for a thread of 32 bits too.
    pub fn registers(&self) -> Result<Registers> {
        let mut registers: Registers = [0; 27];
        let length = self.regset(NT_PRSTATUS, registers.as_mut_ptr().cast(), size_of_val(&registers))?;
        if length != size_of_val(&registers) {
            return Err(Error::Attach { what: "it is a program of 32 bits, and this heaphound freezes 64".into() });
        }
        Ok(registers)
    }

    /// Its other registers: the processor's picture of them (`XSAVE`).
    ///
    /// # Errors
    /// [`Error::Attach`].
    pub fn extended(&self) -> Result<Vec<u8>> {
        let mut bytes = vec![0; MAX_EXTENDED];
        let length = self.regset(NT_X86_XSTATE, bytes.as_mut_ptr().cast(), MAX_EXTENDED)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    fn regset(&self, which: usize, into: *mut c_void, length: usize) -> Result<usize> {
        let mut vector = libc::iovec { iov_base: into, iov_len: length };
        ptrace(libc::PTRACE_GETREGSET, self.id, which, &raw mut vector as usize)
            .map_err(|error| self.failed("read the registers of", error))?;
        Ok(vector.iov_len)
    }

    /// In one step: the thread has all the old ones, or all the new ones.
    ///
    /// # Errors
    /// [`Error::Attach`].
    pub fn set_registers(&self, registers: &Registers) -> Result<()> {
        let mut copy = *registers;
        let mut vector = libc::iovec { iov_base: copy.as_mut_ptr().cast(), iov_len: size_of_val(&copy) };
        ptrace(libc::PTRACE_SETREGSET, self.id, NT_PRSTATUS, &raw mut vector as usize)
            .map_err(|error| self.failed("set the registers of", error))
    }

    /// The signals that it blocks, a bit each.
    ///
    /// # Errors
    /// [`Error::Attach`].
    pub fn blocked_signals(&self) -> Result<u64> {
        let mut mask: u64 = 0;
        ptrace(PTRACE_GETSIGMASK, self.id, size_of::<u64>(), &raw mut mask as usize)
            .map_err(|error| self.failed("read the signals of", error))?;
        Ok(mask)
    }

    /// Kills its process, and waits for the end. For a copy, never for the process itself.
    pub fn kill(&mut self) {
        if self.state == State::Gone {
            return;
        }
        // SAFETY: sends a signal.
        unsafe { libc::kill(self.id, libc::SIGKILL) };
        let mut turn = 0;
        let deadline = Instant::now() + PATIENCE;
        // A thread that stops at its end is let go.
        while self.look().is_ok() && Instant::now() < deadline {
            _ = self.resume(false);
            pause(turn);
            turn += 1;
        }
        self.state = State::Gone;
    }

    /// Lets it go on its own.
    pub fn release(mut self) {
        self.detach();
    }

    fn detach(&mut self) {
        if self.state == State::Runs && self.interrupt().is_ok() {
            let deadline = Instant::now() + PATIENCE;
            let mut turn = 0;
            while Instant::now() < deadline && matches!(self.look(), Ok(None)) {
                pause(turn);
                turn += 1;
            }
        }
        if let State::Stands(signal) = self.state {
            _ = ptrace(libc::PTRACE_DETACH, self.id, 0, signal as usize);
        }
        self.state = State::Gone;
    }

    fn failed(&self, action: &str, error: c_int) -> Error {
        if error == libc::ESRCH {
            return self.ended();
        }
        let reason = std::io::Error::from_raw_os_error(error);
        Error::Attach { what: format!("the system did not {action} its thread {} ({reason})", self.id) }
    }

    fn ended(&self) -> Error {
        Error::Attach { what: format!("its thread {} ended meanwhile", self.id) }
    }
}

impl Drop for Tracee {
    fn drop(&mut self) {
        self.detach();
    }
}

/// Between two looks: a stop comes within microseconds, or not at once.
fn pause(turn: u32) {
    match turn {
        0..20 => std::thread::yield_now(),
        20..200 => std::thread::sleep(Duration::from_micros(20)),
        _ => std::thread::sleep(Duration::from_micros(500)),
    }
}

fn ptrace(request: c_uint, id: libc::pid_t, address: usize, data: usize) -> std::result::Result<(), c_int> {
    // SAFETY: what the kernel writes goes into memory that the caller owns, of the size that the request has.
    let result = unsafe { libc::ptrace(request, id, address as *mut c_void, data as *mut c_void) };
    if result < 0 { Err(errno()) } else { Ok(()) }
}

fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
