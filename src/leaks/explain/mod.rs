//! What is said of a suspect: its container, its path, its item, its evidence; and of the growth that is no leak.

pub mod accounting;
pub mod allocated;
pub mod answer;
pub mod container;
pub mod evidence;
pub mod examples;
pub mod explained_growth;
pub mod leak;
pub mod leaked_class;
pub mod parts;
pub mod steps;
pub mod told;
