//! Expectations to questions that a live server and a cluster can answer.
//!
//! A question to the server is put with a token that holds the policies of a role. Such a token belongs to no entity,
//! so it says nothing about templates; and a server answers about one token and one path, never about all of them.

use std::collections::BTreeSet;

use super::plan::declares;
use crate::model::kube::resource;
use crate::model::project::{Project, Target};
use crate::model::spec::{self, Expectation, Quantifier};
use crate::model::vault::capability::Capability;
use crate::semantics::acl::{Operation, Verdict, is_root_protected};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{Missing, TokenPolicy};
use crate::semantics::pattern::matches;
use crate::semantics::reach::{self, Access, Subject, Unresolved};
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
    /// All of its policies, `default` only if it is among them; at least one, for a server gives a token without any
    /// those of its maker.
    pub policies: Vec<String>,
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
    let access = Access::new(project);
    let declared = project.expectations.iter().filter(|expectation| declares(project, expectation.span));
    for expectation in declared {
        for action in &expectation.actions {
            let target = target(project, expectation);
            let asking = Asking { access: &access, expectation, action: &action.value, target };
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
    access: &'a Access<'a>,
    expectation: &'a Expectation,
    action: &'a str,
    target: Target,
}

/// A token that is asked about, as the script makes one, and as the servers would give it out.
struct Way<'a> {
    holder: Holder,
    real: Option<reach::Holder<'a>>,
}

impl<'a> Asking<'a> {
    fn add_to(&self, questions: &mut Questions) {
        let asked = self.expectation.question();
        let question = match (&self.expectation.who.value, asked) {
            (_, spec::Question::Escalation(_)) => Err(Question::Unchecked(
                "it speaks of whole ways: rolewright test proves it from the files".into(),
            )),
            (Quantifier::One(who), spec::Question::Vault(path)) => self.of_server(who, path, questions),
            (Quantifier::One(who), asked) => self.of_cluster(who, &asked),
            _ => Err(Question::Unchecked(
                "it speaks of everybody: rolewright test proves it from the files".into(),
            )),
        };
        let question = question.unwrap_or_else(|instead| instead);
        questions.claims.push(Claim { label: self.expectation.sentence(&[self.action]), question });
    }

    /// What `kubectl auth can-i` takes; what stands behind a slash is a name to it.
    fn of_cluster(&self, who: &str, asked: &spec::Question<'_>) -> Result<Question, Question> {
        let Ok(Subject::ServiceAccount { namespace: of, name, role: None, .. }) = who.parse() else {
            return Err(Question::Senseless(format!(
                "{who} is no service account, and with in: the cluster is asked"
            )));
        };
        if self.expectation.is_universal() {
            return Err(Question::Unchecked("it speaks of many requests: rolewright test proves it".into()));
        }
        let mut arguments = Vec::new();
        let object = match asked {
            spec::Question::Resource { group, resource, object, namespace } => {
                let (plain, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                let is_outside =
                    resource::find(group, plain).is_some_and(|known| !known.resource.is_namespaced());
                if namespace.is_none() && !self.expectation.can && !is_outside {
                    return Err(Question::Unchecked(
                        "it speaks of every namespace: rolewright test proves it".into(),
                    ));
                }
                if !subresource.is_empty() {
                    arguments.push(format!("--subresource={subresource}"));
                }
                arguments.push(match namespace {
                    None => "--all-namespaces".to_owned(),
                    Some(namespace) => format!("--namespace={namespace}"),
                });
                let group = if group.is_empty() { String::new() } else { format!(".{group}") };
                let named = object.map(|object| format!("/{object}"));
                format!("{plain}{group}{}", named.unwrap_or_default())
            }
            spec::Question::Url(path) | spec::Question::Vault(path) => (*path).to_owned(),
            spec::Question::Escalation(ends) => ends.words().to_owned(),
        };
        arguments.extend(["--".to_owned(), self.action.to_owned(), object]);
        let user = format!("system:serviceaccount:{of}:{name}");
        Ok(Question::Cluster { can: self.expectation.can, user, arguments })
    }

    fn of_server(&self, who: &str, path: &str, questions: &mut Questions) -> Result<Question, Question> {
        let capability = Capability::from_word(self.action).filter(|it| *it != Capability::Deny);
        let Some(capability) = capability else {
            return Err(Question::Senseless(format!(
                "{} is no capability that anybody could hold",
                self.action
            )));
        };
        let path = self.path(path, capability)?;
        let can = self.expectation.can;
        let (ways, open) = self.ways(who)?;
        if let Some(why) = open.filter(|_| !can || ways.is_empty()) {
            return Err(Question::Unchecked(why));
        }
        for way in &ways {
            let label = &way.holder.label;
            if way.holder.policies.iter().any(|name| name == "root") {
                return Err(Question::Unchecked(format!("{label}: a login never gives a root token")));
            }
            if way.real.as_ref().is_some_and(|real| self.hangs_on_identity(real, capability, &path)) {
                let why = format!("{label}: a template decides, so that it hangs on who logs in");
                return Err(Question::Unchecked(why));
            }
        }
        let words = self.words(&ways, capability, &path)?;
        let holders = ways.iter().map(|way| way.holder.label.clone()).collect();
        for Way { mut holder, .. } in ways {
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
    fn path(&self, path: &str, capability: Capability) -> Result<String, Question> {
        let path = path.trim_start_matches('/');
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
    fn words(
        &self,
        ways: &[Way<'_>],
        capability: Capability,
        path: &str,
    ) -> Result<Vec<&'static str>, Question> {
        let dialects = Dialect::of(self.target);
        let below_pki = ways.iter().filter_map(|way| way.real.as_ref()).any(|real| {
            real.request(Operation::from_word(capability.word()), path).root_protected == Some(true)
        });
        let is_guarded = |dialect: &&Dialect| below_pki || is_root_protected(path, **dialect);
        let guarded = dialects.iter().filter(is_guarded).count();
        if capability == Capability::Sudo || guarded == 0 {
            Ok(vec![capability.word()])
        } else if guarded == dialects.len() {
            Ok(vec![capability.word(), Capability::Sudo.word()])
        } else {
            Err(Question::Unchecked("some servers ask for sudo here: say the target in the spec".into()))
        }
    }

    /// The tokens of somebody, and what it hangs on whether there are more.
    fn ways(&self, who: &str) -> Result<(Vec<Way<'a>>, Option<String>), Question> {
        let subject: Subject = who.parse().map_err(|_| Question::Senseless(format!("{who} names nobody")))?;
        let found = match (self.access.holders(&subject), &subject) {
            (Ok(found), _) => found,
            (Err(Unresolved::NoPolicy(_)), Subject::Policies(names)) => {
                return Ok((vec![self.way_of_policies(names, None)], None));
            }
            (Err(Unresolved::NoRoles), _) => Vec::new(),
            (Err(unresolved), _) => return Err(Question::Senseless(unresolved.to_string())),
        };
        if let Subject::Policies(names) = &subject {
            return Ok((vec![self.way_of_policies(names, found.into_iter().next())], None));
        }
        let is_declared = |holder: &reach::Holder<'_>| {
            holder.role.is_some_and(|(role, _)| declares(self.access.project(), role.span))
        };
        let (mut ways, mut open, mut any) = (Vec::new(), None, false);
        for real in found.into_iter().filter(is_declared) {
            any = true;
            let Some(label) = label_of(&real).filter(|_| real.gets_token()) else { continue };
            // A pod may be given a JWT for any audience.
            match real.missing().iter().find(|missing| !matches!(missing, Missing::Audiences(_))) {
                Some(Missing::NamespaceLabels(_)) => {
                    let why = format!("labels of a namespace decide whether {label} admits it");
                    open = open.or(Some(why));
                }
                Some(_) => {
                    let why = format!("the audiences of the API server decide whether {label} admits it");
                    open = open.or(Some(why));
                }
                None => {
                    let policies = real.issued.as_ref().map_or(&[][..], |issued| &issued.policies);
                    // A token without policies can do nothing.
                    if !policies.is_empty() {
                        ways.push(Way { holder: self.holder(label, policies), real: Some(real) });
                    }
                }
            }
        }
        match subject {
            Subject::Role(name) if !any => Err(Question::Senseless(format!("no role {name} is declared"))),
            _ => Ok((ways, open)),
        }
    }

    fn way_of_policies(&self, names: &[String], real: Option<reach::Holder<'a>>) -> Way<'a> {
        let named = |name: &String| TokenPolicy { name: name.trim().to_lowercase(), span: None };
        let policies: Vec<TokenPolicy> = names.iter().map(named).collect();
        let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        let holder = self.holder(format!("policy {}", names.join(", ")), &policies);
        Way { holder, real }
    }

    fn holder(&self, label: String, policies: &[TokenPolicy]) -> Holder {
        let project = self.access.project();
        let is_declared = |name: &str| {
            let mut defined = project.policies_named(name);
            defined.any(|policy| declares(project, policy.span) || declares(project, policy.name.span))
        };
        let names = || policies.iter().map(|policy| policy.name.clone());
        Holder {
            label,
            undeclared: names().filter(|name| name != "default" && !is_declared(name)).collect(),
            policies: names().collect(),
            paths: BTreeSet::new(),
        }
    }

    /// True if a template may turn the answer round for a token that belongs to no entity.
    fn hangs_on_identity(&self, real: &reach::Holder<'_>, capability: Capability, path: &str) -> bool {
        // Whether a rule has expired is the server's own to say.
        let identity = Identity { now: Presence::Present(0), ..Identity::default() };
        let anybody = reach::Holder { identity, dialects: Dialect::of(self.target), ..real.clone() };
        let token = anybody.token();
        if capability == Capability::Sudo {
            let path = format!("{}{path}", anybody.namespace);
            let mut acls = token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok());
            return acls.any(|acl| acl.uncertain_rules().iter().any(|rule| matches(&rule.reach, &path)));
        }
        let request = token.request(Operation::from_word(capability.word()), path);
        token.verdicts(&request).any(|(_, verdict)| verdict == Verdict::Unknown)
    }
}

/// `role kubernetes/app-web`.
fn label_of(holder: &reach::Holder<'_>) -> Option<String> {
    holder.role.map(|(role, _)| format!("role {}/{}", role.mount, role.name.value.to_lowercase()))
}
