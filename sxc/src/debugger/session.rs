//! The debugger's state over all evaluations, and when a run stops. Going backwards is running again from the start, up
//! to an earlier tick.

use std::fmt;
use std::io::Write as _;
use std::rc::Rc;

use sx_interp::debugger::{ActiveCall, Controller, View};
use sx_sema::{Surroundings, runs_again};
use sx_syntax::SourceMap;
use sx_tier_api::Status;

use super::dap::{Editor, Meanwhile};
use super::input::Input;
use super::interrupt;
use super::recorder::Told;
use super::stops::{Breakpoint, Change, Hit, Watch};

/// What runs, or has run.
#[derive(Clone, Debug)]
pub struct Subject {
    pub name: String,
    /// The place that asked for it.
    pub place: String,
    pub steps: u64,
    /// How it ended.
    pub end: String,
}

/// What the run goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Goal {
    /// The first statement of an evaluation that is worth it.
    Begin,
    /// A breakpoint, a change of watched memory, or the end.
    Continue,
    /// The next tick.
    Step,
    /// The next tick in this call or one that called it.
    Next { depth: usize, serial: u64 },
    /// The next tick outside the calls at this depth and beyond.
    Finish { depth: usize },
    /// The next evaluation, whatever happens in this one.
    Skip,
    /// A tick that is known to come.
    At { tick: u64, why: Why },
    /// Ticks are looked for that come before this one.
    Back {
        before: u64,
        kind: Backwards,
        found: Option<(u64, Why)>,
    },
}

/// Why a run stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// It has come to where it was to go.
    Arrived,
    /// It was to go back to something that isn't there.
    Beginning,
    Interrupted,
    Hits(Vec<Hit>),
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Arrived => Ok(()),
            Why::Beginning => out.write_str("nothing before: this is the beginning"),
            Why::Interrupted => out.write_str("interrupted"),
            Why::Hits(hits) => {
                let texts: Vec<String> = hits.iter().map(ToString::to_string).collect();
                out.write_str(&texts.join("\n"))
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backwards {
    Next { depth: usize, serial: u64 },
    Finish { depth: usize },
    Continue,
}

/// Where a run stands still.
#[derive(Clone, Copy)]
pub enum Standing<'s> {
    Tick,
    /// The run has ended by itself.
    End(&'s Status),
}

/// What follows a stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Then {
    /// The run goes on, to this.
    Go(Goal),
    /// It is repeated, up to this.
    Again(Goal),
    Quit,
}

pub struct Session {
    pub input: Input,
    /// Who asks instead.
    pub editor: Option<Box<Editor>>,
    pub sources: SourceMap,
    pub library: Vec<bool>,
    pub errors: Vec<String>,
    pub breakpoints: Vec<Breakpoint>,
    pub watches: Vec<Watch>,
    /// Numbers given to breakpoints and watches.
    pub numbers: u32,
    pub past: Vec<Subject>,
    pub subject: Subject,
    /// A program's own run.
    pub is_main: bool,
    /// Nothing to stop at without being told to.
    pub trivial: bool,
    pub goal: Goal,
    /// Up to this tick nothing is looked at: it is where a run before has been.
    pub silent_until: u64,
    /// Ticks of the run, as far as it has come.
    pub ticks: u64,
    /// It has been stopped in.
    pub visited: bool,
    /// The run is to be repeated.
    pub again: bool,
    pub quit: bool,
    pub told: Rc<Told>,
    /// Times that a goal is still to be reached.
    pub repeat: u64,
    /// The call and file shown last: the call's serial, 0 if there was none.
    pub shown: (u64, u32),
    /// Number of the call that is looked at, from the innermost.
    pub frame: usize,
    /// Where `list` goes on: file and line.
    pub listed: Option<(u32, u32)>,
    /// The value the evaluation yields.
    pub result: Option<(sx_ir::GlobalId, sx_ir::TypeId)>,
}

/// Debugger output.
macro_rules! tell {
    ($($arg:tt)*) => { crate::say::to_stdout(format_args!("{}\n", format_args!($($arg)*))) };
}
pub(super) use tell;

impl Session {
    pub fn new(first: Vec<String>, is_main: bool) -> Session {
        Session {
            input: Input::new(first),
            editor: None,
            sources: SourceMap::new(),
            library: Vec::new(),
            errors: Vec::new(),
            breakpoints: Vec::new(),
            watches: Vec::new(),
            numbers: 0,
            past: Vec::new(),
            subject: Subject {
                name: String::new(),
                place: String::new(),
                steps: 0,
                end: String::new(),
            },
            is_main,
            trivial: false,
            goal: Goal::Begin,
            silent_until: 0,
            ticks: 0,
            visited: false,
            again: false,
            quit: false,
            told: Rc::default(),
            repeat: 1,
            shown: (0, 0),
            frame: 0,
            listed: None,
            result: None,
        }
    }

    pub fn know(&mut self, surroundings: &Surroundings<'_>) {
        self.sources = surroundings.sources.clone();
        self.library = surroundings.library.to_vec();
        self.errors = surroundings
            .errors
            .iter()
            .map(ToString::to_string)
            .collect();
    }

    /// Number of the evaluation that runs, from 1; those that nobody looks at have none.
    pub fn number(&self) -> usize {
        self.past.len() + 1
    }

    /// What runs, in words.
    pub fn what(&self) -> String {
        match self.is_main {
            true => "main".to_owned(),
            false => format!("evaluation {}, '{}'", self.number(), self.subject.name),
        }
    }

    /// The evaluation is about to run, perhaps not for the first time.
    pub fn begin_run(&mut self) {
        self.again = false;
        self.ticks = 0;
        self.frame = 0;
        for watch in &mut self.watches {
            watch.forget();
        }
        interrupt::running();
    }

    fn changes(&mut self, view: &View<'_, '_>) -> Vec<Change> {
        let evaluation = self.past.len() + 1;
        let errors = &self.errors;
        self.watches
            .iter_mut()
            .filter(|watch| watch.evaluation == evaluation)
            .filter_map(|watch| watch.look(view, errors))
            .collect()
    }

    /// Why a run stops here whatever it goes to, if it does.
    fn hit(&self, view: &View<'_, '_>, call: ActiveCall, changes: &[Change]) -> Option<Why> {
        let mut hits: Vec<Hit> = changes.iter().cloned().map(Hit::Watch).collect();
        let all = self.breakpoints.iter();
        hits.extend(all.filter_map(|b| b.hit(view, call, &self.errors)));
        (!hits.is_empty()).then_some(Why::Hits(hits))
    }

    /// Why the run stops at this tick; `None`: it goes on.
    fn reason(&mut self, view: &View<'_, '_>, changes: &[Change]) -> Option<Why> {
        let call = view.call(0)?;
        let hit = match &self.goal {
            Goal::At { .. } | Goal::Skip | Goal::Back { .. } => None,
            Goal::Begin | Goal::Continue | Goal::Step | Goal::Next { .. } | Goal::Finish { .. } => {
                self.hit(view, call, changes)
            }
        };
        if hit.is_some() {
            return hit;
        }
        let arrived = match &self.goal {
            Goal::Begin => !self.trivial && view.ticks() == 1,
            Goal::Continue | Goal::Skip | Goal::Back { .. } => false,
            Goal::Step => true,
            Goal::Next { depth, serial } => call.serial == *serial || view.depth() < *depth,
            Goal::Finish { depth } => view.depth() < *depth,
            Goal::At { tick, why } => {
                return (view.ticks() >= *tick).then(|| why.clone());
            }
        };
        arrived.then_some(Why::Arrived)
    }

    /// Looks at a tick on the way to one before which something is looked for; whether that is reached.
    fn look_back(&mut self, view: &View<'_, '_>, changes: &[Change]) -> bool {
        let Some(call) = view.call(0) else {
            return false;
        };
        let Goal::Back { before, kind, .. } = self.goal else {
            return false;
        };
        let now = view.ticks();
        if now < before {
            let arrived = |there: bool| there.then_some(Why::Arrived);
            let why = match kind {
                Backwards::Next { depth, serial } => {
                    arrived(call.serial == serial || view.depth() < depth)
                }
                Backwards::Finish { depth } => arrived(view.depth() < depth),
                Backwards::Continue => self.hit(view, call, changes),
            };
            if let Some(why) = why
                && let Goal::Back { found, .. } = &mut self.goal
            {
                *found = Some((now, why));
            }
        }
        now + 1 >= before
    }

    /// The run that looked for an earlier tick is over: the next one goes there.
    fn go_back(&mut self) {
        if let Goal::Back { found, .. } = &mut self.goal {
            let (tick, why) = found.take().unwrap_or((1, Why::Beginning));
            self.goal = Goal::At { tick, why };
            self.again = true;
        }
    }

    /// Stands still and does what is asked for. Whether the run goes on.
    fn stop(&mut self, view: &View<'_, '_>, standing: Standing<'_>, why: &Why) -> bool {
        interrupt::standing();
        self.repeat = 1;
        self.frame = 0;
        self.listed = None;
        let then = match self.editor.take() {
            Some(mut editor) => {
                self.visited = true;
                let then = editor.stopped(self, view, standing, why);
                self.editor = Some(editor);
                then
            }
            None => self.stop_at_terminal(view, standing, why),
        };
        interrupt::running();
        self.follow(then)
    }

    fn stop_at_terminal(&mut self, view: &View<'_, '_>, standing: Standing<'_>, why: &Why) -> Then {
        if self.told.mid_line.replace(false) {
            tell!("");
        }
        if !self.visited && !self.is_main {
            tell!("{} for {}", self.what(), self.subject.place);
        }
        self.visited = true;
        if *why != Why::Arrived {
            tell!("{why}");
        }
        self.show_place(view, standing);
        let then = self.ask(view, standing);
        let _ = std::io::stdout().flush();
        then
    }

    /// Whether the run goes on.
    fn follow(&mut self, then: Then) -> bool {
        match then {
            Then::Go(goal) => {
                self.goal = goal;
                true
            }
            Then::Again(goal) => {
                self.goal = goal;
                self.silent_until = 0;
                self.again = true;
                false
            }
            Then::Quit => {
                self.quit = true;
                false
            }
        }
    }
}

impl Controller for Session {
    fn tick(&mut self, view: &View<'_, '_>) -> bool {
        self.ticks = view.ticks();
        let changes = match self.watches.is_empty() {
            true => Vec::new(),
            false => self.changes(view),
        };
        if interrupt::wanted() {
            return self.stop(view, Standing::Tick, &Why::Interrupted);
        }
        if (self.editor.as_ref()).is_some_and(|editor| editor.is_asked(self.sources.len()))
            && let Some(mut editor) = self.editor.take()
        {
            let wanted = editor.asked_meanwhile(self, view);
            self.editor = Some(editor);
            match wanted {
                Meanwhile::Nothing => {}
                Meanwhile::Pause => return self.stop(view, Standing::Tick, &Why::Interrupted),
                Meanwhile::Quit => return self.follow(Then::Quit),
            }
        }
        if self.ticks <= self.silent_until {
            return true;
        }
        if matches!(self.goal, Goal::Back { .. }) {
            if self.look_back(view, &changes) {
                self.go_back();
                return false;
            }
            return true;
        }
        match self.reason(view, &changes) {
            Some(Why::Arrived) if self.repeat > 1 => {
                self.repeat -= 1;
                true
            }
            Some(why) => self.stop(view, Standing::Tick, &why),
            None => true,
        }
    }

    fn ended(&mut self, view: &View<'_, '_>, status: &Status) {
        interrupt::standing();
        self.ticks = view.ticks();
        if self.quit || runs_again(status) {
            return;
        }
        if matches!(self.goal, Goal::Back { .. }) {
            self.go_back();
            return;
        }
        let failed = match status {
            Status::Trapped(_) | Status::Limit(_) | Status::Refused(_) => {
                !self.subject.name.starts_with("__default_")
            }
            Status::Finished(_) | Status::Exit(_) | Status::Unsupported(_) | Status::Bug(_) => {
                false
            }
        };
        if self.goal == Goal::Skip || !failed && !self.visited {
            return;
        }
        self.stop(view, Standing::End(status), &Why::Arrived);
    }
}
