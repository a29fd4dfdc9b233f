//! JavaScript's handle of a running job: it stops the job and reads its progress.

use crate::control::Control as CoreControl;
use napi::{Env, Result};
use napi_derive::napi;
use std::cell::RefCell;
use std::sync::{Arc, Weak};

/// Dead entries of [`RUNNING`] are swept when the list is this much longer than after the last sweep.
const SWEEP_AFTER: usize = 64;

/// Stops a job and tells how far it is.
#[napi]
pub struct Control {
    core: Arc<CoreControl>,
}

#[napi(object, object_from_js = false)]
pub struct Progress {
    pub stage: &'static str,
    pub done: f64,
    pub total: f64,
}

#[napi]
impl Control {
    #[napi(constructor)]
    pub fn new(env: Env) -> Result<Self> {
        let core = Arc::new(CoreControl::new());
        remember(env, &core)?;
        Ok(Self { core })
    }

    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.core.cancel();
    }

    #[napi(catch_unwind)]
    pub fn progress(&self) -> Progress {
        let (stage, done, total) = self.core.progress();
        Progress { stage, done: done as f64, total: total as f64 }
    }
}

impl Control {
    pub fn core(&self) -> Arc<CoreControl> {
        self.core.clone()
    }
}

/// Jobs of this thread's environment. An environment that ends (a worker that is terminated) stops them.
#[derive(Default)]
struct Running {
    controls: Vec<Weak<CoreControl>>,
    sweep_at: usize,
    has_hook: bool,
}

thread_local! {
    static RUNNING: RefCell<Running> = RefCell::default();
}

fn remember(env: Env, core: &Arc<CoreControl>) -> Result<()> {
    let needs_hook = RUNNING.with_borrow_mut(|running| {
        if running.controls.len() >= running.sweep_at {
            running.controls.retain(|control| control.strong_count() > 0);
            running.sweep_at = running.controls.len() + SWEEP_AFTER;
        }
        running.controls.push(Arc::downgrade(core));
        !std::mem::replace(&mut running.has_hook, true)
    });
    if needs_hook {
        env.add_env_cleanup_hook((), |()| {
            let running = RUNNING.with_borrow_mut(std::mem::take);
            running.controls.iter().filter_map(Weak::upgrade).for_each(|control| control.cancel());
        })?;
    }
    Ok(())
}
