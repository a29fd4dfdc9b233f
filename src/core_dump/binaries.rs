//! Programs and libraries of which the core has the first page only, as it does by default. The rest is read from the
//! file, when that is the same one: its first page is, which has its build id.

use super::MAGIC;
use super::bytes::{u16_at, u32_at, u64_at};
use super::dump::{Binary, CoreDump, Segment};
use super::elf::wrong;
use crate::archive::RandomFile;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::PAGE;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const EXECUTE: u32 = 4;
const NOTE: u32 = 4;
const BUILD_ID: u32 = 3;
/// Files that a message names.
const NAMED: usize = 5;
/// The kernel adds it to the path of a file that has been removed.
const DELETED: &str = " (deleted)";

/// Finds what is missing, and says so in the segments.
///
/// # Errors
/// [`Error::Core`] with the names of the files that are not there, or are others.
pub(super) fn find(dump: &mut CoreDump, folder: Option<&Path>, control: &Control) -> Result<Vec<Binary>> {
    let (mut found, mut missing): (Vec<Binary>, Vec<String>) = (Vec::new(), Vec::new());
    for (path, of_file) in by_file(&dump.segments) {
        control.check()?;
        let mut parts = of_file.iter().map(|index| &dump.segments[*index]);
        if parts.clone().all(is_whole) {
            continue;
        }
        let head = head(dump, &of_file)?;
        let is_code = parts.any(|part| part.protection & EXECUTE != 0) || is_library(&path);
        let is_binary = head.as_ref().is_some_and(|page| page.starts_with(MAGIC));
        let loads = head.as_deref().map(loads).unwrap_or_default();
        let binary = match head {
            Some(page) if is_binary => match find_file(&path, &page, folder) {
                Ok(file) => Some(Binary { file }),
                Err(why) => {
                    missing.push(why);
                    continue;
                }
            },
            // Data: whoever used it in the process cannot do so any more.
            _ if !is_code || is_device(&path) => None,
            _ => {
                missing.push(format!(
                    "{path}, whose first page is not in the core, so that nobody can tell which file it was (set bit \
                     4 of `coredump_filter`, as the default 0x33 does)"
                ));
                continue;
            }
        };
        let is_found = binary.is_some();
        found.extend(binary);
        let number = found.len().wrapping_sub(1);
        for index in of_file {
            let segment = &mut dump.segments[index];
            if is_whole(segment) {
                continue;
            }
            segment.binary = is_found.then_some(number);
            segment.is_left_out = !is_found;
            if !segment.has_protection {
                let load = loads.iter().find(|load| (load.0..load.1).contains(&segment.offset));
                segment.protection = load.map_or(0, |load| load.2);
                segment.is_left_out |= load.is_none();
            }
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let more = missing.len().saturating_sub(NAMED);
    missing.truncate(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(wrong(format!(
        "the core has the first page only of files that the process had mapped, and they are not here: {}{more}. Copy \
         them from the machine or the container of the process into a folder, by path (`docker cp \
         CONTAINER:/usr/local/bin/node DIR/usr/local/bin/node`), by name, or by build id (`.build-id/ab/cdef…`), and \
         name it: --files DIR (in JavaScript: files)",
        missing.join("; ")
    )))
}

/// The segments of each file, in the order in which the files come.
fn by_file(segments: &[Segment]) -> Vec<(String, Vec<usize>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut files: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, segment) in segments.iter().enumerate().filter(|(_, segment)| segment.has_file) {
        let place = *places.entry(&segment.name).or_insert(files.len());
        match files.get_mut(place) {
            Some((_, of_file)) => of_file.push(index),
            None => files.push((segment.name.clone(), vec![index])),
        }
    }
    files
}

fn is_whole(segment: &Segment) -> bool {
    segment.in_core >= segment.end - segment.start
}

fn is_library(path: &str) -> bool {
    let path = path.strip_suffix(DELETED).unwrap_or(path);
    path.ends_with(".so") || path.contains(".so.") || path.ends_with(".node")
}

/// Ranges of the file that its table maps, and what may be done with each.
fn loads(page: &[u8]) -> Vec<(u64, u64, u32)> {
    const LOAD: u32 = 1;
    let segments = rows(page).into_iter().filter(|row| u32_at(row, 0) == Some(LOAD));
    let range = segments.filter_map(|row| {
        let (flags, offset, size) = (u32_at(row, 4)?, u64_at(row, 8)?, u64_at(row, 32)?);
        let protection = (flags >> 2 & 1) | (flags & 2) | ((flags & 1) << 2);
        Some((offset & !(PAGE as u64 - 1), offset.checked_add(size)?, protection))
    });
    range.collect()
}

/// Rows of the table, as far as they lie in the first page.
fn rows(page: &[u8]) -> Vec<&[u8]> {
    let start = u64_at(page, 32).and_then(|start| usize::try_from(start).ok()).unwrap_or(usize::MAX);
    let count = usize::from(u16_at(page, 56).unwrap_or(0));
    (0..count).filter_map(|index| page.get(start.checked_add(index * 56)?..)?.get(..56)).collect()
}

fn is_device(path: &str) -> bool {
    path.starts_with("/dev/")
}

/// The first page of the file, if the core has it.
fn head(dump: &CoreDump, of_file: &[usize]) -> Result<Option<Vec<u8>>> {
    let first = of_file.iter().map(|index| &dump.segments[*index]).find(|segment| segment.offset == 0);
    let Some(segment) = first.filter(|segment| segment.in_core >= PAGE as u64) else { return Ok(None) };
    let mut page = vec![0; PAGE];
    dump.read_segment(segment, segment.start, &mut page)?;
    Ok(Some(page))
}

/// The file with this first page, or why there is none. `folder`: a folder with such files.
///
/// # Errors
/// The file that is wanted, and what was found in its place.
pub fn find_file(path: &str, page: &[u8], folder: Option<&Path>) -> std::result::Result<RandomFile, String> {
    let build_id = build_id(page);
    let of = |id: &Option<String>| id.as_ref().map_or("no build id".into(), |id| format!("build id {id}"));
    let mut why = "there is no such file".to_owned();
    let is_same = |file: &RandomFile| {
        let mut other = vec![0; page.len()];
        file.read_at(0, &mut other).is_ok() && other == page
    };
    for candidate in candidates(path, build_id.as_deref(), folder) {
        let file = match RandomFile::open(&candidate) {
            Ok(file) => file,
            Err(Error::Io { os: Some(NOT_FOUND | NOT_A_FOLDER), .. }) => continue,
            Err(error) => {
                why = error.to_string();
                continue;
            }
        };
        let mut other = vec![0; page.len()];
        match file.read_at(0, &mut other) {
            Ok(_) if other == page => return Ok(file),
            Ok(_) => why = format!("{} is another file, with {}", candidate.display(), of(&self::build_id(&other))),
            Err(error) => why = error.to_string(),
        }
    }
    // It may be the Node.js in which this runs.
    let own = std::env::current_exe().ok().and_then(|path| RandomFile::open(&path).ok());
    own.filter(is_same).ok_or_else(|| format!("{path} ({}; {why})", of(&build_id)))
}

const NOT_FOUND: i32 = 2;
const NOT_A_FOLDER: i32 = 20;

/// Where the file may be. The folder of the caller comes first.
fn candidates(path: &str, build_id: Option<&str>, folder: Option<&Path>) -> Vec<PathBuf> {
    let path = path.strip_suffix(DELETED).unwrap_or(path);
    // The kernel never writes such a path.
    if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return Vec::new();
    }
    let mut candidates = Vec::new();
    if let Some(folder) = folder {
        candidates.push(folder.join(path.trim_start_matches('/')));
        candidates.extend(path.rsplit('/').next().map(|name| folder.join(name)));
        if let Some((first, rest)) = build_id.and_then(|id| id.split_at_checked(2)) {
            candidates.push(folder.join(".build-id").join(first).join(rest));
            candidates.push(folder.join(first).join(rest));
        }
    }
    candidates.push(path.into());
    candidates
}

/// That of a program or library, in its first page.
pub fn build_id(page: &[u8]) -> Option<String> {
    let mut notes = rows(page).into_iter().filter(|segment| u32_at(segment, 0) == Some(NOTE));
    notes.find_map(|segment| {
        let at = usize::try_from(u64_at(segment, 8)?).ok()?;
        let length = usize::try_from(u64_at(segment, 32)?).ok()?;
        in_notes(page.get(at..at.checked_add(length)?)?)
    })
}

fn in_notes(mut notes: &[u8]) -> Option<String> {
    loop {
        let (name, length) = (u32_at(notes, 0)? as usize, u32_at(notes, 4)? as usize);
        let start = 12_usize.checked_add(name.checked_next_multiple_of(4)?)?;
        let content = notes.get(start..start.checked_add(length)?)?;
        if u32_at(notes, 8)? == BUILD_ID && notes.get(12..16) == Some(b"GNU\0") {
            return Some(content.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        notes = notes.get(start.checked_add(length.checked_next_multiple_of(4)?)?..)?;
    }
}
