//! Marks of memory: which bytes were never given a value, and which words are addresses of what.

use rustc_hash::FxHashMap;

use super::marks::Mark;

const PAGE: u64 = 4096;
/// Addresses are remembered where they are aligned to this.
const GRAIN: u64 = 4;

enum Page {
    /// No byte has a value: a large block that nobody has touched yet takes no more than this.
    Blank,
    Known(Box<Known>),
}

struct Known {
    /// Bit per byte: without a value.
    undefined: [u64; 64],
    /// Object whose address is stored from here on, or 0.
    objects: [u32; 1024],
}

pub struct Pages {
    /// Absent pages are defined and hold no addresses.
    pages: FxHashMap<u64, Page>,
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

    fn page(&mut self, addr: u64) -> &mut Known {
        let all = |undefined: u64| {
            Box::new(Known {
                undefined: [undefined; 64],
                objects: [0; 1024],
            })
        };
        let page = self.pages.entry(addr / PAGE);
        let page = page.or_insert_with(|| Page::Known(all(0)));
        loop {
            match page {
                Page::Known(known) => return known,
                Page::Blank => *page = Page::Known(all(u64::MAX)),
            }
        }
    }

    fn undefined(&self, addr: u64) -> bool {
        let at = (addr % PAGE) as usize;
        match self.pages.get(&(addr / PAGE)) {
            Some(Page::Known(page)) => page.undefined[at / 64] >> (at % 64) & 1 != 0,
            Some(Page::Blank) => true,
            None => false,
        }
    }

    pub fn is_given(&self, addr: u64, len: u64) -> bool {
        (addr..addr.saturating_add(len)).all(|at| !self.undefined(at))
    }

    pub fn object(&self, addr: u64) -> u32 {
        match self.pages.get(&(addr / PAGE)) {
            Some(Page::Known(page)) => page.objects[((addr % PAGE) / GRAIN) as usize],
            Some(Page::Blank) | None => 0,
        }
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
                Some(Page::Known(page)) => page.objects[((at % PAGE) / GRAIN) as usize] = 0,
                Some(Page::Blank) | None => {
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
            if stop - at == PAGE {
                match undefined {
                    true => self.pages.insert(at / PAGE, Page::Blank),
                    false => self.pages.remove(&(at / PAGE)),
                };
            } else if undefined || self.pages.contains_key(&(at / PAGE)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pages_are_as_their_bytes() {
        let mut pages = Pages::new(8, false);
        pages.set_range(100, 3 * PAGE, true);
        let first = |pages: &Pages| (0..4 * PAGE).find(|at| pages.is_given(*at, 1) != (*at < 100));
        assert_eq!(first(&pages), Some(100 + 3 * PAGE));
        let address = Mark {
            object: 7,
            undefined: 0,
        };
        pages.put(PAGE + 8, 8, address);
        assert_eq!(pages.get(PAGE + 8, 8), address);
        assert!(!pages.is_given(PAGE + 7, 1) && pages.is_given(PAGE + 8, 8));
        assert_eq!(pages.get(PAGE + 16, 4).undefined, 0xf);
        pages.copy(2 * PAGE + 8, PAGE, 32);
        assert_eq!(pages.get(2 * PAGE + 16, 8), address);
        assert!(!pages.is_given(2 * PAGE + 8, 8));
        pages.set_range(0, 4 * PAGE, false);
        assert!(pages.is_given(0, 4 * PAGE) && pages.object(PAGE + 8) == 0);
    }
}
