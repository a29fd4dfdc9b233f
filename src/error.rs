//! The one error type. `docs/errors.md` has a heading for every code.

use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// An error, as facts. [`Error::code`] is stable; the message may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The caller's signal fired.
    Cancelled,
    /// The input is a heap snapshot with a fault at a known place.
    Format { table: &'static str, offset: u64, what: String },
    /// The input is empty but for `offset` bytes of white space.
    Empty { offset: u64 },
    /// The input ended inside `table`.
    Truncated { table: &'static str, offset: u64 },
    /// Sections come in an order in which one pass cannot redact them.
    Order { table: &'static str, offset: u64 },
    /// The input is something else than a V8 heap snapshot.
    Foreign { what: String },
    /// A count is larger than ordinals can hold.
    TooLarge { table: &'static str, count: u64, limit: u64 },
    /// The gzip or zstd stream is damaged at `offset` of the compressed input.
    Compression { codec: &'static str, offset: u64, what: String },
    /// A frozen image has a fault in the frame that begins at `offset` of the file.
    Image { offset: u64, what: String },
    /// A frozen image could not be thawed, though it is whole.
    Thaw { what: String },
    /// JavaScript in a frozen process gave no answer.
    NoAnswer { what: String },
    /// A core dump is damaged, cut, or of nothing that could be thawed.
    Core { what: String },
    /// Another process could not be frozen.
    Attach { what: String },
    /// The main thread of another process did not wait for events within so many milliseconds.
    NoRest { ms: u64 },
    /// The operating system refused.
    Io { path: String, action: &'static str, what: String, os: Option<i32> },
    /// The disk or the quota of `path` is full.
    NoSpace { path: String },
    /// More bytes to store than the caller allows.
    MaxBytes { limit: u64 },
    /// A file that must not exist does.
    Exists { path: String },
    /// No node has this id.
    NoSuchNode { id: u64 },
    /// An option has a value that cannot be used.
    Option { name: &'static str, what: String },
    /// This process is taking a snapshot already.
    Busy,
    /// A snapshot could not be taken.
    Capture { what: String },
    /// The forked child may not use more memory, or the system has no more. `what` says which, and how much.
    NoHeadroom { what: String },
    /// Opening a snapshot needs more bytes of memory than the `have` that are allowed. `need` is the least need.
    Memory { need: u64, have: u64 },
    /// A signal from outside ended the forked child. `what` is its last output, or empty.
    Killed { signal: i32, what: String },
    /// An error in the forked child: its code and its message.
    Child { code: &'static str, message: String },
    /// A defect of heaphound: a panic that was caught at the boundary.
    Internal { what: String },
}

impl Error {
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cancelled => "HEAPHOUND_ERR_CANCELLED",
            Error::Format { .. } => "HEAPHOUND_ERR_FORMAT",
            Error::Truncated { .. } | Error::Empty { .. } => "HEAPHOUND_ERR_TRUNCATED",
            Error::Order { .. } => "HEAPHOUND_ERR_ORDER",
            Error::Foreign { .. } => "HEAPHOUND_ERR_FOREIGN",
            Error::TooLarge { .. } => "HEAPHOUND_ERR_TOO_LARGE",
            Error::Compression { .. } => "HEAPHOUND_ERR_COMPRESSION",
            Error::Image { .. } => "HEAPHOUND_ERR_IMAGE",
            Error::Thaw { .. } | Error::NoAnswer { .. } => "HEAPHOUND_ERR_THAW",
            Error::Core { .. } => "HEAPHOUND_ERR_CORE",
            Error::Attach { .. } => "HEAPHOUND_ERR_ATTACH",
            Error::NoRest { .. } => "HEAPHOUND_ERR_NO_REST",
            Error::Io { .. } => "HEAPHOUND_ERR_IO",
            Error::NoSpace { .. } => "HEAPHOUND_ERR_NO_SPACE",
            Error::MaxBytes { .. } => "HEAPHOUND_ERR_MAX_BYTES",
            Error::Exists { .. } => "HEAPHOUND_ERR_EXISTS",
            Error::NoSuchNode { .. } => "HEAPHOUND_ERR_NODE",
            Error::Option { .. } => "HEAPHOUND_ERR_OPTION",
            Error::Busy => "HEAPHOUND_ERR_BUSY",
            Error::Capture { .. } => "HEAPHOUND_ERR_CAPTURE",
            Error::NoHeadroom { .. } => "HEAPHOUND_ERR_NO_HEADROOM",
            Error::Memory { .. } => "HEAPHOUND_ERR_NO_HEADROOM",
            Error::Killed { .. } => "HEAPHOUND_ERR_KILLED",
            Error::Child { code, .. } => code,
            Error::Internal { .. } => "HEAPHOUND_ERR_INTERNAL",
        }
    }

    /// Table of the snapshot with the fault, if there is one.
    pub fn table(&self) -> Option<&'static str> {
        match self {
            Error::Format { table, .. }
            | Error::Truncated { table, .. }
            | Error::Order { table, .. }
            | Error::TooLarge { table, .. } => Some(table),
            Error::Empty { .. } => Some("document"),
            _ => None,
        }
    }

    /// Byte offset of the fault in the uncompressed (for [`Error::Compression`] and [`Error::Image`]:
    /// compressed) input.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Error::Format { offset, .. }
            | Error::Truncated { offset, .. }
            | Error::Empty { offset }
            | Error::Order { offset, .. }
            | Error::Image { offset, .. }
            | Error::Compression { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    /// Bytes of memory that are needed, and those that are available.
    pub fn memory(&self) -> Option<(u64, u64)> {
        match self {
            Error::Memory { need, have } => Some((*need, *have)),
            _ => None,
        }
    }

    /// An error that another process has reported.
    pub fn of_child(code: &str, message: String) -> Self {
        const CODES: [&str; 8] = [
            "HEAPHOUND_ERR_CAPTURE",
            "HEAPHOUND_ERR_EXISTS",
            "HEAPHOUND_ERR_FORMAT",
            "HEAPHOUND_ERR_IO",
            "HEAPHOUND_ERR_MAX_BYTES",
            "HEAPHOUND_ERR_NO_SPACE",
            "HEAPHOUND_ERR_OPTION",
            "HEAPHOUND_ERR_ORDER",
        ];
        let code = CODES.into_iter().find(|known| *known == code).unwrap_or("HEAPHOUND_ERR_INTERNAL");
        Error::Child { code, message }
    }

    /// Ours, where an error of the system has one in it.
    pub fn within(error: &std::io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).cloned()
    }

    pub fn io(path: impl Into<String>, action: &'static str, error: &std::io::Error) -> Self {
        Error::Io { path: path.into(), action, what: error.to_string(), os: error.raw_os_error() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cancelled => write!(f, "cancelled by the caller"),
            Error::Format { table, offset, what } => write!(
                f,
                "damaged heap snapshot: {what} in {table} at byte {offset}; take the snapshot again or fetch the file again"
            ),
            Error::Truncated { table, offset } => write!(
                f,
                "heap snapshot ends inside {table} at byte {offset}; the copy or the capture was cut short, fetch or take it again"
            ),
            Error::Empty { offset } => write!(
                f,
                "the file is empty: {}; the capture was ended before it wrote, the disk was full, or \
                 the copy has not begun; check that the disk has room, and take the snapshot or fetch the file again",
                if *offset == 0 {
                    "it has no bytes, or none come out when it is unpacked"
                } else {
                    "it has nothing but white space"
                }
            ),
            Error::Order { table, offset } => write!(
                f,
                "{table} come at byte {offset}, before the sections that say which of them are names; a stream in this \
                 order cannot be redacted: save it as a file first"
            ),
            Error::Foreign { what } => write!(f, "not a V8 heap snapshot: {what}"),
            Error::TooLarge { table, count, limit } => {
                write!(f, "{table} has {count} rows, more than the {limit} that heaphound can index")
            }
            Error::Compression { codec, offset, what } => {
                write!(f, "damaged {codec} stream at byte {offset}: {what}; fetch the file again")
            }
            Error::Image { offset, what } => write!(
                f,
                "damaged frozen image: {what}, at byte {offset} of the file; fetch the file again, or freeze again"
            ),
            Error::NoAnswer { what } => write!(f, "the image gave no answer: {what}"),
            Error::Thaw { what } => write!(f, "the image was not thawed: {what}"),
            Error::Core { what } => write!(f, "the core dump cannot be thawed: {what}"),
            Error::Attach { what } => write!(f, "the process was not frozen: {what}"),
            Error::NoRest { ms } => write!(
                f,
                "the process was not frozen: its main thread did not wait for events once in {ms} ms, it computes all \
                 the time or waits for something else (a lock, a file, a synchronous call); try again when it has less \
                 to do, or give it more time (`restMs`, `--rest`)"
            ),
            Error::Io { path, action, what, .. } => write!(f, "cannot {action} {path}: {what}"),
            Error::NoSpace { path } => {
                write!(f, "no space left for {path}; nothing was kept of it, free some or choose another directory")
            }
            Error::MaxBytes { limit } => write!(
                f,
                "the snapshot takes more than the {limit} bytes that `maxBytes` allows; nothing was kept of it, allow more or compress more"
            ),
            Error::Exists { path } => write!(f, "{path} exists already; choose another name or remove it"),
            Error::NoSuchNode { id } => {
                write!(f, "no node has the id @{id} in this snapshot; `query` and `leaks` print the ids of a snapshot")
            }
            Error::Option { name, what } => write!(f, "option {name}: {what}"),
            Error::Busy => write!(f, "this process is taking a snapshot already; wait for it to end"),
            Error::Capture { what } => write!(f, "no snapshot was taken: {what}"),
            Error::NoHeadroom { what } => write!(
                f,
                "not enough memory for a snapshot: {what}; give the container more memory or capture when the heap is smaller"
            ),
            Error::Memory { need, have } => write!(
                f,
                "the snapshot takes {need} bytes of memory at least, and {have} may be used; allow more (`maxMemoryBytes`) \
                 or open it on a machine with more memory"
            ),
            Error::Killed { signal, what } => write!(
                f,
                "the forked child that wrote the snapshot was ended by signal {signal}{what}; a kernel that is short of memory ends it \
                 first, the process itself is not affected"
            ),
            Error::Child { message, .. } => f.write_str(message),
            Error::Internal { what } => write!(f, "a defect of heaphound, please report it: {what}"),
        }
    }
}

impl std::error::Error for Error {}
