//! Values, conversions and operators, from the language's description.

use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{Cmp, IntTy, Lambda, Op, Ty, VarId};

#[derive(Clone, Debug)]
pub enum Value {
    Int(IntTy, i128),
    F32(f32),
    F64(f64),
    Bool(bool),
    Str(Rc<str>),
    /// Struct, tuple or array.
    Parts(Vec<Value>),
    Variant(usize, Option<Box<Value>>),
    Opt(Option<Box<Value>>),
    Ptr(Place),
    Slice(Place, usize, usize),
    Closure(Rc<Lambda>, HashMap<VarId, Value>),
    Func(usize),
}

/// A cell of memory, and the way into its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    pub cell: usize,
    pub path: Vec<usize>,
}

/// Why there is no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    Trap,
    /// It takes too long, or is not for this evaluator.
    Budget,
    Raise(usize),
}

pub type Got = Result<Value, Stop>;

pub fn int(value: &Value) -> Result<(IntTy, i128), Stop> {
    match value {
        Value::Int(ty, value) => Ok((*ty, *value)),
        _ => Err(Stop::Budget),
    }
}

pub fn truth(value: &Value) -> Result<bool, Stop> {
    match value {
        Value::Bool(value) => Ok(*value),
        _ => Err(Stop::Budget),
    }
}

/// The truncated 64-bit integer, saturating, and of it the low bits.
fn truncated(value: f64, to: IntTy) -> i128 {
    if to.bits == 64 && !to.signed && value >= 0.0 {
        i128::from(value as u64)
    } else {
        to.wrap(i128::from(value as i64))
    }
}

/// Explicit and implicit conversion of scalars.
pub fn convert(value: Value, to: &Ty) -> Got {
    Ok(match (value, to) {
        (Value::Int(_, v), Ty::Int(to)) => Value::Int(*to, to.wrap(v)),
        (Value::Int(_, v), Ty::F32) => Value::F32(v as f32),
        (Value::Int(_, v), Ty::F64) => Value::F64(v as f64),
        (Value::Int(_, v), Ty::Bool) => Value::Bool(v & 1 == 1),
        (Value::Bool(v), Ty::Int(to)) => Value::Int(*to, to.wrap(i128::from(v))),
        (Value::Bool(v), Ty::F32) => Value::F32(f32::from(u8::from(v))),
        (Value::Bool(v), Ty::F64) => Value::F64(f64::from(u8::from(v))),
        (Value::F32(v), Ty::Int(to)) => Value::Int(*to, truncated(f64::from(v), *to)),
        (Value::F64(v), Ty::Int(to)) => Value::Int(*to, truncated(v, *to)),
        (Value::F32(v), Ty::F64) => Value::F64(f64::from(v)),
        (Value::F64(v), Ty::F32) => Value::F32(v as f32),
        // A payload becomes an optional, whose payload may be converted, too.
        (Value::Opt(None), Ty::Opt(_)) => Value::Opt(None),
        (Value::Opt(Some(v)), Ty::Opt(of)) => Value::Opt(Some(Box::new(convert(*v, of)?))),
        (v, Ty::Opt(of)) => Value::Opt(Some(Box::new(convert(v, of)?))),
        (v, _) => v,
    })
}

pub fn binary(op: Op, left: Value, right: Value) -> Got {
    // An integer meets a float as that float; of two floats, the left one's type wins.
    let (left, right) = match (&left, &right) {
        (Value::Int(..), Value::F32(_)) => (convert(left, &Ty::F32)?, right),
        (Value::Int(..), Value::F64(_)) => (convert(left, &Ty::F64)?, right),
        (Value::F32(_), _) => (left, convert(right, &Ty::F32)?),
        (Value::F64(_), _) => (left, convert(right, &Ty::F64)?),
        _ => (left, right),
    };
    match (left, right) {
        (Value::F32(a), Value::F32(b)) => Ok(Value::F32(match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a / b,
            Op::Rem => a % b,
            _ => return Err(Stop::Budget),
        })),
        (Value::F64(a), Value::F64(b)) => Ok(Value::F64(match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a / b,
            Op::Rem => a % b,
            _ => return Err(Stop::Budget),
        })),
        (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(match op {
            Op::And => a & b,
            Op::Or => a | b,
            Op::Xor => a ^ b,
            _ => return Err(Stop::Budget),
        })),
        (Value::Int(ty, a), Value::Int(amount_ty, amount)) => {
            if matches!(op, Op::Shl | Op::Shr) {
                if amount < 0 || amount >= i128::from(ty.bits) {
                    return Err(Stop::Trap);
                }
                let _ = amount_ty;
                let shifted = if op == Op::Shl {
                    a << amount
                } else {
                    a >> amount
                };
                return Ok(Value::Int(ty, ty.wrap(shifted)));
            }
            let b = ty.wrap(amount);
            if matches!(op, Op::Div | Op::Rem) && b == 0 {
                return Err(Stop::Trap);
            }
            let result = match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                // Two 64-bit factors fit, but for the largest unsigned ones.
                Op::Mul => a.wrapping_mul(b),
                Op::Div => a / b,
                Op::Rem => a % b,
                Op::And => a & b,
                Op::Or => a | b,
                Op::Xor => a ^ b,
                Op::Shl | Op::Shr => return Err(Stop::Budget),
            };
            Ok(Value::Int(ty, ty.wrap(result)))
        }
        _ => Err(Stop::Budget),
    }
}

fn equal(a: &Value, b: &Value) -> Result<bool, Stop> {
    Ok(match (a, b) {
        (Value::Int(..), Value::Int(..)) => ordered(a, b)? == Some(std::cmp::Ordering::Equal),
        (Value::Parts(a), Value::Parts(b)) => {
            let mut all = a.len() == b.len();
            for (a, b) in a.iter().zip(b) {
                all &= equal(a, b)?;
            }
            all
        }
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        // Of tagged enums, only the tags count.
        (Value::Variant(a, _), Value::Variant(b, _)) => a == b,
        (Value::Opt(a), Value::Opt(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b)?,
            (None, None) => true,
            _ => false,
        },
        (Value::Opt(None), _) | (_, Value::Opt(None)) => false,
        (Value::Opt(Some(a)), b) | (b, Value::Opt(Some(a))) => equal(a, b)?,
        (Value::Ptr(a), Value::Ptr(b)) => a == b,
        _ => ordered(a, b)? == Some(std::cmp::Ordering::Equal),
    })
}

/// Two numbers; `None`: unordered.
fn ordered(a: &Value, b: &Value) -> Result<Option<std::cmp::Ordering>, Stop> {
    match (a, b) {
        (Value::Int(at, a), Value::Int(bt, b)) => {
            let unsigned = |ty: &IntTy| !ty.signed && !ty.word;
            let common = IntTy {
                signed: !(unsigned(at) || unsigned(bt)),
                bits: at.bits.max(bt.bits),
                word: false,
            };
            Ok(Some(common.wrap(*a).cmp(&common.wrap(*b))))
        }
        (Value::F32(a), b) => {
            let Value::F32(b) = convert(b.clone(), &Ty::F32)? else {
                return Err(Stop::Budget);
            };
            Ok(a.partial_cmp(&b))
        }
        (Value::F64(a), b) => {
            let Value::F64(b) = convert(b.clone(), &Ty::F64)? else {
                return Err(Stop::Budget);
            };
            Ok(a.partial_cmp(&b))
        }
        (Value::Int(..), Value::F32(_)) => ordered(&convert(a.clone(), &Ty::F32)?, b),
        (Value::Int(..), Value::F64(_)) => ordered(&convert(a.clone(), &Ty::F64)?, b),
        _ => Err(Stop::Budget),
    }
}

pub fn compare(op: Cmp, a: &Value, b: &Value) -> Result<bool, Stop> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    Ok(match op {
        Cmp::Eq => equal(a, b)?,
        Cmp::Ne => !equal(a, b)?,
        Cmp::Lt => ordered(a, b)? == Some(Less),
        Cmp::Le => matches!(ordered(a, b)?, Some(Less | Equal)),
        Cmp::Gt => ordered(a, b)? == Some(Greater),
        Cmp::Ge => matches!(ordered(a, b)?, Some(Greater | Equal)),
    })
}
