//! Explains a suspect: its container, its path, its item, its evidence; and the growth that is no leak.

pub mod account;
pub mod accounting;
pub mod allocated;
pub mod answer;
pub mod books;
pub mod build;
pub mod by_steps;
pub mod container;
pub mod doubt;
pub mod dropped;
pub mod evidence;
pub mod examples;
pub mod explained_growth;
pub mod freed;
pub mod group_cause;
pub mod leak;
pub mod leaked_class;
pub mod moved;
pub mod parts;
pub mod place_growth;
pub mod steps;
pub mod table_steps;
