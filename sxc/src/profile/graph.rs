//! The flame graph.

use std::io;
use std::path::Path;

use inferno::flamegraph::{self, Options, TextTruncateDirection};

use crate::profile::{Profile, Weight};

/// A profile as SVG.
pub fn svg(profile: &Profile, program: &Path) -> io::Result<Vec<u8>> {
    let folded = profile.folded();
    if folded.is_empty() {
        return Ok(EMPTY.as_bytes().to_vec());
    }
    let mut options = Options::default();
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    options.title = format!("Compile time of {name}");
    let evaluations = match profile.evaluations {
        1 => "one evaluation".to_owned(),
        many => format!("{many} evaluations"),
    };
    let amount = match profile.by {
        Weight::Steps => format!("{} steps", profile.total()),
        Weight::Time => format!("{:.3} ms", profile.total() as f64 / 1e6),
    };
    options.subtitle = Some(format!("{amount} of {evaluations} in the bytecode VM"));
    match profile.by {
        Weight::Steps => options.count_name = "steps".to_owned(),
        Weight::Time => {
            options.count_name = "µs".to_owned();
            options.factor = 1e-3;
        }
    }
    // Colours that depend on nothing but names.
    options.deterministic = true;
    options.text_truncate_direction = TextTruncateDirection::Right;
    // Lines are in the order of their calls, which is not that of their bytes, and are to be taken as they come. Only
    // charts are; those begin with the last line.
    options.flame_chart = true;
    let mut out = Vec::new();
    flamegraph::from_lines(&mut options, folded.lines().rev(), &mut out)?;
    Ok(out)
}

const EMPTY: &str = r#"<?xml version="1.0" standalone="no"?>
<svg version="1.1" width="1200" height="60" viewBox="0 0 1200 60" xmlns="http://www.w3.org/2000/svg">
<text x="600" y="35" text-anchor="middle" font-family="monospace" font-size="14">No code was evaluated while compiling.</text>
</svg>
"#;
