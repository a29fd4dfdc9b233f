//! Which code is the program's own: not Node.js, not a package, not the tool that measures, by the original file where
//! a source map has it.

use crate::analysis::SourceLocation;
use crate::leaks::origin::{Origin, origin_of_file};
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;

/// Beginnings of names that V8, a bundler or a runtime gives to code that is in no file: `(script 7)`, `wasm://wasm/…`.
const NO_FILE: [&str; 14] = [
    "(",
    "<",
    "evalmachine.",
    "[eval]-wrapper",
    "wasm:",
    "data:",
    "blob:",
    "v8/",
    "native ",
    "extensions::",
    "ext:",
    "chrome-extension:",
    "devtools:",
    "electron/",
];
/// Parts of names that a bundler gives to what it adds: `webpack://app/webpack/runtime/jsonp`.
const OF_BUNDLER: [&str; 6] =
    ["/webpack/runtime/", "/webpack/bootstrap", "/(webpack)/", "external commonjs", "external node-commonjs", "\0"];
/// Files that a package manager writes beside the program: `.pnp.cjs`, `.yarn/releases/yarn-4.cjs`.
const OF_PACKAGE_MANAGER: [&str; 4] = ["/.pnp.", "\\.pnp.", "/.yarn/", "\\.yarn\\"];

/// Decides whose code a place is.
pub struct OwnCode<'a> {
    /// Beginnings of files of the tool that measures.
    pub tools: &'a [String],
    /// Bytes of a name, from which on it is no file's: [`Limits::own_file_name`](crate::leaks::limits::Limits).
    pub longest_file: usize,
}

impl OwnCode<'_> {
    /// The place of a node in own code.
    pub fn place(&self, naming: &Naming<'_>, node: NodeOrdinal) -> Option<SourceLocation> {
        naming.location(node).filter(|place| self.is_own(naming, place))
    }

    pub fn is_own(&self, naming: &Naming<'_>, place: &SourceLocation) -> bool {
        let file = place.file.to_string();
        if !self.is_own_file(&file) {
            return false;
        }
        let Some(maps) = naming.maps else { return true };
        match maps.original(place) {
            Some(original) => self.is_own_file(&original.file),
            // What a bundler or a compiler adds is in no source. Of a whole file the map says nothing.
            None => place.script_id == 0 || !maps.has_map(place),
        }
    }

    pub fn is_own_file(&self, file: &str) -> bool {
        let is_named = !file.is_empty() && file.len() <= self.longest_file;
        let is_file = is_named && !NO_FILE.iter().any(|begin| file.starts_with(begin));
        is_file
            && origin_of_file(file) == Origin::Program
            && !file.starts_with("node_modules/")
            && !OF_BUNDLER.iter().chain(&OF_PACKAGE_MANAGER).any(|part| file.contains(part))
            && !file.starts_with(".pnp.")
            && !self.tools.iter().any(|tool| file.starts_with(tool.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], is_own: bool) {
        let tools = ["/opt/heaphound/lib/".to_owned()];
        let own = OwnCode { tools: &tools, longest_file: 4096 };
        for file in files {
            assert_eq!(own.is_own_file(file), is_own, "{file}");
        }
    }

    #[test]
    fn files_of_the_program_and_of_its_workspaces_are_own() {
        check(
            &[
                "/srv/app/src/price-service.js",
                "/srv/packages/shared/index.js",
                "C:\\app\\server.js",
                "file:///srv/app.mjs",
                "webpack://app/./src/index.ts",
                "[eval]",
                "app.js",
                "/opt/heaphound/examples/a.js",
            ],
            true,
        );
    }

    #[test]
    fn node_packages_tools_and_code_without_a_file_are_not_own() {
        check(
            &[
                "node:events",
                "internal/timers.js",
                "/srv/app/node_modules/axios/lib/axios.js",
                "C:\\app\\node_modules\\axios\\index.js",
                "file:///srv/node_modules/got/index.mjs",
                "/srv/.yarn/cache/axios-npm-1.6.0-ab12.zip/node_modules/axios/index.js",
                "/srv/.yarn/__virtual__/ws-virtual-1/0/cache/ws.zip/node_modules/ws/index.js",
                "/srv/.pnp.cjs",
                "/srv/.yarn/releases/yarn-4.1.0.cjs",
                "/srv/node_modules/.pnpm/ws@8.1.0/node_modules/ws/index.js",
                "webpack://app/./node_modules/axios/index.js",
                "webpack://app/node_modules/axios/index.js",
                "node_modules/axios/index.js",
                "webpack://app/webpack/bootstrap",
                "webpack://app/webpack/runtime/jsonp chunk loading",
                "webpack://app/external commonjs \"axios\"",
                "/srv/\0commonjsHelpers.js",
                "/opt/heaphound/lib/capture/index.js",
                "(script 7)",
                "evalmachine.<anonymous>",
                "<anonymous>",
                "wasm://wasm/8a2f",
                "",
            ],
            false,
        );
    }
}
