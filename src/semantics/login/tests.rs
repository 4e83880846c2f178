use super::*;
use crate::model::lower;
use crate::model::project::{Project, Settings};
use crate::model::vault::duration::Seconds;
use crate::syntax::{Source, SourceId, Sources};

/// A spec with one role, whose fields are given; `mount` goes to the auth method.
fn project(role: &str, mount: &str) -> Project {
    let text = format!(
        "apiVersion: rolewright/v1\nkind: Access\nname: test\nvault:\n  auth:\n    kubernetes:\n      \
         type: kubernetes\n{mount}      roles:\n        App: {{{role}}}\n\
         ---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: app, labels: {{team: a}}}}\n"
    );
    let source = Source { id: SourceId(0), name: "test.access.yaml".to_owned(), text, bom: false };
    let lowered = lower::file(&source, &Settings::default());
    Project::assemble(Sources::new(vec![source]), vec![lowered], Settings::default())
}

/// The outcome in short: `ok`, the check that fails with the text under its span, or what is missing.
fn outcome(project: &Project, caller: &str, audiences: Option<&[&str]>, dialect: Dialect) -> String {
    let (namespace, name) = caller.split_once('/').unwrap();
    let caller = Caller::in_project(project, namespace, name);
    let caller = match audiences {
        Some(audiences) => caller.with_audiences(audiences.iter().copied()),
        None => caller,
    };
    let methods = AuthMethod::all(project);
    let role = methods[0].roles()[0];
    match attempt(&caller, role, &methods[0], dialect) {
        Outcome::Accepted(_) => "ok".to_owned(),
        Outcome::Refused(refusal) => {
            let unless = if refusal.unless.is_empty() { "" } else { ", unless" };
            format!("{:?} {}{unless}", refusal.check, project.sources.slice(refusal.span))
        }
        Outcome::Unknown { missing, .. } => match &missing[0] {
            Missing::Audiences(wanted) => format!("? audience {wanted}"),
            Missing::NamespaceLabels(keys) => format!("? labels {}", keys.value.join(" ")),
            Missing::ApiServerAudience(audience) => format!("? API server {audience}"),
        },
    }
}

const WEB: &str = "bound_service_account_names: [web], bound_service_account_namespaces: [app]";

#[test]
fn the_first_check_that_fails_is_named_with_its_field() {
    let vault: Option<&[&str]> = Some(&["vault"]);
    let selector = "bound_service_account_names: [web], bound_service_account_namespace_selector: '{\"matchLabels\": {\"team\": \"a\"}}'";
    let table: [(&str, &str, Option<&[&str]>, &str); 14] = [
        (WEB, "app/web", vault, "ok"),
        (WEB, "app/worker", vault, "Name [web]"),
        (WEB, "dev/web", vault, "Namespace [app]"),
        (WEB, "dev/worker", vault, "Name [web]"),
        ("audience: vault, NAMES", "dev/worker", Some(&["other"]), "Audience vault"),
        ("audience: vault, NAMES", "dev/worker", None, "Name [web], unless"),
        ("audience: vault, NAMES", "app/web", None, "? audience vault"),
        ("audience: '', NAMES", "app/web", Some(&[]), "ok"),
        (selector, "app/web", vault, "ok"),
        (selector, "dev/web", vault, "? labels team"),
        (selector, "app/worker", vault, "Name [web]"),
        (
            "bound_service_account_names: [web], bound_service_account_namespace_selector: {matchLabels: {team: b}}",
            "app/web",
            vault,
            "Namespace {matchLabels: {team: b}}",
        ),
        ("NAMES, token_policies: [a, root]", "app/web", vault, "Policies root"),
        (
            "bound_service_account_names: [web, '*'], bound_service_account_namespaces: [app]",
            "app/web",
            vault,
            "RoleStored '*'",
        ),
    ];
    for (role, caller, audiences, wanted) in table {
        let project = project(&role.replace("NAMES", WEB), "");
        let found = outcome(&project, caller, audiences, Dialect::OpenBao);
        assert_eq!(found, wanted, "{role} for {caller}");
    }
}

#[test]
fn each_jwt_vouches_for_itself_where_there_is_no_reviewer() {
    let mount = "      config: {kubernetes_host: https://k, disable_local_ca_jwt: true}\n";
    let api = "https://kubernetes.default.svc.cluster.local";
    let table: [(&str, Option<&[&str]>, &str); 5] = [
        ("NAMES", Some(&[api]), "ok"),
        ("NAMES", Some(&["vault"]), "? API server vault"),
        ("NAMES", None, "ok"),
        ("audience: vault, NAMES", Some(&["vault", api]), "ok"),
        ("audience: vault, NAMES", Some(&["vault"]), "? API server vault"),
    ];
    for (role, audiences, wanted) in table {
        let project = project(&role.replace("NAMES", WEB), mount);
        assert_eq!(outcome(&project, "app/web", audiences, Dialect::VaultCurrent), wanted, "{role}");
    }
}

#[test]
fn only_the_servers_that_keep_a_policy_for_themselves_refuse_it() {
    let project = project(&format!("{WEB}, token_policies: [control-group]"), "");
    let table = [(Dialect::OpenBao, "ok"), (Dialect::VaultClassic, "Policies control-group")];
    for (dialect, wanted) in table {
        assert_eq!(outcome(&project, "app/web", None, dialect), wanted);
    }
}

#[test]
fn lifetimes_are_those_of_role_mount_and_system() {
    const HOUR: i64 = 3600;
    let table: [(&str, &str, i64, Option<i64>); 9] = [
        ("", "", 768 * HOUR, Some(768 * HOUR)),
        ("token_ttl: 1h", "", HOUR, Some(768 * HOUR)),
        ("token_ttl: 1h, token_max_ttl: 2h", "", HOUR, Some(2 * HOUR)),
        ("token_max_ttl: 2h", "", 2 * HOUR, Some(2 * HOUR)),
        ("token_ttl: 3h", "max_lease_ttl: 2h", 2 * HOUR, Some(2 * HOUR)),
        ("", "default_lease_ttl: 1h", HOUR, Some(768 * HOUR)),
        ("token_period: 1h, token_ttl: 5h", "", HOUR, None),
        ("token_period: 1h, token_explicit_max_ttl: 4h", "", HOUR, Some(4 * HOUR)),
        ("token_ttl: 1h, token_type: batch", "", HOUR, Some(HOUR)),
    ];
    for (role, mount, ttl, at_most) in table {
        let mount = if mount.is_empty() { String::new() } else { format!("      {mount}\n") };
        let project = project(&format!("{WEB}, {role}"), &mount);
        let methods = AuthMethod::all(&project);
        let token = token_of(methods[0].roles()[0], &methods[0], Dialect::VaultCurrent).unwrap();
        assert_eq!((token.ttl, token.lives_at_most), (Seconds(ttl), at_most.map(Seconds)), "{role} {mount}");
    }
}

#[test]
fn policies_are_those_that_the_token_carries() {
    let table = [
        ("token_policies: [B, a, b]", "a b default"),
        ("token_policies: [default, a], token_no_default_policy: true", "a default"),
        ("token_no_default_policy: true", ""),
        ("token_policies: ' X ,y'", "default x y"),
        ("policies: [old], token_policies: [new]", "default new"),
    ];
    for (role, wanted) in table {
        let project = project(&format!("{WEB}, {role}"), "");
        let methods = AuthMethod::all(&project);
        let token = token_of(methods[0].roles()[0], &methods[0], Dialect::VaultCurrent).unwrap();
        let names: Vec<_> = token.policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(names.join(" "), wanted, "{role}");
    }
}

#[test]
fn roles_are_found_whatever_their_case() {
    let project = project(WEB, "");
    let methods = AuthMethod::all(&project);
    assert_eq!(methods[0].roles_named("aPP").count(), 1);
    assert_eq!(methods[0].roles_named("other").count(), 0);
    assert_eq!(invalid_role_name("x\"y"), r#"invalid role name "x\"y""#);
}
