//! A thread in whose name calls are made has the registers of before: general ones, and those of vectors. It has them
//! too when the tracer lets it go in the middle, as the kernel does with the tracees of a process that was killed.

use super::call::{self, Call, Rest};
use super::memory::Remote;
use super::node::Code;
use super::object::lines;
use super::rest;
use super::tracee::Tracee;
use crate::control::Control;
use std::arch::asm;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TARGET: &str = "HEAPHOUND_TEST_TARGET";
const TEST: &str = "capture::outside::test_registers::a_call_in_a_threads_name_changes_no_register";
const TURNS: usize = 200;
const GETPID: u64 = 39;

#[test]
fn a_call_in_a_threads_name_changes_no_register() {
    if std::env::var_os(TARGET).is_some() {
        return wait_and_compare();
    }
    if !std::is_x86_feature_detected!("avx") {
        return;
    }
    let mut target = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", TEST, "--nocapture"])
        .env(TARGET, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can run");
    let mut output = BufReader::new(target.stdout.take().expect("it is a pipe"));
    let thread = loop {
        let mut line = String::new();
        assert!(output.read_line(&mut line).expect("it writes text") > 0, "it ended early");
        if let Some((_, number)) = line.trim().split_once("thread ") {
            break number.parse().expect("a number");
        }
    };
    let pid = target.id() as libc::pid_t;
    let memory = Remote::open(pid, true).expect("it is ours");
    let maps = std::fs::read(format!("/proc/{pid}/maps")).expect("it is there");
    let lines = lines(&maps);
    let code = Code { memory: &memory, lines: lines.iter().filter(|line| line.name.contains("/libc.so.6")).collect() };
    let sequences = code.sequences().expect("the C library has both");
    let control = Control::new();
    for turn in 0..TURNS {
        let mut tracee = Tracee::seize(thread, libc::PTRACE_O_TRACESYSGOOD).expect("it is our child");
        let deadline = Instant::now() + Duration::from_secs(20);
        rest::find(&mut tracee, deadline, &control).expect("it waits most of the time");
        let before = Rest::of(&tracee).expect("it stands");
        let call = Call { number: GETPID, arguments: [0; 6], r15: 7 };
        if turn % 2 == 0 {
            let result = call::make(&mut tracee, &memory, &before, sequences, &call, (deadline, &control), &mut |_| {});
            assert_eq!(result, Ok(i64::from(pid)));
            assert_eq!(tracee.registers(), Ok(before.registers));
            assert_eq!(tracee.blocked_signals(), Ok(before.blocked));
        } else {
            call::begin(&tracee, &memory, &before, sequences, &call).expect("it stands");
        }
        tracee.release();
    }
    drop(target.stdin.take());
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("it writes text");
    assert!(target.wait().expect("it is ours").success());
    assert!(rest.contains("wrong 0 of"), "{rest}");
}

/// Bytes of the vectors, and of ten general registers behind them.
const VECTORS: usize = 512;
const ALL: usize = VECTORS + 10 * 8;

/// Waits for events again and again with known values in all registers, until standard input is closed.
fn wait_and_compare() {
    // SAFETY: makes a file.
    let epoll = unsafe { libc::epoll_create1(0) };
    // SAFETY: asks for a number.
    println!("thread {}", unsafe { libc::gettid() });
    let mut event = libc::epoll_event { events: libc::EPOLLHUP as u32, u64: 0 };
    // SAFETY: a variable of our own, and two files that are open.
    assert_eq!(unsafe { libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, 0, &raw mut event) }, 0);
    let pattern: Vec<u8> = (0..VECTORS).map(|at| (at * 7 + 1) as u8).collect();
    let (mut turns, mut wrong) = (0, 0);
    let mut is_open = true;
    while is_open {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 1];
        let mut after = [0_u8; ALL];
        // SAFETY: the test runs where the processor has AVX.
        let result = unsafe { wait(epoll, events.as_mut_ptr(), pattern.as_ptr(), after.as_mut_ptr()) };
        is_open = result < 1;
        turns += 1;
        let numbers: Vec<u64> = after[VECTORS..]
            .chunks_exact(8)
            .map(|eight| eight.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
            .collect();
        let expected = [
            0x1111,
            0x2222,
            0x3333,
            0x4444,
            0x5555,
            epoll as u64,
            events.as_ptr() as u64,
            1,
            30,
            pattern.as_ptr() as u64,
        ];
        let is_known = result == 0 || result == 1 || result == -i64::from(libc::EINTR);
        if after[..VECTORS] != pattern || numbers != expected || !is_known {
            println!("after {result}: {numbers:x?}");
            wrong += 1;
        }
    }
    println!("wrong {wrong} of {turns}");
}

/// `epoll_wait` for 30 ms. `pattern` goes into the vectors, and what is in the registers afterwards to `after`.
#[target_feature(enable = "avx")]
unsafe fn wait(epoll: i32, events: *mut libc::epoll_event, pattern: *const u8, after: *mut u8) -> i64 {
    // The number of the call.
    let mut result: i64 = 232;
    // SAFETY: all memory is the caller's, and what changes is listed.
    unsafe {
        asm!(
            "push rbx",
            "vmovups ymm0, [r8]", "vmovups ymm1, [r8+32]", "vmovups ymm2, [r8+64]", "vmovups ymm3, [r8+96]",
            "vmovups ymm4, [r8+128]", "vmovups ymm5, [r8+160]", "vmovups ymm6, [r8+192]", "vmovups ymm7, [r8+224]",
            "vmovups ymm8, [r8+256]", "vmovups ymm9, [r8+288]", "vmovups ymm10, [r8+320]", "vmovups ymm11, [r8+352]",
            "vmovups ymm12, [r8+384]", "vmovups ymm13, [r8+416]", "vmovups ymm14, [r8+448]", "vmovups ymm15, [r8+480]",
            "mov rbx, 0x1111", "mov r12, 0x2222", "mov r13, 0x3333", "mov r14, 0x4444", "mov r15, 0x5555",
            "syscall",
            "vmovups [r9], ymm0", "vmovups [r9+32], ymm1", "vmovups [r9+64], ymm2", "vmovups [r9+96], ymm3",
            "vmovups [r9+128], ymm4", "vmovups [r9+160], ymm5", "vmovups [r9+192], ymm6", "vmovups [r9+224], ymm7",
            "vmovups [r9+256], ymm8", "vmovups [r9+288], ymm9", "vmovups [r9+320], ymm10", "vmovups [r9+352], ymm11",
            "vmovups [r9+384], ymm12", "vmovups [r9+416], ymm13", "vmovups [r9+448], ymm14", "vmovups [r9+480], ymm15",
            "mov [r9+512], rbx", "mov [r9+520], r12", "mov [r9+528], r13", "mov [r9+536], r14", "mov [r9+544], r15",
            "mov [r9+552], rdi", "mov [r9+560], rsi", "mov [r9+568], rdx", "mov [r9+576], r10", "mov [r9+584], r8",
            "pop rbx",
            inout("rax") result,
            in("rdi") i64::from(epoll), in("rsi") events, in("rdx") 1_i64, in("r10") 30_i64, in("r8") pattern,
            in("r9") after, out("rcx") _, out("r11") _, out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _, out("ymm4") _, out("ymm5") _, out("ymm6") _,
            out("ymm7") _, out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _, out("ymm12") _,
            out("ymm13") _, out("ymm14") _, out("ymm15") _,
        );
    }
    result
}
