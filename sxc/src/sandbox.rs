//! What code run by an engine may ask of the outside: compiler functions, modelled libc, and what was granted.

use sx_ir::{FuncId, Linkage, Module};
use sx_machine::{Effect, HostOptions, StdHost};
use sx_tier_api::{Frame, Host, HostFault, SandboxMemory};

/// Where output of the program goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    Live,
    Discard,
}

/// Effects that compile-time code is granted by `--allow`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Grants {
    pub files: bool,
    pub extern_calls: bool,
}

impl Grants {
    pub fn parse(allow: &[String]) -> Result<Grants, String> {
        let mut grants = Grants::default();
        for grant in allow {
            match grant
                .split_once(':')
                .map_or(grant.as_str(), |(kind, _)| kind)
            {
                "read" | "io" => grants.files = true,
                "extern" => grants.extern_calls = true,
                "exec" => return Err("not implemented: --allow=exec".to_owned()),
                _ => {
                    return Err(format!(
                        "unknown grant '--allow={grant}'; known are read:PATH, extern:LIB, exec"
                    ));
                }
            }
        }
        Ok(grants)
    }
}

pub struct Sandbox<'a> {
    compiler: Option<&'a mut dyn Host>,
    host: StdHost<'a>,
}

impl<'a> Sandbox<'a> {
    pub fn for_comptime(compiler: &'a mut dyn Host, grants: Grants, output: Output) -> Sandbox<'a> {
        let options = HostOptions {
            allow_io: grants.files,
            allow_extern: grants.extern_calls,
            live_output: output == Output::Live,
        };
        Sandbox {
            compiler: Some(compiler),
            host: StdHost::new(options, None),
        }
    }

    /// For a program's own run: everything is allowed that an engine can do.
    pub fn for_main() -> Sandbox<'a> {
        let options = HostOptions {
            allow_io: true,
            allow_extern: true,
            live_output: true,
        };
        Sandbox {
            compiler: None,
            host: StdHost::new(options, None),
        }
    }

    /// Bytes written to fd 1.
    pub fn stdout_bytes(&self) -> u64 {
        self.host.transcript.output(1).len() as u64
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
            (Linkage::Extern { .. } | Linkage::Internal | Linkage::Export(_), _) => {
                self.host.call(module, func, args, memory, frames)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants() {
        let list = ["read:.".to_owned(), "extern:z".to_owned()];
        assert_eq!(
            Grants::parse(&list),
            Ok(Grants {
                files: true,
                extern_calls: true
            })
        );
        assert!(Grants::parse(&["net".to_owned()]).is_err());
    }
}
