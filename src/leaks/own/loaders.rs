//! The own files that load the package in which a leak lies, or the packages that load it.

use super::code::OwnCode;
use super::modules::{ModuleGraph, file_of_url};
use super::package::Package;
use super::responsible::{Evidence, Found, Role};
use super::variables::files_with_variables;
use crate::analysis::SourceLocation;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::kind::Scene;
use crate::text::TextBuf;
use std::collections::BTreeSet;

/// The nearest own files: those that load the package itself, else those that load a package which loads it.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn own_loaders(
    scene: &Scene<'_, '_>,
    own: &OwnCode<'_>,
    modules: &ModuleGraph,
    package: &Package,
    control: &Control,
) -> Result<Option<Found>> {
    let is_of_package = |file: &str| file.starts_with(&package.folder);
    let of_package = modules.common.iter().filter(|(_, file)| is_of_package(file)).map(|(module, _)| *module);
    let mut direct = files_with_variables(&scene.naming, own, of_package, is_of_package, control)?;
    let loaders = modules.loaders_of(is_of_package);
    direct.extend(loaders.iter().filter(|file| own.is_own_file(file)).map(|file| (*file).to_owned()));
    let (over, chain) = over_packages(own, modules, package, control)?;
    let is_direct = !direct.is_empty();
    // Where another own file loads a package that loads this one, nobody knows which of the two ways it was.
    let is_sure = if is_direct { direct.len() == 1 && over.is_subset(&direct) } else { over.len() == 1 };
    let files: Vec<String> =
        if is_direct { direct.union(&over).cloned().collect() } else { over.into_iter().collect() };
    let first = if is_direct { direct.first() } else { files.first() };
    let Some(first) = first else { return Ok(None) };
    let name = &package.name;
    let loads = if is_direct { format!("loads {name}") } else { format!("loads {}", chain.join(", which loads ")) };
    let because = match files.len() {
        1 => format!("the only own file that {loads}"),
        more => format!("one of {more} own files that lead to {name}: it {loads}"),
    };
    Ok(Some(of_files(scene, first, &files, because, !is_sure)))
}

/// The file of a module that is loaded again and again. Who loads it is not in the heap: `import()` leaves no trace.
pub fn loaded_again(scene: &Scene<'_, '_>, own: &OwnCode<'_>, file: &str) -> Option<Found> {
    let file = file_of_url(file);
    let because = "this module is loaded again and again; look for the place that loads it".to_owned();
    own.is_own_file(&file).then(|| of_files(scene, &file, &[], because, true))
}

/// A file, and the others that it may be as well.
pub fn of_files(scene: &Scene<'_, '_>, first: &str, files: &[String], because: String, probably: bool) -> Found {
    let whole = |file: &str| SourceLocation { file: TextBuf::from(file), line: 1, column: 1, script_id: 0 };
    let others = files.iter().filter(|file| *file != first).take(scene.limits.own_files);
    Found {
        location: whole(first),
        role: Role::Made,
        evidence: Evidence::Module,
        because,
        probably,
        step: None,
        is_whole_file: true,
        others: others.map(|file| whole(file)).collect(),
    }
}

/// The own files at the top of the shortest chains of packages, and the names of one such chain, from the own file
/// down.
fn over_packages(
    own: &OwnCode<'_>,
    modules: &ModuleGraph,
    package: &Package,
    control: &Control,
) -> Result<(BTreeSet<String>, Vec<String>)> {
    let mut chains: Vec<(Package, Vec<String>)> = vec![(package.clone(), vec![package.name.clone()])];
    let mut seen: BTreeSet<Package> = BTreeSet::from([package.clone()]);
    let mut at = 0;
    let mut found: Option<(BTreeSet<String>, Vec<String>)> = None;
    while at < chains.len() {
        control.check()?;
        let (below, chain) = chains[at].clone();
        at += 1;
        let loaders = modules.loaders_of(|file| file.starts_with(&below.folder));
        if at > 1 {
            let files: BTreeSet<String> =
                loaders.iter().filter(|file| own.is_own_file(file)).map(|file| (*file).to_owned()).collect();
            match &mut found {
                Some((all, shortest)) if shortest.len() == chain.len() => all.extend(files),
                Some(_) => break,
                None if !files.is_empty() => found = Some((files, chain.clone())),
                None => {}
            }
        }
        for above in loaders.iter().filter_map(|file| Package::of_file(file)) {
            if seen.insert(above.clone()) {
                chains.push((above.clone(), [vec![above.name.clone()], chain.clone()].concat()));
            }
        }
    }
    Ok(found.unwrap_or_default())
}
