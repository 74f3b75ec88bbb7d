//! `sxc build`.

use std::path::{Path, PathBuf};

use sx_sema::Goal;

use crate::cli::{BuildArgs, CodegenArgs, LinkArgs, OptLevel, TraceTopic};
use crate::native;
use crate::pipeline::{self, Compiled, Plan, Stopped, fail, plain};
use crate::scratch::Scratch;
use crate::{c_sources, commands, driver, library, timing};

pub fn run(args: &BuildArgs) -> Result<u8, Stopped> {
    let format = args.compile.error_format;
    let default = if args.emit_obj {
        OptLevel::None
    } else {
        OptLevel::Default
    };
    let opt = args.codegen.opt.unwrap_or(default);
    let plan = Plan {
        goal: Goal::Build,
        optimise: true,
        last: true,
        code: true,
        traces: commands::traces(opt, args.codegen.release_traces),
        records: false,
        fold: crate::cli::Fold::Calls,
    };
    native::check_cpu(&args.compile, &args.codegen)?;
    let mut compiled = pipeline::compile(&args.file, &args.compile, &plan)?;
    let output = match (&args.output, &compiled.compilation.output_path) {
        (Some(path), _) => path.clone(),
        (None, Some(path)) => PathBuf::from(path),
        (None, None) => commands::default_output(&args.file, ""),
    };
    commands::prepare_output(&compiled, &output, format)?;
    let kept = args.emit_obj.then(|| with_suffix(&output, ".o"));
    if let Some(object) = &kept {
        commands::prepare_output(&compiled, object, format)?;
    }
    if compiled.compilation.driver.is_some() {
        let before = compiled.compilation.stats.evaluations.len();
        let library = library::library_dirs(&args.compile.library);
        let (codegen, link) = (&args.codegen, &args.link);
        let driven = driver::run(&mut compiled, opt, codegen, link, &library, kept, &output)
            .map_err(|failure| match failure {
                driver::Failure::Message(message) => fail(format, &message),
                driver::Failure::Told(diagnostic) => {
                    pipeline::end_with(&[*diagnostic], &compiled.compilation.sources, format)
                }
            });
        if args.compile.trace == Some(TraceTopic::Comptime) {
            timing::trace_from(&compiled, before);
        }
        let profiled = pipeline::write_profile(&compiled, &args.file, &args.compile);
        driven.and(profiled)?;
    } else {
        executable(&mut compiled, opt, &args.codegen, &args.link, kept, &output)
            .map_err(|message| fail(format, &message))?;
    }
    pipeline::write_inputs(&compiled, &args.file, &args.compile, &output)?;
    if args.compile.time {
        timing::print(&compiled);
    }
    say_line!("compiled: {}", output.display());
    Ok(0)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Emits and links an executable. The object goes to `object` if it is to be kept.
pub fn executable(
    compiled: &mut Compiled,
    opt: OptLevel,
    codegen: &CodegenArgs,
    link: &LinkArgs,
    object: Option<PathBuf>,
    output: &Path,
) -> Result<(), String> {
    let scratch = Scratch::new()
        .map_err(|error| format!("cannot create a temporary folder: {}", plain(&error)))?;
    let object = object.unwrap_or_else(|| scratch.join("program.o"));
    let compilation = &compiled.compilation;
    let (module, roots) = (&compilation.module, &compilation.roots);
    compiled.found = compiled.clock.time("emit", || {
        native::emit_object(module, roots, &object, opt, codegen, link)
    })?;
    link_program(
        compiled,
        &scratch,
        link,
        object,
        opt >= OptLevel::Default,
        output,
    )
}

/// Links `object` with the runtime and the libraries the program asks for.
pub fn link_program(
    compiled: &mut Compiled,
    scratch: &Scratch,
    args: &LinkArgs,
    object: PathBuf,
    optimise: bool,
    output: &Path,
) -> Result<(), String> {
    let compilation = &compiled.compilation;
    let (libraries, flags) = (&compilation.module.libraries, &compilation.link_flags);
    let target = &compilation.module.target;
    let mut objects = vec![object];
    if !compilation.c_sources.is_empty() {
        let made = compiled.clock.time("c", || {
            c_sources::objects(&compilation.c_sources, optimise, scratch)
        });
        objects.extend(made?);
    }
    compiled.clock.time("link", || {
        native::link(objects, output, scratch, target, libraries, flags, args)
    })
}
