//! The standard host, called as engines call it.

use sx_ir::{
    CallConv, FuncId, Function, Linkage, LocId, Module, Param, ParamAttr, Signature, Target,
    TrapKind, Ty,
};
use sx_machine::{Effect, HostOptions, Machine, StdHost};
use sx_tier_api::{HostFault, Limits, MemoryView, SandboxMemory, Trap};

struct World<'h> {
    module: Module,
    machine: Machine,
    host: StdHost<'h>,
}

impl World<'_> {
    fn new(options: HostOptions) -> World<'static> {
        let mut module = Module::new(Target::x86_64_linux());
        let root = declare(&mut module, "root", &[], &[]);
        let machine = Machine::new(&module, root, &Limits::default());
        World {
            module,
            machine,
            host: StdHost::new(options, None),
        }
    }

    fn call(
        &mut self,
        symbol: &str,
        params: &[Ty],
        result: Ty,
        args: &[u64],
    ) -> Result<u64, HostFault> {
        let func = declare(&mut self.module, symbol, params, &[result]);
        self.machine
            .call_host(&self.module, &mut self.host, func, args)
            .map(|r| r[0])
    }

    fn text(&mut self, text: &str) -> u64 {
        let addr = self.machine.alloc(text.len() as u64 + 1).unwrap();
        self.machine.write(addr, text.as_bytes()).unwrap();
        addr
    }
}

fn declare(module: &mut Module, symbol: &str, params: &[Ty], results: &[Ty]) -> FuncId {
    let params: Vec<Param> = params
        .iter()
        .map(|ty| Param {
            ty: *ty,
            attr: ParamAttr::None,
        })
        .collect();
    let sig = module.add_sig(Signature {
        conv: CallConv::C,
        params: params.clone(),
        results: results.to_vec(),
        result_attr: Default::default(),
        variadic: false,
        noreturn: false,
    });
    let linkage = Linkage::Extern {
        symbol: symbol.into(),
        library: None,
    };
    module.add_func(Function::new(
        symbol.into(),
        linkage,
        sig,
        &params,
        LocId(0),
    ))
}

use Ty::{F32, F64, I32, I64, Ptr};

#[test]
fn memory_functions() {
    let mut w = World::new(HostOptions::default());
    let p = w.call("malloc", &[I64], Ptr, &[100]).unwrap();
    assert_eq!(p % 16, 0);
    assert_eq!(
        w.call("memset", &[Ptr, I32, I64], Ptr, &[p, 0x41, 10]),
        Ok(p)
    );
    assert_eq!(w.call("strlen", &[Ptr], I64, &[p]), Ok(10));
    let q = w.call("realloc", &[Ptr, I64], Ptr, &[p, 5000]).unwrap();
    assert_eq!(w.call("strlen", &[Ptr], I64, &[q]), Ok(10));
    assert_eq!(
        w.call("free", &[Ptr], I32, &[p]),
        Err(HostFault::Trap(Trap::new(TrapKind::BadFree, p, 0)))
    );
    assert_eq!(w.call("free", &[Ptr], I32, &[q]), Ok(0));
    assert_eq!(w.call("free", &[Ptr], I32, &[0]), Ok(0));
    assert_eq!(w.machine.heap().live(), 0);
    let z = w.call("calloc", &[I64, I64], Ptr, &[10, 10]).unwrap();
    assert_eq!(w.machine.read(z, 100), Some(&[0u8; 100][..]));
    let copied = w.call("memcpy", &[Ptr, Ptr, I64], Ptr, &[0, z, 4]);
    assert_eq!(
        copied,
        Err(HostFault::Trap(Trap::new(TrapKind::NullAccess, 0, 0)))
    );
}

#[test]
fn text_functions() {
    let mut w = World::new(HostOptions::default());
    let (a, b) = (w.text("hello world"), w.text("hello there"));
    assert_eq!(w.call("strcmp", &[Ptr, Ptr], I32, &[a, b]), Ok(1));
    assert_eq!(w.call("strcmp", &[Ptr, Ptr], I32, &[b, a]), Ok(0xffff_ffff));
    assert_eq!(w.call("strncmp", &[Ptr, Ptr, I64], I32, &[a, b, 6]), Ok(0));
    assert_eq!(
        w.call("strchr", &[Ptr, I32], Ptr, &[a, u64::from(b'o')]),
        Ok(a + 4)
    );
    assert_eq!(
        w.call("strrchr", &[Ptr, I32], Ptr, &[a, u64::from(b'o')]),
        Ok(a + 7)
    );
    assert_eq!(w.call("strchr", &[Ptr, I32], Ptr, &[a, 0]), Ok(a + 11));
    let wanted = w.text("wor");
    assert_eq!(w.call("strstr", &[Ptr, Ptr], Ptr, &[a, wanted]), Ok(a + 6));
    assert_eq!(
        w.call("memchr", &[Ptr, I32, I64], Ptr, &[a, u64::from(b'z'), 11]),
        Ok(0)
    );
    let n = w.text("  -42x");
    assert_eq!(
        w.call("atoi", &[Ptr], I32, &[n]),
        Ok((-42i32) as u32 as u64)
    );
    assert_eq!(
        w.call("toupper", &[I32], I32, &[u64::from(b'q')]),
        Ok(u64::from(b'Q'))
    );
    assert_eq!(w.call("isalpha", &[I32], I32, &[u64::from(b'_')]), Ok(0));
    assert_eq!(
        w.call("strlen", &[Ptr], I64, &[3]),
        Err(HostFault::Trap(Trap::new(TrapKind::NullAccess, 3, 0)))
    );
}

#[test]
fn math_functions() {
    let mut w = World::new(HostOptions::default());
    let two = 2.0f64.to_bits();
    assert_eq!(
        w.call("pow", &[F64, F64], F64, &[two, 10.0f64.to_bits()]),
        Ok(1024.0f64.to_bits())
    );
    assert_eq!(
        w.call("sqrtf", &[F32], F32, &[u64::from(9.0f32.to_bits())]),
        Ok(u64::from(3.0f32.to_bits()))
    );
    assert_eq!(
        w.call("sqrt", &[F64], F64, &[(-1.0f64).to_bits()]),
        Ok(0x7ff8_0000_0000_0000)
    );
}

#[test]
fn output_goes_through_the_transcript() {
    let mut w = World::new(HostOptions::default());
    let a = w.text("one two");
    assert_eq!(w.call("write", &[I32, Ptr, I64], I64, &[1, a, 3]), Ok(3));
    assert_eq!(
        w.call("write", &[I32, Ptr, I64], I64, &[1, a + 3, 4]),
        Ok(4)
    );
    assert_eq!(w.call("write", &[I32, Ptr, I64], I64, &[2, a, 1]), Ok(1));
    let effects = vec![
        Effect::Write {
            fd: 1,
            bytes: b"one two".to_vec(),
        },
        Effect::Write {
            fd: 2,
            bytes: b"o".to_vec(),
        },
    ];
    assert_eq!(w.host.transcript.effects, effects);
}

fn unsupported(result: Result<u64, HostFault>) -> String {
    match result {
        Err(HostFault::Unsupported(text) | HostFault::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_granted_is_denied() {
    let mut w = World::new(HostOptions::default());
    let path = w.text("/etc/hostname");
    let text = unsupported(w.call("open", &[Ptr, I32], I32, &[path, 0]));
    assert_eq!(
        text,
        "'open' leaves the sandbox at compile time; allow it with --allow=read:PATH"
    );
    let text = unsupported(w.call("a64l", &[Ptr], I64, &[path]));
    assert_eq!(
        text,
        "'a64l' leaves the sandbox at compile time; allow it with --allow=extern:c"
    );
    let text = unsupported(w.call("no_such_symbol_anywhere", &[], I32, &[]));
    assert_eq!(text, "symbol not found: 'no_such_symbol_anywhere'");
    assert_eq!(w.call("_exit", &[I32], I32, &[7]), Err(HostFault::Exit(7)));
}

#[test]
fn files_and_errno() {
    let mut w = World::new(HostOptions {
        allow_io: true,
        ..HostOptions::default()
    });
    let path = std::env::temp_dir().join(format!("sx-machine-test-{}", std::process::id()));
    let path = w.text(path.to_str().unwrap());
    let fd = w
        .call("open", &[Ptr, I32, I32], I32, &[path, 0o101, 0o600])
        .unwrap();
    let data = w.text("some data");
    assert_eq!(
        w.call("write", &[I32, Ptr, I64], I64, &[fd, data, 9]),
        Ok(9)
    );
    assert_eq!(w.call("close", &[I32], I32, &[fd]), Ok(0));
    let fd = w.call("open", &[Ptr, I32], I32, &[path, 0]).unwrap();
    let buffer = w.machine.alloc(20).unwrap();
    assert_eq!(
        w.call("read", &[I32, Ptr, I64], I64, &[fd, buffer, 20]),
        Ok(9)
    );
    assert_eq!(w.machine.read(buffer, 9), Some(&b"some data"[..]));
    assert_eq!(w.call("close", &[I32], I32, &[fd]), Ok(0));
    assert_eq!(w.call("unlink", &[Ptr], I32, &[path]), Ok(0));
    assert_eq!(w.call("unlink", &[Ptr], I32, &[path]), Ok(0xffff_ffff));
    let errno = w.call("__errno_location", &[], Ptr, &[]).unwrap();
    assert_eq!(w.machine.read(errno, 4), Some(&2i32.to_le_bytes()[..]));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn host_libraries() {
    let mut w = World::new(HostOptions {
        allow_extern: true,
        ..HostOptions::default()
    });
    assert_eq!(w.call("ffs", &[I32], I32, &[8]), Ok(4));
    let n = w.text("123 rest");
    let end = w.machine.alloc(8).unwrap();
    assert_eq!(
        w.call("strtol", &[Ptr, Ptr, I32], I64, &[n, 0, 10]),
        Ok(123)
    );
    assert_eq!(
        w.call("strtod", &[Ptr, Ptr], F64, &[n, 0]),
        Ok(123.0f64.to_bits())
    );
    assert_eq!(w.call("strpbrk", &[Ptr, Ptr], Ptr, &[n, n + 3]), Ok(n + 3));
    // A host object is a handle that goes back and forth.
    let (command, mode) = (w.text("echo hi"), w.text("r"));
    let stream = w.call("popen", &[Ptr, Ptr], Ptr, &[command, mode]).unwrap();
    assert!(w.machine.read(stream, 1).is_none());
    assert_eq!(
        w.call("fread", &[Ptr, I64, I64, Ptr], I64, &[end, 1, 8, stream]),
        Ok(3)
    );
    assert_eq!(w.machine.read(end, 3), Some(&b"hi\n"[..]));
    assert_eq!(w.call("pclose", &[Ptr], I32, &[stream]), Ok(0));
}

#[test]
fn narrow_grants() {
    let mut w = World::new(HostOptions::default());
    let folder = std::env::temp_dir().join(format!("sx-machine-grants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("in.txt"), "input").unwrap();
    w.host.grants.read.push(folder.clone());
    let path = w.text(folder.join("in.txt").to_str().unwrap());
    let fd = w.call("open", &[Ptr, I32], I32, &[path, 0]).unwrap();
    let buffer = w.machine.alloc(8).unwrap();
    assert_eq!(
        w.call("read", &[I32, Ptr, I64], I64, &[fd, buffer, 8]),
        Ok(5)
    );
    assert_eq!(w.call("close", &[I32], I32, &[fd]), Ok(0));
    assert_eq!(w.host.inputs, [folder.join("in.txt")]);
    // Not written, not by a way around, not another file, not someone else's descriptor.
    unsupported(w.call("open", &[Ptr, I32], I32, &[path, 1]));
    let around = w.text(folder.join("../../etc/hostname").to_str().unwrap());
    unsupported(w.call("open", &[Ptr, I32], I32, &[around, 0]));
    unsupported(w.call("unlink", &[Ptr], I32, &[path]));
    unsupported(w.call("read", &[I32, Ptr, I64], I64, &[0, buffer, 8]));
    std::fs::remove_dir_all(&folder).unwrap();
    unsupported(w.call("a64l", &[Ptr], I64, &[path]));
    w.host.grants.libraries.push("c".into());
    if cfg!(target_arch = "x86_64") {
        assert_eq!(w.call("ffs", &[I32], I32, &[8]), Ok(4));
    }
}
