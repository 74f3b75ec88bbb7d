//! What arithmetic does to marks: which bytes of a result are without a value, and whose address it may be.

use sx_ir::{BinaryOp, ConvertOp};

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Mark {
    /// Number of the object it is an address of, or 0. Of a value all of which is undefined: the object it was read from.
    pub object: u32,
    /// Bit i: byte i of the value (from the lowest) was never given a value.
    pub undefined: u8,
}

/// All of a value if any of it.
pub fn spread(undefined: u8) -> u8 {
    if undefined != 0 { 0xff } else { 0 }
}

fn low(bytes: u64) -> u8 {
    if bytes >= 8 { 0xff } else { (1 << bytes) - 1 }
}

/// From the lowest bit set upwards: where a carry may go.
fn upwards(undefined: u8) -> u8 {
    undefined | undefined.wrapping_neg()
}

/// Bytes of `value` that are defined and equal to `byte`.
fn known(value: u64, mark: Mark, byte: u8) -> u8 {
    let bytes = value.to_le_bytes();
    (0..8)
        .filter(|i| bytes[*i] == byte && mark.undefined >> i & 1 == 0)
        .fold(0, |set, i| set | 1 << i)
}

pub fn binary(op: BinaryOp, size: u64, (a, x): (u64, Mark), (b, y): (u64, Mark)) -> Mark {
    let either = x.undefined | y.undefined;
    let bytes = |undefined: u8| undefined & low(size);
    // The one of two operands that is an address.
    let only = match (x.object, y.object) {
        (object, 0) | (0, object) => object,
        (p, q) if p == q => p,
        _ => 0,
    };
    match op {
        BinaryOp::PtrAdd => Mark {
            object: x.object,
            undefined: bytes(spread(either)),
        },
        BinaryOp::Add => Mark {
            object: only,
            undefined: bytes(upwards(either)),
        },
        BinaryOp::Sub => Mark {
            object: if y.object == 0 { x.object } else { 0 },
            undefined: bytes(upwards(either)),
        },
        // A defined zero decides an `and`, defined ones an `or`.
        BinaryOp::And => Mark {
            object: only,
            undefined: bytes(either & !known(a, x, 0) & !known(b, y, 0)),
        },
        BinaryOp::Or => Mark {
            object: only,
            undefined: bytes(either & !known(a, x, 0xff) & !known(b, y, 0xff)),
        },
        BinaryOp::Xor => Mark {
            object: 0,
            undefined: bytes(either),
        },
        BinaryOp::Mul => Mark {
            object: 0,
            undefined: bytes(upwards(either)),
        },
        BinaryOp::Shl | BinaryOp::ShrU | BinaryOp::ShrS => {
            let undefined = if y.undefined != 0 {
                0xff
            } else {
                let amount = b % (size * 8);
                let (whole, part) = (amount / 8, u64::from(!amount.is_multiple_of(8)));
                let x = u32::from(x.undefined & low(size));
                match op {
                    BinaryOp::Shl => (x << whole | x << (whole + part)) as u8,
                    // A sign without a value fills the top.
                    BinaryOp::ShrS if x >> (size - 1) & 1 != 0 => {
                        (x >> whole | x >> (whole + part)) as u8
                            | !low(size - 1 - whole.min(size - 1))
                    }
                    _ => {
                        let shifted = x >> whole;
                        (shifted | if part != 0 { shifted >> 1 } else { 0 }) as u8
                    }
                }
            };
            Mark {
                object: 0,
                undefined: bytes(undefined),
            }
        }
        BinaryOp::DivS
        | BinaryOp::DivU
        | BinaryOp::RemS
        | BinaryOp::RemU
        | BinaryOp::FAdd
        | BinaryOp::FSub
        | BinaryOp::FMul
        | BinaryOp::FDiv
        | BinaryOp::FRem => Mark {
            object: 0,
            undefined: bytes(spread(either)),
        },
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::LtS
        | BinaryOp::LtU
        | BinaryOp::LeS
        | BinaryOp::LeU
        | BinaryOp::GtS
        | BinaryOp::GtU
        | BinaryOp::GeS
        | BinaryOp::GeU
        | BinaryOp::FEq
        | BinaryOp::FNe
        | BinaryOp::FLt
        | BinaryOp::FLe
        | BinaryOp::FGt
        | BinaryOp::FGe => Mark {
            object: 0,
            undefined: spread(either & low(size)) & 1,
        },
    }
}

/// Whether all of a value of `len` bytes is undefined.
pub fn is_nothing(mark: Mark, len: u64) -> bool {
    mark.undefined & low(len) == low(len)
}

pub fn convert(op: ConvertOp, from: u64, to: u64, a: Mark) -> Mark {
    let undefined = a.undefined & low(from);
    match op {
        ConvertOp::Trunc | ConvertOp::IToP => Mark {
            object: a.object,
            undefined: undefined & low(to),
        },
        ConvertOp::ZExt | ConvertOp::PToI => Mark {
            object: a.object,
            undefined,
        },
        ConvertOp::SExt => {
            let sign = undefined >> (from - 1) & 1 != 0;
            Mark {
                object: 0,
                undefined: if sign {
                    undefined | low(to) & !low(from)
                } else {
                    undefined
                },
            }
        }
        ConvertOp::BitsOf | ConvertOp::FromBits => Mark {
            object: a.object,
            undefined,
        },
        ConvertOp::SToF | ConvertOp::UToF | ConvertOp::FToS | ConvertOp::FToU | ConvertOp::FCvt => {
            Mark {
                object: 0,
                undefined: spread(undefined) & low(to),
            }
        }
    }
}

pub fn wrap(bits: u8, signed: bool, size: u64, a: Mark) -> Mark {
    let kept = u64::from(bits).div_ceil(8);
    let undefined = a.undefined & low(kept);
    let sign = signed && undefined >> (kept - 1).min(7) & 1 != 0;
    let undefined = if sign {
        undefined | low(size) & !low(kept)
    } else {
        undefined
    };
    Mark {
        object: if kept >= size { a.object } else { 0 },
        undefined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undefined(bits: u8) -> Mark {
        Mark {
            object: 0,
            undefined: bits,
        }
    }

    #[test]
    fn bytes_move_with_shifts_and_masks() {
        let defined = Mark::default();
        let shift = |op, n, bits| binary(op, 8, (0, undefined(bits)), (n, defined)).undefined;
        assert_eq!(shift(BinaryOp::Shl, 8, 0b1), 0b10);
        assert_eq!(shift(BinaryOp::Shl, 4, 0b1), 0b11);
        assert_eq!(shift(BinaryOp::ShrU, 32, 0b1111_0000), 0b1111);
        assert_eq!(shift(BinaryOp::ShrU, 4, 0b10), 0b11);
        assert_eq!(shift(BinaryOp::ShrS, 8, 0b1000_0000), 0b1100_0000);
        let masked = binary(BinaryOp::And, 8, (0, undefined(0xfe)), (0xff, defined));
        assert_eq!(masked.undefined, 0);
        assert_eq!(
            binary(BinaryOp::Add, 4, (0, undefined(0b10)), (1, defined)).undefined,
            0b1110
        );
        assert_eq!(
            binary(BinaryOp::Eq, 8, (0, undefined(0x80)), (1, defined)).undefined,
            1
        );
    }

    #[test]
    fn addresses_keep_their_object() {
        let (p, q) = (
            Mark {
                object: 3,
                undefined: 0,
            },
            Mark {
                object: 4,
                undefined: 0,
            },
        );
        let n = Mark::default();
        assert_eq!(binary(BinaryOp::PtrAdd, 8, (0, p), (8, n)).object, 3);
        assert_eq!(binary(BinaryOp::Sub, 8, (0, p), (0, q)).object, 0);
        assert_eq!(binary(BinaryOp::Add, 8, (8, n), (0, p)).object, 3);
    }
}
