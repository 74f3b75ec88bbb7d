//! `sxc members`.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sx_sema::{TypeMember, TypeMembers};

use crate::cli::MembersArgs;
use crate::pipeline::{self, Stopped};
use crate::product::Product;

pub fn run(args: &MembersArgs) -> Result<u8, Stopped> {
    let product = Product::apart();
    let found = pipeline::view(
        &args.file,
        &args.compile,
        None,
        |config, files, evaluator| sx_sema::members(&args.file, config, files, evaluator, &args.ty),
    )?;
    let text = match args.json {
        true => as_json(&found),
        false => as_text(&found),
    };
    product.write(text.as_bytes(), None, args.compile.error_format)
}

/// Each member on a line, and behind it where it comes from.
fn as_text(found: &TypeMembers) -> String {
    let mut out = format!(
        "{} :: {} {{ // {}: {} bytes, aligned to {}\n",
        found.name, found.kind, found.place, found.size, found.align
    );
    let written: Vec<String> = found.members.iter().map(written).collect();
    let widths = written.iter().map(|text| text.chars().count());
    let width = widths.filter(|width| *width <= 60).max().unwrap_or(0);
    for (member, text) in found.members.iter().zip(&written) {
        for line in member.doc.iter().flat_map(|doc| doc.lines()) {
            let _ = writeln!(out, "    /// {line}");
        }
        let _ = write!(out, "    {text:width$}  // ");
        if let Some(protocol) = &member.protocol {
            let _ = write!(out, "impl {protocol}, ");
        }
        out.push_str(&member.place);
        for told in &member.iterations {
            let _ = write!(out, ", {told}");
        }
        for place in &member.made_by {
            let _ = write!(out, ", by {place}");
        }
        out.push('\n');
    }
    out.push_str("}\n");
    out
}

fn written(member: &TypeMember) -> String {
    format!("{}{};", member.name, member.rest)
}

fn as_json(found: &TypeMembers) -> String {
    let member = |member: &TypeMember| -> Value {
        json!({
            "kind": member.kind,
            "name": member.name,
            "text": format!("{}{}", member.name, member.rest),
            "type": member.ty,
            "doc": member.doc,
            "place": member.place,
            "made_by": member.made_by,
            "iterations": member.iterations,
            "protocol": member.protocol,
        })
    };
    let members: Vec<Value> = found.members.iter().map(member).collect();
    let value = json!({
        "type": found.name,
        "kind": found.kind,
        "size": found.size,
        "align": found.align,
        "place": found.place,
        "members": members,
    });
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    format!("{text}\n")
}
