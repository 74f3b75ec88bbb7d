//! Bodies of types, and compile-time control flow around declarations.

use super::*;

impl<'t> Renderer<'_, 't> {
    pub(crate) fn structure(&mut self, s: &'t StructDecl) {
        self.scope(Scope::Struct(s), |r| {
            r.s("struct");
            if !s.params.is_empty() {
                r.params(&s.params);
            }
            r.s(" ");
            r.members(&s.members);
        });
    }

    pub(crate) fn union(&mut self, u: &'t UnionDecl) {
        self.s("union ");
        self.members(&u.members);
    }

    pub(crate) fn enumeration(&mut self, e: &'t EnumDecl) {
        self.s("enum ");
        self.s(if e.flags { "flags " } else { "" });
        if let Some(backing) = &e.backing {
            self.expr(backing);
            self.s(" ");
        }
        self.braced(&e.variants, &|r, variant| r.variant(variant));
    }

    pub fn variant(&mut self, member: &'t EnumMember) {
        if self.resolve.variant(self, member) {
            return;
        }
        match member {
            EnumMember::Variant(v) => {
                self.attrs(&v.attrs);
                self.name(v.name, NameUse::Member);
                self.opt(" :: ", &v.value);
                self.opt(": ", &v.payload);
                self.s(";");
            }
            EnumMember::Inline(inline) => self.inline(inline, &|r, v| r.variant(v)),
            EnumMember::Insert(expr) => self.directive("#insert ", expr),
            EnumMember::Assert(assert) => self.assert(assert),
        }
    }

    pub fn members(&mut self, members: &'t [Member]) {
        self.braced(members, &|r, member| r.member(member));
    }

    pub fn member(&mut self, member: &'t Member) {
        if self.resolve.member(self, member) {
            return;
        }
        match &member.kind {
            MemberKind::Field(field) => {
                self.attrs(&field.attrs);
                self.commas(&field.names, |r, name| r.name(*name, NameUse::Member));
                self.s(": ");
                self.expr(&field.ty);
                self.opt(" = ", &field.default);
                self.s(";");
            }
            MemberKind::Using(path) => self.directive("#using ", path),
            MemberKind::Decl(decl) => {
                self.attrs(&decl.attrs);
                self.decl_bare(decl, NameUse::Member);
            }
            MemberKind::Anon(s) => {
                self.structure(s);
                self.s(";");
            }
            MemberKind::Inline(inline) => self.inline(inline, &|r, m| r.member(m)),
            MemberKind::Insert(expr) => self.directive("#insert ", expr),
            MemberKind::Assert(assert) => self.assert(assert),
        }
    }

    // ------------------------------------------------------------------------------------------------ inline

    pub(crate) fn inline<T>(&mut self, inline: &'t Inline<T>, each: &dyn Fn(&mut Self, &'t T)) {
        match inline {
            Inline::If(branch) => {
                self.s("inline ");
                self.inline_if(branch, each);
            }
            Inline::Match(m) => {
                self.s("inline if ");
                self.expr(&m.subject);
                self.s(" == {");
                self.indented(|r| {
                    for arm in &m.arms {
                        r.line();
                        r.s("case ");
                        r.pattern(&arm.pattern);
                        r.s(":");
                        r.indented(|r| arm.items.iter().for_each(|i| r.on_line(|r| each(r, i))));
                    }
                    if let Some(items) = &m.else_ {
                        r.line();
                        r.s("else:");
                        r.indented(|r| items.iter().for_each(|i| r.on_line(|r| each(r, i))));
                    }
                });
                self.line();
                self.s("}");
            }
            Inline::For(f) => self.scope(Scope::Other, |r| {
                r.s("inline for ");
                r.for_head(&f.iters, &f.captures);
                r.braced(&f.items, each);
            }),
        }
    }

    fn inline_if<T>(&mut self, branch: &'t InlineIf<T>, each: &dyn Fn(&mut Self, &'t T)) {
        self.s("if ");
        self.expr(&branch.cond);
        self.s(" ");
        self.braced(&branch.then, each);
        match &branch.else_ {
            Some(InlineElse::If(next)) => {
                self.s(" else ");
                super::with_stack(|| self.inline_if(next, each));
            }
            Some(InlineElse::Items(items)) => {
                self.s(" else ");
                self.braced(items, each);
            }
            None => {}
        }
    }
}
