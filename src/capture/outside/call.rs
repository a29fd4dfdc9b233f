//! A system call in the name of a thread that stands still, without a trace in it.
//!
//! The thread never depends on the tracer. Its registers are set once, in one step, and from there it comes back to
//! where it was by itself, even when the tracer is killed at that moment. This is how a handler of a signal comes back:
//! `rt_sigreturn` takes all registers from a frame on the stack. Two frames are written below the thread's stack, where
//! nothing is in use. The first has all signals blocked and the arguments of the call; the second is the thread as it
//! was. No instruction is written: two sequences of the C library are used, `syscall; ret` and its own
//! `mov rax, 15; syscall`, which is behind every handler.

use super::super::signal_frame::register::{ARGUMENTS, CS, ORIG_RAX, R15, RAX, RIP, RSP};
use super::super::signal_frame::{FRAME, RED_ZONE, frame, picture};
use super::memory::Remote;
use super::tracee::{Stop, Tracee};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::Registers;
use std::time::Instant;

const USER_CODE: u64 = 0x33;

/// Sequences of instructions in the C library of the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequences {
    /// `syscall; ret`.
    pub call: u64,
    /// `mov rax, 15; syscall`.
    pub come_back: u64,
}

/// A thread at rest, as it was.
pub(super) struct Rest {
    pub registers: Registers,
    pub extended: Vec<u8>,
    pub blocked: u64,
}

impl Rest {
    /// # Errors
    /// [`Error::Attach`].
    pub fn of(thread: &Tracee) -> Result<Self> {
        let registers = thread.registers()?;
        if registers[CS] != USER_CODE {
            return Err(Error::Attach { what: "it is a program of 32 bits, and this heaphound freezes 64".into() });
        }
        Ok(Rest { registers, extended: thread.extended()?, blocked: thread.blocked_signals()? })
    }
}

/// A system call with its arguments, and a value that it finds in a register.
pub(super) struct Call {
    pub number: u64,
    pub arguments: [u64; 6],
    pub r15: u64,
}

/// Makes the call. Afterwards the thread stands as it did. `born`: called with the number of a thread that the call
/// made.
///
/// # Errors
/// [`Error::Attach`]; [`Error::Cancelled`]. The thread is on its way back by itself then.
pub(super) fn make(
    thread: &mut Tracee,
    memory: &Remote,
    rest: &Rest,
    sequences: Sequences,
    call: &Call,
    (deadline, control): (Instant, &Control),
    born: &mut dyn FnMut(libc::pid_t),
) -> Result<i64> {
    begin(thread, memory, rest, sequences, call)?;
    let mut result = None;
    loop {
        thread.resume(true)?;
        match thread.stop(deadline, control)? {
            Stop::Event(libc::PTRACE_EVENT_CLONE) => born(thread.event_message()?),
            Stop::SystemCall => {
                let now = thread.registers()?;
                if now[RIP] == sequences.call + 2 && now[RAX] as i64 != -i64::from(libc::ENOSYS) {
                    result = Some(now[RAX] as i64);
                }
                if [RIP, RSP].iter().all(|which| now[*which] == rest.registers[*which]) {
                    break;
                }
            }
            // It gets its signal, and comes back afterwards.
            _ => {}
        }
    }
    // What comes back differs in nothing but this: no system call would begin again, if one had to.
    thread.set_registers(&rest.registers)?;
    result.ok_or_else(|| Error::Attach { what: "a system call in its name gave no result".into() })
}

/// From here on the thread makes the call and comes back without anybody.
///
/// # Errors
/// [`Error::Attach`].
pub(super) fn begin(thread: &Tracee, memory: &Remote, rest: &Rest, sequences: Sequences, call: &Call) -> Result<()> {
    let frames = Frames::new(rest, sequences, call);
    memory.write(frames.address, &frames.bytes)?;
    let mut entry = rest.registers;
    entry[RIP] = sequences.come_back;
    entry[RSP] = frames.address + 8;
    // No system call that was interrupted begins again.
    entry[ORIG_RAX] = u64::MAX;
    thread.set_registers(&entry)
}

struct Frames {
    address: u64,
    bytes: Vec<u8>,
}

impl Frames {
    fn new(rest: &Rest, sequences: Sequences, call: &Call) -> Self {
        let picture = picture(&rest.extended);
        let before = (2 * FRAME).next_multiple_of(64);
        let length = (before + picture.len()) as u64;
        let address = (rest.registers[RSP] - RED_ZONE - length) & !63;
        let at_picture = address + before as u64;
        let mut within = rest.registers;
        within[RAX] = call.number;
        within[R15] = call.r15;
        for (place, value) in ARGUMENTS.into_iter().zip(call.arguments) {
            within[place] = value;
        }
        within[RIP] = sequences.call;
        within[RSP] = address + FRAME as u64;
        let mut bytes = frame(&within, 0, u64::MAX, at_picture);
        bytes.extend(frame(&rest.registers, sequences.come_back, rest.blocked, at_picture));
        bytes.resize(before, 0);
        bytes.extend(picture);
        Frames { address, bytes }
    }
}
