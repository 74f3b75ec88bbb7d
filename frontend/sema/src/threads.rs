//! The pool of threads for work that is divided by files or functions.

use std::sync::Once;

use crate::api::Config;

/// Passes recurse on nested code. Reserved, not used.
const STACK: usize = 256 << 20;

/// Fewer functions than this are not worth waking threads for.
pub const PARALLEL_FUNCS: usize = 512;

/// Whether `funcs` functions are to be divided among threads, which are then there.
pub fn pays(cfg: &Config, funcs: usize) -> bool {
    let pays = cfg.threads > 1 && funcs >= PARALLEL_FUNCS;
    if pays {
        start_pool(cfg);
    }
    pays
}

/// Starts the threads when they are first needed: small programs don't wait for them.
pub fn start_pool(cfg: &Config) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // Fails only if somebody else's threads run already, which do as well.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(cfg.threads)
            .stack_size(STACK)
            .build_global();
    });
}
