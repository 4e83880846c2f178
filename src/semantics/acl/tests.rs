use super::*;
use crate::model::lower::policy::read;
use crate::model::vault::policy::PolicyOrigin;
use crate::semantics::parameters::ParameterRefusal;
use crate::semantics::precedence::Criterion;
use crate::semantics::template::{Accessor, Alias, Entity, Metadata, Others};
use crate::syntax::{Place, SourceId, Spanned};

/// Rules in short: `PATH = WORDS` per line.
fn policy(name: &str, rules: &str) -> Policy {
    let rules: String = rules
        .lines()
        .filter_map(|line| line.trim().split_once(" = "))
        .map(|(path, words)| {
            let words: Vec<String> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
            format!("path \"{path}\" {{ capabilities = [{}] }}\n", words.join(", "))
        })
        .collect();
    text_policy(name, &rules)
}

fn text_policy(name: &str, text: &str) -> Policy {
    let place = Place::from(SourceId(0), 0);
    let name = Spanned::new(name.to_owned(), place.span(0..0));
    let read = read(name, text, &place, PolicyOrigin::HclFile, crate::model::project::Target::Any);
    assert!(read.syntax_errors.is_empty() && read.policy.refusals.is_empty(), "{read:?}");
    read.policy
}

fn compile<'a>(policies: &'a [Policy], identity: &Identity, dialect: Dialect) -> Acl<'a> {
    let policies: Vec<&Policy> = policies.iter().collect();
    Acl::compile(&policies, identity, dialect).expect("the policies compile")
}

fn nobody() -> Identity {
    Identity { entity: Presence::Absent, groups: Presence::Absent, now: Presence::Present(1_000) }
}

#[test]
fn a_decision_names_winner_and_losers_with_reasons() {
    let policies = [
        policy("a", "secret/* = read list\nsecret/app/* = deny\nsecret/+/db = read"),
        policy("b", "secret/app/* = read\nsecret/app/db = update\nother = read"),
    ];
    let acl = compile(&policies, &nobody(), Dialect::OpenBao);
    let request = Request::new(Operation::Update, "secret/app/db");
    let decision = acl.decide(&request);
    assert_eq!(decision.verdict, Verdict::Allowed);
    assert_eq!(decision.owed_to[0].policy.name.value, "b");
    let losers: Vec<_> = decision.losers.iter().map(|it| (it.rule.pattern.to_string(), it.lost)).collect();
    let expected = ["secret/app/*", "secret/+/db", "secret/*"].map(|it| (it.to_owned(), Lost::ToExact));
    assert_eq!(losers, expected);

    let request = Request::new(Operation::Read, "secret/app/db/x");
    let decision = acl.decide(&request);
    assert_eq!(decision.refusal, Some(Refusal::Denied));
    assert_eq!(decision.rule.map(|rule| rule.members.len()), Some(2), "both policies have the pattern");
    let owed: Vec<_> = decision.owed_to.iter().map(|it| it.policy.name.value.as_str()).collect();
    assert_eq!(owed, ["a"], "the one that denies");
    assert_eq!(decision.losers.len(), 1);
    assert_eq!(decision.losers[0].lost, Lost::Precedence(Criterion::FirstWildcard));
}

#[test]
fn listing_depends_on_the_dialect() {
    let policies = [policy("p", "kv/team* = list\nkv/team/* = read")];
    let request = Request::new(Operation::List, "kv/team/");
    let table = [
        (
            Dialect::OpenBao,
            Some(Refusal::CapabilityMissing(Capability::List)),
            Lost::Precedence(Criterion::FirstWildcard),
        ),
        (Dialect::VaultClassic, None, Lost::OtherForm),
        (Dialect::VaultCurrent, None, Lost::WithoutList),
    ];
    let policy: &Policy = &policies[0];
    let verdicts = verdict_of_each(&[policy], &nobody(), &request).map(|(_, verdict)| verdict);
    assert_eq!(verdicts, [Ok(Verdict::Allowed), Ok(Verdict::Allowed), Ok(Verdict::Refused)]);
    for (dialect, refusal, lost) in table {
        let acl = compile(&policies, &nobody(), dialect);
        let decision = acl.decide(&request);
        assert_eq!(decision.refusal, refusal, "{dialect}");
        assert_eq!(decision.losers[0].lost, lost, "{dialect}");
    }
}

#[test]
fn root_protected_paths_take_sudo_on_the_rule_that_decides() {
    let policies =
        [policy("p", "sys/* = read update sudo\nsys/auth/app = update\nauth/token/* = list update")];
    let table = [
        (Operation::Update, "sys/auth/other", None),
        (Operation::Update, "/sys/auth/app", Some(Refusal::SudoMissing)),
        (Operation::Help, "sys/auth/app", None),
        (Operation::Read, "sys/mounts", None),
        (Operation::List, "auth/token/accessors/", Some(Refusal::SudoMissing)),
        (Operation::Update, "auth/token/create", None),
    ];
    for dialect in Dialect::ALL {
        let acl = compile(&policies, &nobody(), dialect);
        for (operation, path, refusal) in &table {
            assert_eq!(acl.decide(&Request::new(*operation, path)).refusal, *refusal, "{dialect} {path}");
        }
    }
    let mounts_tune = Request::new(Operation::Update, "sys/mounts/auth/app/tune");
    let without_sudo = [policy("p", "sys/mounts/* = update")];
    let verdict = |dialect| compile(&without_sudo, &nobody(), dialect).verdict(&mounts_tune);
    assert_eq!(verdict(Dialect::VaultCurrent), Verdict::Refused);
    assert_eq!(verdict(Dialect::OpenBao), Verdict::Allowed);
}

#[test]
fn root_stands_alone_and_stays_in_its_namespace() {
    let root = policy("Root", "secret/x = deny");
    let other = policy("other", "");
    let both = Acl::compile(&[&root, &other], &nobody(), Dialect::OpenBao);
    assert_eq!(both.err(), Some(AclError::RootWithOthers));
    let in_team = [Attached { policy: &root, namespace: "team/" }];
    for dialect in [Dialect::VaultClassic, Dialect::VaultCurrent] {
        let vault = Acl::compile(&in_team, &nobody(), dialect);
        assert_eq!(vault.err(), Some(AclError::RootInNamespace));
    }
    let acl = Acl::compile(&in_team, &nobody(), Dialect::OpenBao).expect("OpenBao takes it");
    let request = Request::new(Operation::Delete, "sys/raw/x");
    assert_eq!(acl.verdict(&Request { namespace: "team/child/", ..request }), Verdict::Allowed);
    assert_eq!(acl.decide(&request).refusal, Some(Refusal::OutsideRootNamespace));
    assert_eq!(acl.capabilities("", "sys/raw/x"), ["deny"]);
    assert_eq!(acl.capabilities("team/", "sys/raw/x"), ["root"]);
}

#[test]
fn a_wildcard_that_only_a_template_brings_about_breaks_the_whole_token() {
    let policies = [policy("p", "s/{{identity.entity.name}}* = read")];
    let entity = Entity { name: Presence::Present("+".to_owned()), ..Entity::default() };
    let identity = Identity { entity: Presence::Present(entity), ..nobody() };
    let acl = Acl::compile(&[&policies[0]], &identity, Dialect::VaultClassic);
    assert_eq!(acl.err(), Some(AclError::Wildcard("s/+*".to_owned())));
    let acl = Acl::compile(&[&policies[0]], &identity, Dialect::OpenBao).expect("the value is blocked");
    assert_eq!(acl.dropped_rules().len(), 1);
}

#[test]
fn what_is_not_known_makes_answers_unknown_only_where_it_matters() {
    let label =
        "secret/data/{{identity.entity.aliases.auth_kubernetes_0123abcd.metadata.service_account_name}}/*";
    let policies = [policy("p", &format!("{label} = read\nsecret/data/shared = read\nsecret/* = list"))];
    let account = |name: Presence<String>| Alias {
        accessor: Accessor::Generated { method: "kubernetes".to_owned() },
        id: Presence::Unknown,
        name: Presence::Unknown,
        metadata: Metadata {
            entries: vec![("service_account_name".to_owned(), name)],
            others: Others::Absent,
        },
        custom_metadata: Metadata::unknown(),
    };
    let identity = |name| {
        let entity = Entity { aliases: vec![account(name)], ..Entity::default() };
        Identity { entity: Presence::Present(entity), ..nobody() }
    };
    let table = [
        (Operation::Read, "secret/data/web/x", Verdict::Allowed, Verdict::Unknown),
        (Operation::Read, "secret/data/api/x", Verdict::Refused, Verdict::Unknown),
        (Operation::Read, "secret/data/shared", Verdict::Allowed, Verdict::Allowed),
        (Operation::Read, "secret/metadata/web", Verdict::Refused, Verdict::Refused),
        (Operation::Delete, "secret/data/web/x", Verdict::Refused, Verdict::Refused),
        (Operation::List, "secret/data/web/", Verdict::Refused, Verdict::Unknown),
        (Operation::Help, "secret/data/web/x", Verdict::Allowed, Verdict::Allowed),
    ];
    let (web, some) = (identity(Presence::Present("web".to_owned())), identity(Presence::Unknown));
    let (known, unknown) =
        (compile(&policies, &web, Dialect::OpenBao), compile(&policies, &some, Dialect::OpenBao));
    for (operation, path, if_web, if_unknown) in table {
        let request = Request::new(operation, path);
        assert_eq!(known.verdict(&request), if_web, "{operation:?} {path}");
        assert_eq!(unknown.verdict(&request), if_unknown, "{operation:?} {path}");
        assert_eq!(unknown.decide(&request).verdict, if_unknown, "{operation:?} {path}");
    }
}

#[test]
fn a_rule_expires_on_openbao_once_its_time_has_passed() {
    let text = "path \"s/*\" {\n capabilities = [\"deny\"]\n expiration = \"1970-01-01T00:16:40Z\"\n}\n";
    let policies = [text_policy("a", text), policy("b", "s/* = read")];
    let request = Request::new(Operation::Read, "s/x");
    let at = |now, dialect| {
        let identity = Identity { now, ..nobody() };
        compile(&policies, &identity, dialect).verdict(&request)
    };
    assert_eq!(at(Presence::Present(1_000), Dialect::OpenBao), Verdict::Refused, "not after it");
    assert_eq!(at(Presence::Present(1_001), Dialect::OpenBao), Verdict::Allowed);
    assert_eq!(at(Presence::Unknown, Dialect::OpenBao), Verdict::Unknown);
    assert_eq!(at(Presence::Unknown, Dialect::VaultCurrent), Verdict::Refused, "Vault has no such key");
}

#[test]
fn refusals_say_what_is_at_fault() {
    let text = r#"
path "p" {
  capabilities = ["update", "list"]
  required_parameters = ["b"]
  denied_parameters = { "bad" = ["x*"] }
  allowed_parameters = { "b" = [], "c" = ["1"], "bad" = [] }
  pagination_limit = 5
}
path "w" {
  capabilities = ["read"]
  min_wrapping_ttl = "1m"
  max_wrapping_ttl = 120
}
"#;
    let policies = [text_policy("p", text)];
    let acl = compile(&policies, &nobody(), Dialect::OpenBao);
    use crate::model::vault::policy::ParameterValue::{Number, Text};
    let text = |text: &str| Text(text.to_owned());
    let parameters = [
        (vec![], ParameterRefusal::Missing("b")),
        (vec![("B", text("1"))], ParameterRefusal::Missing("b")),
        (vec![("b", text("")), ("BAD", text("xy"))], ParameterRefusal::Denied("BAD")),
        (vec![("b", text("")), ("d", text(""))], ParameterRefusal::NotListed("d")),
        (vec![("b", text("")), ("C", Number("1".to_owned()))], ParameterRefusal::ValueNotAllowed("C")),
    ];
    for (data, refusal) in parameters {
        let data: Vec<_> = data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let request = Request { data: &data, ..Request::new(Operation::Update, "p") };
        assert_eq!(acl.rule_on(&request).refusal, Some(Refusal::Parameter(refusal)), "{data:?}");
    }
    for (ttl, refusal) in [
        (None, Some(Refusal::WrappingRequired)),
        (Some(59), Some(Refusal::WrappingTooShort(60))),
        (Some(60), None),
        (Some(121), Some(Refusal::WrappingTooLong(120))),
    ] {
        let request = Request { wrap_ttl: ttl, ..Request::new(Operation::Read, "w") };
        assert_eq!(acl.rule_on(&request).refusal, refusal);
    }
    let limit = [("limit".to_owned(), text("6"))];
    let request = Request { data: &limit, ..Request::new(Operation::List, "p") };
    assert_eq!(acl.rule_on(&request).refusal, Some(Refusal::LimitRefused(5)));
    assert_eq!(compile(&policies, &nobody(), Dialect::VaultCurrent).rule_on(&request).refusal, None);
}

#[test]
fn the_default_policy_is_that_of_the_server() {
    let identity = Identity {
        entity: Presence::Present(Entity { id: Presence::Present("e-1".to_owned()), ..Entity::default() }),
        ..nobody()
    };
    for dialect in Dialect::ALL {
        let policies = [default_policy(dialect)];
        assert!(policies[0].refusals.is_empty());
        assert_eq!(policies[0].span.source, BUILT_IN);
        let acl = compile(&policies, &identity, dialect);
        let allowed = |operation, path| acl.verdict(&Request::new(operation, path)) == Verdict::Allowed;
        assert!(allowed(Operation::Read, "auth/token/lookup-self"));
        assert!(allowed(Operation::Update, "auth/token/renew-self"));
        assert!(allowed(Operation::Read, "identity/entity/id/e-1"));
        assert!(!allowed(Operation::Read, "identity/entity/id/e-2"));
        assert!(allowed(Operation::List, "cubbyhole/"));
        assert!(!allowed(Operation::Read, "secret/data/x"));
        assert_eq!(allowed(Operation::Update, "sys/renew"), dialect != Dialect::OpenBao);
        assert_eq!(acl.rules().len() + 1, if dialect == Dialect::OpenBao { 16 } else { 18 });
    }
}

#[test]
fn a_second_leading_slash_is_part_of_the_pattern_and_never_matches() {
    let policies = [policy("p", "//a = read\n/b = read\n//+/c = read")];
    let acl = compile(&policies, &nobody(), Dialect::VaultCurrent);
    for (path, expected) in
        [("a", false), ("/a", false), ("//a", false), ("b", true), ("///b", true), ("x/c", false)]
    {
        assert_eq!(acl.rule_on(&Request::new(Operation::Read, path)).is_allowed(), expected, "{path}");
    }
}

#[test]
fn endless_patterns_do_no_harm() {
    let deep = format!("{}x", "+/".repeat(50_000));
    let long = "a".repeat(100_000);
    let nested: String = (1..400).map(|length| format!("{}* = read\n", "a".repeat(length))).collect();
    let policies = [policy("p", &format!("{deep} = read\n{long} = read\n{nested}"))];
    let acl = compile(&policies, &nobody(), Dialect::OpenBao);
    let path = deep.replace('+', "y");
    assert_eq!(acl.verdict(&Request::new(Operation::Read, &path)), Verdict::Allowed);
    assert_eq!(acl.verdict(&Request::new(Operation::Read, &"b/".repeat(50_001))), Verdict::Refused);
    assert_eq!(acl.verdict(&Request::new(Operation::Read, &long)), Verdict::Allowed);
}
