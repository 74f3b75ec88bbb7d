//! Commands whose product is on stdout keep it apart from what compile-time code writes there, whoever writes it: the
//! engines, a library of the host, or a program that is run. All that goes to stderr.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use crate::pipeline::{Stopped, fail, plain};
use crate::render::ErrorFormat;

/// Where the product goes.
pub struct Product(io::Result<File>);

impl Product {
    /// From now on stdout is stderr for everybody else.
    pub fn apart() -> Product {
        Product(own_stdout().inspect(|_| {
            // Otherwise they stay together.
            let _ = rustix::stdio::dup2_stdout(io::stderr());
        }))
    }

    /// Prints the product, or writes it to a file.
    pub fn write(
        self,
        text: &[u8],
        output: Option<&Path>,
        format: ErrorFormat,
    ) -> Result<u8, Stopped> {
        let written = match output {
            Some(path) => std::fs::write(path, text),
            None => self.0.and_then(|mut stdout| stdout.write_all(text)),
        };
        match written {
            Ok(()) => Ok(0),
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            Err(error) => Err(fail(format, &format!("cannot write: {}", plain(&error)))),
        }
    }
}

/// Another descriptor for stdout, which programs that are run don't get.
pub fn own_stdout() -> io::Result<File> {
    let stdout = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    Ok(File::from(stdout))
}
