//! Calls V8 in the thawed process, on its own stack, below everything that was on it.
//!
//! The functions are those that node exports. What V8 writes goes to the pipe at once.

use super::evaluate;
use super::protocol::{
    ANSWER, ASK_STATE, CURRENT_ISOLATE, DONE, EXPOSE_INTERNALS, EXPOSE_NUMERIC_VALUES, FUNCTIONS, HEAP_PROFILER,
    NEAR_HEAP_LIMIT, NO_ISOLATE, NO_SCOPE, NO_SNAPSHOT, OPEN_SCOPE, SEAL_SCOPE, SERIALIZE, SET_FLAGS, STAY,
    TAKE_SNAPSHOT, UNSEAL_SCOPE,
};
use super::state;
use super::sys;
use super::task::{self, Pointer, address, give, option};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes below the stack pointer that a function may use without moving it, and a distance.
const DISTANCE: u64 = 4096;

pub fn start(functions: [u64; FUNCTIONS], snapshot: usize, options: u64, stack: u64) -> ! {
    task::set(functions, snapshot, options);
    let stack = (stack - DISTANCE) & !15;
    // SAFETY: memory below the stack pointer of a thread that stands still belongs to nobody.
    unsafe { asm!("mov rsp, {}", "xor ebp, ebp", "call {}", "ud2", in(reg) stack, sym drive, options(noreturn)) }
}

extern "C" fn drive() -> ! {
    // SAFETY: the process looked these functions up by their names in C++, which have the types of the arguments in
    // them. A member function takes `this` first.
    unsafe {
        let current: extern "C" fn() -> Pointer = core::mem::transmute(address(CURRENT_ISOLATE));
        let isolate = current();
        if isolate.is_null() {
            sys::exit(NO_ISOLATE);
        }
        if option(ASK_STATE) {
            state::check(isolate);
        }
        if state::goes_on() {
            raise_heap_limit(isolate);
            state::go_on(isolate, interrupted);
        }
        if address(OPEN_SCOPE) != 0 {
            let open: Scoping = core::mem::transmute(address(OPEN_SCOPE));
            open(SCOPE.0.get(), isolate);
        } else if address(SEAL_SCOPE) != 0 {
            let unseal: extern "C" fn(*mut Scope) = core::mem::transmute(address(UNSEAL_SCOPE));
            use_sealed_scope(isolate, core::mem::transmute(address(SEAL_SCOPE)), unseal);
        }
        raise_heap_limit(isolate);
        do_task(isolate)
    }
}

/// V8 takes a callback once.
static RAISED: AtomicU64 = AtomicU64::new(0);

/// A process at its limit would die again in the first collection.
fn raise_heap_limit(isolate: Pointer) {
    if RAISED.swap(1, Relaxed) != 0 {
        return;
    }
    type Raise = extern "C" fn(Pointer, usize, usize) -> usize;
    // SAFETY: as in `drive`.
    let add: extern "C" fn(Pointer, Raise, Pointer) = unsafe { core::mem::transmute(address(NEAR_HEAP_LIMIT)) };
    add(isolate, raise_limit, core::ptr::null_mut());
}

/// V8 has opened a handle scope for it.
extern "C" fn interrupted(isolate: Pointer, _data: Pointer) {
    do_task(isolate)
}

/// A thread came to wait for files. When it is the first one, and it went on, its moment has come.
pub extern "C" fn waits() {
    let is_first = sys::call3(sys::GETPID, 0, 0, 0) == sys::call3(sys::GETTID, 0, 0, 0);
    if is_first && state::went_on() {
        drive();
    }
}

/// What the process was thawed for. A handle scope is open.
fn do_task(isolate: Pointer) -> ! {
    if option(ANSWER) {
        evaluate::answer(isolate);
    }
    take_snapshot(isolate)
}

fn take_snapshot(isolate: Pointer) -> ! {
    // SAFETY: as in `drive`.
    unsafe {
        if option(STAY) && address(SET_FLAGS) != 0 {
            let set: extern "C" fn(*const u8) = core::mem::transmute(address(SET_FLAGS));
            set(c"--no-compact".as_ptr().cast());
        }
        let profiler: extern "C" fn(Pointer) -> Pointer = core::mem::transmute(address(HEAP_PROFILER));
        let take: extern "C" fn(Pointer, Pointer, Pointer, bool, bool) -> Pointer =
            core::mem::transmute(address(TAKE_SNAPSHOT));
        let none = core::ptr::null_mut();
        let hides_internals = !option(EXPOSE_INTERNALS);
        let snapshot = take(profiler(isolate), none, none, hides_internals, option(EXPOSE_NUMERIC_VALUES));
        if snapshot.is_null() {
            sys::exit(NO_SNAPSHOT);
        }
        let serialize: extern "C" fn(Pointer, *const Stream, i32) = core::mem::transmute(address(SERIALIZE));
        serialize(snapshot, &Stream { functions: &STREAM }, JSON);
    }
    if option(STAY) {
        task::end_result();
        sys::wait();
    }
    sys::exit(DONE)
}

/// A handle scope or a seal of one, and more room than one of any version takes. It is never closed.
type Scope = [u64; 16];
/// The constructor of one.
type Scoping = extern "C" fn(*mut Scope, Pointer);

/// Makes the scope that is sealed one that takes handles again. A seal remembers how the scope was before it, and its
/// end brings that back: the isolate, an address, and the level that may have no more handles. A second seal is made,
/// and ends with a lower level than that of the scope.
fn use_sealed_scope(isolate: Pointer, seal: Scoping, unseal: extern "C" fn(*mut Scope)) {
    let scope = SCOPE.0.get();
    seal(scope, isolate);
    // SAFETY: nobody else uses it.
    let seal = unsafe { &mut *scope };
    // One that died had sealed none when its main script ran for the first time.
    let least = if option(ASK_STATE) { 0 } else { 1 };
    let is_known = seal[0] == isolate as u64 && seal[1] != 0 && (least..LEVELS).contains(&seal[2]);
    if !is_known || seal[3..].iter().any(|word| *word != 0) {
        sys::exit(NO_SCOPE);
    }
    seal[2] = seal[2].saturating_sub(1);
    unseal(scope);
}

/// More scopes than are ever open, one in another, in a thread that waits for events.
const LEVELS: u64 = 1000;

struct ScopeCell(core::cell::UnsafeCell<Scope>);

// SAFETY: only the thread of the driver uses it.
unsafe impl Sync for ScopeCell {}

static SCOPE: ScopeCell = ScopeCell(core::cell::UnsafeCell::new([0; 16]));

/// V8 asks before it gives up because of its limit: the snapshot is the last thing that this process does.
extern "C" fn raise_limit(_data: Pointer, current: usize, _initial: usize) -> usize {
    const MORE: usize = 4 << 30;
    current + MORE
}

/// `HeapSnapshot::kJSON`.
const JSON: i32 = 0;
const CHUNK: i32 = 1 << 16;
/// `OutputStream::kContinue` and `kAbort`.
const CONTINUE: i32 = 0;
const ABORT: i32 = 1;

/// A `v8::OutputStream`: an object whose first word leads to its functions.
#[repr(C)]
struct Stream {
    functions: *const Functions,
}

/// In the order of the class, behind the two destructors.
#[repr(C)]
struct Functions {
    destroy: [extern "C" fn(Pointer); 2],
    end: extern "C" fn(Pointer),
    chunk_size: extern "C" fn(Pointer) -> i32,
    write: extern "C" fn(Pointer, *const u8, i32) -> i32,
    write_statistics: extern "C" fn(Pointer, Pointer, i32) -> i32,
}

static STREAM: Functions =
    Functions { destroy: [nothing, nothing], end: nothing, chunk_size, write, write_statistics: no_statistics };

extern "C" fn nothing(_this: Pointer) {}

extern "C" fn chunk_size(_this: Pointer) -> i32 {
    CHUNK
}

extern "C" fn write(_this: Pointer, bytes: *const u8, length: i32) -> i32 {
    if give(bytes, length as usize) { CONTINUE } else { ABORT }
}

extern "C" fn no_statistics(_this: Pointer, _updates: Pointer, _count: i32) -> i32 {
    ABORT
}
