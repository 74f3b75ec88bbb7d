//! Methods of protocols that loops, conditions and code make: once for a protocol, or for each instance of one that has
//! parameters.

use std::rc::Rc;
use std::sync::Arc;

use sx_syntax::ast::{self, DeclKind, MemberKind};

use crate::sema::{Env, Res, Sema};

impl Sema<'_> {
    /// A protocol with the methods that its body has once its forms have run.
    pub fn expanded_protocol(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::ProtocolDecl,
    ) -> Res<&'static ast::ProtocolDecl> {
        if decl.members.is_empty() {
            return Ok(decl);
        }
        let mut methods: Vec<ast::Decl> = Vec::new();
        let mut envs = Vec::new();
        for (member, own) in self.expand_body(env, &decl.members)? {
            let method = match &member.kind {
                MemberKind::Decl(method) => match &method.kind {
                    DeclKind::Fn(f) => Some((method, f)),
                    _ => None,
                },
                _ => None,
            };
            let Some((method, f)) = method else {
                self.error(member.span, "a protocol holds methods only");
                continue;
            };
            let name = self.spelled(&own, method.name)?;
            if methods.iter().any(|known| known.name.name == name.name) {
                self.error(name.span, format!("duplicate method '{}'", name.name));
                continue;
            }
            self.look_from(&own);
            self.check_receiver(&own, method);
            let mut f: ast::FnDecl = self.spelled_parameters(&own, f).clone();
            f.name = Some(name);
            methods.push(ast::Decl {
                span: method.span,
                name,
                attrs: method.attrs.clone(),
                kind: DeclKind::Fn(Arc::new(f)),
            });
            envs.push(own);
        }
        let expanded: &'static ast::ProtocolDecl = Box::leak(Box::new(ast::ProtocolDecl {
            span: decl.span,
            name: decl.name,
            params: decl.params.clone(),
            inline: decl.inline,
            identity: decl.identity,
            methods,
            members: Vec::new(),
        }));
        for (method, own) in expanded.methods.iter().zip(envs) {
            if let DeclKind::Fn(f) = &method.kind
                && !Rc::ptr_eq(&own, env)
            {
                let key: *const ast::FnDecl = &**f;
                let made = (own, env.clone());
                self.caches.meta.protocol_methods.insert(key, made);
            }
        }
        Ok(expanded)
    }

    /// What a protocol's method sees, where `protocol` is what the protocol's body sees.
    pub fn protocol_method_env(&self, protocol: &Rc<Env>, f: &ast::FnDecl) -> Rc<Env> {
        let key: *const ast::FnDecl = f;
        match self.caches.meta.protocol_methods.get(&key) {
            Some((own, declared)) => rebased(own, declared, protocol),
            None => protocol.clone(),
        }
    }
}

/// `env`, with `onto` in the place of `from`. Code from elsewhere sees the names that `onto` adds to `from`.
fn rebased(env: &Rc<Env>, from: &Rc<Env>, onto: &Rc<Env>) -> Rc<Env> {
    if Rc::ptr_eq(env, from) {
        return onto.clone();
    }
    let copy = match &env.parent {
        Some(parent) => rebased(parent, from, onto).child(),
        None => {
            let root = env.child();
            let mut added = Some(onto);
            while let Some(e) = added {
                if Rc::ptr_eq(e, from) {
                    break;
                }
                for (name, binding) in e.names.borrow().iter() {
                    if !root.names.borrow().contains_key(name) {
                        root.bind(*name, binding.clone());
                    }
                }
                added = e.parent.as_ref();
            }
            return root;
        }
    };
    for (name, binding) in env.names.borrow().iter() {
        copy.bind(*name, binding.clone());
    }
    copy
}
