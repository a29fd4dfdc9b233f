//! The package whose code is nearest to the leaked objects.

use super::below::Walk;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::leaks::kind::Scene;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;

/// A package of `node_modules`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// Its folder, with the separator behind it: `/srv/node_modules/@scope/name/`.
    pub folder: String,
    /// `@scope/name`
    pub name: String,
}

impl Package {
    /// The package of a file; `None` outside of `node_modules`.
    pub fn of_file(file: &str) -> Option<Self> {
        let marks = ["/node_modules/", "\\node_modules\\"];
        let begin = marks.iter().filter_map(|mark| Some(file.rfind(mark)? + mark.len())).max()?;
        let is_separator = |character: char| character == '/' || character == '\\';
        let mut ends = file[begin..].match_indices(is_separator).map(|(at, _)| begin + at);
        let first = ends.next()?;
        let end = if file[begin..].starts_with('@') { ends.next()? } else { first };
        Some(Self { folder: file[..=end].to_owned(), name: file[begin..end].replace('\\', "/") })
    }
}

/// The package nearest to the cut on the path, those above first; else of what the leaked objects lead to.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn nearest(scene: &Scene<'_, '_>, control: &Control) -> Result<Option<Package>> {
    let above = (0..scene.cut).rev().chain(scene.cut..scene.nodes.len());
    let on_path = above.filter_map(|at| package_of(scene, scene.nodes[at])).next();
    if on_path.is_some() {
        return Ok(on_path);
    }
    let snapshot = scene.snapshot();
    let walk = Walk::until(scene, control, |node| {
        let is_code = matches!(snapshot.kind(node), NodeKind::CLOSURE | NodeKind::OBJECT);
        is_code.then(|| package_of(scene, node)).flatten()
    })?;
    Ok(walk.map(|(_, package)| package))
}

/// The package in which a node's function, class or scope is written, by the original file.
fn package_of(scene: &Scene<'_, '_>, node: NodeOrdinal) -> Option<Package> {
    let naming = &scene.naming;
    let place = naming.location(node)?;
    if naming.origin_at(&place) != Origin::Package {
        return None;
    }
    let original = || naming.maps?.original(&place).map(|original| original.file);
    Package::of_file(&place.file.to_string()).or_else(|| Package::of_file(&original()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, expected: Option<(&str, &str)>) {
        let package = Package::of_file(file);
        assert_eq!(package.as_ref().map(|it| (it.folder.as_str(), it.name.as_str())), expected, "{file}");
    }

    #[test]
    fn a_file_belongs_to_the_innermost_package() {
        check("/a/node_modules/ws/lib/x.js", Some(("/a/node_modules/ws/", "ws")));
        check("/a/node_modules/@s/p/x.js", Some(("/a/node_modules/@s/p/", "@s/p")));
        check(
            "/a/node_modules/.pnpm/ws@8/node_modules/ws/x.js",
            Some(("/a/node_modules/.pnpm/ws@8/node_modules/ws/", "ws")),
        );
        check("C:\\a\\node_modules\\@s\\p\\x.js", Some(("C:\\a\\node_modules\\@s\\p\\", "@s/p")));
        check("/a/src/x.js", None);
        check("/a/node_modules/", None);
    }
}
