//! Whose the memory of a frozen process is.

use super::about::about_json;
use super::control::Control;
use super::feed::{Feed, source_of};
use super::job;
use crate::archive::StoredFile;
use crate::control::Control as CoreControl;
use crate::image_memory::{self, ImageMemory};
use napi::Env;
use napi::bindgen_prelude::{Either, Object};
use napi_derive::napi;

#[napi(object, object_from_js = false)]
pub struct MemoryOfKind {
    pub kind: String,
    pub bytes: f64,
}

#[napi(object, object_from_js = false)]
pub struct MemoryOfFile {
    pub path: String,
    pub bytes: f64,
}

#[napi(object, object_from_js = false)]
pub struct MallocMemory {
    pub heaps: f64,
    pub known_heaps: f64,
    pub used_bytes: f64,
    pub free_bytes: f64,
}

/// The kinds have `total_bytes` together. `about` is JSON.
#[napi(object, object_from_js = false)]
pub struct ImageMemoryFigures {
    pub about: String,
    pub total_bytes: f64,
    pub kinds: Vec<MemoryOfKind>,
    pub files: Vec<MemoryOfFile>,
    /// The program whose text is not in the image.
    pub left_out: Option<String>,
    pub malloc: MallocMemory,
}

/// Reads an image twice, the second time from `again`, and tells the kinds of its pages.
#[napi(catch_unwind, ts_return_type = "Promise<ImageMemoryFigures | Failure>")]
pub fn memory_of_image<'env>(
    env: &'env Env,
    image: Either<String, &mut Feed>,
    again: Either<String, &mut Feed>,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let mut sources = [source_of(image), source_of(again)].into_iter();
    let open = move || {
        let source = sources.next().expect("an image is read twice")?;
        let file = StoredFile::of(source)?;
        let size = file.size;
        Ok((file, size))
    };
    let work = move |control: &CoreControl| image_memory::memory_of(open, control);
    job::start_behind(env, control, work, |_, memory| figures(memory))
}

fn figures(memory: ImageMemory) -> napi::Result<ImageMemoryFigures> {
    let ImageMemory { header, total, kinds, files, malloc } = memory;
    let about = about_json(&header.about)?;
    let kinds = kinds.into_iter().map(|(kind, bytes)| MemoryOfKind { kind: kind.name().into(), bytes: bytes as f64 });
    let files = files.into_iter().map(|(path, bytes)| MemoryOfFile { path, bytes: bytes as f64 });
    Ok(ImageMemoryFigures {
        about,
        total_bytes: total as f64,
        kinds: kinds.collect(),
        files: files.collect(),
        left_out: header.program,
        malloc: MallocMemory {
            heaps: malloc.heaps as f64,
            known_heaps: malloc.known as f64,
            used_bytes: malloc.used as f64,
            free_bytes: malloc.free as f64,
        },
    })
}
