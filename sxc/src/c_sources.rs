//! The C files of a program's `#import c` units, compiled: objects for the linker, a library for engines.

use std::path::PathBuf;

use sx_cimport::Sources;
use sx_ir::{Expr, ExprId, FuncId, GlobalId, Linkage, Local, LocalId, Module, Stmt, StmtKind, Ty};

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

/// A library of all of them that can be loaded into this process, with the program's exports for them to call.
fn library(
    units: &[Sources],
    exports: Option<&Module>,
    scratch: &Scratch,
) -> Result<PathBuf, String> {
    let mut objects = objects(units, false, scratch)?;
    if let Some(module) = exports {
        let functions: Vec<&str> = exported(module).map(|(_, symbol)| symbol).collect();
        let variables: Vec<(&str, u64)> = module
            .globals
            .iter()
            .filter_map(|g| Some((g.export_symbol.as_deref()?, g.size)))
            .collect();
        let object = scratch.join("exports.o");
        sx_cimport::exports(&functions, &variables, &object)?;
        objects.push(object);
    }
    let flags: Vec<String> = units
        .iter()
        .flat_map(|unit| unit.link_flags().cloned())
        .collect();
    let library = scratch.join("units.so");
    sx_cimport::shared_library(&objects, &flags, &library)?;
    Ok(library)
}

/// Exported functions besides the C `main`.
fn exported(module: &Module) -> impl Iterator<Item = (FuncId, &str)> {
    module
        .funcs
        .iter()
        .enumerate()
        .filter_map(|(index, func)| match &func.linkage {
            Linkage::Export(symbol) if symbol != "main" => {
                Some((FuncId::new(index), symbol.as_str()))
            }
            _ => None,
        })
}

/// The library for a program's run. Engines know what `main` reaches, so `main` gets to mention the exports.
pub fn for_run(
    units: &[Sources],
    module: &mut Module,
    main: FuncId,
    scratch: &Scratch,
) -> Result<PathBuf, String> {
    let functions: Vec<FuncId> = exported(module).map(|(id, _)| id).collect();
    let variables: Vec<GlobalId> = (0..module.globals.len())
        .filter(|i| module.globals[*i].export_symbol.is_some())
        .map(GlobalId::new)
        .collect();
    let mentions = functions.into_iter().map(Expr::FuncAddr);
    let mentions = mentions.chain(variables.into_iter().map(Expr::GlobalAddr));
    let func = &mut module.funcs[main.index()];
    let mut stmts = Vec::new();
    for mention in mentions {
        let local = LocalId::new(func.locals.len());
        func.locals.push(Local {
            ty: Ty::Ptr,
            name: None,
            sx_type: None,
        });
        let value = ExprId::new(func.exprs.len());
        func.exprs.push(mention);
        func.expr_locs.push(func.loc);
        stmts.push(Stmt {
            loc: func.loc,
            kind: StmtKind::Set { local, value },
        });
    }
    if let Some(body) = &mut func.body {
        body.stmts.splice(0..0, stmts);
    }
    library(units, Some(module), scratch)
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
            Ok((library(units, None, &scratch)?, scratch))
        });
        match made {
            Ok((path, _)) => Ok(Some(path.clone())),
            Err(error) => Err(error.clone()),
        }
    }
}
