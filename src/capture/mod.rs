//! Takes a snapshot of this process: V8 writes into a pipe, and a thread of heaphound makes a private compressed file
//! of the bytes. V8 writes either in this process, which stands still meanwhile, or in a forked child.

#[cfg_attr(
    not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "fork/stub.rs"
)]
mod fork;
mod fork_types;
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")), path = "freeze/stub.rs")]
mod freeze;
mod identity;
mod lock;
mod memory;
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")), path = "outside/stub.rs")]
mod outside;
mod outside_types;
#[cfg(target_os = "linux")]
mod proc_file;
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
mod signal_frame;
mod stream;
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")), path = "thaw/stub.rs")]
mod thaw;
mod thaw_types;
mod tracking;

pub use fork::{ForkCapture, Watch, cannot_fork};
pub use fork_types::{Ended, ForkOptions, ForkTarget, Forked, ImageTarget, WatchOptions};
pub use freeze::cannot_freeze;
pub use identity::{HeapKey, Numbered, Numbering, Origin, Table};
pub use lock::{CaptureLock, Place};
pub use memory::{MallocUse, malloc_use};
pub use outside::freeze_process;
pub use outside_types::{FrozenOutside, OutsideOptions};
pub use stream::{Captured, Completeness, Counts, Ids, InlineCapture, Packing, Route, Sink, Stage, archive, check};
pub use thaw::{about_image, answer, begins_frozen, is_frozen, thaw};
pub use thaw_types::{AnswerOptions, Answered, CoreOptions, MakeRoute, ThawIds, ThawOptions, Thawed};
pub use tracking::{start_tracking, stop_tracking};
