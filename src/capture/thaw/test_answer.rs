//! Answers of images whose code is ours.

use super::test_thaw::{CODE, Case, call, case, end_with_result, wait, with_image};
use super::*;
use crate::capture::thaw_types::{AnswerOptions, CoreOptions};
use crate::image::Header;
use std::time::Duration;

fn ask(case: &Case<'_>) -> Result<String> {
    let options = AnswerOptions { text: "1".into(), core: CoreOptions::default(), stalled: Duration::from_millis(400) };
    with_image(case, |image| answer(Source::Path(image.into()), &options, &Control::new()))
        .map(|answered| answered.text)
}

fn asked<'a>(name: &'a str, code: &'a [u8]) -> Case<'a> {
    Case { change: tell_functions, ..case(name, code) }
}

fn tell_functions(header: &mut Header) {
    for name in ["currentContext", "tryCatch", "newString", "compile", "run", "writeText"] {
        header.functions.insert(name.into(), CODE);
    }
}

fn check(case: &Case<'_>, expected: &str) {
    let error = ask(case).expect_err("there is no V8 in it");
    assert!(error.to_string().contains(expected), "{}: {error}", case.name);
    assert_eq!(error.code(), "HEAPHOUND_ERR_THAW");
}

#[test]
fn what_the_process_says_is_the_answer() {
    // Each function gives 1, and the last one says that it wrote so many bytes of the text, which are zeros.
    assert_eq!(ask(&asked("says one", &[0xb8, 1, 0, 0, 0, 0xc3])), Ok("\0".to_owned()));
}

#[test]
fn an_image_that_does_not_tell_where_the_functions_are_gives_no_answer() {
    check(&case("tells nothing", &[0xb8, 1, 0, 0, 0, 0xc3]), "it does not tell where the functions are");
    let without = |header: &mut Header| {
        tell_functions(header);
        header.functions.remove("writeText");
    };
    check(&Case { change: without, ..case("without one", &[0x0f, 0x0b]) }, "it does not tell where the functions are");
}

#[test]
fn the_fence_holds_for_answers_too() {
    for (number, name) in [(2, "asks open"), (41, "asks socket"), (59, "asks execve"), (160, "asks setrlimit")] {
        let code = [call(number), end_with_result()].concat();
        check(&asked(name, &code), "gave no answer: the thawed process ended with code 101");
    }
}

#[test]
fn no_answer_is_told_with_the_reason() {
    check(&asked("asks crash", &[0x0f, 0x0b]), "gave no answer: the thawed process crashed with signal 4");
    check(&asked("asks and waits", &wait()), "gave no answer: the thawed process stood still");
    // A length that no answer has.
    check(&asked("asks too much", &[0xb8, 1, 0, 0, 0x70, 0xc3]), "V8 could not run the code");
}
