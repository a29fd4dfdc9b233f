//! Waits until the main thread is at rest: it waits for events, so neither JavaScript nor V8 is in the middle of
//! something. Then all other threads stop, too.

use super::super::signal_frame::register::{ORIG_RAX, RAX};
use super::tracee::{Stop, Tracee};
use crate::control::Control;
use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// `epoll_wait`, `epoll_pwait`, `epoll_pwait2`: libuv's loop waits for events in one of them.
const WAITS: [u64; 3] = [232, 281, 441];
/// Interrupts in a row that find a thread anywhere else, before it is stopped at its system calls.
const INTERRUPTS: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(1);
/// How long a thread that begins to wait may wait on.
const BEGINS: Duration = Duration::from_millis(2);
/// How long other threads may take until they stop: one may be in a slow read of a disk.
const OTHERS: Duration = Duration::from_millis(250);
/// Threads may begin while others are stopped.
const ROUNDS: usize = 16;

/// Gives the time of the interrupt that found it at rest: since then it stands still.
///
/// # Errors
/// [`Error::NoRest`]; [`Error::Attach`]; [`Error::Cancelled`].
pub(super) fn find(main: &mut Tracee, deadline: Instant, control: &Control) -> Result<Instant> {
    let began = Instant::now();
    for _ in 0..INTERRUPTS {
        let since = Instant::now();
        main.interrupt()?;
        // One that waits for a disk stops late; it is not held up meanwhile.
        let stop = main.wait(deadline, control)?;
        if stop == Some(Stop::Interrupted) && is_waiting(main)? {
            return Ok(since);
        }
        main.resume(false)?;
        check(began, deadline)?;
        std::thread::sleep(BETWEEN);
    }
    // Busy: it is stopped where it begins to wait.
    main.interrupt()?;
    loop {
        let slice = deadline.min(Instant::now() + Duration::from_millis(20));
        let stop = main.wait(slice, control)?;
        let since = Instant::now();
        check(began, deadline)?;
        let Some(stop) = stop else { continue };
        let is_event = matches!(stop, Stop::Interrupted | Stop::SystemCall);
        if is_event && is_waiting(main)? {
            if main.registers()?[RAX] as i64 != -i64::from(libc::ENOSYS) {
                return Ok(since);
            }
            // At the beginning of the call: its end comes at once, or by an interrupt.
            main.resume(true)?;
            if main.wait(Instant::now() + BEGINS, control)?.is_none() {
                main.interrupt()?;
                continue;
            }
            if is_waiting(main)? {
                return Ok(since);
            }
        }
        main.resume(true)?;
    }
}

fn is_waiting(main: &Tracee) -> Result<bool> {
    Ok(WAITS.contains(&main.registers()?[ORIG_RAX]))
}

fn check(began: Instant, deadline: Instant) -> Result<()> {
    if Instant::now() < deadline { Ok(()) } else { Err(Error::NoRest { ms: began.elapsed().as_millis() as u64 }) }
}

/// Stops all threads of the process but `main` and `own`.
///
/// # Errors
/// [`Error::Attach`]; [`Error::Cancelled`].
pub(super) fn stop_others(main: &Tracee, own: &Tracee, control: &Control) -> Result<Vec<Tracee>> {
    let mut others: Vec<Tracee> = Vec::new();
    let deadline = Instant::now() + OTHERS;
    for _ in 0..ROUNDS {
        let known = others.len();
        for id in threads(main.id())? {
            let is_known = [main.id(), own.id()].contains(&id) || others.iter().any(|other| other.id() == id);
            // One that has just ended is no loss.
            if !is_known && let Ok(thread) = Tracee::seize(id, libc::PTRACE_O_TRACESYSGOOD) {
                _ = thread.interrupt();
                others.push(thread);
            }
        }
        if others.len() == known {
            return Ok(others);
        }
        let mut fresh = others.split_off(known);
        for mut thread in fresh.drain(..) {
            match thread.wait(deadline, control) {
                Ok(Some(_)) => others.push(thread),
                Ok(None) => return Err(Error::Attach { what: still(thread.id()) }),
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(_) => {}
            }
        }
    }
    Err(Error::Attach { what: "it makes threads faster than they can be stopped; try again".into() })
}

fn still(id: libc::pid_t) -> String {
    format!("its thread {id} does not stop: it waits for a disk or a device, or the machine is busy; try again")
}

/// Numbers of the threads of a process.
///
/// # Errors
/// [`Error::Attach`] when it has ended.
pub(super) fn threads(pid: libc::pid_t) -> Result<Vec<libc::pid_t>> {
    let folder = std::fs::read_dir(format!("/proc/{pid}/task"));
    let folder = folder.map_err(|error| Error::Attach { what: format!("its threads cannot be listed ({error})") })?;
    Ok(folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// True when a thread that stands was waiting for something.
pub(super) fn is_idle(registers: &crate::image::Registers) -> bool {
    const FUTEX: u64 = 202;
    const READ: u64 = 0;
    const SLEEPS: [u64; 2] = [35, 230];
    let call = registers[ORIG_RAX];
    WAITS.contains(&call) || call == FUTEX || call == READ || SLEEPS.contains(&call)
}
