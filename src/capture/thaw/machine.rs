//! Whether an image can go on here.

use super::super::freeze::processor_features;
use crate::error::{Error, Result};
use crate::image::{Header, PAGE};

/// The ways in which images are made.
const WAYS: [&str; 3] = ["fork", WAITS_FOR_EVENTS, DIED];
/// The main thread waits for events, and all other threads are here.
pub(super) const WAITS_FOR_EVENTS: &str = "ptrace";
/// It is a core dump.
pub(super) const DIED: &str = "core";

/// # Errors
/// [`Error::Thaw`] with the reason.
pub(super) fn check(header: &Header) -> Result<()> {
    let refused = |what: String| Err(Error::Thaw { what });
    if !WAYS.contains(&&*header.way) {
        return refused(format!("the image was made in the way `{}`, which this heaphound does not know", header.way));
    }
    if header.page_size != PAGE as u64 {
        return refused(format!("the image has pages of {} bytes, and this machine of {PAGE}", header.page_size));
    }
    let here = processor_features()?;
    let missing: Vec<&str> =
        header.processor.iter().filter(|feature| !here.contains(feature)).map(String::as_str).collect();
    if !missing.is_empty() {
        return refused(format!(
            "this processor does not have {}, which code in the image may use; thaw it on a machine like the one that \
             it comes from",
            missing.join(", ")
        ));
    }
    Ok(())
}
