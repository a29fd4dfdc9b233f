//! Names the kind of a file that is no heap snapshot of V8, and the command that unpacks it.

use crate::error::Error;

/// As many unknown keys are looked at.
pub const KEYS: usize = 32;

/// Bytes of a file that are enough to name its kind: the mark of a tar archive ends here.
pub const BEGINNING: usize = 263;

/// Bytes of a text that are shown of a file which nobody knows.
const SHOWN: usize = 40;

/// For a document without a `snapshot` key, told by its other keys.
pub fn without_header(keys: &[String]) -> Error {
    let has = |key: &str| keys.iter().any(|known| known == key);
    let what = if has("nodeClassNames") || has("version") && has("type") {
        "this is a snapshot in JavaScriptCore's own format; in Bun call generateHeapSnapshot(\"v8\") or \
         v8.writeHeapSnapshot()"
    } else if has("timeDeltas") || has("head") && has("startTime") {
        "this is a CPU profile; Chrome DevTools opens it"
    } else if has("head") {
        "this is a sampling heap profile, which has no objects; take a heap snapshot instead"
    } else if has("traceEvents") {
        "this is a trace; Chrome DevTools opens it"
    } else if has("header") && has("javascriptStack") {
        "this is a diagnostic report of Node.js, which has no objects; take a heap snapshot instead"
    } else if has("rawBytes") && has("storedBytes") {
        "this is what heaphound wrote beside a snapshot; open the file of the same name without \".json\""
    } else if has("leaks") && has("snapshots") || has("before") && has("after") {
        "this is an answer of heaphound, not a snapshot; open the snapshots that it was computed from"
    } else if has("method") && has("params") {
        "these are messages of the DevTools protocol; write their chunks one after the other into a file"
    } else if has("mappings") && has("sources") {
        "this is a source map"
    } else if has("error") || has("message") && (has("statusCode") || has("code") || has("status")) {
        "it looks like the answer of a server that has an error to tell; look into the file, and fetch the snapshot again"
    } else {
        "it is a JSON object without a \"snapshot\" key"
    };
    Error::Foreign { what: what.to_owned() }
}

/// For a file that does not begin with an object: `beginning` are its first bytes, [`BEGINNING`] of them behind white
/// space or the whole file.
pub fn by_beginning(beginning: &[u8]) -> Error {
    let known = MARKS.iter().find(|(mark, _)| beginning.starts_with(mark)).map(|(_, what)| (*what).to_owned());
    let what = known.or_else(|| special(beginning)).or_else(|| text(beginning)).unwrap_or_else(|| shown(beginning));
    Error::Foreign { what }
}

/// Bytes that a file begins with, and what it is then. A longer mark stands before a shorter one.
const MARKS: &[(&[u8], &str)] = &[
    (b"\xfd7zXZ\0", "it is compressed by xz; unpack it first: xz -dk FILE"),
    (b"BZh", "it is compressed by bzip2; unpack it first: bzip2 -dk FILE"),
    (b"\x04\x22\x4d\x18", "it is compressed by lz4; unpack it first: lz4 -d FILE"),
    (b"LZIP", "it is compressed by lzip; unpack it first: lzip -dk FILE"),
    (b"\x5d\0\0", "it is compressed by lzma; unpack it first: xz -dk --format=lzma FILE"),
    (b"\x89LZO", "it is compressed by lzop; unpack it first: lzop -dk FILE"),
    (b"\xff\x06\0\0sNaPpY", "it is compressed by snappy; unpack it first: snzip -dk FILE"),
    (b"\x1f\x9d", "it is compressed by compress; unpack it first: gzip -dk FILE"),
    (b"\x1f\x8b", "it is compressed a second time, by gzip; unpack it once: gzip -dk FILE"),
    (b"\x28\xb5\x2f\xfd", "it is compressed a second time, by zstd; unpack it once: zstd -dk FILE"),
    (b"PK\x03\x04", "it is a zip archive; unpack it first: unzip FILE"),
    (b"PK\x05\x06", "it is a zip archive with nothing in it"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive; unpack it first: 7z x FILE"),
    (b"Rar!\x1a\x07", "it is a rar archive; unpack it first: unrar x FILE"),
    (b"!<arch>\n", "it is an ar archive; unpack it first: ar x FILE"),
    (b"070701", "it is a cpio archive; unpack it first: cpio -id < FILE"),
    (b"age-encryption.org/", "it is encrypted (age); decrypt it first: heaphound decrypt FILE OUT --identity KEYS"),
    (b"-----BEGIN AGE ENCRYPTED FILE", "it is encrypted (age); decrypt it first: age -d -i KEYS -o OUT FILE"),
    (b"-----BEGIN PGP MESSAGE", "it is encrypted (PGP); decrypt it first: gpg -d -o OUT FILE"),
    (b"Salted__", "it is encrypted (openssl enc); decrypt it first"),
    (
        b"heaphound ids ",
        "it is what heaphound keeps beside a capture for the next one; open the file of the same name without \".ids\"",
    ),
    (b"MDMP", "it is a minidump of a crash, which has no graph of objects; take a heap snapshot instead"),
    (b"MZ", "it is a program or a library of Windows"),
    (b"JAVA PROFILE 1.", "it is a heap dump of a JVM (hprof); Eclipse MAT opens it"),
    (b"heap profile:", "it is a heap profile (pprof), which has no objects; take a heap snapshot instead"),
    (b"goroutine profile:", "it is a profile of a Go program; `go tool pprof` opens it"),
    (b"PERFILE2", "it is a recording of perf; `perf report` opens it"),
    (b"Nettrace", "it is a trace of .NET; PerfView opens it"),
    (b"v8-version,", "it is a log of `node --prof`; `node --prof-process` opens it"),
    (b"SQLite format 3\0", "it is an SQLite database"),
    (b"%PDF-", "it is a PDF document"),
    (b"\x89PNG", "it is a PNG image"),
    (b"\xff\xd8\xff", "it is a JPEG image"),
    (
        b"version https://git-lfs.github.com/spec/",
        "it is the pointer that Git LFS leaves in the place of a file; fetch the file: git lfs pull",
    ),
    (
        b"/annex/objects/",
        "it is the pointer that git-annex leaves in the place of a file; fetch the file: git annex get FILE",
    ),
    (b"HTTP/", "it begins with the headers of an HTTP answer; fetch it without them (curl without -i)"),
    (b"\xff\xfe", "it is text in UTF-16; write it as UTF-8 (a redirection in Windows PowerShell makes UTF-16)"),
    (b"\xfe\xff", "it is text in UTF-16; write it as UTF-8"),
    (b"eyJ", "it is JSON in base64; decode it first: base64 -d FILE"),
    (b"H4sI", "it is gzip in base64; decode it first: base64 -d FILE"),
    (b"KLUv", "it is zstd in base64; decode it first: base64 -d FILE"),
];

/// Kinds of files that have their mark elsewhere, or more than one mark.
fn special(beginning: &[u8]) -> Option<String> {
    let at = |offset: usize, mark: &[u8]| beginning.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    // A dump has 4 where ELF and Mach-O say what kind of file it is.
    let dump = |is: bool, name: &str| match is {
        true if name == "ELF" => "it is a core dump of Linux; give the path of the file: heaphound suspects CORE, or \
             heaphound thaw CORE --out FILE"
            .to_owned(),
        true => {
            format!("it is a core dump ({name}), which heaphound does not read; take a heap snapshot instead")
        }
        false => format!("it is a program or a library ({name})"),
    };
    let what = match beginning {
        // The head of the first record, and the header behind it.
        [1, 0, 0, 0, 0, 0, 0, 0, ..] if at(16, b"{\"startedAt\":") => {
            "it is a frozen image of a process; make a snapshot of it: heaphound thaw IMAGE --out FILE".to_owned()
        }
        [0x7f, b'E', b'L', b'F', ..] => dump(at(16, b"\x04\0") || at(16, b"\0\x04"), "ELF"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => dump(at(12, b"\x04\0\0\0"), "Mach-O"),
        // The first sample type of a profile: a message in field 1 whose fields 1 and 2 are small numbers.
        [0x0a, 4, 8, _, 0x10, _, ..] => {
            "it is a profile of Go's or of pprof's; `go tool pprof` opens it, and it has no graph of objects".to_owned()
        }
        // zlib: 32 KiB of window, and a check over both bytes.
        [0x78, flags @ (0x01 | 0x5e | 0x9c | 0xda), ..] if flags & 0x20 == 0 => {
            "it is compressed by zlib; unpack it first: zlib-flate -uncompress < FILE > OUT".to_owned()
        }
        _ if at(257, b"ustar") => "it is a tar archive; unpack it first: tar -xf FILE".to_owned(),
        _ if !beginning.is_empty() && beginning.iter().all(|byte| *byte == 0) => {
            "it begins with nothing but zeros: the disk or the copy never had its bytes; fetch the file again"
                .to_owned()
        }
        _ => return None,
    };
    Some(what)
}

/// Kinds of files that begin with words, after any white space.
fn text(beginning: &[u8]) -> Option<String> {
    let trimmed = beginning.trim_ascii_start();
    let lower = trimmed.to_ascii_lowercase();
    let what = match trimmed {
        _ if [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|tag| lower.starts_with(tag)) => {
            "it is an HTML page, such as the error or the login of a server; look into the file, and fetch the snapshot again"
        }
        [b'<', ..] => {
            "it is XML or HTML, such as the error of a storage service; look into the file, and fetch the snapshot again"
        }
        [b'[', ..] if memchr::memmem::find(trimmed, b"\"ph\":").is_some() => {
            "this is a trace; Chrome DevTools opens it"
        }
        [b'[', ..] => "it is a JSON array",
        [b'"', b'{', ..] => "it is JSON inside of a JSON text; parse it once and write what comes out",
        [b'-', b'-', ..] if memchr::memmem::find(&lower, b"content-disposition:").is_some() => {
            "it is the body of a form (multipart); write only the file that is in it"
        }
        _ => return None,
    };
    Some(what.to_owned())
}

/// The bytes themselves.
fn shown(beginning: &[u8]) -> String {
    let trimmed = beginning.trim_ascii_start();
    let line = trimmed.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_text = line.iter().all(|byte| (0x20..0x7f).contains(byte));
    // One byte of what is no text: more would say nothing.
    let length = if is_text { line.len().min(SHOWN) } else { 1 };
    let more = if is_text && length < trimmed.len() { "…" } else { "" };
    format!("it begins with \"{}{more}\" instead of \"{{\"", line[..length.min(line.len())].escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(beginning: &[u8], part: &str) {
        let error = by_beginning(beginning);
        assert_eq!(error.code(), "HEAPHOUND_ERR_FOREIGN");
        assert!(error.to_string().contains(part), "{}: {error}", beginning.escape_ascii());
    }

    #[test]
    fn files_are_told_by_their_marks() {
        for (mark, what) in MARKS {
            check(&[mark, &b"\x01\x02\x03"[..]].concat(), what);
            let hiding = MARKS.iter().find(|(other, _)| other != mark && mark.starts_with(other));
            assert_eq!(hiding, None, "a shorter mark stands for {} as well", mark.escape_ascii());
        }
    }

    #[test]
    fn files_are_told_by_what_stands_further_in() {
        let mut tar = b"heaps/a.heapsnapshot".to_vec();
        tar.resize(257, 0);
        check(&[&tar[..], b"ustar\x0000"].concat(), "tar -xf");
        check(&[&b"\x7fELF\x02\x01\x01"[..], &[0; 9], b"\x04\0\x3e\0"].concat(), "heaphound thaw CORE --out FILE");
        check(&[&b"\x7fELF\x02\x01\x01"[..], &[0; 9], b"\x03\0\x3e\0"].concat(), "a program or a library (ELF)");
        check(b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x04\0\0\0", "core dump (Mach-O)");
        check(b"\x0a\x04\x08\x01\x10\x02\x0a\x04\x08\x03\x10\x04", "go tool pprof");
        check(b"\x78\x9c\xab", "zlib");
        check(&[0; 100], "zeros");
        check(b"\n <!DOCTYPE html><html>", "HTML page");
        check(b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "XML");
        check(b"[{\"args\":{},\"ph\":\"M\"}", "a trace");
        check(b"[1,2]", "JSON array");
        check(b"\"{\\\"snapshot\\\":", "parse it once");
        check(b"--x\r\nContent-Disposition: form-data", "multipart");
    }

    #[test]
    fn other_files_are_told_by_how_they_begin() {
        check(b"curl: (7) Failed to connect\nx", "it begins with \"curl: (7) Failed to connect…\" instead of \"{\"");
        check(b"\xef\xbb\xbf\xef", "it begins with \"\\xef\"");
        check(&b"x".repeat(300), &format!("\"{}…\"", "x".repeat(SHOWN)));
        check(b"not", "\"not\"");
        check(b"\x01\x02", "\"\\x01\"");
    }
}
