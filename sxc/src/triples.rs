//! `--target` names, and the tools that make and run programs for each target.

use std::path::PathBuf;

use sx_ir::Target;
use sx_ir::target::Os;

/// A target: its short names, its triple, and the tools for it.
struct Known {
    names: &'static [&'static str],
    triple: &'static str,
    os: Os,
    tools: Option<Tools>,
}

/// What the tools of a target are called (in GNU's and Debian's terms).
#[derive(Clone, Copy)]
pub struct Tools {
    /// Prefix of the GNU tools, and the folder below `/usr` with the target's libraries.
    pub prefix: &'static str,
    /// Suffix of QEMU's user-mode emulator.
    pub qemu: &'static str,
    /// Debian's name of the architecture.
    pub debian: &'static str,
}

const fn tools(prefix: &'static str, qemu: &'static str, debian: &'static str) -> Option<Tools> {
    Some(Tools {
        prefix,
        qemu,
        debian,
    })
}

/// The first row is the host's, as long as there is one host.
const KNOWN: [Known; 12] = [
    Known {
        names: &["linux", "linux-x86", "x86_64"],
        triple: "x86_64-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("x86_64-linux-gnu", "x86_64", "amd64"),
    },
    Known {
        names: &["linux-arm", "aarch64", "arm64"],
        triple: "aarch64-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("aarch64-linux-gnu", "aarch64", "arm64"),
    },
    Known {
        names: &["riscv64"],
        triple: "riscv64-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("riscv64-linux-gnu", "riscv64", "riscv64"),
    },
    Known {
        names: &["s390x"],
        triple: "s390x-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("s390x-linux-gnu", "s390x", "s390x"),
    },
    Known {
        names: &["ppc64", "powerpc64"],
        triple: "powerpc64-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("powerpc64-linux-gnu", "ppc64", "ppc64"),
    },
    Known {
        names: &["ppc64le", "powerpc64le"],
        triple: "powerpc64le-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("powerpc64le-linux-gnu", "ppc64le", "ppc64el"),
    },
    Known {
        names: &["armv7"],
        triple: "armv7-unknown-linux-gnueabihf",
        os: Os::Linux,
        tools: tools("arm-linux-gnueabihf", "arm", "armhf"),
    },
    Known {
        names: &["i686"],
        triple: "i686-unknown-linux-gnu",
        os: Os::Linux,
        tools: tools("i686-linux-gnu", "i386", "i386"),
    },
    Known {
        names: &["macos", "macos-arm"],
        triple: "aarch64-apple-darwin",
        os: Os::Macos,
        tools: None,
    },
    Known {
        names: &["macos-x86"],
        triple: "x86_64-apple-darwin",
        os: Os::Macos,
        tools: None,
    },
    Known {
        names: &["windows"],
        triple: "x86_64-pc-windows-msvc",
        os: Os::Windows,
        tools: None,
    },
    Known {
        names: &["wasm", "emscripten"],
        triple: "wasm32-unknown-emscripten",
        os: Os::Wasm,
        tools: None,
    },
];

/// The target a name stands for; `None` is the host.
pub fn parse(name: Option<&str>) -> Result<Target, String> {
    let Some(name) = name else {
        return if HOSTED {
            Ok(Target::x86_64_linux())
        } else {
            Err("not implemented: this host as a target; give --target linux-x86".to_owned())
        };
    };
    let known = KNOWN
        .iter()
        .find(|known| known.names.contains(&name) || same_triple(known.triple, name));
    known
        .and_then(|known| Target::of_triple(known.triple, known.os))
        .ok_or_else(|| {
            let short: Vec<&str> = KNOWN
                .iter()
                .flat_map(|known| known.names)
                .copied()
                .collect();
            format!(
                "unknown target '{name}'; known are {}, and triples such as {}",
                short.join(", "),
                KNOWN[1].triple
            )
        })
}

const HOSTED: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));

/// Whether `name` spells `triple` with another vendor, or without one or the environment.
fn same_triple(triple: &str, name: &str) -> bool {
    if triple == name {
        return true;
    }
    let parts: Vec<&str> = triple.split('-').collect();
    let [machine, vendor, os, rest @ ..] = parts.as_slice() else {
        return false;
    };
    let mut given = name.split('-').peekable();
    let first = given.next().unwrap_or_default();
    let first = match first {
        "arm64" => "aarch64",
        "amd64" => "x86_64",
        "ppc64" => "powerpc64",
        "ppc64le" => "powerpc64le",
        // As GNU's tools are called.
        "arm" if name == "arm-linux-gnueabihf" => "armv7",
        other => other,
    };
    if first != *machine {
        return false;
    }
    if given
        .peek()
        .is_some_and(|part| [*vendor, "unknown", "pc"].contains(part))
    {
        given.next();
    }
    // macOS has a version behind its name.
    let system = given.next().unwrap_or_default();
    let system = if system.starts_with("macos") {
        "darwin"
    } else {
        system
    };
    let environment: Vec<&str> = given.collect();
    system == *os && (environment.is_empty() || environment == rest)
}

/// The tools of a target; an error if no programs are made for it.
pub fn tools_of(target: &Target) -> Result<Tools, String> {
    KNOWN
        .iter()
        .find(|known| known.triple == target.triple)
        .and_then(|known| known.tools)
        .ok_or_else(|| {
            format!(
                "not implemented: code for {}; a program for it can be checked only",
                target.triple
            )
        })
}

/// Whether programs for `target` run here as they are.
pub fn is_host(target: &Target) -> bool {
    HOSTED && target.triple == KNOWN[0].triple
}

/// Where an executable is on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// What to call for C code of `target`, whether it is there or not; empty: the host's compiler.
pub fn c_compiler_name(target: &Target) -> String {
    match tools_of(target) {
        Ok(_) if is_host(target) => String::new(),
        Ok(tools) => c_compiler(target).unwrap_or(format!("{}-gcc", tools.prefix)),
        Err(_) => String::new(),
    }
}

/// The C compiler for `target`, as words: GCC for it if there is one, else clang.
pub fn c_compiler(target: &Target) -> Result<String, String> {
    let tools = tools_of(target)?;
    if is_host(target) {
        return Ok("cc".to_owned());
    }
    let gcc = format!("{}-gcc", tools.prefix);
    if on_path(&gcc).is_some() {
        return Ok(gcc);
    }
    // Clang brings no libraries.
    let libraries = PathBuf::from("/usr").join(tools.prefix).join("lib");
    if libraries.is_dir() && on_path("clang").is_some() {
        return Ok(format!("clang --target={}", tools.prefix));
    }
    Err(format!(
        "no C compiler for {}: '{gcc}' is not on PATH (on Debian: apt-get install gcc-{} libc6-dev-{}-cross); \
         --linker names another",
        target.triple,
        tools.prefix.replace('_', "-"),
        tools.debian
    ))
}

/// What runs a program for another machine, as words in front of its path. Empty: nothing is needed.
pub fn emulator(target: &Target, sysroot: Option<&std::path::Path>) -> Result<Vec<String>, String> {
    if is_host(target) {
        return Ok(Vec::new());
    }
    let tools = tools_of(target)?;
    let plain = format!("qemu-{}", tools.qemu);
    let fixed = format!("{plain}-static");
    let Some(found) = [&plain, &fixed].into_iter().find(|n| on_path(n).is_some()) else {
        return Err(format!(
            "a program for {} cannot run here: '{plain}' is not on PATH (on Debian: apt-get install qemu-user)",
            target.triple
        ));
    };
    let root = match sysroot {
        Some(root) => root.to_path_buf(),
        None => PathBuf::from("/usr").join(tools.prefix),
    };
    Ok(vec![
        found.clone(),
        "-L".to_owned(),
        root.display().to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use sx_ir::target::{Arch, Endian};

    #[test]
    fn spellings() {
        for (name, triple) in [
            ("linux", "x86_64-unknown-linux-gnu"),
            ("x86_64-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("x86_64-pc-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("x86_64-linux", "x86_64-unknown-linux-gnu"),
            ("linux-arm", "aarch64-unknown-linux-gnu"),
            ("aarch64-linux-gnu", "aarch64-unknown-linux-gnu"),
            ("arm64", "aarch64-unknown-linux-gnu"),
            ("armv7", "armv7-unknown-linux-gnueabihf"),
            ("arm-linux-gnueabihf", "armv7-unknown-linux-gnueabihf"),
            ("ppc64le-linux-gnu", "powerpc64le-unknown-linux-gnu"),
            ("macos", "aarch64-apple-darwin"),
            ("arm64-apple-macosx", "aarch64-apple-darwin"),
            ("wasm", "wasm32-unknown-emscripten"),
        ] {
            assert_eq!(parse(Some(name)).map(|t| t.triple), Ok(triple.to_owned()));
        }
        for name in ["", "vax", "x86_64-linux-musl", "aarch64-windows", "arm"] {
            let error = parse(Some(name)).unwrap_err();
            assert!(error.contains("known are linux"), "{error}");
        }
    }

    #[test]
    fn every_row_is_a_target() {
        for known in &KNOWN {
            let target = parse(Some(known.triple)).unwrap();
            assert_eq!(target.os, known.os);
            assert_eq!(tools_of(&target).is_ok(), known.os == Os::Linux);
        }
        let arm = parse(Some("armv7")).unwrap();
        assert_eq!((arm.pointer_size, arm.align_i64), (4, 8));
        let x86 = parse(Some("i686")).unwrap();
        assert_eq!((x86.pointer_size, x86.align_i64), (4, 4));
        let big = parse(Some("s390x")).unwrap();
        assert_eq!((big.endian, big.arch), (Endian::Big, Arch::Unknown));
    }
}
