//! A core dump as what the loader takes: the same header and parts as those of an image.

use super::super::freeze::harmless;
use super::super::outside::{Line, Memory, Node};
use super::super::thaw_types::CoreOptions;
use super::begin::{self, Death};
use super::feed::Parts;
use super::machine::DIED;
use crate::control::Control;
use crate::core_dump::{CoreDump, CoreParts, Segment};
use crate::error::{Error, Result};
use crate::image::{About, Header, PAGE, Part};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) struct Core {
    pub dump: CoreDump,
    pub header: Header,
    pub death: Death,
}

/// The core dump as memory. What is looked for in it is as large as the file says, so the caller can end the search.
struct Searched<'a> {
    dump: &'a CoreDump,
    control: &'a Control,
}

impl Memory for Searched<'_> {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<()> {
        self.control.check()?;
        self.dump.read_memory(address, into)
    }
}

impl Parts for CoreParts<'_> {
    fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        CoreParts::next_part(self)
    }

    fn offset(&self) -> u64 {
        CoreParts::offset(self)
    }
}

impl Core {
    /// # Errors
    /// [`Error::Core`], [`Error::Thaw`], and those of files.
    pub fn open(path: &Path, options: &CoreOptions, control: &Control) -> Result<Self> {
        let CoreOptions { files, thread, folder } = options;
        let folder = folder.as_deref().or(path.parent()).unwrap_or(Path::new("."));
        let dump = CoreDump::open(path, folder, files.as_deref(), *thread, control)?;
        let lines: Vec<Line> = dump.segments.iter().map(|segment| line(&dump, segment)).collect();
        let program = dump.program().to_owned();
        let memory = Searched { dump: &dump, control };
        let found = Node::find(&memory, &lines, &program).and_then(|node| Ok((node.versions(&memory)?, node)));
        // What was not read was not found.
        control.check()?;
        let ((version, v8), node) = found.map_err(of_core)?;
        let death = begin::of_core(&dump, &node, &memory)?;
        control.check()?;
        let about = About {
            started_at: date(dump.changed()),
            runtime: "node".into(),
            node: version,
            v8,
            pid: dump.process.pid,
            thread_id: 0,
            argv: harmless([program.as_str()].into_iter()),
            memory: serde_json::Value::Null,
        };
        let header = Header {
            about,
            way: DIED.into(),
            is_quiet: true,
            program: None,
            lineage: None,
            kernel: String::new(),
            page_size: PAGE as u64,
            processor: features(&dump),
            files: node.files,
            functions: node.functions,
            patches: node.patches,
        };
        Ok(Core { dump, header, death })
    }

    /// How the process died, in words.
    pub fn cause(&self) -> Option<String> {
        let death = self.dump.death.filter(|death| death.signal != 0)?;
        let known = SIGNALS.iter().find(|(number, _)| *number == death.signal);
        let signal = known.map_or_else(|| format!("signal {}", death.signal), |(_, name)| (*name).to_owned());
        Some(match self.death.reason {
            Some(reason) => format!("{signal}: {reason}"),
            None => signal,
        })
    }
}

const SIGNALS: [(i32, &str); 11] = [
    (3, "SIGQUIT"),
    (4, "SIGILL"),
    (5, "SIGTRAP"),
    (6, "SIGABRT"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (11, "SIGSEGV"),
    (24, "SIGXCPU"),
    (25, "SIGXFSZ"),
    (31, "SIGSYS"),
    (10, "SIGUSR1"),
];

/// The same words of a process that lives are about another way in.
fn of_core(error: Error) -> Error {
    match error {
        Error::Attach { what } => Error::Core { what },
        error => error,
    }
}

/// It ends where nobody has more of it.
fn line(dump: &CoreDump, segment: &Segment) -> Line {
    let letter = |bit: u32, letter: u8| if segment.protection & bit != 0 { letter } else { b'-' };
    Line {
        range: segment.start..segment.start + dump.contents(segment),
        access: [letter(1, b'r'), letter(2, b'w'), letter(4, b'x'), b'p'],
        offset: segment.offset,
        has_file: segment.has_file,
        name: segment.name.clone(),
    }
}

/// Features of the processor that a core dump shows: those whose registers it has. Code for one with AVX may use the
/// others too, which an older processor takes for other instructions.
fn features(dump: &CoreDump) -> Vec<String> {
    const SETS: usize = 464;
    const AVX: u64 = 1 << 2;
    const OF_SETS: [(u64, &[&str]); 3] =
        [(AVX, &["avx", "abm", "bmi1"]), (1 << 5, &["avx512f"]), (1 << 18, &["amx_tile"])];
    let picture = &dump.threads[0].extended;
    let sets = picture
        .get(SETS..SETS + 8)
        .map_or(0, |bytes| bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    let sets = if picture.len() > 512 { sets } else { 0 };
    let known = OF_SETS.iter().filter(|(set, _)| sets & set != 0).flat_map(|(_, names)| names.iter());
    known.map(|name| (*name).to_owned()).collect()
}

/// ISO 8601, in UTC.
fn date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, rest) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // From days since 1970 to a date of the Gregorian calendar, whose year begins in March here.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_date_is_that_of_the_calendar() {
        let of = |seconds: u64| date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(of(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(of(951_782_399), "2000-02-28T23:59:59.000Z");
        assert_eq!(of(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(of(1_796_083_200), "2026-12-01T00:00:00.000Z");
    }
}
