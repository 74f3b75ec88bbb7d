//! The program's arguments for a run in an engine. A native program finds them on its stack, through the C library's
//! `__libc_stack_end`: here that symbol gets static data of the same form.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

use sx_ir::image::Reloc;
use sx_ir::{ConstImage, Global, GlobalId, Module, RelocTarget};

const SYMBOL: &str = "__libc_stack_end";

/// Gives the symbol its data, if the program uses it: a pointer to `argc`, the pointers of `argv`, and two nulls.
pub fn install(module: &mut Module, argv: &[OsString]) {
    let Some(index) = module
        .globals
        .iter()
        .position(|g| g.extern_symbol.as_deref() == Some(SYMBOL))
    else {
        return;
    };
    let strings: Vec<GlobalId> = argv
        .iter()
        .map(|arg| {
            let mut bytes = arg.as_bytes().to_vec();
            bytes.push(0);
            add(module, ConstImage::from_bytes(bytes))
        })
        .collect();
    let word = module.target.pointer_size;
    let mut block = ConstImage::zeroed((strings.len() as u64 + 3) * word);
    sx_machine::memory::write_word(
        &mut block.bytes[..word as usize],
        strings.len() as u64,
        module.target.endian,
    );
    block.relocs = strings
        .iter()
        .enumerate()
        .map(|(i, id)| Reloc {
            offset: (i as u64 + 1) * word,
            target: RelocTarget::Global(*id),
            addend: 0,
        })
        .collect();
    let block = add(module, block);
    let mut pointer = ConstImage::zeroed(word);
    pointer.relocs = vec![Reloc {
        offset: 0,
        target: RelocTarget::Global(block),
        addend: 0,
    }];
    let symbol = &mut module.globals[index];
    symbol.extern_symbol = None;
    symbol.size = word;
    symbol.init = pointer;
}

fn add(module: &mut Module, init: ConstImage) -> GlobalId {
    let size = init.bytes.len() as u64;
    module.add_global(Global {
        name: "argument".to_owned(),
        size,
        align: 8,
        init,
        mutable: true,
        extern_symbol: None,
        export_symbol: None,
        sx_type: None,
        mergeable: false,
    })
}
