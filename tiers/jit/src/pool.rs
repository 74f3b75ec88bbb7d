//! Arenas with the shared code in place, kept between evaluations: setting one up costs more than most evaluations.

#![allow(unsafe_code)]

use crate::arena::CodeArena;
use crate::stubs::{self, Callbacks, Data, Stubs};
use std::sync::Mutex;

/// Address space for code; less where the host gives less.
const CODE_BYTES: usize = 256 << 20;
const LEAST_CODE_BYTES: usize = 4 << 20;
/// Functions the tables of an arena have room for, at least.
const FUNCS: usize = 16 << 10;
/// Arenas kept, and how much code one may have held to be worth keeping.
const KEPT: usize = 8;
const KEPT_BYTES: usize = 4 << 20;

static POOL: Mutex<Vec<Prepared>> = Mutex::new(Vec::new());

/// An arena that holds nothing but the shared code.
pub struct Prepared {
    pub arena: CodeArena,
    pub stubs: Stubs,
    callbacks: (usize, usize),
    capacity: usize,
    /// End of the shared code.
    mark: usize,
}

fn key(callbacks: &Callbacks) -> (usize, usize) {
    (
        callbacks.call_host as usize,
        callbacks.compile.map_or(0, |f| f as usize),
    )
}

/// An arena for a module of `funcs` functions.
pub fn take(callbacks: &Callbacks, funcs: usize) -> Result<Prepared, String> {
    if let Ok(mut pool) = POOL.lock() {
        let fits = |p: &Prepared| p.callbacks == key(callbacks) && p.capacity >= funcs;
        if let Some(at) = pool.iter().position(fits) {
            return Ok(pool.swap_remove(at));
        }
    }
    let capacity = funcs.next_power_of_two().max(FUNCS);
    let data = size_of::<Data>() + capacity * (8 + 4);
    let mut code = CODE_BYTES;
    let mut arena = loop {
        match CodeArena::new(data, code) {
            Ok(arena) => break arena,
            Err(_) if code > LEAST_CODE_BYTES => code /= 2,
            Err(e) => return Err(format!("no memory for machine code: {e}")),
        }
    };
    let stubs = stubs::build(&mut arena, capacity, callbacks)?;
    let mark = arena.used();
    Ok(Prepared {
        arena,
        stubs,
        callbacks: key(callbacks),
        capacity,
        mark,
    })
}

/// Keeps an arena whose code is no longer used.
pub fn give_back(mut prepared: Prepared) {
    if prepared.arena.used() > KEPT_BYTES {
        return;
    }
    prepared.arena.truncate(prepared.mark);
    if let Ok(mut pool) = POOL.lock()
        && pool.len() < KEPT
    {
        pool.push(prepared);
    }
}
