//! Is something made for each request that should be made once?

use super::{Detail, Kind, Scene};
use crate::leaks::origin::Origin;

/// Instances of a class of a package, or of Node.js, that the package or Node.js itself collects. The program made
/// them, and did not mean to collect them.
pub fn instances(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let writer = scene.origin(scene.item);
    let is_foreign = matches!(writer, Origin::Package | Origin::Node);
    (is_foreign && scene.holder_origin() == Some(writer)).then(|| {
        let detail = Detail { location: scene.location(scene.item), ..Detail::default() };
        (Kind::Instances, detail)
    })
}
