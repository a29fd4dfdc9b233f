//! The place in the program's own code that is responsible for a leak, and how it was found.
//!
//! One evidence a file, best first: a step of the path, a function below the leaked objects, the stack that allocated
//! them, and who loads the package that holds them. Example: `ClientRequest` piles up in an agent; the function that
//! waits for its response stands in `src/price-service.js:14`.

mod allocation;
mod below;
mod builtin;
pub mod code;
mod loaders;
pub mod modules;
pub mod package;
mod path_step;
pub mod responsible;
mod unknown;
mod variables;

use crate::analysis::StackFrame;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::kind::Scene;
use below::{nearest_function, nearest_object};
use code::OwnCode;
use modules::ModuleGraph;
pub use responsible::{Evidence, Found, Responsible, Role};
use std::cell::OnceCell;

/// Asks each kind of evidence, the best first.
pub struct Search<'a> {
    own: OwnCode<'a>,
    control: &'a Control,
    /// Made for the first leak without better evidence.
    modules: OnceCell<ModuleGraph>,
}

impl<'a> Search<'a> {
    /// `tools`: beginnings of files that are no program's, as the folder of heaphound itself.
    pub fn new(tools: &'a [String], longest_file: usize, control: &'a Control) -> Self {
        Self { own: OwnCode { tools, longest_file }, control, modules: OnceCell::new() }
    }

    /// The place for the leak of a scene; `stack` is what allocated most of its objects, innermost first; `loaded` is
    /// the file of a module that was loaded again and again.
    ///
    /// # Cost
    /// [`crate::leaks::limits::Limits::own_below`] objects; once for all leaks a pass over the nodes, when only the
    /// modules tell.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn responsible(
        &self,
        scene: &Scene<'_, '_>,
        stack: &[StackFrame],
        loaded: Option<&str>,
    ) -> Result<Responsible> {
        let step = path_step::nearest(scene, &self.own);
        let function = nearest_function(scene, &self.own, self.control)?;
        // A step says who holds the leaked objects. Where an object of a package stands between, a nearer function
        // below them says who asked for them.
        let is_nearer = |step: &path_step::Step| {
            let is_one = |function: &below::Below| function.depth < step.distance;
            step.is_foreign_between && function.as_ref().is_some_and(is_one)
        };
        let (class, step) = match step {
            Some(step) if step.is_class => (Some(step.found), None),
            step => (None, step.filter(|step| !is_nearer(step)).map(|step| step.found)),
        };
        let found = step
            .or_else(|| function.map(|function| function.found))
            .or_else(|| allocation::first_own_frame(scene, &self.own, stack))
            // Where only a class is own, the file is most often the right one, and the line is not.
            .or(class);
        let found = match found {
            Some(found) => Some(found),
            None => nearest_object(scene, &self.own, self.control)?,
        };
        if let Some(found) = found {
            return Ok(Responsible::Found(found));
        }
        if let Some(found) = loaded.and_then(|file| loaders::loaded_again(scene, &self.own, file)) {
            return Ok(Responsible::Found(found));
        }
        let package = package::nearest(scene, self.control)?;
        let modules = self.modules(scene)?;
        let loaders = match &package {
            Some(package) => loaders::own_loaders(scene, &self.own, modules, package, self.control)?,
            None => builtin::own_users(scene, &self.own, modules, self.control)?,
        };
        Ok(loaders.map_or_else(|| unknown::why(scene, package.as_ref()), Responsible::Found))
    }

    fn modules(&self, scene: &Scene<'_, '_>) -> Result<&ModuleGraph> {
        if let Some(modules) = self.modules.get() {
            return Ok(modules);
        }
        let modules = ModuleGraph::of(scene.snapshot(), self.control)?;
        Ok(self.modules.get_or_init(|| modules))
    }
}
