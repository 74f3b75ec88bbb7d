//! `sxc expand`.

use crate::cli::ExpandArgs;
use crate::pipeline::{self, Stopped};
use crate::product::Product;

pub fn run(args: &ExpandArgs) -> Result<u8, Stopped> {
    let product = Product::apart();
    let name = args.name.as_deref();
    let output = args.output.as_deref();
    let text = pipeline::view(
        &args.file,
        &args.compile,
        output,
        |config, files, evaluator| sx_sema::expand(&args.file, config, files, evaluator, name),
    )?;
    product.write(text.as_bytes(), output, args.compile.error_format)
}
