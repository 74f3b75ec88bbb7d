//! The command line, as clap sees it.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::profile::{ProfileFile, Weight};
use crate::render::ErrorFormat;

/// Compiler for sx
#[derive(Parser, Debug)]
#[command(name = "sxc", version, about, disable_help_subcommand = false, max_term_width = 100, styles = styles())]
#[command(after_help = "See 'sxc help <command>' for more information on a command.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// Parses a command line; its first word is the program's name. Help and version are "errors" of status 0.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(args)
}

fn styles() -> clap::builder::Styles {
    use clap::builder::styling::{AnsiColor, Effects, Styles};
    Styles::styled()
        .header(AnsiColor::Green.on_default() | Effects::BOLD)
        .usage(AnsiColor::Green.on_default() | Effects::BOLD)
        .literal(AnsiColor::Cyan.on_default() | Effects::BOLD)
        .placeholder(AnsiColor::Cyan.on_default())
        .error(AnsiColor::Red.on_default() | Effects::BOLD)
        .valid(AnsiColor::Cyan.on_default() | Effects::BOLD)
        .invalid(AnsiColor::Yellow.on_default() | Effects::BOLD)
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Compile a program and run it
    #[command(visible_alias = "r")]
    Run(RunArgs),
    /// Compile a program to an executable
    #[command(visible_alias = "b")]
    Build(BuildArgs),
    /// Analyse a program, evaluate its compile-time code, and report errors
    #[command(visible_alias = "c")]
    Check(CheckArgs),
    /// Print the typed IR, or what a tier made of it
    Ir(IrArgs),
    /// Compile a program to assembly
    Asm(AsmArgs),
    /// Print the program after metaprogramming
    Expand(ExpandArgs),
    /// Print the members of a type
    Members(MembersArgs),
    /// Debug compile-time code, or main, at the terminal or for an editor
    Debug(DebugArgs),
    /// Run one case through all engines and compare (the parity gate uses this)
    #[command(hide = true)]
    Parity(ParityArgs),
}

#[derive(Args, Debug)]
pub struct RunArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What executes `main`
    #[arg(long, value_name = "ENGINE", value_enum, default_value_t)]
    pub engine: MainEngine,
    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
    #[command(flatten)]
    pub compile: CompileArgs,
    #[command(flatten)]
    pub codegen: CodegenArgs,
    #[command(flatten)]
    pub link: LinkArgs,
}

#[derive(Args, Debug)]
pub struct BuildArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Executable to write [default: the file's base name, in the working directory]
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Keep the object file, unoptimised and debuggable, beside the executable
    #[arg(long)]
    pub emit_obj: bool,
    #[command(flatten)]
    pub compile: CompileArgs,
    #[command(flatten)]
    pub codegen: CodegenArgs,
    #[command(flatten)]
    pub link: LinkArgs,
}

#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub compile: CompileArgs,
}

#[derive(Args, Debug)]
pub struct IrArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only functions of this name
    #[arg(long = "fn", value_name = "NAME")]
    pub function: Option<String>,
    /// Typed IR as lowered, after the passes, or what compile-time code ran
    #[arg(long, value_enum, default_value_t, value_name = "STAGE")]
    pub stage: Stage,
    /// Form to print
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub emit: Emit,
    /// File to write instead of stdout
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub compile: CompileArgs,
    #[command(flatten)]
    pub codegen: CodegenArgs,
}

#[derive(Args, Debug)]
pub struct AsmArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Assembly file to write [default: BASE.s, in the working directory]
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub compile: CompileArgs,
    #[command(flatten)]
    pub codegen: CodegenArgs,
}

#[derive(Args, Debug)]
pub struct ExpandArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only the declaration of this name
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// File to write instead of stdout
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub compile: CompileArgs,
}

#[derive(Args, Debug)]
pub struct MembersArgs {
    /// The program's root file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A type as it would be written in the file: `Point`, `List(i64)`
    #[arg(value_name = "TYPE")]
    pub ty: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub compile: CompileArgs,
}

#[derive(Args, Debug, Clone)]
#[command(
    after_help = "Commands come from -c, then from --commands, then from standard input; 'help' lists them."
)]
pub struct DebugArgs {
    /// The program's root file
    #[arg(value_name = "FILE", required_unless_present = "dap")]
    pub file: Option<PathBuf>,
    /// Debug the program's main, run by the tree interpreter; its compile-time code just runs
    #[arg(long)]
    pub main: bool,
    /// Serve an editor by the Debug Adapter Protocol, on standard input and output or a port of this host. It may name
    /// the program
    #[arg(
        long,
        value_name = "PORT",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["command", "commands"]
    )]
    pub dap: Option<Option<u16>>,
    /// Command to begin with; may be given several times
    #[arg(short, value_name = "COMMAND")]
    pub command: Vec<String>,
    /// File of commands, one a line
    #[arg(long, value_name = "FILE")]
    pub commands: Option<PathBuf>,
    /// Arguments for the program, with --main
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
    #[command(flatten)]
    pub compile: CompileArgs,
}

#[derive(Args, Debug)]
pub struct ParityArgs {
    pub file: PathBuf,
    /// Folder for what is to be compared
    #[arg(long)]
    pub dir: PathBuf,
    /// Prefix of the file names there
    #[arg(long)]
    pub tag: String,
    /// Optimisation levels to emit objects for
    #[arg(long, value_parser = parse_opt, value_delimiter = ',')]
    pub emit: Vec<OptLevel>,
    /// Link the objects, too
    #[arg(long)]
    pub link: bool,
    /// Run `main` in the engine
    #[arg(long)]
    pub main: bool,
    #[arg(last = true)]
    pub args: Vec<OsString>,
    #[command(flatten)]
    pub compile: CompileArgs,
    #[command(flatten)]
    pub codegen: CodegenArgs,
    #[command(flatten)]
    pub link_args: LinkArgs,
}

#[derive(Args, Debug, Clone)]
pub struct CompileArgs {
    /// Engine for compile-time code
    #[arg(
        long,
        value_name = "ENGINE",
        value_enum,
        default_value_t,
        help_heading = "Compile time"
    )]
    pub comptime: ComptimeChoice,
    /// Most steps (calls and loop iterations) an evaluation may take
    #[arg(long, value_name = "N", help_heading = "Compile time")]
    pub comptime_steps: Option<u64>,
    /// Most heap bytes an evaluation may hold at once [default: 4 GiB]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, help_heading = "Compile time")]
    pub comptime_memory: Option<u64>,
    /// Most frames an evaluation may have active [default: 100000]
    #[arg(long, value_name = "N", help_heading = "Compile time")]
    pub comptime_depth: Option<u32>,
    /// Longest chain of instantiations
    #[arg(
        long,
        value_name = "N",
        default_value_t = 256,
        help_heading = "Compile time"
    )]
    pub instantiation_depth: u32,
    /// Grant compile-time code an effect: read:PATH, extern:LIB, exec
    #[arg(long, value_name = "EFFECT", help_heading = "Compile time")]
    pub allow: Vec<String>,
    /// Run compile-time code in the checked interpreter
    #[arg(long, help_heading = "Compile time")]
    pub sanitize: bool,
    /// What calls with known arguments are evaluated while compiling though nothing asks for it [default: calls]
    #[arg(long, value_name = "WHAT", value_enum, help_heading = "Compile time")]
    pub fold: Option<Fold>,
    /// Most steps that such an evaluation may take [default: 20000]
    #[arg(long, value_name = "STEPS", help_heading = "Compile time")]
    pub fold_budget: Option<u64>,
    /// Print what the compiler decided: fold, for each call with known arguments
    #[arg(long, value_name = "TOPIC", value_enum, help_heading = "Compile time")]
    pub remarks: Option<RemarkTopic>,
    /// Print what the compiler does: comptime, for each evaluation
    #[arg(long, value_name = "TOPIC", value_enum, help_heading = "Compile time")]
    pub trace: Option<TraceTopic>,
    /// Write where compile-time code spends its steps, by function: as a flame graph (FILE.svg), or its stacks as text
    /// (FILE.folded, FILE.txt). It runs in the bytecode VM for this
    #[arg(
        long,
        value_name = "FILE",
        value_parser = OsStringValueParser::new().try_map(ProfileFile::parse),
        conflicts_with = "sanitize",
        help_heading = "Compile time"
    )]
    pub profile: Option<ProfileFile>,
    /// What the profile counts
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        requires = "profile",
        help_heading = "Compile time"
    )]
    pub profile_by: Option<Weight>,
    /// Write the files the program was made of, as a rule for Make and Ninja
    #[arg(long, value_name = "FILE")]
    pub depfile: Option<PathBuf>,
    /// Write the files the program was made of with their hashes, as JSON
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,

    /// Form of diagnostics
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub error_format: ErrorFormat,
    /// Directory that holds the standard library's `modules`
    #[arg(long, value_name = "DIR")]
    pub library: Vec<PathBuf>,
    /// Target to compile for: a triple or linux, linux-arm (aarch64), riscv64, s390x, ppc64, ppc64le, armv7, i686; only
    /// for check: macos, windows, wasm [default: the host]
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Threads to use [default: one for each core]
    #[arg(short = 'j', long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Print what took how long
    #[arg(long)]
    pub time: bool,
}

#[derive(Args, Debug, Clone)]
pub struct CodegenArgs {
    /// Optimisation: none, less, default, aggressive, or 0 to 3 [default: none for run, default for build and asm]
    #[arg(short = 'O', long = "opt", value_name = "LEVEL", value_parser = parse_opt, help_heading = "Code")]
    pub opt: Option<OptLevel>,
    /// CPU to generate code for
    #[arg(long, value_name = "NAME", help_heading = "Code")]
    pub cpu: Option<String>,
    /// Leave run-time checks out of native code
    #[arg(long, help_heading = "Code")]
    pub unchecked: bool,
    /// Record error return traces in optimised code too
    #[arg(long, help_heading = "Code")]
    pub release_traces: bool,
}

#[derive(Args, Debug, Clone)]
pub struct LinkArgs {
    /// Directory to search for libraries
    #[arg(short = 'L', value_name = "DIR", help_heading = "Linking")]
    pub library_paths: Vec<PathBuf>,
    /// Flag for the linker
    #[arg(
        long = "lflags",
        value_name = "FLAG",
        allow_hyphen_values = true,
        help_heading = "Linking"
    )]
    pub link_flags: Vec<String>,
    /// Linker driver [default: the target's C compiler, cc for the host]
    #[arg(long, value_name = "CMD", help_heading = "Linking")]
    pub linker: Option<String>,
    /// Root of the target's system when cross-compiling
    #[arg(long, value_name = "DIR", help_heading = "Linking")]
    pub sysroot: Option<PathBuf>,
    /// Keep compiled objects for the next run
    #[arg(long, help_heading = "Linking")]
    pub cache: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ComptimeChoice {
    /// The bytecode VM, hot code compiled
    #[default]
    Auto,
    /// The bytecode VM
    Vm,
    /// The JIT compiler
    Jit,
    /// The tree interpreter
    Interp,
    /// Every engine, and compare them
    All,
}

/// What may be evaluated although the program does not ask for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Fold {
    /// Nothing
    Off,
    /// Calls in constants
    Consts,
    /// Any call with known arguments
    Calls,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum RemarkTopic {
    /// Each call folded and, for the rest, why not
    Fold,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TraceTopic {
    /// Each evaluation: what asked for it, its engine, steps and time, and what it patched
    Comptime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum MainEngine {
    /// Machine code of the native backend, in a process of its own
    #[default]
    Native,
    /// The bytecode VM
    Vm,
    /// The JIT compiler
    Jit,
    /// The tree interpreter
    Interp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Stage {
    /// As lowered, before the passes
    Typed,
    /// After the passes
    #[default]
    Optimised,
    /// Compile-time roots too
    Comptime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Emit {
    /// Typed IR
    #[default]
    Ir,
    /// Bytecode of the VM
    Bytecode,
    /// Machine code of the JIT
    Jit,
    /// Assembly of the native backend
    Asm,
    /// LLVM IR
    Llvm,
    /// Object file
    Obj,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OptLevel {
    None,
    Less,
    Default,
    Aggressive,
}

impl OptLevel {
    /// As in `-O2`.
    pub fn number(self) -> u8 {
        match self {
            OptLevel::None => 0,
            OptLevel::Less => 1,
            OptLevel::Default => 2,
            OptLevel::Aggressive => 3,
        }
    }
}

fn parse_opt(text: &str) -> Result<OptLevel, String> {
    match text {
        "none" | "0" => Ok(OptLevel::None),
        "less" | "1" => Ok(OptLevel::Less),
        "default" | "2" => Ok(OptLevel::Default),
        "aggressive" | "3" => Ok(OptLevel::Aggressive),
        _ => Err("expected none, less, default, aggressive, or 0 to 3".to_owned()),
    }
}

/// A count of bytes; `k`, `M`, `G` (or `KiB`, ...) multiply by powers of 1024.
fn parse_bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match &text[digits.len()..] {
        "" | "B" => 1,
        "k" | "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        _ => return Err("expected a number of bytes, such as 65536 or 64M".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number of bytes, such as 65536 or 64M".to_owned())?;
    number
        .checked_mul(factor)
        .ok_or_else(|| "too many bytes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn optimisation_spellings() {
        for (arg, level) in [
            ("-O0", OptLevel::None),
            ("-O3", OptLevel::Aggressive),
            ("--opt=less", OptLevel::Less),
        ] {
            let cli = Cli::try_parse_from(["sxc", "build", arg, "x.sx"]);
            match cli.map(|c| c.command) {
                Ok(Command::Build(build)) => assert_eq!(build.codegen.opt, Some(level), "{arg}"),
                other => panic!("{arg}: {other:?}"),
            }
        }
        assert!(Cli::try_parse_from(["sxc", "build", "-O9", "x.sx"]).is_err());
    }

    #[test]
    fn byte_counts() {
        assert_eq!(parse_bytes("64M"), Ok(64 << 20));
        assert_eq!(parse_bytes("123"), Ok(123));
        assert!(parse_bytes("12x").is_err());
        assert!(parse_bytes("99999999999G").is_err());
    }

    #[test]
    fn program_arguments_follow_two_dashes() {
        let cli = Cli::try_parse_from(["sxc", "run", "x.sx", "--engine=vm", "--", "--help", "a"]);
        match cli.map(|c| c.command) {
            Ok(Command::Run(run)) => {
                assert_eq!(run.args, ["--help", "a"]);
                assert_eq!(run.engine, MainEngine::Vm);
            }
            other => panic!("{other:?}"),
        }
    }
}
