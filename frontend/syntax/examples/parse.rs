//! Prints what the parser makes of the files named on the command line: errors, and with `--tree` the tree.

use sx_syntax::dump::dump_file;
use sx_syntax::{FileId, SourceMap, parse_file};

fn main() {
    let mut map = SourceMap::new();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let tree = args.iter().any(|arg| arg == "--tree");
    for path in args.iter().filter(|arg| *arg != "--tree") {
        let text = match std::fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                eprintln!("{path}: {error}");
                continue;
            }
        };
        let id: FileId = map.add(path.as_str(), text.as_str());
        let result = parse_file(id, &text);
        for diagnostic in &result.diagnostics {
            if let Some(span) = diagnostic.span {
                let at = map.line_col(span);
                println!("{path}:{}:{}: {}", at.line, at.col, diagnostic.message);
            }
        }
        if tree {
            print!("{}", dump_file(&result.ast));
        }
    }
}
