//! Documents: the shapes of `index.d.ts`, made from the results of the analyses. Nothing else is serialised.

mod allocations;
mod class_names;
mod comparison;
mod contexts;
mod diff;
mod document;
mod dominator_boxes;
mod dominators;
mod info;
mod leaks;
mod node;
mod owners;
mod path;
mod places;
mod query;
mod question;
mod relation;
mod responsible;
mod rows;
mod strings;
mod summary;
mod suspects;

pub use diff::{DiffQuestion, diff};
pub use document::{Document, List};
pub use info::{info, info_of_parsed};
pub use leaks::{LeaksQuestion, leaks, leaks_counted};
pub use question::{answer, parse};
pub use relation::{RelationQuestion, relation};
