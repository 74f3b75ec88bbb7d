//! The C files of a program's `#import c` units, compiled: objects for the linker, a library for engines.

use std::path::PathBuf;

use sx_cimport::Sources;

use crate::scratch::Scratch;

/// One object for each file, in the program's order.
pub fn objects(
    units: &[Sources],
    optimise: bool,
    scratch: &Scratch,
) -> Result<Vec<PathBuf>, String> {
    let mut objects = Vec::new();
    for unit in units {
        for file in &unit.files {
            let object = scratch.join(&format!("c{}.o", objects.len()));
            sx_cimport::object(unit, file, optimise, &object)?;
            objects.push(object);
        }
    }
    Ok(objects)
}

/// A library of all of them that can be loaded into this process. It needs its file only while it is being loaded.
pub fn library(units: &[Sources], scratch: &Scratch) -> Result<PathBuf, String> {
    let objects = objects(units, false, scratch)?;
    let flags: Vec<String> = units
        .iter()
        .flat_map(|unit| unit.link_flags().cloned())
        .collect();
    let library = scratch.join("units.so");
    sx_cimport::shared_library(&objects, &flags, &library)?;
    Ok(library)
}

/// A library that is made when first asked for.
#[derive(Default)]
pub struct Lazy {
    made: Option<Result<(PathBuf, Scratch), String>>,
}

impl Lazy {
    /// `None` if there is nothing to compile.
    pub fn get(&mut self, units: &[Sources]) -> Result<Option<PathBuf>, String> {
        if units.is_empty() {
            return Ok(None);
        }
        let made = self.made.get_or_insert_with(|| {
            let scratch = Scratch::new()
                .map_err(|error| format!("cannot create a temporary folder: {error}"))?;
            Ok((library(units, &scratch)?, scratch))
        });
        match made {
            Ok((path, _)) => Ok(Some(path.clone())),
            Err(error) => Err(error.clone()),
        }
    }
}
