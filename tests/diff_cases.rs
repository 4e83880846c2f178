//! `diff` of small trees: each case is the files of both sides and what is said of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use common::{Outcome, apart_from_git, outcome};

type Files<'f> = &'f [(&'f str, &'f str)];

fn rolewright(directory: &Path, args: &[&str]) -> Outcome {
    outcome(apart_from_git(directory).args(args))
}

fn write(directory: &Path, files: Files<'_>) {
    fs::create_dir_all(directory).unwrap();
    for (name, text) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn diff(old: Files<'_>, new: Files<'_>, args: &[&str]) -> Outcome {
    let tree = tempfile::tempdir().unwrap();
    write(&tree.path().join("old"), old);
    write(&tree.path().join("new"), new);
    let mut all = vec!["diff", "--no-config", "--root", ".", "old", "new"];
    all.extend(args);
    rolewright(tree.path(), &all)
}

fn role(kind: &str, verbs: &str, labels: &str) -> String {
    let namespace = if kind == "Role" { ", namespace: app" } else { "" };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: x{namespace}, labels: {{{labels}}}}}\n\
         rules: [{{apiGroups: [\"\"], resources: [secrets], verbs: [{verbs}]}}]\n"
    )
}

const BOUND: &str = "\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: x, namespace: app}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects: [{kind: ServiceAccount, name: web, namespace: app}]
";

/// Objects of several clusters: a copy that changes, comes, goes, or changes places with another is never passed over.
#[test]
fn copies_of_an_object() {
    let one = role("Role", "get", "") + BOUND;
    let other = role("Role", "'*'", "") + BOUND;
    let (one, other) = (one.as_str(), other.as_str());
    let (dev, prod) = ("overlays/dev/x.yaml", "overlays/prod/x.yaml");
    let both: Files<'_> = &[(dev, one), (prod, one)];
    let mixed: Files<'_> = &[(dev, one), (prod, other)];
    let doubt = "? new: the Role x is defined";
    let gone = "? old: the Role x is defined";
    for (old, new, wanted) in [
        (both, both, None),
        (mixed, mixed, None),
        (both, &[(dev, other), (prod, one)][..], Some(doubt)),
        (both, mixed, Some(doubt)),
        (both, &[(prod, one)], Some(gone)),
        (both, &[(dev, one)], Some(gone)),
        (&[(dev, one)], both, Some(doubt)),
        (mixed, &[(dev, other), (prod, one)], Some(doubt)),
        (
            &[(dev, one), ("overlays/test/x.yaml", one), (prod, other)],
            &[(dev, one), ("overlays/test/x.yaml", other), (prod, other)],
            Some(doubt),
        ),
        // Nobody binds it here.
        (&[(dev, "# nothing"), (prod, "# nothing")], &[(dev, "# nothing"), (prod, "# still nothing")], None),
    ] {
        let run = diff(old, new, &["--fail-on", "gained"]);
        let shown = format!("{old:?}\n{new:?}\n{}{}", run.stdout, run.stderr);
        match wanted {
            Some(text) => assert!(run.code == 1 && run.stdout.contains(text), "{shown}"),
            None => assert!(!run.stdout.contains("is defined") && run.code != 1, "{shown}"),
        }
    }
    // The file is named.
    let run = diff(both, &[(dev, other), (prod, one)], &[]);
    assert!(run.stdout.contains("new/overlays/dev/x.yaml:3"), "{}", run.stdout);
}

/// Templates that changed and may be rendered as something that is compared are doubts; others are not.
#[test]
fn templates_that_were_not_rendered() {
    let rbac = role("Role", "get", "") + BOUND;
    for (before, now, code) in [
        ("kind: {{ .Values.kind }}\na: 1\n", "kind: {{ .Values.kind }}\na: 2\n", 1),
        ("{{ include \"common.rbac\" . }}\n", "{{ include \"common.all\" . }}\n", 1),
        (
            "apiVersion: {{ .api }}\nkind: ClusterRole\n",
            "apiVersion: {{ .api }}\nkind: ClusterRole\na: 1\n",
            1,
        ),
        ("kind: {{ .Values.kind }}\n", "kind: {{ .Values.kind }}\n", 0),
        (
            "apiVersion: apps/v1\nkind: Deployment\nname: {{ .x }}\n",
            "apiVersion: apps/v1\nkind: Deployment\nname: {{ .y }}\n",
            0,
        ),
    ] {
        let of = |template| [("rbac.yaml", rbac.as_str()), ("t.yaml", template)];
        let run = diff(&of(before), &of(now), &["--fail-on", "gained"]);
        assert_eq!(run.code, code, "{before} {now}: {}{}", run.stdout, run.stderr);
    }
}

const AGGREGATED: &str = "\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: sum}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part-of: sum}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: sum}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: sum}
subjects: [{kind: ServiceAccount, name: web, namespace: app}]
";

/// The label that brings it about is among the causes.
#[test]
fn labels_are_causes() {
    let without = role("ClusterRole", "get", "") + AGGREGATED;
    let with = role("ClusterRole", "get", "part-of: sum") + AGGREGATED;
    let cause = "by the label part-of, the ClusterRole sum takes in the ClusterRole x";
    for (old, new, sign) in [(&without, &with, "+ app/web"), (&with, &without, "- app/web")] {
        let run = diff(&[("a.yaml", old)], &[("a.yaml", new)], &[]);
        assert!(run.stdout.contains(sign) && run.stdout.contains(cause), "{}", run.stdout);
    }
    // Where the rule changes, it is not the label.
    let wider = with.replace("get", "get, list");
    let run = diff(&[("a.yaml", &with)], &[("a.yaml", &wider)], &[]);
    assert!(run.stdout.contains("+ app/web") && !run.stdout.contains("by the label"), "{}", run.stdout);
}

const ENGINE: &str = "\
apiVersion: rolewright/v1
kind: Access
name: x
vault:
  policies:
    deploy:
      path:
        kubernetes/creds/deployer: {capabilities: [update]}
        secret/data/app: {capabilities: [read]}
  auth:
    kubernetes:
      config: {kubernetes_host: 'https://one'}
      roles:
        web: {bound_service_account_names: [web], bound_service_account_namespaces: [app], token_policies: [deploy], audience: vault}
        other: {bound_service_account_names: [other], bound_service_account_namespaces: [app], token_policies: [none], audience: vault}
  secrets_engines:
    kubernetes:
      roles:
        deployer: {allowed_kubernetes_namespaces: [app], kubernetes_role_type: Role, kubernetes_role_name: x, token_max_ttl: 1h}
";

/// A role that an engine role binds, and nothing else: one cause, one entry.
#[test]
fn a_role_that_an_engine_binds_is_told_once() {
    let (narrow, wide) = (role("Role", "get", ""), role("Role", "get, list", ""));
    let of = |role| [("x.access.yaml", ENGINE), ("r.yaml", role)];
    let run = diff(&of(&narrow), &of(&wide), &[]);
    assert!(
        run.stdout.contains("+ whoever may use `kubernetes/creds/deployer`"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert!(!run.stdout.contains("whoever is bound to"), "{}", run.stdout);
    // Once the engine binds another one, what changes for others is told.
    let renamed = ENGINE.replace("kubernetes_role_name: x", "kubernetes_role_name: z");
    let run = diff(&of(&narrow), &[("x.access.yaml", &renamed), ("r.yaml", &wide)], &[]);
    assert!(run.stdout.contains("whoever is bound to"), "{}", run.stdout);
}

/// Whoever is asked for, what changes for its mounts, engine roles and groups is shown.
#[test]
fn who_is_concerned() {
    let slower = ENGINE.replace("token_max_ttl: 1h", "token_max_ttl: 2h");
    let elsewhere = ENGINE.replace("https://one", "https://two");
    let narrow = role("Role", "get", "");
    for (new, who, wanted) in [
        (&slower, "app/web", Some("whoever may use `kubernetes/creds/deployer`")),
        (&slower, "app/other", None),
        (&elsewhere, "app/web", Some("whoever logs in at")),
        (&elsewhere, "app/other", Some("whoever logs in at")),
    ] {
        let run = diff(
            &[("x.access.yaml", ENGINE), ("r.yaml", &narrow)],
            &[("x.access.yaml", new), ("r.yaml", &narrow)],
            &["--who", who],
        );
        match wanted {
            Some(text) => {
                assert!(run.code == 1 && run.stdout.contains(text), "{who}: {}{}", run.stdout, run.stderr)
            }
            None => assert_eq!(run.code, 0, "{who}: {}{}", run.stdout, run.stderr),
        }
    }
    // Which users are in a group is not known; in this one, all of them are.
    let group = |name: &str, verbs: &str| {
        let bound = BOUND.replace(
            "kind: ServiceAccount, name: web, namespace: app",
            &format!("kind: Group, name: {name}"),
        );
        let user = BOUND.replace("name: x, namespace: app}\nroleRef", "name: u, namespace: app}\nroleRef");
        let user = user.replace("kind: ServiceAccount, name: web, namespace: app", "kind: User, name: jane");
        role("Role", verbs, "")
            + &bound
            + &role("Role", "get", "").replace("name: x", "name: z").replace("apiVersion", "---\napiVersion")
            + &user.replace("kind: Role, name: x", "kind: Role, name: z")
    };
    for (name, sign) in [
        ("ops", "? new: something changes for Group ops"),
        ("system:authenticated", "+ Group system:authenticated"),
    ] {
        let run = diff(
            &[("a.yaml", &group(name, "get"))],
            &[("a.yaml", &group(name, "get, list"))],
            &["--who", "User jane"],
        );
        assert!(run.code == 1 && run.stdout.contains(sign), "{name}: {}{}", run.stdout, run.stderr);
    }
}

/// Comments have an end, and say what they leave out.
#[test]
fn comments_fit() {
    let many = |word: &str| -> String {
        (0..900)
            .map(|at| {
                format!(
                    "path \"secret/data/{}/{at}\" {{ capabilities = [\"{word}\"] }}\n",
                    "long-name-".repeat(12)
                )
            })
            .collect()
    };
    let (old, new) = (many("read"), many("update"));
    let run = diff(&[("p.hcl", &old)], &[("p.hcl", &new)], &["--format", "markdown"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.len() < 65_000 && run.stdout.len() > 30_000, "{}", run.stdout.len());
    assert!(
        run.stdout.contains("more, for which there is no room here; the exit code counts all."),
        "{}",
        &run.stdout[run.stdout.len() - 900..]
    );
    assert!(run.stdout.contains("1800 ") || run.stdout.contains("900 gained"), "{}", &run.stdout[..300]);
    let whole_rows = run.stdout.lines().filter(|line| line.starts_with("| **"));
    assert!(whole_rows.into_iter().all(|line| line.ends_with(" |")));
    assert!(run.stdout.matches("<details>").count() == run.stdout.matches("</details>").count());
}

/// Templates that ask another auth method, and tokens on other terms.
#[test]
fn accessors_and_terms() {
    let policy = |accessor: &str| {
        format!(
            "path \"secret/data/{{{{identity.entity.aliases.{accessor}.name}}}}/*\" {{ capabilities = [\"read\"] }}\n"
        )
    };
    let (one, other) = (policy("auth_kubernetes_1"), policy("auth_kubernetes_2"));
    let run = diff(&[("p.hcl", &one)], &[("p.hcl", &other)], &["--fail-on", "gained"]);
    assert!(run.code == 1 && run.stdout.contains("accessor of template"), "{}", run.stdout);
    assert!(run.stdout.contains("auth_kubernetes_1 → auth_kubernetes_2"), "{}", run.stdout);
    assert_eq!(diff(&[("p.hcl", &one)], &[("p.hcl", &one)], &[]).code, 0);
    let terms = |text: &str| ENGINE.replace("web: {", &format!("web: {{{text}, "));
    for (before, now, gained, lost) in [
        ("token_ttl: 10m", "token_ttl: 1h", 1, 0),
        ("token_ttl: 1h", "token_ttl: 10m", 0, 1),
        ("token_num_uses: 5", "token_num_uses: 0", 1, 0),
        ("token_bound_cidrs: [10.0.0.0/8]", "token_bound_cidrs: [10.1.0.0/16]", 0, 1),
        ("token_ttl: 60m", "token_ttl: 1h", 0, 0),
    ] {
        for (which, code) in [("gained", gained), ("lost", lost)] {
            let (old, new) = (terms(before), terms(now));
            let run = diff(&[("x.access.yaml", &old)], &[("x.access.yaml", &new)], &["--fail-on", which]);
            assert_eq!(run.code, code, "{before} {now} {which}: {}{}", run.stdout, run.stderr);
        }
    }
}

fn git(directory: &Path, args: &[&str]) {
    let status = Command::new("git")
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .status()
        .unwrap();
    assert!(status.success(), "{args:?}");
}

/// Links, submodules and ignored files of a work tree against a revision.
#[test]
fn work_trees() {
    let bound = role("Role", "get", "") + BOUND;
    let tree = tempfile::tempdir().unwrap();
    let top = tree.path();
    git(top, &["init", "--quiet", "--initial-branch=main"]);
    write(
        top,
        &[
            ("k8s/a.yaml", &bound),
            ("texts/b.txt", &role("Role", "list", "").replace("name: x", "name: z")),
            (".gitignore", "made/\n"),
        ],
    );
    symlink("../texts/b.txt", top.join("k8s/b.yaml")).unwrap();
    let commit = |message: &str| {
        git(top, &["add", "--all", "--force"]);
        git(top, &["commit", "--quiet", "--allow-empty", "--message", message]);
    };
    commit("one");
    let against = |revision: &str| rolewright(top, &["diff", "--git", revision, "--fail-on", "gained"]);
    let run = against("HEAD");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // The text behind a link changes.
    write(top, &[("texts/b.txt", &role("Role", "list, watch", "").replace("name: x", "name: z"))]);
    let run = against("HEAD");
    assert!(run.code == 1 && run.stdout.contains("watch"), "{}{}", run.stdout, run.stderr);
    commit("two");
    // What is ignored and was committed all the same since counts, and what was never committed does not.
    write(top, &[("made/c.yaml", &bound.replace("name: web", "name: made"))]);
    let run = against("HEAD");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    commit("three");
    let run = against("HEAD~1");
    assert!(run.code == 1 && run.stdout.contains("app/made"), "{}{}", run.stdout, run.stderr);
    let run = against("HEAD");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // A file becomes a link to a directory, and a submodule comes.
    fs::remove_file(top.join("k8s/b.yaml")).unwrap();
    fs::create_dir_all(top.join(".hidden")).unwrap();
    symlink("../.hidden", top.join("k8s/more")).unwrap();
    let run = against("HEAD");
    assert!(
        run.code == 1 && run.stdout.contains("is a link to a directory, is not read"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    commit("four");
    let run = against("HEAD");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    write(
        top,
        &[(".gitmodules", "[submodule \"v\"]\n\tpath = vendor\n\turl = ./v\n"), ("vendor/d.yaml", "a: 1\n")],
    );
    git(&top.join("vendor"), &["init", "--quiet"]);
    let run = against("HEAD");
    assert!(
        run.code == 1 && run.stdout.contains("vendor is a submodule, is not read"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

/// A file of another name says the same, and sides may be empty.
#[test]
fn renames_and_empty_sides() {
    let bound = role("Role", "get", "") + BOUND;
    assert_eq!(diff(&[("a.yaml", &bound)], &[("deep/b.yaml", &bound)], &[]).code, 0);
    assert_eq!(diff(&[], &[("a.yaml", &bound)], &["--fail-on", "gained"]).code, 1);
    assert_eq!(diff(&[("a.yaml", &bound)], &[], &["--fail-on", "gained"]).code, 0);
    assert_eq!(diff(&[("a.yaml", &bound)], &[], &["--fail-on", "lost"]).code, 1);
}

/// A role chooses namespaces by their labels; the labels change.
#[test]
fn labels_of_namespaces() {
    let spec = |names: &str| {
        format!(
            "apiVersion: rolewright/v1\nkind: Access\nname: s\ntarget: {{openbao: \"2.7\"}}\nvault:\n  policies:\n    x: {{path: {{q/x: \
             {{capabilities: [read]}}}}}}\n  auth:\n    kubernetes:\n      roles:\n        web: \
             {{bound_service_account_names: [{names}], bound_service_account_namespace_selector: \
             '{{\"matchLabels\":{{\"team\":\"pay\"}}}}', audience: vault, token_policies: [x]}}\n"
        )
    };
    let namespace = |labels: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: n1, labels: {{{labels}}}}}\n")
    };
    let (pay, other) = (namespace("team: pay, a: b"), namespace("team: other"));
    let plain = namespace("a: b");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, namespace: n1}\n";
    let nothing = "# nothing\n";
    for (names, old, new, account, wanted) in [
        ("app", &*other, &*pay, nothing, &["+ n1/app", "read on q/x", "has the label `team: pay`"][..]),
        ("app", &other, &pay, account, &["+ n1/app", "read on q/x"]),
        ("app", &plain, &pay, account, &["+ n1/app", "has none of the labels", "n1/app  refused → admitted"]),
        ("app", &pay, &other, account, &["- n1/app", "may no longer log in through `kubernetes/web`"]),
        (
            "'ap*'",
            &other,
            &pay,
            account,
            &["+ n1/app, any service account `ap*` of", "+ any service account `ap*`"],
        ),
        ("'*'", &other, &pay, nothing, &["+ any service account `*` of the namespace `n1`", "read on q/x"]),
        // What is there for the first time may have been there all along.
        ("app", nothing, &pay, account, &["+ n1/app", "read on q/x"]),
        (
            "app",
            &other,
            nothing,
            account,
            &["? new: no input of this side has the labels of the namespace n1"],
        ),
        ("app", &pay, &namespace("team: pay"), account, &[]),
        ("app", &plain, &other, account, &[]),
        ("app", nothing, &other, account, &[]),
    ] {
        let spec = spec(names);
        let file = |text| [("v.access.yaml", spec.as_str()), ("ns.yaml", text), ("sa.yaml", account)];
        let run = diff(&file(old), &file(new), &[]);
        let shown = format!("{old}{new}{account}\n{}{}", run.stdout, run.stderr);
        for text in wanted {
            assert!(
                run.stdout.contains(text) || run.stdout.contains(&text.replace('`', "")),
                "{text}\n{shown}"
            );
        }
        assert_eq!(run.code, i32::from(!wanted.is_empty()), "{shown}");
    }
}

/// The same of roles of the Kubernetes secrets engine.
#[test]
fn labels_of_namespaces_of_engine_roles() {
    let spec = |selector: &str, what: &str| {
        format!(
            "apiVersion: rolewright/v1\nkind: Access\nname: s\ntarget: {{openbao: \"2.7\"}}\nvault:\n  secrets_engines:\n    \
             kubernetes:\n      type: kubernetes\n      roles:\n        gen: {{allowed_kubernetes_namespace_selector: \
             '{selector}', {what}}}\n"
        )
    };
    let rules = "generated_role_rules: '{\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"secrets\"],\"verbs\":[\"get\"]}]}'";
    let bound = "\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: x, namespace: n1}
rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: x, namespace: n1}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects: [{kind: ServiceAccount, name: app, namespace: n1}]
";
    let namespace = |labels: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: n1, labels: {{{labels}}}}}\n{bound}")
    };
    let (pay, other) = (namespace("team: pay"), namespace("team: other"));
    for selector in [
        "{\"matchLabels\":{\"team\":\"pay\"}}",
        "{\"matchExpressions\":[{\"key\":\"team\",\"operator\":\"In\",\"values\":[\"pay\"]}]}",
        "{\"matchExpressions\":[{\"key\":\"team\",\"operator\":\"NotIn\",\"values\":[\"other\"]}]}",
    ] {
        for what in [rules, "kubernetes_role_name: x", "service_account_name: app"] {
            let spec = spec(selector, what);
            let file = |text| [("v.access.yaml", spec.as_str()), ("ns.yaml", text)];
            for (old, new, sign) in [(&other, &pay, "+"), (&pay, &other, "-")] {
                let run = diff(&file(old), &file(new), &[]);
                let wanted = format!(
                    "{sign} whoever may use `kubernetes/creds/gen`\n    get on secrets in the namespace n1"
                );
                assert!(
                    run.code == 1 && run.stdout.contains(&wanted),
                    "{spec}{old}{new}\n{}{}",
                    run.stdout,
                    run.stderr
                );
            }
            let run = diff(&file(&pay), &file(&namespace("a: b, team: pay")), &[]);
            assert_eq!(run.code, 0, "{}", run.stdout);
        }
    }
}
