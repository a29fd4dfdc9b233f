//! The first own function on the stack that allocated the leaked objects.

use super::code::OwnCode;
use super::responsible::{Evidence, Found, Role};
use crate::analysis::{SourceLocation, StackFrame, file_of_script};
use crate::leaks::kind::Scene;

pub fn first_own_frame(scene: &Scene<'_, '_>, own: &OwnCode<'_>, stack: &[StackFrame]) -> Option<Found> {
    let places = stack.iter().map(|frame| {
        let file = file_of_script(frame.file.as_text());
        (frame, SourceLocation { file, line: frame.line, column: frame.column, script_id: frame.script_id })
    });
    let (frame, location) = places.into_iter().find(|(_, place)| own.is_own(&scene.naming, place))?;
    let name = frame.name.to_string();
    let name = if name.is_empty() { "a function without a name".to_owned() } else { format!("{name}()") };
    Some(Found {
        location,
        role: Role::Made,
        evidence: Evidence::Allocation,
        because: format!("{name} is the first own function on the stack that allocated most of them"),
        probably: false,
        step: None,
        is_whole_file: false,
        others: Vec::new(),
    })
}
