//! About whom a question is.

use std::fmt;
use std::str::FromStr;

/// About whom a question is.
///
/// As text: `NAMESPACE/SERVICEACCOUNT`, with `@ROLE` or `@MOUNT/ROLE` behind it if only this role is meant (also
/// `system:serviceaccount:NAMESPACE:NAME`); `role:ROLE` or `role:MOUNT/ROLE`; `policy:NAME[,NAME…]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A service account.
    ServiceAccount {
        /// Its Kubernetes namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The role that it logs in through; nothing for every role that admits it.
        role: Option<RoleName>,
        /// The audiences that its JWT is made for; nothing to take one that is made for what the role wants.
        audiences: Option<Vec<String>>,
    },
    /// Whoever logs in through a role.
    Role(RoleName),
    /// Whoever holds these policies, and `default` only if it is among them.
    Policies(Vec<String>),
}

/// An auth role as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    /// The path of the auth method, without `auth/`; nothing for any.
    pub mount: Option<String>,
    /// The name; its case does not matter.
    pub name: String,
}

/// Why a text names no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// It has none of the forms.
    #[error("`{0}` is no `NAMESPACE/SERVICEACCOUNT`, `role:NAME` or `policy:NAME`")]
    Malformed(String),
    /// A part of it is empty.
    #[error("`{text}` names no {part}")]
    Empty {
        /// The text.
        text: String,
        /// What is not named.
        part: &'static str,
    },
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Subject, SubjectError> {
        let filled = |part: &str, what: &'static str| match part.trim() {
            "" => Err(SubjectError::Empty { text: text.to_owned(), part: what }),
            part => Ok(part.to_owned()),
        };
        if let Some(role) = text.strip_prefix("role:") {
            return role_name(role, text).map(Subject::Role);
        }
        if let Some(names) = text.strip_prefix("policy:") {
            let names = names.split(',').map(|name| filled(name, "policy"));
            return names.collect::<Result<_, _>>().map(Subject::Policies);
        }
        let (account, role) = match text.split_once('@') {
            Some((account, role)) => (account, Some(role_name(role, text)?)),
            None => (text, None),
        };
        let parts = match account.strip_prefix("system:serviceaccount:") {
            Some(rest) => rest.split_once(':'),
            None => account.split_once('/'),
        };
        let Some((namespace, name)) = parts.filter(|(_, name)| !name.contains(['/', ':'])) else {
            return Err(SubjectError::Malformed(text.to_owned()));
        };
        Ok(Subject::ServiceAccount {
            namespace: filled(namespace, "namespace")?,
            name: filled(name, "service account")?,
            role,
            audiences: None,
        })
    }
}

/// `ROLE` or `MOUNT/ROLE`, the mount with or without `auth/`.
fn role_name(text: &str, whole: &str) -> Result<RoleName, SubjectError> {
    let (mount, name) = match text.rsplit_once('/') {
        Some((mount, name)) => (Some(mount.strip_prefix("auth/").unwrap_or(mount).to_owned()), name),
        None => (None, text),
    };
    if name.trim().is_empty() {
        return Err(SubjectError::Empty { text: whole.to_owned(), part: "role" });
    }
    Ok(RoleName { mount, name: name.trim().to_owned() })
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::ServiceAccount { namespace, name, role, .. } => {
                write!(f, "{namespace}/{name}")?;
                role.as_ref().map_or(Ok(()), |role| write!(f, "@{role}"))
            }
            Subject::Role(role) => write!(f, "role:{role}"),
            Subject::Policies(names) => write!(f, "policy:{}", names.join(",")),
        }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mount {
            Some(mount) => write!(f, "{mount}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
