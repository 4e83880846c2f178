use super::{ALL, NODES_PROXY, POD_CREATION, POD_EXEC, SECRETS_READ, given_by, of_rule, words};
use crate::model::kube::rbac::RbacRule;
use crate::syntax::{SourceId, Span, Spanned};

fn rule(group: &str, resource: &str, verb: &str, name: Option<&str>) -> RbacRule {
    let span = Span::new(SourceId(0), 0..0);
    let one = |word: &str| vec![Spanned::new(word.to_owned(), span)];
    RbacRule {
        span,
        api_groups: one(group),
        resources: one(resource),
        resource_names: name.map_or_else(Vec::new, one),
        non_resource_urls: Vec::new(),
        verbs: one(verb),
    }
}

#[test]
fn the_table_is_sorted_and_says_nothing_twice() {
    assert!(ALL.windows(2).all(|pair| pair[0].weight >= pair[1].weight), "heaviest first");
    let mut does: Vec<&str> = ALL.iter().map(|power| power.does).collect();
    does.sort_unstable();
    does.dedup();
    assert_eq!(does.len(), ALL.len());
}

#[test]
fn wildcards_come_to_what_they_take_in() {
    let everything = of_rule(&rule("*", "*", "*", None), false);
    assert_eq!(everything.len(), ALL.len());
    assert!(words(&everything).ends_with(&format!("and use {} lesser rights", ALL.len() - 9)));

    let all_of_core = of_rule(&rule("", "*", "get", None), false);
    assert!(all_of_core.contains(&&NODES_PROXY) && all_of_core.contains(&&SECRETS_READ));
    assert!(!all_of_core.contains(&&POD_CREATION));
    assert!(
        !of_rule(&rule("", "*", "get", None), true).contains(&&NODES_PROXY),
        "nodes belong to no namespace"
    );

    let named = of_rule(&rule("*", "*", "*", Some("web")), false);
    assert!(named.is_empty(), "names limit it");
}

#[test]
fn only_a_slash_after_the_star_makes_a_wildcard() {
    let gives = |resource: &str| given_by(&rule("", resource, "create", None), &POD_EXEC, false).is_some();
    assert!(gives("pods/exec") && gives("*/exec") && gives("*"));
    assert!(!gives("pods/*") && !gives("*/*") && !gives("pods") && !gives("exec"));
}
