//! The words between heaphound and the loader: the same file is compiled into both. A command is five numbers of eight
//! bytes, in the order of the processor.

/// Numbers in a command: its kind, and what it is about.
pub const WORDS: usize = 5;

/// `[MAP, start, end]`: memory of zeros that can be read and written.
pub const MAP: u64 = 1;
/// `[FILL, address, length]`: as many bytes follow, and go there.
pub const FILL: u64 = 2;
/// `[PROTECT, start, end, protection, key]`.
pub const PROTECT: u64 = 3;
/// `[AWAY, number]`: the loader's own files get numbers from this one on. It comes once, before [`NOWHERE`].
pub const AWAY: u64 = 4;
/// `[NOWHERE, number]`: this number leads nowhere.
pub const NOWHERE: u64 = 5;
/// `[FUNCTION, which, address]`.
pub const FUNCTION: u64 = 6;
/// `[GO, stack pointer, thread pointer, options, frame]`: the last one. With a frame the first thread goes on from there.
pub const GO: u64 = 7;
/// `[THREAD, frame, thread pointer]`: a thread that takes its registers from there (`rt_sigreturn`), once all is ready.
pub const THREAD: u64 = 8;
/// `[INSTRUCTION, address, stack pointer, frame pointer]`: where the first thread stood when it died.
pub const INSTRUCTION: u64 = 10;

/// `[TEXT, length]`: as many bytes of JavaScript follow.
pub const TEXT: u64 = 9;

/// Which function of V8.
pub const CURRENT_ISOLATE: usize = 0;
pub const HEAP_PROFILER: usize = 1;
pub const TAKE_SNAPSHOT: usize = 2;
pub const SERIALIZE: usize = 3;
pub const NEAR_HEAP_LIMIT: usize = 4;
/// The address is 0 in an image of a forked child, which has a handle scope. Of others it has the first, or the two.
pub const OPEN_SCOPE: usize = 5;
pub const SEAL_SCOPE: usize = 6;
pub const UNSEAL_SCOPE: usize = 7;
/// 0 in an image that does not tell.
pub const SET_FLAGS: usize = 8;
/// Those that run JavaScript; 0 for a snapshot.
pub const CURRENT_CONTEXT: usize = 9;
pub const TRY_CATCH: usize = 10;
pub const NEW_STRING: usize = 11;
pub const COMPILE: usize = 12;
pub const RUN: usize = 13;
/// One of both, by the version of V8.
pub const WRITE_TEXT: usize = 14;
pub const WRITE_TEXT_OF_NEW: usize = 15;
/// Those for a process that died, else 0.
pub const STACK_SAMPLE: usize = 16;
pub const REQUEST_INTERRUPT: usize = 17;
pub const EMBEDDED_CODE: usize = 18;
pub const FUNCTIONS: usize = 19;

/// Options of [`GO`].
pub const EXPOSE_INTERNALS: u64 = 1;
pub const EXPOSE_NUMERIC_VALUES: u64 = 2;
/// Objects stay where they are, and the process after the end of the snapshot: its table of ids is read.
pub const STAY: u64 = 4;
/// No snapshot: run the text, and give its result, which is a text as well.
pub const ANSWER: u64 = 8;

/// Most bytes of a text, and of an answer in UTF-8.
pub const MAX_TEXT: usize = 256 << 10;
pub const MAX_ANSWER: usize = 32 << 20;
/// The process may have died anywhere: V8 is asked what it was doing.
pub const ASK_STATE: u64 = 16;
/// It died in a collection that was complete.
pub const COLLECTION_IS_OVER: u64 = 32;

/// System calls that wait for files, for other processes or for signals, none of which there are in a thawed process:
/// `read`, `poll`, `select`, `pause`, `accept`, `recvfrom`, `recvmsg`, `wait4`, `rt_sigtimedwait`, `epoll_wait`,
/// `waitid`, `pselect6`, `ppoll`, `epoll_pwait`, `accept4`, `io_uring_enter`, `epoll_pwait2`.
pub const WAITS: [u32; 17] = [0, 7, 23, 34, 43, 45, 47, 61, 128, 232, 247, 270, 271, 281, 288, 426, 441];

/// The addresses of the loader itself: no image may have anything there. `loader.ld` begins at the first.
pub const LOADER_START: u64 = 0x10_0000;
pub const LOADER_END: u64 = 0x20_0000;
/// Addresses that a process may have.
pub const ADDRESSES: u64 = 1 << 47;

/// How the loader ends: the snapshot is written; V8 gave none; a command or the system failed, and stderr says which.
pub const DONE: i32 = 0;
pub const NO_ISOLATE: i32 = 60;
pub const NO_SNAPSHOT: i32 = 61;
pub const REFUSED: i32 = 62;
/// A sealed handle scope was not what it is in the versions that are known.
pub const NO_SCOPE: i32 = 63;
/// The thread is in no context of JavaScript; the text did not compile, or ended without a text.
pub const NO_CONTEXT: i32 = 64;
pub const NO_ANSWER: i32 = 65;
/// The process died in the middle of a collection; within compiled code of JavaScript; V8 does not say where.
pub const IN_COLLECTION: i32 = 66;
pub const IN_JAVASCRIPT: i32 = 67;
pub const NO_STATE: i32 = 68;
