//! Random verified IR: what no sx program leads to. [`judge`] runs a program in every engine, before and after the passes,
//! [`native`] runs many as one executable, [`shrink`] makes those small in which something is wrong.

pub mod judge;
pub mod native;
pub mod shrink;
// What the tests of passes and of the backend use.
#[path = "../../../../ir/tests/support/mod.rs"]
mod support;

use sx_ir::{FuncId, Module};
use sx_tier_api::Limits;
use sx_tier_api::conformance::random;

/// A program to judge.
#[derive(Clone)]
pub struct Ir {
    pub module: Module,
    pub root: FuncId,
    pub args: Vec<u64>,
    pub limits: Limits,
    /// What it does depends on no address, so that passes change nothing of it: it can be compared with the evaluator that
    /// the tests of passes use, and run natively.
    pub closed: bool,
    pub seed: u64,
}

/// One program in so many is closed.
const CLOSED: u64 = 4;
/// Arguments of closed programs, by seed.
const ARGS: [[u64; 2]; 3] = [[0, 0], [3, u64::MAX], [1 << 40, 5]];

impl Ir {
    /// The program of a seed.
    pub fn new(seed: u64) -> Ir {
        if seed.is_multiple_of(CLOSED) {
            return Ir::closed(seed);
        }
        let program = random::program(seed);
        Ir {
            module: program.module,
            root: program.root,
            args: program.args,
            limits: program.limits,
            closed: false,
            seed,
        }
    }

    /// The closed program of a seed.
    pub fn closed(seed: u64) -> Ir {
        Ir {
            module: support::random::program(seed),
            root: FuncId(0),
            args: ARGS[(seed / CLOSED % ARGS.len() as u64) as usize].to_vec(),
            limits: Limits {
                steps: 20_000,
                ..Limits::default()
            },
            closed: true,
            seed,
        }
    }

    /// As text, which [`Ir::parse`] reads.
    pub fn text(&self) -> String {
        let args: Vec<String> = self.args.iter().map(u64::to_string).collect();
        format!(
            "// seed {} closed {} root {} steps {} memory {} depth {} args {}\n{}",
            self.seed,
            u8::from(self.closed),
            self.root.0,
            self.limits.steps,
            self.limits.memory,
            self.limits.depth,
            args.join(" "),
            sx_ir::print::print(&self.module)
        )
    }

    pub fn parse(text: &str) -> Result<Ir, String> {
        let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let number = |name: &str| {
            let at = words.iter().position(|word| *word == name);
            let word = at.and_then(|at| words.get(at + 1));
            word.and_then(|word| word.parse::<u64>().ok())
                .ok_or_else(|| format!("the first line has no number for '{name}'"))
        };
        let args = words.iter().skip_while(|word| **word != "args").skip(1);
        let args: Result<Vec<u64>, _> = args.map(|word| word.parse()).collect();
        let module = sx_ir::parse::parse(rest).map_err(|error| error.to_string())?;
        sx_ir::verify::verify(&module).map_err(|errors| format!("{errors:?}"))?;
        let ir = Ir {
            root: FuncId(number("root")? as u32),
            args: args.map_err(|error| error.to_string())?,
            limits: Limits {
                steps: number("steps")?,
                memory: number("memory")?,
                depth: number("depth")? as u32,
            },
            closed: number("closed")? != 0,
            seed: number("seed")?,
            module,
        };
        match ir.module.funcs.get(ir.root.index()) {
            Some(root) if ir.module.sig(root.sig).params.len() == ir.args.len() => Ok(ir),
            Some(_) | None => Err("the root takes other arguments".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for seed in 0..20 {
            let ir = Ir::new(seed);
            let text = ir.text();
            let again = Ir::parse(&text).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
            assert_eq!(text, again.text(), "seed {seed}");
        }
    }
}
