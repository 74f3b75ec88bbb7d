//! Variables of the host's libraries: the program has copies of them, which are brought up to date around each call of
//! a library.

#![allow(unsafe_code)]

use sx_ir::{ConstImage, FuncId, GlobalId, Linkage, Module, Ty};
use sx_tier_api::{HostFault, SandboxMemory};

use super::StdHost;

pub(super) struct Shared {
    global: GlobalId,
    host: usize,
    size: usize,
    /// Is one pointer, which has another form on either side.
    pointer: bool,
}

impl StdHost<'_> {
    /// Loads the library of the program's C files now.
    pub fn load_units(&mut self) {
        self.foreign.in_units(self.units.as_deref(), "");
    }

    /// Gives the program's extern variables the values that they have in the libraries. Those not found stay zero.
    pub fn adopt_data(&mut self, module: &mut Module) {
        self.link_exports(module);
        for index in 0..module.globals.len() {
            let global = &module.globals[index];
            let exported = global.export_symbol.is_some();
            let symbol = global.extern_symbol.as_ref();
            let Some(symbol) = symbol.or(global.export_symbol.as_ref()).cloned() else {
                continue;
            };
            let size = global.size as usize;
            let pointer = global
                .sx_type
                .is_some_and(|ty| module.types.scalar(ty) == Some(Ty::Ptr));
            let own = self.foreign.in_units(self.units.as_deref(), &symbol);
            if exported && !own {
                continue;
            }
            let Some(host) = self.foreign.symbol(&symbol) else {
                continue;
            };
            let shared = Shared {
                global: GlobalId::new(index),
                host,
                size,
                pointer,
            };
            if exported {
                // The program's value is the one that counts.
                self.shared.push(shared);
                continue;
            }
            let mut bytes = shared.read();
            if pointer {
                let word = u64::from_le_bytes(bytes.as_slice().try_into().unwrap_or_default());
                bytes = self.foreign.form_of(word).to_le_bytes().to_vec();
            }
            let init = ConstImage::from_bytes(bytes);
            module.globals[index].init = init;
            self.shared.push(shared);
        }
    }

    /// Lets the program's C files call its exported functions: their symbols there are jumps through slots.
    fn link_exports(&mut self, module: &Module) {
        for (index, func) in module.funcs.iter().enumerate() {
            let Linkage::Export(symbol) = &func.linkage else {
                continue;
            };
            let slot = format!("sx_export_{symbol}");
            if !self.foreign.in_units(self.units.as_deref(), &slot) {
                continue;
            }
            let address = self.callback(module, symbol, FuncId::new(index));
            if let (Some(slot), Ok(address)) = (self.foreign.symbol(&slot), address) {
                // SAFETY: a slot is a word of the units' own data, made for this.
                unsafe { (slot as *mut u64).write(address) };
            }
        }
    }

    /// Before a call: what the program has changed.
    pub(super) fn data_out(&self, memory: &mut dyn SandboxMemory) {
        for shared in &self.shared {
            let Some(address) = memory.address_of(shared.global) else {
                continue;
            };
            let Some(bytes) = memory.read_some(address, shared.size as u64) else {
                continue;
            };
            let mut bytes = bytes.to_vec();
            if shared.pointer {
                let value = u64::from_le_bytes(bytes.as_slice().try_into().unwrap_or_default());
                let host = match self.foreign.of_handle(value) {
                    Some(host) => host,
                    None if value < 4096 => value,
                    None => match memory.host_pointer(value, 0) {
                        Some(host) => host as u64,
                        None => continue,
                    },
                };
                bytes = host.to_le_bytes().to_vec();
            }
            // Constant data of a library can't be written and hasn't been.
            if bytes != shared.read() {
                // SAFETY: the variable has that size by the program's declaration, and differs from what it was.
                unsafe {
                    std::ptr::copy_nonoverlapping(
                        bytes.as_ptr(),
                        shared.host as *mut u8,
                        shared.size,
                    );
                }
            }
        }
    }

    /// After a call: what the library has changed.
    pub(super) fn data_back(&mut self, memory: &mut dyn SandboxMemory) -> Result<(), HostFault> {
        for i in 0..self.shared.len() {
            let shared = &self.shared[i];
            let Some(address) = memory.address_of(shared.global) else {
                continue;
            };
            let mut bytes = shared.read();
            if shared.pointer {
                let word = u64::from_le_bytes(bytes.as_slice().try_into().unwrap_or_default());
                let form = match memory.sandbox_address(word as *const u8) {
                    Some(address) => address,
                    None => self.foreign.form_of(word),
                };
                bytes = form.to_le_bytes().to_vec();
            }
            if memory.read_some(address, bytes.len() as u64) != Some(&bytes) {
                memory.write(address, &bytes)?;
            }
        }
        Ok(())
    }
}

impl Shared {
    fn read(&self) -> Vec<u8> {
        // SAFETY: the symbol was found, and has that size by the program's declaration.
        unsafe { std::slice::from_raw_parts(self.host as *const u8, self.size) }.to_vec()
    }
}
