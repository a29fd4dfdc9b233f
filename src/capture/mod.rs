//! Taking a snapshot of this process: V8 writes into a pipe, a thread of ours makes a private compressed file of it. Either V8 does so in this
//! process, which stands still meanwhile, or in a copy of it.

mod addresses;
mod completeness;
#[cfg_attr(
    not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "no_fork.rs"
)]
mod fork;
mod identity;
mod inline;
mod memory;
mod numbering;
mod own_memory;
#[cfg(target_os = "linux")]
mod proc_file;
mod received;
mod route;
mod table;
mod tracking;
mod turn;

pub use completeness::{Completeness, Counts};
pub use fork::{Ended, ForkCapture, ForkOptions, ForkTarget, Forked, Watch, WatchOptions, cannot_fork};
pub use inline::InlineCapture;
pub use numbering::{Numbered, Numbering, Origin};
pub use received::{Packing, archive, check};
pub use route::{Captured, Ids, Route, Sink, Stage};
pub use table::{Process, Table};
pub use tracking::{start_tracking, stop_tracking};
pub use turn::{Place, Turn};
