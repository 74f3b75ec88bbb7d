//! What evaluations are for, and how their errors speak of them.

use sx_ir::Symbol;

/// What an evaluation is for; words its errors.
#[derive(Clone, Debug)]
pub enum Purpose {
    Constant(Symbol),
    Global(Symbol),
    /// `#run e` inside a function or expression.
    Operand,
    /// `#run e` in a body, which is run-time code where the evaluator lacks an operation.
    RunHere,
    /// The same as the initial value of a local variable: what is reached through it can be written.
    RunKept,
    /// The same as an argument: what a call may write to is converted where it is passed, from a copy.
    RunPassed,
    /// A module-scope `#run` statement.
    Statement,
    Type,
    Count,
    EnumValue,
    ValueArgument,
    Insert,
    Condition,
    ContextDefault(Symbol),
    CaseLabel,
    /// A field's or parameter's default, for whoever asks for the declaration. One that has no value at compile time is no
    /// mistake: it is worked out in the program, at each use.
    Default,
}

impl Purpose {
    /// A `#run` in a body, which is run-time code where the evaluator lacks an operation.
    pub fn is_run_in_body(&self) -> bool {
        matches!(
            self,
            Purpose::RunHere | Purpose::RunKept | Purpose::RunPassed
        )
    }

    pub fn entry_name(&self, n: u32) -> String {
        match self {
            Purpose::Constant(name) | Purpose::Global(name) => format!("{name}_{n}"),
            Purpose::Statement => format!("__run_{n}"),
            Purpose::Operand | Purpose::RunHere | Purpose::RunKept | Purpose::RunPassed => {
                format!("__ct_{n}")
            }
            Purpose::Type => format!("__type_{n}"),
            Purpose::Count => format!("__count_{n}"),
            Purpose::EnumValue => format!("__enum_value_{n}"),
            Purpose::ValueArgument => format!("__argument_{n}"),
            Purpose::Insert => format!("__insert_{n}"),
            Purpose::Condition => format!("__condition_{n}"),
            Purpose::ContextDefault(name) => format!("{name}_default_{n}"),
            Purpose::CaseLabel => format!("__label_{n}"),
            Purpose::Default => format!("__default_{n}"),
        }
    }

    /// What asked for the evaluation, for who knows its place.
    pub fn asked_by(&self) -> &'static str {
        match self {
            Purpose::Constant(name) | Purpose::Global(name) | Purpose::ContextDefault(name) => {
                name.as_str()
            }
            Purpose::Statement
            | Purpose::Operand
            | Purpose::RunHere
            | Purpose::RunKept
            | Purpose::RunPassed => "#run",
            Purpose::Insert => "#insert",
            Purpose::Type
            | Purpose::Count
            | Purpose::EnumValue
            | Purpose::ValueArgument
            | Purpose::Condition
            | Purpose::CaseLabel
            | Purpose::Default => self.patches(),
        }
    }

    /// What the result goes to.
    pub fn patches(&self) -> &'static str {
        match self {
            Purpose::Constant(_) => "constant",
            Purpose::Global(_) => "initial value",
            Purpose::Operand | Purpose::RunHere | Purpose::RunKept | Purpose::RunPassed => {
                "operand"
            }
            Purpose::Statement => "nothing",
            Purpose::Type => "type",
            Purpose::Count => "count",
            Purpose::EnumValue => "enum value",
            Purpose::ValueArgument => "static argument",
            Purpose::Insert => "inserted text",
            Purpose::Condition => "condition",
            Purpose::ContextDefault(_) => "context default",
            Purpose::CaseLabel => "case label",
            Purpose::Default => "default",
        }
    }

    /// Evaluations that the program asks for by `#run` or as a constant: they have one series of numbers (part 4 §10).
    /// Those that come with types and the like have another, as it depends on what is looked at first.
    pub fn is_numbered(&self) -> bool {
        match self {
            Purpose::Constant(_)
            | Purpose::Global(_)
            | Purpose::Operand
            | Purpose::RunHere
            | Purpose::RunKept
            | Purpose::RunPassed
            | Purpose::Statement => true,
            Purpose::Type
            | Purpose::Count
            | Purpose::EnumValue
            | Purpose::ValueArgument
            | Purpose::Insert
            | Purpose::Condition
            | Purpose::ContextDefault(_)
            | Purpose::CaseLabel
            | Purpose::Default => false,
        }
    }

    pub fn subject(&self, n: u32) -> String {
        match self {
            Purpose::Constant(name) | Purpose::Global(name) | Purpose::ContextDefault(name) => {
                format!("comptime init of '{name}' failed")
            }
            Purpose::Statement => format!("comptime `#run` (__run_{n}) failed"),
            Purpose::Type => "comptime type construction failed".to_string(),
            Purpose::Insert => "`#insert` operand failed at compile time".to_string(),
            Purpose::Operand | Purpose::RunHere | Purpose::RunKept | Purpose::RunPassed => {
                format!("comptime init of '__ct_{n}' failed")
            }
            Purpose::Count
            | Purpose::EnumValue
            | Purpose::ValueArgument
            | Purpose::Condition
            | Purpose::CaseLabel
            | Purpose::Default => {
                format!("comptime evaluation of the {} failed", self.patches())
            }
        }
    }
}
