//! Error return traces: the ring of the native runtime support, kept by the host.

use std::collections::VecDeque;

use sx_ir::Target;
use sx_tier_api::SandboxMemory;

use super::{Args, Reply, bytes_at, one};

/// Frames kept, the newest.
const RING: usize = 32;

/// Offsets in the library's `TraceFrame`.
mod frame {
    pub const FILE: u64 = 0;
    pub const LINE: u64 = 16;
    pub const COL: u64 = 20;
    pub const FUNC: u64 = 24;
    pub const LINE_TEXT: u64 = 40;
}

#[derive(Default)]
pub(super) struct Traces {
    frames: VecDeque<u64>,
    lost: bool,
}

impl Traces {
    /// The functions but the report, which writes output.
    pub(super) fn call(&mut self, symbol: &str, args: &Args) -> Option<Reply> {
        Some(match symbol {
            "sx_trace_push" => {
                if self.frames.len() == RING {
                    self.frames.pop_front();
                    self.lost = true;
                }
                self.frames.push_back(args.get(0));
                Ok(Vec::new())
            }
            "sx_trace_clear" => {
                *self = Traces::default();
                Ok(Vec::new())
            }
            "sx_trace_len" => one(self.frames.len() as u64),
            "sx_trace_truncated" => one(u64::from(self.lost)),
            "sx_trace_frame_at" => {
                let index = args.get(0) as u32 as usize;
                one(self.frames.get(index).copied().unwrap_or(0))
            }
            _ => return None,
        })
    }

    /// The trace as text, empty if there is none.
    pub(super) fn text(
        &self,
        memory: &dyn SandboxMemory,
        target: &Target,
    ) -> Result<Vec<u8>, sx_tier_api::HostFault> {
        let mut out = Vec::new();
        if self.frames.is_empty() {
            return Ok(out);
        }
        out.extend_from_slice(b"error return trace (most recent call last):\n");
        if self.lost {
            out.extend_from_slice(b"  ... older frames omitted (buffer full)\n");
        }
        for &at in &self.frames {
            let number = |offset: u64| -> Result<i32, sx_tier_api::HostFault> {
                let bytes = bytes_at(memory, at + offset, 4)?;
                Ok(target.endian.read(bytes) as i32)
            };
            let string = |offset: u64| -> Result<&[u8], sx_tier_api::HostFault> {
                let words = bytes_at(memory, at + offset, 16)?;
                let (data, len) = words.split_at(8);
                let data = target.endian.read(&data[..target.pointer_size as usize]);
                let len = target.endian.read(len);
                if len == 0 {
                    return Ok(&[]);
                }
                bytes_at(memory, data, len)
            };
            let file = string(frame::FILE)?;
            let file = file.rsplit(|b| *b == b'/').next().unwrap_or(file);
            let (line, col) = (number(frame::LINE)?, number(frame::COL)?);
            out.extend_from_slice(b"  ");
            out.extend_from_slice(string(frame::FUNC)?);
            out.extend_from_slice(b" at ");
            out.extend_from_slice(file);
            out.extend_from_slice(format!(":{line}:{col}\n").as_bytes());
            let text = string(frame::LINE_TEXT)?;
            if !text.is_empty() {
                out.extend_from_slice(b"    ");
                out.extend_from_slice(text);
                out.extend_from_slice(b"\n    ");
                out.extend(std::iter::repeat_n(b' ', col.clamp(1, 10_000) as usize - 1));
                out.extend_from_slice(b"^\n");
            }
        }
        Ok(out)
    }
}

/// What a program says when an error leaves `main`: the name, or the number if it is not known.
pub(super) fn headline(
    args: &Args,
    memory: &dyn SandboxMemory,
) -> Result<Vec<u8>, sx_tier_api::HostFault> {
    let (tag, name, len) = (args.get(0) as u32, args.get(1), args.get(2));
    let mut out = b"error: unhandled error reached main: error.".to_vec();
    if name != 0 && len > 0 {
        out.extend_from_slice(bytes_at(memory, name, len)?);
    } else {
        out.extend_from_slice(tag.to_string().as_bytes());
    }
    out.push(b'\n');
    Ok(out)
}
