//! A search for leaks in files of which never more than two are in memory.

use super::control::Control;
use super::heap::OpenOptions;
use super::job;
use super::pages::Pages;
use crate::control::Control as CoreControl;
use crate::open::{self, count_in_turn};
use crate::report::{self, LeaksQuestion};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The ids of several files, which were read ahead of the rest.
#[napi]
pub struct FileIds {
    ids: Arc<Option<open::FileIds>>,
}

#[napi]
impl FileIds {
    /// Positions of the files, oldest first; null where their ids do not show it: then the files are to be opened all
    /// together.
    #[napi(catch_unwind)]
    pub fn order(&self) -> Option<Vec<u32>> {
        let order = self.ids.as_ref().as_ref()?.order();
        Some(order.iter().map(|at| u32::try_from(*at).expect("a call has fewer files")).collect())
    }
}

/// Reads the ids of the files, and no more of them.
#[napi(catch_unwind, ts_return_type = "Promise<FileIds | Failure>")]
pub fn read_ids<'env>(
    env: &'env Env,
    files: Vec<String>,
    options: OpenOptions,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let (files, options) = (paths(files), options.into_core());
    let work = move |control: &CoreControl| {
        options.pool()?.install(|| open::FileIds::read(&files, &options, control)).map(Arc::new)
    };
    job::start_behind(env, control, work, |_, ids| Ok(FileIds { ids }))
}

/// [`super::comparisons::find_leaks`] in the files whose ids were read. After an error of it the files are to be opened
/// all together: that says what is wrong with them.
#[napi(catch_unwind, ts_return_type = "Promise<Pages | Failure>")]
pub fn find_leaks_in_files<'env>(
    env: &'env Env,
    files: Vec<String>,
    ids: &FileIds,
    options: OpenOptions,
    question: String,
    control: &Control,
) -> napi::Result<Object<'env>> {
    let (files, options, ids) = (paths(files), options.into_core(), Arc::clone(&ids.ids));
    let work = move |control: &CoreControl| {
        let question: LeaksQuestion = report::parse(&question)?;
        let newest = OnceLock::new();
        options.pool()?.install(|| {
            let (leaks, id_spaces) = (question.options(), question.id_spaces());
            let about = report::info_of_parsed;
            let (counted, comparison, infos) =
                count_in_turn(&files, ids.as_ref().as_ref(), (&options, &leaks), id_spaces, about, &newest, control)?;
            let last = newest.get().expect("what was counted was analysed");
            report::leaks_counted(counted, last, (comparison, infos), &question, control)
        })
    };
    job::start_behind(env, control, work, |_, document| Ok(Pages::from(document)))
}

fn paths(files: Vec<String>) -> Vec<PathBuf> {
    files.into_iter().map(PathBuf::from).collect()
}
