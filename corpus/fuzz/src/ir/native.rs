//! Closed programs natively: many in one executable, since linking takes longer than all the rest.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sx_backend_api::{EmitKind, EmitRequest, LinkRequest, OptLevel};
use sx_corpus::process::{self, Folder};
use sx_ir::{Callee, Expr, FuncId, Linkage, LocId, Module, RelocTarget, SigId, StmtKind, Ty};

use super::Ir;
use super::judge::optimise_all;
use super::support::build::Fun;
use super::support::whole::{self, clear_slots, complete, with_one_nan};
use crate::judge::{Fault, Verdict, place_of};
use crate::native::Level;

/// Programs of one executable.
pub const BATCH: u64 = 20;
const FUEL: u32 = 3000;
const TIMEOUT: Duration = Duration::from_secs(20);

/// The programs of the batch that begins with this seed.
pub fn batch(seed: u64) -> Vec<Ir> {
    (0..BATCH)
        .map(|n| Ir::closed(seed.wrapping_add(n)))
        .collect()
}

/// A program and what it is to write.
struct Wanted<'a> {
    ir: &'a Ir,
    output: Vec<u8>,
}

/// Judges programs at every level. The detail of a fault names the program's seed, if it is known.
pub fn judge(programs: &[Ir], levels: &[Level]) -> Result<Verdict, Fault> {
    let guarded = sxc::bug::guarded(|| {
        let wanted: Vec<Wanted<'_>> = programs.iter().filter_map(wanted).collect();
        if wanted.is_empty() {
            return Ok(Verdict::Unsupported);
        }
        for level in levels {
            same(&wanted, *level)?;
        }
        Ok(Verdict::Finished)
    });
    match guarded.map_err(sxc::bug::Failure::into_text) {
        Ok(result) => result,
        Err(what) => Err(Fault::new(
            format!("ir: native panic: {}", place_of(&what)),
            what,
        )),
    }
}

fn wanted(ir: &Ir) -> Option<Wanted<'_>> {
    let output = whole::wanted(&ir.module, ir.root, &ir.args, FUEL)?;
    Some(Wanted { ir, output })
}

fn same(all: &[Wanted<'_>], level: Level) -> Result<(), Fault> {
    let name = level.name();
    let fails = |what: String| {
        let first = what.lines().next().unwrap_or_default().to_owned();
        Fault::new(format!("ir: {name} fails: {first}"), what)
    };
    let folder = Folder::new("fuzz-ir").map_err(|error| fails(error.to_string()))?;
    let program = build(all, level, folder.path()).map_err(fails)?;
    let ended = process::run(Command::new(program), [], "", &folder, TIMEOUT)
        .map_err(|error| fails(error.to_string()))?;
    let mut rest = ended.stdout.as_slice();
    for one in all {
        let (own, others) = rest.split_at(rest.len().min(one.output.len()));
        rest = others;
        if with_one_nan(own) != one.output {
            let detail = format!(
                "program of seed {}: {:?}, {}\n{own:02x?}\nagainst\n{:02x?}",
                one.ir.seed, ended.status, ended.stderr, one.output
            );
            return Err(Fault::new(format!("ir: another result in {name}"), detail));
        }
    }
    match ended.status {
        Some(0) if rest.is_empty() => Ok(()),
        status => Err(fails(format!("status {status:?}, {}", ended.stderr))),
    }
}

fn build(all: &[Wanted<'_>], level: Level, folder: &Path) -> Result<PathBuf, String> {
    let mut whole = Module::new(sx_ir::Target::x86_64_linux());
    whole.files.push("a.sx".into());
    let mut parts = Vec::new();
    for (index, one) in all.iter().enumerate() {
        let mut module = one.ir.module.clone();
        clear_slots(&mut module);
        let args = [0, 1].map(|at| one.ir.args.get(at).copied().unwrap_or(0));
        let part = complete(&mut module, args, &format!("part{index}"));
        // As the compiler does it, or as it came.
        if level == Level::Default && one.ir.seed.is_multiple_of(2) {
            optimise_all(&mut module);
        }
        let first = join(&mut whole, module);
        parts.push(FuncId(part.0 + first));
    }
    let linkage = Linkage::Export("main".into());
    let mut f = Fun::new(&mut whole, "main", linkage, &[], &[Ty::I32]);
    let status = f.func.add_local(Ty::I32);
    for part in parts {
        f.call(part, &[], &[status]);
    }
    let zero = f.c(Ty::I32, 0);
    f.ret(&[zero]);
    let main = f.finish(&mut whole);
    sx_ir::verify::verify(&whole).map_err(|errors| format!("joined: {errors:?}"))?;

    let backend = sx_backend_api::load(&sx_backend_api::load::default_candidates())?;
    let object = folder.join("program.o");
    let mut request = EmitRequest::new(&whole, vec![main], EmitKind::Object(object.clone()));
    request.opt = match level {
        Level::None => OptLevel::None,
        Level::Default => OptLevel::Default,
    };
    request.checked = true;
    request.debug_info = false;
    backend.emit(&request)?;
    let runtime = folder.join("runtime.o");
    sx_backend_api::runtime::write_object(&runtime)?;
    let output = folder.join("program");
    sx_backend_api::link(&LinkRequest {
        objects: vec![object, runtime],
        output: output.clone(),
        pie: true,
        ..Default::default()
    })?;
    Ok(output)
}

/// Adds the functions and globals of a module, without their places; the number of its first function.
fn join(whole: &mut Module, part: Module) -> u32 {
    let (funcs, globals) = (whole.funcs.len() as u32, whole.globals.len() as u32);
    let sigs: Vec<SigId> = part
        .sigs()
        .iter()
        .map(|sig| whole.add_sig(sig.clone()))
        .collect();
    for mut global in part.globals {
        for reloc in &mut global.init.relocs {
            match &mut reloc.target {
                RelocTarget::Global(id) => id.0 += globals,
                RelocTarget::Func(id) => id.0 += funcs,
            }
        }
        whole.add_global(global);
    }
    for mut func in part.funcs {
        func.sig = sigs[func.sig.index()];
        func.loc = LocId(0);
        func.expr_locs.fill(LocId(0));
        for expr in &mut func.exprs {
            match expr {
                Expr::GlobalAddr(id) => id.0 += globals,
                Expr::FuncAddr(id) => id.0 += funcs,
                _ => {}
            }
        }
        if let Some(body) = &mut func.body {
            body.for_each_stmt_mut(&mut |stmt| {
                stmt.loc = LocId(0);
                if let StmtKind::Call(call) = &mut stmt.kind {
                    match &mut call.callee {
                        Callee::Direct(id) => id.0 += funcs,
                        Callee::Indirect { sig, .. } => *sig = sigs[sig.index()],
                    }
                }
            });
        }
        whole.add_func(func);
    }
    funcs
}
