//! Questions about Vault policies.

mod identity;

use std::cell::OnceCell;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::lower::policy::read;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::{ParameterValue, Policy, PolicyOrigin};
use crate::semantics::acl::{
    Acl, AclError, Attached, MergedRule, Operation, Request, Verdict, is_guarded_by_pki, is_root_protected,
};
use crate::semantics::dialect::Dialect;
use crate::semantics::template::Identity;
use crate::syntax::{Place, SourceId, Spanned};
pub use identity::{AliasFields, EntityFields, GroupFields};

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
    /// Where engines of type `pki` are mounted, each of which guards two paths; `pki` where it is not said.
    #[serde(default)]
    pub pki_mounts: Option<Vec<String>>,
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
    let shelf = Shelf::with_room(question.policies.len());
    Evaluator::new(&shelf, dialect, now).answer(question)
}

/// Where an [`Evaluator`] keeps the policies that it has read.
#[derive(Debug)]
pub struct Shelf {
    slots: Vec<OnceCell<Box<ReadPolicy>>>,
}

impl Shelf {
    /// With room for so many policies.
    pub fn with_room(policies: usize) -> Shelf {
        Shelf { slots: std::iter::repeat_with(OnceCell::new).take(policies).collect() }
    }
}

/// Answers many questions; reads each policy text and compiles each set of policies once.
#[derive(Debug)]
pub struct Evaluator<'s> {
    shelf: &'s Shelf,
    dialect: Dialect,
    now: i64,
    /// How many slots of the shelf are taken.
    taken: usize,
    /// Length of all texts on the shelf, and once more for each compiled set that they are part of.
    bytes: usize,
    /// By text.
    read: HashMap<String, Vec<&'s ReadPolicy>>,
    /// For tokens without entity and groups, by dialect and slots.
    compiled: HashMap<(Dialect, Vec<usize>), Compiled<'s>>,
}

/// A policy text, read under a name and in a Vault namespace for a dialect.
#[derive(Debug)]
struct ReadPolicy {
    slot: usize,
    name: String,
    namespace: String,
    dialect: Dialect,
    /// The policy, or what the server says against it.
    policy: Result<Policy, String>,
}

type Compiled<'s> = Result<Acl<'s>, AclError>;

/// More than this is not kept.
const KEPT_BYTES: usize = 16 << 20;

impl<'s> Evaluator<'s> {
    /// Keeps what it reads on `shelf`; `dialect` and `now` as for [`answer`].
    pub fn new(shelf: &'s Shelf, dialect: Dialect, now: i64) -> Evaluator<'s> {
        let (read, compiled) = (HashMap::new(), HashMap::new());
        Evaluator { shelf, dialect, now, taken: 0, bytes: 0, read, compiled }
    }

    /// True if it is time for a new shelf: half of its room is taken, or the texts are many.
    pub fn is_full(&self) -> bool {
        self.bytes > KEPT_BYTES || self.taken > self.shelf.slots.len() / 2
    }

    /// Answers a question. Without room on the shelf, the answer is an error.
    pub fn answer(&mut self, question: &Question) -> Answer {
        let dialect = question.dialect.map_or(self.dialect, DialectWord::dialect);
        let held = match self.policies(question, dialect) {
            Ok(held) => held,
            Err(said) => return Answer::error(said),
        };
        if question.entity.is_some() || question.groups.is_some() {
            return question.decide(&compile(&held, &question.identity(self.now), dialect), dialect);
        }
        let key = (dialect, held.iter().map(|read| read.slot).collect());
        let acl = self.compiled.entry(key).or_insert_with(|| {
            self.bytes += question.policies.iter().map(|policy| policy.text.len()).sum::<usize>();
            compile(&held, &question.identity(self.now), dialect)
        });
        question.decide(acl, dialect)
    }

    fn policies(&mut self, question: &Question, dialect: Dialect) -> Result<Vec<&'s ReadPolicy>, String> {
        let mut held = Vec::with_capacity(question.policies.len());
        for policy in &question.policies {
            let read = self.policy(policy, dialect).ok_or("more policies than can be kept")?;
            if let Err(said) = &read.policy {
                return Err(said.clone());
            }
            held.push(read);
        }
        Ok(held)
    }

    fn policy(&mut self, policy: &PolicyText, dialect: Dialect) -> Option<&'s ReadPolicy> {
        let mut known = self.read.get(&policy.text).into_iter().flatten();
        let is_same = |known: &&&ReadPolicy| {
            known.name == policy.name && known.namespace == policy.namespace && known.dialect == dialect
        };
        if let Some(known) = known.find(is_same) {
            return Some(known);
        }
        let slot = self.taken;
        let read = self.shelf.slots.get(slot)?.get_or_init(|| {
            let (name, namespace) = (policy.name.clone(), policy.namespace.clone());
            Box::new(ReadPolicy { slot, name, namespace, dialect, policy: policy.read(dialect) })
        });
        self.taken += 1;
        self.bytes += policy.text.len();
        self.read.entry(policy.text.clone()).or_default().push(read);
        Some(read)
    }
}

fn compile<'s>(held: &[&'s ReadPolicy], identity: &Identity, dialect: Dialect) -> Compiled<'s> {
    let attached: Vec<Attached<'s>> = held
        .iter()
        .filter_map(|read| Some(Attached { policy: read.policy.as_ref().ok()?, namespace: &read.namespace }))
        .collect();
    Acl::compile(&attached, identity, dialect)
}

impl Question {
    fn decide(&self, acl: &Result<Acl<'_>, AclError>, dialect: Dialect) -> Answer {
        let acl = match acl {
            Ok(acl) => acl,
            Err(error) => return Answer::error(error.to_string()),
        };
        if !OPERATIONS.contains(&self.operation.as_str()) {
            return Answer::error(format!("no operation is called `{}`", self.operation));
        }
        let data: Vec<_> = self.data.iter().map(|(name, value)| (name.clone(), parameter(value))).collect();
        let root_protected = self.root_path.unwrap_or_else(|| self.is_guarded(dialect));
        let request = Request {
            namespace: &self.namespace,
            path: &self.path,
            operation: Operation::from_word(&self.operation),
            data: &data,
            wrap_ttl: self.wrap_ttl,
            root_protected: Some(root_protected),
        };
        let ruling = acl.rule_on(&request);
        Answer {
            allowed: Some(ruling.is_allowed()),
            request_allowed: root_protected.then(|| acl.verdict(&request) == Verdict::Allowed),
            capabilities: Some(acl.capabilities(request.namespace, request.path)),
            rule: ruling.rule.and_then(|rule| DecidingRule::of(rule, request.operation, dialect)),
            error: None,
        }
    }
}

impl Question {
    fn is_guarded(&self, dialect: Dialect) -> bool {
        let path = self.path.trim_start_matches('/');
        let below_pki = match &self.pki_mounts {
            Some(mounts) => mounts.iter().any(|mount| is_guarded_by_pki(mount.trim_end_matches('/'), path)),
            None => is_guarded_by_pki("pki", path),
        };
        below_pki || is_root_protected(path, dialect)
    }
}

/// The operations that servers name in their audit logs.
const OPERATIONS: [&str; 15] = [
    "read",
    "list",
    "scan",
    "create",
    "update",
    "patch",
    "delete",
    "recover",
    "help",
    "renew",
    "revoke",
    "rollback",
    "header",
    "alias-lookahead",
    "resolve-role",
];

impl Answer {
    fn error(said: String) -> Answer {
        Answer { allowed: None, request_allowed: None, capabilities: None, rule: None, error: Some(said) }
    }
}

impl DecidingRule {
    /// The member of a merged rule to which the answer is owed.
    fn of(rule: &MergedRule<'_>, operation: Operation, dialect: Dialect) -> Option<DecidingRule> {
        let denied = rule.capabilities.denies().then_some(Capability::Deny);
        let capability = denied.or_else(|| operation.capability(dialect));
        let granting = capability.and_then(|capability| rule.granting(capability).next());
        let member = granting.or_else(|| rule.members.first().copied())?;
        Some(DecidingRule {
            policy: member.policy.name.value.clone(),
            path: member.rule.path.value.clone(),
            line: line(member.policy, member.rule.path.span.start),
        })
    }
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
    fn identity(&self, now: i64) -> Identity {
        identity::identity(self.entity.as_ref(), self.groups.as_deref(), now)
    }
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
