//! # What it finds
//! A range of `token_bound_cidrs` whose address has bits behind the prefix: `10.1.2.3/8`.
//!
//! # Why it matters
//! It means the whole network `10.0.0.0/8`, which is often more than the one who wrote it had in mind.
//!
//! # How to fix it
//! Write the address of the network, or `/32` for the one address.
//!
//! # Limits
//! The fix keeps the meaning and writes the network.

use core::net::IpAddr;

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cidr-host-bits",
    summary: "an address range written with an address inside it",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("cidr_host_bits.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for range in role.fields.list("token_bound_cidrs") {
        let Some(network) = network(&range.value).filter(|network| *network != range.value) else { continue };
        let place = cx.project.sources.verbatim(range);
        let finding = cx
            .report(range.span, format!("`{range}` means the whole network `{network}`"))
            .help(format!("write `{network}`, or name the one address without a prefix"));
        if let Some(place) = place {
            finding.fix(format!("write `{network}`"), vec![Edit::replace(place, network)]);
        }
    }
}

/// The range with nothing behind the prefix; the text itself if nothing is there.
fn network(range: &str) -> Option<String> {
    let (address, bits) = range.split_once('/')?;
    let length: u32 = bits.parse().ok()?;
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => {
            let own = u32::from(address);
            let kept = own & u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
            let network = core::net::Ipv4Addr::from(kept);
            Some(if kept == own { range.to_owned() } else { format!("{network}/{length}") })
        }
        IpAddr::V6(address) => {
            let own = u128::from(address);
            let kept = own & u128::MAX.checked_shl(128_u32.checked_sub(length)?).unwrap_or(0);
            let network = core::net::Ipv6Addr::from(kept);
            Some(if kept == own { range.to_owned() } else { format!("{network}/{length}") })
        }
    }
}
