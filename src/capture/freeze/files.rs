//! The program and the libraries of this process, with their build ids.

use crate::image::MappedFile;
use std::ffi::CStr;
use std::os::raw::{c_int, c_void};

/// `NT_GNU_BUILD_ID`.
const BUILD_ID: u32 = 3;

/// What the loader of the C library has loaded.
pub(super) fn mapped() -> Vec<MappedFile> {
    let mut files: Vec<MappedFile> = Vec::new();
    // SAFETY: `visit` is called during this call only, with the pointer given here.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut files).cast()) };
    files
}

unsafe extern "C" fn visit(object: *mut libc::dl_phdr_info, _size: usize, files: *mut c_void) -> c_int {
    // SAFETY: the loader's description of an object that is loaded, valid during the call.
    let object = unsafe { &*object };
    // SAFETY: the pointer that `mapped` gave; nobody else has it meanwhile.
    let files = unsafe { &mut *files.cast::<Vec<MappedFile>>() };
    // SAFETY: as many headers as the loader says.
    let headers = unsafe { std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum)) };
    let first = headers.iter().filter(|header| header.p_type == libc::PT_LOAD).map(|header| header.p_vaddr).min();
    let build_id = headers.iter().filter(|header| header.p_type == libc::PT_NOTE).find_map(|header| {
        let start = (object.dlpi_addr + header.p_vaddr) as *const u8;
        // SAFETY: a segment that is loaded, of that size.
        build_id(unsafe { std::slice::from_raw_parts(start, header.p_memsz as usize) })
    });
    files.push(MappedFile { path: path_of(object), address: object.dlpi_addr + first.unwrap_or(0), build_id });
    0
}

/// The program has no name there.
fn path_of(object: &libc::dl_phdr_info) -> String {
    if !object.dlpi_name.is_null() {
        // SAFETY: the loader keeps names as strings that end in a zero.
        let name = unsafe { CStr::from_ptr(object.dlpi_name) };
        if !name.is_empty() {
            return name.to_string_lossy().into_owned();
        }
    }
    rustix::fs::readlink("/proc/self/exe", Vec::new())
        .map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The build id in the notes of a segment.
pub(in crate::capture) fn build_id(mut notes: &[u8]) -> Option<String> {
    let number = |bytes: &[u8], at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    loop {
        let (name, length, kind) = (number(notes, 0)? as usize, number(notes, 4)? as usize, number(notes, 8)?);
        let start = 12 + name.next_multiple_of(4);
        let content = notes.get(start..start.checked_add(length)?)?;
        if kind == BUILD_ID && notes.get(12..16) == Some(b"GNU\0") {
            return Some(content.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        notes = notes.get(start + length.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_id_is_found_among_notes() {
        let note = |kind: u32, name: &[u8; 4], content: &[u8]| {
            let sizes = [4_u32, content.len() as u32, kind].map(u32::to_ne_bytes).concat();
            let mut padded = content.to_vec();
            padded.resize(content.len().next_multiple_of(4), 0);
            [&sizes[..], name, &padded].concat()
        };
        let notes = [note(1, b"GNU\0", &[1; 5]), note(3, b"Go\0\0", &[2; 4]), note(3, b"GNU\0", &[0xab, 1])].concat();
        assert_eq!(build_id(&notes).as_deref(), Some("ab01"));
        assert_eq!(build_id(&notes[..notes.len() - 4]), None);
        assert_eq!(build_id(&[0xff; 12]), None);
    }

    #[test]
    fn this_program_has_a_path() {
        assert!(mapped().iter().any(|file| file.path.contains("heaphound") && file.address > 0));
    }
}
