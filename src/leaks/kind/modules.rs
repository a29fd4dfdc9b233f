//! Are modules loaded again and again?

use super::{Detail, Kind, Scene};
use crate::known::engine::SOURCE_TEXT_MODULE;
use crate::known::node::{FILE_OF_MODULE, MODULE_RECORDS, URL_OF_MODULE};
use crate::leaks::origin::Origin;

pub fn reloaded(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let record = scene.leaking().find(|at| {
        let class = scene.class(*at);
        MODULE_RECORDS.contains(&class.as_str()) && scene.origin(*at) <= Origin::Node
            || class.starts_with(SOURCE_TEXT_MODULE)
    })?;
    let file = [FILE_OF_MODULE, URL_OF_MODULE].iter().find_map(|name| scene.property(scene.nodes[record], name));
    let module = file.map(|text| scene.snapshot().name_text(text).to_string_lossy());
    Some((Kind::Modules, Detail { module, ..Detail::default() }))
}
