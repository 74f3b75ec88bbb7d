//! The system's C compiler as preprocessor.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::{Include, Request};

/// Why a header can't be read or a source not compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    pub message: String,
    /// The C compiler's own words.
    pub details: Vec<String>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            details: Vec::new(),
        }
    }
}

/// The host's C compiler.
pub(crate) const HOST: &str = "cc";

/// Stands before each macro to be expanded.
pub(crate) const MARK: &str = "__sx_constant";

/// A flag that would have the C compiler run or load something else, or write elsewhere.
pub fn unusable_flag(flag: &str) -> bool {
    [
        "-wrapper", "-fplugin", "-B", "-specs", "--specs", "@", "-o", "-x", "-c", "-S", "-E", "-M",
        "-Wp,", "-Wa,", "-Xp", "-Xa", "-Xc", "-load",
    ]
    .iter()
    .any(|bad| flag.starts_with(bad))
}

/// A flag for the linker alone.
pub(crate) fn is_link_flag(flag: &str) -> bool {
    flag.starts_with("-l") || flag.starts_with("-L") || flag.starts_with("-Wl,")
}

/// The C compiler `driver` with the flags of a unit that matter before linking.
pub(crate) fn command(
    driver: &str,
    defines: &[String],
    flags: &[String],
    folder: &Path,
) -> Command {
    let mut words = driver.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(HOST));
    command.args(words);
    for define in defines {
        command.arg(format!("-D{define}"));
    }
    command.args(
        flags
            .iter()
            .filter(|f| !is_link_flag(f) && !unusable_flag(f)),
    );
    if !folder.as_os_str().is_empty() {
        command.arg("-I").arg(folder);
    }
    // Its messages are shown in ours.
    command.env("LC_ALL", "C").arg("-fdiagnostics-color=never");
    command
}

pub(crate) fn cannot_run(driver: &str, error: &std::io::Error) -> Error {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Error::new(format!("cannot run the C compiler '{driver}': {error}"));
    }
    // GNU's compilers for other targets are called `aarch64-linux-gnu-gcc`, Debian's packages the other way round.
    let package = match driver.strip_suffix("-gcc") {
        Some(target) => format!("gcc-{target}"),
        None => "gcc libc6-dev".to_owned(),
    };
    Error::new(format!(
        "`#import c` needs a C compiler, and '{driver}' is not installed (on Debian: apt-get install {package})"
    ))
}

/// The headers' text with all macros expanded, of headers that are C.
pub(crate) fn headers(request: &Request) -> Result<Vec<u8>, Error> {
    let source = includes(request);
    // The preprocessor takes any text. Both run at once.
    let check = start(request, &["-fsyntax-only", "-w"], &source)?;
    let text = finish(start(request, &["-E", "-dD"], &source)?);
    let checked = finish(check);
    let text = text?;
    checked?;
    Ok(text)
}

/// What macros stand for: each is expanded on a line behind the headers.
pub(crate) fn expansions(request: &Request, macros: &[Arc<str>]) -> Result<Vec<u8>, Error> {
    let mut source = includes(request);
    for (i, name) in macros.iter().enumerate() {
        source.push_str(&format!("{MARK} {i} {name}\n"));
    }
    finish(start(request, &["-E"], &source)?)
}

fn includes(request: &Request) -> String {
    let mut source = String::new();
    for include in &request.includes {
        match include {
            Include::File(path) => {
                source.push_str(&format!("#include \"{}\"\n", path.display()));
            }
            Include::System(name) => source.push_str(&format!("#include <{name}>\n")),
        }
    }
    source
}

/// A compiler at work, and its name.
struct Running {
    child: Child,
    driver: String,
}

fn start(request: &Request, mode: &[&str], source: &str) -> Result<Running, Error> {
    let mut command = command(
        &request.driver,
        &request.defines,
        &request.flags,
        &request.folder,
    );
    let driver = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .args(mode)
        .args(["-x", "c", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_run(&driver, &error))?;
    if let Some(mut input) = child.stdin.take() {
        // A compiler that ends early says why on its other end.
        let _ = input.write_all(source.as_bytes());
    }
    Ok(Running { child, driver })
}

fn finish(running: Running) -> Result<Vec<u8>, Error> {
    let output = running
        .child
        .wait_with_output()
        .map_err(|error| cannot_run(&running.driver, &error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(said("the C compiler can't read the header", &output.stderr))
}

/// What the compiler said, with paths in the working folder as one writes them: it is given absolute ones, but what is
/// said of a program doesn't depend on the folder that the program lies in.
pub(crate) fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    match std::env::current_dir() {
        Ok(folder) if folder.parent().is_some() => {
            text.replace(&format!("{}/", folder.display()), "")
        }
        _ => text.into_owned(),
    }
}

/// An error with what the compiler said, its first error in the message.
pub(crate) fn said(what: &str, stderr: &[u8]) -> Error {
    let text = words(stderr);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().find_map(|line| {
        let at = line.find("error: ")?;
        Some(line[at + "error: ".len()..].trim())
    });
    // GCC says `x.h: No such file or directory`, Clang `'x.h' file not found`.
    let missing = first.and_then(|first| {
        first
            .strip_suffix(": No such file or directory")
            .or_else(|| first.strip_prefix('\'')?.strip_suffix("' file not found"))
    });
    let message = match first {
        Some(_) if missing.is_some() => {
            format!("C header '{}' is not found", missing.unwrap_or_default())
        }
        Some(first) => format!("{what}: {first}"),
        None => what.to_owned(),
    };
    Error {
        message,
        details: lines.iter().take(12).map(|l| (*l).to_owned()).collect(),
    }
}
