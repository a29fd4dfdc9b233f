//! The loader: a program of its own, without the C library. It puts the memory of a frozen process at its old addresses
//! and lets V8 write a heap snapshot there.
//!
//! heaphound reads and checks the image, and sends commands through standard input (`protocol.rs`). The loader knows
//! nothing of images. It lies at a low address with a stack of its own, and everything else of the address space
//! belongs to the image: also the addresses at which the kernel put the loader's first stack and its vdso.
//!
//! `build.rs` compiles it. No file of it is a module of the crate.

#![no_std]
#![no_main]

mod driver;
mod evaluate;
mod fence;
mod place;
#[path = "../protocol.rs"]
mod protocol;
mod state;
mod sys;
mod task;
mod threads;

use core::arch::global_asm;

// The kernel begins here, on its own stack, which the image may need: the loader's is in its own memory.
global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "lea rsp, [rip + {stack} + {size}]",
    "call {main}",
    "ud2",
    stack = sym STACK,
    size = const STACK_SIZE,
    main = sym main,
);

const STACK_SIZE: usize = 1 << 16;

#[repr(C, align(16))]
struct Stack(core::cell::UnsafeCell<[u8; STACK_SIZE]>);

// SAFETY: one thread exists, and only the processor's stack pointer leads there.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(core::cell::UnsafeCell::new([0; STACK_SIZE]));

extern "C" fn main() -> ! {
    fence::die_with_parent();
    fence::close_others();
    place::run()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::refuse("a defect of the loader", 0, 0)
}
