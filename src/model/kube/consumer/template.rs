//! What templates of Vault Agent ask the server for.
//!
//! Source: consul-template, `template/funcs.go`; the functions `secret`, `secrets` and `pkiCert`.

use crate::syntax::{Span, Spanned};

/// One call in a template that fetches something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateCall {
    /// Which function.
    pub function: TemplateFunction,
    /// The path; nothing if the template computes it.
    pub path: Option<Spanned<String>>,
    /// Further arguments, `key=value` each; nothing in the place of one that is computed.
    pub arguments: Vec<Option<String>>,
    /// The call, or the template if the call cannot be found in the source letter for letter.
    pub span: Span,
}

/// The functions that fetch something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateFunction {
    /// `secret`: reads, or writes if it has further arguments.
    Secret,
    /// `secrets`: lists.
    Secrets,
    /// `pkiCert`: writes.
    PkiCert,
}
