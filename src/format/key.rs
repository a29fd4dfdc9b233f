//! The keys of the document.

/// The section that a key of the outermost object names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    Snapshot,
    Nodes,
    Edges,
    Functions,
    TraceTree,
    Samples,
    Locations,
    Strings,
    /// Anything else; its value is skipped.
    Unknown,
}

impl Key {
    const ALL: [Self; 9] = [
        Self::Snapshot,
        Self::Nodes,
        Self::Edges,
        Self::Functions,
        Self::TraceTree,
        Self::Samples,
        Self::Locations,
        Self::Strings,
        Self::Unknown,
    ];

    /// Without these there is no heap.
    pub const NEEDED: [Self; 4] = [Self::Snapshot, Self::Nodes, Self::Edges, Self::Strings];

    /// The key as V8 writes it, which names the table in errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Nodes => "nodes",
            Self::Edges => "edges",
            Self::Functions => "trace_function_infos",
            Self::TraceTree => "trace_tree",
            Self::Samples => "samples",
            Self::Locations => "locations",
            Self::Strings => "strings",
            Self::Unknown => "document",
        }
    }

    fn by_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|key| *key != Self::Unknown && key.name() == name).unwrap_or(Self::Unknown)
    }
}

/// Reads a key through any split of its bytes, from after its first quote to its last.
#[derive(Default, Debug)]
pub struct KeyReader {
    /// As in the file, cut at [`KeyReader::LIMIT`].
    raw: Vec<u8>,
    escaped: bool,
    done: bool,
}

impl KeyReader {
    /// Longer than every escaped form of a key that we know.
    const LIMIT: usize = 256;

    /// Takes bytes up to the closing quote and returns how many; the error is the position of a raw control character.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if *byte < 0x20 {
                return Err(at);
            }
            if *byte == b'"' && !self.escaped {
                self.done = true;
                return Ok(at + 1);
            }
            self.escaped = *byte == b'\\' && !self.escaped;
            if self.raw.len() < Self::LIMIT {
                self.raw.push(*byte);
            }
        }
        Ok(bytes.len())
    }

    /// The key, once its closing quote came.
    pub fn key(&self) -> Option<Key> {
        self.done.then(|| Key::by_name(&self.text()))
    }

    /// The key's text without escapes, or what we have of it.
    pub fn text(&self) -> String {
        let raw = String::from_utf8_lossy(&self.raw).into_owned();
        if raw.contains('\\') { serde_json::from_str(&format!("\"{raw}\"")).unwrap_or(raw) } else { raw }
    }
}
