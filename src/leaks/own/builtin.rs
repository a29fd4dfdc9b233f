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
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeMap, BTreeSet};

/// The own files that load the module of Node.js of the leaked objects, or of the nearest objects below them.
///
/// The class of the leaked objects decides first: where it is of Node.js, and of no module that a program loads, nobody
/// loads it. Example: `fetch` is a global, and that an own file loads another module says nothing of its connections.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn own_users(
    scene: &Scene<'_, '_>,
    own: &OwnCode<'_>,
    modules: &ModuleGraph,
    control: &Control,
) -> Result<Option<Found>> {
    let file_of = |node: NodeOrdinal| {
        let place = scene.naming.location(node)?;
        (scene.naming.origin_at(&place) == Origin::Node).then(|| place.file.to_string())
    };
    let leaked = scene.nodes[scene.cut..].iter().find_map(|node| file_of(*node));
    if leaked.is_some_and(|file| module_of_file(&file).is_none()) {
        return Ok(None);
    }
    let users = all_users(scene, own, modules, control)?;
    let used = |node: NodeOrdinal| users.get_key_value(module_of_file(&file_of(node)?)?);
    let found = match scene.nodes[scene.cut..].iter().find_map(|node| used(*node)) {
        Some(found) => Some(found),
        None => {
            let is_asked = |node| matches!(scene.snapshot().kind(node), NodeKind::OBJECT | NodeKind::CLOSURE);
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
        let mut files = files_with_variables(&scene.naming, own, [*module], is_of_module, control)?;
        let url = format!("{FILE_OF_BUILTIN}{id}");
        let importers = modules.loaders_of(|file| file == url);
        files.extend(importers.into_iter().filter(|file| own.is_own_file(file)).map(str::to_owned));
        if !files.is_empty() {
            users.insert(id.clone(), files);
        }
    }
    Ok(users)
}
