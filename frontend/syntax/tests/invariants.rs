//! What every tree promises: expression ids are unique and below `expr_count`, spans lie within the text and
//! enclose those of the operands (a piped value stands before its call).

use std::collections::HashSet;
use std::fs;

use sx_syntax::ast::{Expr, ExprKind};
use sx_syntax::visit::{Visitor, walk_expr, walk_file};
use sx_syntax::{FileId, parse_file};

struct Check<'a> {
    text: &'a str,
    seen: HashSet<u32>,
    outer: Vec<(u32, u32)>,
}

impl Visitor for Check<'_> {
    fn expr(&mut self, expr: &Expr) {
        let span = expr.span;
        assert!(
            self.seen.insert(expr.id.0),
            "repeated id: {:?}",
            self.text.get(span.lo as usize..span.hi as usize)
        );
        let shown = self.text.get(span.lo as usize..span.hi as usize);
        let shown = shown.unwrap_or_else(|| panic!("span {span:?} is not in the text"));
        assert!(
            !shown.is_empty() && shown.trim() == shown,
            "span covers {shown:?}"
        );
        if let Some((lo, hi)) = self.outer.last() {
            assert!(
                *lo <= span.lo && span.hi <= *hi,
                "{shown:?} sticks out of its parent"
            );
        }
        if let ExprKind::Ident(name) = &expr.kind {
            assert_eq!(name.span, span);
        }
        self.outer.push((span.lo, span.hi));
        walk_expr(self, expr);
        self.outer.pop();
    }
}

#[test]
fn ids_and_spans() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "sx") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let ast = parse_file(FileId(1), &text).ast;
        let mut check = Check {
            text: &text,
            seen: HashSet::new(),
            outer: Vec::new(),
        };
        walk_file(&mut check, &ast);
        assert!(check.seen.iter().all(|id| *id < ast.expr_count));
        assert!(!check.seen.is_empty());
    }
}
