//! The pool of threads for work that is divided by files or functions.

use std::sync::Once;

use crate::api::Config;

/// Passes recurse on nested code. Reserved, not used.
const STACK: usize = 256 << 20;
/// Less than this is no use.
const LEAST_STACK: usize = 4 << 20;

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

static STARTED: Once = Once::new();

/// Whether there are threads that work can be given to at once.
pub fn pool_is_up() -> bool {
    STARTED.is_completed()
}

/// Starts the threads when they are first needed: small programs don't wait for them.
pub fn start_pool(cfg: &Config) {
    STARTED.call_once(|| {
        // A pool that can't be made is not made another time, so what the host has is found out before.
        let mut stack = STACK;
        let mut threads = startable(cfg.threads, stack);
        while threads < cfg.threads && stack > LEAST_STACK {
            stack /= 4;
            threads = startable(cfg.threads, stack);
        }
        let pool = match threads {
            0 => rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .use_current_thread(),
            _ => rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .stack_size(stack),
        };
        // Fails only if somebody else's threads run already, which do as well.
        let _ = pool.build_global();
    });
}

/// How many threads of this stack the host has, up to `wanted`.
fn startable(wanted: usize, stack: usize) -> usize {
    std::thread::scope(|scope| {
        let mut waiting = Vec::new();
        for _ in 0..wanted {
            let (end, ended) = std::sync::mpsc::channel::<()>();
            let thread = std::thread::Builder::new().stack_size(stack);
            // It ends when nobody could tell it to.
            match thread.spawn_scoped(scope, move || ended.recv().is_ok()) {
                Ok(_) => waiting.push(end),
                Err(_) => break,
            }
        }
        waiting.len()
    })
}
