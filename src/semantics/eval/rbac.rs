//! Questions about RBAC: may a user do it, do some rules cover others, may a user write a role or a binding, does the
//! API server take an object.
//!
//! Which question is meant, the fields say: `verb`; `owner` and `servant`; `object` and `heldClusterWide`; `object`.

mod objects;
mod words;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::semantics::authorizer::{Cluster, Query, Source as Grantor, User};
use crate::semantics::covers::uncovered;
use crate::semantics::escalation::{self, Change, Escalation};
use crate::semantics::rbac::Request;
use crate::semantics::validation;
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{SourceId, Spanned, json as reader};
use objects::{Objects, rules, with_role_ref};
use words::{add, atom_words, error_words, given_words, object_words, role_words, subject_words};

/// Answers many questions, and reads each list of objects once.
#[derive(Debug, Default)]
pub struct Evaluator {
    /// By text.
    read: HashMap<String, Arc<Known>>,
    /// Length of all texts that are kept.
    bytes: usize,
    next_id: u64,
}

/// Lists of objects are forgotten once their texts come to more than this.
const KEPT_BYTES: usize = 64 << 20;

/// A list of objects, read.
#[derive(Debug)]
struct Known {
    id: u64,
    objects: Result<Objects, String>,
}

/// A line as far as it can be understood without its neighbours.
enum Prepared {
    /// Its answer.
    Answered(Value),
    /// May a user do it?
    Access(Node, Arc<Known>),
    /// It is no question.
    Unreadable(String),
}

impl Evaluator {
    /// Answers the questions that the lines hold, in their order. An error says why a line is no question.
    pub fn answer_all(&mut self, lines: &[&str]) -> Vec<Result<Value, String>> {
        let prepared: Vec<Prepared> =
            lines.iter().map(|line| self.prepare(line).unwrap_or_else(Prepared::Unreadable)).collect();
        let mut clusters = HashMap::new();
        let answers = prepared.iter().map(|prepared| match prepared {
            Prepared::Answered(answer) => Ok(answer.clone()),
            Prepared::Unreadable(said) => Err(said.clone()),
            Prepared::Access(question, known) => match &known.objects {
                Err(said) => Ok(json!({ "error": said })),
                Ok(objects) => {
                    let aggregated = flag(question, "aggregate")?;
                    let cluster = match clusters.entry((known.id, aggregated)) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(free) => free.insert(objects.cluster(aggregated)),
                    };
                    access(question, cluster)
                }
            },
        });
        answers.collect()
    }

    fn prepare(&mut self, line: &str) -> Result<Prepared, String> {
        let parsed = reader::parse(line, SourceId(0));
        if let Some(error) = parsed.errors.first() {
            let column = line.get(..error.span.start as usize).unwrap_or("").chars().count() + 1;
            return Err(format!("{} at column {column}", error.message));
        }
        let question = parsed.root.filter(Node::is_map).ok_or("a question is an object")?;
        let has = |field: &str| question.get(field).is_some();
        if has("verb") {
            let objects = question.get("objects").ok_or("the field `objects` is missing")?;
            let text = line.get(objects.span.range()).unwrap_or_default();
            let known = self.known(text, objects);
            return Ok(Prepared::Access(question, known));
        }
        let answer = match (has("owner") && has("servant"), has("object"), has("heldClusterWide")) {
            (true, _, _) => covers(&question),
            (_, true, true) => escalation(&question),
            (_, true, false) => validation(&question),
            _ => return Err("a question has `verb`, or `owner` and `servant`, or `object`".to_owned()),
        };
        Ok(Prepared::Answered(answer.unwrap_or_else(|error| json!({ "error": error }))))
    }

    fn known(&mut self, text: &str, list: &Node) -> Arc<Known> {
        if let Some(known) = self.read.get(text) {
            return Arc::clone(known);
        }
        if self.bytes > KEPT_BYTES {
            self.read.clear();
            self.bytes = 0;
        }
        let known = Arc::new(Known { id: self.next_id, objects: Objects::read(list.items(), "objects") });
        self.next_id += 1;
        self.bytes += text.len();
        self.read.insert(text.to_owned(), Arc::clone(&known));
        known
    }
}

fn access(question: &Node, cluster: &Cluster<'_>) -> Result<Value, String> {
    let user = match optional(question, "serviceaccount")? {
        Some(account) => {
            let (namespace, name) = account
                .split_once('/')
                .ok_or_else(|| format!("`serviceaccount` is `NAMESPACE/NAME`, not `{account}`"))?;
            User::service_account(namespace, name)
        }
        None => {
            let groups = question.get("groups").map_or(&[][..], Node::items);
            let groups = groups.iter().filter_map(Node::as_text).map(str::to_owned).collect();
            let name = optional(question, "user")?.ok_or("`user` or `serviceaccount` must be there")?;
            User { name: name.to_owned(), groups }
        }
    };
    let verb = optional(question, "verb")?.unwrap_or_default();
    let url = optional(question, "nonResourceURL")?.or(optional(question, "path")?);
    let resource = match (optional(question, "resource")?, optional(question, "subresource")?, url) {
        (Some(resource), Some(sub), _) => format!("{resource}/{sub}"),
        (Some(resource), None, _) => resource.to_owned(),
        (None, _, Some(_)) => String::new(),
        (None, _, None) => return Err("`resource` or `nonResourceURL` must be there".to_owned()),
    };
    let group = optional(question, "apiGroup")?.unwrap_or_default();
    let request = Request { verb, group, resource: &resource, name: optional(question, "name")? };
    let query = match url {
        Some(path) => Query::Url { verb, path },
        None => Query::Resource { request, namespace: optional(question, "namespace")? },
    };
    let mut answer = match cluster.by_rbac(&user, &query) {
        Some(grantor) => granted(&grantor),
        None => json!({"allowed": false, "binding": null, "role": null, "rule": null}),
    };
    if user.is_master() {
        add(&mut answer, "master", true);
    }
    Ok(answer)
}

fn granted(grantor: &Grantor<'_>) -> Value {
    let binding = grantor.binding;
    let place = grantor.written_in.rules.iter().position(|rule| std::ptr::eq(rule, grantor.rule));
    let mut answer = json!({
        "allowed": true,
        "binding": object_words(binding.kind_word(), &binding.meta, !binding.cluster_wide),
        "subject": subject_words(grantor.subject),
        "role": role_words(grantor.role),
        "rule": place,
    });
    if !std::ptr::eq(grantor.role, grantor.written_in) {
        add(&mut answer, "aggregated_from", role_words(grantor.written_in));
    }
    answer
}

fn covers(question: &Node) -> Result<Value, String> {
    let rules = |field: &str| rules(question.get(field).map_or(&[][..], Node::items), field);
    let (owner, servant) = (rules("owner")?, rules("servant")?);
    let held: Vec<&RbacRule> = owner.iter().collect();
    let missing: Vec<Value> = uncovered(&held, &servant).into_iter().map(atom_words).collect();
    Ok(json!({"covered": missing.is_empty(), "uncovered": missing}))
}

/// May `requester`, who holds the rules in `heldClusterWide`, write the object?
fn escalation(question: &Node) -> Result<Value, String> {
    let list = |field: &str| question.get(field).map_or(&[][..], Node::items);
    let mut objects = Objects::read(list("existing"), "existing")?;
    let mut holder = requesters_role(question);
    holder.rules = rules(list("heldClusterWide"), "heldClusterWide")?;
    let binding = requesters_binding(&holder);
    objects.roles.push(holder);
    objects.bindings.push(binding);
    let cluster = objects.cluster(false);
    let user = User { name: REQUESTER.to_owned(), groups: vec!["system:authenticated".to_owned()] };
    let one = |field: &str| Objects::read(question.get(field).map_or(&[][..], std::slice::from_ref), field);
    let (new, old) = (one("object")?, one("oldObject")?);
    let change = match (new.roles.first(), new.bindings.first()) {
        (Some(role), _) => Change::Role { new: role, old: old.roles.first() },
        (None, Some(binding)) => Change::Binding { new: binding, old: old.bindings.first() },
        (None, None) => return Err("`object` is neither a role nor a binding".to_owned()),
    };
    let outcome = escalation::check(&cluster, &user, &change);
    let missing: Vec<Value> = match &outcome {
        Escalation::Exceeds(missing) => missing.iter().map(given_words).collect(),
        _ => Vec::new(),
    };
    Ok(json!({"allowed": outcome.is_allowed(), "missing": missing}))
}

const REQUESTER: &str = "requester";

fn requesters_role(question: &Node) -> RbacRole {
    let text = |text: &str| Spanned::new(text.to_owned(), question.span);
    let meta = ObjectMeta {
        name: text("held by the requester"),
        namespace: None,
        labels: Vec::new(),
        annotations: Vec::new(),
        span: question.span,
    };
    RbacRole {
        kind: RbacRoleKind::ClusterRole,
        meta,
        api_version: text("rbac.authorization.k8s.io/v1"),
        rules: Vec::new(),
        aggregation: None,
        aggregation_selectors: Vec::new(),
    }
}

fn requesters_binding(role: &RbacRole) -> Binding {
    let span = role.meta.span;
    let text = |text: &str| Spanned::new(text.to_owned(), span);
    let subject =
        Subject { kind: text("User"), name: text(REQUESTER), namespace: None, api_group: None, span };
    Binding {
        cluster_wide: true,
        kind_span: span,
        api_version: role.api_version.clone(),
        meta: role.meta.clone(),
        role_ref: RoleRef { kind: text("ClusterRole"), name: role.meta.name.clone(), api_group: None, span },
        subjects: vec![subject],
    }
}

/// Would the API server take the object, as a replacement of `oldObject` if that is there?
fn validation(question: &Node) -> Result<Value, String> {
    let object = question.get("object").ok_or("the field `object` is missing")?;
    let mut errors = validation::decode(object);
    if errors.is_empty() {
        let object = with_role_ref(object);
        let new = Objects::lower(&object).ok_or("`object` is of no kind that is known here")?;
        let old = question.get("oldObject").and_then(Objects::lower).unwrap_or_default();
        errors = match (new.roles.first(), new.bindings.first(), new.service_accounts.first()) {
            (Some(role), _, _) => validation::role(role),
            (_, Some(binding), _) => validation::binding(binding, old.bindings.first()),
            (_, _, Some(account)) => validation::service_account(account),
            _ => return Err("`object` is neither a role, a binding nor a service account".to_owned()),
        };
    }
    let errors: Vec<Value> = errors.iter().map(error_words).collect();
    Ok(json!({"accepted": errors.is_empty(), "errors": errors}))
}

/// A text that may be absent.
fn optional<'n>(question: &'n Node, field: &str) -> Result<Option<&'n str>, String> {
    match question.get(field).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match value.as_text() {
            Some(text) => Ok(Some(text)),
            None => Err(format!("`{field}` must be text, not {}", value.kind_name())),
        },
    }
}

fn flag(question: &Node, field: &str) -> Result<bool, String> {
    match question.get(field).map(|value| &value.kind) {
        None | Some(NodeKind::Null) => Ok(false),
        Some(NodeKind::Bool(value)) => Ok(*value),
        Some(_) => Err(format!("`{field}` must be true or false")),
    }
}
