use super::kubernetes::{Answer, Doubt, Question, QuestionError};
use super::*;
use crate::model::lower;
use crate::model::project::Settings;
use crate::semantics::acl::{Operation, Verdict};
use crate::semantics::authorizer::{Query, User};
use crate::semantics::rbac::Request;
use crate::syntax::{Source, SourceId, Sources};

fn project(files: &[(&str, &str)]) -> Project {
    let mut files = files.to_vec();
    files.sort_unstable();
    let sources: Vec<Source> = files
        .iter()
        .enumerate()
        .map(|(at, (name, text))| Source {
            id: SourceId(u32::try_from(at).unwrap()),
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            bom: false,
        })
        .collect();
    let settings = Settings::default();
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    Project::assemble(Sources::new(sources), lowered, settings)
}

const SPEC: &str = r#"
apiVersion: rolewright/v1
kind: Access
name: test
target: {openbao: "2.4"}
vault:
  auth:
    kubernetes:
      roles:
        app: {bound_service_account_names: [web, worker], bound_service_account_namespaces: [app], audience: vault, token_policies: [App, nowhere]}
        teams: {bound_service_account_names: [web], bound_service_account_namespaces: ["team-*"], token_policies: [teams]}
        broken: {bound_service_account_names: [], bound_service_account_namespaces: [app], token_policies: [app]}
        all-roots: {bound_service_account_names: [web], bound_service_account_namespaces: [app], token_policies: [root]}
  policies:
    app:
      path:
        kv/data/app/*: {capabilities: [read]}
        kv/data/app/secret: {capabilities: [deny]}
    teams:
      path:
        "kv/data/{{identity.entity.aliases.auth_kubernetes_0123abcd.metadata.service_account_namespace}}/*": {capabilities: [read]}
kubernetes:
  service_accounts:
    - {name: web, namespace: app}
    - {name: web, namespace: team-a}
    - {name: web, namespace: team-b}
    - {name: web, namespace: elsewhere}
"#;

fn verdict(access: &Access<'_>, subject: &str, path: &str) -> Vec<(String, Verdict)> {
    let holders = access.holders(&subject.parse().unwrap()).unwrap();
    let with_token = holders.iter().filter(|holder| holder.gets_token());
    let answer = with_token.map(|holder| {
        let token = holder.token();
        let role = holder.role.map_or("", |(role, _)| role.name.as_str());
        (role.to_owned(), token.verdict(&token.request(Operation::Read, path)))
    });
    answer.collect()
}

#[test]
fn subjects_have_the_access_of_their_roles() {
    use Verdict::{Allowed, Refused, Unknown};
    let project = project(&[("a.access.yaml", SPEC)]);
    let access = Access::new(&project);
    type Row = (&'static str, &'static str, &'static [(&'static str, Verdict)]);
    let table: [Row; 12] = [
        ("app/web", "kv/data/app/x", &[("app", Allowed)]),
        ("app/web", "kv/data/app/secret", &[("app", Refused)]),
        ("system:serviceaccount:app:web", "kv/data/app/x", &[("app", Allowed)]),
        ("app/web@APP", "kv/data/app/x", &[("app", Allowed)]),
        ("app/web@kubernetes/app", "kv/data/app/x", &[("app", Allowed)]),
        ("app/stranger", "kv/data/app/x", &[]),
        ("team-a/web", "kv/data/team-a/x", &[("teams", Allowed)]),
        ("team-a/web", "kv/data/team-b/x", &[("teams", Refused)]),
        ("role:teams", "kv/data/team-b/x", &[("teams", Unknown)]),
        ("role:app", "auth/token/lookup-self", &[("app", Allowed)]),
        ("policy:App", "kv/data/app/x", &[("", Allowed)]),
        ("policy:app", "auth/token/lookup-self", &[("", Refused)]),
    ];
    for (subject, path, wanted) in table {
        let wanted: Vec<_> = wanted.iter().map(|(role, verdict)| ((*role).to_owned(), *verdict)).collect();
        assert_eq!(verdict(&access, subject, path), wanted, "{subject} on {path}");
    }
}

/// Of the roles that every cluster has, the inputs may have one: the others stay.
#[test]
fn one_built_in_role_among_the_inputs_leaves_the_others() {
    let files = [(
        "a.yaml",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: edit}\nrules: []\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n\
         metadata: {name: x, labels: {rbac.authorization.k8s.io/aggregate-to-view: \"true\"}}\n\
         rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get]}]\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n\
         subjects: [{kind: ServiceAccount, name: web, namespace: app}]\n",
    )];
    let project = project(&files);
    let access = Access::new(&project);
    let web = User::service_account("app", "web");
    for (resource, is_allowed) in [("secrets", true), ("pods", true), ("pods/exec", false)] {
        let request = Request { verb: "get", group: "", resource, name: None };
        let answer = access.kubernetes(&web, &Query::Resource { request, namespace: Some("app") });
        assert_eq!(matches!(answer, Answer::Allowed(_)), is_allowed, "{resource}: {answer:?}");
    }
}

#[test]
fn names_that_do_not_exist_are_told() {
    let project = project(&[("a.access.yaml", SPEC)]);
    let access = Access::new(&project);
    let table = [
        ("app/web@none", "no auth role is named `none`"),
        ("app/web@other/app", "no auth role is named `other/app`"),
        ("role:none", "no auth role is named `none`"),
        ("policy:app,none", "no policy is named `none`"),
    ];
    for (subject, wanted) in table {
        let refused = access.holders(&subject.parse().unwrap()).unwrap_err();
        assert_eq!(refused.to_string(), wanted);
    }
    for text in ["", "web", "a/b/c", "app/", "/web", "role:", "role:m/", "policy:", "policy:a,", "app/web@"] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
    for text in ["app/web", "app/web@role", "app/web@mount/role", "role:mount/role", "policy:a,b"] {
        assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
    }
}

#[test]
fn policies_that_are_missing_or_written_twice_are_told() {
    let project = project(&[
        ("a.access.yaml", SPEC),
        ("overlays/prod/app.hcl", "path \"kv/data/app/*\" { capabilities = [\"deny\"] }"),
        ("same/teams.hcl", "path \"+*\" { capabilities = [\"read\"] }"),
    ]);
    let access = Access::new(&project);
    let holders = access.holders(&"app/web@app".parse().unwrap()).unwrap();
    let held: Vec<_> = holders[0]
        .held
        .iter()
        .map(|held| (held.name.as_str(), held.is_missing(), held.is_built_in(), held.others.len()))
        .collect();
    let wanted = [("app", false, false, 1), ("default", false, true, 0), ("nowhere", true, false, 0)];
    assert_eq!(held, wanted);
    let token = holders[0].token();
    let request = token.request(Operation::Read, "kv/data/app/x");
    assert_eq!(token.verdict(&request), Verdict::Allowed, "the definition of the role's own spec counts");
    let differences = token.differences(&request);
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0].verdict, Verdict::Refused);
    assert!(token.differences(&token.request(Operation::Read, "elsewhere")).is_empty());
    let teams = access.holders(&"role:teams".parse().unwrap()).unwrap();
    assert_eq!(teams[0].held[1].refused.len(), 1, "a server does not take `+*`");
}

#[test]
fn everybody_who_can_is_named() {
    let project = project(&[("a.access.yaml", SPEC)]);
    let access = Access::new(&project);
    let who = |operation, path: &str| -> Vec<String> {
        let reached = access.who_can(operation, path);
        let words = reached.iter().map(|reached| {
            let who = match &reached.who {
                Who::ServiceAccount { namespace, name, declared } => {
                    format!("{namespace}/{name}{}", if declared.is_some() { "" } else { " (not declared)" })
                }
                Who::Matching { name, namespace: Matching::Listed(namespace) } => {
                    format!("{namespace}/{name}*")
                }
                Who::Matching { name, namespace: Matching::Selected(_) } => format!("selected/{name}"),
            };
            let unsure = reached.verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Unknown);
            let role = reached.holder.role.map_or("", |(role, _)| role.name.as_str());
            format!("{who} {role}{}", if unsure { " ?" } else { "" })
        });
        words.collect()
    };
    assert_eq!(who(Operation::Read, "kv/data/app/x"), ["app/web app", "app/worker (not declared) app"]);
    assert_eq!(who(Operation::Read, "kv/data/app/secret"), Vec::<String>::new());
    assert_eq!(who(Operation::Delete, "kv/data/app/x"), Vec::<String>::new());
    assert_eq!(
        who(Operation::Read, "kv/data/team-c/x"),
        ["team-*/web* teams ?"],
        "there may be such a namespace"
    );
    assert_eq!(who(Operation::Read, "kv/data/team-b/x"), ["team-b/web teams", "team-*/web* teams ?"]);
    assert_eq!(who(Operation::Update, "auth/token/renew-self").len(), 5, "`default` is on every token");
}

/// The quick way has to say what the long way says.
#[test]
fn who_can_agrees_with_asking_everybody() {
    let project = project(&[("a.access.yaml", SPEC)]);
    let access = Access::new(&project);
    let paths =
        ["kv/data/app/x", "kv/data/app/secret", "kv/data/team-a/x", "kv/data/", "sys/tools/hash", "nothing"];
    for path in paths {
        for operation in [Operation::Read, Operation::List, Operation::Update] {
            let mut asked = 0;
            for (method, role) in access.roles() {
                for (who, holder) in access.admitted(role, method) {
                    if matches!(who, Who::Matching { .. }) {
                        continue;
                    }
                    let token = holder.token();
                    let verdict = token.verdict(&token.request(operation, path));
                    asked += usize::from(verdict != Verdict::Refused);
                }
            }
            let reached = access.who_can(operation, path);
            let named = reached.iter().filter(|reached| matches!(reached.who, Who::ServiceAccount { .. }));
            assert_eq!(named.count(), asked, "{operation:?} {path}");
        }
    }
}

const RBAC: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: apps}
rules: [{apiGroups: [""], resources: [secrets, pods/log], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: apps}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: apps}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web, namespace: apps}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: boss, namespace: apps}]
"#;

#[test]
fn the_api_server_answers() {
    let project = project(&[("rbac.yaml", RBAC)]);
    let access = Access::new(&project);
    let table = [
        ("web", "get", "secrets", Some("apps"), "yes"),
        ("web", "get", "secret/db", Some("apps"), "yes"),
        ("web", "list", "secrets", Some("apps"), "no"),
        ("web", "get", "secrets", None, "no"),
        ("web", "get", "po/log", Some("apps"), "yes"),
        ("web", "get", "pods/log/web-1", Some("apps"), "yes"),
        ("web", "get", "pods", Some("apps"), "no"),
        ("web", "get", "configmaps", Some("shop"), "yes"),
        ("web", "get", "secrets", Some("shop"), "no"),
        ("web", "get", "configmaps", Some("apps"), "no"),
        ("web", "get", "widgets.example.com", Some("shop"), "view"),
        ("web", "get", "resourceclaims", Some("shop"), "view"),
        ("web", "create", "resourceclaims", Some("shop"), "no"),
        ("web", "create", "selfsubjectaccessreviews", None, "yes"),
        ("web", "get", "/healthz", None, "yes"),
        ("web", "get", "/metrics", None, "no"),
        ("boss", "delete", "deploy", Some("kube-system"), "yes"),
        ("boss", "get", "/metrics", None, "yes"),
        ("boss", "escalate", "widgets.example.com/status", Some("x"), "yes"),
    ];
    for (name, verb, on, namespace, wanted) in table {
        let question = Question::read(verb, on, None, namespace).unwrap();
        let found = match access.kubernetes(&User::service_account("apps", name), &question.query()) {
            Answer::Allowed(_) => "yes",
            Answer::Refused => "no",
            Answer::Unknown(doubts) => match doubts[0] {
                Doubt::Role(binding, _) => binding.role_ref.name.as_str(),
                ref other => panic!("{other:?}"),
            },
        };
        assert_eq!(found, wanted, "{name} {verb} {on} in {namespace:?}");
    }
    let question = Question::read("get", "secrets", None, Some("apps")).unwrap();
    let sources = access.cluster().allowing(&question.query());
    let names: Vec<_> = sources.iter().map(|source| source.subject.name.as_str()).collect();
    assert_eq!(names, ["system:masters", "boss", "web"]);
}

#[test]
fn resources_are_read_as_kubectl_reads_them() {
    let table = [
        ("secrets", "secrets", "", None, Some("n")),
        ("deploy.apps/scale", "deployments/scale", "apps", None, Some("n")),
        ("deployments/scale.apps", "deployments/scale", "apps", None, Some("n")),
        ("deployments.v1.apps/web", "deployments", "apps", Some("web"), Some("n")),
        ("serviceaccounts/token/deployer", "serviceaccounts/token", "", Some("deployer"), Some("n")),
        ("widgets.example.com", "widgets", "example.com", None, Some("n")),
        ("nodes", "nodes", "", None, None),
        ("ns/apps", "namespaces", "", Some("apps"), Some("apps")),
        ("*", "*", "", None, Some("n")),
    ];
    for (on, resource, group, name, namespace) in table {
        let wanted = Question::Resource {
            verb: "get".to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            name: name.map(str::to_owned),
            namespace: namespace.map(str::to_owned),
        };
        assert_eq!(Question::read("GET", on, None, Some("n")).unwrap(), wanted, "{on}");
    }
    let unknown = QuestionError::UnknownResource("widgets".to_owned());
    assert_eq!(Question::read("get", "widgets", None, None).unwrap_err(), unknown);
    for on in ["", "pods/", "pods//x", "a/b/c/d"] {
        assert!(Question::read("get", on, None, None).is_err(), "{on}");
    }
}
