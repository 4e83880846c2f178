//! The JSON Schema of `rolewright.toml`, for editors.

use serde_json::{Map, Value, json};

use super::{ENGINES, FailOn};
use crate::lint::{Level, Rule};

/// The schema (draft-07) with the names of these rules.
pub fn schema(rules: &[&'static Rule]) -> Value {
    let levels = [Level::Off, Level::Note, Level::Warning, Level::Error].map(Level::word);
    let settable = rules.iter().filter(|rule| rule.name != super::FIXED_LEVEL);
    let rules: Map<String, Value> = settable
        .map(|rule| {
            let default = rule.category.default_level().word();
            let level = json!({"enum": levels, "default": default});
            let settings = json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "level": level,
                    "ignorable": {
                        "description": "Whether comments may allow what the rule reports.",
                        "type": "boolean",
                        "default": true
                    }
                }
            });
            let value = json!({"description": rule.summary, "default": default, "anyOf": [level, settings]});
            (rule.name.to_owned(), value)
        })
        .collect();
    let version = |server: &str| json!({"description": format!("Version of {server}, such as \"1.20\"."), "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)*$"});
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rolewright.toml",
        "description": "Configuration of rolewright.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "fail-on": {
                "description": "From which severity on findings make `check` exit with 1.",
                "enum": FailOn::WORDS.map(|(word, _)| word),
                "default": "warning"
            },
            "exclude": {
                "description": "Globs, relative to this file, of paths that are not read; a directory means all that is in it.",
                "type": "array",
                "items": {"type": "string"}
            },
            "baseline": {
                "description": "File, relative to this one, that lists findings which are known and left out; `check --write-baseline` makes it.",
                "type": "string"
            },
            "target": {
                "description": "The servers that answers are given for; Vault or OpenBao, not both.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "vault": version("Vault"),
                    "openbao": version("OpenBao"),
                    "kubernetes": version("Kubernetes")
                },
                "not": {"required": ["vault", "openbao"]}
            },
            "rules": {
                "description": "Level by rule name.",
                "type": "object",
                "additionalProperties": false,
                "properties": rules
            },
            "limits": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "max_ttl": {
                        "description": "The longest lifetime of a token that is fine: `24h`, `90m`, `1d`, or seconds.",
                        "type": ["string", "integer"],
                        "default": "24h"
                    }
                }
            },
            "mount": {
                "description": "Secrets mounts that the files do not tell of.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["path", "type"],
                    "properties": {
                        "path": {"description": "Path of the mount.", "type": "string", "minLength": 1},
                        "type": {"description": "Secrets engine.", "type": "string", "examples": ENGINES},
                        "scope": {
                            "description": "Directory, relative to this file, that it holds for; all without it.",
                            "type": "string"
                        }
                    }
                }
            }
        }
    })
}

/// The text of the schema file.
pub fn schema_text(rules: &[&'static Rule]) -> String {
    format!("{:#}\n", schema(rules))
}
