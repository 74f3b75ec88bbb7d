//! The commands by name.

use super::session::tell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    Help,
    Break,
    Delete,
    Breakpoints,
    Continue,
    Step,
    Next,
    Finish,
    ReverseStep,
    ReverseNext,
    ReverseFinish,
    ReverseContinue,
    Restart,
    Goto,
    Backtrace,
    Frame,
    Up,
    Down,
    Locals,
    Print,
    Type,
    Examine,
    Watch,
    Unwatch,
    List,
    Evaluations,
    NextEvaluation,
    Info,
    Quit,
}

/// Name, other names, command, arguments, what it does.
type Entry = (
    &'static str,
    &'static [&'static str],
    Command,
    &'static str,
    &'static str,
);

const COMMANDS: &[Entry] = &[
    (
        "help",
        &["h"],
        Command::Help,
        "[COMMAND]",
        "this list, or one line of it",
    ),
    (
        "break",
        &["b", "br"],
        Command::Break,
        "[FILE:LINE | LINE | FUNCTION] [if A == B]",
        "stop there; alone: at the current line",
    ),
    (
        "delete",
        &["d"],
        Command::Delete,
        "[NUMBER]",
        "forget a breakpoint or watch; alone: all of them",
    ),
    (
        "breakpoints",
        &[],
        Command::Breakpoints,
        "",
        "list breakpoints and watches",
    ),
    (
        "continue",
        &["c", "run", "r"],
        Command::Continue,
        "",
        "go on to a breakpoint, a change of what is watched, or the end",
    ),
    (
        "step",
        &["s"],
        Command::Step,
        "[COUNT]",
        "go on to the next line, into calls",
    ),
    (
        "next",
        &["n"],
        Command::Next,
        "[COUNT]",
        "go on to the next line of this function, over calls",
    ),
    (
        "finish",
        &["fin"],
        Command::Finish,
        "",
        "go on until this function has returned",
    ),
    (
        "reverse-step",
        &["rs"],
        Command::ReverseStep,
        "[COUNT]",
        "go back to the line before, into calls",
    ),
    (
        "reverse-next",
        &["rn"],
        Command::ReverseNext,
        "",
        "go back to the line before in this function",
    ),
    (
        "reverse-finish",
        &["rf"],
        Command::ReverseFinish,
        "",
        "go back to where this function was called",
    ),
    (
        "reverse-continue",
        &["rc"],
        Command::ReverseContinue,
        "",
        "go back to a breakpoint, a change of what is watched, or the beginning",
    ),
    (
        "restart",
        &[],
        Command::Restart,
        "",
        "go back to the beginning",
    ),
    (
        "goto",
        &["g"],
        Command::Goto,
        "TICK",
        "go to a moment, forwards or backwards; 'info' tells the current one",
    ),
    (
        "backtrace",
        &["bt", "where"],
        Command::Backtrace,
        "[COUNT]",
        "the calls in progress, innermost first",
    ),
    (
        "frame",
        &["f"],
        Command::Frame,
        "[NUMBER]",
        "look at a call of the backtrace",
    ),
    ("up", &[], Command::Up, "", "look at the caller"),
    ("down", &[], Command::Down, "", "look at what it calls"),
    ("locals", &[], Command::Locals, "", "the variables in scope"),
    (
        "print",
        &["p"],
        Command::Print,
        "EXPR",
        "a variable or part of it: x, p.field, a[i], a[from..to], p.*; *x is its address",
    ),
    (
        "type",
        &["ptype", "whatis"],
        Command::Type,
        "EXPR",
        "the type of a variable or part of it, and its size",
    ),
    (
        "x",
        &[],
        Command::Examine,
        "EXPR | ADDRESS [BYTES]",
        "memory in hexadecimal",
    ),
    (
        "watch",
        &["w"],
        Command::Watch,
        "EXPR | ADDRESS [BYTES]",
        "stop when it changes",
    ),
    (
        "unwatch",
        &[],
        Command::Unwatch,
        "[NUMBER]",
        "forget a watch; alone: all of them",
    ),
    (
        "list",
        &["l"],
        Command::List,
        "[LINE | FILE:LINE | FUNCTION]",
        "source text",
    ),
    (
        "evaluations",
        &["e"],
        Command::Evaluations,
        "",
        "the evaluations so far",
    ),
    (
        "next-evaluation",
        &["ne", "skip"],
        Command::NextEvaluation,
        "",
        "go on to the next evaluation",
    ),
    (
        "info",
        &["i"],
        Command::Info,
        "",
        "where the run stands: tick, steps, memory",
    ),
    (
        "quit",
        &["q", "exit"],
        Command::Quit,
        "",
        "end the debugger",
    ),
];

/// The command that a word stands for.
pub fn find(word: &str) -> Result<Command, String> {
    let exact = |entry: &&Entry| entry.0 == word || entry.1.contains(&word);
    if let Some(entry) = COMMANDS.iter().find(exact) {
        return Ok(entry.2);
    }
    let begun: Vec<&Entry> = COMMANDS
        .iter()
        .filter(|entry| entry.0.starts_with(word))
        .collect();
    match begun.as_slice() {
        [] => {
            let shown: String = word.chars().take(40).collect();
            Err(format!("there is no command '{shown}'; 'help' lists them"))
        }
        [entry] => Ok(entry.2),
        several => {
            let names: Vec<&str> = several.iter().map(|entry| entry.0).collect();
            Err(format!("'{word}' may be {}", names.join(", ")))
        }
    }
}

pub fn help(word: &str) -> Result<(), String> {
    let wanted = match word {
        "" => None,
        word => Some(find(word)?),
    };
    for (name, others, command, arguments, what) in COMMANDS {
        if wanted.is_some_and(|wanted| wanted != *command) {
            continue;
        }
        let usage = format!("{name} {arguments}");
        let others = match others {
            [] => String::new(),
            others => format!(" ({})", others.join(", ")),
        };
        tell!("{:<45} {what}{others}", usage.trim_end());
    }
    if wanted.is_none() {
        tell!("Commands can be shortened as long as it is clear what is meant.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(find("b"), Ok(Command::Break));
        assert_eq!(find("br"), Ok(Command::Break));
        assert_eq!(
            find("re"),
            Err(
                "'re' may be reverse-step, reverse-next, reverse-finish, reverse-continue, restart"
                    .to_owned()
            )
        );
        assert_eq!(find("ste"), Ok(Command::Step));
        assert_eq!(find("reverse-s"), Ok(Command::ReverseStep));
        assert!(find("").is_err() && find("frobnicate").is_err());
    }

    #[test]
    fn names_are_different() {
        let mut names: Vec<&str> = COMMANDS
            .iter()
            .flat_map(|entry| entry.1.iter().copied().chain([entry.0]))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
