//! Access questions as JSON objects, and the answers to them: for bulk questions and for other tools.
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

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acl::{Acl, Attached, Operation, Request, Verdict, is_root_protected};
use super::dialect::Dialect;
use super::template::{Accessor, Alias, Entity, Group, Identity, Metadata, Others, Presence};
use crate::model::lower::policy::read;
use crate::model::vault::policy::{ParameterValue, Policy, PolicyOrigin};
use crate::syntax::{Place, SourceId, Spanned};

/// One question.
#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    /// The policies that the token holds. `default` is not among them unless it is listed.
    pub policies: Vec<PolicyText>,
    /// The path without `/v1/`, as the access check sees it: with a slash at the end for LIST and SCAN.
    pub path: String,
    /// The operation in the server's word, after the existence check: `read`, `create`, `update`, …
    pub operation: String,
    /// Parameters of the request.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// TTL of response wrapping in seconds, if wrapping is asked for.
    #[serde(default)]
    pub wrap_ttl: Option<i64>,
    /// The Vault namespace that the request is sent to, with a slash at the end.
    #[serde(default)]
    pub namespace: String,
    /// The path is root-protected; where it is not said, the table of known paths decides.
    #[serde(default)]
    pub root_path: Option<bool>,
    /// The entity that the token belongs to, if any.
    #[serde(default)]
    pub entity: Option<EntityFields>,
    /// The groups of the entity.
    #[serde(default)]
    pub groups: Option<Vec<GroupFields>>,
    /// The server to answer for.
    #[serde(default)]
    pub dialect: Option<DialectWord>,
}

/// A policy as text.
#[derive(Debug, Clone, Deserialize)]
pub struct PolicyText {
    /// Its name.
    pub name: String,
    /// HCL or the server's JSON form.
    pub text: String,
    /// The Vault namespace it is stored in, with a slash at the end.
    #[serde(default)]
    pub namespace: String,
}

/// An entity of the identity store.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct EntityFields {
    pub id: String,
    pub name: String,
    pub metadata: Option<Map<String, Value>>,
    pub aliases: Vec<AliasFields>,
}

/// An alias of an entity.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct AliasFields {
    pub id: String,
    pub name: String,
    pub mount_accessor: String,
    pub metadata: Option<Map<String, Value>>,
    pub custom_metadata: Option<Map<String, Value>>,
}

/// A group of the identity store.
#[derive(Debug, Clone, Deserialize, Default)]
#[allow(missing_docs)]
#[serde(default)]
pub struct GroupFields {
    pub id: String,
    pub name: String,
    pub metadata: Option<Map<String, Value>>,
    /// `root`, or the path of the namespace with a slash at the end.
    pub namespace_id: String,
}

/// A dialect as questions name it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialectWord {
    /// Vault up to 1.20.
    VaultClassic,
    /// Vault 2.x.
    VaultCurrent,
    /// OpenBao.
    #[serde(rename = "openbao")]
    OpenBao,
}

/// One answer.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The rules allow it. Absent if there is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<bool>,
    /// It goes through, `sudo` included; told for root-protected paths only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_allowed: Option<bool>,
    /// What `sys/capabilities` says of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<&'static str>>,
    /// The path rule that decided: the first to which the answer is owed.
    pub rule: Option<DecidingRule>,
    /// What the server says of a policy that it refuses, or of policies that it does not take together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Where a path rule stands.
#[derive(Debug, Clone, Serialize)]
pub struct DecidingRule {
    /// Name of the policy.
    pub policy: String,
    /// The label as written.
    pub path: String,
    /// Line in the policy's text, from 1.
    pub line: usize,
}

/// Answers a question, for `dialect` where the question names none, at the time `now` in seconds since 1970.
pub fn answer(question: &Question, dialect: Dialect, now: i64) -> Answer {
    decide(question, dialect, now).unwrap_or_else(|error| Answer {
        allowed: None,
        request_allowed: None,
        capabilities: None,
        rule: None,
        error: Some(error),
    })
}

fn decide(question: &Question, dialect: Dialect, now: i64) -> Result<Answer, String> {
    let dialect = question.dialect.map_or(dialect, DialectWord::dialect);
    let policies: Vec<Policy> =
        question.policies.iter().map(|policy| policy.read(dialect)).collect::<Result<_, _>>()?;
    let attached: Vec<Attached<'_>> = policies
        .iter()
        .zip(&question.policies)
        .map(|(policy, text)| Attached { policy, namespace: &text.namespace })
        .collect();
    let acl = Acl::compile(&attached, &question.identity(now), dialect).map_err(|error| error.to_string())?;
    let data: Vec<_> = question.data.iter().map(|(name, value)| (name.clone(), parameter(value))).collect();
    let root_protected = question
        .root_path
        .unwrap_or_else(|| is_root_protected(question.path.trim_start_matches('/'), dialect));
    let request = Request {
        namespace: &question.namespace,
        path: &question.path,
        operation: Operation::from_word(&question.operation),
        data: &data,
        wrap_ttl: question.wrap_ttl,
        root_protected: Some(root_protected),
    };
    let decision = acl.decide(&request);
    let rule = decision.rule.and_then(|rule| decision.owed_to.first().or(rule.members.first()));
    let rule = rule.map(|rule| DecidingRule {
        policy: rule.policy.name.value.clone(),
        path: rule.rule.path.value.clone(),
        line: line(rule.policy, rule.rule.path.span.start),
    });
    Ok(Answer {
        allowed: Some(acl.rule_on(&request).is_allowed()),
        request_allowed: root_protected.then_some(decision.verdict == Verdict::Allowed),
        capabilities: Some(acl.capabilities(request.namespace, request.path)),
        rule,
        error: None,
    })
}

fn line(policy: &Policy, offset: u32) -> usize {
    let before = policy.text.as_deref().and_then(|text| text.get(..offset as usize)).unwrap_or("");
    before.matches('\n').count() + 1
}

impl PolicyText {
    /// The policy, or what the server says against it.
    fn read(&self, dialect: Dialect) -> Result<Policy, String> {
        let place = Place::from(SourceId(0), 0);
        let name = Spanned::new(self.name.clone(), place.span(0..0));
        let text = read(name, &self.text, &place, PolicyOrigin::HclFile, dialect.target());
        if let Some(error) = text.syntax_errors.first() {
            return Err(error.message.clone());
        }
        match text.policy.refusals.as_slice() {
            [] => Ok(text.policy),
            refusals => {
                let said: Vec<&str> = refusals.iter().map(|refusal| refusal.server.as_str()).collect();
                Err(said.join("\n"))
            }
        }
    }
}

impl DialectWord {
    fn dialect(self) -> Dialect {
        match self {
            DialectWord::VaultClassic => Dialect::VaultClassic,
            DialectWord::VaultCurrent => Dialect::VaultCurrent,
            DialectWord::OpenBao => Dialect::OpenBao,
        }
    }
}

impl Question {
    /// All that is not said is not there.
    fn identity(&self, now: i64) -> Identity {
        let entity = self.entity.as_ref().map(|entity| Entity {
            id: Presence::Present(entity.id.clone()),
            name: Presence::Present(entity.name.clone()),
            metadata: metadata(&entity.metadata),
            aliases: entity.aliases.iter().map(alias).collect(),
        });
        let groups = self.groups.iter().flatten().map(|group| Group {
            id: Presence::Present(group.id.clone()),
            name: Presence::Present(group.name.clone()),
            metadata: metadata(&group.metadata),
            namespace: if group.namespace_id == "root" { String::new() } else { group.namespace_id.clone() },
        });
        Identity {
            entity: entity.map_or(Presence::Absent, Presence::Present),
            groups: Presence::Present(groups.collect()),
            now: Presence::Present(now),
        }
    }
}

fn alias(alias: &AliasFields) -> Alias {
    Alias {
        accessor: Accessor::Exact(alias.mount_accessor.clone()),
        id: Presence::Present(alias.id.clone()),
        name: Presence::Present(alias.name.clone()),
        metadata: metadata(&alias.metadata),
        custom_metadata: metadata(&alias.custom_metadata),
    }
}

fn metadata(members: &Option<Map<String, Value>>) -> Metadata {
    let members = members.iter().flatten();
    let texts = members.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    let entries = texts.map(|(key, text)| (key, Presence::Present(text))).collect();
    Metadata { entries, others: Others::Absent }
}

fn parameter(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::Null,
        Value::Bool(value) => ParameterValue::Bool(*value),
        Value::Number(number) => ParameterValue::Number(number.to_string()),
        Value::String(text) => ParameterValue::Text(text.clone()),
        Value::Array(items) => ParameterValue::List(items.iter().map(parameter).collect()),
        Value::Object(members) => ParameterValue::Object(
            members.iter().map(|(name, value)| (name.clone(), parameter(value))).collect(),
        ),
    }
}
