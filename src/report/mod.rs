//! Documents: what `index.d.ts` describes, made of what the analyses find. The only serialised shapes.

mod document;
mod info;
mod node;
mod opened;
mod places;
mod question;
mod rows;

pub use document::{Document, List};
pub use opened::{OpenOptions, Opened};
pub use question::answer;
