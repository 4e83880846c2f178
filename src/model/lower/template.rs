//! Templates: texts that become YAML or HCL only when something renders them.

use std::ops::Range;

/// Which template language the marks in a YAML text belong to, if there are any outside of quoted and block scalars,
/// where they are plain text.
pub(super) fn in_yaml(text: &str) -> Option<&'static str> {
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let indentation = line.len() - line.trim_start().len();
        if let Some(parent) = block {
            if line.trim().is_empty() || indentation > parent {
                continue;
            }
            block = None;
        }
        let code = without_quoted(line);
        if let Some(language) = mark(&code) {
            return Some(language);
        }
        if opens_block(&code) {
            // `- key: |` opens a block that is deeper than the key, not than the dash.
            let dashes = line.trim_start().len() - line.trim_start().trim_start_matches(['-', ' ']).len();
            let is_item = line.trim_start().starts_with("- ") && code.contains(':');
            block = Some(indentation + if is_item { dashes } else { 0 });
        }
    }
    None
}

/// Which template language the marks in these lines of a policy belong to. Inside quotes, `${` and the server's own
/// `{{identity.…}}` are part of a path.
pub(super) fn in_policy(lines: &str) -> Option<&'static str> {
    lines.lines().find_map(|line| {
        let foreign = line.replace("{{identity.", "").replace("{{ identity.", "");
        mark(&without_quoted(&foreign)).or_else(|| {
            let unusual = ["{{", "{%", "<%", "%{"];
            if unusual.iter().any(|sign| foreign.contains(sign)) { mark(&foreign) } else { None }
        })
    })
}

/// The language that a file name speaks of, and the name without that part.
pub(super) fn by_name(name: &str) -> Option<(&str, &'static str)> {
    const SUFFIXES: &[(&str, &str)] = &[
        (".tftpl", "Terraform template"),
        (".tpl", "template"),
        (".gotmpl", "Go template"),
        (".ctmpl", "consul-template"),
        (".tmpl", "template"),
        (".template", "template"),
        (".j2", "Jinja template"),
        (".jinja2", "Jinja template"),
        (".jinja", "Jinja template"),
        (".erb", "ERB template"),
        (".ejs", "EJS template"),
    ];
    SUFFIXES.iter().find_map(|(suffix, language)| Some((name.strip_suffix(suffix)?, *language)))
}

/// The document of a YAML stream that holds the byte `at`, between the `---` lines around it.
pub(super) fn document_around(text: &str, at: usize) -> Range<usize> {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind("\n---").map_or(0, |at| at + 1);
    // An error on the marker itself belongs to what stands before it.
    let end = after.find("\n---").map_or(text.len(), |end| at + end);
    start..end
}

fn mark(code: &str) -> Option<&'static str> {
    if code.contains("<%") {
        Some("EJS template")
    } else if code.contains("{%") {
        Some("Jinja template")
    } else if code.contains("%{") {
        Some("Terraform template")
    } else if let Some(at) = code.find("{{") {
        let go = code.get(at..).is_some_and(|rest| {
            let inside = rest.trim_start_matches(['{', '-', ' ', '#']);
            let words = ["if", "else", "end", "range", "with", "include", "define", "template", "toYaml"];
            let mut words =
                words.iter().chain(&["tpl", "printf", "fail", "required", "default", "/*", ".", "$"]);
            words.any(|word| inside.starts_with(word))
        });
        Some(if go { "Helm template" } else { "template" })
    } else if code.contains("${") {
        Some("Terraform template")
    } else {
        None
    }
}

/// The line without its quoted texts and its comment.
fn without_quoted(line: &str) -> String {
    let mut code = String::new();
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut held = String::new();
    for c in line.chars() {
        match quote {
            Some(open) if c == open && before != '\\' => {
                quote = None;
                held.clear();
            }
            Some(_) => held.push(c),
            // A quote opens a text only where a value can begin.
            None if matches!(c, '"' | '\'') && matches!(before, ' ' | '[' | '{' | '(' | ',' | ':' | '=') => {
                quote = Some(c);
            }
            None if c == '#' && matches!(before, ' ' | '\t') => break,
            None => code.push(c),
        }
        before = c;
    }
    // What was never closed is no quoted text.
    if quote.is_some() {
        code.push_str(&held);
    }
    code
}

/// True for a line that ends in the header of a block scalar.
fn opens_block(code: &str) -> bool {
    let code = code.trim_end();
    let head = code.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    let Some(before) = head.strip_suffix(['|', '>']) else { return false };
    before.is_empty() || before.ends_with([' ', '\t'])
}
