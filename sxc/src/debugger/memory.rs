//! Memory in hexadecimal, and watching it.

use std::fmt::Write as _;

use sx_interp::debugger::View;
use sx_tier_api::{ObjectKind, Region};

use super::commands::{bytes, path};
use super::expressions;
use super::session::{Session, tell};
use super::stops::Watch;

/// Bytes that `x` shows at once.
const MOST_BYTES: u64 = 4096;
/// Bytes that can be watched.
const MOST_WATCHED: u64 = 1 << 20;

impl Session {
    /// Address, size and text of what `x` and `watch` are to look at, and its type if it has one.
    fn memory_meant(
        &self,
        view: &View<'_, '_>,
        rest: &str,
    ) -> Result<(u64, Option<u64>, Option<sx_ir::TypeId>), String> {
        let (what, size) = match rest.rsplit_once(char::is_whitespace) {
            Some((what, last)) if expressions::number(last).is_some() => {
                (what.trim(), expressions::number(last))
            }
            Some(_) | None => (rest, None),
        };
        if what.starts_with(|c: char| c.is_ascii_digit()) {
            let addr = expressions::number(what);
            let addr = addr.ok_or_else(|| format!("'{what}' is no address"))?;
            return Ok((addr, size, None));
        }
        let scope = self.scope(view);
        let place = scope.place(&path(what)?)?;
        match size {
            Some(size) => Ok((place.addr, Some(size), None)),
            None => Ok((place.addr, Some(scope.size_of(place.ty)), Some(place.ty))),
        }
    }

    pub fn examine(&self, view: &View<'_, '_>, rest: &str) -> Result<(), String> {
        if rest.is_empty() {
            return Err("'x' wants a variable or an address".into());
        }
        let (addr, size, _) = self.memory_meant(view, rest)?;
        let size = size.unwrap_or(64);
        let shown = size.min(MOST_BYTES);
        if let Some(object) = self.object_text(view, addr) {
            tell!("{object}");
        }
        let memory = view.memory();
        let mut at = 0;
        while at < shown {
            let start = addr.wrapping_add(at);
            let wanted = (shown - at).min(16);
            // Memory may end in the middle of a line.
            let read = (1..=wanted).rev().find_map(|len| memory.read(start, len));
            let Some(line) = read else {
                return Err(format!("there is no memory at 0x{start:x}"));
            };
            tell!("{}", hex_line(start, line));
            at += line.len() as u64;
        }
        if shown < size {
            tell!("... {} in all", bytes(size));
        }
        Ok(())
    }

    /// What an address is part of, in words.
    fn object_text(&self, view: &View<'_, '_>, addr: u64) -> Option<String> {
        let (name, base) = view.named(self.frame, addr).or_else(|| {
            let object = view.memory().object_at(addr)?;
            match object.kind {
                ObjectKind::Global(id) => Some((view.module.global(id).name.clone(), object.base)),
                ObjectKind::Heap => {
                    Some((format!("heap block of {}", bytes(object.size)), object.base))
                }
                ObjectKind::Stack => None,
            }
        })?;
        Some(match addr - base {
            0 => format!("{name}:"),
            offset => format!("{name}, from its byte {offset} on:"),
        })
    }

    pub fn add_watch(&mut self, view: &View<'_, '_>, rest: &str) -> Result<(), String> {
        let watch = self.watch(view, rest)?;
        tell!(
            "watch {}: {rest} = {}",
            watch.number,
            watch.show(view, &self.errors)
        );
        self.watches.push(watch);
        Ok(())
    }

    /// Makes a watch, which is not added yet.
    pub fn watch(&mut self, view: &View<'_, '_>, rest: &str) -> Result<Watch, String> {
        if rest.is_empty() {
            return Err("'watch' wants a variable or an address".into());
        }
        let (addr, size, ty) = self.memory_meant(view, rest)?;
        let size = size.unwrap_or(view.module.target.pointer_size);
        if size == 0 {
            return Err("it takes no memory".into());
        }
        if size > MOST_WATCHED {
            return Err(format!("at most {} can be watched", bytes(MOST_WATCHED)));
        }
        let outside = view.memory().region_of(addr) == Region::Outside;
        if outside || view.memory().read(addr, size).is_none() {
            return Err(format!("there is no memory at 0x{addr:x}"));
        }
        self.numbers += 1;
        let mut watch = Watch::new(self.numbers, rest.to_owned(), addr, size, self.number());
        watch.ty = ty;
        watch.owner = view.owner(addr);
        watch.look(view, &self.errors);
        Ok(watch)
    }
}

fn hex_line(start: u64, line: &[u8]) -> String {
    let mut text = format!("0x{start:08x} ");
    for i in 0..16 {
        if i % 8 == 0 {
            text.push(' ');
        }
        let _ = match line.get(i) {
            Some(byte) => write!(text, "{byte:02x} "),
            None => write!(text, "   "),
        };
    }
    text.push_str(" |");
    for byte in line {
        let printable = byte.is_ascii_graphic() || *byte == b' ';
        text.push(if printable { char::from(*byte) } else { '.' });
    }
    text.push('|');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_in_hexadecimal() {
        assert_eq!(
            hex_line(0x1010, b"ab\0"),
            "0x00001010  61 62 00                                          |ab.|"
        );
    }
}
