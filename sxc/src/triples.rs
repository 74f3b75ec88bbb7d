//! `--target` names.

use sx_ir::Target;

/// Short names of the reference and the triples they stand for.
const ALIASES: [(&str, &str); 9] = [
    ("linux", "x86_64-unknown-linux-gnu"),
    ("linux-x86", "x86_64-unknown-linux-gnu"),
    ("linux-arm", "aarch64-unknown-linux-gnu"),
    ("macos", "aarch64-apple-darwin"),
    ("macos-arm", "aarch64-apple-darwin"),
    ("macos-x86", "x86_64-apple-darwin"),
    ("windows", "x86_64-pc-windows-msvc"),
    ("wasm", "wasm32-unknown-emscripten"),
    ("emscripten", "wasm32-unknown-emscripten"),
];

/// Spellings of the one target that code is generated for so far.
const HOST: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-linux-gnu",
    "x86_64-linux",
    "x86_64-pc-linux-gnu",
];

/// The target a name stands for; `None` is the host.
pub fn parse(name: Option<&str>) -> Result<Target, String> {
    let Some(name) = name else { return host() };
    let triple = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, triple)| triple);
    if HOST.contains(&triple) {
        return Ok(Target::x86_64_linux());
    }
    if ALIASES.iter().any(|(_, known)| *known == triple) {
        return Err(format!(
            "not implemented: --target {name} ({triple}); only {} is, so far",
            HOST[0]
        ));
    }
    Err(format!(
        "unknown target '{name}'; known are {} and triples",
        ALIASES.map(|(alias, _)| alias).join(", ")
    ))
}

fn host() -> Result<Target, String> {
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        Ok(Target::x86_64_linux())
    } else {
        Err("not implemented: this host as a target; give --target linux-x86".to_owned())
    }
}
