//! The HCL form of the spec: the same nouns as blocks.

use crate::syntax::SourceId;
use crate::syntax::hcl2::{self, BlockForm, Parsed, Step};
use Step::{Item, Key, Label};

/// Reads the HCL form into the tree that [`super::lower`] takes.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    hcl2::parse(text, source, BLOCKS)
}

/// Where each block belongs in the spec.
const BLOCKS: &[BlockForm] = &[
    form("mount", &[Key("vault"), Key("mounts"), Label], &[]),
    form("auth", &[Key("vault"), Key("auth"), Label], ROLES),
    form("role", &[Key("vault"), Key("auth"), Label, Key("roles"), Label], &[]),
    form("policy", &[Key("vault"), Key("policies"), Label], &[form("path", &[Key("path"), Label], &[])]),
    form("secrets_engine", &[Key("vault"), Key("secrets_engines"), Label], ROLES),
    form("secrets_role", &[Key("vault"), Key("secrets_engines"), Label, Key("roles"), Label], &[]),
    form("service_account", &[Key("kubernetes"), Key("service_accounts"), Item], &[]),
    form("kubernetes_role", &[Key("kubernetes"), Key("roles"), Item], &[RULE, SUBJECT]),
    form("kubernetes_binding", &[Key("kubernetes"), Key("bindings"), Item], &[SUBJECT]),
    form(
        "grant",
        &[Key("grants"), Item],
        &[
            form("kv", &[Key("kv"), Item], &[]),
            form("database", &[Key("database"), Item], &[]),
            form("pki", &[Key("pki"), Item], &[]),
            form("transit", &[Key("transit"), Item], &[]),
            form("kubernetes", &[Key("kubernetes"), Item], &[]),
        ],
    ),
    form("expect", &[Key("expect"), Item], &[]),
];

const ROLES: &[BlockForm] = &[form("role", &[Key("roles"), Label], &[])];
const RULE: BlockForm = form("rule", &[Key("rules"), Item], &[]);
const SUBJECT: BlockForm = form("subject", &[Key("subjects"), Item], &[]);

const fn form(word: &'static str, steps: &'static [Step], inside: &'static [BlockForm]) -> BlockForm {
    BlockForm { word, steps, inside }
}
