//! The memory that the forked child gets. V8 marks its heap `MADV_DONTFORK`; without this memory the child dies at its
//! first bytecode.

/// Addresses from `start` up to `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::capture) struct Range {
    pub start: usize,
    pub end: usize,
}

/// A mapping of `smaps`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::capture) struct Known {
    pub range: Range,
    /// Private memory without a file that a fork leaves out.
    pub left_out: bool,
}

/// The mappings that `/proc/self/smaps` lists, in order of address.
///
/// # Cost
/// Having the kernel write the file takes longer than reading it: milliseconds for each 100 MB. Not on a thread that
/// must not wait.
pub(in crate::capture) fn known(smaps: &[u8]) -> Vec<Known> {
    let mut found: Vec<Known> = Vec::new();
    let mut anonymous = false;
    for line in lines(smaps) {
        if let Some((range, is_anonymous)) = mapping(line) {
            anonymous = is_anonymous;
            found.push(Known { range, left_out: false });
        } else if let Some(flags) = line.strip_prefix(b"VmFlags:") {
            let marked = flags.split(|byte| *byte == b' ').any(|flag| flag == b"dc");
            if let Some(last) = found.last_mut() {
                last.left_out = anonymous && marked;
            }
        }
    }
    found
}

/// The ranges of memory to name to the kernel around a fork.
#[derive(Default, Debug)]
pub(in crate::capture) struct Plan {
    /// Memory that the child has to get: all that is private and anonymous. That it was not left out a moment ago says
    /// nothing: V8 maps memory first and marks it then, and may have been in between.
    pub take_along: Vec<Range>,
    /// Memory that later forks shall leave out again: the same as before, as far as it is still there.
    pub leave_out: Vec<Range>,
}

impl Plan {
    /// Compares what `/proc/self/maps` lists now with what was known a moment ago.
    ///
    /// Memory that was not known to be left out may be V8's, and goes along. It is not left out afterwards: it may as
    /// well be of the C library, and a process forked without it would crash.
    ///
    /// # Cost
    /// O(mappings); allocates nothing that the plan did not have before.
    pub fn make(&mut self, known: &[Known], maps: &[u8]) {
        self.take_along.clear();
        self.leave_out.clear();
        let mut rest = known;
        for (current, _) in lines(maps).filter_map(mapping).filter(|(_, anonymous)| *anonymous) {
            while let Some((first, later)) = rest.split_first()
                && first.range.end <= current.start
            {
                rest = later;
            }
            for before in rest.iter().take_while(|before| before.range.start < current.end) {
                let range =
                    Range { start: before.range.start.max(current.start), end: before.range.end.min(current.end) };
                if before.left_out {
                    append(&mut self.leave_out, range);
                }
            }
            append(&mut self.take_along, current);
        }
    }
}

/// Appends a range, to the last one where they touch: one call of the kernel does for both.
fn append(ranges: &mut Vec<Range>, range: Range) {
    match ranges.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

/// While it lives, a fork takes everything along.
pub(super) struct TakenAlong<'a>(&'a Plan);

impl<'a> TakenAlong<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        advise(&plan.take_along, libc::MADV_DOFORK);
        TakenAlong(plan)
    }
}

impl Drop for TakenAlong<'_> {
    fn drop(&mut self) {
        advise(&self.0.leave_out, libc::MADV_DONTFORK);
    }
}

fn advise(ranges: &[Range], advice: i32) {
    for range in ranges {
        // Memory that is not mapped any more makes the call fail, after it has done the rest. No more is wanted.
        // SAFETY: this advice changes no memory and no access to it, only what a fork does with it.
        unsafe { libc::madvise(range.start as *mut libc::c_void, range.end - range.start, advice) };
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// A line such as `7f0000000000-7f0000040000 rw-p 00000000 00:00 0   [heap]`, and whether it is private memory without
/// a file.
fn mapping(line: &[u8]) -> Option<(Range, bool)> {
    let mut fields = line.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let (start, end) = {
        let range = fields.next()?;
        let dash = memchr::memchr(b'-', range)?;
        (address(&range[..dash])?, address(&range[dash + 1..])?)
    };
    let is_private = fields.next()?.get(3) == Some(&b'p');
    let has_file = fields.nth(2)? != b"0";
    let anonymous = match fields.next() {
        None => true,
        Some(name) => name == b"[heap]" || name.starts_with(b"[anon"),
    };
    (start < end).then_some((Range { start, end }, is_private && !has_file && anonymous))
}

fn address(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0_usize, |value, digit| Some((value << 4) | (*digit as char).to_digit(16)? as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
00400000-00500000 r-xp 00000000 08:01 1234                               /usr/bin/node
Size:               1024 kB
VmFlags: rd ex mr mw me
01000000-01100000 rw-p 00000000 00:00 0                                  [heap]
VmFlags: rd wr mr mw me ac
10000000-10040000 rw-p 00000000 00:00 0
VmFlags: rd wr mr mw me dc ac
10040000-10080000 ---p 00000000 00:00 0
VmFlags: mr mw me dc
10080000-100c0000 rw-p 00000000 00:00 0                                  [anon:v8]
VmFlags: rd wr mr mw me dc
20000000-20001000 rw-s 00000000 00:0e 77                                 anon_inode:[io_uring]
VmFlags: rd wr sh dc
7ffe0000-7fff0000 rw-p 00000000 00:00 0                                  [stack]
VmFlags: rd wr gd
7fff1000-7fff3000 r--p 00000000 00:00 0                                  [vvar]
VmFlags: rd mr pf io de dd sd dc
";

    /// Ranges as `start-end`, in hexadecimal.
    fn shown(ranges: &[Range]) -> String {
        ranges.iter().map(|range| format!("{:x}-{:x}", range.start, range.end)).collect::<Vec<_>>().join(" ")
    }

    fn check_plan(maps: &str, take_along: &str, leave_out: &str) {
        let mut plan = Plan::default();
        plan.make(&known(SMAPS.as_bytes()), maps.as_bytes());
        assert_eq!((shown(&plan.take_along), shown(&plan.leave_out)), (take_along.into(), leave_out.into()), "{maps}");
    }

    #[test]
    fn only_private_memory_without_a_file_is_marked() {
        let marked = known(SMAPS.as_bytes()).into_iter().filter(|known| known.left_out).map(|known| known.range);
        assert_eq!(shown(&marked.collect::<Vec<_>>()), "10000000-10040000 10040000-10080000 10080000-100c0000");
        assert_eq!(known(SMAPS.as_bytes()).len(), 8);
    }

    #[test]
    fn what_was_left_out_is_taken_along_once_and_left_out_again() {
        let line = |range: &str| format!("{range} rw-p 00000000 00:00 0\n");
        let heap = "01000000-01100000 rw-p 00000000 00:00 0  [heap]\n";
        check_plan(SMAPS, "1000000-1100000 10000000-100c0000", "10000000-100c0000");
        check_plan(heap, "1000000-1100000", "");
        // Gone, split, grown, new, and V8's in between.
        check_plan(&line("10040000-10080000"), "10040000-10080000", "10040000-10080000");
        check_plan(
            &[line("10000000-10010000"), line("10020000-10030000")].concat(),
            "10000000-10010000 10020000-10030000",
            "10000000-10010000 10020000-10030000",
        );
        check_plan(&line("0fff0000-10010000"), "fff0000-10010000", "10000000-10010000");
        check_plan(&line("10080000-10100000"), "10080000-10100000", "10080000-100c0000");
        check_plan(&line("30000000-30040000"), "30000000-30040000", "");
        check_plan("01000000-01200000 rw-p 00000000 00:00 0 [heap]\n", "1000000-1200000", "");
        check_plan("20000000-20001000 rw-s 00000000 00:0e 77 anon_inode:[io_uring]\n", "", "");
        check_plan("garbage\n\n1-2\n10-z0 rw-p 0 0 0\n", "", "");
    }

    #[test]
    fn a_fork_takes_along_what_was_left_out_and_the_next_one_leaves_it_out() {
        let mut smaps = Vec::new();
        let mut maps = Vec::new();
        let length = 1 << 16;
        // SAFETY: a new mapping, at an address that the kernel chooses.
        let page = unsafe {
            let access = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
        };
        assert_ne!(page, libc::MAP_FAILED);
        // SAFETY: the mapping is ours.
        unsafe { libc::madvise(page, length, libc::MADV_DONTFORK) };
        let mut is_left_out = || {
            super::super::super::proc_file::read_into("/proc/self/smaps", &mut smaps).expect("it is there");
            let all = known(&smaps);
            let ours = |known: &&Known| known.range.start <= page as usize && (page as usize) < known.range.end;
            (all.iter().find(ours).expect("it is mapped").left_out, all)
        };
        let (before, all) = is_left_out();
        assert!(before);
        super::super::super::proc_file::read_into("/proc/self/maps", &mut maps).expect("it is there");
        let mut plan = Plan::default();
        plan.make(&all, &maps);
        let taken = TakenAlong::new(&plan);
        assert!(!is_left_out().0);
        drop(taken);
        assert!(is_left_out().0);
        // SAFETY: the mapping is ours, and nothing points into it.
        unsafe { libc::munmap(page, length) };
    }
}
