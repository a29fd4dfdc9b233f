//! Node.js in another process: where V8's functions and those of the C library are, and of which version they are.

use super::super::freeze::{FUNCTIONS, OF_ANSWERS, OF_VDSO};
use super::call::Sequences;
use super::memory::Memory;
use super::object::{Kind, Line, Object, kind};
use crate::error::{Error, Result};
use crate::image::{MappedFile, Patch, PatchKind};
use memchr::memmem;
use std::collections::BTreeMap;

const CALL: &[u8] = &[0x0f, 0x05, 0xc3];
/// `mov rax, 15; syscall`.
const COME_BACK: &[u8] = &[0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];
/// `xor edi, edi; mov eax, edx; syscall; jmp` to its beginning: how the C library ends a thread.
const WAY_OUT: &[u8] = &[0x31, 0xff, 0x89, 0xd0, 0x0f, 0x05, 0xeb, 0xf8];
/// Node.js names itself so in its tracing and its inspector.
const NAME: &[u8] = b"\0node.js/v";
const PIECE: u64 = 1 << 20;

/// Functions that are needed beside those of an image that the process makes itself. There a handle scope is open; a
/// thread that waits for events has sealed its own. Node.js 20 to 24 export the function that opens one; where it is
/// not there, the sealed scope is used again.
const OPEN_SCOPE: (&str, &str) = ("openHandleScope", "_ZN2v811HandleScopeC1EPNS_7IsolateE");
const SEALS: [(&str, &str); 2] = [
    ("sealHandleScope", "_ZN2v815SealHandleScopeC1EPNS_7IsolateE"),
    ("unsealHandleScope", "_ZN2v815SealHandleScopeD1Ev"),
];

/// Functions that are needed beside those for a process that died.
const OF_DEATHS: [(&str, &str); 3] = [
    ("stackSample", "_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE"),
    ("requestInterrupt", "_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_"),
    ("embeddedCode", "_ZN2v87Isolate20GetEmbeddedCodeRangeEPPKvPm"),
];

pub(in crate::capture) struct Node {
    pub functions: BTreeMap<String, u64>,
    pub patches: Vec<Patch>,
    pub files: Vec<MappedFile>,
    pub(super) sequences: Sequences,
    /// The way out of the guardian, or 0.
    pub(super) way_out: u64,
    /// The read-only memory of the program.
    texts: Vec<Line>,
}

impl Node {
    /// # Errors
    /// [`Error::Attach`] when the process is no Node.js that could be thawed.
    pub fn find(memory: &dyn Memory, lines: &[Line], program: &str) -> Result<Self> {
        let refused = |what: String| Error::Attach { what };
        if lines.iter().find(|line| line.has_file).is_some_and(|line| kind(memory, line.range.start) == Kind::Bits32) {
            return Err(refused("it is a program of 32 bits, and this heaphound freezes 64".into()));
        }
        let begins = |line: &&Line| (line.has_file && line.offset == 0) || line.name == "[vdso]";
        let objects: Vec<Object> = lines.iter().filter(begins).filter_map(|line| Object::read(memory, line)).collect();
        let find = |symbol: &str| {
            let of_files = objects.iter().filter(|object| object.path != "[vdso]");
            of_files.into_iter().find_map(|object| object.find(memory, symbol))
        };
        let mut functions = BTreeMap::new();
        let inside = FUNCTIONS.into_iter().map(|(name, symbols)| {
            let symbols: Vec<String> = symbols.iter().map(|symbol| symbol.to_string_lossy().into_owned()).collect();
            (name, symbols)
        });
        let of_scopes = match find(OPEN_SCOPE.1) {
            Some(_) => vec![OPEN_SCOPE],
            None => SEALS.to_vec(),
        };
        let outside = of_scopes.into_iter().map(|(name, symbol)| (name, vec![symbol.to_owned()]));
        for (name, symbols) in inside.chain(outside) {
            let address =
                symbols.iter().find_map(|symbol| find(symbol)).ok_or_else(|| refused(no_node(program, name)))?;
            functions.insert(name.to_owned(), address);
        }
        let of_answers = OF_ANSWERS.map(|(name, symbol)| (name, symbol.to_string_lossy()));
        let of_deaths = OF_DEATHS.map(|(name, symbol)| (name, symbol.into()));
        for (name, symbol) in of_answers.into_iter().chain(of_deaths) {
            if let Some(address) = find(&symbol) {
                functions.insert(name.to_owned(), address);
            }
        }
        let libc = objects.iter().find(|object| object.name == "libc.so.6");
        let libc = libc.ok_or_else(|| refused(no_glibc(lines)))?;
        let mut patches = Vec::new();
        for name in ["brk", "sbrk"] {
            let address = libc.find(memory, name);
            let address = address.ok_or_else(|| refused(format!("its C library has no {name}")))?;
            patches.push(Patch { address, kind: PatchKind::Fail });
        }
        if let Some(vdso) = objects.iter().find(|object| object.path == "[vdso]") {
            let found = OF_VDSO.iter().filter_map(|(name, kind)| {
                Some(Patch { address: vdso.find(memory, &name.to_string_lossy())?, kind: *kind })
            });
            patches.extend(found);
            if patches.len() < 3 {
                return Err(refused("the functions of its vdso could not be found".into()));
            }
        }
        let code = Code { memory, lines: lines.iter().filter(|line| line.name == libc.path).collect() };
        let sequences = code
            .sequences()
            .ok_or_else(|| refused("its C library has no system call that could be made in its name".into()))?;
        let way_out = code.find(WAY_OUT).map_or(0, |address| address + 4);
        let exe =
            lines.iter().find(|line| line.has_file && functions.values().any(|at| line_of(lines, *at) == line.name));
        let exe = exe.map(|line| line.name.clone()).unwrap_or_default();
        let is_text = |line: &&Line| line.name == exe && line.access[0] == b'r' && line.access[1] != b'w';
        let texts = lines.iter().filter(is_text).cloned().collect();
        let files = objects
            .iter()
            .map(|object| MappedFile {
                path: object.path.clone(),
                address: object.address,
                build_id: object.build_id.clone(),
            })
            .collect();
        Ok(Node { functions, patches, files, sequences, way_out, texts })
    }

    /// Versions of Node.js and V8, as the program has them as texts. To be asked of the copy: it takes its pages.
    ///
    /// # Errors
    /// [`Error::Attach`] when they are not there, or several.
    pub fn versions(&self, memory: &dyn Memory) -> Result<(String, String)> {
        let mut node: Vec<String> = Vec::new();
        let mut v8: Vec<String> = Vec::new();
        for line in &self.texts {
            each_piece(memory, line, |_, bytes| {
                collect(
                    &mut node,
                    memmem::find_iter(bytes, NAME).filter_map(|at| node_version(&bytes[at + NAME.len()..])),
                );
                collect(&mut v8, memmem::find_iter(bytes, b"-node.").filter_map(|at| v8_version(bytes, at)));
                false
            });
        }
        match (&node[..], &v8[..]) {
            ([node], [v8]) => Ok((node.clone(), v8.clone())),
            _ => Err(Error::Attach {
                what: format!(
                    "the versions of Node.js and V8 cannot be told from its program (found: {} and {})",
                    node.join(", "),
                    v8.join(", ")
                ),
            }),
        }
    }

    /// Where the program has this text.
    pub fn place_of(&self, memory: &dyn Memory, text: &str) -> Option<u64> {
        self.texts.iter().find_map(|line| search(memory, line, text.as_bytes()))
    }
}

fn collect(into: &mut Vec<String>, found: impl Iterator<Item = String>) {
    for version in found {
        if !into.contains(&version) {
            into.push(version);
        }
    }
}

/// `v22.1.0`, up to the next text.
fn node_version(bytes: &[u8]) -> Option<String> {
    let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    let length = bytes.iter().take(16).take_while(is_part).count();
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    let numbers: Vec<u32> = text.split('.').map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    (numbers.len() == 3 && numbers[0] >= 12).then(|| format!("v{text}"))
}

/// `12.4.254.21-node.57`, around its dash.
fn v8_version(bytes: &[u8], dash: usize) -> Option<String> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let start = dash - bytes[..dash].iter().rev().take_while(|byte| is_part(byte)).count();
    let end = memchr::memchr(0, &bytes[dash..(dash + 16).min(bytes.len())])? + dash;
    let text = std::str::from_utf8(&bytes[start..end]).ok()?;
    let is_whole = text[..dash - start].split('.').filter(|part| !part.is_empty()).count() == 4;
    (is_whole && text[dash - start + 6..].bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

fn line_of(lines: &[Line], address: u64) -> &str {
    lines.iter().find(|line| line.range.contains(&address)).map_or("", |line| &line.name)
}

/// The instructions of a library.
pub(super) struct Code<'a> {
    pub memory: &'a dyn Memory,
    pub lines: Vec<&'a Line>,
}

impl Code<'_> {
    pub fn sequences(&self) -> Option<Sequences> {
        Some(Sequences { call: self.find(CALL)?, come_back: self.find(COME_BACK)? })
    }

    fn find(&self, bytes: &[u8]) -> Option<u64> {
        let mut code = self.lines.iter().filter(|line| line.access[2] == b'x');
        code.find_map(|line| search(self.memory, line, bytes))
    }
}

fn search(memory: &dyn Memory, line: &Line, wanted: &[u8]) -> Option<u64> {
    let mut found = None;
    each_piece(memory, line, |address, bytes| {
        found = memmem::find(bytes, wanted).map(|at| address + at as u64);
        found.is_some()
    });
    found
}

/// Pieces overlap a little, so that nothing is cut in all of them. `visit` ends it by `true`.
fn each_piece(memory: &dyn Memory, line: &Line, mut visit: impl FnMut(u64, &[u8]) -> bool) {
    const OVERLAP: u64 = 64;
    let mut address = line.range.start;
    while address < line.range.end {
        let end = line.range.end.min(address + PIECE + OVERLAP);
        if memory.bytes(address, (end - address) as usize).is_ok_and(|bytes| visit(address, &bytes)) {
            return;
        }
        address += PIECE;
    }
}

fn no_node(program: &str, name: &str) -> String {
    let file = program.rsplit('/').next().unwrap_or_default();
    let known = [("bun", "Bun"), ("deno", "Deno")].into_iter().find(|(name, _)| *name == file);
    match known {
        Some((_, runtime)) => format!("it is {runtime} ({program}), and only Node.js can be frozen"),
        None => format!(
            "{program} is no Node.js, or one that does not export V8's functions ({name} is missing), without which no \
             image could be thawed"
        ),
    }
}

fn no_glibc(lines: &[Line]) -> String {
    if lines.iter().any(|line| line.name.contains("musl")) {
        "its C library is musl (Alpine), and only glibc is known well enough; run the app on an image with glibc".into()
    } else {
        "it has no glibc as a library, which an image needs".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_from_other_texts() {
        assert_eq!(node_version(b"22.23.3\0x").as_deref(), Some("v22.23.3"));
        assert_eq!(node_version(b"24.21.0Process").as_deref(), Some("v24.21.0"));
        for other in [&b"1.2.11\0"[..], b"22.23\0", b"22.23.3.4", b"", b"\0"] {
            assert_eq!(node_version(other), None);
        }
        let v8 = |text: &[u8]| v8_version(text, memmem::find(text, b"-node.").expect("it is there"));
        assert_eq!(v8(b"\0x12.4.254.21-node.57\0").as_deref(), Some("12.4.254.21-node.57"));
        assert_eq!(v8(b"\x00254.21-node.57\0"), None);
        assert_eq!(v8(b"-node.gyp\0"), None);
    }
}
