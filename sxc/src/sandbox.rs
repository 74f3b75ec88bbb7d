//! What code run by an engine may ask of the outside: compiler functions, modelled libc, and what was granted.

use std::path::PathBuf;

use sx_ir::{FuncId, Linkage, Module};
use sx_machine::{Echo, Effect, Grants, HostOptions, StdHost};
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

/// Where output of the program goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    Live,
    /// Kept back, for [`Sandbox::output`].
    Kept,
    Discard,
}

/// Bytes that one evaluation's output may have to be kept back.
const MOST_KEPT: u64 = 16 << 20;

/// What `--allow` options grant to compile-time code.
pub fn parse_grants(allow: &[String]) -> Result<Grants, String> {
    let mut grants = Grants::default();
    for grant in allow {
        match grant.split_once(':') {
            Some((what @ ("read" | "extern"), "")) => {
                let name = if what == "read" { "PATH" } else { "LIB" };
                return Err(format!(
                    "'--allow={grant}' grants nothing; write --allow={what}:{name}"
                ));
            }
            Some(("read", path)) => grants.read.push(path.into()),
            Some(("extern", library)) => grants.libraries.push(library.to_owned()),
            None if grant == "exec" => grants.exec = true,
            Some(_) | None => {
                return Err(format!(
                    "unknown grant '--allow={grant}'; known are read:PATH, extern:LIB, exec"
                ));
            }
        }
    }
    Ok(grants)
}

pub struct Sandbox<'a> {
    compiler: Option<&'a mut dyn Host>,
    host: StdHost<'a>,
    output: Output,
}

impl<'a> Sandbox<'a> {
    pub fn for_comptime(
        compiler: &'a mut dyn Host,
        grants: &Grants,
        units: Option<PathBuf>,
        output: Output,
    ) -> Sandbox<'a> {
        let options = HostOptions {
            live_output: output == Output::Live,
            ..HostOptions::default()
        };
        let mut host = StdHost::new(options, None);
        host.grants = grants.clone();
        host.units = units;
        Sandbox {
            compiler: Some(compiler),
            host,
            output,
        }
    }

    /// Files that were read: inputs of the build.
    pub fn inputs(&self) -> &[std::path::PathBuf] {
        &self.host.inputs
    }

    /// For a program's own run: everything is allowed that an engine can do.
    /// `units` is the library of the program's C files.
    pub fn for_main(units: Option<PathBuf>) -> Sandbox<'a> {
        let options = HostOptions {
            allow_io: true,
            allow_extern: true,
            live_output: true,
        };
        let mut host = StdHost::new(options, None);
        host.units = units;
        host.load_units();
        host.transcript.keep_sums_only();
        Sandbox {
            compiler: None,
            host,
            output: Output::Live,
        }
    }

    /// For repeating an evaluation: with what it could reach, and without its output.
    pub fn for_repetition(compiler: &'a mut dyn Host, grants: &Grants) -> Sandbox<'a> {
        let mut host = StdHost::new(HostOptions::default(), None);
        host.grants = grants.clone();
        host.transcript.keep_sums_only();
        Sandbox {
            compiler: Some(compiler),
            host,
            output: Output::Discard,
        }
    }

    /// Whether a function of a host library was called: something that may be seen outside.
    pub fn called_out(&self) -> bool {
        self.host.called_out
    }

    /// The program's extern variables get their values.
    pub fn adopt_data(&mut self, module: &mut Module) {
        self.host.adopt_data(module);
    }

    /// Bytes written to fd 1.
    pub fn stdout_bytes(&self) -> u64 {
        self.host.transcript.written(1)
    }

    /// Names the engine that runs the program, for what it does not have.
    pub fn in_engine(mut self, name: &'static str) -> Sandbox<'a> {
        self.host.main_engine = Some(name);
        self
    }

    /// Whether output is kept back.
    pub fn keeps_output(&self) -> bool {
        self.output == Output::Kept && !self.host.options.live_output
    }

    /// Very much output isn't kept back: what there is then goes out, and what follows goes out at once.
    pub fn keeping_little(mut self) -> Sandbox<'a> {
        self.host.hold_at_most = Some(MOST_KEPT);
        self
    }

    /// Shows what is kept back to another thread.
    pub fn with_echo(mut self, echo: Echo) -> Sandbox<'a> {
        self.host.echo = Some(echo);
        self
    }

    /// What was written, in order, by descriptor.
    pub fn output(&self) -> Vec<(i32, Vec<u8>)> {
        let effects = self.host.transcript.effects.iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Write { fd, bytes } => Some((*fd, bytes.clone())),
                Effect::Call { .. } => None,
            })
            .collect()
    }

    /// Nobody will ask for the effects.
    pub fn without_transcript(mut self) -> Sandbox<'a> {
        self.host.transcript.keep_sums_only();
        self
    }

    /// Effects, one text each.
    pub fn transcript(&self) -> Vec<String> {
        self.host
            .transcript
            .effects
            .iter()
            .map(|effect| match effect {
                Effect::Write { fd, bytes } => format!("write {fd} {}", bytes.escape_ascii()),
                Effect::Call { name, what, result } => format!("{name}({what}) = {result}"),
            })
            .collect()
    }
}

impl Host for Sandbox<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        match (&module.func(func).linkage, &mut self.compiler) {
            (Linkage::Host(_), Some(compiler)) => compiler.call(module, func, args, memory, frames),
            (Linkage::Host(name), None) => Err(HostFault::Unsupported(format!(
                "'{name}' runs only at compile time"
            ))),
            (
                Linkage::Extern { .. } | Linkage::Internal | Linkage::Export(_) | Linkage::Asm(_),
                _,
            ) => self.host.call(module, func, args, memory, frames),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants() {
        let list = [
            "read:a/b".to_owned(),
            "extern:z".to_owned(),
            "exec".to_owned(),
        ];
        let grants = parse_grants(&list).unwrap_or_default();
        assert_eq!(
            (grants.read.len(), grants.libraries, grants.exec),
            (1, vec!["z".to_owned()], true)
        );
        for wrong in ["net", "read:", "extern:", "exec:"] {
            assert!(parse_grants(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
