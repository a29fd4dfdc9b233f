//! Is something made for each request that should be made once?

use super::{Detail, Kind, Scene};
use crate::leaks::last::Meaning;

/// Instances of a package's class, collected by the package itself: the program made them, but never meant to collect them.
pub fn instances(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_of_package = scene.meaning(scene.item) == Meaning::Package;
    let holder =
        scene.holders().rev().map(|at| scene.meaning(at)).filter(|meaning| *meaning >= Meaning::Platform).max();
    (is_of_package && holder == Some(Meaning::Package)).then(|| {
        let detail = Detail { location: scene.location(scene.item), ..Detail::default() };
        (Kind::Instances, detail)
    })
}
