//! A frozen image of another process, which nobody has prepared: no addon in it, no inspector, no signal.
//!
//! ptrace stops its threads for some milliseconds. Meanwhile a [`guardian`], a thread that was put into it, makes a
//! copy of the process. The app goes on, and the memory of the copy is read. In the order in which it happens:
//!
//! 1. [`process`] and [`node`] look at it from `/proc`, without touching it, and refuse what cannot be frozen.
//! 2. The main thread is stopped while it waits for events ([`rest`]). Two system calls in its name ([`call`]) give
//!    the guardian its memory and begin it. The app goes on, the guardian does not.
//! 3. All threads are stopped, the main one at rest. Their registers are read, and the guardian makes the copy.
//! 4. The app goes on. The copy has closed its files and stands before its end. Its memory is written.
//! 5. The copy is killed. The guardian asks the kernel for its end, gives its memory back and ends.
//!
//! This process may be killed at any moment. The kernel then kills the copy or lets it come to its own end, and the
//! guardian goes on alone; the app never needs anybody to go on.

mod call;
mod guardian;
mod memory;
mod node;
mod object;
mod process;
mod rest;
#[cfg(test)]
mod test_registers;
mod tracee;
mod urgency;

use super::fork::{Plan, Range, known};
use super::freeze::{Subject, Unfinished, named_program, processor_features, text, write_of};
use super::identity::started;
use super::outside_types::{FrozenOutside, OutsideOptions};
use crate::archive::{ByteWriter, Written};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::image::{About, Header, Lineage, PAGE, Thread};
use crate::niceness::stand_behind;
use call::{Call, Rest};
use guardian::Den;
pub(in crate::capture) use memory::Memory;
use memory::Remote;
pub(in crate::capture) use node::Node;
pub(in crate::capture) use object::Line;
use object::lines;
use std::time::{Duration, Instant};
use tracee::{Stop, Tracee};
use urgency::Urgency;

const MMAP: u64 = 9;
const MUNMAP: u64 = 11;
const CLONE: u64 = 56;
/// `PROT_READ`, `PROT_WRITE`, `PROT_EXEC`.
const ALL_ACCESS: u64 = 7;
/// `MAP_PRIVATE`, `MAP_ANONYMOUS`.
const OWN_MEMORY: u64 = 0x22;
/// `CLONE_VM`, `CLONE_FS`, `CLONE_FILES`, `CLONE_SIGHAND`, `CLONE_THREAD`, `CLONE_SYSVSEM`.
const A_THREAD: u64 = 0x0005_0f00;
const OPTIONS: libc::c_int = libc::PTRACE_O_TRACESYSGOOD;
/// Until a step is over that takes microseconds, or milliseconds on a machine that is busy.
const STEP: Duration = Duration::from_secs(5);
/// How often the caller's signal is looked at while the image is written.
const TICK: Duration = Duration::from_millis(5);

/// Makes an image of the process `pid`.
///
/// # Errors
/// [`Error::Attach`] when the process cannot be frozen, with the reason; [`Error::NoRest`] when its main thread did not
/// wait for events within the time; those of [`ByteWriter`]; [`Error::Cancelled`].
///
/// # Cost
/// The process stands still for the time of a fork, and changes of it are copied page by page while its image is
/// written.
pub fn freeze_process(pid: i32, options: &OutsideOptions, control: &Control) -> Result<FrozenOutside> {
    control.begin(Stage::Waiting, 0);
    let status = process::check(pid)?;
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default().to_string_lossy().into_owned();
    let memory = Remote::open(pid, true).map_err(|_| process::forbidden(pid))?;
    let node = Node::find(&memory, &lines(&of_process(pid, "maps")?), &program)?;
    let file = ByteWriter::file(&options.path, options.max_bytes)?.sealed(options.seal.as_ref())?;
    let descriptors = descriptors(pid)?;
    let deadline = Instant::now() + options.rest;
    let app = App { pid, memory, node, program, control, deadline };
    let (guardian, first_pause) = app.put_guardian()?;
    let apart = guardian.den.start..guardian.den.start + guardian.den.length;
    let id = guardian.thread.id();
    let Frozen { mut copy, threads, is_quiet, pause, fork } = app.copy(guardian)?;
    let header = app.header(copy.0.id(), &status, is_quiet, options)?;
    let subject = Subject {
        folder: &format!("/proc/{}", copy.0.id()),
        threads: &threads,
        descriptors: &descriptors,
        program: header.program.as_deref(),
        apart,
        written: &|_| {},
    };
    let Unfinished { file, raw_bytes } = app.write(&mut copy, &subject, &header, file)?;
    drop(copy);
    wait_for_end(pid, id);
    let written = Written { raw_bytes, ..file.finish()? };
    let about = header.about;
    Ok(FrozenOutside { written, about, threads: threads.len(), is_quiet, pause: pause.max(first_pause), fork })
}

struct App<'a> {
    pid: libc::pid_t,
    memory: Remote,
    node: Node,
    program: String,
    control: &'a Control,
    /// Until then the main thread has to come to rest.
    deadline: Instant,
}

struct Guardian {
    thread: Tracee,
    den: Den,
}

struct Frozen {
    copy: Copy,
    threads: Vec<Thread>,
    is_quiet: bool,
    pause: Duration,
    fork: Duration,
}

/// The copy of the process. Dropped, it is killed.
struct Copy(Tracee);

impl Drop for Copy {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl App<'_> {
    fn seize(&self) -> Result<Tracee> {
        Tracee::seize(self.pid, OPTIONS).map_err(|_| match process::check(self.pid) {
            Err(error) => error,
            Ok(_) => process::forbidden(self.pid),
        })
    }

    /// Puts the guardian into the process, where it stands before its first instruction.
    fn put_guardian(&self) -> Result<(Guardian, Duration)> {
        // Every mapping may be taken along and left out, and there may be more by then.
        let mappings = of_process(self.pid, "maps")?.iter().filter(|byte| **byte == b'\n').count();
        let length = Den::length_for(mappings * 3 + 256);
        let _urgency = Urgency::begin();
        let mut main = self.seize()?;
        let since = rest::find(&mut main, self.deadline, self.control)?;
        let rest = Rest::of(&main)?;
        let mut born = None;
        let mut make = |main: &mut Tracee, call: &Call| {
            let limits = (Instant::now() + STEP, self.control);
            call::make(main, &self.memory, &rest, self.node.sequences, call, limits, &mut |id| born = Some(id))
        };
        let start = make(
            &mut main,
            &Call { number: MMAP, arguments: [0, length, ALL_ACCESS, OWN_MEMORY, u64::MAX, 0], r15: 0 },
        )?;
        if start <= 0 {
            let what =
                format!("the system gives it no memory for {length} bytes of code and tables (error {})", -start);
            return Err(Error::Attach { what });
        }
        let den = Den { start: start as u64, length };
        self.memory.write(den.start, &den.contents(self.node.way_out))?;
        main.set_options(OPTIONS | libc::PTRACE_O_TRACECLONE)?;
        let made =
            make(&mut main, &Call { number: CLONE, arguments: [A_THREAD, den.stack(), 0, 0, 0, 0], r15: den.table() })?;
        if made < 0 {
            let arguments = [den.start, den.length, 0, 0, 0, 0];
            make(&mut main, &Call { number: MUNMAP, arguments, r15: 0 })?;
        }
        main.release();
        let pause = since.elapsed();
        let Some(id) = born else {
            let what = format!("the system makes no thread in it (error {}): it has as many as it may have", -made);
            return Err(Error::Attach { what });
        };
        let mut thread = Tracee::newborn(id);
        thread.stop(Instant::now() + STEP, self.control)?;
        Ok((Guardian { thread, den }, pause))
    }

    /// Stops the process, copies it, and lets it go on.
    fn copy(&self, mut guardian: Guardian) -> Result<Frozen> {
        let known = known(&of_process(self.pid, "smaps")?);
        let mut plan = Plan::default();
        let _urgency = Urgency::begin();
        let mut main = self.seize()?;
        let since = rest::find(&mut main, self.deadline, self.control)?;
        let others = rest::stop_others(&main, &guardian.thread, self.control)?;
        let threads = std::iter::once(&main).chain(&others).map(thread).collect::<Result<Vec<Thread>>>()?;
        let is_quiet = threads.iter().all(|thread| rest::is_idle(&thread.registers));
        plan.make(&known, &of_process(self.pid, "maps")?);
        self.give_orders(&guardian.den, &plan)?;
        let forked = Instant::now();
        let copy = self.let_go(&mut guardian)?;
        let fork = forked.elapsed();
        main.release();
        let pause = since.elapsed();
        drop(others);
        guardian.thread.release();
        Ok(Frozen { copy, threads, is_quiet, pause, fork })
    }

    fn give_orders(&self, den: &Den, plan: &Plan) -> Result<()> {
        let ranges = |ranges: &[Range]| -> Vec<(u64, u64)> {
            ranges.iter().map(|range| (range.start as u64, range.end as u64)).collect()
        };
        let status = process::Status::read(self.pid)?;
        let last_file = status.file_slots().saturating_sub(1);
        let orders = den.orders(&ranges(&plan.take_along), &ranges(&plan.leave_out), last_file, status.has_filter())?;
        self.memory.write(orders.at_ranges, &orders.ranges)?;
        self.memory.write(orders.at_counts, &orders.counts)?;
        self.memory.write(den.go(), &1_u64.to_le_bytes())
    }

    /// The guardian makes the copy. Then the copy has closed its files and stands before its end, and a fork of the
    /// app leaves out again what it did before.
    fn let_go(&self, guardian: &mut Guardian) -> Result<Copy> {
        let deadline = Instant::now() + STEP;
        let thread = &mut guardian.thread;
        let id = loop {
            thread.resume(false)?;
            match thread.stop(deadline, self.control) {
                Ok(Stop::Event(libc::PTRACE_EVENT_CLONE)) => break thread.event_message()?,
                Ok(_) => {}
                Err(Error::Attach { .. }) => {
                    let what = "the system makes no copy of it: its memory is limited (vm.overcommit_memory, a control \
                                group), or the number of its processes is";
                    return Err(Error::Attach { what: what.into() });
                }
                Err(error) => return Err(error),
            }
        };
        let mut copy = Copy(Tracee::newborn(id));
        copy.0.stop(deadline, self.control)?;
        // Before its first instruction: it ends with this process.
        copy.0.set_options(libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACEEXIT)?;
        copy.0.resume(false)?;
        thread.resume(false)?;
        while copy.0.stop(deadline, self.control)? != Stop::Event(libc::PTRACE_EVENT_EXIT) {
            copy.0.resume(false)?;
        }
        while self.memory.u64(guardian.den.is_made())? == 0 {
            self.control.check()?;
            if Instant::now() > deadline {
                return Err(Error::Attach { what: "the guardian in it did not come to its end; try again".into() });
            }
            std::thread::yield_now();
        }
        // Best effort: the first that a kernel without memory ends.
        _ = std::fs::write(format!("/proc/{id}/oom_score_adj"), "1000");
        Ok(copy)
    }

    fn header(
        &self,
        copy: libc::pid_t,
        status: &process::Status,
        is_quiet: bool,
        options: &OutsideOptions,
    ) -> Result<Header> {
        let of_copy = Remote::open(copy, false).map_err(|error| Error::io("the copy", "read", &error))?;
        let (node, v8) = self.node.versions(&of_copy)?;
        let about = About {
            started_at: options.started_at.clone(),
            runtime: "node".into(),
            node,
            v8,
            pid: self.pid as u32,
            thread_id: 0,
            argv: process::arguments(self.pid),
            memory: serde_json::json!({ "rss": status.bytes("VmRSS") }),
        };
        let began = started(&format!("/proc/{}", self.pid));
        let lineage = status.own_number().zip(began).map(|(pid, started)| Lineage { pid, started, secret: None });
        Ok(Header {
            about,
            way: "ptrace".into(),
            is_quiet,
            kernel: text("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            page_size: PAGE as u64,
            processor: processor_features()?,
            files: self.node.files.clone(),
            functions: self.node.functions.clone(),
            patches: self.node.patches.clone(),
            program: if options.self_contained {
                None
            } else {
                named_program(&self.program, &format!("/proc/{}", self.pid), &self.node.files)
            },
            lineage,
        })
    }

    /// A thread of low priority writes; this one has the copy.
    fn write(&self, copy: &mut Copy, subject: &Subject<'_>, header: &Header, file: ByteWriter) -> Result<Unfinished> {
        self.control.begin(Stage::Writing, 0);
        let control = self.control;
        let written = std::thread::scope(|scope| {
            let writer = scope.spawn(move || {
                stand_behind();
                let mut told = 0;
                write_of(subject, header, file, &mut |stored| {
                    control.advance(stored - told);
                    told = stored;
                })
            });
            while !writer.is_finished() {
                if control.check().is_err() {
                    copy.0.kill();
                }
                std::thread::sleep(TICK);
            }
            writer.join()
        });
        control.check()?;
        let is_lost = copy.0.is_lost();
        let written =
            written.unwrap_or_else(|_| Err(Error::Internal { what: "the writer of an image panicked".into() }));
        // Memory of a process that was killed reads as nothing.
        if is_lost && !matches!(written, Err(Error::NoSpace { .. } | Error::MaxBytes { .. })) {
            let what = "its copy was killed before it was written, by somebody or by a kernel without memory; the \
                        process itself is not affected";
            return Err(Error::Attach { what: what.into() });
        }
        written
    }
}

fn thread(thread: &Tracee) -> Result<Thread> {
    Ok(Thread { id: thread.id() as u64, registers: thread.registers()?, extended: thread.extended()? })
}

fn of_process(pid: libc::pid_t, file: &str) -> Result<Vec<u8>> {
    std::fs::read(format!("/proc/{pid}/{file}"))
        .map_err(|error| Error::Attach { what: format!("its {file} cannot be read ({error}); it may have ended") })
}

/// Numbers of the files that it has open.
fn descriptors(pid: libc::pid_t) -> Result<Vec<i32>> {
    let folder = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let folder =
        folder.map_err(|error| Error::Attach { what: format!("its open files cannot be listed ({error})") })?;
    Ok(folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// Until the guardian is gone.
fn wait_for_end(pid: libc::pid_t, guardian: libc::pid_t) {
    let task = format!("/proc/{pid}/task/{guardian}");
    let deadline = Instant::now() + STEP;
    while std::path::Path::new(&task).exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_micros(200));
    }
}
