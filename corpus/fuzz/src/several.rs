//! Several generated programs compiled as one, each a module of its own: most of the time that one takes goes to the
//! library, which all of them share. If anything but a clean end comes of it, each is judged alone.

use std::path::PathBuf;

use crate::generate;
use crate::judge::{Fault, Program, Verdict, judge};
use crate::native::Level;
use crate::worker;

/// Programs of one compilation.
pub const MOST: u64 = 8;

/// What a fault is called that none of the programs has alone.
pub const TOGETHER: &str = "together: ";

/// Programs, and one that runs them all.
pub struct Several {
    pub text: Vec<u8>,
    /// Imported by it.
    pub modules: Vec<(PathBuf, Vec<u8>)>,
}

impl Several {
    /// The programs of `count` seeds from `first` on. Their modules stand in a folder beside the program that imports
    /// them.
    pub fn new(first: u64, count: u64, folder: &str) -> Several {
        let beside = worker::made_up_path().with_file_name(folder);
        let (mut imports, mut calls) = (String::new(), String::new());
        let mut modules = Vec::new();
        for number in 0..count {
            let text = generate::program(first.wrapping_add(number));
            // A module has no `main`.
            let text = text.replacen("\nmain :: ()", "\nstart :: ()", 1);
            imports.push_str(&format!(
                "p{number} :: #import \"{folder}/p{number}.sx\";\n"
            ));
            calls.push_str(&format!("    p{number}.start();\n"));
            modules.push((beside.join(format!("p{number}.sx")), text.into_bytes()));
        }
        Several {
            text: format!("{imports}main :: () {{\n{calls}}}\n").into_bytes(),
            modules,
        }
    }

    pub fn judge(&self, native: &[Level]) -> Result<Verdict, Fault> {
        let path = worker::made_up_path();
        let judged = judge(&Program {
            text: &self.text,
            modules: &self.modules,
            path: &path,
            generated: true,
            native,
        });
        judged.map_err(|fault| Fault::new(format!("{TOGETHER}{}", fault.signature), fault.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_module() {
        let several = Several::new(5, 2, "them");
        let text = String::from_utf8_lossy(&several.text).into_owned();
        assert!(text.contains("p1 :: #import \"them/p1.sx\";"), "{text}");
        assert!(text.contains("    p1.start();"), "{text}");
        assert_eq!(several.modules.len(), 2);
        for (path, text) in &several.modules {
            let text = String::from_utf8_lossy(text);
            assert!(path.ends_with("them/p0.sx") || path.ends_with("them/p1.sx"));
            assert!(text.contains("\nstart :: ()") && !text.contains("\nmain :: ()"));
        }
    }
}
