//! Access questions as JSON, and the answers to them: for bulk questions and for other tools.
//!
//! ```
//! use rolewright::semantics::dialect::Dialect;
//! use rolewright::semantics::eval::{Question, answer};
//!
//! let question: Question = serde_json::from_str(
//!     r#"{"policies": [{"name": "app", "text": "path \"secret/*\" { capabilities = [\"read\"] }"}],
//!         "path": "secret/db", "operation": "read"}"#,
//! )?;
//! let answer = serde_json::to_string(&answer(&question, Dialect::OpenBao, 0))?;
//! assert_eq!(
//!     answer,
//!     r#"{"allowed":true,"capabilities":["read"],"rule":{"policy":"app","path":"secret/*","line":1}}"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

mod acl;
pub mod rbac;

pub use acl::{
    AliasFields, Answer, DecidingRule, DialectWord, EntityFields, Evaluator, GroupFields, PolicyText,
    Question, Shelf, answer,
};
