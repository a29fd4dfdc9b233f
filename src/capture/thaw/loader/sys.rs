//! System calls, and the end of the loader.

use super::protocol::REFUSED;
use core::arch::{asm, naked_asm};

pub const READ: usize = 0;
pub const WRITE: usize = 1;
pub const OPEN: usize = 2;
pub const CLOSE: usize = 3;
pub const MMAP: usize = 9;
pub const MPROTECT: usize = 10;
pub const DUP2: usize = 33;
pub const RT_SIGACTION: usize = 13;
pub const RT_SIGRETURN: usize = 15;
pub const NANOSLEEP: usize = 35;
pub const GETPID: usize = 39;
pub const CLONE: usize = 56;
pub const FCNTL: usize = 72;
pub const PRCTL: usize = 157;
pub const ARCH_PRCTL: usize = 158;
pub const SETRLIMIT: usize = 160;
pub const GETTID: usize = 186;
pub const FUTEX: usize = 202;
pub const SECCOMP: usize = 317;
pub const CLOSE_RANGE: usize = 436;
pub const PKEY_MPROTECT: usize = 329;
pub const PKEY_ALLOC: usize = 330;
pub const EXIT_GROUP: usize = 231;

/// Gives what the kernel gives: a negative number is an error.
pub fn call(number: usize, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let result;
    // SAFETY: the kernel changes no memory but what an argument points to, and each caller answers for its own.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    result
}

pub fn call3(number: usize, a: usize, b: usize, c: usize) -> isize {
    call(number, [a, b, c, 0, 0, 0])
}

/// Until somebody ends the process.
pub fn wait() -> ! {
    const HOUR: [i64; 2] = [3600, 0];
    loop {
        call3(NANOSLEEP, HOUR.as_ptr() as usize, 0, 0);
    }
}

pub fn exit(code: i32) -> ! {
    loop {
        call3(EXIT_GROUP, code as usize, 0, 0);
    }
}

/// Says what could not be done, and ends.
pub fn refuse(what: &str, address: u64, error: isize) -> ! {
    let put = |text: &[u8]| call3(WRITE, 2, text.as_ptr() as usize, text.len());
    put(b"the loader stopped: ");
    put(what.as_bytes());
    let mut digits = [0; 16];
    for (index, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(address >> (60 - 4 * index)) as usize & 15];
    }
    put(b" at 0x");
    put(&digits);
    let error = error.unsigned_abs();
    let code = [b'0' + (error / 100 % 10) as u8, b'0' + (error / 10 % 10) as u8, b'0' + (error % 10) as u8, b'\n'];
    put(b", error ");
    put(&code);
    exit(REFUSED)
}

/// The compiler calls these by their names.
#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn memcpy() {
    naked_asm!("mov rax, rdi", "mov rcx, rdx", "rep movsb", "ret")
}

#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn memset() {
    naked_asm!("mov r8, rdi", "mov eax, esi", "mov rcx, rdx", "rep stosb", "mov rax, r8", "ret")
}
