//! Are modules loaded again and again?

use super::{Detail, Kind, Scene};
use crate::leaks::origin::Origin;

/// Records that Node.js keeps for each module that it loads.
const RECORDS: [&str; 7] =
    ["Module", "ModuleWrap", "ModuleJob", "ModuleJobSync", "SourceTextModule", "ContextifyScript", "Node / ModuleWrap"];

pub fn reloaded(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let record = scene.leaking().find(|at| {
        let class = scene.class(*at);
        RECORDS.contains(&class.as_str()) && scene.origin(*at) <= Origin::Node
            || class.starts_with("system / SourceTextModule")
    })?;
    let file = ["filename", "url"].iter().find_map(|name| scene.property(scene.nodes[record], name));
    let module = file.map(|text| scene.newest.snapshot().name_text(text).to_string_lossy());
    Some((Kind::Modules, Detail { module, ..Detail::default() }))
}
