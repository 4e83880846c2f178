//! The JSON Schema of `rolewright.toml`, for editors.

use serde_json::{Map, Value, json};

use super::FailOn;
use super::servers::ENGINES;
use crate::lint::{Category, Level, Profile, Rule, Selector};

/// The schema (draft-07) with the names of these rules.
pub fn schema(rules: &[&'static Rule]) -> Value {
    let levels = [Level::Off, Level::Note, Level::Warning, Level::Error].map(Level::word);
    let settable = rules.iter().filter(|rule| rule.name != Selector::FIXED);
    let by_name: Map<String, Value> =
        settable.clone().map(|rule| (rule.name.to_owned(), json!({"enum": levels}))).collect();
    let names = rules.iter().map(|rule| rule.name);
    let groups = ["all"].into_iter().chain(Category::ALL.map(Category::word));
    let selectors: Vec<&str> = groups.chain(names).collect();
    let to_ignore: Vec<&str> = selectors.iter().copied().filter(|name| *name != Selector::FIXED).collect();
    let list = |description: &str, of: &[&str]| json!({"description": description, "type": "array", "items": {"enum": of}});
    let globs =
        |description: &str| json!({"description": description, "type": "array", "items": {"type": "string"}});
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
                        "description": "Whether comments and baselines may allow what the rule reports.",
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
    let files = json!({
        "description": "Levels for some files; of several entries that speak of a rule the last counts.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["paths"],
            "anyOf": [{"required": ["rules"]}, {"required": ["ignore"]}],
            "properties": {
                "paths": globs("Globs, relative to this file; a directory means all that is in it."),
                "rules": {
                    "description": "Level by rule name.",
                    "type": "object",
                    "additionalProperties": false,
                    "properties": by_name
                },
                "ignore": list("Rules that are off there.", &to_ignore)
            }
        }
    });
    let limits = json!({
        "description": "From when on something is too much.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "max_ttl": {
                "description": "The longest lifetime of a token that is fine: `24h`, `90m`, `1d`, or seconds.",
                "type": ["string", "integer"],
                "default": "24h"
            },
            "scope": {
                "description": "Other limits for some places; of several that hold for one the last counts.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["max_ttl"],
                    "anyOf": [{"required": ["paths"]}, {"required": ["mounts"]}],
                    "properties": {
                        "paths": globs("Globs, relative to this file, of files that declare roles; a directory means all that is in it."),
                        "mounts": globs("Globs of mounts that roles lie on, such as `auth/kubernetes-prod`."),
                        "max_ttl": {
                            "description": "The longest lifetime of a token that is fine there.",
                            "type": ["string", "integer"]
                        }
                    }
                }
            }
        }
    });
    let mount = json!({
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
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rolewright.toml",
        "description": "Configuration of rolewright.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "required-version": {
                "description": "The versions of rolewright that this file is written for, such as \">=0.1\" or \">=0.1, <2\"; others refuse it.",
                "type": "string",
                "pattern": "^ *(>=|<=|>|<|=) *[0-9]+(\\.[0-9]+){0,2} *(, *(>=|<=|>|<|=) *[0-9]+(\\.[0-9]+){0,2} *)*$"
            },
            "extend": {
                "description": "Another configuration, relative to this file, of the same Git repository. What this file says counts: rules, limits and servers one by one, all else as a whole.",
                "type": "string"
            },
            "profile": {
                "description": "What runs are for. `default`: each rule has the level of its category. `strict`: pedantic rules report notes, an allowance without a reason is an error, notes make the run fail. `audit`: correctness and security are errors, pedantic rules report notes, style is off; the configuration can only make rules louder, and neither comments nor the configured baseline hide anything.",
                "enum": Profile::WORDS.map(|(word, _)| word),
                "default": "default"
            },
            "select": list("Only these rules take part: names, categories, `all`. A name counts more than a category and a category more than `all`.", &selectors),
            "extend-select": list("These rules take part as well, a pedantic one with notes.", &selectors),
            "ignore": list("These rules do not take part; of equally exact entries this one counts.", &to_ignore),
            "fail-on": {
                "description": "From which severity on findings make `check` exit with 1; under the profile `strict` from `note` on unless set.",
                "enum": FailOn::WORDS.map(|(word, _)| word),
                "default": "warning"
            },
            "exclude": globs("Globs, relative to this file, of paths that are not read; a directory means all that is in it."),
            "files": files,
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
            "limits": limits,
            "mount": mount
        }
    })
}

/// The text of the schema file.
pub fn schema_text(rules: &[&'static Rule]) -> String {
    format!("{:#}\n", schema(rules))
}
