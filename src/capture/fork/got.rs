//! The tables of addresses (GOT) through which Node.js calls the C library, one for each object file. The entries are
//! looked up before the fork, because that takes time and a lock of the loader. The forked child only writes them.

use super::hooks::{ESSENTIAL, Hook};
use std::ffi::CStr;
use std::os::raw::{c_int, c_void};

#[cfg(target_arch = "x86_64")]
const ENTRY_KINDS: [u32; 2] = [6, 7]; // R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT
#[cfg(target_arch = "aarch64")]
const ENTRY_KINDS: [u32; 2] = [1025, 1026]; // R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT

/// Tags of the dynamic section, from the ELF specification.
const DT_NULL: i64 = 0;
const DT_PLTRELSZ: i64 = 2;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_JMPREL: i64 = 23;

#[repr(C)]
struct Dynamic {
    tag: i64,
    value: u64,
}

#[repr(C)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: i64,
}

/// One address of the tables, and what to write there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Slot {
    place: usize,
    address: usize,
}

/// All of them.
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// Beginnings of the pages that they lie in.
    pages: Vec<usize>,
    page_size: usize,
}

impl Slots {
    /// Finds the calls of `hooks` in the program and in the libraries that V8 and libuv may be in.
    ///
    /// # Errors
    /// The name of a function that cannot be hooked, without which a child is not safe.
    ///
    /// # Cost
    /// O(relocations): a few milliseconds.
    pub fn find(hooks: &[Hook]) -> Result<Self, &'static str> {
        let mut search = Search { hooks, slots: Vec::new(), found: vec![false; hooks.len()] };
        // SAFETY: `visit` is called during this call only, with the pointer given here.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        let found = |symbol: &str| hooks.iter().zip(&search.found).any(|(hook, found)| *found && hook.symbol == symbol);
        if let Some(missing) = ESSENTIAL.into_iter().find(|symbol| !found(symbol)) {
            return Err(missing);
        }
        // SAFETY: the call takes no pointers.
        let page_size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        let mut pages: Vec<usize> = search.slots.iter().map(|slot| slot.place & !(page_size - 1)).collect();
        pages.sort_unstable();
        pages.dedup();
        Ok(Slots { slots: search.slots, pages, page_size })
    }

    /// Writes them. In the forked process only, before anything of Node.js runs there.
    ///
    /// # Errors
    /// When a page cannot be made writable.
    pub fn write(&self) -> std::io::Result<()> {
        for page in &self.pages {
            // SAFETY: pages of tables that the loader has mapped; they are read as before, and nobody relies on not
            // being able to write.
            let refused =
                unsafe { libc::mprotect(*page as *mut c_void, self.page_size, libc::PROT_READ | libc::PROT_WRITE) };
            if refused != 0 {
                return Err(std::io::Error::last_os_error());
            }
        }
        for slot in &self.slots {
            // SAFETY: an aligned entry of a table that was made writable; one thread exists, and the function has the
            // same signature.
            unsafe { (slot.place as *mut usize).write_volatile(slot.address) };
        }
        Ok(())
    }
}

struct Search<'a> {
    hooks: &'a [Hook],
    slots: Vec<Slot>,
    /// For each hook, whether the program itself calls it, or the library that has Node.js in it.
    found: Vec<bool>,
}

/// Looks at one object.
unsafe extern "C" fn visit(object: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: the loader's description of an object that is loaded, valid during the call.
    let object = unsafe { &*object };
    // SAFETY: the pointer that `find` gave; nobody else has it meanwhile.
    let search = unsafe { &mut *search.cast::<Search<'_>>() };
    let name = if object.dlpi_name.is_null() {
        c""
    } else {
        // SAFETY: the loader keeps names as strings that end in a zero.
        unsafe { CStr::from_ptr(object.dlpi_name) }
    };
    if is_of_node(&name.to_string_lossy()) {
        // SAFETY: an object that is loaded.
        unsafe { search.look_at(object) };
    }
    0
}

/// The program has no name. Distributions put Node.js, V8 or libuv into libraries; C++ waits in its own library.
fn is_of_node(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.is_empty() || ["libnode", "libv8", "libuv", "libstdc++"].iter().any(|start| file.starts_with(start))
}

impl Search<'_> {
    /// # Safety
    /// `object` is what the loader says of an object that is loaded.
    unsafe fn look_at(&mut self, object: &libc::dl_phdr_info) {
        let base = object.dlpi_addr as usize;
        let count = usize::from(object.dlpi_phnum);
        // SAFETY: as many headers as the loader says.
        let headers = unsafe { std::slice::from_raw_parts(object.dlpi_phdr, count) };
        let Some(dynamic) = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC) else { return };
        let mut entry = (base + dynamic.p_vaddr as usize) as *const Dynamic;
        let (mut symbols, mut names) = (0, 0);
        let (mut calls, mut calls_size, mut data, mut data_size) = (0, 0, 0, 0);
        loop {
            // SAFETY: the section is an array that ends in DT_NULL.
            let Dynamic { tag, value } = unsafe { entry.read() };
            // Loaders may leave addresses as they are in the file, or not.
            let value = value as usize;
            let address = if value < base { base + value } else { value };
            match tag {
                DT_NULL => break,
                DT_SYMTAB => symbols = address,
                DT_STRTAB => names = address,
                DT_JMPREL => calls = address,
                DT_PLTRELSZ => calls_size = value,
                DT_RELA => data = address,
                DT_RELASZ => data_size = value,
                _ => {}
            }
            // SAFETY: not the last entry.
            entry = unsafe { entry.add(1) };
        }
        if symbols == 0 || names == 0 {
            return;
        }
        for (table, size) in [(calls, calls_size), (data, data_size)] {
            if table == 0 {
                continue;
            }
            for index in 0..size / size_of::<Relocation>() {
                // SAFETY: a table of that size.
                let relocation = unsafe { (table as *const Relocation).add(index).read() };
                if !ENTRY_KINDS.contains(&((relocation.info & 0xffff_ffff) as u32)) {
                    continue;
                }
                // SAFETY: a relocation names a symbol of the object's table, and that a text of its texts.
                let symbol = unsafe {
                    let symbol = (symbols as *const libc::Elf64_Sym).add((relocation.info >> 32) as usize);
                    CStr::from_ptr((names as *const libc::c_char).add((*symbol).st_name as usize))
                };
                self.offer(symbol, base + relocation.offset as usize);
            }
        }
    }

    fn offer(&mut self, symbol: &CStr, place: usize) {
        for (hook, found) in self.hooks.iter().zip(&mut self.found) {
            if hook.symbol.as_bytes() == symbol.to_bytes() {
                *found = true;
                self.slots.push(Slot { place, address: hook.address });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_node_are_told_from_others() {
        for (name, expected) in [
            ("", true),
            ("/usr/lib/x86_64-linux-gnu/libnode.so.115", true),
            ("/usr/lib/libuv.so.1", true),
            ("/lib/libc.so.6", false),
            ("/app/node_modules/heaphound/heaphound.linux-x64.node", false),
        ] {
            assert_eq!(is_of_node(name), expected, "{name}");
        }
    }

    /// The test's own program has a table, too.
    #[test]
    fn a_call_of_the_program_is_found_in_its_table() {
        extern "C" fn instead() {}
        let address = instead as extern "C" fn() as usize;
        let hooks = [Hook { symbol: "write", address }, Hook { symbol: "no such function", address }];
        let mut search = Search { hooks: &hooks, slots: Vec::new(), found: vec![false; 2] };
        // SAFETY: as in `find`.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        assert_eq!(search.found, [true, false]);
        // SAFETY: an entry of the table, which holds an address.
        let current = unsafe { (search.slots[0].place as *const usize).read() };
        assert_eq!(current, libc::write as unsafe extern "C" fn(i32, *const c_void, usize) -> isize as usize);
        assert_eq!(Slots::find(&hooks).err(), Some("pthread_cond_wait"));
    }
}
