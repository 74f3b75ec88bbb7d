//! Constant expressions: enumerators, array lengths, macros.

use crate::parse::Parser;
use crate::token::{Int, Tok};
use crate::types::{INT, Type};

/// A constant of C.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Int(Integer),
    Float(f64),
    Str(Vec<u8>),
    /// The name of a function or variable.
    Name(std::sync::Arc<str>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Integer {
    /// The value itself, not its bits.
    pub value: i128,
    pub bytes: u8,
    pub signed: bool,
}

impl Integer {
    pub fn int(value: i128) -> Integer {
        Integer {
            value,
            bytes: 4,
            signed: true,
        }
        .wrapped()
    }

    pub fn size(value: u64) -> Integer {
        Integer {
            value: i128::from(value),
            bytes: 8,
            signed: false,
        }
    }

    /// With the value cut to the type.
    fn wrapped(self) -> Integer {
        let bits = u32::from(self.bytes) * 8;
        let low = self.value & ((1i128 << bits) - 1);
        let value = if self.signed && low >> (bits - 1) != 0 {
            low - (1i128 << bits)
        } else {
            low
        };
        Integer { value, ..self }
    }

    fn promoted(self) -> Integer {
        if self.bytes < 4 {
            Integer {
                bytes: 4,
                signed: true,
                ..self
            }
        } else {
            self
        }
    }

    fn of_literal(int: Int) -> Integer {
        Integer {
            value: if int.unsigned {
                i128::from(int.value)
            } else {
                i128::from(int.value as i64)
            },
            bytes: if int.long { 8 } else { 4 },
            signed: !int.unsigned,
        }
    }
}

/// Deeper expressions than this are no constants.
const DEPTH: u32 = 200;

fn binary_level(op: &str) -> Option<u8> {
    Some(match op {
        "||" => 1,
        "&&" => 2,
        "|" => 3,
        "^" => 4,
        "&" => 5,
        "==" | "!=" => 6,
        "<" | ">" | "<=" | ">=" => 7,
        "<<" | ">>" => 8,
        "+" | "-" => 9,
        "*" | "/" | "%" => 10,
        _ => return None,
    })
}

impl Parser<'_> {
    /// A whole constant expression; strings side by side are one.
    pub fn constant(&mut self) -> Option<Value> {
        self.conditional(0)
    }

    pub fn constant_int(&mut self) -> Option<Integer> {
        match self.constant()? {
            Value::Int(int) => Some(int),
            Value::Float(_) | Value::Str(_) | Value::Name(_) => None,
        }
    }

    fn conditional(&mut self, depth: u32) -> Option<Value> {
        let cond = self.binary(1, depth)?;
        if !self.eat("?") {
            return Some(cond);
        }
        let then = self.conditional(depth + 1);
        if !self.eat(":") {
            return None;
        }
        let els = self.conditional(depth + 1);
        if truth(&cond)? { then } else { els }
    }

    fn binary(&mut self, level: u8, depth: u32) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        let mut left = self.cast(depth + 1)?;
        loop {
            let Some(Tok::Punct(op)) = self.peek() else {
                return Some(left);
            };
            let op: &'static str = op;
            let Some(own) = binary_level(op).filter(|own| *own >= level) else {
                return Some(left);
            };
            self.bump();
            let right = self.binary(own + 1, depth + 1)?;
            left = combine(op, &left, &right)?;
        }
    }

    fn cast(&mut self, depth: u32) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        if self.at("(") && self.type_starts_at(1) {
            self.bump();
            let ty = self.type_name()?;
            if !self.eat(")") {
                return None;
            }
            let value = self.cast(depth + 1)?;
            return convert(&ty, &value);
        }
        self.unary(depth)
    }

    fn unary(&mut self, depth: u32) -> Option<Value> {
        for op in ["-", "+", "~", "!"] {
            if self.eat(op) {
                let value = self.cast(depth + 1)?;
                return negate(op, &value);
            }
        }
        if self.eat_word("__extension__") {
            return self.cast(depth + 1);
        }
        for word in ["sizeof", "_Alignof", "__alignof__", "__alignof", "alignof"] {
            if self.eat_word(word) {
                let ty = if self.at("(") && self.type_starts_at(1) {
                    self.bump();
                    let ty = self.type_name()?;
                    if !self.eat(")") {
                        return None;
                    }
                    ty
                } else {
                    match self.unary(depth + 1)? {
                        Value::Str(text) => {
                            return Some(Value::Int(Integer::size(text.len() as u64 + 1)));
                        }
                        Value::Int(int) => {
                            return Some(Value::Int(Integer::size(u64::from(int.bytes))));
                        }
                        Value::Float(_) => Type::Double,
                        Value::Name(_) => return None,
                    }
                };
                let (size, align) = self.records.layout(&ty)?;
                let value = if word == "sizeof" { size } else { align };
                return Some(Value::Int(Integer::size(value)));
            }
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: u32) -> Option<Value> {
        if self.eat("(") {
            let value = self.conditional(depth + 1)?;
            return self.eat(")").then_some(value);
        }
        match self.peek()?.clone() {
            Tok::Int(int) => {
                self.bump();
                Some(Value::Int(Integer::of_literal(int)))
            }
            Tok::Float(value, _) => {
                self.bump();
                (!value.is_nan()).then_some(Value::Float(value))
            }
            Tok::Str(first) => {
                self.bump();
                let mut text = first;
                while let Some(Tok::Str(next)) = self.peek() {
                    text.extend_from_slice(next);
                    self.bump();
                }
                Some(Value::Str(text))
            }
            Tok::Ident(name) => {
                let value = match self.enumerators.get(&name) {
                    Some(value) => Value::Int(*value),
                    None if &*name == "true" => Value::Int(Integer::int(1)),
                    None if &*name == "false" => Value::Int(Integer::int(0)),
                    None => Value::Name(name),
                };
                self.bump();
                Some(value)
            }
            Tok::Punct(_) => None,
        }
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Int(int) => Some(int.value != 0),
        Value::Float(float) => Some(*float != 0.0),
        Value::Str(_) | Value::Name(_) => None,
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(int.value as f64),
        Value::Float(float) => Some(*float),
        Value::Str(_) | Value::Name(_) => None,
    }
}

fn negate(op: &str, value: &Value) -> Option<Value> {
    if op == "!" {
        return Some(Value::Int(Integer::int(i128::from(!truth(value)?))));
    }
    match (op, value) {
        ("-", Value::Float(f)) => Some(Value::Float(-f)),
        ("+", Value::Float(f)) => Some(Value::Float(*f)),
        (_, Value::Int(int)) => {
            let int = int.promoted();
            let value = match op {
                "-" => -int.value,
                "~" => !int.value,
                _ => int.value,
            };
            Some(Value::Int(Integer { value, ..int }.wrapped()))
        }
        _ => None,
    }
}

fn convert(ty: &Type, value: &Value) -> Option<Value> {
    let (bytes, signed) = match ty {
        Type::Bool => return Some(Value::Int(Integer::int(i128::from(truth(value)?)))),
        Type::Float => return Some(Value::Float(f64::from(float(value)? as f32))),
        Type::Double => return Some(Value::Float(float(value)?)),
        Type::Char => (1, true),
        Type::Int { bytes, signed } | Type::Enum { bytes, signed } => (*bytes, *signed),
        Type::Void
        | Type::Pointer(_)
        | Type::Array(..)
        | Type::Function(_)
        | Type::Record(_)
        | Type::Other { .. }
        | Type::Unknown => return None,
    };
    let value = match value {
        Value::Int(int) => int.value,
        Value::Float(float) => *float as i128,
        Value::Str(_) | Value::Name(_) => return None,
    };
    Some(Value::Int(
        Integer {
            value,
            bytes,
            signed,
        }
        .wrapped(),
    ))
}

fn combine(op: &str, left: &Value, right: &Value) -> Option<Value> {
    let flag = |b: bool| Some(Value::Int(Integer::int(i128::from(b))));
    match op {
        "&&" => return flag(truth(left)? && truth(right)?),
        "||" => return flag(truth(left)? || truth(right)?),
        _ => {}
    }
    let (Value::Int(a), Value::Int(b)) = (left, right) else {
        let (a, b) = (float(left)?, float(right)?);
        return match op {
            "+" => Some(Value::Float(a + b)),
            "-" => Some(Value::Float(a - b)),
            "*" => Some(Value::Float(a * b)),
            "/" => Some(Value::Float(a / b)),
            "==" => flag(a == b),
            "!=" => flag(a != b),
            "<" => flag(a < b),
            ">" => flag(a > b),
            "<=" => flag(a <= b),
            ">=" => flag(a >= b),
            _ => None,
        };
    };
    let (a, b) = (a.promoted(), b.promoted());
    if matches!(op, "<<" | ">>") {
        let by = u32::try_from(b.value)
            .ok()
            .filter(|by| *by < u32::from(a.bytes) * 8)?;
        let value = if op == "<<" {
            // Bits beyond the type are cut off anyway.
            (a.value as u128).wrapping_shl(by) as i128
        } else {
            a.value >> by
        };
        return Some(Value::Int(Integer { value, ..a }.wrapped()));
    }
    let bytes = a.bytes.max(b.bytes);
    let unsigned = |int: Integer| !int.signed && int.bytes == bytes;
    let signed = !(unsigned(a) || unsigned(b));
    let common = |value| {
        Integer {
            value,
            bytes,
            signed,
        }
        .wrapped()
    };
    let (a, b) = (common(a.value).value, common(b.value).value);
    match op {
        "==" => return flag(a == b),
        "!=" => return flag(a != b),
        "<" => return flag(a < b),
        ">" => return flag(a > b),
        "<=" => return flag(a <= b),
        ">=" => return flag(a >= b),
        _ => {}
    }
    let value = match op {
        "+" => a + b,
        "-" => a - b,
        // Both have at most 64 bits.
        "*" => a.wrapping_mul(b),
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        "&" => a & b,
        "|" => a | b,
        "^" => a ^ b,
        _ => return None,
    };
    Some(Value::Int(common(value)))
}

/// The integer type of an enumeration with these constants.
pub fn enum_type(values: impl Iterator<Item = i128> + Clone) -> Type {
    let negative = values.clone().any(|v| v < 0);
    let wide = values.clone().any(|v| {
        if negative {
            i32::try_from(v).is_err()
        } else {
            u32::try_from(v).is_err()
        }
    });
    match INT {
        Type::Int { bytes, .. } => Type::Enum {
            bytes: if wide { 8 } else { bytes },
            signed: negative,
        },
        other => other,
    }
}
