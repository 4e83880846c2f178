//! `list_scan_response_keys_filter_path` of OpenBao: a template in Go's language, with two fields and some functions.

use crate::syntax::go_template::{self, Template};

/// What OpenBao says against the template; `lists` if the rule has the capability `list`.
///
/// It renders the template with two random keys and wants two results. Here the template is read, not rendered: the
/// key, all there is, or a function that never gives the same twice has to be in it.
///
/// Source: `internal/vault/policy/policy.go` of OpenBao.
pub(super) fn fault(template: &str, lists: bool) -> Option<String> {
    const NAME: &str = "list_scan_response_keys_filter_path";
    if !lists {
        return Some(format!("{NAME} needs to be used on a path with the list capability"));
    }
    match go_template::read(template) {
        Err(why) => Some(format!(
            "unable to compile template for {NAME}: unable to parse template: template: template: {why}"
        )),
        Ok(read) if !varies(&read) => Some(format!("{NAME} resulted in same path for two different keys")),
        Ok(_) => None,
    }
}

fn varies(template: &Template<'_>) -> bool {
    template.fields.iter().any(|field| matches!(*field, ".key" | "."))
        || template.functions.iter().any(|function| matches!(*function, "random" | "uuid"))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn templates_are_taken_as_openbao_takes_them() {
        for (template, is_taken) in [
            ("{{ .path }}{{ .key }}", true),
            ("{{.path}}{{- .key -}}", true),
            ("{{ . }}", true),
            ("{{ uuid }}", true),
            ("{{ $.key }}", true),
            ("{{h }}{{ .key }}", false),
            ("{{ .path] }}{{ .key }}", false),
            ("{{ }}{{ .key }}", false),
            ("{{ .path }}", false),
            ("{{ `.key` }}", false),
            ("{{ .keys }}", false),
        ] {
            assert_eq!(fault(template, true).is_none(), is_taken, "{template}");
        }
        assert!(fault("{{ .key }}", false).is_some());
    }
}
