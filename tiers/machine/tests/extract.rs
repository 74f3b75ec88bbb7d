//! Values in comptime memory becoming static data.

use sx_ir::image::{Reloc, RelocTarget};
use sx_ir::types::{EnumDef, Field, NominalDef, UnionDef, Variant};
use sx_ir::{
    CallConv, ConstImage, Expr, FuncId, Function, Global, GlobalId, Linkage, LocId, Module,
    Signature, Symbol, Target, TypeId, TypeKind,
};
use sx_machine::{ExtractError, Extracted, Machine, extract};
use sx_tier_api::{Limits, MemoryView, SandboxMemory};

/// A module with a root function that has one 32-byte slot, an i64 global and a constant.
fn module() -> (Module, FuncId, GlobalId) {
    let mut module = Module::new(Target::x86_64_linux());
    let sig = module.add_sig(Signature {
        conv: CallConv::Sx,
        params: vec![],
        results: vec![],
        result_attr: Default::default(),
        variadic: false,
        noreturn: false,
    });
    let global = module.add_global(Global {
        name: "counter".into(),
        size: 16,
        align: 8,
        init: ConstImage::default(),
        mutable: true,
        extern_symbol: None,
        export_symbol: None,
        sx_type: None,
        mergeable: false,
    });
    let mut root = Function::new("root".into(), Linkage::Internal, sig, &[], LocId(0));
    root.add_slot(32, 16);
    root.add_expr(Expr::GlobalAddr(global), LocId(0));
    root.body = Some(Default::default());
    let root = module.add_func(root);
    (module, root, global)
}

fn structure(module: &mut Module, name: &str, fields: &[(&str, TypeId)]) -> TypeId {
    let id = module.types.add_nominal(name.into());
    let fields = fields
        .iter()
        .map(|(name, ty)| Field {
            name: Symbol::intern(name),
            ty: *ty,
        })
        .collect();
    module.types.nominal_mut(id).def = NominalDef::Struct(fields);
    module.types.intern(TypeKind::Struct(id))
}

/// Memory for tests: little-endian words.
struct Memory(Machine);

impl Memory {
    fn block(&mut self, words: &[u64]) -> u64 {
        let addr = self.0.alloc(words.len() as u64 * 8).unwrap();
        self.put(addr, words);
        addr
    }

    fn put(&mut self, addr: u64, words: &[u64]) {
        for (i, word) in words.iter().enumerate() {
            self.0
                .write(addr + i as u64 * 8, &word.to_le_bytes())
                .unwrap();
        }
    }

    fn text(&mut self, text: &str) -> u64 {
        let addr = self.0.alloc(text.len() as u64 + 1).unwrap();
        self.0.write(addr, text.as_bytes()).unwrap();
        addr
    }
}

fn words(image: &ConstImage) -> Vec<u64> {
    let mut bytes = image.bytes.clone();
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|w| u64::from_le_bytes(*w))
        .collect()
}

fn to(offset: u64, object: u32, addend: i64) -> Reloc {
    Reloc {
        offset,
        target: RelocTarget::Global(GlobalId(object)),
        addend,
    }
}

fn go(m: &Module, memory: &Memory, addr: u64, ty: TypeId) -> Result<Extracted, ExtractError> {
    extract(m, &memory.0, addr, ty)
}

#[test]
fn padding_and_scalars() {
    let (mut m, root, _) = module();
    let ty = structure(
        &mut m,
        "S",
        &[("a", TypeId::U8), ("b", TypeId::I64), ("c", TypeId::U16)],
    );
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let at = memory.block(&[u64::MAX; 3]);
    let got = go(&m, &memory, at, ty).unwrap();
    assert_eq!(words(&got.image), [0xff, u64::MAX, 0xffff]);
    assert!(got.objects.is_empty());
}

#[test]
fn strings_and_slices() {
    let (mut m, root, global) = module();
    let strings = m.types.slice(TypeId::STRING);
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let text = memory.text("hello, world");
    let items = memory.block(&[text, 5, text + 7, 5, 0, 0, 77, 88]);
    let at = memory.block(&[items, 3]);
    let got = go(&m, &memory, at, strings).unwrap();
    let first = global.0 + 1;
    assert_eq!(words(&got.image), [0, 3]);
    assert_eq!(got.image.relocs, [to(0, first, 0)]);
    // The elements in view with the room behind them, cleared, and the text they share.
    assert_eq!(got.objects[0].size, 64);
    assert_eq!(words(&got.objects[0].image), [0, 5, 0, 5]);
    assert_eq!(
        got.objects[0].image.relocs,
        [to(0, first + 1, 0), to(16, first + 1, 7)]
    );
    assert_eq!(got.objects[1].image.bytes, b"hello\0\0world");
    assert_eq!(got.objects[1].size, 13);
    assert!(got.objects[1].mergeable);
    let at = memory.block(&[items, 9]);
    let error = go(&m, &memory, at, strings).unwrap_err();
    assert_eq!(
        error.reason,
        "its 9 elements reach beyond the object they lie in (64 bytes)"
    );
}

#[test]
fn cycles_and_sharing() {
    let (mut m, root, global) = module();
    let node = m.types.add_nominal("Node".into());
    let node_ty = m.types.intern(TypeKind::Struct(node));
    let pointer = m.types.pointer(node_ty);
    let fields = vec![
        Field {
            name: Symbol::intern("value"),
            ty: TypeId::I64,
        },
        Field {
            name: Symbol::intern("next"),
            ty: pointer,
        },
    ];
    m.types.nominal_mut(node).def = NominalDef::Struct(fields);
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let a = memory.block(&[1, 0]);
    let b = memory.block(&[2, a]);
    memory.put(a + 8, &[b]);
    let at = memory.block(&[3, a]);
    let got = go(&m, &memory, at, node_ty).unwrap();
    let first = global.0 + 1;
    assert_eq!(got.image.relocs, [to(8, first, 0)]);
    assert_eq!(got.objects.len(), 2);
    assert_eq!(got.objects[0].image.relocs, [to(8, first + 1, 0)]);
    assert_eq!(got.objects[1].image.relocs, [to(8, first, 0)]);
    assert_eq!(
        (
            words(&got.objects[0].image)[0],
            words(&got.objects[1].image)[0]
        ),
        (1, 2)
    );
    // A freed node, by its path.
    let table = structure(&mut m, "Table", &[("entries", node_ty)]);
    let entries = m.types.array(table, 2);
    let values = memory.block(&[0, 0, 5, a]);
    memory.0.free(b).unwrap();
    let error = go(&m, &memory, values, entries).unwrap_err();
    assert_eq!(
        (error.path.as_str(), error.reason.as_str()),
        (
            "[1].entries.next.next",
            "it points to memory that was freed"
        )
    );
}

#[test]
fn interior_and_end_pointers() {
    let (mut m, root, global) = module();
    let many = m.types.many_pointer(TypeId::I32);
    let one = m.types.pointer(TypeId::I32);
    let ty = structure(
        &mut m,
        "Range",
        &[
            ("start", many),
            ("end", one),
            ("global", one),
            ("local", one),
        ],
    );
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let data = memory.block(&[0x2_0000_0001, 0x4_0000_0003]);
    let counter = memory.0.address_of(global).unwrap();
    let local = memory.0.space.stack_start;
    memory.put(local, &[9]);
    let at = memory.block(&[data + 4, data + 16, counter + 8, local + 4]);
    let got = go(&m, &memory, at, ty).unwrap();
    let first = global.0 + 1;
    assert_eq!(
        got.image.relocs,
        [
            to(0, first, 4),
            to(8, first, 16),
            to(16, global.0, 8),
            to(24, first + 1, 4)
        ]
    );
    assert_eq!(words(&got.objects[0].image), [0x2_0000_0001, 0x4_0000_0003]);
    assert_eq!(
        (got.objects[1].size, words(&got.objects[1].image)),
        (32, vec![9])
    );
    let at = memory.block(&[0, 0, 0, local + 64]);
    let error = go(&m, &memory, at, ty).unwrap_err();
    assert_eq!(error.path, ".local");
    assert_eq!(
        error.reason,
        "it points to stack memory of a function that has returned"
    );
}

#[test]
fn optionals_and_tagged_unions() {
    let (mut m, root, global) = module();
    let optional = m.types.optional(TypeId::STRING);
    let shape = m.types.add_nominal("Shape".into());
    let variant = |name: &str, value, payload| Variant {
        name: Symbol::intern(name),
        value,
        payload,
    };
    m.types.nominal_mut(shape).def = NominalDef::Enum(EnumDef {
        backing: TypeId::I64,
        flags: false,
        variants: vec![
            variant("none", 0, None),
            variant("number", 1, Some(TypeId::I32)),
            variant("text", 2, Some(TypeId::STRING)),
        ],
        tagged: true,
        places: None,
    });
    let shape = m.types.intern(TypeKind::Enum(shape));
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let text = memory.text("x");
    let absent = memory.block(&[text, 1, 0]);
    assert!(go(&m, &memory, absent, optional).unwrap().image.is_zero());
    let present = memory.block(&[text, 1, 1]);
    let got = go(&m, &memory, present, optional).unwrap();
    assert_eq!(
        (words(&got.image), got.image.relocs.len()),
        (vec![0, 1, 1], 1)
    );
    // Only the active variant's payload counts.
    let number = memory.block(&[1, 0xdead_0000_002a, text]);
    assert_eq!(
        words(&go(&m, &memory, number, shape).unwrap().image),
        [1, 0x2a]
    );
    let string = memory.block(&[2, text, 1]);
    let got = go(&m, &memory, string, shape).unwrap();
    assert_eq!(got.image.relocs, [to(8, global.0 + 1, 0)]);
    let bad = memory.block(&[7, 0, 0]);
    assert_eq!(
        go(&m, &memory, bad, shape).unwrap_err().reason,
        "its tag 7 is that of no variant"
    );
}

#[test]
fn untyped_bytes() {
    let (mut m, root, _) = module();
    let union = m.types.add_nominal("U".into());
    let pointer = m.types.pointer(TypeId::I64);
    let members = [("i", TypeId::I64), ("p", pointer)]
        .map(|(name, ty)| Field {
            name: Symbol::intern(name),
            ty,
        })
        .to_vec();
    m.types.nominal_mut(union).def = NominalDef::Union(UnionDef {
        members,
        promoted: vec![],
    });
    let union = m.types.intern(TypeKind::Union(union));
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let data = memory.block(&[1]);
    let at = memory.block(&[1234, data]);
    assert_eq!(words(&go(&m, &memory, at, union).unwrap().image), [1234]);
    let error = go(&m, &memory, at + 8, union).unwrap_err();
    assert_eq!(
        error.reason,
        "its type is not known there, and at byte 0 it holds the address of a heap object"
    );
    let opaque = memory.block(&[data]);
    let got = go(&m, &memory, opaque, TypeId::VOID_PTR).unwrap();
    assert_eq!(words(&got.objects[0].image), [1]);
    let bad = memory.block(&[at]);
    assert!(go(&m, &memory, bad, TypeId::VOID_PTR).is_err());
}

#[test]
fn functions_and_dynamic_types() {
    let (mut m, root, global) = module();
    let function = m.types.intern(TypeKind::Function(sx_ir::types::FnType {
        params: vec![],
        ret: TypeId::VOID,
        c_conv: false,
        variadic: false,
    }));
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let value = memory.0.function_value(root).unwrap();
    let at = memory.block(&[value]);
    let got = go(&m, &memory, at, function).unwrap();
    assert_eq!(
        got.image.relocs,
        [Reloc {
            offset: 0,
            target: RelocTarget::Func(root),
            addend: 0
        }]
    );
    memory.put(at, &[12345]);
    assert_eq!(
        go(&m, &memory, at, function).unwrap_err().reason,
        "0x3039 is no function"
    );
    let text = memory.text("boxed");
    let boxed = memory.block(&[text, 5]);
    let any = memory.block(&[boxed, u64::from(TypeId::STRING.0)]);
    let got = go(&m, &memory, any, TypeId::ANY).unwrap();
    assert_eq!(got.image.relocs, [to(0, global.0 + 1, 0)]);
    assert_eq!(got.objects[0].image.relocs, [to(0, global.0 + 2, 0)]);
    assert_eq!(got.objects[1].image.bytes, b"boxed");
}

/// Long lists must not use the host's stack.
#[test]
fn long_lists() {
    let (mut m, root, _) = module();
    let node = m.types.add_nominal("Node".into());
    let node_ty = m.types.intern(TypeKind::Struct(node));
    let pointer = m.types.pointer(node_ty);
    m.types.nominal_mut(node).def = NominalDef::Struct(vec![Field {
        name: Symbol::intern("next"),
        ty: pointer,
    }]);
    let mut memory = Memory(Machine::new(&m, root, &Limits::default()));
    let mut at = memory.block(&[0]);
    for _ in 0..100_000 {
        at = memory.block(&[at]);
    }
    assert_eq!(go(&m, &memory, at, node_ty).unwrap().objects.len(), 100_000);
}
