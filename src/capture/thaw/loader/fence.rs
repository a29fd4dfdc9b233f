//! What a thawed process may do: compute, and write to its two pipes. The code that runs in it came with the image, and
//! whoever made the image may mean harm.

use super::sys;

const PR_SET_PDEATHSIG: usize = 1;
const PR_SET_DUMPABLE: usize = 4;
const PR_SET_NO_NEW_PRIVS: usize = 38;
const SIGKILL: usize = 9;
const SECCOMP_SET_MODE_FILTER: usize = 1;

/// The kernel ends the loader with the thread that started it. When that has ended before, no command comes.
pub fn die_with_parent() {
    sys::call3(sys::PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0);
    first_to_end();
    // No core dump of somebody else's memory.
    sys::call3(sys::PRCTL, PR_SET_DUMPABLE, 0, 0);
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
const LENGTH: usize = 3 + 1 + ALLOWED.len() + 6;

/// From here on everything else fails.
pub fn close() {
    let step = |code, value| Step { code, yes: 0, no: 0, value };
    let mut steps = [step(RETURN, KILL); LENGTH];
    steps[0] = step(LOAD, ARCHITECTURE);
    steps[1] = Step { code: EQUAL, yes: 1, no: 0, value: X86_64 };
    steps[3] = step(LOAD, NUMBER);
    let last = LENGTH - 1;
    for (index, number) in ALLOWED.into_iter().enumerate() {
        let at = 4 + index;
        steps[at] = Step { code: EQUAL, yes: (last - at - 1) as u8, no: 0, value: number };
    }
    let own = sys::call3(sys::GETPID, 0, 0, 0) as u32;
    steps[last - 6] = Step { code: EQUAL, yes: 0, no: 2, value: TGKILL };
    steps[last - 5] = step(LOAD, FIRST_ARGUMENT);
    steps[last - 4] = Step { code: EQUAL, yes: 3, no: 0, value: own };
    steps[last - 3] = step(RETURN, DENY);
    steps[last - 2] = step(RETURN, DENY);
    steps[last - 1] = step(RETURN, DENY);
    steps[last] = step(RETURN, ALLOW);
    let program = Program { length: LENGTH as u16, steps: steps.as_ptr() };
    sys::call3(sys::PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0);
    let closed = sys::call3(sys::SECCOMP, SECCOMP_SET_MODE_FILTER, 0, &raw const program as usize);
    if closed < 0 {
        sys::refuse("this system has no seccomp filters, which a thawed process runs behind,", 0, closed);
    }
}
