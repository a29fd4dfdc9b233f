//! Threads of an image whose code is ours: they go on as they were, behind the same filter.

use super::super::signal_frame::register;
use super::test_thaw::{
    CLOCKS, CODE, Case, OTHER, OTHER_STACK, QUEUE, call, case, check, end_with_result, thaw_case, wait,
};
use crate::control::Control;
use crate::image::{Header, PAGE, Thread};
use std::time::Duration;

/// Another thread, with these registers: it begins at [`OTHER`], with a stack.
fn other(change: impl Fn(&mut Thread)) -> Thread {
    let mut thread = Thread { id: 8, registers: [0; 27], extended: Vec::new() };
    thread.registers[register::RIP] = OTHER;
    thread.registers[register::RSP] = OTHER_STACK + PAGE as u64;
    thread.registers[register::ORIG_RAX] = u64::MAX;
    change(&mut thread);
    thread
}

/// The first thread waits for ever, and another one goes on.
fn with_other<'a>(name: &'a str, first: &'a [u8], other_code: &'a [u8], other: Thread) -> Case<'a> {
    let change = |header: &mut Header| {
        header.way = "ptrace".into();
        header.functions.insert("openHandleScope".into(), CODE);
    };
    Case { change, others: vec![other], other_code, ..case(name, first) }
}

fn check_other(name: &str, code: &[u8], other: Thread, expected: &str) {
    check(&with_other(name, &wait(), code, other), expected);
}

/// mov eax, 231 (exit_group); syscall
const EXIT: [u8; 7] = [0xb8, 231, 0, 0, 0, 0x0f, 0x05];
const RBX: usize = 5;
const RDI: usize = 14;

#[test]
fn a_thread_goes_on_with_all_its_registers() {
    // mov edi, ebx
    let code = [vec![0x89, 0xdf], EXIT.to_vec()].concat();
    check_other("general", &code, other(|thread| thread.registers[RBX] = 107), "ended with code 107");
    // mov edi, fs:[0], where the code itself is: the lowest byte is the code of the end.
    let code = [vec![0x64, 0x8b, 0x3c, 0x25, 0, 0, 0, 0], EXIT.to_vec()].concat();
    let pointer = other(|thread| thread.registers[Thread::THREAD_POINTER] = OTHER);
    check_other("thread pointer", &code, pointer, "ended with code 100");
    // movd edi, xmm3; then the same of the upper half of ymm3: vextracti128 xmm3, ymm3, 1.
    let movd = [0x66, 0x0f, 0x7e, 0xdf];
    let picture = |thread: &mut Thread| {
        thread.extended = vec![0; 832];
        thread.extended[24..28].copy_from_slice(&0x1f80_u32.to_le_bytes());
        thread.extended[160 + 3 * 16] = 108;
        thread.extended[464] = 7;
        thread.extended[512] = 7;
        thread.extended[576 + 3 * 16] = 109;
    };
    check_other("vector", &[movd.to_vec(), EXIT.to_vec()].concat(), other(picture), "ended with code 108");
    if std::is_x86_feature_detected!("avx2") {
        let upper = [vec![0xc4, 0xe3, 0x7d, 0x39, 0xdb, 0x01], movd.to_vec(), EXIT.to_vec()].concat();
        check_other("upper half", &upper, other(picture), "ended with code 109");
    }
}

#[test]
fn a_thread_makes_the_system_call_again_in_which_it_was_stopped() {
    // Behind the call its code crashes.
    let code = [vec![0x0f, 0x05], vec![0x0f, 0x0b]].concat();
    let interrupted = other(|thread| {
        thread.registers[register::RIP] = OTHER + 2;
        thread.registers[register::ORIG_RAX] = 231;
        thread.registers[register::RAX] = -512_i64 as u64;
        thread.registers[RDI] = 107;
    });
    check_other("again", &code, interrupted, "ended with code 107");
}

#[test]
fn a_thread_in_a_function_of_the_vdso_finds_no_clock_there() {
    // mov edi, [CLOCKS]; add edi, 100
    let [a, b, c, d] = (CLOCKS as u32).to_le_bytes();
    let code = [vec![0x8b, 0x3c, 0x25, a, b, c, d, 0x83, 0xc7, 100], EXIT.to_vec()].concat();
    check_other("vdso", &code, other(|_| {}), "ended with code 100");
}

#[test]
fn a_thread_finds_a_queue_of_the_kernel_empty() {
    // mov edi, [QUEUE]; mov [QUEUE], edi; add edi, 100
    let [a, b, c, d] = (QUEUE as u32).to_le_bytes();
    let code = [vec![0x8b, 0x3c, 0x25, a, b, c, d, 0x89, 0x3c, 0x25, a, b, c, d, 0x83, 0xc7, 100], EXIT.to_vec()];
    check_other("queue", &code.concat(), other(|_| {}), "ended with code 100");
}

#[test]
fn no_thread_of_an_image_reaches_anything_outside() {
    for (number, name) in [(2, "open"), (41, "socket"), (56, "clone"), (59, "execve"), (62, "kill")] {
        let code = [call(number), end_with_result()].concat();
        check_other(&format!("other {name}"), &code, other(|_| {}), "ended with code 101");
        let first = with_other(name, &code, &[0xeb, 0xfe], other(|_| {}));
        check(&first, "ended with code 101");
    }
}

#[test]
fn a_thread_that_comes_to_wait_for_files_waits_for_ever() {
    for (number, name) in [(232, "epoll_wait"), (7, "poll"), (0, "read")] {
        let (first, code) = (wait(), [call(number), end_with_result()].concat());
        let case = with_other(name, &first, &code, other(|_| {}));
        let error = thaw_case(&case, Duration::from_millis(200), &Control::new());
        assert!(error.to_string().contains("stood still"), "{name}: {error}");
    }
}

#[test]
fn a_thread_without_a_stack_is_a_defect_of_the_image() {
    let lost = other(|thread| thread.registers[register::RSP] = 0x6000_0000);
    check_other("no stack", &[], lost, "no stack at");
    let low = other(|thread| thread.registers[register::RSP] = OTHER_STACK + 300);
    check_other("no room", &[], low, "no stack at");
    let in_code = other(|thread| thread.registers[register::RSP] = CODE + PAGE as u64);
    check_other("no right to write", &[], in_code, "no stack at");
}
