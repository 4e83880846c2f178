use super::*;
use crate::model::project::Project;
use crate::model::vault::policy::PolicyOrigin;
use crate::semantics::mounts::MountTable;
use crate::syntax::{SourceId, Spanned};

/// A policy of `(label, capabilities)`.
fn policy(rules: &[(&str, &str)]) -> Policy {
    let span = Span::new(SourceId(0), 0..0);
    let rules = rules.iter().map(|(label, words)| {
        let mut rule = PathRule::new(Spanned::new((*label).to_owned(), span), span);
        rule.capabilities = words.split(' ').map(|word| Spanned::new(word.to_owned(), span)).collect();
        rule
    });
    Policy {
        name: Spanned::new("p".to_owned(), span),
        span,
        origin: PolicyOrigin::HclFile,
        text: None,
        path_rules: rules.collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}

fn reaches(rules: &[(&str, &str)], authority: &Authority) -> bool {
    let (policy, project) = (policy(rules), Project::default());
    let mounts = MountTable::new(&project);
    let rules = policy.path_rules.iter();
    let belows: Vec<_> =
        rules.map(|rule| Below::of(rule.path.as_str(), &project, &mounts, &rule.path)).collect();
    let handed_over = handed_over(&policy, |rule| {
        let at = policy.path_rules.element_offset(rule).expect("a rule of the policy");
        belows[at].as_ref().map(Cow::Borrowed)
    });
    handed_over.iter().flatten().any(|it| std::ptr::eq(it.authority, authority))
}

#[test]
fn patterns_meet_endpoints() {
    let table: [(&str, &str, &Authority, bool); 58] = [
        ("sys/policies/acl/app", "update", &POLICY_WRITE, true),
        ("sys/policies/acl/*", "create update", &POLICY_WRITE, true),
        ("sys/policies/acl/*", "create", &POLICY_WRITE, false),
        ("sys/policies/acl/*", "read list", &POLICY_WRITE, false),
        ("sys/+/acl/*", "update", &POLICY_WRITE, true),
        ("+/policies/acl/x", "update", &POLICY_WRITE, true),
        ("s*", "update", &POLICY_WRITE, true),
        ("*", "update", &POLICY_WRITE, true),
        ("sys/policies/password/*", "update", &POLICY_WRITE, false),
        ("auth/kubernetes/role/app", "update", &AUTH_ROLE_WRITE, true),
        ("auth/userpass/users/*", "create", &AUTH_ROLE_WRITE, true),
        ("auth/team/k8s/role/*", "create update", &AUTH_ROLE_WRITE, true),
        ("auth/team/k8s/role/app", "update", &AUTH_ROLE_WRITE, true),
        ("auth/a/b/c/users/ci/policies", "update", &AUTH_ROLE_WRITE, true),
        ("auth/+/k8s/role/*", "update", &AUTH_ROLE_WRITE, true),
        ("auth/team/k8s/*", "update", &AUTH_ROLE_WRITE, true),
        ("auth/team/k8s/*", "update", &AUTH_METHOD_WRITE, true),
        ("auth/team/k8s/+/+", "update", &AUTH_ROLE_WRITE, true),
        ("auth/team/k8s/+", "update", &AUTH_METHOD_WRITE, true),
        ("auth/team/k8s/config", "update", &AUTH_METHOD_WRITE, true),
        ("auth/team/k8s/role/app/secret-id", "update", &SECRET_IDS, true),
        ("auth/team/k8s/role/*", "read list", &AUTH_ROLE_WRITE, false),
        ("auth/team/k8s/login", "update", &AUTH_ROLE_WRITE, false),
        ("auth/team/k8s/role", "update", &AUTH_ROLE_WRITE, false),
        ("auth/team/k8s/config/x", "update", &AUTH_METHOD_WRITE, false),
        ("auth/userpass/login/*", "create update", &AUTH_ROLE_WRITE, false),
        ("auth/userpass/login/config", "create update", &AUTH_METHOD_WRITE, false),
        ("auth/approle/role/config", "update", &AUTH_METHOD_WRITE, false),
        ("auth/approle/role/config/secret-id", "update", &AUTH_METHOD_WRITE, false),
        ("auth/token/create/*", "update", &AUTH_ROLE_WRITE, false),
        ("auth/token/a/roles/*", "update", &AUTH_ROLE_WRITE, false),
        ("auth/token/roles/*", "create", &AUTH_ROLE_WRITE, false),
        ("auth/token/roles/*", "create", &TOKEN_ROLE_WRITE, true),
        ("auth/approle/role/app/secret-id", "update", &AUTH_ROLE_WRITE, false),
        ("auth/approle/role/app/secret-id", "update", &SECRET_IDS, true),
        ("auth/kubernetes/login", "update", &AUTH_ROLE_WRITE, false),
        ("sys/auth/*", "create update", &AUTH_METHOD_WRITE, false),
        ("sys/auth/*", "create update sudo", &AUTH_METHOD_WRITE, true),
        ("sys/auth/kubernetes", "update sudo", &AUTH_METHOD_WRITE, true),
        ("sys/auth/kubernetes/tune", "read update sudo", &AUTH_METHOD_WRITE, false),
        ("sys/auth/+/tune", "update sudo", &AUTH_METHOD_WRITE, false),
        ("sys/auth/apps/+/tune", "update sudo", &AUTH_METHOD_WRITE, false),
        ("sys/auth/+/*", "update sudo", &AUTH_METHOD_WRITE, true),
        ("identity/alias", "update", &IDENTITY_WRITE, true),
        ("identity/persona/id/*", "update", &IDENTITY_WRITE, true),
        ("identity/alias", "read", &IDENTITY_WRITE, false),
        ("sys/raw/*", "read", &RAW_STORAGE, false),
        ("sys/raw/*", "read sudo", &RAW_STORAGE, true),
        ("pki/root/sign-intermediate", "update", &PKI_AUTHORITY, true),
        ("pki_int/sign-verbatim/x", "update", &PKI_VERBATIM, true),
        ("+/sign-verbatim", "update", &PKI_VERBATIM, true),
        ("+/roles/+", "update", &PKI_ROLES, true),
        ("+/roles/+", "update", &AUTH_METHOD_WRITE, false),
        ("+/+/config", "update", &AUTH_METHOD_WRITE, true),
        ("secret/roles/x", "update", &PKI_ROLES, false),
        ("transit/export/encryption-key/app", "read", &TRANSIT_EXPORT, true),
        ("transit/encrypt/app", "update", &TRANSIT_KEYS, false),
        ("database/creds/app", "read", &DATABASE_ROLES, false),
    ];
    for (label, words, authority, wanted) in table {
        assert_eq!(reaches(&[(label, words)], authority), wanted, "{label} with {words}: {}", authority.what);
    }
}

#[test]
fn a_deny_takes_away_what_it_decides_on() {
    let taken = [("sys/*", "update sudo"), ("sys/policies/*", "deny"), ("sys/policy/*", "deny")];
    assert!(!reaches(&taken, &POLICY_WRITE));
    let half = [("sys/*", "update sudo"), ("sys/policies/*", "deny")];
    assert!(reaches(&half, &POLICY_WRITE), "the old endpoint is left");
    let dead = [("sys/*", "update sudo"), ("sys/+/acl/*", "deny"), ("sys/policy/*", "deny")];
    assert!(reaches(&dead, &POLICY_WRITE), "a deny with `+` loses against the longer literal text");
}
