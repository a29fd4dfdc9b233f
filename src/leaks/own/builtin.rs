//! The own files that load the module of Node.js whose objects leak. They may use it for other things too: the answer
//! is a probable one.

use super::below::Walk;
use super::code::OwnCode;
use super::loaders::of_files;
use super::modules::ModuleGraph;
use super::responsible::Found;
use super::variables::files_with_variables;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::known::node::{FILE_OF_BUILTIN, module_of_file};
use crate::leaks::kind::Scene;
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeMap, BTreeSet};

/// The own files that load the nearest module of Node.js which any own file loads: nearest on the path from the cut on,
/// then above the cut, then below the leaked objects.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn own_users(
    scene: &Scene<'_, '_>,
    own: &OwnCode<'_>,
    modules: &ModuleGraph,
    control: &Control,
) -> Result<Option<Found>> {
    let users = all_users(scene, own, modules, control)?;
    let used = |node: NodeOrdinal| {
        let file = scene.newest.location(node)?.file.to_string();
        users.get_key_value(module_of_file(&file)?)
    };
    let steps = (scene.cut..scene.nodes.len()).chain((0..scene.cut).rev());
    let found = match steps.filter_map(|at| used(scene.nodes[at])).next() {
        Some(found) => Some(found),
        None => {
            let is_asked = |node| matches!(scene.newest.snapshot().kind(node), NodeKind::OBJECT | NodeKind::CLOSURE);
            Walk::until(scene, control, |node| is_asked(node).then(|| used(node)).flatten())?.map(|(_, found)| found)
        }
    };
    let Some((module, files)) = found else { return Ok(None) };
    let files: Vec<String> = files.iter().cloned().collect();
    let because = match files.len() {
        1 => format!("the only own file of which the heap shows that it loads {FILE_OF_BUILTIN}{module}"),
        more => format!("one of {more} own files that load {FILE_OF_BUILTIN}{module}"),
    };
    Ok(Some(of_files(scene, &files[0], &files, because, true)))
}

/// Own files that load a module of Node.js, by that module.
fn all_users(
    scene: &Scene<'_, '_>,
    own: &OwnCode<'_>,
    modules: &ModuleGraph,
    control: &Control,
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut users = BTreeMap::new();
    for (module, id) in &modules.builtin {
        let is_of_module = |file: &str| module_of_file(file) == Some(id.as_str());
        let mut files = files_with_variables(scene.newest, own, [*module], is_of_module, control)?;
        let url = format!("{FILE_OF_BUILTIN}{id}");
        let importers = modules.loaders_of(|file| file == url);
        files.extend(importers.into_iter().filter(|file| own.is_own_file(file)).map(str::to_owned));
        if !files.is_empty() {
            users.insert(id.clone(), files);
        }
    }
    Ok(users)
}
