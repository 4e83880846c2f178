// Spans are compared by the text they cut out.
#![allow(clippy::string_slice)]

use super::*;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::syntax::{SourceId, Span};

fn lower(text: &str, target: Target) -> PolicyText {
    let name = Spanned::new("p".to_owned(), Span::new(SourceId(0), 0..0));
    read(name, text, &Place::from(SourceId(0), 0), PolicyOrigin::HclFile, target)
}

/// `kind word (text of the span): server` for each refusal.
fn refusals(text: &str, target: Target) -> Vec<String> {
    let read = lower(text, target);
    assert!(read.syntax_errors.is_empty(), "{text}: {:?}", read.syntax_errors);
    let shown = read.policy.refusals.iter();
    shown
        .map(|refusal| format!("{:?} `{}`: {}", refusal.kind, &text[refusal.span.range()], refusal.server))
        .collect()
}

#[test]
fn refusals_point_at_the_fault_in_the_words_of_the_server() {
    let table = [
        ("foo = 1", "TopLevelKey `foo`: invalid key \"foo\" on line 1"),
        ("paths \"a\" {}", "TopLevelKey `paths`: invalid key \"paths\" on line 0"),
        ("name = true", "Type `true`: At 1:8: root.name: unknown type for string *ast.LiteralType"),
        ("\n path = [\"a\"]", "Type `[\"a\"]`: path \"path\": cannot check HCL keys of type *ast.ListType"),
        (
            "path \"a\" {\n  capabilites = []\n}",
            "RuleKey `capabilites`: path \"a\": invalid key \"capabilites\" on line 2",
        ),
        (
            "path \"a\" { capabilities = [\"read\", \"wirte\"] }",
            "Capability `\"wirte\"`: path \"a\": invalid capability \"wirte\"",
        ),
        ("path \"a\" {\r\n é = 1 }", "RuleKey `é`: path \"a\": invalid key \"é\" on line 2"),
        (
            "path \"é\" { capabilities = \"read\" }",
            "Type `\"read\"`: path \"é\": At 1:27: unknown slice type: *ast.LiteralType",
        ),
        (
            "path \"a\" { capabilities = [\"read\", [\"list\"]] }",
            "Type `[\"list\"]`: path \"a\": At 1:36: root.Capabilities[1]: unknown type for string *ast.ListType",
        ),
        (
            "path \"a\" { policy = \"rea\\td\" }",
            "LegacyPolicy `\"rea\\td\"`: path \"a\": invalid policy \"rea\\td\"",
        ),
        (
            "path \"/a/+*\" {}",
            "Wildcard `\"/a/+*\"`: path \"a/+*\": invalid use of wildcards ('+*' is forbidden)",
        ),
        (
            "path \"{{a\" {}",
            "Template `\"{{a\"`: path \"{{a\": failed to validate policy templating: unbalanced templating characters",
        ),
        (
            "path \"a\" { min_wrapping_ttl = \"1w\" }",
            "WrappingTtl `\"1w\"`: path \"a\": error parsing min_wrapping_ttl: time: unknown unit in duration \"1w\"",
        ),
        (
            "path \"a\" { min_wrapping_ttl = \"2h\" max_wrapping_ttl = 60 }",
            "WrappingTtl `60`: path \"a\": max_wrapping_ttl cannot be less than min_wrapping_ttl",
        ),
        (
            "path \"a\" { allowed_parameters = { \"x\" = \"y\" } }",
            "Type `\"y\"`: path \"a\": At 1:41: unknown slice type: *ast.LiteralType",
        ),
        ("path \"a\" { required_parameters = [\"\\400\"] }", "Other `\"\\400\"`: unquote: invalid syntax"),
        (
            "{\"path\": {\"a\": {\"capabilities\": [\"wirte\"]}}}",
            "Capability `\"wirte\"`: path \"a\": invalid capability \"wirte\"",
        ),
        (
            "path \"a\" { control_group {} }",
            "ControlGroup `control_group {}`: no control_group factors provided",
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(refusals(text, Target::Any), [wanted], "{text}");
    }
}

#[test]
fn dialects_differ_in_words() {
    let table: [(&str, [bool; 4]); 8] = [
        // OpenBao, Vault up to 1.20, Vault from 1.21, any of them
        ("path \"a\" { capabilities = [\"scan\"] }", [true, false, false, true]),
        ("path \"a\" { capabilities = [\"subscribe\"] }", [false, true, true, true]),
        ("path \"a\" { capabilities = [\"recover\"] }", [false, false, true, true]),
        ("path \"a\" { pagination_limit = 5 }", [true, false, false, true]),
        ("path \"a\" { subscribe_event_types = [\"x\"] }", [false, true, true, true]),
        ("path \"a\" { policy = \"read\" policy = \"write\" }", [true, true, false, true]),
        (
            "path \"a\" { control_group { factor \"f\" { identity { group_ids = [\"g\"] approvals = 1 } } } }",
            [false, true, true, true],
        ),
        ("path \"a\" { capabilities = [\"banana\"] }", [false; 4]),
    ];
    for (text, wanted) in table {
        let targets = [Target::OpenBao, Target::VaultClassic, Target::VaultCurrent, Target::Any];
        assert_eq!(targets.map(|target| refusals(text, target).is_empty()), wanted, "{text}");
    }
}

#[test]
fn deny_ends_the_checks() {
    for text in [
        "path \"a\" { capabilities = [\"deny\", \"banana\"] min_wrapping_ttl = \"x\" }",
        "path \"a\" { policy = \"deny\" capabilities = [\"banana\"] }",
    ] {
        assert!(refusals(text, Target::Any).is_empty());
        let policy = lower(text, Target::Any).policy;
        assert_eq!(policy.path_rules[0].granted(), CapabilitySet::new(&[Capability::Deny]));
    }
}

#[test]
fn repeated_arguments_are_tied_to_their_rule() {
    let text = "path \"a\" {\n capabilities = [\"read\"]\n}\npath \"b\" {\n capabilities = [\"read\"]\n \
                capabilities = [\"list\"]\n denied_parameters = { x = [] x = [\"y\"] }\n}\n";
    let policy = lower(text, Target::Any).policy;
    assert!(policy.path_rules[0].repeated.is_empty());
    let rule = &policy.path_rules[1];
    let repeated: Vec<&str> = rule.repeated.iter().map(|(_, again)| again.as_str()).collect();
    assert_eq!(repeated, ["capabilities", "x"]);
    let (first, again) = &rule.repeated[0];
    assert!(first.start < again.span.start && &text[again.span.range()] == "capabilities");
    assert_eq!(rule.capabilities.len(), 2);
    assert_eq!(rule.denied_parameters.len(), 1);
    assert_eq!(
        refusals(text, Target::VaultCurrent),
        [
            "DuplicateArgument `capabilities`: The argument \"capabilities\" at 6:2 was already set. Each argument \
             can only be defined once",
            "DuplicateArgument `x`: The argument \"x\" at 7:31 was already set. Each argument can only be defined once",
        ]
    );
}

#[test]
fn rules_of_a_broken_text_are_read() {
    let text = "path \"a\" {\n capabilities = [\"banana\"]\n}\npath \"b\" = {\n capabilities = [read]\n}\nfoo bar baz\n";
    let read = lower(text, Target::Any);
    assert_eq!(read.syntax_errors.len(), 3, "{:?}", read.syntax_errors);
    assert_eq!(read.policy.path_rules.len(), 2);
    assert_eq!(read.policy.refusals.len(), 1);
    assert_eq!(read.policy.refusals[0].word, "banana");
}

#[test]
fn spans_of_a_rule_are_those_of_its_parts() {
    let text = "path \"a\" {\n capabilities = [\"read\"]\n policy = \"write\"\n max_wrapping_ttl = 90\n}";
    let policy = lower(text, Target::Any).policy;
    let rule = &policy.path_rules[0];
    let slice = |span: Span| &text[span.range()];
    assert_eq!(slice(rule.span), text);
    assert_eq!(slice(rule.path.span), "\"a\"");
    assert_eq!(rule.capabilities_span.map(slice), Some("[\"read\"]"));
    assert_eq!(slice(rule.capabilities[0].span), "\"read\"");
    let (word, whole) = rule.legacy.as_ref().expect("a legacy attribute");
    assert_eq!((slice(word.span), slice(*whole)), ("\"write\"", "policy = \"write\""));
    assert_eq!(rule.max_wrapping_ttl.map(|ttl| (ttl.value.0, slice(ttl.span))), Some((90, "90")));
    assert_eq!(
        rule.keys.iter().map(Spanned::as_str).collect::<Vec<_>>(),
        ["capabilities", "policy", "max_wrapping_ttl"]
    );
}

#[test]
fn the_form_decides_the_origin() {
    assert_eq!(lower("{}", Target::Any).policy.origin, PolicyOrigin::JsonFile);
    assert_eq!(lower("path \"a\" {}", Target::Any).policy.origin, PolicyOrigin::HclFile);
}

#[test]
fn directives_cover_what_follows() {
    let text = "# rolewright: allow(some-rule) because\npath \"a\" {\n  capabilities = [\"read\"]\n}\n";
    let read = lower(text, Target::Any);
    assert_eq!(read.directives.len(), 1);
    assert_eq!(read.directives[0].covers, read.policy.path_rules[0].span);
    let text = "path \"a\" {\n  # rolewright: allow(some-rule) because\n  capabilities = [\"read\"]\n}\n";
    let covers = lower(text, Target::Any).directives[0].covers;
    assert_eq!(&text[covers.range()], "capabilities = [\"read\"]");
}

#[test]
fn policies_are_recognised() {
    let policies = [
        "path \"a\" {}",
        "# comment\n\n// another\npath \"a\" {}",
        "/* licence */\npath \"a\" {}",
        "name = \"x\"\npath \"a\" {",
        "path \"a\" = {",
        "path 'a' {",
        "  \"path\" \"a\" {}",
        "Path \"a\" {}",
        "\u{feff}path \"a\" {}",
        "foo {}\npath \"a\" {}",
        "{\"path\": {\"a\": {\"capabilities\": [\"read\"]}}}",
        "{\"path\": [{\"a\": {\"policy\": \"read\"}}]}",
        "{\"path\": {\"a\": {\"capabilities\": [read]}}}",
        "path \"a\" {\n policy = \"read\npath \"b\" {}\n",
        "/* admin */ path \"*\" { capabilities = [\"sudo\", \"read\"] }",
        "/*\n license */ path \"*\" {}",
        "// x\r\n/* y */ path \"*\" {}",
        "path\n\"*\"\n{ }",
        "name = \"p\" path \"*\" {}",
        "{\"path\":",
    ];
    for text in policies {
        assert!(looks_like_policy(text), "{text}");
    }
    let others = [
        "",
        "# only a comment",
        "# path \"a\" {}\nlistener \"tcp\" {}",
        "resource \"vault_policy\" \"p\" {\n  policy = <<EOT\npath \"a\" {\n}\nEOT\n}\n",
        "resource \"vault_policy\" \"p\" {\n  policy = <<-EOT\n    path \"a\" {\n    }\n  EOT\n}\n",
        "storage \"file\" {\n  path = \"/vault\"\n}\n",
        "policy \"kv\" {\n  path \"a\" {\n    capabilities = [\"read\"]\n  }\n}\n",
        "{\"path\": \"/vault\", \"listener\": {}}",
        "{\"paths\": {\"/a\": {}}}",
        "{\"openapi\": \"3\", \"path\": {\"a\": {\"b\": 1}}}",
        "{\"policy\": \"path \\\"a\\\" {}\"}",
        "[1, 2]",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  p: |\n    path \"a\" {}\n",
    ];
    for text in others {
        assert!(!looks_like_policy(text), "{text}");
    }
}

#[test]
fn broken_policies_are_recognised_by_their_name_and_words() {
    let policies = [
        "path secret/app/* {\n capabilities = [\"read\"]\n}\n",
        "path = \"secret/app/*\" {\n capabilities = [\"read\"]\n}\n",
        "pth \"a\" {\n capabilities = [\"read\"]\n}\n",
        "# rule\nrule \"a\" { capabilities = [\"read\"] }\nrule \"b\" {}",
        "path[\"*\"] { capabilities = [\"read\"] }",
        "path [\"*\"] { capabilities = [\"read\"] }",
        "foo {}\npath * {\n}\n",
    ];
    for text in policies {
        assert!(resembles_policy(text), "{text}");
    }
    let others = [
        "resource \"vault_policy\" \"p\" {\n  policy = <<EOT\npath \"a\" {\n capabilities = []\n}\nEOT\n}\n",
        "resource \"aws_cloudformation_stack\" \"s\" {\n capabilities = [\"CAPABILITY_IAM\"]\n}\n",
        "namespace \"default\" {\n capabilities = [\"read-job\"]\n variables {\n path \"*\" { capabilities = [\"read\"] }\n }\n}\n",
        "job \"web\" {\n group \"g\" {\n task \"t\" {\n config { path = \"x\" }\n }\n }\n}\n",
        "source \"docker\" \"x\" {\n path = \"a\"\n}\npath_to = \"b\"\n",
        "key_prefix \"vault/\" {\n policy = \"write\"\n}\nservice \"x\" { policy = \"read\" }\n",
        "auto_auth {\n method \"kubernetes\" { mount_path = \"auth/kubernetes\" }\n sink \"file\" { config = { path = \"/x\" } }\n}\n",
        "path = \"/var/lib/x\"\n",
    ];
    for text in others {
        assert!(!resembles_policy(text), "{text}");
    }
}

/// What a live server answers, too.
#[test]
fn a_rule_that_has_long_expired_is_looked_at_less() {
    for (body, is_taken) in [
        ("capabilities = [\"de\"]", true),
        ("policy = \"x\"", true),
        ("capabilities = [\"read\"] min_wrapping_ttl = \"x\"", true),
        ("capabilities = [\"read\"] min_wrapping_ttl = \"5\" max_wrapping_ttl = \"3\"", true),
        ("capabilities = [\"read\"] list_scan_response_keys_filter_path = \"{{ x\"", true),
        ("bogus = 1", false),
        ("capabilities = \"x\"", false),
        ("capabilities = [\"read\"] control_group = { }", false),
        ("capabilities = [\"read\"] pagination_limit = \"x\"", false),
        ("capabilities = [\"read\"] allowed_parameters = [\"x\"]", false),
    ] {
        for target in [Target::OpenBao, Target::Any] {
            for (time, is_taken) in [("2001-01-01T00:00:00Z", is_taken), ("2999-01-01T00:00:00Z", false)] {
                let text = format!("path \"a\" {{ {body} expiration = \"{time}\" }}");
                let read = lower(&text, target);
                assert_eq!(read.policy.refusals.is_empty(), is_taken, "{target:?} {text}");
            }
        }
    }
}
