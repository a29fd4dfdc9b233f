//! The types of nodes and edges. The numbers are heaphound's; a file's own numbers are mapped by name.

/// Kind of a node. Values from [`NodeKind::FIRST_FOREIGN`] index the names that only this file knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeKind(pub u8);

/// Beginning of the name that we give a kind for which the file has a number only: `unknown(12)`.
pub const UNNAMED_KIND: &str = "unknown(";

impl NodeKind {
    pub const HIDDEN: Self = Self(0);
    pub const ARRAY: Self = Self(1);
    pub const STRING: Self = Self(2);
    pub const OBJECT: Self = Self(3);
    pub const CODE: Self = Self(4);
    pub const CLOSURE: Self = Self(5);
    pub const REGEXP: Self = Self(6);
    pub const NUMBER: Self = Self(7);
    pub const NATIVE: Self = Self(8);
    pub const SYNTHETIC: Self = Self(9);
    pub const CONCATENATED_STRING: Self = Self(10);
    pub const SLICED_STRING: Self = Self(11);
    pub const SYMBOL: Self = Self(12);
    pub const BIGINT: Self = Self(13);
    pub const OBJECT_SHAPE: Self = Self(14);
    pub const WASM_OBJECT: Self = Self(15);
    pub const FIRST_FOREIGN: u8 = 16;
    /// Six bits of a node's byte hold its kind.
    pub const LIMIT: u8 = 64;

    pub const NAMES: [&'static str; 16] = [
        "hidden",
        "array",
        "string",
        "object",
        "code",
        "closure",
        "regexp",
        "number",
        "native",
        "synthetic",
        "concatenated string",
        "sliced string",
        "symbol",
        "bigint",
        "object shape",
        "wasm object",
    ];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|position| Self(position as u8))
    }

    /// string, concatenated string or sliced string
    pub fn is_string(self) -> bool {
        matches!(self, Self::STRING | Self::CONCATENATED_STRING | Self::SLICED_STRING)
    }
}

/// Kind of an edge. V8 has written the same seven for twelve years; any other name becomes `Foreign`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum EdgeKind {
    Context = 0,
    Element,
    Property,
    Internal,
    Hidden,
    Shortcut,
    Weak,
    Foreign,
}

impl EdgeKind {
    pub const ALL: [Self; 8] = [
        Self::Context,
        Self::Element,
        Self::Property,
        Self::Internal,
        Self::Hidden,
        Self::Shortcut,
        Self::Weak,
        Self::Foreign,
    ];

    pub const NAMES: [&'static str; 8] =
        ["context", "element", "property", "internal", "hidden", "shortcut", "weak", "foreign"];

    pub fn by_name(name: &str) -> Self {
        Self::NAMES.iter().position(|known| *known == name).map_or(Self::Foreign, |position| Self::ALL[position])
    }

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Element and hidden edges carry a number, all others a string.
    #[inline(always)]
    pub fn has_index(self) -> bool {
        matches!(self, Self::Element | Self::Hidden)
    }
}

/// V8's word on whether a native object is part of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Detachedness {
    Unknown = 0,
    Attached = 1,
    Detached = 2,
}

impl Detachedness {
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Unknown),
            1 => Some(Self::Attached),
            2 => Some(Self::Detached),
            _ => None,
        }
    }
}
