//! The instruction set: one table gives each instruction its opcode, mnemonic, operand format and documentation.
//!
//! An instruction is one 128-bit word, [`Inst`]: opcode, a 16-bit field `x` and three 32-bit fields `a`, `b`, `c`.
//! Registers are words of the frame (see `sx_machine::ctx`) named by index in 32-bit fields, so no function has too
//! many of them; locals come first, temporaries follow. All values are zero-extended patterns. 128 bits rather than
//! 64 because decoding is then a plain field access, constants fit in the word, and calls carry their position.
//!
//! Immediates in `c` (or `b`, `a` where the format says so) are 32-bit and sign-extended. Branch offsets count
//! instructions from the next one. Calls that need more fields have a second word, [`Op::Ext`].

use std::fmt::Write;

/// Calls `$m!` with the table. Row: `Variant "mnemonic" Format "meaning";`
macro_rules! for_each_inst {
    ($m:ident) => {
        $m! {
            // Moves and constants.
            Mov "mov" RR "a = b";
            Const "const" RC "a = 64-bit constant";
            SlotAddr "slot_addr" RS "a = sp - c: address of frame memory";
            GlobalAddr "global_addr" RG "a = address of global b, plus c";
            FuncAddr "func_addr" RF "a = function value of b";
            Select "select" Sel "a = x != 0 ? b : c";
            // Integer arithmetic; results are zero-extended from the width in the name.
            Add8 "add8" RRR "a = b + c";
            Add16 "add16" RRR "a = b + c";
            Add32 "add32" RRR "a = b + c";
            Add64 "add64" RRR "a = b + c";
            Sub8 "sub8" RRR "a = b - c";
            Sub16 "sub16" RRR "a = b - c";
            Sub32 "sub32" RRR "a = b - c";
            Sub64 "sub64" RRR "a = b - c";
            Mul8 "mul8" RRR "a = b * c";
            Mul16 "mul16" RRR "a = b * c";
            Mul32 "mul32" RRR "a = b * c";
            Mul64 "mul64" RRR "a = b * c";
            Add8I "add8" RRI "a = b + imm";
            Add16I "add16" RRI "a = b + imm";
            Add32I "add32" RRI "a = b + imm";
            Add64I "add64" RRI "a = b + imm";
            Mul8I "mul8" RRI "a = b * imm";
            Mul16I "mul16" RRI "a = b * imm";
            Mul32I "mul32" RRI "a = b * imm";
            Mul64I "mul64" RRI "a = b * imm";
            And "and" RRR "a = b & c";
            AndI "and" RRI "a = b & imm";
            Or "or" RRR "a = b | c";
            OrI "or" RRI "a = b | imm";
            Xor "xor" RRR "a = b ^ c";
            XorI "xor" RRI "a = b ^ imm";
            Shl8 "shl8" RRR "a = b << c; c modulo the width";
            Shl16 "shl16" RRR "a = b << c; c modulo the width";
            Shl32 "shl32" RRR "a = b << c; c modulo the width";
            Shl64 "shl64" RRR "a = b << c; c modulo the width";
            ShrS8 "shr_s8" RRR "a = b >> c, signed; c modulo the width";
            ShrS16 "shr_s16" RRR "a = b >> c, signed; c modulo the width";
            ShrS32 "shr_s32" RRR "a = b >> c, signed; c modulo the width";
            ShrS64 "shr_s64" RRR "a = b >> c, signed; c modulo the width";
            ShrU8 "shr_u8" RRR "a = b >> c, unsigned; c modulo the width";
            ShrU16 "shr_u16" RRR "a = b >> c, unsigned; c modulo the width";
            ShrU32 "shr_u32" RRR "a = b >> c, unsigned; c modulo the width";
            ShrU64 "shr_u64" RRR "a = b >> c, unsigned; c modulo the width";
            Shl8I "shl8" RRI "a = b << imm";
            Shl16I "shl16" RRI "a = b << imm";
            Shl32I "shl32" RRI "a = b << imm";
            Shl64I "shl64" RRI "a = b << imm";
            ShrS8I "shr_s8" RRI "a = b >> imm, signed";
            ShrS16I "shr_s16" RRI "a = b >> imm, signed";
            ShrS32I "shr_s32" RRI "a = b >> imm, signed";
            ShrS64I "shr_s64" RRI "a = b >> imm, signed";
            Rotl32I "rotl32" RRI "a = b rotated left by imm";
            Rotl64I "rotl64" RRI "a = b rotated left by imm";
            ShrUI "shr_u" RRI "a = b >> imm, unsigned, any width";
            DivS8 "div_s8" RRR "signed; traps on c == 0";
            DivS16 "div_s16" RRR "signed; traps on c == 0";
            DivS32 "div_s32" RRR "signed; traps on c == 0";
            DivS64 "div_s64" RRR "signed; traps on c == 0";
            RemS8 "rem_s8" RRR "signed; traps on c == 0";
            RemS16 "rem_s16" RRR "signed; traps on c == 0";
            RemS32 "rem_s32" RRR "signed; traps on c == 0";
            RemS64 "rem_s64" RRR "signed; traps on c == 0";
            DivU "div_u" RRR "unsigned, any width; traps on c == 0";
            DivUI "div_u" RRI "by imm != 0";
            RemU "rem_u" RRR "unsigned, any width; traps on c == 0";
            RemUI "rem_u" RRI "by imm != 0";
            DivS32I "div_s32" RRI "by imm != 0";
            DivS64I "div_s64" RRI "by imm != 0";
            RemS32I "rem_s32" RRI "by imm != 0";
            RemS64I "rem_s64" RRI "by imm != 0";
            // Comparisons: a = 0 or 1. Unsigned ones serve all widths because patterns are zero-extended.
            Eq "eq" RRR "b == c";
            Ne "ne" RRR "b != c";
            LtU "lt_u" RRR "b < c";
            LeU "le_u" RRR "b <= c";
            EqI "eq" RRI "b == imm";
            NeI "ne" RRI "b != imm";
            LtUI "lt_u" RRI "b < imm";
            LeUI "le_u" RRI "b <= imm";
            GtUI "gt_u" RRI "b > imm";
            GeUI "ge_u" RRI "b >= imm";
            LtS8 "lt_s8" RRR "b < c";
            LtS16 "lt_s16" RRR "b < c";
            LtS32 "lt_s32" RRR "b < c";
            LtS64 "lt_s64" RRR "b < c";
            LeS8 "le_s8" RRR "b <= c";
            LeS16 "le_s16" RRR "b <= c";
            LeS32 "le_s32" RRR "b <= c";
            LeS64 "le_s64" RRR "b <= c";
            LtS32I "lt_s32" RRI "b < imm";
            LtS64I "lt_s64" RRI "b < imm";
            LeS32I "le_s32" RRI "b <= imm";
            LeS64I "le_s64" RRI "b <= imm";
            GtS32I "gt_s32" RRI "b > imm";
            GtS64I "gt_s64" RRI "b > imm";
            GeS32I "ge_s32" RRI "b >= imm";
            GeS64I "ge_s64" RRI "b >= imm";
            // Floats. NaN results of arithmetic are canonical.
            FAdd32 "fadd32" RRR "a = b op c";
            FAdd64 "fadd64" RRR "a = b op c";
            FSub32 "fsub32" RRR "a = b op c";
            FSub64 "fsub64" RRR "a = b op c";
            FMul32 "fmul32" RRR "a = b op c";
            FMul64 "fmul64" RRR "a = b op c";
            FDiv32 "fdiv32" RRR "a = b op c";
            FDiv64 "fdiv64" RRR "a = b op c";
            FRem32 "frem32" RRR "a = b op c";
            FRem64 "frem64" RRR "a = b op c";
            FEq32 "feq32" RRR "a = b rel c";
            FEq64 "feq64" RRR "a = b rel c";
            FNe32 "fne32" RRR "a = b rel c";
            FNe64 "fne64" RRR "a = b rel c";
            FLt32 "flt32" RRR "a = b rel c";
            FLt64 "flt64" RRR "a = b rel c";
            FLe32 "fle32" RRR "a = b rel c";
            FLe64 "fle64" RRR "a = b rel c";
            FNeg32 "fneg32" RR "a = op b";
            FNeg64 "fneg64" RR "a = op b";
            FSqrt32 "fsqrt32" RR "a = op b";
            FSqrt64 "fsqrt64" RR "a = op b";
            FFloor32 "ffloor32" RR "a = op b";
            FFloor64 "ffloor64" RR "a = op b";
            FSin32 "fsin32" RR "a = op b";
            FSin64 "fsin64" RR "a = op b";
            FCos32 "fcos32" RR "a = op b";
            FCos64 "fcos64" RR "a = op b";
            // Conversions. Zero-extension, bit casts and 64-bit pointer casts cost nothing: the pattern stays.
            Zext "zext" RRB "a = the low c bits of b";
            Sext "sext" RRBB "a = the low c bits of b, sign-extended to x bits";
            Sext8 "sext8" RR "a = the low 8 bits of b, sign-extended to 64";
            Sext16 "sext16" RR "a = the low 16 bits of b, sign-extended to 64";
            Sext32 "sext32" RR "a = the low 32 bits of b, sign-extended to 64";
            SToF32 "s_to_f32" RR "signed to float";
            UToF32 "u_to_f32" RR "unsigned to float";
            F32ToS "f32_to_s" RR "float to signed, saturating";
            F32ToU "f32_to_u" RR "float to unsigned, saturating";
            SToF64 "s_to_f64" RR "signed to float";
            UToF64 "u_to_f64" RR "unsigned to float";
            F64ToS "f64_to_s" RR "float to signed, saturating";
            F64ToU "f64_to_u" RR "float to unsigned, saturating";
            FWiden "f32_to_f64" RR "f32 to f64";
            FNarrow "f64_to_f32" RR "f64 to f32";
            Swap16 "swap16" RR "a = b with its bytes reversed (big-endian targets)";
            Swap32 "swap32" RR "a = b with its bytes reversed (big-endian targets)";
            Swap64 "swap64" RR "a = b with its bytes reversed (big-endian targets)";
            // Memory. Plain forms check the address; `s` forms address frame memory and `g` forms globals at places known to be inside.
            Load8 "load8" Mem "a = [b + c]";
            Load16 "load16" Mem "a = [b + c]";
            Load32 "load32" Mem "a = [b + c]";
            Load64 "load64" Mem "a = [b + c]";
            LoadX8 "load8" MemX "a = [b + c * x]";
            LoadX16 "load16" MemX "a = [b + c * x]";
            LoadX32 "load32" MemX "a = [b + c * x]";
            LoadX64 "load64" MemX "a = [b + c * x]";
            LoadS8 "load_s8" RS "a = [sp - c]";
            LoadS16 "load_s16" RS "a = [sp - c]";
            LoadS32 "load_s32" RS "a = [sp - c]";
            LoadS64 "load_s64" RS "a = [sp - c]";
            LoadG8 "load_g8" RG "a = [global b + c]";
            LoadG16 "load_g16" RG "a = [global b + c]";
            LoadG32 "load_g32" RG "a = [global b + c]";
            LoadG64 "load_g64" RG "a = [global b + c]";
            Store8 "store8" Mem "[b + c] = a";
            Store16 "store16" Mem "[b + c] = a";
            Store32 "store32" Mem "[b + c] = a";
            Store64 "store64" Mem "[b + c] = a";
            Store8I "store8" MemI "[b + c] = imm a";
            Store16I "store16" MemI "[b + c] = imm a";
            Store32I "store32" MemI "[b + c] = imm a";
            Store64I "store64" MemI "[b + c] = imm a";
            StoreX8 "store8" MemX "[b + c * x] = a";
            StoreX16 "store16" MemX "[b + c * x] = a";
            StoreX32 "store32" MemX "[b + c * x] = a";
            StoreX64 "store64" MemX "[b + c * x] = a";
            StoreS8 "store_s8" RS "[sp - c] = a";
            StoreS16 "store_s16" RS "[sp - c] = a";
            StoreS32 "store_s32" RS "[sp - c] = a";
            StoreS64 "store_s64" RS "[sp - c] = a";
            StoreG8 "store_g8" RG "[global b + c] = a";
            StoreG16 "store_g16" RG "[global b + c] = a";
            StoreG32 "store_g32" RG "[global b + c] = a";
            StoreG64 "store_g64" RG "[global b + c] = a";
            Lea "lea" MemX "a = b + c * x";
            Copy "copy" RRR "memmove to a from b, c bytes";
            CopyI "copy" RRU "memmove to a from b, imm bytes";
            Fill "fill" RRR "memset at a of byte b, c bytes";
            FillI "fill" RRU "memset at a of byte b, imm bytes";
            Rmw "rmw" Rmw "a = [b]; [b] = a op c";
            // Checks: trap with kind x and both operands unless the relation holds (unsigned).
            CheckBelow "check_below" Check "a < b";
            CheckBelowI "check_below" CheckI "a < imm";
            CheckAtMost "check_at_most" Check "a <= b";
            CheckAtMostI "check_at_most" CheckI "a <= imm";
            CheckEqual "check_equal" Check "a == b";
            CheckEqualI "check_equal" CheckI "a == imm";
            CheckNotEqual "check_not_equal" Check "a != b";
            CheckNotEqualI "check_not_equal" CheckI "a != imm";
            // Branches, relative to the next instruction.
            Jump "jump" J "always";
            BrZ "br_z" RJ "a == 0";
            BrNz "br_nz" RJ "a != 0";
            BrEq "br_eq" RRJ "a == b";
            BrNe "br_ne" RRJ "a != b";
            BrLtU "br_lt_u" RRJ "a < b";
            BrLeU "br_le_u" RRJ "a <= b";
            BrEqI "br_eq" RIJ "a == imm";
            BrNeI "br_ne" RIJ "a != imm";
            BrLtUI "br_lt_u" RIJ "a < imm";
            BrLeUI "br_le_u" RIJ "a <= imm";
            BrGtUI "br_gt_u" RIJ "a > imm";
            BrGeUI "br_ge_u" RIJ "a >= imm";
            BrLtS32 "br_lt_s32" RRJ "a < b";
            BrLtS64 "br_lt_s64" RRJ "a < b";
            BrLeS32 "br_le_s32" RRJ "a <= b";
            BrLeS64 "br_le_s64" RRJ "a <= b";
            BrLtS32I "br_lt_s32" RIJ "a < imm";
            BrLtS64I "br_lt_s64" RIJ "a < imm";
            BrLeS32I "br_le_s32" RIJ "a <= imm";
            BrLeS64I "br_le_s64" RIJ "a <= imm";
            BrGtS32I "br_gt_s32" RIJ "a > imm";
            BrGtS64I "br_gt_s64" RIJ "a > imm";
            BrGeS32I "br_ge_s32" RIJ "a >= imm";
            BrGeS64I "br_ge_s64" RIJ "a >= imm";
            // Ends of loops with the loop's condition: a step is counted, then control goes on as for the plain branch.
            LoopBrEq "loop_br_eq" RRJ "count a step, then a == b";
            LoopBrNe "loop_br_ne" RRJ "count a step, then a != b";
            LoopBrLtU "loop_br_lt_u" RRJ "count a step, then a < b";
            LoopBrLeU "loop_br_le_u" RRJ "count a step, then a <= b";
            LoopBrEqI "loop_br_eq" RIJ "count a step, then a == imm";
            LoopBrNeI "loop_br_ne" RIJ "count a step, then a != imm";
            LoopBrLtUI "loop_br_lt_u" RIJ "count a step, then a < imm";
            LoopBrLeUI "loop_br_le_u" RIJ "count a step, then a <= imm";
            LoopBrGtUI "loop_br_gt_u" RIJ "count a step, then a > imm";
            LoopBrGeUI "loop_br_ge_u" RIJ "count a step, then a >= imm";
            LoopBrLtS32 "loop_br_lt_s32" RRJ "count a step, then a < b";
            LoopBrLtS64 "loop_br_lt_s64" RRJ "count a step, then a < b";
            LoopBrLeS32 "loop_br_le_s32" RRJ "count a step, then a <= b";
            LoopBrLeS64 "loop_br_le_s64" RRJ "count a step, then a <= b";
            LoopBrLtS32I "loop_br_lt_s32" RIJ "count a step, then a < imm";
            LoopBrLtS64I "loop_br_lt_s64" RIJ "count a step, then a < imm";
            LoopBrLeS32I "loop_br_le_s32" RIJ "count a step, then a <= imm";
            LoopBrLeS64I "loop_br_le_s64" RIJ "count a step, then a <= imm";
            LoopBrGtS32I "loop_br_gt_s32" RIJ "count a step, then a > imm";
            LoopBrGtS64I "loop_br_gt_s64" RIJ "count a step, then a > imm";
            LoopBrGeS32I "loop_br_ge_s32" RIJ "count a step, then a >= imm";
            LoopBrGeS64I "loop_br_ge_s64" RIJ "count a step, then a >= imm";
            BrIn "br_in" RIXJ "a + imm <= x, unsigned 64-bit";
            BrOut "br_out" RIXJ "a + imm > x, unsigned 64-bit";
            In "in" RRIX "a = b + imm <= x, unsigned 64-bit";
            Bulk "bulk" Label "run iterations of the loop that follows; a is its number among these";
            LoopStep "loop_step" Label "loop header: count a step; a is the IR label";
            LoopBack "loop_back" LabelJ "count a step and go to the iteration's start; a is the IR label";
            SwitchDense "switch_dense" Table "case a - first of c; the next word has first and the default, then one word a case";
            SwitchSparse "switch_sparse" Table "case equal to a of c; the next word has the default, then one word a case, sorted";
            // Calls. The callee's frame starts at word b; x takes the first result (65535: none); c is the call's position.
            Call "call" Call "call a, defined in the module";
            CallHost "call_host" CallX "call a, outside the sandbox; the next word has the argument count";
            CallInd "call_ind" CallX "call through the value in a; the next word has signature and argument count";
            Case "case" Case "word of a switch: value a (low), b (high), target c";
            Ext "ext" Ext "second word of a call: a signature, b argument count, x as in the first";
            Ret0 "ret" N "return nothing";
            Ret1 "ret" R "return a";
            Ret2 "ret" R2 "return a and b";
            RetN "ret_n" RN "return the b words from a on";
            Leave "leave" U "give c bytes of frame memory back";
            Trap "trap" K "trap with kind x";
            Halt "halt" N "end of the dispatch loop's own call";
            // Pairs: the instruction and the one after it in one go. The word after is whole and may be a target itself.
            Add64IAndLoopBrLtS64 "add64" RRI "as Add64I, then LoopBrLtS64";
            Add64IAndLoopBrLtS64I "add64" RRI "as Add64I, then LoopBrLtS64I";
            Add64IAndLoopBrLeS64 "add64" RRI "as Add64I, then LoopBrLeS64";
            Add64IAndLoopBrLtU "add64" RRI "as Add64I, then LoopBrLtU";
            Add64IAndLoopBrNe "add64" RRI "as Add64I, then LoopBrNe";
            Add64IAndLoopBrNeI "add64" RRI "as Add64I, then LoopBrNeI";
            Add64IAndLoopBack "add64" RRI "as Add64I, then LoopBack";
            Add64IAndCall "add64" RRI "as Add64I, then Call";
            CheckBelowAndLoadX8 "check_below" Check "as CheckBelow, then LoadX8";
            CheckBelowAndLoadX16 "check_below" Check "as CheckBelow, then LoadX16";
            CheckBelowAndLoadX32 "check_below" Check "as CheckBelow, then LoadX32";
            CheckBelowAndLoadX64 "check_below" Check "as CheckBelow, then LoadX64";
            CheckBelowAndStoreX8 "check_below" Check "as CheckBelow, then StoreX8";
            CheckBelowAndStoreX16 "check_below" Check "as CheckBelow, then StoreX16";
            CheckBelowAndStoreX32 "check_below" Check "as CheckBelow, then StoreX32";
            CheckBelowAndStoreX64 "check_below" Check "as CheckBelow, then StoreX64";
            CheckBelowAndLea "check_below" Check "as CheckBelow, then Lea";
            CheckBelowIAndLoadX8 "check_below" CheckI "as CheckBelowI, then LoadX8";
            CheckBelowIAndLoadX16 "check_below" CheckI "as CheckBelowI, then LoadX16";
            CheckBelowIAndLoadX32 "check_below" CheckI "as CheckBelowI, then LoadX32";
            CheckBelowIAndLoadX64 "check_below" CheckI "as CheckBelowI, then LoadX64";
            CheckBelowIAndStoreX8 "check_below" CheckI "as CheckBelowI, then StoreX8";
            CheckBelowIAndStoreX16 "check_below" CheckI "as CheckBelowI, then StoreX16";
            CheckBelowIAndStoreX32 "check_below" CheckI "as CheckBelowI, then StoreX32";
            CheckBelowIAndStoreX64 "check_below" CheckI "as CheckBelowI, then StoreX64";
            CheckBelowIAndLea "check_below" CheckI "as CheckBelowI, then Lea";
            MovAndMov "mov" RR "as Mov, then Mov";
            MovAndCall "mov" RR "as Mov, then Call";
            MovAndLoopBack "mov" RR "as Mov, then LoopBack";
            MovAndJump "mov" RR "as Mov, then Jump";
            ConstAndCall "const" RC "as Const, then Call";
            ConstAndStoreS64 "const" RC "as Const, then StoreS64";
            Load64AndLoad64 "load64" Mem "as Load64, then Load64";
            Store64AndStore64 "store64" Mem "as Store64, then Store64";
            LoadS64AndLoadS64 "load_s64" RS "as LoadS64, then LoadS64";
            StoreS64AndStoreS64 "store_s64" RS "as StoreS64, then StoreS64";
            Add64AndAdd64I "add64" RRR "as Add64, then Add64I";
            Add64AndRet1 "add64" RRR "as Add64, then Ret1";
            Add64AndLoopBrLtS64I "add64" RRR "as Add64, then LoopBrLtS64I";
            Add64AndLoopBrLtS64 "add64" RRR "as Add64, then LoopBrLtS64";
            LoadX8AndStoreX8 "load8" MemX "as LoadX8, then StoreX8";
            LoadX8AndBrZ "load8" MemX "as LoadX8, then BrZ";
            Rotl32IAndRotl32I "rotl32" RRI "as Rotl32I, then Rotl32I";
            AndAndAnd "and" RRR "as And, then And";
            Load64AndFMul64 "load64" Mem "as Load64, then FMul64";
            // Chains: pairs whose second instruction takes the first one's result, as `b` (Then) or as `c` (Into).
            Mul64ThenAdd64 "mul64" RRR "as Mul64, then Add64";
            Mul64IThenAdd64I "mul64" RRI "as Mul64I, then Add64I";
            Add32ThenAdd32 "add32" RRR "as Add32, then Add32";
            XorThenXor "xor" RRR "as Xor, then Xor";
            XorThenMul64 "xor" RRR "as Xor, then Mul64";
            XorThenAndI "xor" RRR "as Xor, then AndI";
            XorThenAnd "xor" RRR "as Xor, then And";
            Add64IThenAndI "add64" RRI "as Add64I, then AndI";
            ShrUIIntoXor "shr_u" RRI "as ShrUI, then Xor";
            Rotl32IIntoXor "rotl32" RRI "as Rotl32I, then Xor";
            AndIntoXor "and" RRR "as And, then Xor";
            XorIntoAdd32 "xor" RRR "as Xor, then Add32";
            FMul64ThenFMul64 "fmul64" RRR "as FMul64, then FMul64";
            FMul64ThenFAdd64 "fmul64" RRR "as FMul64, then FAdd64";
            FMul64IntoFAdd64 "fmul64" RRR "as FMul64, then FAdd64";
            FMul64IntoFSub64 "fmul64" RRR "as FMul64, then FSub64";
            FSub64ThenFAdd64 "fsub64" RRR "as FSub64, then FAdd64";
            FSub64ThenStore64 "fsub64" RRR "as FSub64, then Store64";
            FAdd64ThenStore64 "fadd64" RRR "as FAdd64, then Store64";
        }
    };
}

/// Which fields an instruction uses, and how they print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Nothing.
    N,
    /// Register `a`.
    R,
    /// Registers `a`, `b`.
    RR,
    /// As `RR`, for results.
    R2,
    /// Registers `a`, `b`, `c`.
    RRR,
    /// Registers `a`, `b`, immediate `c`.
    RRI,
    /// As `RRI`, the immediate unsigned.
    RRU,
    /// Registers `a`, `b`, width `c`.
    RRB,
    /// Registers `a`, `b`, widths `c` and `x`.
    RRBB,
    /// Register `a`, 64-bit constant in `c` (high) and `b` (low).
    RC,
    /// Register `a`, frame memory at `sp - c`.
    RS,
    /// Register `a`, global `b`, offset `c`.
    RG,
    /// Register `a`, function `b`.
    RF,
    /// Register `a` (first of `b`).
    RN,
    /// Select: `a` = register `x` ? `b` : `c`.
    Sel,
    /// Register `a`, address `b + c`.
    Mem,
    /// Immediate `a`, address `b + c`.
    MemI,
    /// Register `a`, address `b + c * x`.
    MemX,
    /// Atomic update, operation and width in `x`.
    Rmw,
    /// Registers `a`, `b`, trap kind `x`.
    Check,
    /// Register `a`, immediate `c`, trap kind `x`.
    CheckI,
    /// Target `c`.
    J,
    /// Register `a`, target `c`.
    RJ,
    /// Registers `a`, `b`, target `c`.
    RRJ,
    /// Register `a`, immediate `b`, target `c`.
    RIJ,
    /// Register `a`, immediate `b`, bound `x`, target `c`.
    RIXJ,
    /// Registers `a`, `b`, immediate `c`, bound `x`.
    RRIX,
    /// Label `a`.
    Label,
    /// Label `a`, target `c`.
    LabelJ,
    /// Register `a`, number of cases `c`.
    Table,
    /// Value in `b` (high) and `a` (low), target `c`.
    Case,
    /// Function `a`, frame at `b`, result `x`, position `c`.
    Call,
    /// As `Call`, followed by an `Ext` word.
    CallX,
    Ext,
    /// Unsigned number `c`.
    U,
    /// Trap kind `x`.
    K,
}

/// `x` of a call whose first result goes nowhere, or further than 16 bits reach.
pub const NO_RESULT: u16 = u16::MAX;

macro_rules! define_insts {
    ($($op:ident $mnemonic:literal $format:ident $doc:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub enum Op { $(#[doc = $doc] $op,)* }

        pub const ALL_OPS: &[Op] = &[$(Op::$op,)*];

        impl Op {
            pub fn mnemonic(self) -> &'static str { match self { $(Op::$op => $mnemonic,)* } }
            pub fn format(self) -> Format { match self { $(Op::$op => Format::$format,)* } }
            pub fn doc(self) -> &'static str { match self { $(Op::$op => $doc,)* } }
        }
    };
}
for_each_inst!(define_insts);
pub(crate) use for_each_inst;

/// One instruction word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C, align(16))]
pub struct Inst {
    pub op: Op,
    pub x: u16,
    pub a: u32,
    pub b: u32,
    pub c: u32,
}

impl Inst {
    pub const fn new(op: Op, x: u16, a: u32, b: u32, c: u32) -> Inst {
        Inst { op, x, a, b, c }
    }

    /// The 64-bit constant of a `Const`.
    #[inline(always)]
    pub fn constant(self) -> u64 {
        u64::from(self.c) << 32 | u64::from(self.b)
    }
}

/// One line of disassembly. `pc` is the instruction's index, for branch targets.
pub fn disassemble(inst: Inst, pc: usize) -> String {
    let Inst { op, x, a, b, c } = inst;
    let mut out = String::from(op.mnemonic());
    let imm = |v: u32| (v as i32).to_string();
    let target = |v: u32| format!("-> {}", pc as i64 + 1 + i64::from(v as i32));
    let offset = |v: u32| match v as i32 {
        0 => String::new(),
        n if n < 0 => format!(" - {}", i64::from(n).unsigned_abs()),
        n => format!(" + {n}"),
    };
    let trap = || {
        sx_ir::trap::TRAP_KINDS
            .get(usize::from(x))
            .map_or("?", |k| k.name())
    };
    let result = || {
        if x == NO_RESULT {
            "_".to_string()
        } else {
            format!("r{x}")
        }
    };
    let operands = match op.format() {
        Format::N => String::new(),
        Format::R => format!("r{a}"),
        Format::RR | Format::R2 => format!("r{a}, r{b}"),
        Format::RRR => format!("r{a}, r{b}, r{c}"),
        Format::RRI => format!("r{a}, r{b}, {}", imm(c)),
        Format::RRU => format!("r{a}, r{b}, {c}"),
        Format::RRB => format!("r{a}, r{b}, bits {c}"),
        Format::RRBB => format!("r{a}, r{b}, bits {c} to {x}"),
        Format::RC => format!("r{a}, {:#x}", inst.constant()),
        Format::RS => format!("r{a}, [sp - {c}]"),
        Format::RG => format!("r{a}, [@g{b}{}]", offset(c)),
        Format::RF => format!("r{a}, @f{b}"),
        Format::RN => format!("r{a}, {b}"),
        Format::Sel => format!("r{a}, r{x}, r{b}, r{c}"),
        Format::Mem => format!("r{a}, [r{b}{}]", offset(c)),
        Format::MemI => format!("{}, [r{b}{}]", imm(a), offset(c)),
        Format::MemX => format!("r{a}, [r{b} + r{c} * {x}]"),
        Format::Rmw => format!("r{a}, [r{b}], r{c}, form {x:#x}"),
        Format::Check => format!("{} r{a}, r{b}", trap()),
        Format::CheckI => format!("{} r{a}, {}", trap(), imm(c)),
        Format::J => target(c),
        Format::RJ => format!("r{a} {}", target(c)),
        Format::RRJ => format!("r{a}, r{b} {}", target(c)),
        Format::RIJ => format!("r{a}, {} {}", imm(b), target(c)),
        Format::RIXJ => format!("r{a}, {}, {x} {}", imm(b), target(c)),
        Format::RRIX => format!("r{a}, r{b}, {}, {x}", imm(c)),
        Format::Label => format!("L{a}"),
        Format::LabelJ => format!("L{a} {}", target(c)),
        Format::Table => format!("r{a}, {c} cases"),
        Format::Case => format!("{} {}", u64::from(b) << 32 | u64::from(a), target(c)),
        Format::Call => format!("{} = @f{a} frame {b}", result()),
        Format::CallX if op == Op::CallInd => format!("{} = r{a} frame {b}", result()),
        Format::CallX => format!("{} = @f{a} frame {b}", result()),
        Format::Ext => format!("sig{a}, {b} arguments"),
        Format::U => format!("{c}"),
        Format::K => trap().to_string(),
    };
    if !operands.is_empty() {
        let _ = write!(out, " {operands}");
    }
    if op as u16 > Op::Halt as u16 {
        out.push_str(" &");
    }
    out
}
