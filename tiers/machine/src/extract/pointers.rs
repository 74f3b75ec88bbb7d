//! What addresses become, and the objects behind them.

use sx_ir::image::RelocTarget;
use sx_ir::{ConstImage, TypeId, TypeKind};
use sx_tier_api::{Object, ObjectKind, Region};

use super::path::Segment;
use super::{Dangling, Draft, ExtractError, Extractor, ObjectDraft, Target, View};

/// What a pointer's target looks like through it.
enum Through {
    /// One value.
    One(TypeId),
    /// As many as the object holds, in both directions.
    Many(TypeId),
    /// This many, of a slice (`text`: with a NUL after them, if there is one).
    Slice { of: TypeId, len: u64, text: bool },
    /// Nothing known.
    Bytes,
}

impl Extractor<'_> {
    fn pointer_size(&self) -> u64 {
        self.module.target.pointer_size
    }

    pub(super) fn pointer(
        &mut self,
        target: Target,
        addr: u64,
        to: TypeId,
    ) -> Result<(), ExtractError> {
        let through = match self.module.types.kind(to) {
            TypeKind::Void | TypeKind::NoReturn | TypeKind::Poison => Through::Bytes,
            _ => Through::One(to),
        };
        self.address(target, addr, through, Segment::Deref)
    }

    pub(super) fn many_pointer(
        &mut self,
        target: Target,
        addr: u64,
        to: TypeId,
    ) -> Result<(), ExtractError> {
        let through = if self.module.types.size_of(to) == 0 {
            Through::Bytes
        } else {
            Through::Many(to)
        };
        self.address(target, addr, through, Segment::Deref)
    }

    pub(super) fn slice(
        &mut self,
        target: Target,
        addr: u64,
        of: TypeId,
        text: bool,
    ) -> Result<(), ExtractError> {
        let len = self.word(addr + 8, 8)?;
        self.copy(target, addr + 8, 8)?;
        if len == 0 {
            // An empty view of memory that is gone is still an empty view.
            let start = self.word(addr, self.pointer_size())?;
            if start == 0 || self.mem.object_at(start).is_none() {
                return Ok(());
            }
        }
        self.address(
            target,
            addr,
            Through::Slice { of, len, text },
            Segment::Data("ptr"),
        )
    }

    pub(super) fn function(&mut self, target: Target, addr: u64) -> Result<(), ExtractError> {
        let value = self.word(addr, self.pointer_size())?;
        if value == 0 {
            return Ok(());
        }
        match self.mem.function_of(value) {
            Some(func) => {
                self.relocate(target, addr, RelocTarget::Func(func), 0);
                Ok(())
            }
            None => self.error(format!("0x{value:x} is no function")),
        }
    }

    /// `{fn_ptr, env}`; the environment is the first of the function's parameters whose type is known.
    pub(super) fn closure(&mut self, target: Target, addr: u64) -> Result<(), ExtractError> {
        self.function(target, addr)?;
        let func = self.mem.function_of(self.word(addr, self.pointer_size())?);
        let param = func.and_then(|f| {
            let func = self.module.func(f);
            let count = self.module.sig(func.sig).params.len();
            func.locals.iter().take(count).find_map(|l| l.sx_type)
        });
        let through = match param.map(|ty| self.module.types.kind(ty)) {
            Some(TypeKind::Pointer(env)) if *env != TypeId::VOID => Through::One(*env),
            _ => Through::Bytes,
        };
        self.at.push(Segment::Data("env"));
        self.address(target, addr + 8, through, Segment::Deref)?;
        self.at.pop();
        Ok(())
    }

    /// The type a stored `Type` word stands for.
    fn dynamic_type(&self, addr: u64) -> Result<Option<TypeId>, ExtractError> {
        let word = self.word(addr, 8)?;
        let known = usize::try_from(word).is_ok_and(|index| index < self.module.types.len());
        Ok(known.then(|| TypeId::new(word as usize)))
    }

    pub(super) fn any(&mut self, target: Target, addr: u64) -> Result<(), ExtractError> {
        self.copy(target, addr + 8, 8)?;
        let ty = self.dynamic_type(addr + 8)?;
        let (through, name) = match ty {
            Some(ty) if self.module.types.size_of(ty) > 0 => {
                (Through::One(ty), self.module.types.name(ty))
            }
            Some(_) | None => (Through::Bytes, "?".into()),
        };
        self.address(target, addr, through, Segment::Dynamic(name))
    }

    /// `{ctx, type_id, vtable}`, or the functions in place of the table.
    pub(super) fn protocol(
        &mut self,
        target: Target,
        addr: u64,
        ty: TypeId,
    ) -> Result<(), ExtractError> {
        let Some(def) = self.module.types.protocol_def(ty) else {
            return Ok(());
        };
        let (inline, slots) = (def.inline, def.slots.len() as u64);
        self.copy(target, addr + 8, 8)?;
        let through = match self.dynamic_type(addr + 8)? {
            Some(ty) if self.module.types.size_of(ty) > 0 => Through::One(ty),
            Some(_) | None => Through::Bytes,
        };
        self.at.push(Segment::Data("ctx"));
        self.address(target, addr, through, Segment::Deref)?;
        self.at.pop();
        if inline {
            for slot in 0..slots {
                self.function(target, addr + 16 + slot * 8)?;
            }
            return Ok(());
        }
        self.at.push(Segment::Data("__vtable"));
        self.address(
            target,
            addr + 16,
            Through::Many(TypeId::VOID_PTR),
            Segment::Deref,
        )?;
        self.at.pop();
        Ok(())
    }

    /// The pointer-sized word at `addr`, seen through its type.
    fn address(
        &mut self,
        target: Target,
        addr: u64,
        through: Through,
        last: Segment,
    ) -> Result<(), ExtractError> {
        let value = self.word(addr, self.pointer_size())?;
        if value == 0 {
            return Ok(());
        }
        if let Some(func) = self.mem.function_of(value) {
            self.relocate(target, addr, RelocTarget::Func(func), 0);
            return Ok(());
        }
        let object = self.mem.object_at(value);
        let Some(object) = object.filter(|_| !self.mem.is_stale(addr)) else {
            let error = self.error(self.no_object(value));
            return error.map_err(|error| ExtractError {
                dangling: Some(Dangling { place: addr, value }),
                ..error
            });
        };
        let offset = (value - object.base) as i64;
        if let ObjectKind::Global(global) = object.kind
            && !(self.anew && self.is_writable_object(global))
        {
            if self.is_in_value(value) {
                return self
                    .error("it points into the value that is being stored, which will move");
            }
            if let Through::Slice { of, len, .. } = through {
                self.check_extent(&object, value, of, len)?;
            }
            self.relocate(target, addr, RelocTarget::Global(global), offset);
            return Ok(());
        }
        let index = self.object(&object, &last);
        let placeholder = self.placeholder(index);
        self.relocate(target, addr, RelocTarget::Global(placeholder), offset);
        self.see(index, &object, value, through, last)
    }

    /// Whether `len` elements from `value` on lie in the object.
    fn check_extent(
        &self,
        object: &Object,
        value: u64,
        of: TypeId,
        len: u64,
    ) -> Result<(), ExtractError> {
        match len.checked_mul(self.module.types.size_of(of)) {
            Some(bytes) if bytes <= object.base + object.size - value => Ok(()),
            _ => self.error(format!(
                "its {} elements reach beyond the object they lie in ({} bytes)",
                len as i64, object.size
            )),
        }
    }

    /// Whether a place is in the value itself.
    pub(super) fn is_in_value(&self, addr: u64) -> bool {
        let base = self.value.base;
        addr >= base && addr - base < self.value.image.bytes.len() as u64
    }

    fn is_writable_object(&self, global: sx_ir::GlobalId) -> bool {
        let global = self.module.global(global);
        global.mutable && global.is_stored_object()
    }

    fn no_object(&self, value: u64) -> String {
        match self.mem.region_of(value) {
            Region::Heap => "it points to memory that was freed".into(),
            Region::Stack => "it points to stack memory of a function that has returned".into(),
            Region::Null | Region::Globals => {
                format!("it holds 0x{value:x}, which points to no object")
            }
            Region::Outside => {
                format!("it holds 0x{value:x}, which points outside the program's memory")
            }
        }
    }

    /// The draft of an object, made when it is first reached.
    fn object(&mut self, object: &Object, last: &Segment) -> usize {
        if let Some(index) = self.by_base.get(&object.base) {
            return *index;
        }
        let path = self.paths.add(self.view_path, &self.at, Some(last.clone()));
        let index = self.objects.len();
        self.objects.push(ObjectDraft {
            draft: Draft {
                base: object.base,
                image: ConstImage::zeroed(object.size),
            },
            kind: object.kind.clone(),
            align: 1,
            covered: Vec::new(),
            path,
            whole: false,
            untyped: false,
            roomy: false,
        });
        self.by_base.insert(object.base, index);
        index
    }

    /// Notes what of an object is seen through a pointer.
    fn see(
        &mut self,
        index: usize,
        object: &Object,
        value: u64,
        through: Through,
        last: Segment,
    ) -> Result<(), ExtractError> {
        let types = &self.module.types;
        let end = object.base + object.size;
        let guessed = matches!(through, Through::Many(_));
        let (ty, addr, count, indexed) = match through {
            Through::Bytes => {
                self.objects[index].whole = true;
                self.objects[index].untyped = true;
                return Ok(());
            }
            Through::One(ty) => {
                self.objects[index].whole = true;
                // One past the end, or a bigger type than there is room for: nothing typed to see.
                let fits = types.size_of(ty) <= end - value;
                (ty, value, u64::from(fits), false)
            }
            Through::Many(ty) => {
                self.objects[index].whole = true;
                let size = types.size_of(ty).max(1);
                let before = (value - object.base) / size;
                (
                    ty,
                    value - before * size,
                    before + (end - value) / size,
                    true,
                )
            }
            Through::Slice { of, len, text } => {
                self.check_extent(object, value, of, len)?;
                self.objects[index].roomy |= !text;
                let nul = text && value + len < end && self.raw_word(value + len, 1)? == 0;
                (of, value, if nul { len + 1 } else { len }, true)
            }
        };
        let draft = &mut self.objects[index];
        draft.align = draft.align.max(types.align_of(ty).max(1));
        if count > 0 && self.seen.insert((index, addr, ty, count)) {
            let last = if indexed { None } else { Some(last) };
            let path = self.paths.add(self.view_path, &self.at, last);
            let views = match guessed {
                true => &mut self.guessed,
                false => &mut self.todo,
            };
            views.push(View {
                object: index,
                addr,
                ty,
                count,
                path,
                indexed,
                first: 0,
            });
        }
        Ok(())
    }

    /// Bytes of unknown type; an address among them can't be told from a number.
    pub(super) fn raw(&mut self, target: Target, addr: u64, len: u64) -> Result<(), ExtractError> {
        self.copy(target, addr, len)?;
        let word = self.pointer_size();
        let mut at = addr.next_multiple_of(word);
        while at + word <= addr + len {
            let value = self.raw_word(at, word)?;
            if let Some(what) = self.live_address(value) {
                return self.error(format!(
                    "its type is not known there, and at byte {} it holds the address of {what}",
                    at - addr
                ));
            }
            at += word;
        }
        Ok(())
    }

    /// What a word is the address of, if anything of this evaluation.
    fn live_address(&self, value: u64) -> Option<String> {
        if value == 0 {
            return None;
        }
        if let Some(func) = self.mem.function_of(value) {
            return Some(format!("the function '{}'", self.module.func(func).name));
        }
        match self.mem.object_at(value)?.kind {
            // Small numbers look like addresses of globals.
            ObjectKind::Global(_) => None,
            ObjectKind::Heap => Some("a heap object".into()),
            ObjectKind::Stack => Some("a local".into()),
        }
    }

    /// The rest of an object seen through slices only is left zero: it is room that holds nothing yet. That of a string's
    /// object is cut off.
    pub(super) fn cover_slices(&mut self, index: usize) {
        let object = &mut self.objects[index];
        if !object.roomy {
            let base = object.draft.base;
            let end = object.covered.iter().map(|c| c.1).max().unwrap_or(base);
            let used = (end - base).max(1) as usize;
            object.draft.image.bytes.truncate(used);
        }
    }

    /// Copies what no view has covered.
    pub(super) fn cover_rest(&mut self, index: usize) -> Result<(), ExtractError> {
        let object = &mut self.objects[index];
        let (base, size) = (object.draft.base, object.draft.image.bytes.len() as u64);
        self.view_path = object.path;
        self.at.clear();
        let mut covered = std::mem::take(&mut object.covered);
        covered.sort_unstable();
        // What an object of this size is aligned to if nothing else is known of it.
        object.align = object.align.max(if size >= 8 { 8 } else { 1 });
        let untyped = object.untyped;
        let mut at = base;
        for (start, end) in covered.into_iter().chain([(base + size, base + size)]) {
            if start > at && untyped {
                self.raw(Target::Object(index), at, start - at)?;
            } else if start > at {
                self.gap(Target::Object(index), at, start - at)?;
            }
            at = at.max(end);
        }
        Ok(())
    }

    /// Bytes that nothing leads to: what was an address stays one, of the whole object.
    fn gap(&mut self, target: Target, addr: u64, len: u64) -> Result<(), ExtractError> {
        self.copy(target, addr, len)?;
        let word = self.pointer_size();
        let mut at = addr.next_multiple_of(word);
        while at + word <= addr + len {
            let value = self.raw_word(at, word)?;
            if self.live_address(value).is_some() {
                if let Some(func) = self.mem.function_of(value) {
                    self.relocate(target, at, RelocTarget::Func(func), 0);
                } else if let Some(object) = self.mem.object_at(value) {
                    let index = self.object(&object, &Segment::Deref);
                    if !std::mem::replace(&mut self.objects[index].whole, true) {
                        self.widened.push(index);
                    }
                    let to = RelocTarget::Global(self.placeholder(index));
                    self.relocate(target, at, to, (value - object.base) as i64);
                }
            }
            at += word;
        }
        Ok(())
    }
}
