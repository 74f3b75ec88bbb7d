//! `sxc check`.

use sx_sema::Goal;

use crate::cli::CheckArgs;
use crate::pipeline::{self, Plan, Stopped};
use crate::timing;

pub fn run(args: &CheckArgs) -> Result<u8, Stopped> {
    let plan = Plan {
        goal: Goal::Check,
        // Only remarks need the passes.
        optimise: args.compile.remarks.is_some(),
        last: true,
        code: args.compile.remarks.is_some(),
        traces: true,
        records: false,
        fold: crate::cli::Fold::Calls,
    };
    let compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    if args.compile.time {
        timing::print(&compiled);
    }
    Ok(0)
}
