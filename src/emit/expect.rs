//! Expectations to questions that a live server and a cluster can answer.
//!
//! A question to the server is put with a token that holds the policies of a role. Such a token belongs to no entity,
//! so it says nothing about templates; and a server answers about one token and one path, never about all of them.

use std::collections::BTreeSet;

use super::plan::declares;
use crate::model::project::{Project, Target};
use crate::model::spec::{Expectation, Quantifier};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::model::vault::field::FieldValue;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Acl, Operation, Request, Verdict, default_policy, is_root_protected};
use crate::semantics::bound::{admits, selector_admits_all};
use crate::semantics::dialect::Dialect;
use crate::semantics::pattern::matches;
use crate::semantics::template::{Identity, Presence};

/// What is to be asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Whose tokens are needed, each with the paths to ask about.
    pub holders: Vec<Holder>,
    /// What must come out, in the order of the spec; one claim for each capability or verb.
    pub claims: Vec<Claim>,
}

/// A set of policies as a token holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// For people: `role kubernetes/app-web`.
    pub label: String,
    /// Policies as attached, without `default`.
    pub policies: Vec<String>,
    /// True if `default` is not added.
    pub no_default_policy: bool,
    /// Those of the policies that no spec declares.
    pub undeclared: Vec<String>,
    /// Paths to ask about.
    pub paths: BTreeSet<String>,
}

/// One thing that must be so.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    /// For people: `app/web can read kv/data/app/config`.
    pub label: String,
    /// How it is found out.
    pub question: Question,
}

/// How a claim is found out.
#[derive(Debug, PartialEq, Eq)]
pub enum Question {
    /// By what tokens hold on a path.
    Access {
        /// True if one of the holders must have all words, false if none may.
        can: bool,
        /// Capabilities, all of them needed.
        words: Vec<&'static str>,
        /// The path.
        path: String,
        /// Labels of the holders.
        holders: Vec<String>,
    },
    /// By the answer of the cluster.
    Cluster {
        /// Whether it must be yes.
        can: bool,
        /// User name of the service account.
        user: String,
        /// Arguments of `kubectl auth can-i` beside `--as`.
        arguments: Vec<String>,
    },
    /// Not at all: no server can be asked; why.
    Unchecked(String),
    /// It should be found out, but the expectation makes no sense; why.
    Senseless(String),
}

/// The questions that the expectations of all specs come to.
pub fn questions(project: &Project) -> Questions {
    let mut questions = Questions::default();
    let declared = project.expectations.iter().filter(|expectation| declares(project, expectation.span));
    for expectation in declared {
        for action in &expectation.actions {
            let asking =
                Asking { project, expectation, action: &action.value, target: target(project, expectation) };
            asking.add_to(&mut questions);
        }
    }
    questions.holders.retain(|holder| !holder.paths.is_empty());
    questions.holders.sort_by(|a, b| a.label.cmp(&b.label));
    questions
}

fn target(project: &Project, expectation: &Expectation) -> Target {
    match project.spec_of(expectation.span).map(|spec| spec.target) {
        Some(Target::Any) | None => project.settings.target,
        Some(target) => target,
    }
}

/// One action of one expectation.
struct Asking<'a> {
    project: &'a Project,
    expectation: &'a Expectation,
    action: &'a str,
    target: Target,
}

/// Whose access is meant, and through what.
enum Through<'a> {
    /// Service account: the roles that admit it, and those of which labels in the cluster decide it.
    Roles { sure: Vec<&'a AuthRole>, by_label: Vec<&'a AuthRole> },
    /// Policies by name.
    Policies(Vec<String>),
}

impl<'a> Asking<'a> {
    fn add_to(&self, questions: &mut Questions) {
        let question = match (&self.expectation.who.value, &self.expectation.namespace) {
            (Quantifier::One(who), Some(namespace)) => self.of_cluster(who, namespace.as_str()),
            (Quantifier::One(who), None) => self.of_server(who, questions),
            _ => Err(Question::Unchecked(
                "it speaks of everybody: rolewright test proves it from the files".into(),
            )),
        };
        let question = question.unwrap_or_else(|instead| instead);
        questions.claims.push(Claim { label: self.label(), question });
    }

    fn label(&self) -> String {
        let Expectation { who, can, on, namespace, .. } = self.expectation;
        let who = match &who.value {
            Quantifier::One(who) => who.clone(),
            Quantifier::Nobody => "nobody".to_owned(),
            Quantifier::NobodyExcept(some) => format!("nobody except {}", some.join(", ")),
            Quantifier::Only(some) => format!("only {}", some.join(", ")),
            Quantifier::EverybodyIn(namespace) => format!("everybody in {namespace}"),
        };
        let verb = if *can { "can" } else { "cannot" };
        let place = namespace.as_ref().map_or(String::new(), |namespace| format!(" in {namespace}"));
        format!("{who} {verb} {} {on}{place}", self.action)
    }

    /// `RESOURCE[/SUBRESOURCE[/NAME]]`, or a URL path. `kubectl` takes what stands behind the first slash for a name.
    fn of_cluster(&self, who: &str, namespace: &str) -> Result<Question, Question> {
        let Some((of, name)) = service_account(who) else {
            return Err(Question::Senseless(format!(
                "{who} is no service account, and with in: the cluster is asked"
            )));
        };
        let on = self.expectation.on.as_str();
        let mut arguments = Vec::new();
        let mut object = on.to_owned();
        if !on.starts_with('/') {
            let mut parts = on.splitn(3, '/');
            let resource = parts.next().unwrap_or_default();
            let (subresource, named) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if !subresource.is_empty() {
                arguments.push(format!("--subresource={subresource}"));
            }
            arguments.push(format!("--namespace={namespace}"));
            object = if named.is_empty() { resource.to_owned() } else { format!("{resource}/{named}") };
        }
        arguments.extend(["--".to_owned(), self.action.to_owned(), object]);
        let user = format!("system:serviceaccount:{of}:{name}");
        Ok(Question::Cluster { can: self.expectation.can, user, arguments })
    }

    fn of_server(&self, who: &str, questions: &mut Questions) -> Result<Question, Question> {
        let capability = Capability::from_word(self.action).filter(|it| *it != Capability::Deny);
        let Some(capability) = capability else {
            return Err(Question::Senseless(format!(
                "{} is no capability that anybody could hold",
                self.action
            )));
        };
        let path = self.path(capability)?;
        let can = self.expectation.can;
        let mut by_label = Vec::new();
        let found: Vec<Holder> = match self.through(who)? {
            Through::Policies(policies) => vec![self.holder_of_policies(policies)],
            Through::Roles { sure, by_label: more } => {
                by_label = more;
                sure.into_iter().map(|role| self.holder_of_role(role)).collect()
            }
        };
        if let Some(role) = by_label.first()
            && (!can || found.is_empty())
        {
            let role = role_label(role);
            return Err(Question::Unchecked(format!(
                "labels of a namespace decide whether {role} admits it"
            )));
        }
        for holder in &found {
            if holder.policies.iter().any(|name| name == "root") {
                return Err(Question::Unchecked(format!(
                    "{}: a login never gives a root token",
                    holder.label
                )));
            }
            if self.hangs_on_identity(holder, capability, &path) {
                let why = format!("{}: a template decides, so that it hangs on who logs in", holder.label);
                return Err(Question::Unchecked(why));
            }
        }
        let words = self.words(capability, &path)?;
        let holders = found.iter().map(|holder| holder.label.clone()).collect();
        for mut holder in found {
            match questions.holders.iter_mut().find(|known| known.label == holder.label) {
                Some(known) => drop(known.paths.insert(path.clone())),
                None => {
                    holder.paths.insert(path.clone());
                    questions.holders.push(holder);
                }
            }
        }
        Ok(Question::Access { can, words, path, holders })
    }

    /// The path to ask about. The server answers as for LIST, to whose path it adds a slash.
    fn path(&self, capability: Capability) -> Result<String, Question> {
        let path = self.expectation.on.as_str().trim_start_matches('/');
        if path.contains('*') || path.split('/').any(|segment| segment == "+") {
            return Err(Question::Unchecked(
                "it speaks of all paths of a pattern: rolewright test proves it".into(),
            ));
        }
        if path.trim() != path || path.chars().any(char::is_control) {
            return Err(Question::Senseless("no request has such a path".into()));
        }
        let lists = matches!(capability, Capability::List | Capability::Scan);
        match (lists, path.ends_with('/')) {
            (true, false) => Ok(format!("{path}/")),
            (false, true) => Err(Question::Unchecked(
                "of a path with a slash at its end, a server tells what LIST may do only".into(),
            )),
            _ => Ok(path.to_owned()),
        }
    }

    /// The capabilities that a request needs.
    fn words(&self, capability: Capability, path: &str) -> Result<Vec<&'static str>, Question> {
        let dialects = Dialect::of(self.target);
        let protected = dialects.iter().filter(|dialect| is_root_protected(path, **dialect)).count();
        if capability == Capability::Sudo || protected == 0 {
            Ok(vec![capability.word()])
        } else if protected == dialects.len() {
            Ok(vec![capability.word(), Capability::Sudo.word()])
        } else {
            Err(Question::Unchecked("some servers ask for sudo here: say the target in the spec".into()))
        }
    }

    fn through(&self, who: &str) -> Result<Through<'a>, Question> {
        let project = self.project;
        let declared = project.auth_roles.iter().filter(|role| declares(project, role.span));
        if let Some(names) = who.strip_prefix("policy:") {
            let names = names.split(',').map(|name| name.trim().to_lowercase());
            return Ok(Through::Policies(names.filter(|name| !name.is_empty()).collect()));
        }
        if let Some(name) = who.strip_prefix("role:") {
            let sure: Vec<_> = declared.filter(|role| is_called(role, name)).collect();
            if sure.is_empty() {
                return Err(Question::Senseless(format!("no role {name} is declared")));
            }
            return Ok(Through::Roles { sure, by_label: Vec::new() });
        }
        let (account, wanted) =
            who.split_once('@').map_or((who, None), |(account, role)| (account, Some(role)));
        let Some((namespace, name)) = service_account(account) else {
            return Err(Question::Senseless(format!("{who} names nobody")));
        };
        let (mut sure, mut by_label) = (Vec::new(), Vec::new());
        for role in declared.filter(|role| wanted.is_none_or(|wanted| is_called(role, wanted))) {
            match admission(role, namespace, name) {
                Admission::Sure => sure.push(role),
                Admission::ByLabel => by_label.push(role),
                Admission::Never => {}
            }
        }
        Ok(Through::Roles { sure, by_label })
    }

    fn holder_of_role(&self, role: &AuthRole) -> Holder {
        let without = matches!(
            role.fields.get("token_no_default_policy").map(|field| &field.value),
            Some(FieldValue::Bool(true))
        );
        let policies = role.policies().iter().map(|name| name.value.trim().to_lowercase()).collect();
        self.holder(role_label(role), policies, without)
    }

    fn holder_of_policies(&self, policies: Vec<String>) -> Holder {
        self.holder(format!("policy {}", policies.join(", ")), policies, true)
    }

    fn holder(&self, label: String, policies: Vec<String>, no_default_policy: bool) -> Holder {
        let undeclared = |name: &&String| *name != "default" && self.declared(name).next().is_none();
        let undeclared = policies.iter().filter(undeclared).cloned().collect();
        Holder { label, policies, no_default_policy, undeclared, paths: BTreeSet::new() }
    }

    fn declared(&self, name: &str) -> impl Iterator<Item = &'a Policy> {
        let project = self.project;
        let of_spec =
            |policy: &&Policy| declares(project, policy.span) || declares(project, policy.name.span);
        project.policies_named(name).filter(of_spec)
    }

    /// True if a template may turn the answer round.
    fn hangs_on_identity(&self, holder: &Holder, capability: Capability, path: &str) -> bool {
        // Whether a rule has expired is the server's own to say.
        let anybody = Identity { now: Presence::Present(0), ..Identity::default() };
        Dialect::of(self.target).iter().any(|dialect| {
            let built_in = default_policy(*dialect);
            let mut policies: Vec<&Policy> =
                holder.policies.iter().flat_map(|name| self.declared(name)).collect();
            let has_default =
                !holder.no_default_policy || holder.policies.iter().any(|name| name == "default");
            if has_default && self.declared("default").next().is_none() {
                policies.push(&built_in);
            }
            let Ok(acl) = Acl::compile(&policies, &anybody, *dialect) else { return false };
            if capability == Capability::Sudo {
                return acl.uncertain_rules().iter().any(|rule| matches(&rule.reach, path));
            }
            let request = Request {
                namespace: "",
                path,
                operation: Operation::from_word(capability.word()),
                data: &[],
                wrap_ttl: None,
                root_protected: None,
            };
            acl.verdict(&request) == Verdict::Unknown
        })
    }
}

enum Admission {
    Sure,
    ByLabel,
    Never,
}

fn admission(role: &AuthRole, namespace: &str, name: &str) -> Admission {
    if !role.names().iter().any(|item| admits(&item.value, name)) {
        return Admission::Never;
    }
    if role.namespaces().iter().any(|item| admits(&item.value, namespace)) {
        return Admission::Sure;
    }
    match role.fields.text("bound_service_account_namespace_selector") {
        Some(selector) if selector_admits_all(selector.value) => Admission::Sure,
        Some(selector) if !selector.value.trim().is_empty() => Admission::ByLabel,
        _ => Admission::Never,
    }
}

/// `NAMESPACE/NAME`.
fn service_account(who: &str) -> Option<(&str, &str)> {
    let (namespace, name) = who.split_once('/')?;
    let plain = |text: &str| !text.is_empty() && !text.contains(['/', ':', '@']);
    (plain(namespace) && plain(name)).then_some((namespace, name))
}

fn is_called(role: &AuthRole, name: &str) -> bool {
    let own = role.name.value.to_lowercase();
    let name = name.to_lowercase();
    own == name || name.strip_suffix(&own).is_some_and(|before| before == format!("{}/", role.mount))
}

fn role_label(role: &AuthRole) -> String {
    format!("role {}/{}", role.mount, role.name.value.to_lowercase())
}
