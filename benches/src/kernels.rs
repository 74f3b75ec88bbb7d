//! The kernels that are measured against C: sx programs with a C twin beside each that does the same work.

use std::path::PathBuf;

use crate::root;

#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Base name of the two files in `benches/kernels`.
    pub name: &'static str,
    pub what: &'static str,
    /// What a time per piece of work is given for, and how many pieces there are.
    pub unit: Option<(&'static str, u64)>,
    /// The work is one copy of memory to an optimiser that sees it: goals for the geometric mean include it, those for
    /// single kernels don't.
    pub is_copy: bool,
}

impl Kernel {
    pub fn sx(&self) -> PathBuf {
        root()
            .join("benches/kernels")
            .join(format!("{}.sx", self.name))
    }

    pub fn c(&self) -> PathBuf {
        self.sx().with_extension("c")
    }
}

const fn kernel(name: &'static str, what: &'static str) -> Kernel {
    Kernel {
        name,
        what,
        unit: None,
        is_copy: false,
    }
}

pub const C_KERNELS: [Kernel; 12] = [
    Kernel {
        unit: Some(("iteration", 10_000_000)),
        ..kernel(
            "lcg",
            "64-bit linear congruential generator, 10 M iterations",
        )
    },
    Kernel {
        unit: Some(("call", 7_049_155)),
        ..kernel("fib", "fib(32), recursive")
    },
    kernel("sieve", "sieve of 1 MB, five times"),
    kernel("sha256", "SHA-256 of 1 MiB"),
    kernel("mandelbrot", "200 × 200 points, 200 iterations"),
    kernel("nbody", "five bodies, 200 000 steps"),
    kernel("trees", "binary trees of depth 14, ten times"),
    kernel("hashmap", "open addressing, 500 000 keys"),
    Kernel {
        is_copy: true,
        ..kernel("bytecopy", "1 MiB byte by byte, ten times")
    },
    kernel("tokenizer", "200 kB, five times"),
    kernel("indirect", "10 M calls through function values"),
    kernel("building", "a string of 100 000 numbers and words"),
];

/// Programs whose whole check, compile-time work included, has a goal: `benches/famous`.
pub const FAMOUS: [(&str, &str); 5] = [
    ("copy", "byte-by-byte copy of a 1 MiB array"),
    ("primes", "the 10 000th prime by trial division"),
    ("sort", "sorting 10 000 numbers"),
    ("loop", "a loop of 10 000 000 steps"),
    ("table", "a [64][4096]u64 table"),
];

pub fn famous_path(name: &str) -> PathBuf {
    root().join("benches/famous").join(format!("{name}.sx"))
}
