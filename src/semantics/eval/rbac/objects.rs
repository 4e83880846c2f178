//! Objects in questions, as the API server would read them.

use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::service_account::ServiceAccount;
use crate::model::lower::{Lowered, manifest};
use crate::model::project::FileClass;
use crate::semantics::authorizer::Cluster;
use crate::semantics::validation::{self, FieldError, FieldErrorKind};
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Source, SourceId, Spanned};

/// What RBAC knows of.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) roles: Vec<RbacRole>,
    pub(super) bindings: Vec<Binding>,
    pub(super) service_accounts: Vec<ServiceAccount>,
}

impl Objects {
    /// Objects of other kinds are passed over; what the server could not decode is an error.
    pub(super) fn read(list: &[Node], field: &str) -> Result<Objects, String> {
        let mut objects = Objects::default();
        for (at, node) in list.iter().enumerate() {
            let fatal = |error: &&FieldError| error.kind != FieldErrorKind::UnknownField;
            if let Some(error) = validation::decode(node).iter().find(fatal) {
                return Err(format!("{field}[{at}]: {}", error.detail));
            }
            match Objects::lower(node) {
                Some(other) => objects.add(other),
                None if is_rbac(node) => {
                    return Err(format!("{field}[{at}]: the `apiVersion` is not that of RBAC"));
                }
                None => {}
            }
        }
        Ok(objects)
    }

    /// Nothing for objects of kinds that are not read.
    pub(super) fn lower(node: &Node) -> Option<Objects> {
        let source = Source { id: SourceId(0), name: String::new(), text: String::new(), bom: false };
        let mut lowered = Lowered::nothing(FileClass::Other);
        manifest::lower(node, &source, &mut lowered).then_some(Objects {
            roles: lowered.rbac_roles,
            bindings: lowered.bindings,
            service_accounts: lowered.service_accounts,
        })
    }

    fn add(&mut self, other: Objects) {
        self.roles.extend(other.roles);
        self.bindings.extend(other.bindings);
        self.service_accounts.extend(other.service_accounts);
    }

    pub(super) fn cluster(&self, aggregated: bool) -> Cluster<'_> {
        if aggregated {
            Cluster::settled(&self.roles, &self.bindings)
        } else {
            Cluster::stored(&self.roles, &self.bindings)
        }
    }
}

fn is_rbac(node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::as_text).unwrap_or_default();
    matches!(kind, "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding")
}

/// Rules that stand alone are read as those of a role.
pub(super) fn rules(list: &[Node], field: &str) -> Result<Vec<RbacRule>, String> {
    let Some(first) = list.first() else { return Ok(Vec::new()) };
    let span = first.span;
    let member = |key: &str, kind: NodeKind| Entry {
        key: Spanned::new(key.to_owned(), span),
        value: Node { span, kind },
    };
    let text = |text: &str| NodeKind::Text(text.to_owned());
    let role = NodeKind::Map(vec![
        member("apiVersion", text("rbac.authorization.k8s.io/v1")),
        member("kind", text("ClusterRole")),
        member("metadata", NodeKind::Map(vec![member("name", text("rules"))])),
        member("rules", NodeKind::List(list.to_vec())),
    ]);
    let mut objects = Objects::read(&[Node { span, kind: role }], field)?;
    Ok(objects.roles.pop().map(|role| role.rules).unwrap_or_default())
}

/// A binding without `roleRef` decodes to one whose `roleRef` is empty.
pub(super) fn with_role_ref(object: &Node) -> Node {
    let mut object = object.clone();
    let is_binding = object.get("kind").and_then(Node::as_text).is_some_and(|kind| kind.ends_with("Binding"));
    let is_absent = object.get("roleRef").is_none_or(Node::is_null);
    let span = object.span;
    if let NodeKind::Map(entries) = &mut object.kind
        && is_binding
        && is_absent
    {
        entries.retain(|entry| entry.key.value != "roleRef");
        let value = Node { span, kind: NodeKind::Map(Vec::new()) };
        entries.push(Entry { key: Spanned::new("roleRef".to_owned(), span), value });
    }
    object
}
