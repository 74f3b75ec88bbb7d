//! Tells whether the compiler makes jumps of calls in tail position: it does from optimisation level 2 on.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(threaded)");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    if !matches!(level.as_str(), "" | "0" | "1") {
        println!("cargo::rustc-cfg=threaded");
    }
}
