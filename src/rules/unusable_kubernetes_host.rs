//! # What it finds
//! A `kubernetes_host` without a scheme, with blanks, with an unexpanded shell variable, without a host, or with an
//! IPv6 address that is not in brackets.
//!
//! # Why it matters
//! Vault stores it. Every login then ends in `permission denied`, and only the debug log names the address.
//!
//! # How to fix it
//! Write the whole URL: `https://kubernetes.default.svc`.
//!
//! # Limits
//! The secrets engine does with an address without scheme. Addresses with template syntax are left alone. A path behind
//! the host is fine: proxies use it.

use crate::lint::{Category, Check, Context, Edit, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unusable-kubernetes-host",
    summary: "an address of the API server that Vault cannot use",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("unusable_kubernetes_host.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let auth =
        project.auth_mounts.iter().filter_map(|mount| mount.config.as_ref().map(|config| (config, true)));
    let engines =
        project.engines.iter().filter_map(|engine| engine.config.as_ref().map(|config| (config, false)));
    for (config, is_auth) in auth.chain(engines) {
        let Some(host) = config.text("kubernetes_host").filter(|host| !host.value.trim().is_empty()) else {
            continue;
        };
        if ["{{", "${", "<%"].iter().any(|mark| host.value.contains(mark)) {
            continue;
        }
        // The secrets engine puts a missing scheme before the host itself.
        let Some(fault) = fault(host.value).filter(|fault| is_auth || fault.what != NO_SCHEME) else {
            continue;
        };
        let place = cx.project.sources.verbatim(&host.map(str::to_owned));
        let text = host.value.to_owned();
        let finding = cx
            .report(host.span, format!("Vault cannot reach the API server at `{text}`: {}", fault.what))
            .help(fault.help);
        if let (true, Some(place)) = (fault.lacks_scheme, place) {
            finding.unsafe_fix("put `https://` before it", vec![Edit::replace(place.at_start(), "https://")]);
        }
    }
}

const NO_SCHEME: &str = "it has no scheme";

struct Fault {
    what: &'static str,
    help: &'static str,
    lacks_scheme: bool,
}

fn fault(host: &str) -> Option<Fault> {
    let fault = |what, help| Some(Fault { what, help, lacks_scheme: false });
    if host.contains('$') {
        return fault("nobody expands the variable", "write the address itself");
    }
    if host.trim().contains(char::is_whitespace) {
        return fault("it holds a blank", "write one URL");
    }
    let Some((scheme, rest)) = host.trim().split_once("://") else {
        return Some(Fault {
            what: NO_SCHEME,
            help: "write `https://` before it",
            lacks_scheme: !host.contains(':')
                || host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()),
        });
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return fault("the scheme is neither `https` nor `http`", "write `https://`");
    }
    if authority.is_empty() || authority.starts_with(':') {
        return fault(
            "it names no host, which stands for the machine of Vault itself",
            "name the host between scheme and port",
        );
    }
    if !authority.starts_with('[') && authority.matches(':').count() > 1 {
        return fault("an IPv6 address stands in brackets", "write `https://[ADDRESS]:PORT`");
    }
    None
}
