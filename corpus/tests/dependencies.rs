//! Which crate may depend on which: the layers of ARCHITECTURE.md, checked against `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Workspace crates and the workspace crates that each may name. Development dependencies count, too, except the ones
/// in `DEV_ONLY`.
const ALLOWED: [(&str, &[&str]); 16] = [
    ("sx-ir", &[]),
    ("sx-tier-api", &["sx-ir"]),
    ("sx-machine", &["sx-ir", "sx-tier-api"]),
    ("sx-interp", &["sx-ir", "sx-tier-api", "sx-machine"]),
    ("sx-bytecode", &["sx-ir", "sx-tier-api", "sx-machine"]),
    ("sx-jit", &["sx-ir", "sx-tier-api", "sx-machine"]),
    ("sx-mutations", &[]),
    ("sx-syntax", &["sx-ir"]),
    ("sx-cimport", &[]),
    (
        "sx-sema",
        &["sx-ir", "sx-tier-api", "sx-syntax", "sx-cimport"],
    ),
    ("sx-backend-api", &["sx-ir"]),
    ("sx-backend", &["sx-ir", "sx-backend-api"]),
    (
        "sxc",
        &[
            "sx-ir",
            "sx-tier-api",
            "sx-machine",
            "sx-interp",
            "sx-bytecode",
            "sx-jit",
            "sx-syntax",
            "sx-cimport",
            "sx-sema",
            "sx-backend-api",
        ],
    ),
    ("sx-corpus", &["sxc", "sx-syntax"]),
    (
        "sx-fuzz",
        &[
            "sxc",
            "sx-ir",
            "sx-tier-api",
            "sx-machine",
            "sx-bytecode",
            "sx-sema",
            "sx-backend-api",
            "sx-corpus",
        ],
    ),
    (
        "sx-benches",
        &[
            "sxc",
            "sx-ir",
            "sx-tier-api",
            "sx-machine",
            "sx-interp",
            "sx-bytecode",
            "sx-jit",
            "sx-syntax",
            "sx-sema",
            "sx-backend-api",
        ],
    ),
];

/// Engines may be run by the tests of what they serve.
const DEV_ONLY: [(&str, &str); 4] = [
    ("sx-machine", "sx-interp"),
    ("sx-sema", "sx-interp"),
    ("sx-sema", "sx-machine"),
    ("sx-bytecode", "sx-interp"),
];

/// Outside crates that only one crate may use.
const RESERVED: [(&str, &[&str]); 4] = [
    ("inkwell", &["sx-backend"]),
    ("llvm-sys", &["sx-backend"]),
    ("dynasmrt", &["sx-jit"]),
    ("dynasm", &["sx-jit"]),
];

struct Dependency {
    name: String,
    dev: bool,
}

fn metadata() -> BTreeMap<String, Vec<Dependency>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let value: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    list(&value["packages"])
        .iter()
        .map(|package| {
            let dependencies = list(&package["dependencies"])
                .iter()
                .map(|d| Dependency {
                    name: text(&d["name"]),
                    dev: d["kind"] == "dev",
                })
                .collect();
            (text(&package["name"]), dependencies)
        })
        .collect()
}

#[test]
fn crates_depend_on_lower_layers_only() {
    let packages = metadata();
    let mut problems = Vec::new();
    for (name, dependencies) in &packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| known == name) else {
            problems.push(format!(
                "'{name}' has no place in the layers: add it to this test and to ARCHITECTURE.md"
            ));
            continue;
        };
        for dependency in dependencies
            .iter()
            .filter(|d| packages.contains_key(&d.name))
        {
            let exception = dependency.dev && DEV_ONLY.contains(&(name, &dependency.name));
            if !allowed.contains(&dependency.name.as_str()) && !exception {
                problems.push(format!("'{name}' must not depend on '{}'", dependency.name));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn outside_crates_stay_where_they_belong() {
    let mut problems = Vec::new();
    for (name, dependencies) in metadata() {
        for dependency in dependencies {
            if let Some((_, users)) = RESERVED
                .iter()
                .find(|(reserved, _)| *reserved == dependency.name)
                && !users.contains(&name.as_str())
            {
                problems.push(format!("'{name}' must not use '{}'", dependency.name));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Linking LLVM would cost every start of the compiler over ten milliseconds.
#[test]
fn the_compiler_does_not_reach_the_backend() {
    let packages = metadata();
    let mut reached = BTreeSet::from(["sxc".to_owned()]);
    let mut todo = vec!["sxc".to_owned()];
    while let Some(name) = todo.pop() {
        for dependency in packages.get(&name).into_iter().flatten().filter(|d| !d.dev) {
            if reached.insert(dependency.name.clone()) {
                todo.push(dependency.name.clone());
            }
        }
    }
    assert!(!reached.contains("sx-backend") && !reached.contains("inkwell"));
}
