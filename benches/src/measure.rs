//! Times. CPU time (user and system) rather than wall time, because other work on the machine adds to the latter; what
//! is compared is run in turns, so that a slow phase of the machine meets all of them.

use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

fn seconds(usage: Usage) -> f64 {
    let time = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 * 1e-6;
    time(usage.user_time()) + time(usage.system_time())
}

/// CPU seconds of this process so far.
pub fn own_seconds() -> f64 {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)
        .map_or(0.0, |time| Duration::from(time).as_secs_f64())
}

/// CPU seconds of child processes that have ended.
pub fn children_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, seconds)
}

/// CPU seconds that `work` takes in this process and in children it waits for.
pub fn time<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = own_seconds() + children_seconds();
    let result = work();
    (own_seconds() + children_seconds() - before, result)
}

pub fn median(times: &[f64]) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

pub fn least(times: &[f64]) -> Option<f64> {
    times.iter().copied().min_by(f64::total_cmp)
}

pub fn geomean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().map(|v| v.ln()).sum();
    (!values.is_empty()).then(|| (sum / values.len() as f64).exp())
}
