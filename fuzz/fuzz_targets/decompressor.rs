//! Any bytes, plain or behind a magic number, are decoded or refused; damaged streams neither panic nor hang.

#![no_main]

use heaphound::archive::{Source, read};
use heaphound::control::Control;
use heaphound::error::Error;
use libfuzzer_sys::fuzz_target;

/// A few bytes can stand for gigabytes: far enough.
const MOST: usize = 32 << 20;

fuzz_target!(|input: &[u8]| {
    let mut got = 0;
    let info = read(Source::Bytes(input.to_vec()), &Control::new(), &mut |block| {
        got += block.len();
        if got > MOST { Err(Error::Cancelled) } else { Ok(()) }
    });
    if let Ok(info) = info {
        assert_eq!(info.raw_bytes, got as u64);
        assert_eq!(info.stored_bytes, input.len() as u64);
    }
});
