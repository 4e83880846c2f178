use super::read;

/// What a live server answered to each as `list_scan_response_keys_filter_path` or `name_template`.
#[test]
fn templates_are_read_as_go_reads_them() {
    for (template, fault) in [
        ("plain }} text", ""),
        ("{{ .path }}{{ .key }}", ""),
        ("{{.path}}{{- .key -}}", ""),
        (r#"{{ .path | printf "%s/%s" .key }}"#, ""),
        ("{{ printf `%s]` .key }}", ""),
        ("{{/* why ] */}}{{ .key }}{{- /* c */ -}}", ""),
        ("{{ (.key) }}{{ (index . `key`).x }}", ""),
        ("{{ printf `%v%v%v` 1e-5 0x1F .key }}", ""),
        ("{{ if .key }}{{ else if eq .key `a` }}{{ else }}{{ end }}", ""),
        ("{{ range $i, $x := .key }}{{ break }}{{ $x }}{{ end }}", ""),
        ("{{ with $x := .key }}{{ $x }}{{ end }}{{ $.key }}{{ $ }}", ""),
        ("{{ define \"x\" }}{{ end }}{{ template \"x\" . }}", ""),
        ("{{ $x := 1 }}{{ $x }}{{ 'a' }}{{ \"\\n\" }}{{ true }}", ""),
        ("{{ .key | }}", ""),
        ("{{ .key | truncate 3 | lowercase }}{{ uuid }}", ""),
        ("{{ .nofield }}{{ .key.x }}", ""),
        ("{{ nil }}{{ 1i }}{{ 1_0 }}{{ 1+2i }}{{ 0x1p3 }}{{ 1. }}{{ .5 }}", ""),
        ("{{ 1+2 }}", "bad number syntax"),
        ("{{ - }}", "bad number syntax"),
        ("{{ `x`print }}", "unexpected \"print\" in operand"),
        ("{{ h }}", "function \"h\" not defined"),
        ("{{ .key | upper }}", "function \"upper\" not defined"),
        ("{{ if .x }}{{ (h) }}{{ end }}", "function \"h\" not defined"),
        ("{{ .key", "unclosed action"),
        ("{{", "unclosed action"),
        ("{{ .key }", "unexpected \"}\" in operand"),
        ("{{ }}", "missing value for command"),
        ("{{ if }}{{ end }}", "missing value for if"),
        ("{{ if .x }}", "unexpected EOF"),
        ("{{ end }}", "unexpected {{end}}"),
        ("{{ else }}", "unexpected {{else}}"),
        ("{{ if .x }}{{ else }}{{ else }}{{ end }}", "expected end; found {{else}}"),
        ("{{ if .x }}{{ $y := 1 }}{{ end }}{{ $y }}", "undefined variable \"$y\""),
        ("{{ break }}", "{{break}} outside {{range}}"),
        ("{{ \"a\" | 1 }}", "non executable command in pipeline stage 2"),
        ("{{ | .key }}", "unexpected \"|\" in command"),
        ("{{ (.key }}", "unclosed left paren"),
        ("{{ .key) }}", "unexpected right paren"),
        ("{{ .key, .path }}", "unexpected \",\" in operand"),
        ("{{ .key = 1 }}", "unexpected \"=\" in operand"),
        ("{{ .key: }}", "expected :="),
        ("{{ /* c */ }}", "unexpected \"/\" in command"),
        ("{{/* c }}", "unclosed comment"),
        ("{{/* c */ x }}", "comment ends before closing delimiter"),
        ("{{ 'ab' }}", "malformed character constant: 'ab'"),
        ("{{ \"\\q\" }}", "invalid syntax"),
        ("{{ printf \"%s .key }}", "unterminated quoted string"),
        ("{{ printf `%v` 09 }}", "bad number syntax"),
        ("{{ printf `%v` 1a }}", "bad number syntax"),
        ("{{ printf `%v` 1e }}", "bad number syntax"),
        ("{{ .p]ath }}", "bad character U+005D"),
        ("{{ .key\"x\" }}", "bad character U+0022"),
        ("{{ [.key }}", "unexpected \"[\" in command"),
        ("{{ 1.x }}", "bad number syntax"),
        ("{{ . .x }}{{ true.x }}", "unexpected . after a term"),
        ("{{ define }}", "unexpected \"}}\" in define clause"),
    ] {
        let said = read(template).err().unwrap_or_default();
        assert_eq!(said, fault, "{template}");
    }
}

#[test]
fn deep_templates_are_refused() {
    assert!(read(&"{{ if .x }}".repeat(10_000)).is_err());
    assert!(read(&format!("{{{{ {}", "(".repeat(10_000))).is_err());
}
