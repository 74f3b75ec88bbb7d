//! Marks of memory: which bytes were never given a value, and which words are addresses of what.

use rustc_hash::FxHashMap;

use super::marks::Mark;

const PAGE: u64 = 4096;
/// Addresses are remembered where they are aligned to this.
const GRAIN: u64 = 4;

struct Page {
    /// Bit per byte: without a value.
    undefined: [u64; 64],
    /// Object whose address is stored from here on, or 0.
    objects: [u32; 1024],
}

pub struct Pages {
    /// Absent pages are defined and hold no addresses.
    pages: FxHashMap<u64, Box<Page>>,
    pointer_size: u64,
    big_endian: bool,
}

impl Pages {
    pub fn new(pointer_size: u64, big_endian: bool) -> Pages {
        Pages {
            pages: FxHashMap::default(),
            pointer_size,
            big_endian,
        }
    }

    fn page(&mut self, addr: u64) -> &mut Page {
        let fresh = || {
            Box::new(Page {
                undefined: [0; 64],
                objects: [0; 1024],
            })
        };
        self.pages.entry(addr / PAGE).or_insert_with(fresh)
    }

    fn undefined(&self, addr: u64) -> bool {
        let at = (addr % PAGE) as usize;
        self.pages
            .get(&(addr / PAGE))
            .is_some_and(|page| page.undefined[at / 64] >> (at % 64) & 1 != 0)
    }

    pub fn is_given(&self, addr: u64, len: u64) -> bool {
        (addr..addr.saturating_add(len)).all(|at| !self.undefined(at))
    }

    pub fn object(&self, addr: u64) -> u32 {
        self.pages
            .get(&(addr / PAGE))
            .map_or(0, |page| page.objects[((addr % PAGE) / GRAIN) as usize])
    }

    /// A pointer to `object` is stored at `addr`.
    pub fn set_object(&mut self, addr: u64, object: u32) {
        if addr.is_multiple_of(GRAIN) {
            self.page(addr).objects[((addr % PAGE) / GRAIN) as usize] = object;
        }
    }

    /// Forgets addresses that overlap the range.
    fn forget_objects(&mut self, addr: u64, len: u64) {
        let mut at = (addr.saturating_sub(self.pointer_size - 1)).next_multiple_of(GRAIN);
        let end = addr.saturating_add(len);
        while at < end {
            match self.pages.get_mut(&(at / PAGE)) {
                Some(page) => page.objects[((at % PAGE) / GRAIN) as usize] = 0,
                None => {
                    at = (at / PAGE + 1) * PAGE;
                    continue;
                }
            }
            at += GRAIN;
        }
    }

    /// The range holds no addresses, and values or none.
    pub fn set_range(&mut self, addr: u64, len: u64, undefined: bool) {
        self.forget_objects(addr, len);
        let (mut at, end) = (addr, addr.saturating_add(len));
        while at < end {
            let stop = end.min((at / PAGE + 1) * PAGE);
            if undefined || self.pages.contains_key(&(at / PAGE)) {
                let page = self.page(at);
                let mut bit = at % PAGE;
                let last = bit + (stop - at);
                while bit < last {
                    let (word, from) = ((bit / 64) as usize, bit % 64);
                    let count = (64 - from).min(last - bit);
                    let mask = if count == 64 {
                        u64::MAX
                    } else {
                        ((1 << count) - 1) << from
                    };
                    if undefined {
                        page.undefined[word] |= mask;
                    } else {
                        page.undefined[word] &= !mask;
                    }
                    bit += count;
                }
            }
            at = stop;
        }
    }

    fn set_undefined(&mut self, addr: u64, undefined: bool) {
        if undefined || self.pages.contains_key(&(addr / PAGE)) {
            let at = (addr % PAGE) as usize;
            let word = &mut self.page(addr).undefined[at / 64];
            *word = *word & !(1 << (at % 64)) | u64::from(undefined) << (at % 64);
        }
    }

    /// Address of byte `i` of a value, counted from its lowest.
    fn byte_at(&self, addr: u64, len: u64, i: u64) -> u64 {
        if self.big_endian {
            addr + len - 1 - i
        } else {
            addr + i
        }
    }

    pub fn get(&self, addr: u64, len: u64) -> Mark {
        let undefined = (0..len)
            .filter(|i| self.undefined(self.byte_at(addr, len, *i)))
            .fold(0u8, |set, i| set | 1 << i);
        let is_pointer = len == self.pointer_size && addr.is_multiple_of(GRAIN);
        Mark {
            object: if is_pointer { self.object(addr) } else { 0 },
            undefined,
        }
    }

    pub fn put(&mut self, addr: u64, len: u64, mark: Mark) {
        self.forget_objects(addr, len);
        for i in 0..len {
            self.set_undefined(self.byte_at(addr, len, i), mark.undefined >> i & 1 != 0);
        }
        if len == self.pointer_size && mark.object != 0 {
            self.set_object(addr, mark.object);
        }
    }

    /// memmove.
    pub fn copy(&mut self, dst: u64, src: u64, len: u64) {
        let bytes: Vec<bool> = (0..len).map(|i| self.undefined(src + i)).collect();
        let word = self.pointer_size;
        let mut objects = Vec::new();
        let mut at = src.next_multiple_of(GRAIN);
        while at + word <= src + len {
            let object = self.object(at);
            if object != 0 {
                objects.push((dst + (at - src), object));
            }
            at += GRAIN;
        }
        self.forget_objects(dst, len);
        for (i, undefined) in bytes.into_iter().enumerate() {
            self.set_undefined(dst + i as u64, undefined);
        }
        for (addr, object) in objects {
            self.set_object(addr, object);
        }
    }
}
