//! What a thawed process may do: compute, and write to its two pipes. The code that runs in it came with the image, and
//! whoever made the image may mean harm.

use super::protocol::WAITS;
use super::sys;
use super::threads;

const PR_SET_PDEATHSIG: usize = 1;
const PR_SET_NO_NEW_PRIVS: usize = 38;
const RLIMIT_CORE: usize = 4;
const SIGKILL: usize = 9;
const SECCOMP_SET_MODE_FILTER: usize = 1;
/// All threads get the filter, or none does.
const SECCOMP_FILTER_FLAG_TSYNC: usize = 1;
const SIGSYS: usize = 31;
const SA_RESTORER: usize = 0x0400_0000;

/// The kernel ends the loader with the thread that started it. When that has ended before, no command comes.
pub fn die_with_parent() {
    sys::call3(sys::PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0);
    first_to_end();
    // No core dump of somebody else's memory. A limit of 1 byte also keeps the kernel from handing it to a program.
    let one = [1_u64; 2];
    sys::call3(sys::SETRLIMIT, RLIMIT_CORE, one.as_ptr() as usize, 0);
}

/// Files that whoever started heaphound has left open: the filter lets the process write to every open file.
pub fn close_others() {
    const FIRST: usize = 3;
    /// The most that a system gives by default.
    const END: usize = 1 << 20;
    const LAST: usize = u32::MAX as usize;
    if sys::call3(sys::CLOSE_RANGE, FIRST, LAST, 0) == 0 {
        return;
    }
    // Linux before 5.9, or a container whose filter does not know the call.
    for number in FIRST..END {
        sys::call3(sys::CLOSE, number, 0, 0);
    }
}

/// A kernel without memory ends this process before any other.
fn first_to_end() {
    const WRITE_ONLY: usize = 1;
    let (path, most) = (b"/proc/self/oom_score_adj\0", b"1000");
    let file = sys::call3(sys::OPEN, path.as_ptr() as usize, WRITE_ONLY, 0);
    if file >= 0 {
        sys::call3(sys::WRITE, file as usize, most.as_ptr() as usize, most.len());
        sys::call3(sys::CLOSE, file as usize, 0, 0);
    }
}

/// Memory that the process may take for an answer, beside what it had.
const ROOM: u64 = 1 << 30;

/// From here on the process may take [`ROOM`] more than it has, of addresses too.
pub fn limit_memory() {
    const READ_ONLY: usize = 0;
    const RLIMIT_AS: usize = 9;
    const PAGE: u64 = 4096;
    let (path, mut text) = (b"/proc/self/statm\0", [0_u8; 32]);
    let file = sys::call3(sys::OPEN, path.as_ptr() as usize, READ_ONLY, 0);
    let count = sys::call3(sys::READ, file as usize, text.as_mut_ptr() as usize, text.len());
    if file < 0 || count <= 0 {
        sys::refuse("/proc/self/statm could not be read: it says how much memory the process has", 0, file.min(count));
    }
    sys::call3(sys::CLOSE, file as usize, 0, 0);
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let pages = digits.fold(0, |number: u64, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
    let limits = [pages.wrapping_mul(PAGE).wrapping_add(ROOM); 2];
    let set = sys::call3(sys::SETRLIMIT, RLIMIT_AS, limits.as_ptr() as usize, 0);
    if set != 0 {
        sys::refuse("the memory of the process could not be limited", 0, set);
    }
}

/// A step of a filter for system calls: `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Step {
    code: u16,
    yes: u8,
    no: u8,
    value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    steps: *const Step,
}

const LOAD: u16 = 0x20;
const EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;
/// Places in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;
const X86_64: u32 = 0xc000_003e;
const ALLOW: u32 = 0x7fff_0000;
/// The call fails with EPERM.
const DENY: u32 = 0x0005_0001;
/// The thread gets `SIGSYS` in place of the call.
const TRAP: u32 = 0x0003_0000;
const KILL: u32 = 0x8000_0000;

/// Calls on the process's own memory, time and threads; writing, since every open file is a pipe of ours or leads
/// nowhere; and its end.
const ALLOWED: [u32; 33] = [
    1,   // write
    9,   // mmap
    10,  // mprotect
    11,  // munmap
    13,  // rt_sigaction
    14,  // rt_sigprocmask
    20,  // writev
    24,  // sched_yield
    25,  // mremap
    27,  // mincore
    28,  // madvise
    35,  // nanosleep
    39,  // getpid
    60,  // exit
    63,  // uname
    96,  // gettimeofday
    97,  // getrlimit
    98,  // getrusage
    99,  // sysinfo
    131, // sigaltstack
    186, // gettid
    201, // time
    202, // futex
    204, // sched_getaffinity
    228, // clock_gettime
    229, // clock_getres
    230, // clock_nanosleep
    231, // exit_group
    309, // getcpu
    318, // getrandom
    329, // pkey_mprotect
    330, // pkey_alloc
    331, // pkey_free
];
/// `tgkill`: how the C library ends its own process with a signal that says why.
const TGKILL: u32 = 234;
/// How other threads of an image begin.
const RT_SIGRETURN: u32 = sys::RT_SIGRETURN as u32;
const CLOSE: u32 = sys::CLOSE as u32;
const MOST: usize = 4 + 2 + 2 + 2 * WAITS.len() + ALLOWED.len() * 2 + 6;

/// A filter that is written from its beginning.
struct Filter {
    steps: [Step; MOST],
    length: usize,
}

impl Filter {
    fn add(&mut self, code: u16, value: u32, no: u8) {
        // No index: the text of a panic would need the library.
        if let Some(step) = self.steps.get_mut(self.length) {
            *step = Step { code, yes: 0, no, value };
            self.length += 1;
        }
    }

    /// What is loaded has this value: it ends so.
    fn when(&mut self, value: u32, result: u32) {
        self.add(EQUAL, value, 1);
        self.add(RETURN, result, 0);
    }
}

/// From here on everything else fails. Threads of an image that would wait for files wait for ever instead.
/// `may_end_document`: the loader closes its pipe before it waits.
pub fn close(has_threads: bool, may_end_document: bool) {
    let mut filter = Filter { steps: [Step { code: RETURN, yes: 0, no: 0, value: KILL }; MOST], length: 0 };
    filter.add(LOAD, ARCHITECTURE, 0);
    filter.steps[1] = Step { code: EQUAL, yes: 1, no: 0, value: X86_64 };
    filter.length = 3;
    filter.add(LOAD, NUMBER, 0);
    for number in ALLOWED {
        filter.when(number, ALLOW);
    }
    if may_end_document {
        filter.when(CLOSE, ALLOW);
    }
    if has_threads {
        filter.when(RT_SIGRETURN, ALLOW);
        for number in WAITS {
            filter.when(number, TRAP);
        }
        let action = [threads::wait_for_ever as *const () as usize, SA_RESTORER, 0, usize::MAX];
        sys::call(sys::RT_SIGACTION, [SIGSYS, action.as_ptr() as usize, 0, 8, 0, 0]);
    }
    let own = sys::call3(sys::GETPID, 0, 0, 0) as u32;
    filter.add(EQUAL, TGKILL, 3);
    filter.add(LOAD, FIRST_ARGUMENT, 0);
    filter.when(own, ALLOW);
    filter.add(RETURN, DENY, 0);
    let program = Program { length: filter.length as u16, steps: filter.steps.as_ptr() };
    sys::call3(sys::PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0);
    let arguments = [SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &raw const program as usize];
    let closed = sys::call3(sys::SECCOMP, arguments[0], arguments[1], arguments[2]);
    if closed != 0 {
        sys::refuse("this system has no seccomp filters, which a thawed process runs behind,", 0, closed);
    }
}
