//! A function of the program called by a host function that the program called: another loop on the same VM.
//!
//! # Safety
//! As in [`super`].

use sx_ir::FuncId;
use sx_ir::trap::{LIMIT_KINDS, LimitKind};
use sx_machine::Machine;
use sx_tier_api::{Host, HostFault, Trap};

use super::{self as dispatch, End, native_stack};
use crate::vm::{Looker, Stop, Vm};

/// See [`sx_machine::Reenter`].
///
/// # Safety
/// The context's owner is a running VM, which waits for the host function that asks; `frame` lies beyond its frames.
pub(super) unsafe fn reenter(
    machine: *mut Machine,
    host: &mut dyn Host,
    func: FuncId,
    frame: *mut u64,
    args: usize,
) -> Result<Vec<u64>, HostFault> {
    // SAFETY: the caller's promise. The VM uses the machine through the pointer given for as long as this takes, and
    // the host that is lent: nothing keeps either beyond.
    unsafe {
        let vm: *mut Vm<'_> = (*machine).ctx.owner.cast();
        let depth_left = (*machine).ctx.depth_limit - (*machine).ctx.depth;
        if !native_stack::is_enough(0) {
            return Err(HostFault::Limit(LimitKind::Depth));
        }
        let machine_before = std::mem::replace(&mut (*vm).machine, machine);
        let host_before = std::mem::replace(
            &mut (*vm).host,
            std::mem::transmute::<&mut dyn Host, &mut dyn Host>(host),
        );
        // Nothing gets compiled in here if the stack would not do: this loop can't move to another one.
        let enough = (*vm).big_stack && native_stack::is_enough(depth_left);
        let hot = match &(*vm).looker {
            Looker::Hot(..) if !enough => {
                Some(std::mem::replace(&mut (*vm).looker, Looker::Nobody))
            }
            Looker::Hot(..) | Looker::Nobody | Looker::Observer(_) => None,
        };
        let end = dispatch::start(vm, func, frame, args);
        if let Some(hot) = hot {
            (*vm).looker = hot;
            (*vm).poll = (*machine).ctx.steps.min((*machine).ctx.step_limit);
        }
        (*vm).host = host_before;
        (*vm).machine = machine_before;
        let module = (*vm).module;
        match end {
            End::Returned => {
                let count = module.sig(module.func(func).sig).results.len();
                Ok(std::slice::from_raw_parts(frame, count).to_vec())
            }
            End::Trap => {
                let ctx = &(*machine).ctx;
                let kind = sx_ir::trap::TRAP_KINDS.get(ctx.trap_kind as usize);
                Err(match kind {
                    Some(kind) => HostFault::Trap(Trap::new(*kind, ctx.trap_a, ctx.trap_b)),
                    None => HostFault::Unsupported(format!("unknown trap {}", ctx.trap_kind)),
                })
            }
            End::Limit => {
                let wanted = (*machine).ctx.trap_kind;
                let kind = LIMIT_KINDS.into_iter().find(|kind| *kind as u64 == wanted);
                Err(HostFault::Limit(kind.unwrap_or(LimitKind::Depth)))
            }
            End::Stop | End::Suspended => Err(match (*vm).stop.take() {
                Some(Stop::Host(fault)) => fault,
                Some(Stop::Bug(why)) => HostFault::Unsupported(why),
                None => HostFault::Unsupported("a callback stopped without a reason".into()),
            }),
        }
    }
}
