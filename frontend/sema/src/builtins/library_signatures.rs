//! What compiler functions take and give. Declarations that bind them are compared with this table, since calls hand over
//! words.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast;

use crate::builtins::metatypes::library_function;
use crate::declarations::lookup::Found;
use crate::sema::{DeclId, DeclSyntax, Env, Res, Sema};

/// A type in a signature.
#[derive(Clone, Copy)]
enum Form {
    U32,
    I64,
    Text,
    Type,
    MaybeType,
    Bytes,
    /// A slice of records, or of their names; which fields they have is the declaration's matter.
    Records,
    /// A record of the library.
    Place,
    /// `..args: []any`
    Arguments,
    Nothing,
    /// Looked at where it is called.
    Whatever,
}

struct Function {
    name: &'static str,
    params: &'static [Form],
    ret: Form,
    /// As it is declared.
    text: &'static str,
}

const fn function(
    name: &'static str,
    params: &'static [Form],
    ret: Form,
    text: &'static str,
) -> Function {
    Function {
        name,
        params,
        ret,
        text,
    }
}

const FUNCTIONS: &[Function] = {
    use Form::*;
    &[
        function("raw_intern", &[Text], U32, "(s: string) -> u32"),
        function("raw_text_of", &[U32], Text, "(id: u32) -> string"),
        function("raw_find_type", &[U32], U32, "(name: u32) -> u32"),
        function("raw_type_name", &[U32], U32, "(t: u32) -> u32"),
        function("raw_type_kind", &[U32], I64, "(t: u32) -> i64"),
        function("raw_field_count", &[U32], I64, "(t: u32) -> i64"),
        function(
            "raw_field_name",
            &[U32, I64],
            U32,
            "(t: u32, idx: i64) -> u32",
        ),
        function(
            "raw_field_type",
            &[U32, I64],
            U32,
            "(t: u32, idx: i64) -> u32",
        ),
        function(
            "raw_variant_value",
            &[U32, I64],
            I64,
            "(t: u32, idx: i64) -> i64",
        ),
        function("raw_pointer_to", &[Type], Type, "(t: Type) -> Type"),
        function("raw_declare_type", &[Text], Type, "(name: string) -> Type"),
        function(
            "raw_register_type",
            &[Type, I64, Records],
            Type,
            "(handle: Type, kind: i64, members: []Member) -> Type",
        ),
        function(
            "comptime_print",
            &[Text, Arguments],
            Nothing,
            "(fmt: string, ..args: []any)",
        ),
        function(
            "get_type_by_name",
            &[Text],
            MaybeType,
            "(name: string) -> ?Type",
        ),
        function("embed", &[Text], Bytes, "(path: string) -> []u8"),
        function(
            "compile_error",
            &[Text, Place],
            Nothing,
            "(message: string, at: Source_Location)",
        ),
        function(
            "compile_warning",
            &[Text, Place],
            Nothing,
            "(message: string, at: Source_Location)",
        ),
        function(
            "get_struct_fields",
            &[Whatever],
            Records,
            "(T: Type) -> []StructField",
        ),
        function(
            "get_functions",
            &[Whatever],
            Records,
            "(T: Type) -> []FunctionInfo",
        ),
        function(
            "source_of",
            &[Whatever],
            Place,
            "(declared: $D) -> Source_Location",
        ),
        function("doc_of", &[Whatever], Text, "(declared: $D) -> string"),
        function("notes_of", &[Whatever], Records, "(declared: $D) -> []Note"),
        function(
            "operands_of",
            &[Whatever],
            Records,
            "(condition: Code) -> []Operand",
        ),
        function(
            "define_function",
            &[Whatever, Text, Whatever, Whatever],
            Whatever,
            "($F: Type, name: string, params: []string, body: Code) -> F",
        ),
    ]
};

impl Sema<'_> {
    /// All of the program: whoever lacks a body finds out whether it was declared wrongly.
    pub fn check_library_functions(&mut self) {
        for index in 0..self.decls.len() {
            let id = DeclId(index as u32);
            if let DeclSyntax::Fn(decl) = self.decl(id).syntax {
                self.check_library_function(id, decl);
            }
        }
    }

    /// A declaration that binds a function of the compiler library.
    pub fn check_library_function(&mut self, id: DeclId, decl: &'static ast::FnDecl) {
        let info = self.decl(id);
        let (name, span, env) = (info.name, info.name_span, info.env.clone());
        let of = self.named_library(id, decl);
        let known = match library_function(decl, name.as_str()) {
            None => {
                if let Some((lib, text)) = of
                    && text == "compiler"
                {
                    self.error(
                        span,
                        format!("'{name}' is of the compiler library: write `abi(.compiler) extern {lib}`"),
                    );
                }
                return;
            }
            Some(Err(unknown)) => {
                self.error(
                    span,
                    format!("the compiler library has no function '{unknown}'"),
                );
                return;
            }
            Some(Ok(known)) => known,
        };
        if decl.link.as_ref().is_none_or(|link| link.lib.is_none()) {
            self.error(
                span,
                format!("'{name}' names no library: write `compiler :: #library \"compiler\";` and end the declaration with `abi(.compiler) extern compiler;`"),
            );
            return;
        }
        if let Some((lib, text)) = of
            && text != "compiler"
        {
            self.error(
                span,
                format!("'{lib}' is the library \"{text}\", and '{name}' binds a function of the compiler library: write `compiler :: #library \"compiler\";` and `abi(.compiler) extern compiler`"),
            );
            return;
        }
        let Some(function) = FUNCTIONS.iter().find(|f| f.name == known) else {
            return;
        };
        // What is no type is reported with the signature.
        if self.fits(&env, decl, function).is_ok_and(|fits| !fits) {
            self.error(
                span,
                format!(
                    "'{name}' does not fit the compiler library's function: declare it as `{}`",
                    function.text
                ),
            );
        }
    }

    /// The library that an `extern` declaration names, and what that is. Finding out doesn't make the program need it.
    fn named_library(&mut self, id: DeclId, decl: &ast::FnDecl) -> Option<(Symbol, String)> {
        let link = decl.link.as_ref()?;
        let lib = link.lib.filter(|_| link.kind == ast::LinkKind::Extern)?;
        let info = self.decl(id);
        let (env, module) = (info.env.clone(), info.module);
        let lib = self.spelled(&env, lib).ok()?;
        let text = |syntax: &DeclSyntax| match syntax {
            DeclSyntax::Library(text) => Some(text.to_string()),
            _ => None,
        };
        let own = match self.lookup_module(module, lib.name) {
            Found::Decl(found) => text(&self.decl(found).syntax),
            Found::Nothing | Found::Invisible(_) | Found::Ambiguous(..) => {
                let mut all = self.decls.iter().filter(|d| d.name == lib.name);
                all.find_map(|d| text(&d.syntax))
            }
        };
        own.map(|text| (lib.name, text))
    }

    fn fits(&mut self, env: &Rc<Env>, decl: &'static ast::FnDecl, want: &Function) -> Res<bool> {
        let params = &decl.sig.params;
        if params.len() != want.params.len() {
            return Ok(false);
        }
        for (param, form) in params.iter().zip(want.params) {
            let variadic = param.kind == ast::ParamKind::Variadic;
            if variadic != matches!(form, Form::Arguments) {
                return Ok(false);
            }
            let Some(ty) = &param.ty else {
                return Ok(false);
            };
            if !matches!(form, Form::Whatever) {
                let ty = self.eval_type(env, ty)?;
                if !self.has_form(ty, *form)? {
                    return Ok(false);
                }
            }
        }
        if matches!(want.ret, Form::Whatever) {
            return Ok(true);
        }
        let ret = self.eval_ret(env, decl.sig.ret.as_ref())?;
        self.has_form(ret, want.ret)
    }

    fn has_form(&mut self, ty: TypeId, form: Form) -> Res<bool> {
        let kind = self.m.types.kind(ty).clone();
        Ok(match form {
            Form::U32 => self.m.types.int_info(ty) == Some((32, false)),
            Form::I64 => ty == TypeId::I64,
            Form::Text => matches!(kind, TypeKind::String | TypeKind::StringZ),
            Form::Type => ty == TypeId::TYPE,
            Form::MaybeType => matches!(kind, TypeKind::Optional(of) if of == TypeId::TYPE),
            Form::Bytes => {
                matches!(kind, TypeKind::Slice(of) if self.m.types.int_info(of) == Some((8, false)))
            }
            Form::Records => match kind {
                TypeKind::Slice(of) => matches!(
                    self.m.types.kind(of),
                    TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::String
                ),
                _ => false,
            },
            Form::Place => matches!(kind, TypeKind::Struct(_)),
            Form::Arguments => matches!(kind, TypeKind::Slice(of) if of == TypeId::ANY),
            Form::Nothing => ty == TypeId::VOID,
            Form::Whatever => true,
        })
    }
}
