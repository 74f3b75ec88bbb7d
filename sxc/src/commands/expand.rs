//! `sxc expand`.

use crate::cli::ExpandArgs;
use crate::pipeline::{self, Stopped};

pub fn run(args: &ExpandArgs) -> Result<u8, Stopped> {
    let name = args.name.as_deref();
    let text = pipeline::view(&args.file, &args.compile, |config, files, evaluator| {
        sx_sema::expand(&args.file, config, files, evaluator, name)
    })?;
    pipeline::write_text(&text, args.output.as_deref(), args.compile.error_format)
}
