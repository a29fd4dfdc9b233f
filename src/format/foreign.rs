//! What a file is that is no heap snapshot of V8.

use crate::error::Error;

/// As many unknown keys are looked at.
pub const KEYS: usize = 32;

/// For a document without a `snapshot` key, told by its other keys.
pub fn without_header(keys: &[String]) -> Error {
    let has = |key: &str| keys.iter().any(|known| known == key);
    let what = if has("nodeClassNames") || has("version") && has("type") {
        "this is a snapshot in JavaScriptCore's own format; in Bun call generateHeapSnapshot(\"v8\") or \
         v8.writeHeapSnapshot()"
    } else if has("timeDeltas") {
        "this is a CPU profile; Chrome DevTools opens it"
    } else if has("head") {
        "this is a sampling heap profile, which has no objects; take a heap snapshot instead"
    } else if has("traceEvents") {
        "this is a trace; Chrome DevTools opens it"
    } else {
        "it is a JSON object without a \"snapshot\" key"
    };
    Error::Foreign { what: what.to_owned() }
}

/// For a file that does not begin with an object.
pub fn first_byte(byte: u8) -> Error {
    let what = match byte {
        b'[' => "it is a JSON array".to_owned(),
        0x1f | 0x28 => "it looks compressed a second time".to_owned(),
        _ => format!("it begins with \"{}\" instead of \"{{\"", byte.escape_ascii()),
    };
    Error::Foreign { what }
}
