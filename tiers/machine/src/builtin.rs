//! The functions of libc that are the machine's own business, and hot: its allocator and moving memory. They are the
//! same whatever the host; [`crate::host`] has the rest of the modelled libc.

use sx_ir::{FuncId, Linkage, Module};
use sx_tier_api::HostFault;

use crate::Machine;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    Malloc,
    Free,
    /// memcpy and memmove.
    Move,
    Set,
}

impl Builtin {
    /// What a function of a module is.
    pub fn of(module: &Module, func: FuncId) -> Option<Builtin> {
        match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } => Builtin::of_symbol(symbol),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) | Linkage::Asm(_) => None,
        }
    }

    fn of_symbol(symbol: &str) -> Option<Builtin> {
        Some(match symbol {
            "malloc" => Builtin::Malloc,
            "free" => Builtin::Free,
            "memcpy" | "memmove" => Builtin::Move,
            "memset" => Builtin::Set,
            _ => return None,
        })
    }
}

/// What the functions of a module are, looked up once each.
#[derive(Default)]
pub struct Builtins {
    known: Vec<Known>,
}

#[derive(Clone, Copy)]
enum Known {
    NotYet,
    Is(Option<Builtin>),
}

impl Builtins {
    pub fn get(&mut self, module: &Module, func: FuncId) -> Option<Builtin> {
        if self.known.is_empty() {
            self.known = vec![Known::NotYet; module.funcs.len()];
        }
        match self.known.get(func.index()) {
            Some(Known::Is(builtin)) => *builtin,
            Some(Known::NotYet) | None => {
                let builtin = Builtin::of(module, func);
                if let Some(place) = self.known.get_mut(func.index()) {
                    *place = Known::Is(builtin);
                }
                builtin
            }
        }
    }
}

impl Machine {
    /// Missing arguments count as 0.
    pub fn call_builtin(&mut self, builtin: Builtin, args: &[u64]) -> Result<u64, HostFault> {
        let arg = |i: usize| args.get(i).copied().unwrap_or(0);
        match builtin {
            Builtin::Malloc => self.malloc(arg(0)).map_err(HostFault::Limit),
            Builtin::Free if arg(0) == 0 => Ok(0),
            Builtin::Free => self.mfree(arg(0)).map(|()| 0).map_err(HostFault::from),
            Builtin::Move => self
                .copy(arg(0), arg(1), arg(2))
                .map(|()| arg(0))
                .map_err(HostFault::from),
            Builtin::Set => self
                .fill(arg(0), arg(1) as u8, arg(2))
                .map(|()| arg(0))
                .map_err(HostFault::from),
        }
    }
}
