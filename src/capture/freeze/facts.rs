//! The header of an image: looked up in the app, before the fork, since that takes locks and memory.

use super::super::proc_file;
use super::arguments::harmless;
use super::files;
use crate::core_dump;
use crate::error::{Error, Result};
use crate::image::{About, Header, MappedFile, PAGE, Patch, PatchKind};
use std::collections::BTreeMap;
use std::ffi::CStr;

/// The functions that take a snapshot, and the names that they have on the lines of Node.js. A handle scope is open:
/// the thread is in a function of this addon.
pub(in crate::capture) const FUNCTIONS: [(&str, &[&CStr]); 6] = [
    ("currentIsolate", &[c"_ZN2v87Isolate13TryGetCurrentEv"]),
    ("heapProfiler", &[c"_ZN2v87Isolate15GetHeapProfilerEv"]),
    (
        "takeSnapshot",
        &[
            c"_ZN2v812HeapProfiler16TakeHeapSnapshotEPNS_15ActivityControlEPNS0_18ObjectNameResolverEbb",
            c"_ZN2v812HeapProfiler16TakeHeapSnapshotEPNS_15ActivityControlEPNS0_19ContextNameResolverEbb",
        ],
    ),
    ("serialize", &[c"_ZNK2v812HeapSnapshot9SerializeEPNS_12OutputStreamENS0_19SerializationFormatE"]),
    ("setFlags", &[c"_ZN2v82V818SetFlagsFromStringEPKc"]),
    ("nearHeapLimit", &[c"_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_"]),
];

/// Functions that run JavaScript in a thawed process. Without one of them an image gives snapshots, and no answers.
pub(in crate::capture) const OF_ANSWERS: [(&str, &CStr); 7] = [
    ("currentContext", c"_ZN2v87Isolate17GetCurrentContextEv"),
    ("tryCatch", c"_ZN2v88TryCatchC1EPNS_7IsolateE"),
    ("newString", c"_ZN2v86String11NewFromUtf8EPNS_7IsolateEPKcNS_13NewStringTypeEi"),
    ("compile", c"_ZN2v86Script7CompileENS_5LocalINS_7ContextEEENS1_INS_6StringEEEPNS_12ScriptOriginE"),
    ("run", c"_ZN2v86Script3RunENS_5LocalINS_7ContextEEE"),
    ("writeText", c"_ZNK2v86String9WriteUtf8EPNS_7IsolateEPciPii"),
    ("writeTextOfNew", c"_ZNK2v86String11WriteUtf8V2EPNS_7IsolateEPcmiPm"),
];

pub(in crate::capture) const OF_VDSO: [(&CStr, PatchKind); 6] = [
    (c"__vdso_clock_gettime", PatchKind::ClockGettime),
    (c"__vdso_clock_getres", PatchKind::ClockGetres),
    (c"__vdso_gettimeofday", PatchKind::Gettimeofday),
    (c"__vdso_time", PatchKind::Time),
    (c"__vdso_getcpu", PatchKind::Getcpu),
    (c"__vdso_getrandom", PatchKind::Getrandom),
];

/// Sets of instructions for which the C library, V8 and libraries choose code when a process begins.
const FEATURES: [&str; 46] = [
    "cx16",
    "pni",
    "ssse3",
    "sse4_1",
    "sse4_2",
    "popcnt",
    "movbe",
    "aes",
    "pclmulqdq",
    "xsave",
    "xsavec",
    "xsaveopt",
    "xgetbv1",
    "rdrand",
    "rdseed",
    "f16c",
    "fma",
    "avx",
    "avx2",
    "bmi1",
    "bmi2",
    "abm",
    "lahf_lm",
    "adx",
    "erms",
    "fsrm",
    "fzrm",
    "fsrs",
    "rtm",
    "sha_ni",
    "gfni",
    "vaes",
    "vpclmulqdq",
    "ospke",
    "avx_vnni",
    "avx512f",
    "avx512dq",
    "avx512cd",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "avx512vbmi",
    "avx512_vbmi2",
    "avx512_bitalg",
    "amx_tile",
    "user_shstk",
];

/// Why this process cannot be frozen, if so.
pub fn cannot_freeze() -> Option<String> {
    if let Err(missing) = functions() {
        return Some(format!(
            "this build of Node.js does not export {missing}, without which no image could be thawed"
        ));
    }
    let mut entry = Vec::new();
    if let Err(error) = proc_file::read_into("/proc/self/maps", &mut entry) {
        return Some(format!("/proc/self/maps cannot be read ({error}): it says where memory is"));
    }
    let pagemap = rustix::fs::access("/proc/self/pagemap", rustix::fs::Access::READ_OK).err();
    pagemap.map(|error| format!("/proc/self/pagemap cannot be read ({error}): it says which pages hold something"))
}

/// # Errors
/// [`Error::Capture`] when [`cannot_freeze`]; [`Error::Io`].
pub(in crate::capture) fn gather(mut about: About, self_contained: bool) -> Result<Header> {
    if let Some(what) = cannot_freeze() {
        return Err(Error::Capture { what });
    }
    let functions = functions().map_err(|name| Error::Capture { what: format!("{name} is not exported") })?;
    about.argv = harmless(about.argv.iter().map(String::as_str));
    let files = files::mapped();
    let program = rustix::fs::readlink("/proc/self/exe", Vec::new()).ok().and_then(|path| path.into_string().ok());
    Ok(Header {
        about,
        program: program.filter(|_| !self_contained).and_then(|program| named_program(&program, "/proc/self", &files)),
        way: "fork".into(),
        is_quiet: true,
        kernel: text("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        page_size: PAGE as u64,
        processor: processor_features()?,
        files,
        functions,
        patches: patches()?,
        lineage: None,
    })
}

/// The program of an image whose text need not be in it: it can be had again, and told by its build id. No
/// update has removed it, and its first page, which is in the image, has that id. `folder`: of the process, in `/proc`.
pub(in crate::capture) fn named_program(program: &str, folder: &str, files: &[MappedFile]) -> Option<String> {
    let file = files.iter().find(|file| file.path == program && !program.ends_with(" (deleted)"))?;
    let page = proc_file::first_bytes(&format!("{folder}/exe"), PAGE).ok()?;
    (file.build_id.is_some() && core_dump::build_id(&page) == file.build_id).then(|| program.to_owned())
}

/// Features of the processor that matter, as the kernel names them.
///
/// # Errors
/// [`Error::Io`].
pub(in crate::capture) fn processor_features() -> Result<Vec<String>> {
    let known = text("/proc/cpuinfo")?;
    let line = known.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    let flags: Vec<&str> = line.split_ascii_whitespace().collect();
    Ok(FEATURES.into_iter().filter(|feature| flags.contains(feature)).map(str::to_owned).collect())
}

/// # Errors
/// [`Error::Io`].
pub(in crate::capture) fn text(path: &str) -> Result<String> {
    let mut bytes = Vec::new();
    proc_file::read_into(path, &mut bytes).map_err(|error| Error::io(path, "read", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn functions() -> std::result::Result<BTreeMap<String, u64>, String> {
    let of_answers = OF_ANSWERS.into_iter().filter_map(|(name, symbol)| {
        let address = address_of(libc::RTLD_DEFAULT, symbol)?;
        Some(Ok((name.to_owned(), address)))
    });
    FUNCTIONS
        .into_iter()
        .map(|(name, symbols)| {
            let found = symbols.iter().find_map(|symbol| address_of(libc::RTLD_DEFAULT, symbol));
            let address = found.ok_or_else(|| symbols[0].to_string_lossy().into_owned())?;
            Ok((name.to_owned(), address))
        })
        .chain(of_answers)
        .collect()
}

/// Without them a thawed process would crash: the kernel gives it another end of its heap, and no data of the vdso.
fn patches() -> Result<Vec<Patch>> {
    let mut patches = Vec::new();
    for name in [c"brk", c"sbrk"] {
        let address = address_of(libc::RTLD_DEFAULT, name).ok_or_else(|| Error::Capture {
            what: format!("the C library has no {}, which a thawed process must not call", name.to_string_lossy()),
        })?;
        patches.push(Patch { address, kind: PatchKind::Fail });
    }
    // SAFETY: a constant name; the object is there already or nowhere.
    let vdso = unsafe { libc::dlopen(c"linux-vdso.so.1".as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
    if !vdso.is_null() {
        let found = OF_VDSO.into_iter().filter_map(|(name, kind)| Some((address_of(vdso, name)?, kind)));
        patches.extend(found.map(|(address, kind)| Patch { address, kind }));
        // SAFETY: what `dlopen` gave.
        unsafe { libc::dlclose(vdso) };
    }
    // SAFETY: asks for a number.
    let has_vdso = unsafe { libc::getauxval(libc::AT_SYSINFO_EHDR) } != 0;
    if has_vdso && patches.len() < 3 {
        return Err(Error::Capture { what: "the functions of the vdso could not be found".into() });
    }
    Ok(patches)
}

fn address_of(object: *mut libc::c_void, symbol: &CStr) -> Option<u64> {
    // SAFETY: an object that is loaded, and a text.
    let address = unsafe { libc::dlsym(object, symbol.as_ptr()) };
    (!address.is_null()).then_some(address as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_node_is_refused_by_the_name_of_what_is_missing() {
        assert!(cannot_freeze().is_some_and(|why| why.contains("TryGetCurrent")));
    }

    #[test]
    fn the_functions_that_must_be_others_are_found() {
        let patches = patches().expect("this is Linux with glibc");
        assert!(patches.iter().filter(|patch| patch.kind == PatchKind::Fail).count() == 2, "{patches:?}");
        assert!(patches.iter().any(|patch| patch.kind == PatchKind::ClockGettime), "{patches:?}");
        assert!(!processor_features().expect("there is a processor").is_empty());
    }
}
