//! Records of types that are not laid out yet. An evaluation may have such a type as a value and never ask about it. In the
//! tables each has something instead that evaluations can't access; one that does is run again when the type is laid
//! out.

use rustc_hash::FxHashMap;
use sx_ir::image::ConstImage;
use sx_ir::{FuncId, Global, GlobalId, TypeId};
use sx_tier_api::Frame;

use crate::api::Evaluation;
use crate::declarations::chains::Step;
use crate::sema::{Failed, Res, Sema};

/// At least of any record.
const SIZE: u64 = 1 << 16;

/// A type that an evaluation has asked about, which isn't laid out, and the calls that led there, innermost first.
pub struct MissingLayout {
    pub ty: TypeId,
    /// Its methods are asked for.
    pub methods: bool,
    pub frames: Vec<Frame>,
}

#[derive(Default)]
pub struct AbsentRecords {
    by_type: FxHashMap<TypeId, GlobalId>,
    types: FxHashMap<GlobalId, TypeId>,
}

impl AbsentRecords {
    pub fn type_of(&self, global: GlobalId) -> Option<TypeId> {
        self.types.get(&global).copied()
    }

    pub fn globals(&self) -> impl Iterator<Item = GlobalId> {
        self.types.keys().copied()
    }
}

impl Sema<'_> {
    /// What stands for the records of a type that isn't laid out.
    pub fn absent_record(&mut self, ty: TypeId) -> GlobalId {
        if let Some(global) = self.caches.absent_records.by_type.get(&ty) {
            return *global;
        }
        let name = self.type_name(ty);
        let global = self.m.add_global(Global {
            name: format!("absent.{name}"),
            size: SIZE,
            align: 8,
            init: ConstImage::default(),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        let absent = &mut self.caches.absent_records;
        absent.by_type.insert(ty, global);
        absent.types.insert(global, ty);
        global
    }

    /// Whether an evaluation may ask about a type that isn't laid out, and then begins anew.
    pub fn may_ask_for_layouts(&self, root: FuncId) -> bool {
        let tables = [
            self.type_table,
            self.caches.type_infos.map(|(table, _)| table),
            self.caches.field_table.as_ref().map(|known| known.table),
        ];
        let methods = self.caches.method_table.as_ref().map(|known| known.table);
        if tables.iter().all(Option::is_none) && methods.is_none() {
            return false;
        }
        let reached = self.m.reachable(&[root]).globals;
        if methods.is_some_and(|table| reached.contains(&table)) {
            return true;
        }
        let types = &self.m.types;
        reached.iter().any(|global| tables.contains(&Some(*global)))
            && (!self.caches.short_field_rows.is_empty()
                || types.ids().any(|ty| !types.is_complete(ty, 0)))
    }

    /// The type that an evaluation has ended for, as it isn't laid out.
    pub fn layout_asked_for(&self, evaluation: &Evaluation) -> Option<MissingLayout> {
        let ty = self.caches.absent_records.type_of(evaluation.closed?)?;
        let frames = evaluation.frames.clone();
        Some(MissingLayout {
            ty,
            methods: false,
            frames,
        })
    }

    /// Lays out a type that an evaluation has asked about. What fails is told.
    pub fn lay_out_missing(&mut self, root: FuncId, missing: &MissingLayout) -> Res<()> {
        let calls = self.calls_told(&missing.frames);
        let steps = [&[Step::Evaluation(root)], calls.as_slice()].concat();
        self.within_steps(&steps, |s| {
            s.apart(|s| s.complete(missing.ty))?;
            s.finish_field_row(missing.ty);
            match missing.methods {
                true => s.make_method_row(missing.ty),
                false => Ok(()),
            }
        })?;
        if self.m.types.is_complete(missing.ty, 0) {
            return Ok(());
        }
        if !self.caches.chains.giving_up() {
            let name = self.type_name(missing.ty);
            let place = missing.frames.first();
            let span = place.and_then(|frame| self.loc_span(frame.loc));
            let message = format!("the type '{name}' is not defined yet when this asks about it");
            let diag = match span {
                Some(span) => sx_syntax::Diagnostic::error(span, message),
                None => sx_syntax::Diagnostic::error_without_span(message),
            };
            self.report(diag);
        }
        Err(Failed)
    }
}
