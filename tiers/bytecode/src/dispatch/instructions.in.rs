// What each instruction does: the text of an expression that `looped` and `threaded` include. It works on `vm`, `ctx`,
// `ip`, `frame` and `inst`; `operation!(inst)` is what to match, `again!()` goes on at `ip` and `frame`.
{
    macro_rules! reg {
        ($field:ident) => {
            *frame.add((*inst).$field as usize)
        };
    }
    macro_rules! imm {
        ($field:ident) => {
            (*inst).$field as i32 as i64 as u64
        };
    }
    macro_rules! rr {
        ($x:ident => $value:expr) => {{
            let $x = reg!(b);
            reg!(a) = $value;
        }};
    }
    macro_rules! rrr {
        ($x:ident, $y:ident => $value:expr) => {{
            let ($x, $y) = (reg!(b), reg!(c));
            reg!(a) = $value;
        }};
    }
    macro_rules! rri {
        ($x:ident, $y:ident => $value:expr) => {{
            let ($x, $y) = (reg!(b), imm!(c));
            reg!(a) = $value;
        }};
    }
    macro_rules! division {
        ($x:ident, $y:ident => $value:expr) => {{
            let ($x, $y) = (reg!(b), reg!(c));
            if $y == 0 {
                return slow::raise(vm, inst, Fault::new(TrapKind::DivideByZero, 0, 0));
            }
            reg!(a) = $value;
        }};
    }
    macro_rules! jump {
        () => {
            ip = ip.offset((*inst).c as i32 as isize)
        };
    }
    macro_rules! br {
        ($x:ident, $y:ident => $cond:expr, $second:expr) => {{
            let ($x, $y) = (reg!(a), $second);
            if $cond {
                jump!();
            }
        }};
    }
    // Counts the step of a loop iteration.
    macro_rules! step {
        ($label:expr) => {
            if (*ctx).steps >= (*vm).poll {
                match slow::loop_step(vm, inst, frame, $label) {
                    Looped::Go => {}
                    Looped::Moved(to) => {
                        (ip, frame) = (to.ip, to.frame);
                        again!();
                    }
                    Looped::End(end) => return end,
                }
            }
            (*ctx).steps += 1;
        };
    }
    macro_rules! loop_br {
        ($x:ident, $y:ident => $cond:expr, $second:expr) => {{
            step!(u32::from((*inst).x));
            let ($x, $y) = (reg!(a), $second);
            if $cond {
                jump!();
            }
        }};
    }
    macro_rules! check {
        ($x:ident, $y:ident => $cond:expr, $second:expr) => {{
            let ($x, $y) = (reg!(a), $second);
            if !$cond {
                return slow::raise_check(vm, inst, $x, $y);
            }
        }};
    }
    macro_rules! base_offset {
        () => {
            reg!(b).wrapping_add(imm!(c))
        };
    }
    macro_rules! base_index {
        () => {
            reg!(b).wrapping_add(reg!(c).wrapping_mul(u64::from((*inst).x)))
        };
    }
    macro_rules! frame_memory {
        () => {
            (*ctx).sp - u64::from((*inst).c)
        };
    }
    macro_rules! global {
        () => {
            (*(*vm).globals.add((*inst).b as usize)).wrapping_add(imm!(c))
        };
    }
    macro_rules! load_inside {
        ($ty:ty, $addr:expr) => {{
            let addr = $addr;
            reg!(a) = (*ctx)
                .mem_base
                .add(addr as usize)
                .cast::<$ty>()
                .read_unaligned() as u64;
        }};
    }
    macro_rules! load {
        ($ty:ty, $addr:expr) => {{
            let addr: u64 = $addr;
            if !(*ctx).can_load(addr, size_of::<$ty>() as u64) {
                return slow::load_fault(vm, inst, addr, size_of::<$ty>() as u64);
            }
            load_inside!($ty, addr)
        }};
    }
    macro_rules! store_inside {
        ($ty:ty, $addr:expr) => {
            store_inside!($ty, $addr, reg!(a))
        };
        ($ty:ty, $addr:expr, $value:expr) => {{
            let addr = $addr;
            let value = $value as $ty;
            (*ctx)
                .mem_base
                .add(addr as usize)
                .cast::<$ty>()
                .write_unaligned(value);
        }};
    }
    macro_rules! store {
        ($ty:ty, $addr:expr, $value:expr) => {{
            let addr: u64 = $addr;
            if !(*ctx).can_store(addr, size_of::<$ty>() as u64) {
                return slow::store_fault(vm, inst, addr, size_of::<$ty>() as u64);
            }
            store_inside!($ty, addr, $value)
        }};
    }
    macro_rules! fallible {
        ($result:expr) => {
            if let Err(fault) = $result {
                return slow::raise(vm, inst, fault);
            }
        };
    }
    macro_rules! call {
        ($func:expr, $resume:expr, $argc:expr, $otherwise:ident) => {{
            let (func, new) = ($func, frame.add((*inst).b as usize));
            let code = enter_at_once(vm, ctx, func, new, $resume, frame);
            if code.is_null() {
                $otherwise!(func, new, $resume, $argc)
            } else {
                (ip, frame) = (code, new);
            }
        }};
    }
    // Goes on to the second instruction of a pair.
    macro_rules! second {
        () => {
            inst = ip;
            ip = ip.add(1);
        };
    }
    // Does the first instruction of a chain, and goes on to the second.
    macro_rules! chain {
        (rr $x:ident, $y:ident => $value:expr) => {{
            let ($x, $y) = (reg!(b), reg!(c));
            let value = $value;
            reg!(a) = value;
            second!();
            value
        }};
        (ri $x:ident, $y:ident => $value:expr) => {{
            let ($x, $y) = (reg!(b), imm!(c));
            let value = $value;
            reg!(a) = value;
            second!();
            value
        }};
    }
    // Makes the call's position the frame's.
    macro_rules! set_loc {
        () => {
            (*(*ctx).records.add((*ctx).depth as usize - 1)).loc = LocId((*inst).c)
        };
    }
    macro_rules! call_direct {
        () => {{
            set_loc!();
            call!(FuncId((*inst).a), ip, 0, slow_call)
        }};
    }
    macro_rules! loop_back {
        () => {{
            step!((*inst).a);
            jump!();
        }};
    }
    macro_rules! ret {
        () => {{
            let depth = (*ctx).depth - 1;
            (*ctx).depth = depth;
            let to = (*vm).returns.add(depth as usize);
            ip = (*to).ip;
            frame = (*to).frame;
        }};
    }
    macro_rules! ret_value {
        ($value:expr) => {{
            let value = $value;
            *frame = value;
            ret!();
            let dst = (*ip.sub(1)).x;
            if dst != NO_RESULT {
                *frame.add(usize::from(dst)) = value;
            }
        }};
    }

    match operation!(inst) {
        Op::Mov => reg!(a) = reg!(b),
        Op::Const => reg!(a) = (*inst).constant(),
        Op::SlotAddr => reg!(a) = frame_memory!(),
        Op::GlobalAddr => reg!(a) = global!(),
        Op::FuncAddr => reg!(a) = (*(*vm).infos.add((*inst).b as usize)).value,
        Op::Select => {
            let (yes, no) = (reg!(b), reg!(c));
            reg!(a) = if reg!(x) != 0 { yes } else { no };
        }
        Op::Add8 => rrr!(x, y => u64::from((x as u8).wrapping_add(y as u8))),
        Op::Add16 => rrr!(x, y => u64::from((x as u16).wrapping_add(y as u16))),
        Op::Add32 => rrr!(x, y => u64::from((x as u32).wrapping_add(y as u32))),
        Op::Add64 => rrr!(x, y => x.wrapping_add(y)),
        Op::Sub8 => rrr!(x, y => u64::from((x as u8).wrapping_sub(y as u8))),
        Op::Sub16 => rrr!(x, y => u64::from((x as u16).wrapping_sub(y as u16))),
        Op::Sub32 => rrr!(x, y => u64::from((x as u32).wrapping_sub(y as u32))),
        Op::Sub64 => rrr!(x, y => x.wrapping_sub(y)),
        Op::Mul8 => rrr!(x, y => u64::from((x as u8).wrapping_mul(y as u8))),
        Op::Mul16 => rrr!(x, y => u64::from((x as u16).wrapping_mul(y as u16))),
        Op::Mul32 => rrr!(x, y => u64::from((x as u32).wrapping_mul(y as u32))),
        Op::Mul64 => rrr!(x, y => x.wrapping_mul(y)),
        Op::Add8I => rri!(x, y => u64::from((x as u8).wrapping_add(y as u8))),
        Op::Add16I => rri!(x, y => u64::from((x as u16).wrapping_add(y as u16))),
        Op::Add32I => rri!(x, y => u64::from((x as u32).wrapping_add(y as u32))),
        Op::Add64I => rri!(x, y => x.wrapping_add(y)),
        Op::Mul8I => rri!(x, y => u64::from((x as u8).wrapping_mul(y as u8))),
        Op::Mul16I => rri!(x, y => u64::from((x as u16).wrapping_mul(y as u16))),
        Op::Mul32I => rri!(x, y => u64::from((x as u32).wrapping_mul(y as u32))),
        Op::Mul64I => rri!(x, y => x.wrapping_mul(y)),
        Op::And => rrr!(x, y => x & y),
        Op::AndI => rri!(x, y => x & y),
        Op::Or => rrr!(x, y => x | y),
        Op::OrI => rri!(x, y => x | y),
        Op::Xor => rrr!(x, y => x ^ y),
        Op::XorI => rri!(x, y => x ^ y),
        Op::Shl8 => rrr!(x, y => u64::from((x as u8).wrapping_shl(y as u32))),
        Op::Shl16 => rrr!(x, y => u64::from((x as u16).wrapping_shl(y as u32))),
        Op::Shl32 => rrr!(x, y => u64::from((x as u32).wrapping_shl(y as u32))),
        Op::Shl64 => rrr!(x, y => x.wrapping_shl(y as u32)),
        Op::ShrS8 => rrr!(x, y => (x as i8).wrapping_shr(y as u32) as u8 as u64),
        Op::ShrS16 => rrr!(x, y => (x as i16).wrapping_shr(y as u32) as u16 as u64),
        Op::ShrS32 => rrr!(x, y => (x as i32).wrapping_shr(y as u32) as u32 as u64),
        Op::ShrS64 => rrr!(x, y => (x as i64).wrapping_shr(y as u32) as u64),
        Op::Shl8I => rri!(x, y => u64::from((x as u8).wrapping_shl(y as u32))),
        Op::Shl16I => rri!(x, y => u64::from((x as u16).wrapping_shl(y as u32))),
        Op::Shl32I => rri!(x, y => u64::from((x as u32).wrapping_shl(y as u32))),
        Op::Shl64I => rri!(x, y => x.wrapping_shl(y as u32)),
        Op::ShrS8I => rri!(x, y => (x as i8).wrapping_shr(y as u32) as u8 as u64),
        Op::ShrS16I => rri!(x, y => (x as i16).wrapping_shr(y as u32) as u16 as u64),
        Op::ShrS32I => rri!(x, y => (x as i32).wrapping_shr(y as u32) as u32 as u64),
        Op::ShrS64I => rri!(x, y => (x as i64).wrapping_shr(y as u32) as u64),
        Op::ShrU8 => rrr!(x, y => u64::from((x as u8).wrapping_shr(y as u32))),
        Op::ShrU16 => rrr!(x, y => u64::from((x as u16).wrapping_shr(y as u32))),
        Op::ShrU32 => rrr!(x, y => u64::from((x as u32).wrapping_shr(y as u32))),
        Op::ShrU64 => rrr!(x, y => x.wrapping_shr(y as u32)),
        Op::Rotl32I => rri!(x, y => u64::from((x as u32).rotate_left(y as u32))),
        Op::Rotl64I => rri!(x, y => x.rotate_left(y as u32)),
        Op::ShrUI => rri!(x, y => x.wrapping_shr(y as u32)),
        Op::DivS8 => division!(x, y => (x as i8).wrapping_div(y as i8) as u8 as u64),
        Op::DivS16 => division!(x, y => (x as i16).wrapping_div(y as i16) as u16 as u64),
        Op::DivS32 => division!(x, y => (x as i32).wrapping_div(y as i32) as u32 as u64),
        Op::DivS64 => division!(x, y => (x as i64).wrapping_div(y as i64) as u64),
        Op::RemS8 => division!(x, y => (x as i8).wrapping_rem(y as i8) as u8 as u64),
        Op::RemS16 => division!(x, y => (x as i16).wrapping_rem(y as i16) as u16 as u64),
        Op::RemS32 => division!(x, y => (x as i32).wrapping_rem(y as i32) as u32 as u64),
        Op::RemS64 => division!(x, y => (x as i64).wrapping_rem(y as i64) as u64),
        Op::DivU => division!(x, y => x / y),
        Op::RemU => division!(x, y => x % y),
        Op::DivUI => rri!(x, y => x.checked_div(y).unwrap_or(0)),
        Op::RemUI => rri!(x, y => x.checked_rem(y).unwrap_or(0)),
        Op::DivS32I => {
            rri!(x, y => (x as i32).wrapping_div(nonzero(y) as i32) as u32 as u64)
        }
        Op::DivS64I => rri!(x, y => (x as i64).wrapping_div(nonzero(y) as i64) as u64),
        Op::RemS32I => {
            rri!(x, y => (x as i32).wrapping_rem(nonzero(y) as i32) as u32 as u64)
        }
        Op::RemS64I => rri!(x, y => (x as i64).wrapping_rem(nonzero(y) as i64) as u64),
        Op::Eq => rrr!(x, y => u64::from(x == y)),
        Op::Ne => rrr!(x, y => u64::from(x != y)),
        Op::LtU => rrr!(x, y => u64::from(x < y)),
        Op::LeU => rrr!(x, y => u64::from(x <= y)),
        Op::EqI => rri!(x, y => u64::from(x == y)),
        Op::NeI => rri!(x, y => u64::from(x != y)),
        Op::LtUI => rri!(x, y => u64::from(x < y)),
        Op::LeUI => rri!(x, y => u64::from(x <= y)),
        Op::GtUI => rri!(x, y => u64::from(x > y)),
        Op::GeUI => rri!(x, y => u64::from(x >= y)),
        Op::LtS8 => rrr!(x, y => u64::from((x as i8) < (y as i8))),
        Op::LtS16 => rrr!(x, y => u64::from((x as i16) < (y as i16))),
        Op::LtS32 => rrr!(x, y => u64::from((x as i32) < (y as i32))),
        Op::LtS64 => rrr!(x, y => u64::from((x as i64) < (y as i64))),
        Op::LeS8 => rrr!(x, y => u64::from((x as i8) <= (y as i8))),
        Op::LeS16 => rrr!(x, y => u64::from((x as i16) <= (y as i16))),
        Op::LeS32 => rrr!(x, y => u64::from((x as i32) <= (y as i32))),
        Op::LeS64 => rrr!(x, y => u64::from((x as i64) <= (y as i64))),
        Op::LtS32I => rri!(x, y => u64::from((x as i32) < (y as i32))),
        Op::LtS64I => rri!(x, y => u64::from((x as i64) < (y as i64))),
        Op::LeS32I => rri!(x, y => u64::from((x as i32) <= (y as i32))),
        Op::LeS64I => rri!(x, y => u64::from((x as i64) <= (y as i64))),
        Op::GtS32I => rri!(x, y => u64::from((x as i32) > (y as i32))),
        Op::GtS64I => rri!(x, y => u64::from((x as i64) > (y as i64))),
        Op::GeS32I => rri!(x, y => u64::from((x as i32) >= (y as i32))),
        Op::GeS64I => rri!(x, y => u64::from((x as i64) >= (y as i64))),
        Op::FAdd32 => rrr!(x, y => canon32(f32_of(x) + f32_of(y))),
        Op::FAdd64 => rrr!(x, y => canon64(f64_of(x) + f64_of(y))),
        Op::FSub32 => rrr!(x, y => canon32(f32_of(x) - f32_of(y))),
        Op::FSub64 => rrr!(x, y => canon64(f64_of(x) - f64_of(y))),
        Op::FMul32 => rrr!(x, y => canon32(f32_of(x) * f32_of(y))),
        Op::FMul64 => rrr!(x, y => canon64(f64_of(x) * f64_of(y))),
        Op::FDiv32 => rrr!(x, y => canon32(f32_of(x) / f32_of(y))),
        Op::FDiv64 => rrr!(x, y => canon64(f64_of(x) / f64_of(y))),
        Op::FRem32 => rrr!(x, y => frem(Ty::F32, x, y)),
        Op::FRem64 => rrr!(x, y => frem(Ty::F64, x, y)),
        Op::FEq32 => rrr!(x, y => u64::from(f32_of(x) == f32_of(y))),
        Op::FEq64 => rrr!(x, y => u64::from(f64_of(x) == f64_of(y))),
        Op::FNe32 => rrr!(x, y => u64::from(f32_of(x) != f32_of(y))),
        Op::FNe64 => rrr!(x, y => u64::from(f64_of(x) != f64_of(y))),
        Op::FLt32 => rrr!(x, y => u64::from(f32_of(x) < f32_of(y))),
        Op::FLt64 => rrr!(x, y => u64::from(f64_of(x) < f64_of(y))),
        Op::FLe32 => rrr!(x, y => u64::from(f32_of(x) <= f32_of(y))),
        Op::FLe64 => rrr!(x, y => u64::from(f64_of(x) <= f64_of(y))),
        Op::FNeg32 => rr!(x => x ^ 1 << 31),
        Op::FNeg64 => rr!(x => x ^ 1 << 63),
        Op::FSqrt32 => rr!(x => canon32(f32_of(x).sqrt())),
        Op::FSqrt64 => rr!(x => canon64(f64_of(x).sqrt())),
        Op::FFloor32 => rr!(x => canon32(f32_of(x).floor())),
        Op::FFloor64 => rr!(x => canon64(f64_of(x).floor())),
        Op::FSin32 => rr!(x => semantics::unary(UnaryOp::FSin, Ty::F32, x)),
        Op::FSin64 => rr!(x => semantics::unary(UnaryOp::FSin, Ty::F64, x)),
        Op::FCos32 => rr!(x => semantics::unary(UnaryOp::FCos, Ty::F32, x)),
        Op::FCos64 => rr!(x => semantics::unary(UnaryOp::FCos, Ty::F64, x)),
        Op::Sext8 => rr!(x => x as i8 as i64 as u64),
        Op::Sext16 => rr!(x => x as i16 as i64 as u64),
        Op::Sext32 => rr!(x => x as i32 as i64 as u64),
        Op::SToF32 => rr!(x => u64::from((x as i64 as f32).to_bits())),
        Op::UToF32 => rr!(x => u64::from((x as f32).to_bits())),
        Op::F32ToS => rr!(x => semantics::f64_to_i64(f32_of(x).into()) as u64),
        Op::F32ToU => rr!(x => semantics::f64_to_u64(f32_of(x).into())),
        Op::SToF64 => rr!(x => (x as i64 as f64).to_bits()),
        Op::UToF64 => rr!(x => (x as f64).to_bits()),
        Op::F64ToS => rr!(x => semantics::f64_to_i64(f64_of(x)) as u64),
        Op::F64ToU => rr!(x => semantics::f64_to_u64(f64_of(x))),
        Op::FWiden => rr!(x => canon64(f64::from(f32_of(x)))),
        Op::FNarrow => rr!(x => canon32(f64_of(x) as f32)),
        Op::Swap16 => rr!(x => u64::from((x as u16).swap_bytes())),
        Op::Swap32 => rr!(x => u64::from((x as u32).swap_bytes())),
        Op::Swap64 => rr!(x => x.swap_bytes()),
        Op::Load8 => load!(u8, base_offset!()),
        Op::Load16 => load!(u16, base_offset!()),
        Op::Load32 => load!(u32, base_offset!()),
        Op::Load64 => load!(u64, base_offset!()),
        Op::LoadX8 => load!(u8, base_index!()),
        Op::LoadX16 => load!(u16, base_index!()),
        Op::LoadX32 => load!(u32, base_index!()),
        Op::LoadX64 => load!(u64, base_index!()),
        Op::LoadS8 => load_inside!(u8, frame_memory!()),
        Op::LoadS16 => load_inside!(u16, frame_memory!()),
        Op::LoadS32 => load_inside!(u32, frame_memory!()),
        Op::LoadS64 => load_inside!(u64, frame_memory!()),
        Op::LoadG8 => load_inside!(u8, global!()),
        Op::LoadG16 => load_inside!(u16, global!()),
        Op::LoadG32 => load_inside!(u32, global!()),
        Op::LoadG64 => load_inside!(u64, global!()),
        Op::Store8 => store!(u8, base_offset!(), reg!(a)),
        Op::Store16 => store!(u16, base_offset!(), reg!(a)),
        Op::Store32 => store!(u32, base_offset!(), reg!(a)),
        Op::Store64 => store!(u64, base_offset!(), reg!(a)),
        Op::Store8I => store!(u8, base_offset!(), imm!(a)),
        Op::Store16I => store!(u16, base_offset!(), imm!(a)),
        Op::Store32I => store!(u32, base_offset!(), imm!(a)),
        Op::Store64I => store!(u64, base_offset!(), imm!(a)),
        Op::StoreX8 => store!(u8, base_index!(), reg!(a)),
        Op::StoreX16 => store!(u16, base_index!(), reg!(a)),
        Op::StoreX32 => store!(u32, base_index!(), reg!(a)),
        Op::StoreX64 => store!(u64, base_index!(), reg!(a)),
        Op::StoreS8 => store_inside!(u8, frame_memory!()),
        Op::StoreS16 => store_inside!(u16, frame_memory!()),
        Op::StoreS32 => store_inside!(u32, frame_memory!()),
        Op::StoreS64 => store_inside!(u64, frame_memory!()),
        Op::StoreG8 => store_inside!(u8, global!()),
        Op::StoreG16 => store_inside!(u16, global!()),
        Op::StoreG32 => store_inside!(u32, global!()),
        Op::StoreG64 => store_inside!(u64, global!()),
        Op::CheckBelow => check!(x, y => x < y, reg!(b)),
        Op::CheckBelowI => check!(x, y => x < y, imm!(c)),
        Op::CheckAtMost => check!(x, y => x <= y, reg!(b)),
        Op::CheckAtMostI => check!(x, y => x <= y, imm!(c)),
        Op::CheckEqual => check!(x, y => x == y, reg!(b)),
        Op::CheckEqualI => check!(x, y => x == y, imm!(c)),
        Op::CheckNotEqual => check!(x, y => x != y, reg!(b)),
        Op::CheckNotEqualI => check!(x, y => x != y, imm!(c)),
        Op::BrEq => br!(x, y => x == y, reg!(b)),
        Op::BrNe => br!(x, y => x != y, reg!(b)),
        Op::BrLtU => br!(x, y => x < y, reg!(b)),
        Op::BrLeU => br!(x, y => x <= y, reg!(b)),
        Op::BrEqI => br!(x, y => x == y, imm!(b)),
        Op::BrNeI => br!(x, y => x != y, imm!(b)),
        Op::BrLtUI => br!(x, y => x < y, imm!(b)),
        Op::BrLeUI => br!(x, y => x <= y, imm!(b)),
        Op::BrGtUI => br!(x, y => x > y, imm!(b)),
        Op::BrGeUI => br!(x, y => x >= y, imm!(b)),
        Op::BrLtS32 => br!(x, y => (x as i32) < (y as i32), reg!(b)),
        Op::BrLtS64 => br!(x, y => (x as i64) < (y as i64), reg!(b)),
        Op::BrLeS32 => br!(x, y => (x as i32) <= (y as i32), reg!(b)),
        Op::BrLeS64 => br!(x, y => (x as i64) <= (y as i64), reg!(b)),
        Op::BrLtS32I => br!(x, y => (x as i32) < (y as i32), imm!(b)),
        Op::BrLtS64I => br!(x, y => (x as i64) < (y as i64), imm!(b)),
        Op::BrLeS32I => br!(x, y => (x as i32) <= (y as i32), imm!(b)),
        Op::BrLeS64I => br!(x, y => (x as i64) <= (y as i64), imm!(b)),
        Op::BrGtS32I => br!(x, y => (x as i32) > (y as i32), imm!(b)),
        Op::BrGtS64I => br!(x, y => (x as i64) > (y as i64), imm!(b)),
        Op::BrGeS32I => br!(x, y => (x as i32) >= (y as i32), imm!(b)),
        Op::BrGeS64I => br!(x, y => (x as i64) >= (y as i64), imm!(b)),
        Op::LoopBrEq => loop_br!(x, y => x == y, reg!(b)),
        Op::LoopBrNe => loop_br!(x, y => x != y, reg!(b)),
        Op::LoopBrLtU => loop_br!(x, y => x < y, reg!(b)),
        Op::LoopBrLeU => loop_br!(x, y => x <= y, reg!(b)),
        Op::LoopBrEqI => loop_br!(x, y => x == y, imm!(b)),
        Op::LoopBrNeI => loop_br!(x, y => x != y, imm!(b)),
        Op::LoopBrLtUI => loop_br!(x, y => x < y, imm!(b)),
        Op::LoopBrLeUI => loop_br!(x, y => x <= y, imm!(b)),
        Op::LoopBrGtUI => loop_br!(x, y => x > y, imm!(b)),
        Op::LoopBrGeUI => loop_br!(x, y => x >= y, imm!(b)),
        Op::LoopBrLtS32 => loop_br!(x, y => (x as i32) < (y as i32), reg!(b)),
        Op::LoopBrLtS64 => loop_br!(x, y => (x as i64) < (y as i64), reg!(b)),
        Op::LoopBrLeS32 => loop_br!(x, y => (x as i32) <= (y as i32), reg!(b)),
        Op::LoopBrLeS64 => loop_br!(x, y => (x as i64) <= (y as i64), reg!(b)),
        Op::LoopBrLtS32I => loop_br!(x, y => (x as i32) < (y as i32), imm!(b)),
        Op::LoopBrLtS64I => loop_br!(x, y => (x as i64) < (y as i64), imm!(b)),
        Op::LoopBrLeS32I => loop_br!(x, y => (x as i32) <= (y as i32), imm!(b)),
        Op::LoopBrLeS64I => loop_br!(x, y => (x as i64) <= (y as i64), imm!(b)),
        Op::LoopBrGtS32I => loop_br!(x, y => (x as i32) > (y as i32), imm!(b)),
        Op::LoopBrGtS64I => loop_br!(x, y => (x as i64) > (y as i64), imm!(b)),
        Op::LoopBrGeS32I => loop_br!(x, y => (x as i32) >= (y as i32), imm!(b)),
        Op::LoopBrGeS64I => loop_br!(x, y => (x as i64) >= (y as i64), imm!(b)),
        Op::Zext => {
            let bits = (*inst).c;
            rr!(x => semantics::zext_from(x, bits))
        }
        Op::Sext => {
            let (from, to) = ((*inst).c, u32::from((*inst).x));
            rr!(x => semantics::zext_from(semantics::sext_from(x, from) as u64, to))
        }
        Op::Lea => reg!(a) = base_index!(),
        Op::Copy => fallible!((*(*vm).machine).copy(reg!(a), reg!(b), reg!(c))),
        Op::CopyI => {
            fallible!((*(*vm).machine).copy(reg!(a), reg!(b), u64::from((*inst).c)))
        }
        Op::Fill => fallible!((*(*vm).machine).fill(reg!(a), reg!(b) as u8, reg!(c))),
        Op::FillI => {
            fallible!((*(*vm).machine).fill(reg!(a), reg!(b) as u8, u64::from((*inst).c)))
        }
        Op::Rmw => match slow::rmw(vm, (*inst).x, reg!(b), reg!(c)) {
            Ok(old) => reg!(a) = old,
            Err(fault) => return slow::raise(vm, inst, fault),
        },
        Op::Jump => jump!(),
        Op::BrZ => {
            if reg!(a) == 0 {
                jump!();
            }
        }
        Op::BrNz => {
            if reg!(a) != 0 {
                jump!();
            }
        }
        Op::BrIn => {
            if reg!(a).wrapping_add(imm!(b)) <= u64::from((*inst).x) {
                jump!();
            }
        }
        Op::BrOut => {
            if reg!(a).wrapping_add(imm!(b)) > u64::from((*inst).x) {
                jump!();
            }
        }
        Op::In => {
            let bound = u64::from((*inst).x);
            rri!(x, y => u64::from(x.wrapping_add(y) <= bound))
        }
        Op::Bulk => slow::bulk(vm, inst, frame),
        Op::LoopStep => {
            step!((*inst).a);
        }
        Op::LoopBack => loop_back!(),
        Op::SwitchDense => {
            let head = *ip;
            let index = reg!(a).wrapping_sub(u64::from(head.b) << 32 | u64::from(head.a));
            let word = if index < u64::from((*inst).c) {
                ip.add(1 + index as usize)
            } else {
                ip
            };
            ip = word.add(1).offset((*word).c as i32 as isize);
        }
        Op::SwitchSparse => {
            let cases = std::slice::from_raw_parts(ip.add(1), (*inst).c as usize);
            let value = reg!(a);
            let word = match cases
                .binary_search_by_key(&value, |w| u64::from(w.b) << 32 | u64::from(w.a))
            {
                Ok(index) => ip.add(1 + index),
                Err(_) => ip,
            };
            ip = word.add(1).offset((*word).c as i32 as isize);
        }
        Op::Call => call_direct!(),
        Op::CallHost => {
            set_loc!();
            let (argc, resume) = ((*ip).b as usize, ip.add(1));
            let new = frame.add((*inst).b as usize);
            match slow::call_host(vm, FuncId((*inst).a), new, resume, frame, argc) {
                Entered::End(end) => return end,
                Entered::Run | Entered::Done => ip = resume,
            }
        }
        Op::CallInd => {
            set_loc!();
            let (sig, resume) = ((*ip).a, ip.add(1));
            let value = reg!(a);
            let Some(func) = (*ctx).function_of(value) else {
                return slow::raise(vm, inst, Fault::new(TrapKind::BadCall, value, 0));
            };
            if (*(*vm).infos.add(func.index())).sig.0 != sig {
                return slow::raise(vm, inst, Fault::new(TrapKind::BadCallSignature, value, 0));
            }
            call!(func, resume, (*ip).b as usize, slow_call_ind)
        }
        Op::Ret0 => ret!(),
        Op::Ret1 => ret_value!(reg!(a)),
        Op::Ret2 => {
            let second = reg!(b);
            let first = reg!(a);
            *frame.add(1) = second;
            ret_value!(first)
        }
        Op::RetN => {
            std::ptr::copy(&raw const reg!(a), frame, (*inst).b as usize);
            ret_value!(*frame)
        }
        Op::Leave => (*ctx).sp -= u64::from((*inst).c),
        Op::Trap => return slow::raise_check(vm, inst, 0, 0),
        Op::Halt => return End::Returned,
        // Data words are never jumped to.
        Op::Ext | Op::Case => return slow::raise_check(vm, inst, 0, 0),
        Op::Add64IAndLoopBrLtS64 => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => (x as i64) < (y as i64), reg!(b))
        }
        Op::Add64IAndLoopBrLtS64I => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => (x as i64) < (y as i64), imm!(b))
        }
        Op::Add64IAndLoopBrLeS64 => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => (x as i64) <= (y as i64), reg!(b))
        }
        Op::Add64IAndLoopBrLtU => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => x < y, reg!(b))
        }
        Op::Add64IAndLoopBrNe => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => x != y, reg!(b))
        }
        Op::Add64IAndLoopBrNeI => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => x != y, imm!(b))
        }
        Op::Add64IAndLoopBack => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            loop_back!()
        }
        Op::Add64IAndCall => {
            rri!(x, y => x.wrapping_add(y));
            second!();
            call_direct!()
        }
        Op::CheckBelowAndLoadX8 => {
            check!(x, y => x < y, reg!(b));
            second!();
            load!(u8, base_index!())
        }
        Op::CheckBelowAndLoadX16 => {
            check!(x, y => x < y, reg!(b));
            second!();
            load!(u16, base_index!())
        }
        Op::CheckBelowAndLoadX32 => {
            check!(x, y => x < y, reg!(b));
            second!();
            load!(u32, base_index!())
        }
        Op::CheckBelowAndLoadX64 => {
            check!(x, y => x < y, reg!(b));
            second!();
            load!(u64, base_index!())
        }
        Op::CheckBelowAndStoreX8 => {
            check!(x, y => x < y, reg!(b));
            second!();
            store!(u8, base_index!(), reg!(a))
        }
        Op::CheckBelowAndStoreX16 => {
            check!(x, y => x < y, reg!(b));
            second!();
            store!(u16, base_index!(), reg!(a))
        }
        Op::CheckBelowAndStoreX32 => {
            check!(x, y => x < y, reg!(b));
            second!();
            store!(u32, base_index!(), reg!(a))
        }
        Op::CheckBelowAndStoreX64 => {
            check!(x, y => x < y, reg!(b));
            second!();
            store!(u64, base_index!(), reg!(a))
        }
        Op::CheckBelowAndLea => {
            check!(x, y => x < y, reg!(b));
            second!();
            reg!(a) = base_index!()
        }
        Op::CheckBelowIAndLoadX8 => {
            check!(x, y => x < y, imm!(c));
            second!();
            load!(u8, base_index!())
        }
        Op::CheckBelowIAndLoadX16 => {
            check!(x, y => x < y, imm!(c));
            second!();
            load!(u16, base_index!())
        }
        Op::CheckBelowIAndLoadX32 => {
            check!(x, y => x < y, imm!(c));
            second!();
            load!(u32, base_index!())
        }
        Op::CheckBelowIAndLoadX64 => {
            check!(x, y => x < y, imm!(c));
            second!();
            load!(u64, base_index!())
        }
        Op::CheckBelowIAndStoreX8 => {
            check!(x, y => x < y, imm!(c));
            second!();
            store!(u8, base_index!(), reg!(a))
        }
        Op::CheckBelowIAndStoreX16 => {
            check!(x, y => x < y, imm!(c));
            second!();
            store!(u16, base_index!(), reg!(a))
        }
        Op::CheckBelowIAndStoreX32 => {
            check!(x, y => x < y, imm!(c));
            second!();
            store!(u32, base_index!(), reg!(a))
        }
        Op::CheckBelowIAndStoreX64 => {
            check!(x, y => x < y, imm!(c));
            second!();
            store!(u64, base_index!(), reg!(a))
        }
        Op::CheckBelowIAndLea => {
            check!(x, y => x < y, imm!(c));
            second!();
            reg!(a) = base_index!()
        }
        Op::MovAndMov => {
            reg!(a) = reg!(b);
            second!();
            reg!(a) = reg!(b)
        }
        Op::MovAndCall => {
            reg!(a) = reg!(b);
            second!();
            call_direct!()
        }
        Op::MovAndLoopBack => {
            reg!(a) = reg!(b);
            second!();
            loop_back!()
        }
        Op::MovAndJump => {
            reg!(a) = reg!(b);
            second!();
            jump!()
        }
        Op::ConstAndCall => {
            reg!(a) = (*inst).constant();
            second!();
            call_direct!()
        }
        Op::ConstAndStoreS64 => {
            reg!(a) = (*inst).constant();
            second!();
            store_inside!(u64, frame_memory!())
        }
        Op::Load64AndLoad64 => {
            load!(u64, base_offset!());
            second!();
            load!(u64, base_offset!())
        }
        Op::Store64AndStore64 => {
            store!(u64, base_offset!(), reg!(a));
            second!();
            store!(u64, base_offset!(), reg!(a))
        }
        Op::LoadS64AndLoadS64 => {
            load_inside!(u64, frame_memory!());
            second!();
            load_inside!(u64, frame_memory!())
        }
        Op::StoreS64AndStoreS64 => {
            store_inside!(u64, frame_memory!());
            second!();
            store_inside!(u64, frame_memory!())
        }
        Op::Add64AndAdd64I => {
            rrr!(x, y => x.wrapping_add(y));
            second!();
            rri!(x, y => x.wrapping_add(y))
        }
        Op::Add64AndRet1 => {
            rrr!(x, y => x.wrapping_add(y));
            second!();
            ret_value!(reg!(a))
        }
        Op::Add64AndLoopBrLtS64I => {
            rrr!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => (x as i64) < (y as i64), imm!(b))
        }
        Op::Add64AndLoopBrLtS64 => {
            rrr!(x, y => x.wrapping_add(y));
            second!();
            loop_br!(x, y => (x as i64) < (y as i64), reg!(b))
        }
        Op::LoadX8AndStoreX8 => {
            load!(u8, base_index!());
            second!();
            store!(u8, base_index!(), reg!(a))
        }
        Op::LoadX8AndBrZ => {
            load!(u8, base_index!());
            second!();
            if reg!(a) == 0 {
                jump!();
            }
        }
        Op::Rotl32IAndRotl32I => {
            rri!(x, y => u64::from((x as u32).rotate_left(y as u32)));
            second!();
            rri!(x, y => u64::from((x as u32).rotate_left(y as u32)))
        }
        Op::AndAndAnd => {
            rrr!(x, y => x & y);
            second!();
            rrr!(x, y => x & y)
        }
        Op::Load64AndFMul64 => {
            load!(u64, base_offset!());
            second!();
            rrr!(x, y => canon64(f64_of(x) * f64_of(y)))
        }
        Op::Mul64ThenAdd64 => {
            let first = chain!(rr x, y => x.wrapping_mul(y));
            reg!(a) = first.wrapping_add(reg!(c))
        }
        Op::Mul64IThenAdd64I => {
            let first = chain!(ri x, y => x.wrapping_mul(y));
            reg!(a) = first.wrapping_add(imm!(c))
        }
        Op::Add32ThenAdd32 => {
            let first = chain!(rr x, y => u64::from((x as u32).wrapping_add(y as u32)));
            reg!(a) = u64::from((first as u32).wrapping_add(reg!(c) as u32))
        }
        Op::XorThenXor => {
            let first = chain!(rr x, y => x ^ y);
            reg!(a) = first ^ reg!(c)
        }
        Op::XorThenMul64 => {
            let first = chain!(rr x, y => x ^ y);
            reg!(a) = first.wrapping_mul(reg!(c))
        }
        Op::XorThenAndI => {
            let first = chain!(rr x, y => x ^ y);
            reg!(a) = first & imm!(c)
        }
        Op::XorThenAnd => {
            let first = chain!(rr x, y => x ^ y);
            reg!(a) = first & reg!(c)
        }
        Op::Add64IThenAndI => {
            let first = chain!(ri x, y => x.wrapping_add(y));
            reg!(a) = first & imm!(c)
        }
        Op::ShrUIIntoXor => {
            let first = chain!(ri x, y => x.wrapping_shr(y as u32));
            reg!(a) = reg!(b) ^ first
        }
        Op::Rotl32IIntoXor => {
            let first = chain!(ri x, y => u64::from((x as u32).rotate_left(y as u32)));
            reg!(a) = reg!(b) ^ first
        }
        Op::AndIntoXor => {
            let first = chain!(rr x, y => x & y);
            reg!(a) = reg!(b) ^ first
        }
        Op::XorIntoAdd32 => {
            let first = chain!(rr x, y => x ^ y);
            reg!(a) = u64::from((reg!(b) as u32).wrapping_add(first as u32))
        }
        Op::FMul64ThenFMul64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) * f64_of(y)));
            reg!(a) = canon64(f64_of(first) * f64_of(reg!(c)))
        }
        Op::FMul64ThenFAdd64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) * f64_of(y)));
            reg!(a) = canon64(f64_of(first) + f64_of(reg!(c)))
        }
        Op::FMul64IntoFAdd64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) * f64_of(y)));
            reg!(a) = canon64(f64_of(reg!(b)) + f64_of(first))
        }
        Op::FMul64IntoFSub64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) * f64_of(y)));
            reg!(a) = canon64(f64_of(reg!(b)) - f64_of(first))
        }
        Op::FSub64ThenFAdd64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) - f64_of(y)));
            reg!(a) = canon64(f64_of(first) + f64_of(reg!(c)))
        }
        Op::FSub64ThenStore64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) - f64_of(y)));
            store!(u64, base_offset!(), first)
        }
        Op::FAdd64ThenStore64 => {
            let first = chain!(rr x, y => canon64(f64_of(x) + f64_of(y)));
            store!(u64, base_offset!(), first)
        }
        // Denied where the operation is matched as an enum: all are above.
        #[expect(unreachable_patterns)]
        _ => return slow::raise_check(vm, inst, 0, 0),
    }
}
