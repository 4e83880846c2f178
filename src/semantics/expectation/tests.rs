//! Claims, one by one, against a small project.

use super::{Coverage, Outcome, Prover, Reason, Replay, Verdict, kubernetes};
use crate::model::lower;
use crate::model::project::{Project, Settings};
use crate::syntax::{Source, SourceId, Sources};

const ROLES: &str = r#"
apiVersion: rolewright/v1
kind: Access
name: shop
vault:
  mounts:
    issuer: {type: pki}
    kv: {type: kv, options: {version: "2"}}
  auth:
    kubernetes:
      config: {kubernetes_host: "https://kubernetes.default.svc", disable_local_ca_jwt: true}
      roles:
        web: {bound_service_account_names: [web], bound_service_account_namespaces: [shop], token_policies: [one, two]}
        other: {bound_service_account_names: [web], bound_service_account_namespaces: [shop], token_policies: [three]}
        own-audience:
          bound_service_account_names: [picky]
          bound_service_account_namespaces: [shop]
          audience: vault
          token_policies: [three]
  policies:
    one:
      path:
        kv/data/*: {capabilities: [read]}
        kv/data/closed: {capabilities: [deny]}
        issuer/root: {capabilities: [delete]}
        issuer/root/sign-self-issued: {capabilities: [update, sudo]}
        issuer/roles/root: {capabilities: [delete]}
        sys/mounts/a: {capabilities: [update], required_parameters: [type]}
        sys/mounts/b: {capabilities: [update], required_parameters: [type], denied_parameters: {"*": []}}
        sys/mounts/c: {capabilities: [update], required_parameters: [type], denied_parameters: {type: [kv]}, allowed_parameters: {type: [kv, pki]}}
        sys/mounts/d: {capabilities: [update], required_parameters: [type], allowed_parameters: {other: []}}
        sys/mounts/e: {capabilities: [update], denied_parameters: {type: []}}
        wrapped/a: {capabilities: [read], min_wrapping_ttl: 1m}
        wrapped/b: {capabilities: [read], max_wrapping_ttl: 1m}
        wrapped/c: {capabilities: [read], min_wrapping_ttl: 1m}
    two:
      path:
        wrapped/c: {capabilities: [read], max_wrapping_ttl: 30s}
        kv/metadata/*: {capabilities: [list]}
    three:
      path:
        kv/data/closed: {capabilities: [read]}
        kv/data/*: {capabilities: [create]}
kubernetes:
  service_accounts: [{name: web, namespace: shop}, {name: picky, namespace: shop}, {name: bot, namespace: ops}]
"#;

const CLUSTER: &str = r#"
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: api, namespace: payment}}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {name: keys, namespace: payment}
  rules:
  - {apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}
  - {apiGroups: [""], resources: ["*/log", "pods/*"], verbs: [get]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: keys, namespace: payment}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: keys}
  subjects: [{kind: ServiceAccount, name: api, namespace: payment}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: all-of-apps}
  rules:
  - {apiGroups: [apps], resources: ["*"], verbs: ["*"]}
  - {nonResourceURLs: ["/metrics", "/debug/*"], verbs: [get]}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: shops}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all-of-apps}
  subjects:
  - {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "system:serviceaccounts:shop"}
  - {kind: Group, apiGroup: rbac.authorization.k8s.io, name: ops}
  - {kind: User, apiGroup: rbac.authorization.k8s.io, name: alice}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: "system:kube-controller-manager", labels: {kubernetes.io/bootstrapping: rbac-defaults}}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:kube-controller-manager"}
  subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "system:kube-controller-manager"}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: nodes-of-others}
  rules: [{apiGroups: [""], resources: [nodes], verbs: [get]}, {apiGroups: [events.k8s.io], resources: [events], verbs: [delete]}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: idle, namespace: shop}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nodes-of-others}
  subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: "system:nodes"}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: viewers, namespace: viewed}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
  subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: alice}]
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: gone, namespace: missing}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gone}
  subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: alice}]
"#;

/// The verdict on each claim, and how many of the path rules they touch.
fn prove(claims: &str) -> (Vec<(String, Outcome)>, (usize, usize)) {
    prove_with(claims, |_| {})
}

/// The same with other evaluators of single requests.
fn prove_with(claims: &str, change: impl Fn(&mut Replay<'_>)) -> (Vec<(String, Outcome)>, (usize, usize)) {
    let tests = format!("apiVersion: rolewright/v1\nkind: AccessTest\nname: claims\nexpect:\n{claims}");
    let source = |id, name: &str, text: &str| Source {
        id: SourceId(id),
        name: name.to_owned(),
        text: text.to_owned(),
        bom: false,
    };
    let sources = [
        source(0, "shop.access.yaml", ROLES),
        source(1, "claims.access-test.yaml", &tests),
        source(2, "cluster.yaml", CLUSTER),
    ];
    let files = sources.iter().map(|source| lower::file(source, &Settings::default())).collect();
    let project = Project::assemble(Sources::new(sources.to_vec()), files, Settings::default());
    let faults: Vec<&str> = project.malformed.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(faults, Vec::<&str>::new());
    let mut prover = Prover::new(&project);
    change(&mut prover.replay);
    let verdicts: Vec<Verdict<'_>> = project.expectations.iter().map(|it| prover.prove(it)).collect();
    let outcomes = verdicts.iter().map(|verdict| {
        let place = verdict.expectation.span;
        (project.sources.slice(place).to_owned(), verdict.outcome)
    });
    (outcomes.collect(), Coverage::of(&project, &verdicts).path_rules)
}

#[test]
fn claims() {
    use Outcome::{Failed, Nobody, NotProved, Passed, Unknown};
    let table = [
        // One role is enough for `can`; `cannot` speaks of all.
        ("{who: shop/web, can: [create], on: kv/data/x}", Passed),
        ("{who: shop/web, cannot: [create], on: kv/data/x}", Failed),
        ("{who: shop/web@web, cannot: [create], on: kv/data/x}", Passed),
        ("{who: shop/web, cannot: [read], on: kv/data/closed}", Failed),
        ("{who: shop/web@web, cannot: [read], on: kv/data/closed}", Passed),
        ("{who: shop/web@kubernetes/other, can: [read], on: kv/data/closed}", Passed),
        // Policies by themselves; with `default` only where it is named.
        ("{who: 'policy:one,three', cannot: [read], on: kv/data/closed}", Passed),
        ("{who: 'policy:three', can: [update], on: auth/token/renew-self}", Failed),
        ("{who: 'policy:default', can: [update], on: auth/token/renew-self}", Passed),
        ("{who: 'role:other', can: [update], on: auth/token/renew-self}", Passed),
        ("{who: 'policy:three,four', cannot: [read], on: kv/data/x}", Nobody),
        // Each of several words counts.
        ("{who: shop/web@web, can: [read, update], on: kv/data/x}", Failed),
        ("{who: shop/web@web, cannot: [update, read], on: kv/data/x}", Failed),
        // Servers append a slash to what is listed.
        ("{who: shop/web, can: [list], on: kv/metadata}", Passed),
        ("{who: shop/web, can: [list], on: kv/metadata/}", Passed),
        // A `pki` mount guards two of its paths, and only those.
        ("{who: shop/web, cannot: [delete], on: issuer/root}", Passed),
        ("{who: shop/web, can: [update], on: issuer/root/sign-self-issued}", Passed),
        ("{who: shop/web, can: [delete], on: issuer/roles/root}", Passed),
        ("{who: shop/web, can: [sudo], on: issuer/root/sign-self-issued}", Passed),
        ("{who: shop/web, can: [sudo], on: issuer/root}", Failed),
        ("{who: shop/web, cannot: [sudo], on: nowhere}", Passed),
        // Some request goes through, or none is found.
        ("{who: shop/web, can: [update], on: sys/mounts/a}", Passed),
        ("{who: shop/web, cannot: [update], on: sys/mounts/a}", Failed),
        ("{who: shop/web, can: [update], on: sys/mounts/b}", Unknown),
        ("{who: shop/web, cannot: [update], on: sys/mounts/b}", Unknown),
        ("{who: shop/web, can: [update], on: sys/mounts/c}", Passed),
        ("{who: shop/web, can: [update], on: sys/mounts/d}", Unknown),
        ("{who: shop/web, can: [update], on: sys/mounts/e}", Passed),
        ("{who: shop/web, can: [read], on: wrapped/a}", Passed),
        ("{who: shop/web, can: [read], on: wrapped/b}", Passed),
        ("{who: shop/web, cannot: [read], on: wrapped/c}", Passed),
        // Without a reviewer, the API server has to take the audience that the role wants.
        ("{who: shop/picky, can: [read], on: kv/data/closed}", Unknown),
        ("{who: shop/picky, cannot: [read], on: kv/data/closed}", Unknown),
        ("{who: shop/picky, cannot: [update], on: kv/data/closed}", Passed),
        // No role takes it.
        ("{who: ops/bot, cannot: [read], on: kv/data/x}", Passed),
        ("{who: ops/bot, can: [read], on: kv/data/x}", Failed),
        ("{who: ops/web, cannot: [read], on: kv/data/x}", Passed),
        ("{who: ops/wbe, cannot: [read], on: kv/data/x}", Nobody),
        // Everybody.
        ("{nobody: true, can: [read], on: kv/data/x}", Failed),
        ("{nobody: true, can: [update], on: kv/data/*}", Passed),
        ("{only: [shop/web], can: [read], on: kv/data/x}", Passed),
        ("{only: [shop/web], can: [read], on: kv/*}", Failed),
        ("{everybody_in: shop, can: [read], on: kv/data/x}", Failed),
        ("{everybody_in: shop, cannot: [read], on: kv/data/closed}", Failed),
        // `sys/health` answers without a token.
        ("{everybody_in: ops, cannot: [read], on: '*'}", Failed),
        ("{everybody_in: ops, cannot: [read], on: 'kv/*'}", Passed),
        ("{everybody_in: nowhere, cannot: [read], on: '*'}", Nobody),
        ("{nobody_except: [shop/web], can: [read], on: kv/data/closed}", Unknown),
        ("{nobody_except: [shop/web@web], can: [read], on: kv/data/closed}", Failed),
        ("{nobody_except: ['role:other', 'policy:three'], can: [read], on: kv/data/closed}", Passed),
        ("{nobody_except: [ops/wbe], can: [read], on: kv/data/closed}", Nobody),
        ("{nobody: true, cannot: [read], on: kv/data/x}", Failed),
        // All paths of a pattern; several roles can cover it together.
        ("{who: shop/web, can: [read], on: kv/data/*}", Passed),
        ("{who: shop/web@web, can: [read], on: kv/data/*}", Failed),
        ("{who: shop/web@web, can: [read], on: kv/data/+/+}", Passed),
        ("{who: shop/web, cannot: [read], on: kv/data/+}", Failed),
        ("{nobody: true, can: [delete], on: issuer/root*}", Passed),
        ("{nobody: true, can: [delete], on: issuer/*}", Failed),
        ("{nobody: true, can: [update], on: sys/mounts/+}", Failed),
        ("{nobody: true, can: [update], on: sys/mounts/b}", Unknown),
        ("{nobody: true, can: [read], on: wrapped/c*}", Passed),
        ("{nobody: true, can: [list], on: kv/+}", Failed),
        ("{nobody: true, can: [list], on: kv/data/*}", Passed),
        ("{who: shop/web, cannot: [read], on: kv/*/x}", NotProved),
        ("{who: shop/web, can: [get], on: '*', in: shop}", Failed),
        ("{who: shop/web, cannot: [get], on: 'se*', in: shop}", NotProved),
        // A server that does not know the capability at all.
        ("{who: shop/web, cannot: [scan], on: kv/metadata/x}", Passed),
    ];
    let claims: String = table.iter().map(|(claim, _)| format!("  - {claim}\n")).collect();
    let (outcomes, path_rules) = prove(&claims);
    assert_eq!(outcomes.len(), table.len());
    for ((claim, outcome), (_, wanted)) in outcomes.iter().zip(table) {
        assert_eq!(*outcome, wanted, "{claim}");
    }
    assert_eq!(path_rules, (17, 17));
}

#[test]
fn claims_about_kubernetes() {
    use Outcome::{Failed, Nobody, NotProved, Passed, Unknown};
    let table = [
        // A named object is among those that nobody may have, and all of them more than one.
        ("{nobody: true, can: [get], on: secrets, in: payment}", Failed),
        ("{nobody: true, can: [get], on: secrets, named: other, in: payment}", Passed),
        ("{nobody: true, can: [list], on: secrets, in: payment}", Passed),
        ("{nobody_except: [payment/api], can: [get], on: secrets, in: payment}", Passed),
        ("{only: [payment/api], can: [get], on: secrets, named: db, in: payment}", Passed),
        ("{only: [payment/api], can: [get], on: secrets, in: payment}", Failed),
        ("{who: payment/api, cannot: [get], on: secrets, in: payment}", Passed),
        ("{who: payment/api, cannot: [get], on: secrets, named: '*', in: payment}", Failed),
        ("{who: payment/api, cannot: [get], on: secrets, named: '*', in: shop}", Passed),
        // `*/log` is a pattern to Kubernetes, `pods/*` is none.
        ("{who: payment/api, can: [get], on: '*/log', in: payment}", Failed),
        ("{who: payment/api, can: [get], on: '*.*/log', in: payment}", Failed),
        ("{who: payment/api, cannot: [get], on: 'pods/*', in: payment}", Failed),
        ("{who: payment/api, can: [get], on: 'pods/*', in: payment}", Failed),
        ("{who: payment/api, cannot: [get], on: 'pods/*', in: shop}", Passed),
        ("{who: payment/api, cannot: [get], on: 'deployments.apps/*', in: payment}", Passed),
        // Groups: everybody in a namespace, strangers, people.
        ("{everybody_in: shop, can: [get, delete], on: '*.apps', in: '*'}", Passed),
        ("{everybody_in: shop, can: [get], on: '*', in: '*'}", Failed),
        ("{everybody_in: shop, cannot: [get], on: '*.batch', in: '*'}", Passed),
        ("{everybody_in: payment, cannot: [get], on: '*.apps', in: '*'}", Passed),
        ("{everybody_in: payment, cannot: [get], on: '*', in: shop}", Passed),
        ("{everybody_in: payment, cannot: [get], on: '*', in: payment}", Failed),
        ("{everybody_in: nowhere, cannot: [get], on: '*', in: '*'}", Nobody),
        ("{everybody_in: shop, cannot: [get], on: secrets, in: nowhere}", Nobody),
        (
            "{nobody_except: ['group:system:serviceaccounts:shop', 'group:ops', 'user:alice'], can: [get], on: '*.apps', in: shop}",
            Passed,
        ),
        (
            "{nobody_except: ['group:system:serviceaccounts:shop', 'group:ops'], can: [get], on: '*.apps', in: shop}",
            Failed,
        ),
        (
            "{only: ['group:system:serviceaccounts:shop', 'group:ops', 'user:alice'], can: [get], on: '*.apps', in: '*'}",
            Passed,
        ),
        (
            "{only: ['group:system:serviceaccounts', 'group:ops', 'user:alice'], can: [get], on: deployments.apps, in: payment}",
            Failed,
        ),
        ("{nobody_except: ['group:nobodies'], can: [get], on: '*.apps', in: shop}", Nobody),
        ("{nobody_except: ['user:nobody'], can: [get], on: '*.apps', in: shop}", Nobody),
        ("{nobody_except: [payment/aip], can: [get], on: '*.apps', in: shop}", Nobody),
        // What lies outside of all namespaces is not given in one.
        ("{nobody: true, can: [get], on: nodes, in: '*'}", Passed),
        ("{nobody: true, can: [get], on: '*', in: shop}", Failed),
        // Kubernetes' own identities count where their role is not Kubernetes' own.
        ("{nobody: true, can: [delete], on: '*.events.k8s.io', in: shop}", Failed),
        ("{nobody: true, can: [delete], on: pods, in: shop}", Passed),
        ("{everybody_in: kube-system, cannot: [delete], on: pods, in: shop}", Unknown),
        ("{who: kube-system/default, cannot: [delete], on: 'pods/*', in: shop}", Unknown),
        // A role that is not there, and one to which extensions add.
        ("{nobody: true, can: [delete], on: pods, in: missing}", Unknown),
        ("{nobody: true, can: [delete], on: pods, in: viewed}", Passed),
        ("{nobody: true, can: [delete], on: '*', in: viewed}", Failed),
        ("{nobody_except: ['user:alice'], can: [delete], on: '*', in: viewed}", Failed),
        ("{nobody: true, can: [delete], on: '*.batch', in: viewed}", Passed),
        ("{nobody: true, can: [delete], on: '*.example.com', in: viewed}", Unknown),
        ("{nobody: true, can: [delete], on: pods, in: '*'}", Unknown),
        // Paths outside of the resource API.
        ("{nobody: true, can: [get], on: /metrics, in: '*'}", Failed),
        ("{nobody: true, can: [get], on: '/metrics/*', in: '*'}", Passed),
        ("{everybody_in: shop, can: [get], on: '/debug/pprof/*', in: '*'}", Passed),
        ("{everybody_in: shop, can: [get], on: '/d*', in: '*'}", Failed),
        ("{nobody: true, can: [post], on: '/*', in: '*'}", Passed),
        ("{nobody: true, can: [get], on: '/a*/b', in: '*'}", NotProved),
        // The defaults of the server count, too.
        ("{nobody: true, can: [get], on: /version, in: '*'}", Failed),
        ("{nobody: true, cannot: [get], on: /version, in: '*'}", Passed),
        ("{nobody: true, cannot: [get], on: /api, in: '*'}", Failed),
        ("{only: [payment/api], cannot: [get], on: pods, in: payment}", Failed),
        ("{nobody: true, can: [create], on: '*.authorization.k8s.io', in: '*'}", Failed),
        ("{nobody: true, can: [get], on: 'secrets.+', in: shop}", NotProved),
    ];
    let claims: String = table.iter().map(|(claim, _)| format!("  - {claim}\n")).collect();
    let (outcomes, _) = prove(&claims);
    assert_eq!(outcomes.len(), table.len());
    let wrong: Vec<String> = outcomes
        .iter()
        .zip(table)
        .filter(|((_, outcome), (_, wanted))| outcome != wanted)
        .map(|((claim, outcome), (_, wanted))| format!("{claim}: {outcome:?}, wanted {wanted:?}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a search finds and the evaluator of single requests refuses is never shown as a proof of anything.
#[test]
fn evaluators_that_disagree_are_a_bug() {
    let claims = "  - {nobody: true, can: [read], on: 'kv/data/*'}\n\
                  \x20 - {nobody: true, can: [get], on: secrets, in: payment}\n\
                  \x20 - {only: [payment/api], can: [get], on: secrets, named: db, in: payment}\n\
                  \x20 - {nobody: true, can: [delete], on: 'kv/data/*'}\n";
    let outcomes = |change: fn(&mut Replay<'_>)| -> Vec<Outcome> {
        prove_with(claims, change).0.into_iter().map(|(_, outcome)| outcome).collect()
    };
    use Outcome::{Contradiction, Failed, Passed};
    assert_eq!(outcomes(|_| {}), [Failed, Failed, Passed, Passed]);
    let refusing = |replay: &mut Replay<'_>| {
        replay.vault = |_, _| Reason::new(Some(false), "refused");
        replay.kubernetes = |_, _, _| kubernetes::Answer::Refused;
    };
    assert_eq!(outcomes(refusing), [Contradiction, Contradiction, Failed, Passed]);
}

#[test]
fn untouched_rules() {
    let (_, path_rules) = prove("  - {who: shop/web@web, can: [read], on: kv/data/x}\n");
    assert_eq!(path_rules, (1, 17));
    let (_, path_rules) = prove("  - {who: ops/bot, cannot: [read], on: kv/data/x}\n");
    assert_eq!(path_rules, (0, 17));
    let (_, path_rules) = prove("  - {who: shop/web@web, cannot: [read], on: wrapped/c}\n");
    assert_eq!(path_rules, (2, 17), "both rules of the pattern decide");
}
