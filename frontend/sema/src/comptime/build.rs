//! Build options and the build driver (reference part 4 §17): what `#run` code sets, and the last evaluation of a
//! build, which emits and links.

use std::collections::BTreeMap;

use sx_ir::func::StmtKind;
use sx_ir::target::Endian;
use sx_ir::types::FnType;
use sx_ir::{ConstImage, FuncId, Global, GlobalId, Module, Symbol, Ty, TypeId};
use sx_syntax::Span;
use sx_tier_api::{Frame, HostFault, SandboxMemory, Status};

use crate::api::{Compilation, EvalRequest, Evaluator};
use crate::callables::functions::Target;
use crate::comptime::host::{CompilerHost, Minted};
use crate::comptime::type_names::TypeNames;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Val};
use crate::sema::{DeclSyntax, Entity, ModId, Res, Sema};

/// Compiler functions of `modules/build.sx`.
pub const OPTIONS: &[&str] = &[
    "build_options",
    "on_build",
    "add_link_flag",
    "add_framework",
    "add_framework_path",
    "framework_count",
    "framework_at",
    "framework_path_count",
    "framework_path_at",
    "set_output_path",
    "binary_path",
    "target_triple",
    "add_asset_dir",
    "asset_dir_count",
    "asset_dir_src_at",
    "asset_dir_dest_at",
    "jni_main_count",
    "jni_main_runtime_path_at",
    "jni_main_java_source_at",
    "set_wasm_shell",
    "set_post_link_module",
    "set_bundle_path",
    "bundle_path",
    "set_bundle_id",
    "bundle_id",
    "set_codesign_identity",
    "codesign_identity",
    "set_provisioning_profile",
    "provisioning_profile",
    "set_manifest_path",
    "manifest_path",
    "set_keystore_path",
    "keystore_path",
];

/// Compiler functions of `modules/compiler.sx`.
pub const PRIMITIVES: &[&str] = &[
    "emit_object",
    "c_object_paths",
    "link_libraries",
    "build_frameworks",
    "build_flags",
    "build_output",
    "build_target",
    "link",
];

/// What compile-time code has asked of the build; outlives single evaluations.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct BuildState {
    pub link_flags: Vec<String>,
    pub output_path: Option<String>,
    pub frameworks: Vec<String>,
    pub framework_paths: Vec<String>,
    /// Source and destination folders.
    pub assets: Vec<(String, String)>,
    /// Other texts by the name of their setter, without `set_`.
    pub texts: BTreeMap<String, String>,
    /// What `on_build` was given last.
    pub driver: Option<FuncId>,
}

/// What `link` is asked to do.
pub struct LinkJob {
    pub objects: Vec<String>,
    pub output: String,
    pub libraries: Vec<String>,
    pub frameworks: Vec<String>,
    pub flags: Vec<String>,
    pub target: String,
}

/// What the build driver does through the compiler. Errors are worded for the user.
pub trait BuildActions {
    /// Emits the program's object file: its path.
    fn emit_object(&mut self) -> Result<String, String>;
    fn c_object_paths(&mut self) -> Result<Vec<String>, String>;
    fn libraries(&self) -> Vec<String>;
    /// The command line's flags, to go with those of the program.
    fn flags(&self, program: &[String]) -> Vec<String>;
    fn output(&self, program: Option<&str>) -> String;
    fn target(&self) -> String;
    fn link(&mut self, job: LinkJob) -> Result<(), String>;
}

/// The build driver, ready to run.
pub struct Driver {
    root: FuncId,
    result: GlobalId,
    minted: Minted,
    names: TypeNames,
}

/// How the driver ended.
pub struct Driven {
    pub status: Status,
    /// What has run it, by name.
    pub engine: &'static str,
    pub frames: Vec<Frame>,
    /// The driver's place: `file:line:col`.
    pub asked_at: String,
    pub steps: u64,
    /// Most heap bytes at once.
    pub peak_memory: u64,
    /// What it returned.
    pub success: bool,
}

impl Compilation {
    /// Runs the build driver. `None`: the program does not import `modules/build.sx`, so nothing can differ from the
    /// default.
    pub fn drive(
        &self,
        evaluator: &mut dyn Evaluator,
        actions: &mut dyn BuildActions,
    ) -> Option<Driven> {
        let driver = self.driver.as_ref()?;
        let mut host = CompilerHost::new(
            &self.module.types,
            driver.minted.clone(),
            String::new(),
            None,
            self.build.clone(),
        );
        host.actions = Some(actions);
        host.names = driver.names.clone();
        let evaluation = evaluator.evaluate(EvalRequest {
            keep_output: None,
            module: &self.module,
            root: driver.root,
            asked_by: "build driver",
            result: Some((driver.result, TypeId::BOOL)),
            saving: false,
            c_sources: &self.c_sources,
            compiler: &mut host,
        });
        let at = self.module.loc(self.module.func(driver.root).loc);
        let file = self.module.files.get(at.file as usize);
        let file = file.map_or("?", String::as_str);
        let success = matches!(&evaluation.result, Some(Ok(result)) if result.image.bytes.first().is_some_and(|b| *b != 0));
        Some(Driven {
            status: evaluation.status,
            engine: evaluation.engine,
            frames: evaluation.frames,
            asked_at: format!("{file}:{}:{}", at.line, at.col),
            steps: evaluation.steps,
            peak_memory: evaluation.peak_memory,
            success,
        })
    }
}

impl Sema<'_> {
    /// An evaluation that calls the build driver: what `on_build` was given, else `default_pipeline`.
    pub fn build_driver(&mut self) -> Res<Option<Driver>> {
        let Some(module) = (0..self.modules.len()).map(|i| ModId(i as u32)).find(|id| {
            self.in_library_module(*id) && self.module(*id).path.ends_with("modules/build.sx")
        }) else {
            return Ok(None);
        };
        let named =
            |s: &Sema, name: &str| s.module(module).names.get(&Symbol::intern(name)).copied();
        let (Some(options), Some(pipeline)) =
            (named(self, "BuildOptions"), named(self, "default_pipeline"))
        else {
            return Ok(None);
        };
        if !matches!(self.decl(options).syntax, DeclSyntax::Struct(_)) {
            return Ok(None);
        }
        let Entity::Type(options) = self.resolve_decl(options)? else {
            return Ok(None);
        };
        let Entity::Fn(pipeline_fn) = self.resolve_decl(pipeline)? else {
            return Ok(None);
        };
        let span = self.decl(pipeline).name_span;
        let default = self.instantiate_fn(pipeline_fn, Vec::new(), Vec::new(), span)?;
        let func = self.caches.build.driver.unwrap_or(default.func);
        let ty = FnType {
            params: vec![options],
            ret: TypeId::BOOL,
            c_conv: false,
            variadic: false,
        };
        let env = self.module(module).env.clone();
        let mut cx = self.thunk_cx(&env, "__build", span);
        let opt = Val::regs(options, Default::default());
        let val = self.emit_call(&mut cx, Target::Direct(func), &ty, &[opt]);
        let result = self.m.add_global(Global {
            name: "__build.result".into(),
            size: 1,
            align: 1,
            init: ConstImage::default(),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(TypeId::BOOL),
            mergeable: false,
        });
        self.store(&mut cx, Addr::Global(result, 0), &val);
        self.call_post_link_module(&mut cx, options, result, span)?;
        cx.emit(StmtKind::Return(Default::default()));
        self.mark_comptime(&mut cx);
        let root = self.finish_cx(cx);
        self.lower_reachable(root, &[])?;
        Ok(Some(Driver {
            root,
            result,
            minted: Minted::default(),
            names: match self.asks_for_names(&self.m, root) {
                true => self.all_type_names(),
                false => TypeNames::default(),
            },
        }))
    }
}

impl Sema<'_> {
    /// After a successful driver, `bundle_main` of the module that `set_post_link_module` names.
    fn call_post_link_module(
        &mut self,
        cx: &mut FnCx,
        options: TypeId,
        result: GlobalId,
        span: Span,
    ) -> Res<()> {
        let Some(name) = self.caches.build.texts.get("post_link_module").cloned() else {
            return Ok(());
        };
        let missing = |s: &mut Self, what: &str| {
            let text = format!("set_post_link_module(\"{name}\"): {what}");
            s.report(sx_syntax::Diagnostic::error_without_span(text))
        };
        let root = self
            .module(ModId(0))
            .names
            .get(&Symbol::intern(&name))
            .copied();
        let entity = match root {
            Some(decl) => self.resolve_decl(decl)?,
            None => return Err(missing(self, "the root file has no module of that name")),
        };
        let Entity::Namespace(set) = entity else {
            return Err(missing(
                self,
                "that is no module; import it under this name",
            ));
        };
        let bundle = Symbol::intern("bundle_main");
        let modules = self.import_sets[set.0 as usize].modules.clone();
        let found = modules
            .iter()
            .find_map(|m| self.module(*m).names.get(&bundle).copied());
        let found = match found {
            Some(decl) => self.resolve_decl(decl)?,
            None => return Err(missing(self, "the module has no function 'bundle_main'")),
        };
        let Entity::Fn(function) = found else {
            return Err(missing(self, "its 'bundle_main' is no function"));
        };
        let instance = self.instantiate_fn(function, Vec::new(), Vec::new(), span)?;
        let args = match instance.ty.params.as_slice() {
            [] => Vec::new(),
            [only] if *only == options => vec![Val::regs(options, Default::default())],
            _ => {
                let what = "'bundle_main' takes nothing or the BuildOptions";
                return Err(missing(self, what));
            }
        };
        if !matches!(instance.ty.ret, TypeId::BOOL | TypeId::VOID) {
            return Err(missing(self, "'bundle_main' returns bool or nothing"));
        }
        let linked = cx.load_scalar(Ty::I8, Addr::Global(result, 0));
        let cond = cx.use_piece(linked);
        cx.open();
        let val = self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &args);
        if instance.ty.ret == TypeId::BOOL {
            self.store(cx, Addr::Global(result, 0), &val);
        }
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        Ok(())
    }
}

impl Driver {
    pub(crate) fn root(&self) -> FuncId {
        self.root
    }

    pub(crate) fn with_minted(mut self, minted: Minted) -> Driver {
        self.minted = minted;
        self
    }
}

/// Strings and lists of them in the evaluation's memory, as the library lays them out.
struct Texts<'m> {
    memory: &'m mut dyn SandboxMemory,
    endian: Endian,
    word: u64,
}

impl Texts<'_> {
    fn number(&self, value: u64, len: u64) -> Vec<u8> {
        let mut bytes = value.to_le_bytes()[..len as usize].to_vec();
        if self.endian == Endian::Big {
            bytes.reverse();
        }
        bytes
    }

    fn put(&mut self, text: &str) -> Result<[u64; 2], HostFault> {
        let at = self.memory.alloc(text.len() as u64 + 1)?;
        self.memory.write(at, text.as_bytes())?;
        Ok([at, text.len() as u64])
    }

    /// `List(string)`: `{items: {ptr, len}, cap}`.
    fn put_list(&mut self, list: &[String]) -> Result<Vec<u64>, HostFault> {
        if list.is_empty() {
            return Ok(vec![0, 0, 0]);
        }
        let at = self.memory.alloc(16 * list.len() as u64)?;
        for (i, text) in list.iter().enumerate() {
            let [ptr, len] = self.put(text)?;
            let (ptr, len) = (self.number(ptr, self.word), self.number(len, 8));
            self.memory.write(at + 16 * i as u64, &ptr)?;
            self.memory.write(at + 16 * i as u64 + 8, &len)?;
        }
        Ok(vec![at, list.len() as u64, list.len() as u64])
    }

    fn text(&self, ptr: u64, len: u64) -> Result<String, HostFault> {
        if len == 0 {
            return Ok(String::new());
        }
        match self.memory.read(ptr, len) {
            Some(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
            None => Err(fault(
                "a text outside the program's memory was given to the compiler",
            )),
        }
    }

    fn list(&self, ptr: u64, count: u64) -> Result<Vec<String>, HostFault> {
        let read = |at: u64, len: u64| -> Result<u64, HostFault> {
            let Some(bytes) = self.memory.read(at, len) else {
                return Err(fault("a list reaches outside the program's memory"));
            };
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            if self.endian == Endian::Big {
                word[..bytes.len()].reverse();
            }
            Ok(u64::from_le_bytes(word))
        };
        (0..count)
            .map(|i| {
                let at = ptr + 16 * i;
                self.text(read(at, self.word)?, read(at + 8, 8)?)
            })
            .collect()
    }
}

fn fault(text: &str) -> HostFault {
    HostFault::Refused(text.to_owned())
}

/// A call of one of [`OPTIONS`] or [`PRIMITIVES`].
pub fn call(
    name: &str,
    module: &Module,
    args: &[u64],
    memory: &mut dyn SandboxMemory,
    state: &mut BuildState,
    actions: Option<&mut (dyn BuildActions + '_)>,
) -> Result<Vec<u64>, HostFault> {
    let arg = |i: usize| args.get(i).copied().unwrap_or(0);
    let mut texts = Texts {
        memory,
        endian: module.target.endian,
        word: module.target.pointer_size,
    };
    let at = |list: &[String]| {
        usize::try_from(arg(0))
            .ok()
            .and_then(|i| list.get(i))
            .cloned()
            .unwrap_or_default()
    };
    let driving = |what: &str| fault(&format!("'{what}' works in the build driver only"));
    let failed = |message: String| HostFault::Refused(message);
    Ok(match name {
        "build_options" => Vec::new(),
        "on_build" => match texts.memory.function_of(arg(0)) {
            Some(func) => {
                state.driver = Some(func);
                Vec::new()
            }
            None => return Err(fault("on_build needs a function")),
        },
        "add_link_flag" => {
            state.link_flags.push(texts.text(arg(0), arg(1))?);
            Vec::new()
        }
        "add_framework" => {
            state.frameworks.push(texts.text(arg(0), arg(1))?);
            Vec::new()
        }
        "add_framework_path" => {
            state.framework_paths.push(texts.text(arg(0), arg(1))?);
            Vec::new()
        }
        "framework_count" => vec![state.frameworks.len() as u64],
        "framework_path_count" => vec![state.framework_paths.len() as u64],
        "framework_at" => texts.put(&at(&state.frameworks))?.to_vec(),
        "framework_path_at" => texts.put(&at(&state.framework_paths))?.to_vec(),
        "set_output_path" => {
            state.output_path = Some(texts.text(arg(0), arg(1))?);
            Vec::new()
        }
        "binary_path" => {
            let path = actions.map(|a| a.output(state.output_path.as_deref()));
            texts.put(&path.unwrap_or_default())?.to_vec()
        }
        "target_triple" => {
            let triple = actions.map(|a| a.target());
            texts.put(&triple.unwrap_or_default())?.to_vec()
        }
        "add_asset_dir" => {
            let dir = (texts.text(arg(0), arg(1))?, texts.text(arg(2), arg(3))?);
            state.assets.push(dir);
            Vec::new()
        }
        "asset_dir_count" => vec![state.assets.len() as u64],
        "asset_dir_src_at" => {
            let list: Vec<String> = state.assets.iter().map(|a| a.0.clone()).collect();
            texts.put(&at(&list))?.to_vec()
        }
        "asset_dir_dest_at" => {
            let list: Vec<String> = state.assets.iter().map(|a| a.1.clone()).collect();
            texts.put(&at(&list))?.to_vec()
        }
        "jni_main_count" => vec![0],
        "jni_main_runtime_path_at" | "jni_main_java_source_at" => texts.put("")?.to_vec(),
        "emit_object" => {
            let actions = actions.ok_or_else(|| driving(name))?;
            let path = actions.emit_object().map_err(failed)?;
            texts.put(&path)?.to_vec()
        }
        "c_object_paths" => {
            let actions = actions.ok_or_else(|| driving(name))?;
            let paths = actions.c_object_paths().map_err(failed)?;
            texts.put_list(&paths)?
        }
        "link_libraries" => {
            let libraries = match actions {
                Some(actions) => actions.libraries(),
                None => module.libraries.clone(),
            };
            texts.put_list(&libraries)?
        }
        "build_frameworks" => texts.put_list(&state.frameworks)?,
        "build_flags" => {
            let flags = match actions {
                Some(actions) => actions.flags(&state.link_flags),
                None => state.link_flags.clone(),
            };
            texts.put_list(&flags)?
        }
        "build_output" => {
            let path = match actions {
                Some(actions) => actions.output(state.output_path.as_deref()),
                None => state.output_path.clone().unwrap_or_default(),
            };
            texts.put(&path)?.to_vec()
        }
        "build_target" => {
            let triple = module.target.triple.clone();
            texts.put(&triple)?.to_vec()
        }
        "link" => {
            let actions = actions.ok_or_else(|| driving(name))?;
            let job = LinkJob {
                objects: texts.list(arg(0), arg(1))?,
                output: texts.text(arg(3), arg(4))?,
                libraries: texts.list(arg(5), arg(6))?,
                frameworks: texts.list(arg(8), arg(9))?,
                flags: texts.list(arg(11), arg(12))?,
                target: texts.text(arg(14), arg(15))?,
            };
            actions.link(job).map_err(failed)?;
            Vec::new()
        }
        _ => match name.strip_prefix("set_") {
            Some(what) => {
                let text = texts.text(arg(0), arg(1))?;
                state.texts.insert(what.to_owned(), text);
                Vec::new()
            }
            None => {
                let text = state.texts.get(name).cloned().unwrap_or_default();
                texts.put(&text)?.to_vec()
            }
        },
    })
}
