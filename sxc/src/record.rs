//! What is compared of an evaluation between engines: the record of one, as text where that is simplest.

use std::fmt::Write as _;

use sx_ir::{ConstImage, Module, RelocTarget};
use sx_sema::{EvalResult, Evaluation};
use sx_tier_api::Frame;

/// What parity compares of one evaluation.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Record {
    pub root: String,
    pub status: String,
    pub frames: Vec<String>,
    pub steps: u64,
    pub peak_memory: u64,
    pub digest: u64,
    pub result: String,
    pub transcript: Vec<String>,
}

pub fn describe(
    module: &Module,
    root: sx_ir::FuncId,
    evaluation: &Evaluation,
    digest: u64,
) -> Record {
    Record {
        root: module.func(root).name.clone(),
        status: format!("{:?}", evaluation.status),
        frames: evaluation
            .frames
            .iter()
            .map(|frame| frame_text(module, frame))
            .collect(),
        steps: evaluation.steps,
        peak_memory: evaluation.peak_memory,
        digest,
        result: match &evaluation.result {
            None => String::new(),
            Some(Ok(result)) => result_text(result),
            Some(Err(unstorable)) => {
                format!("unstorable {}: {}", unstorable.path, unstorable.reason)
            }
        },
        transcript: Vec::new(),
    }
}

/// `name at file:line:col`.
pub fn frame_text(module: &Module, frame: &Frame) -> String {
    let loc = module.loc(frame.loc);
    let file = module
        .files
        .get(loc.file as usize)
        .map_or("?", String::as_str);
    format!(
        "{} at {file}:{}:{}",
        module.func(frame.func).name,
        loc.line,
        loc.col
    )
}

fn result_text(result: &EvalResult) -> String {
    let mut text = image_text(&result.image);
    for object in &result.objects {
        let _ = write!(
            text,
            "; {} {} {}",
            object.size,
            object.align,
            image_text(&object.init)
        );
    }
    text
}

fn image_text(image: &ConstImage) -> String {
    let mut text = String::new();
    for byte in &image.bytes {
        let _ = write!(text, "{byte:02x}");
    }
    for reloc in &image.relocs {
        let target = match reloc.target {
            RelocTarget::Global(id) => format!("g{}", id.0),
            RelocTarget::Func(id) => format!("f{}", id.0),
        };
        let _ = write!(text, " [{}]={target}+{}", reloc.offset, reloc.addend);
    }
    text
}

pub fn difference(engine: &str, expected: &Record, got: &Record) -> String {
    let mut parts = Vec::new();
    let mut part = |what: &str, a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug| {
        let (a, b) = (format!("{a:?}"), format!("{b:?}"));
        if a != b {
            parts.push(format!("{what}: {a} against {b} with {engine}"));
        }
    };
    part("status", &expected.status, &got.status);
    part("frames", &expected.frames, &got.frames);
    part("steps", &expected.steps, &got.steps);
    part("peak memory", &expected.peak_memory, &got.peak_memory);
    part("memory digest", &expected.digest, &got.digest);
    part("result", &expected.result, &got.result);
    part("transcript", &expected.transcript, &got.transcript);
    format!(
        "the engines disagree on '{}': {}",
        expected.root,
        parts.join("; ")
    )
}
