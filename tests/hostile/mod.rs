//! Strings that break scripts which do not carry them with care, and a project full of them.

use rolewright::model::project::Project;
use rolewright::model::vault::mount::KvVersion;

use super::built;

const PIECES: [&str; 40] = [
    "'",
    "\"",
    "`id`",
    "$(id)",
    "${HOME}",
    "$1",
    "\\",
    "\\n",
    "\n",
    "\r",
    "\t",
    "\r\n",
    "%s",
    "%%",
    "%n",
    "-",
    "--",
    "@",
    "@/etc/passwd",
    "=",
    "a",
    "é",
    "日本",
    "\u{1f600}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{1}",
    "\u{7f}",
    "\nRW_EOF\n",
    "\nEOF\n",
    "RW_EOF",
    "<<",
    ";",
    "&",
    "|",
    "<>",
    "{a,b}",
    "!x",
    "~",
];

/// `count` strings, the same ones at each call: every piece alone, then pieces in pseudo-random rows.
pub fn strings(count: usize) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut strings: Vec<String> = PIECES.iter().map(|piece| (*piece).to_owned()).collect();
    while strings.len() < count {
        let length = 1 + next() % 6;
        strings.push((0..length).map(|_| PIECES[next() % PIECES.len()]).collect());
    }
    strings.truncate(count);
    strings
}

/// The strings in policy texts, in role fields and in descriptions of mounts.
pub fn project(strings: &[String]) -> Project {
    built::assemble(|lowered| {
        for (number, some) in strings.chunks(50).enumerate() {
            let comments: Vec<String> = some.iter().map(|text| format!("/*{text}*/")).collect();
            lowered.policies.push(built::policy(&format!("p{number}"), &comments.join("\n")));
            let description = some.concat();
            lowered.mounts.push(built::kv_mount(
                &format!("kv{number}"),
                KvVersion::V2,
                vec![("description", built::text(&description))],
            ));
        }
        lowered.auth_mounts.push(built::auth_mount("kubernetes"));
        for (number, some) in strings.chunks(25).enumerate() {
            // The server trims items and drops empty ones.
            let items: Vec<&str> =
                some.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
            lowered.auth_roles.push(built::auth_role(
                "kubernetes",
                &format!("r{number}"),
                vec![
                    ("bound_service_account_names", built::list(&items)),
                    ("bound_service_account_namespaces", built::list(&["app"])),
                    ("audience", built::text(&some.concat())),
                    ("token_policies", built::list(&items)),
                ],
            ));
        }
    })
}
