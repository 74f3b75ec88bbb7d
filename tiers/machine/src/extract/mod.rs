//! From comptime memory to static data: walks a value along its sx type and makes an image of it, and of every heap
//! object and root local it reaches (reference part 6 §3).
//!
//! * [`walk`]: a value of a type, piece by piece.
//! * [`pointers`]: what addresses become; views of objects.
//! * [`path`]: naming the place of a value that can't be stored.
//!
//! An object may be seen through several pointers of different types. Each view writes its typed pieces into the
//! object's image. What no view covers is copied as bytes, in which addresses stay addresses: an arena's chunk holds
//! more than what a pointer into it leads to. Only where a pointer tells nothing of what it leads to (`*void`) such
//! bytes must not hold addresses.

mod path;
mod pointers;
mod walk;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::image::Reloc;
use sx_ir::{ConstImage, Global, GlobalId, Module, TypeId};
use sx_tier_api::{MemoryView, ObjectKind};

use path::{PathId, Segment};

/// A value as static data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extracted {
    pub image: ConstImage,
    /// Objects the value reaches. Relocations call the first `GlobalId(module.globals.len())`, and so on.
    pub objects: Vec<NewObject>,
}

/// A heap object or local that becomes static data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewObject {
    pub size: u64,
    pub align: u64,
    pub image: ConstImage,
    pub kind: ObjectKind,
    /// Only elements in view of slices and strings refer to it, so that equal ones may share storage.
    pub mergeable: bool,
}

impl NewObject {
    pub fn into_global(self, name: String, mutable: bool) -> Global {
        Global {
            name,
            size: self.size,
            align: self.align,
            init: self.image,
            mutable,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: self.mergeable && !mutable,
        }
    }
}

/// Why a value can't be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExtractError {
    /// Place in the value, such as `.entries[3].next`; empty for the value itself.
    pub path: String,
    pub reason: String,
    /// An address that leads nowhere, and where it lies in memory.
    pub dangling: Option<Dangling>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dangling {
    pub place: u64,
    pub value: u64,
}

/// The value of type `ty` at `addr` as static data.
pub fn extract(
    module: &Module,
    mem: &dyn MemoryView,
    addr: u64,
    ty: TypeId,
) -> Result<Extracted, ExtractError> {
    extract_with(module, mem, addr, ty, false)
}

/// As [`extract`], but objects that an earlier evaluation stored are stored anew if they can be written: this evaluation
/// may have written to them, and `#saved` globals keep what was written.
pub fn extract_anew(
    module: &Module,
    mem: &dyn MemoryView,
    addr: u64,
    ty: TypeId,
) -> Result<Extracted, ExtractError> {
    extract_with(module, mem, addr, ty, true)
}

fn extract_with(
    module: &Module,
    mem: &dyn MemoryView,
    addr: u64,
    ty: TypeId,
    anew: bool,
) -> Result<Extracted, ExtractError> {
    let mut e = Extractor::new(module, mem, addr, module.types.size_of(ty));
    e.anew = anew;
    e.view(Target::Value, addr, ty, PathId::ROOT)?;
    loop {
        if let Some(view) = e.todo.pop() {
            e.run_view(view)?;
        } else if let Some(view) = e.guessed.pop() {
            // By now all is known that has a certain type.
            for rest in e.uncovered(view) {
                e.run_view(rest)?;
            }
        } else {
            break;
        }
    }
    e.finish()
}

/// Which image a piece goes to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Target {
    Value,
    Object(usize),
}

/// An image being made.
struct Draft {
    base: u64,
    image: ConstImage,
}

struct ObjectDraft {
    draft: Draft,
    kind: ObjectKind,
    align: u64,
    /// Byte ranges written by views: start and end, not sorted.
    covered: Vec<(u64, u64)>,
    /// How it was first reached.
    path: PathId,
    /// Some view was other than a slice's.
    whole: bool,
    /// A pointer of no known type leads there.
    untyped: bool,
    /// Some view was a slice's other than a string's: what lies behind it may be the spare room of a growing array.
    roomy: bool,
}

/// `count` values of type `ty` in an object, to be walked.
#[derive(Clone)]
struct View {
    object: usize,
    addr: u64,
    ty: TypeId,
    count: u64,
    path: PathId,
    /// Elements are values of their own in paths (`[i]`).
    indexed: bool,
    /// The number of its first element in paths.
    first: u64,
}

struct Extractor<'a> {
    module: &'a Module,
    mem: &'a dyn MemoryView,
    value: Draft,
    objects: Vec<ObjectDraft>,
    by_base: FxHashMap<u64, usize>,
    todo: Vec<View>,
    /// Through `[*]T`: how far its elements reach in an object isn't known.
    guessed: Vec<View>,
    seen: FxHashSet<(usize, u64, TypeId, u64)>,
    /// Objects that addresses outside all views have turned out to lead to.
    widened: Vec<usize>,
    plain: FxHashMap<TypeId, bool>,
    /// Writable objects of earlier evaluations are new objects.
    anew: bool,
    paths: path::Paths,
    /// Where in the current view we are.
    at: Vec<Segment>,
    view_path: PathId,
}

impl<'a> Extractor<'a> {
    fn new(module: &'a Module, mem: &'a dyn MemoryView, base: u64, size: u64) -> Extractor<'a> {
        Extractor {
            module,
            mem,
            value: Draft {
                base,
                image: ConstImage::zeroed(size),
            },
            objects: Vec::new(),
            by_base: FxHashMap::default(),
            todo: Vec::new(),
            guessed: Vec::new(),
            seen: FxHashSet::default(),
            widened: Vec::new(),
            plain: FxHashMap::default(),
            anew: false,
            paths: path::Paths::default(),
            at: Vec::new(),
            view_path: PathId::ROOT,
        }
    }

    fn view(
        &mut self,
        target: Target,
        addr: u64,
        ty: TypeId,
        path: PathId,
    ) -> Result<(), ExtractError> {
        self.view_path = path;
        self.at.clear();
        self.walk(target, addr, ty)
    }

    fn run_view(&mut self, view: View) -> Result<(), ExtractError> {
        let target = Target::Object(view.object);
        let size = self.module.types.size_of(view.ty);
        if size == 0 || view.count == 0 {
            return Ok(());
        }
        self.objects[view.object]
            .covered
            .push((view.addr, view.addr + size * view.count));
        if self.is_plain(view.ty) {
            self.view_path = view.path;
            self.at.clear();
            return self.copy(target, view.addr, size * view.count);
        }
        for i in 0..view.count {
            self.view_path = view.path;
            self.at.clear();
            if view.indexed {
                self.at.push(Segment::Index(view.first + i));
            }
            self.walk(target, view.addr + i * size, view.ty)?;
        }
        Ok(())
    }

    /// The elements of a view that don't lie wholly in what other views have seen.
    fn uncovered(&mut self, view: View) -> Vec<View> {
        let size = self.module.types.size_of(view.ty);
        let covered = &mut self.objects[view.object].covered;
        if size == 0 || covered.is_empty() {
            return vec![view];
        }
        covered.sort_unstable();
        covered.dedup_by(|next, before| {
            let joined = next.0 <= before.1;
            if joined {
                before.1 = before.1.max(next.1);
            }
            joined
        });
        let mut rest = Vec::new();
        let mut at = 0;
        // Elements that lie wholly in a range go; those between stay.
        for (start, end) in covered.iter().map(|(s, e)| {
            let s = s.saturating_sub(view.addr).div_ceil(size);
            let e = e.saturating_sub(view.addr) / size;
            (s.min(view.count), e.min(view.count))
        }) {
            if end <= start {
                continue;
            }
            if start > at {
                rest.push((at, start));
            }
            at = at.max(end);
        }
        if at < view.count {
            rest.push((at, view.count));
        }
        let part = |(from, to): (u64, u64)| View {
            addr: view.addr + from * size,
            count: to - from,
            first: view.first + from,
            ..view.clone()
        };
        rest.into_iter().map(part).collect()
    }

    fn draft(&mut self, target: Target) -> &mut Draft {
        match target {
            Target::Value => &mut self.value,
            Target::Object(index) => &mut self.objects[index].draft,
        }
    }

    fn error<T>(&self, reason: impl Into<String>) -> Result<T, ExtractError> {
        Err(ExtractError {
            path: self.paths.text(self.view_path, &self.at),
            reason: reason.into(),
            dangling: None,
        })
    }

    /// Copies bytes into the image.
    fn copy(&mut self, target: Target, addr: u64, len: u64) -> Result<(), ExtractError> {
        if len == 0 {
            return Ok(());
        }
        let mem = self.mem;
        let Some(bytes) = mem.read(addr, len) else {
            return self.error(format!(
                "it reaches outside the program's memory at 0x{addr:x}"
            ));
        };
        let draft = self.draft(target);
        let from = (addr - draft.base) as usize;
        if let Some(place) = draft.image.bytes.get_mut(from..from + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        Ok(())
    }

    /// Puts an address into the image.
    fn relocate(&mut self, target: Target, addr: u64, to: sx_ir::image::RelocTarget, addend: i64) {
        let draft = self.draft(target);
        let offset = addr - draft.base;
        draft.image.relocs.push(Reloc {
            offset,
            target: to,
            addend,
        });
    }

    /// Id that relocations use for a new object.
    fn placeholder(&self, object: usize) -> GlobalId {
        GlobalId::new(self.module.globals.len() + object)
    }

    fn finish(mut self) -> Result<Extracted, ExtractError> {
        // What is kept as a whole may lead to more of that; the others come last.
        let count = self.objects.len();
        let mut whole: Vec<usize> = (0..count).filter(|i| self.objects[*i].whole).collect();
        let mut at = 0;
        while let Some(index) = whole.get(at) {
            self.cover_rest(*index)?;
            whole.append(&mut self.widened);
            at += 1;
        }
        for index in (0..count)
            .filter(|i| !self.objects[*i].whole)
            .collect::<Vec<_>>()
        {
            self.cover_slices(index);
        }
        let word = self.module.target.pointer_size;
        let mut objects = Vec::with_capacity(self.objects.len());
        for object in std::mem::take(&mut self.objects) {
            let size = object.draft.image.bytes.len() as u64;
            objects.push(NewObject {
                size,
                align: object.align,
                image: tidy(object.draft.image, word),
                kind: object.kind,
                mergeable: !object.whole,
            });
        }
        Ok(Extracted {
            image: tidy(self.value.image, word),
            objects,
        })
    }
}

/// Relocations in order, each once, over zero bytes; no zeros at the end. Where one view sees an address and another
/// (one past the end of its own part, say) a number, it is the address.
fn tidy(mut image: ConstImage, word: u64) -> ConstImage {
    image.relocs.sort_by_key(|r| r.offset);
    image
        .relocs
        .dedup_by(|next, kept| next.offset < kept.offset + word);
    let len = image.bytes.len();
    for reloc in &image.relocs {
        let from = (reloc.offset as usize).min(len);
        image.bytes[from..(reloc.offset + word).min(len as u64) as usize].fill(0);
    }
    let used = image
        .bytes
        .iter()
        .rposition(|b| *b != 0)
        .map_or(0, |last| last + 1);
    let used = image.relocs.last().map_or(used, |r| {
        used.max((r.offset + word) as usize).min(image.bytes.len())
    });
    image.bytes.truncate(used);
    image
}
