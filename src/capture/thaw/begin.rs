//! How the first thread begins: V8 is called at once below its frame, or when the thread comes to a place where V8 can
//! be called.

use super::super::outside::{Memory, Node};
use super::super::signal_frame::register::{ORIG_RAX, RBP, RIP, RSP};
use super::machine::WAITS_FOR_EVENTS;
use super::threads;
use crate::core_dump::{CoreDump, Segment};
use crate::error::{Error, Result};
use crate::image::{Header, Thread};

#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Begin {
    /// All threads of the process are there. The first one may have sealed its handle scope.
    pub has_others: bool,
    /// The process may have died anywhere: V8 is asked what it was doing.
    pub asks_state: bool,
    /// The first thread was interrupted by somebody else, and goes on until V8 can be called.
    pub goes_on: bool,
    /// It died when a collection was complete, at the heap limit.
    pub has_whole_collection: bool,
    /// Where it stood.
    pub instruction: u64,
    pub stack: u64,
    pub frame: u64,
}

/// The first words of V8 before it ends a process whose last collection was complete, but gave too little.
const AFTER_COLLECTIONS: [&str; 2] = ["Reached heap limit", "Ineffective mark-compacts near heap limit"];
/// How much of the stack is looked through for the address of such a text: its functions are the last ones on it.
const LOOKED_THROUGH: u64 = 64 << 10;

/// Signals by which the processor ends a thread at the instruction at fault: `SIGILL`, `SIGTRAP`, `SIGBUS`, `SIGFPE`,
/// `SIGSEGV`, `SIGSYS`.
const FAULTS: [i32; 6] = [4, 5, 7, 8, 11, 31];
/// `kill`, `tkill`, `tgkill`: a thread that ends its own process.
const KILLS: [u64; 3] = [62, 200, 234];

impl Begin {
    pub fn of_image(header: &Header) -> Self {
        Begin { has_others: header.way == WAITS_FOR_EVENTS, ..Begin::default() }
    }
}

/// How a process died: its signal, and what V8 gave as the reason.
pub(super) struct Death {
    pub begin: Begin,
    pub reason: Option<&'static str>,
}

/// # Errors
/// [`Error::Thaw`] when the first thread stood where it can neither go on nor be left.
pub(super) fn of_core(dump: &CoreDump, node: &Node, memory: &dyn Memory) -> Result<Death> {
    let first = &dump.threads[0];
    let [instruction, stack, frame, call] = [RIP, RSP, RBP, ORIG_RAX].map(|which| first.registers[which]);
    let is_in_call = (call as i64) >= 0;
    let begin = Begin { has_others: true, asks_state: true, instruction, stack, frame, ..Begin::default() };
    let reason = AFTER_COLLECTIONS.into_iter().find(|text| is_on_stack(dump, first, node, memory, text));
    let died_itself = dump.dead == Some(first.id)
        && dump.death.is_some_and(|death| {
            let is_own = death.code <= 0 && death.sender == dump.process.pid;
            // Node.js has a handler for faults, which sends the signal once more.
            (FAULTS.contains(&death.signal) && (death.code > 0 || is_own)) || (is_own && KILLS.contains(&call))
        });
    let segment = dump.segment(instruction);
    if died_itself {
        // Code that no file has is what V8 compiled.
        if segment.is_some_and(|segment| {
            (!segment.has_file && segment.name.is_empty()) || is_there_twice(dump, segment, instruction)
        }) {
            return Err(Error::Thaw { what: IN_JAVASCRIPT.into() });
        }
        return Ok(Death { begin: Begin { has_whole_collection: reason.is_some(), ..begin }, reason });
    }
    if threads::waits(first) {
        return Ok(Death { begin, reason });
    }
    if !is_in_call && segment.is_some_and(|segment| segment.name.contains("/libc.so.6")) {
        let what = format!(
            "thread {} was stopped within the C library, which may hold its lock for memory at that moment; make another \
             core dump (gcore), at another moment",
            first.id
        );
        return Err(Error::Thaw { what });
    }
    Ok(Death { begin: Begin { goes_on: true, ..begin }, reason })
}

/// Code of a file that is mapped in two places: V8 maps the code of JavaScript that it was built with once more, beside
/// what it compiles.
fn is_there_twice(dump: &CoreDump, segment: &Segment, instruction: u64) -> bool {
    const EXECUTE: u32 = 4;
    let offset = segment.offset.saturating_add(instruction - segment.start);
    let has_it = |other: &&Segment| {
        let end = other.offset.saturating_add(other.end - other.start);
        other.protection & EXECUTE != 0 && other.name == segment.name && (other.offset..end).contains(&offset)
    };
    segment.has_file && dump.segments.iter().filter(has_it).count() > 1
}

/// Said by the process of the loader, too.
pub(super) const IN_JAVASCRIPT: &str = "the thread died within compiled code of JavaScript, and V8 does not know there \
                                        what its functions hold: a snapshot would miss that";

fn is_on_stack(dump: &CoreDump, thread: &Thread, node: &Node, memory: &dyn Memory, text: &str) -> bool {
    let Some(place) = node.place_of(memory, text) else { return false };
    if thread.registers[..15].contains(&place) {
        return true;
    }
    let stack = thread.registers[RSP] & !7;
    let end = dump.segment(stack).map_or(stack, |segment| segment.end.min(stack + LOOKED_THROUGH));
    let bytes = memory.bytes(stack, (end - stack) as usize).unwrap_or_default();
    bytes.chunks_exact(8).any(|word| word == place.to_le_bytes())
}
