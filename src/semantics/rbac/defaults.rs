//! What every cluster grants without anybody having written it: the roles and bindings that the API server makes at its
//! start, as far as they are the same in every version.
//!
//! `admin`, `edit` and `view` differ between versions and with what else is installed; roles of single controllers are
//! not here either.
//!
//! Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`.

use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRole;
use crate::model::lower;
use crate::model::project::Settings;
use crate::semantics::acl::BUILT_IN;
use crate::syntax::Source;

/// The roles and bindings of every cluster.
#[derive(Debug)]
pub struct Defaults {
    /// ClusterRoles.
    pub roles: Vec<RbacRole>,
    /// ClusterRoleBindings.
    pub bindings: Vec<Binding>,
}

impl Defaults {
    /// Reads them from the text that this program carries.
    pub fn new() -> Defaults {
        let source =
            Source { id: BUILT_IN, name: "built-in.yaml".to_owned(), text: TEXT.to_owned(), bom: false };
        let lowered = lower::file(&source, &Settings::default());
        Defaults { roles: lowered.rbac_roles, bindings: lowered.bindings }
    }
}

impl Default for Defaults {
    fn default() -> Defaults {
        Defaults::new()
    }
}

const TEXT: &str = include_str!("defaults.yaml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_read_whole() {
        let defaults = Defaults::new();
        assert_eq!(TEXT.matches("kind: ClusterRole}").count(), 0);
        assert_eq!(defaults.roles.len(), TEXT.matches("\nkind: ClusterRole\n").count());
        assert_eq!(defaults.bindings.len(), TEXT.matches("\nkind: ClusterRoleBinding\n").count());
        assert_eq!((defaults.roles.len(), defaults.bindings.len()), (7, 5));
        let rules: usize = defaults.roles.iter().map(|role| role.rules.len()).sum();
        assert_eq!(rules, 11);
    }
}
