//! The answer: plain data.

use crate::analysis::SourceLocation;

/// Where in the program's own code a leak comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Responsible {
    Found(Found),
    /// The snapshot does not know.
    Unknown {
        because: String,
        /// What to run in order to know.
        command: &'static str,
    },
}

/// A place in own code.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub location: SourceLocation,
    pub role: Role,
    pub evidence: Evidence,
    /// How the place was found, without a full stop.
    pub because: String,
    /// Several places have the same evidence, or another is possible.
    pub probably: bool,
    /// V8's id of the object on the path that shows the place.
    pub step: Option<u64>,
    /// True where the file is known and no line in it.
    pub is_whole_file: bool,
    /// Other files with the same evidence, by name.
    pub others: Vec<SourceLocation>,
}

/// What the place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It made the leaked objects, or what they wait for.
    Made,
    /// It holds what holds them.
    Held,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Held => "held",
        }
    }
}

/// How a place was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A step of the path.
    Path,
    /// A function, or an object of a class, below the leaked objects.
    Callback,
    /// The stack that allocated them.
    Allocation,
    /// Who loads the package.
    Module,
}

impl Evidence {
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Callback => "callback",
            Self::Allocation => "allocation",
            Self::Module => "module",
        }
    }
}
