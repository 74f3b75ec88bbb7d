//! What can be asked for at a stop.

use sx_interp::debugger::View;

use super::expressions::{self, Path};
use super::places;
use super::session::{Backwards, Goal, Session, Standing, Then, Why, tell};
use super::stops::{Breakpoint, Spot, is_called};
use super::words::{Command, find, help};

/// A command may lead on, be done, or be wrong.
pub(super) type Done = Result<Option<Then>, String>;

impl Session {
    /// Does what is asked for until the run is to go on.
    pub fn ask(&mut self, view: &View<'_, '_>, standing: Standing<'_>) -> Then {
        loop {
            let _ = std::io::Write::flush(&mut std::io::stdout());
            let Some(line) = self.input.next() else {
                return Then::Quit;
            };
            let (word, rest) = match line.split_once(char::is_whitespace) {
                Some((word, rest)) => (word, rest.trim()),
                None => (line.as_str(), ""),
            };
            // Empty, or a comment of a command file.
            if word.is_empty() || word.starts_with('#') {
                continue;
            }
            let done = match find(word) {
                Ok(command) => self.command(view, standing, command, rest),
                Err(message) => Err(message),
            };
            match done {
                Ok(Some(then)) => return then,
                Ok(None) => {}
                Err(message) => tell!("error: {message}"),
            }
        }
    }

    fn command(
        &mut self,
        view: &View<'_, '_>,
        standing: Standing<'_>,
        command: Command,
        rest: &str,
    ) -> Done {
        match command {
            Command::Help => help(rest)?,
            Command::Break => self.add_breakpoint(view, rest)?,
            Command::Delete => self.delete(rest, true)?,
            Command::Unwatch => self.delete(rest, false)?,
            Command::Breakpoints => self.list_breakpoints(view),
            Command::Continue => return self.go(standing, Goal::Continue),
            Command::Step => {
                self.repeat = count(rest)?;
                return self.go(standing, Goal::Step);
            }
            Command::Next => {
                self.repeat = count(rest)?;
                // In the call that is looked at.
                let goal = match view.call(self.frame) {
                    Some(call) => Goal::Next {
                        depth: view.depth().saturating_sub(self.frame),
                        serial: call.serial,
                    },
                    None => Goal::Step,
                };
                return self.go(standing, goal);
            }
            Command::Finish => {
                let depth = view.depth().saturating_sub(self.frame);
                return self.go(standing, Goal::Finish { depth });
            }
            Command::ReverseStep => {
                let back = count(rest)?;
                let tick = position(view, standing).saturating_sub(back).max(1);
                return self.back_to(view, standing, tick);
            }
            Command::ReverseNext => {
                let kind = match view.call(self.frame) {
                    Some(call) => Backwards::Next {
                        depth: view.depth().saturating_sub(self.frame),
                        serial: call.serial,
                    },
                    // From the end to the last line of the evaluation itself.
                    None => Backwards::Finish { depth: 2 },
                };
                return self.back(view, standing, kind);
            }
            Command::ReverseFinish => {
                let depth = view.depth().saturating_sub(self.frame);
                return self.back(view, standing, Backwards::Finish { depth });
            }
            Command::ReverseContinue => return self.back(view, standing, Backwards::Continue),
            Command::Restart => return self.back_to(view, standing, 1),
            Command::Goto => {
                let tick = one_number(rest)?.max(1);
                if tick < position(view, standing) {
                    return self.back_to(view, standing, tick);
                }
                if matches!(standing, Standing::Tick) && tick == view.ticks() {
                    return Err("this is where the run stands".into());
                }
                let why = Why::Arrived;
                return self.go(standing, Goal::At { tick, why });
            }
            Command::Backtrace => {
                let most = match rest {
                    "" => None,
                    rest => Some(usize::try_from(one_number(rest)?).unwrap_or(usize::MAX)),
                };
                self.show_stack(view, most);
            }
            Command::Frame => {
                let number = match rest {
                    "" => self.frame,
                    rest => usize::try_from(one_number(rest)?).unwrap_or(usize::MAX),
                };
                self.select(view, number)?;
            }
            Command::Up => self.select(view, self.frame.saturating_add(1))?,
            Command::Down => match self.frame.checked_sub(1) {
                Some(number) => self.select(view, number)?,
                None => return Err("this is the innermost call".into()),
            },
            Command::Locals => {
                let variables = view.variables(self.frame);
                if variables.is_empty() {
                    tell!("no variables are in scope");
                }
                for variable in variables {
                    let value = view.show(self.frame, variable.addr, variable.ty, &self.errors);
                    tell!("{} = {value}", variable.name);
                }
            }
            Command::Print => {
                let path = path(rest)?;
                tell!("{rest} = {}", self.scope(view).show(&path)?);
            }
            Command::Type => {
                let scope = self.scope(view);
                let place = scope.place(&path(rest)?)?;
                let size = scope.size_of(place.ty);
                tell!("{rest}: {}, {}", scope.type_name(place.ty), bytes(size));
            }
            Command::Examine => self.examine(view, rest)?,
            Command::Watch => self.add_watch(view, rest)?,
            Command::List => {
                let at = match rest {
                    "" => None,
                    rest => Some(self.line_meant(view, rest)?),
                };
                self.list(view, at);
            }
            Command::Evaluations => self.list_evaluations(view, standing),
            Command::NextEvaluation => {
                if self.is_main {
                    return Err("there is one run, of main".into());
                }
                return Ok(Some(Then::Go(Goal::Skip)));
            }
            Command::Info => match rest {
                "" => self.info(view, standing),
                "b" | "break" | "breakpoints" | "watch" | "watchpoints" => {
                    self.list_breakpoints(view);
                }
                "locals" | "args" => {
                    return self.command(view, standing, Command::Locals, "");
                }
                "stack" => self.show_stack(view, None),
                _ => return Err("'info' takes no argument; 'help' lists the commands".into()),
            },
            Command::Quit => return Ok(Some(Then::Quit)),
        }
        Ok(None)
    }

    pub(super) fn go(&mut self, standing: Standing<'_>, goal: Goal) -> Done {
        // At the end there is only what comes behind it.
        if let Standing::End(_) = standing {
            let goal = match goal {
                Goal::Continue => Goal::Continue,
                Goal::At { .. } => return Err("the run has ended before that".into()),
                Goal::Begin
                | Goal::Step
                | Goal::Next { .. }
                | Goal::Finish { .. }
                | Goal::Skip
                | Goal::Back { .. } => Goal::Begin,
            };
            return Ok(Some(Then::Go(goal)));
        }
        Ok(Some(Then::Go(goal)))
    }

    /// Whether the run can be repeated.
    fn may_go_back(&self, view: &View<'_, '_>, standing: Standing<'_>) -> Result<(), String> {
        if let Some(why) = self.told.lost.get() {
            return Err(format!("the run can't be repeated: {why}"));
        }
        if self.told.under_way.get() > 0 {
            return Err("can't go back from inside a call that a library makes".into());
        }
        if position(view, standing) <= 1 {
            return Err("this is the beginning".into());
        }
        Ok(())
    }

    pub(super) fn back_to(
        &mut self,
        view: &View<'_, '_>,
        standing: Standing<'_>,
        tick: u64,
    ) -> Done {
        self.may_go_back(view, standing)?;
        let why = Why::Arrived;
        Ok(Some(Then::Again(Goal::At { tick, why })))
    }

    pub(super) fn back(
        &mut self,
        view: &View<'_, '_>,
        standing: Standing<'_>,
        kind: Backwards,
    ) -> Done {
        self.may_go_back(view, standing)?;
        Ok(Some(Then::Again(Goal::Back {
            before: position(view, standing),
            kind,
            found: None,
        })))
    }

    fn select(&mut self, view: &View<'_, '_>, number: usize) -> Result<(), String> {
        let there = view.call(number).is_some();
        if !there || self.name_of_call(view, number) == places::PROGRAM_START {
            return Err(match number {
                0 => "nothing is being called".to_owned(),
                _ if number == self.frame.saturating_add(1) => "this is the outermost call".into(),
                number => format!("there is no call {number}"),
            });
        }
        self.frame = number;
        self.listed = None;
        self.show_call(view, number, &format!("{number}   "));
        if let Some(call) = view.call(number) {
            let at = view.module.loc(call.loc);
            self.show_line(at.file, at.line, None);
        }
        Ok(())
    }

    /// File and line of an argument that names a line or a function.
    fn line_meant(&self, view: &View<'_, '_>, text: &str) -> Result<(u32, u32), String> {
        let line = |text: &str| {
            let line = expressions::number(text.trim());
            line.map(|line| u32::try_from(line).unwrap_or(u32::MAX))
        };
        if let Some(line) = line(text) {
            let here = view.call(self.frame).map(|call| view.module.loc(call.loc));
            // At the end, the file that was shown last.
            let shown = (self.shown.0 != 0).then_some(self.shown.1);
            return match here.map(|here| here.file).or(shown) {
                Some(file) => Ok((file, line)),
                None => Err("there is no current file; give FILE:LINE".into()),
            };
        }
        if let Some((file, number)) = text.rsplit_once(':')
            && let Some(line) = line(number)
        {
            return Ok((self.find_file(file.trim())?, line));
        }
        let function = view
            .module
            .funcs
            .iter()
            .find(|func| func.body.is_some() && is_called(&func.name, text));
        match function {
            Some(func) => {
                let at = view.module.loc(func.loc);
                Ok((at.file, at.line))
            }
            None => Err(format!(
                "no function '{text}' is there so far; a line is LINE or FILE:LINE"
            )),
        }
    }

    fn add_breakpoint(&mut self, view: &View<'_, '_>, rest: &str) -> Result<(), String> {
        let (rest, condition) = match rest.split_once(" if ") {
            Some((place, condition)) => (place.trim(), Some(condition.trim())),
            None => match rest.strip_prefix("if ") {
                Some(condition) => ("", Some(condition.trim())),
                None => (rest, None),
            },
        };
        let parsed = condition.map(expressions::parse_condition).transpose()?;
        let is_line = rest.is_empty()
            || expressions::number(rest).is_some()
            || rest
                .rsplit_once(':')
                .is_some_and(|(_, line)| expressions::number(line.trim()).is_some());
        let (spot, text, note) = if is_line {
            let (file, line) = match rest {
                "" => {
                    let call = view.call(self.frame).ok_or("there is no current line")?;
                    let at = view.module.loc(call.loc);
                    (at.file, at.line)
                }
                rest => self.line_meant(view, rest)?,
            };
            let line = self.code_line(view, file, line)?;
            let text = format!("{}:{line}", self.file_name(file));
            (Spot::Line { file, line }, text, "")
        } else {
            if rest.contains(|c: char| c.is_whitespace() || c == ':') || rest.len() > 1000 {
                return Err("'break' takes FILE:LINE, LINE or the name of a function".into());
            }
            let mut funcs = view.module.funcs.iter();
            let known = funcs.any(|func| func.body.is_some() && is_called(&func.name, rest));
            let note = if known { "" } else { " (none so far)" };
            let text = format!("function '{rest}'");
            (Spot::Function(rest.to_owned()), text, note)
        };
        let text = match condition {
            Some(condition) => format!("{text} if {condition}"),
            None => text,
        };
        self.numbers += 1;
        let number = self.numbers;
        tell!("breakpoint {number}: {text}{note}");
        self.breakpoints.push(Breakpoint {
            number,
            spot,
            condition: parsed,
            text,
        });
        Ok(())
    }

    fn delete(&mut self, rest: &str, breakpoints: bool) -> Result<(), String> {
        if rest.is_empty() {
            self.watches.clear();
            if breakpoints {
                self.breakpoints.clear();
            }
            return Ok(());
        }
        let wanted = one_number(rest)?;
        let before = self.watches.len() + self.breakpoints.len();
        self.watches.retain(|w| u64::from(w.number) != wanted);
        if breakpoints {
            self.breakpoints.retain(|b| u64::from(b.number) != wanted);
        }
        if before == self.watches.len() + self.breakpoints.len() {
            let what = if breakpoints {
                "breakpoint or watch"
            } else {
                "watch"
            };
            return Err(format!("there is no {what} {wanted}"));
        }
        Ok(())
    }

    fn list_breakpoints(&self, view: &View<'_, '_>) {
        if self.breakpoints.is_empty() && self.watches.is_empty() {
            tell!("there are no breakpoints or watches");
        }
        for Breakpoint { number, text, .. } in &self.breakpoints {
            tell!("{number}: break at {text}");
        }
        for watch in &self.watches {
            let (number, text) = (watch.number, &watch.text);
            if watch.evaluation != self.number() {
                tell!("{number}: watch {text}, in evaluation {}", watch.evaluation);
            } else if watch.is_there(view) {
                tell!(
                    "{number}: watch {text} = {}",
                    watch.show(view, &self.errors)
                );
            } else {
                tell!("{number}: watch {text}, in a call that is not active");
            }
        }
    }

    fn list_evaluations(&self, view: &View<'_, '_>, standing: Standing<'_>) {
        if self.is_main {
            tell!("there is one run, of main");
            return;
        }
        for (index, past) in self.past.iter().enumerate() {
            let (name, place) = (&past.name, &past.place);
            tell!(
                "{}: '{name}' for {place}, {} after {} steps",
                index + 1,
                past.end,
                past.steps
            );
        }
        let (name, place) = (&self.subject.name, &self.subject.place);
        let state = match standing {
            Standing::Tick => "running".to_owned(),
            Standing::End(status) => places::ending(status),
        };
        let steps = view.steps();
        tell!(
            "{}: '{name}' for {place}, {state} after {steps} steps",
            self.number()
        );
    }

    fn info(&self, view: &View<'_, '_>, standing: Standing<'_>) {
        let state = match standing {
            Standing::Tick => "",
            Standing::End(_) => " (ended)",
        };
        tell!("{}{state}", self.what());
        if !self.is_main {
            tell!("for {}", self.subject.place);
        }
        tell!("tick {}", view.ticks());
        tell!("{} steps", view.steps());
        tell!("{} of heap in use", bytes(view.heap_bytes()));
        tell!("{} calls in progress", view.depth());
    }
}

/// The tick that the run stands at; behind all of them at the end.
fn position(view: &View<'_, '_>, standing: Standing<'_>) -> u64 {
    match standing {
        Standing::Tick => view.ticks(),
        Standing::End(_) => view.ticks().saturating_add(1),
    }
}

pub fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
    }
}

pub fn path(text: &str) -> Result<Path, String> {
    if text.is_empty() {
        return Err("a variable is wanted".into());
    }
    expressions::parse(text)
}

fn one_number(text: &str) -> Result<u64, String> {
    expressions::number(text).ok_or_else(|| match text {
        "" => "a number is wanted".to_owned(),
        text => format!("'{text}' is no number"),
    })
}

/// How often: once, if nothing is said.
fn count(text: &str) -> Result<u64, String> {
    match text {
        "" => Ok(1),
        text => Ok(one_number(text)?.max(1)),
    }
}
