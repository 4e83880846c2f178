//! Paths of auth methods that are made of several segments.

use std::collections::BTreeSet;

use super::asked::{Asked, Found};
use super::token::{Answers, capabilities, carried};
use super::vault::Scene;
use super::{Doubt, code};
use crate::model::vault::path::PathPattern;
use crate::semantics::authority;

impl Scene<'_, '_> {
    /// Paths of several segments that auth methods have, by what the inputs declare and by the rules of a token.
    pub(super) fn deep_mounts(&self, asked: Asked<'_, '_>) -> BTreeSet<String> {
        let labels = asked.acls().flat_map(|acl| acl.rules()).map(|rule| rule.pattern.text.as_str());
        let below = labels.filter_map(|label| label.strip_prefix(asked.namespace));
        let told = below.filter_map(|label| self.deep_mount(label)).map(str::to_owned);
        told.chain(self.deep_mounts.iter().cloned()).collect()
    }

    /// The path of several segments that a label has before the endpoint of an auth method. Below a known one lies no other.
    pub(super) fn deep_mount<'l>(&self, label: &'l str) -> Option<&'l str> {
        let mount = authority::deep_mount(label)?;
        let is_known = self.access.methods().iter().any(|method| is_below(mount.path, method.path));
        (mount.is_told && !is_known && !mount.path.starts_with('+')).then_some(mount.path)
    }

    /// What a token could do to auth methods at paths of several segments that neither an input nor a rule spells out:
    /// whether there are such is not known.
    pub(super) fn unspelled_mounts(&self, asked: Asked<'_, '_>, answers: &mut Answers) {
        let labels = asked.acls().flat_map(|acl| acl.rules()).filter_map(|rule| {
            let label = rule.pattern.text.strip_prefix(asked.namespace)?;
            let pattern = PathPattern { text: label.to_owned(), ..rule.pattern.clone() };
            authority::may_be_deep(&pattern).then(|| label.split('/').count())
        });
        let uncertain = asked.acls().flat_map(|acl| acl.uncertain_rules());
        let uncertain = uncertain.map(|rule| rule.rule.rule.path.as_str().split('/').count());
        let Some(most) = labels.chain(uncertain).max().map(|most| most.max(SHALLOW)) else { return };
        let known = self.access.methods().iter().filter(|method| method.namespace == asked.namespace);
        let known: Vec<&str> = known.map(|method| method.path).collect();
        let authorities = [&authority::AUTH_ROLE_WRITE, &authority::AUTH_METHOD_WRITE];
        let places = authorities.into_iter().flat_map(|of| of.places.iter().map(move |place| (of, place)));
        for (of, (place, needs)) in places {
            let Some(below) = place.strip_prefix("auth/+/") else { continue };
            for depth in 2..most {
                let mount_of = |path: &str| -> Option<String> {
                    let mount: Vec<&str> = path.split('/').skip(1).take(depth).collect();
                    let is_free = mount.first() != Some(&"token")
                        && mount.iter().all(|segment| authority::is_mount_segment(segment));
                    let mount = mount.join("/");
                    (is_free && !known.iter().any(|known| is_below(&mount, known))).then_some(mount)
                };
                let place = format!("auth/{}{below}", "+/".repeat(depth));
                for capability in capabilities(needs) {
                    let wanted = |path: &str| mount_of(path).is_some();
                    let found = asked.inside(&place, capability, carried(of, &place), wanted);
                    match found {
                        Found::No => {}
                        Found::Doubt(doubt) => return answers.doubt(doubt),
                        Found::Yes(path, evidence) => {
                            let mount = mount_of(&path).unwrap_or(path);
                            let what = format!(
                                "whether there is an auth method at {}, or elsewhere where it may {}, is not known",
                                code(&mount),
                                of.what
                            );
                            let span = evidence.first().and_then(|evidence| evidence.span);
                            return answers.doubt(Doubt { what, span });
                        }
                    }
                }
            }
        }
    }
}

/// A prefix that ends early goes on to mounts of two and of three segments.
const SHALLOW: usize = 4;

/// True if a path is that of an auth method, or lies below it.
fn is_below(path: &str, method: &str) -> bool {
    path.strip_prefix(method).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
