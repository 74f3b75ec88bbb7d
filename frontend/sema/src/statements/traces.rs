//! Return traces (reference part 3 §5.8) and the names of error tags in the program.

use sx_ir::types::FnType;
use sx_ir::{
    BinaryOp, ConstImage, ConvertOp, FuncId, Function, Global, GlobalId, Linkage, Reloc,
    RelocTarget, StmtKind, Ty, TypeId, TypeKind,
};
use sx_syntax::Span;

use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, FlatPart, Piece, Val};
use crate::sema::{BodyState, FnInstance, Res, Sema};

/// Layout of the library's `TraceFrame`.
mod frame {
    pub const FILE: u64 = 0;
    pub const LINE: u64 = 16;
    pub const COL: u64 = 20;
    pub const FUNC: u64 = 24;
    pub const LINE_TEXT: u64 = 40;
    pub const SIZE: u64 = 56;
}

/// Frames that a trace keeps.
const RING: u64 = 32;

impl Sema<'_> {
    /// A function of the run-time support, declared once; the program may declare it too.
    pub fn runtime_fn(&mut self, symbol: &str, params: &[TypeId], ret: TypeId) -> FuncId {
        if let Some(known) = self.externs.get(symbol) {
            return known.func;
        }
        let ty = FnType {
            params: params.to_vec(),
            ret,
            c_conv: true,
            variadic: false,
        };
        let abi = self.c_abi(&ty);
        let params = self.m.sig(abi.sig).params.clone();
        let linkage = Linkage::Extern {
            symbol: symbol.to_string(),
            library: None,
        };
        let func = self.m.add_func(Function::new(
            symbol.to_string(),
            linkage,
            abi.sig,
            &params,
            sx_ir::LocId(0),
        ));
        self.bodies.insert(func, BodyState::External);
        self.externs
            .insert(symbol.to_string(), FnInstance { func, ty });
        func
    }

    /// Code about traces: where none are recorded in the program, it runs only at compile time.
    fn tracing(&mut self, cx: &mut FnCx, f: impl FnOnce(&mut Self, &mut FnCx)) {
        if cx.dead {
            return;
        }
        if self.cfg.traces || cx.comptime {
            return f(self, cx);
        }
        let flag = self.comptime_flag();
        let comptime = cx.load_scalar(Ty::I8, Addr::Global(flag, 0));
        let cond = cx.use_piece(comptime);
        cx.open();
        f(self, cx);
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
    }

    /// Records that an error passed through here.
    pub fn push_trace(&mut self, cx: &mut FnCx, span: Span) {
        self.tracing(cx, |s, cx| {
            let global = s.trace_frame(span, &cx.name.clone());
            let func = s.runtime_fn("sx_trace_push", &[TypeId::U64], TypeId::VOID);
            let address = cx.convert(ConvertOp::PToI, Ty::I64, Piece::GlobalAddr(global, 0));
            cx.call_direct(func, &[address], &[]);
        });
    }

    pub fn clear_trace(&mut self, cx: &mut FnCx) {
        self.tracing(cx, |s, cx| {
            let func = s.runtime_fn("sx_trace_clear", &[], TypeId::VOID);
            cx.call_direct(func, &[], &[]);
        });
    }

    fn trace_frame(&mut self, span: Span, func: &str) -> GlobalId {
        let key = (span, func.to_string());
        if let Some(known) = self.caches.errors.frames.get(&key) {
            return *known;
        }
        let at = self.sources.line_col(span);
        let path = self.sources.path(span.file);
        let file = path.rsplit('/').next().unwrap_or(path).to_string();
        let text = self
            .sources
            .get(span.file)
            .map_or("", |f| f.line_text(at.line))
            .to_string();
        let mut image = ConstImage::zeroed(frame::SIZE);
        self.put_int(
            &mut image.bytes,
            frame::LINE as usize,
            4,
            u64::from(at.line),
        );
        self.put_int(&mut image.bytes, frame::COL as usize, 4, u64::from(at.col));
        for (offset, text) in [
            (frame::FILE, file.as_str()),
            (frame::FUNC, func),
            (frame::LINE_TEXT, text.as_str()),
        ] {
            self.put_text(&mut image, offset, text);
        }
        let global = self.m.add_global(Global {
            name: format!("trace.{}", self.caches.errors.frames.len()),
            size: frame::SIZE,
            align: 8,
            init: image,
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: true,
        });
        self.caches.errors.frames.insert(key, global);
        global
    }

    /// The two words of a string constant; words are put in rising order.
    fn put_text(&mut self, image: &mut ConstImage, offset: u64, text: &str) {
        let data = self.string_data(text.as_bytes());
        image.relocs.push(Reloc {
            offset,
            target: RelocTarget::Global(data),
            addend: 0,
        });
        self.put_int(&mut image.bytes, offset as usize + 8, 8, text.len() as u64);
    }

    // ---------------------------------------------------------------------------------------------- evaluations

    /// The failable result of an evaluation together with what the trace holds if it failed.
    pub fn with_trace(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let ring = self.m.types.array(TypeId::VOID_PTR, RING);
        let members = [val.ty, TypeId::U32, ring].map(|ty| (None, ty)).to_vec();
        let ty = self.m.types.intern(TypeKind::Tuple(members));
        let slots = self.m.types.members(val.ty).map_or(0, |m| m.len());
        let tag_at = self.m.types.offset_of(val.ty, slots.saturating_sub(1));
        let out = self.slot(cx, ty);
        cx.zero(out, self.m.types.size_of(ty));
        self.store(cx, out, val);
        let tag = cx.load_scalar(Ty::I32, out.plus(tag_at));
        let failing = cx.binary(BinaryOp::Ne, tag, Piece::Const(Ty::I32, 0));
        let cond = cx.use_piece(failing);
        cx.open();
        let (lost_at, ring_at) = (self.m.types.offset_of(ty, 1), self.m.types.offset_of(ty, 2));
        let truncated = self.runtime_fn("sx_trace_truncated", &[], TypeId::U32);
        let lost = cx.call_direct(truncated, &[], &[Ty::I32]);
        cx.store_scalar(out.plus(lost_at), lost[0]);
        let frame_at = self.runtime_fn("sx_trace_frame_at", &[TypeId::U32], TypeId::U64);
        for i in 0..RING {
            let found = cx.call_direct(frame_at, &[Piece::Const(Ty::I32, i)], &[Ty::I64]);
            let pointer = cx.convert(ConvertOp::IToP, Ty::Ptr, found[0]);
            cx.store_scalar(out.plus(ring_at + 8 * i), pointer);
        }
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
        Val::mem(ty, out)
    }

    /// Lines for the trace in the result of an evaluation that failed, each after a line end.
    pub fn recorded_trace(&self, ty: TypeId, image: &ConstImage) -> String {
        let ring_at = self.m.types.offset_of(ty, 2);
        let lost_at = self.m.types.offset_of(ty, 1) as usize;
        let mut out = String::new();
        for reloc in image.relocs.iter().filter(|r| r.offset >= ring_at) {
            let RelocTarget::Global(global) = reloc.target else {
                continue;
            };
            let frames = &self.caches.errors.frames;
            let Some(((span, func), _)) = frames.iter().find(|(_, known)| **known == global) else {
                continue;
            };
            if out.is_empty() {
                out.push_str("\nerror return trace (most recent call last):");
                if image.bytes.get(lost_at).is_some_and(|b| *b != 0) {
                    out.push_str("\n  ... older frames omitted (buffer full)");
                }
            }
            let at = self.sources.line_col(*span);
            let path = self.sources.path(span.file);
            let file = path.rsplit('/').next().unwrap_or(path);
            out.push_str(&format!("\n  {func} at {file}:{}:{}", at.line, at.col));
        }
        out
    }

    // ---------------------------------------------------------------------------------------------- names

    /// Strings by tag, the empty one for 0. Filled by [`Sema::finish_error_names`].
    pub fn error_name_table(&mut self) -> GlobalId {
        if let Some(known) = self.caches.errors.names {
            return known;
        }
        let global = self.m.add_global(Global {
            name: "error.names".to_string(),
            size: 16,
            align: 8,
            init: ConstImage::zeroed(16),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.caches.errors.names = Some(global);
        self.finish_error_names();
        global
    }

    /// Brings the table of names up to date with the tags known: before an evaluation, and at the end.
    pub fn finish_error_names(&mut self) {
        let Some(global) = self.caches.errors.names else {
            return;
        };
        let names = self.error_names.clone();
        let size = 16 * (names.len() as u64 + 1);
        if self.m.global(global).init.bytes.len() as u64 == size
            && !self.m.global(global).init.relocs.is_empty()
        {
            return;
        }
        let mut image = ConstImage::zeroed(size);
        self.put_text(&mut image, 0, "");
        for (i, name) in names.iter().enumerate() {
            self.put_text(&mut image, 16 * (i as u64 + 1), name.as_str());
        }
        let global = &mut self.m.globals[global.index()];
        global.size = size;
        global.init = image;
    }

    /// The bare name of an error, empty for none.
    pub fn error_name_of(&mut self, cx: &mut FnCx, tag: Piece) -> Res<Val> {
        let wide = if tag.ty() == Ty::I64 {
            tag
        } else {
            self.resize_int(cx, tag, false, Ty::I64)
        };
        if let Some(id) = wide.as_const() {
            let name = match id
                .checked_sub(1)
                .and_then(|i| self.error_names.get(i as usize))
            {
                Some(name) => name.to_string(),
                None => String::new(),
            };
            return Ok(self.str_val(name.as_bytes()));
        }
        let table = self.error_name_table();
        let offset = cx.binary(sx_ir::BinaryOp::Mul, wide, Piece::Const(Ty::I64, 16));
        let at = cx.binary(sx_ir::BinaryOp::PtrAdd, Piece::GlobalAddr(table, 0), offset);
        let at: Addr = cx.addr_of_piece(at);
        let parts = [
            FlatPart {
                ty: Ty::Ptr,
                offset: 0,
            },
            FlatPart {
                ty: Ty::I64,
                offset: 8,
            },
        ];
        let pieces = self.load_parts(cx, at, &parts.into_iter().collect());
        Ok(Val::regs(TypeId::STRING, pieces))
    }
}
