//! Claims, one by one, against a small project.

use super::{Coverage, Outcome, Prover, Verdict};
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

/// The verdict on each claim, and how many of the path rules they touch.
fn prove(claims: &str) -> (Vec<(String, Outcome)>, (usize, usize)) {
    let tests = format!("apiVersion: rolewright/v1\nkind: AccessTest\nname: claims\nexpect:\n{claims}");
    let source = |id, name: &str, text: &str| Source {
        id: SourceId(id),
        name: name.to_owned(),
        text: text.to_owned(),
        bom: false,
    };
    let sources = [source(0, "shop.access.yaml", ROLES), source(1, "claims.access-test.yaml", &tests)];
    let files = sources.iter().map(|source| lower::file(source, &Settings::default())).collect();
    let project = Project::assemble(Sources::new(sources.to_vec()), files, Settings::default());
    let faults: Vec<&str> = project.malformed.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(faults, Vec::<&str>::new());
    let prover = Prover::new(&project);
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
        ("{everybody_in: ops, cannot: [read], on: '*'}", Passed),
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
        ("{who: shop/web, can: [get], on: '*', in: shop}", NotProved),
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
fn untouched_rules() {
    let (_, path_rules) = prove("  - {who: shop/web@web, can: [read], on: kv/data/x}\n");
    assert_eq!(path_rules, (1, 17));
    let (_, path_rules) = prove("  - {who: ops/bot, cannot: [read], on: kv/data/x}\n");
    assert_eq!(path_rules, (0, 17));
    let (_, path_rules) = prove("  - {who: shop/web@web, cannot: [read], on: wrapped/c}\n");
    assert_eq!(path_rules, (2, 17), "both rules of the pattern decide");
}
