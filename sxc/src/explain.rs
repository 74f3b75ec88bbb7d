//! Running a failed evaluation again, to tell what it held at its end.
//!
//! An evaluation depends on nothing but its module, so the tree interpreter repeats it on the code as it was written,
//! with its output discarded, whatever engine ran it first: what is told is the same for all.

use sx_interp::Interp;
use sx_ir::trap::LimitKind;
use sx_ir::{GlobalId, Module, TypeId};
use sx_machine::{Dangling, Grants};
use sx_sema::{Evaluation, Failure, Unexplained};
use sx_tier_api::{Explanation, Limits, MemoryView, Moment, Place, Status};

use crate::sandbox::Sandbox;

/// Longer evaluations are not run again: observed, a step takes microseconds.
const LONGEST: u64 = 1_000_000;
/// Calls that inlining hides, at most, in one stack.
const INLINED_DEPTH: u32 = 1000;

/// How the evaluation was run.
pub struct Again<'a> {
    pub limits: &'a Limits,
    pub grants: &'a Grants,
    pub sanitize: bool,
    /// It has called a host library.
    pub called_out: bool,
}

impl Again<'_> {
    fn possible(&self, evaluation: &Evaluation) -> Result<(), Unexplained> {
        if self.called_out {
            Err(Unexplained::Effects)
        } else if evaluation.steps > LONGEST {
            Err(Unexplained::TooLong(LONGEST))
        } else {
            Ok(())
        }
    }

    /// Code as it was written has other frames and counts other steps than what ran, so most limits would be met
    /// somewhere else: the place is told by how often it was passed.
    pub fn moment(&self, failure: Failure<'_>) -> Option<Moment> {
        let evaluation = failure.evaluation;
        self.possible(evaluation).ok()?;
        let frame = match evaluation.status {
            Status::Limit(LimitKind::Steps | LimitKind::Depth) => evaluation.frames.first()?,
            // The call that found no room has a frame already.
            Status::Limit(LimitKind::Stack) => evaluation.frames.get(1)?,
            Status::Limit(LimitKind::Memory | LimitKind::Block)
            | Status::Finished(_)
            | Status::Trapped(_)
            | Status::Exit(_)
            | Status::Unsupported(_)
            | Status::Refused(_)
            | Status::Bug(_) => return None,
        };
        let place = Place::of(failure.module, frame.loc);
        let mut sandbox = Sandbox::for_repetition(failure.compiler, self.grants);
        Interp::moment(
            failure.module,
            failure.root,
            self.limits,
            &mut sandbox,
            place,
        )
    }

    pub fn explain(
        &self,
        failure: Failure<'_>,
        until: Option<Moment>,
    ) -> Result<Explanation, Unexplained> {
        let evaluation = failure.evaluation;
        self.possible(evaluation)?;
        let limits = Limits {
            steps: LONGEST * 64,
            memory: self.limits.memory,
            depth: self.limits.depth.saturating_add(INLINED_DEPTH),
        };
        let mut sandbox = Sandbox::for_repetition(failure.compiler, self.grants);
        let told = Interp::explain(
            failure.module,
            failure.root,
            &limits,
            &mut sandbox,
            until,
            self.sanitize,
            failure.errors,
            &|memory| dangling(failure.module, failure.result, failure.saving, memory),
        );
        let (status, explanation) = told.ok_or(Unexplained::NotPossible)?;
        let same = match (&status, &evaluation.status) {
            (Status::Trapped(now), Status::Trapped(then)) => now.kind == then.kind,
            (Status::Finished(_), Status::Finished(_)) => true,
            (Status::Limit(now @ (LimitKind::Memory | LimitKind::Block)), Status::Limit(then))
                if now == then =>
            {
                true
            }
            (Status::Limit(_), Status::Limit(_)) => until.is_some(),
            _ => false,
        };
        if same {
            Ok(explanation)
        } else {
            Err(Unexplained::NotPossible)
        }
    }
}

/// The address in an evaluation's result that keeps it from being stored.
fn dangling(
    module: &Module,
    result: Option<(GlobalId, TypeId)>,
    saving: bool,
    memory: &dyn MemoryView,
) -> Option<Dangling> {
    let (global, ty) = result?;
    let address = memory.address_of(global)?;
    let extracted = if saving {
        sx_machine::extract_anew(module, memory, address, ty)
    } else {
        sx_machine::extract(module, memory, address, ty)
    };
    extracted.err()?.dangling
}
