//! Requests as the access check sees them, and the answers to them.

use std::fmt;

use super::MergedRule;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::ParameterValue;
use crate::semantics::dialect::Dialect;
use crate::semantics::parameters::ParameterRefusal;

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The Vault namespace that it is sent to: `""` for the root namespace, else with a slash at the end.
    pub namespace: &'a str,
    /// The path without `/v1/` and without the namespace. The servers append a slash to the path of a list or scan
    /// request before they check it; here it is taken as it stands.
    pub path: &'a str,
    /// What is to be done.
    pub operation: Operation,
    /// Parameters as sent; numbers as [`ParameterValue::Number`].
    pub data: &'a [(String, ParameterValue)],
    /// The TTL of response wrapping in seconds, if wrapping was asked for.
    pub wrap_ttl: Option<i64>,
    /// Whether the path is root-protected; where nothing is said, [`super::is_root_protected`] tells. Paths below a
    /// `pki` mount need to be said.
    pub root_protected: Option<bool>,
}

impl<'a> Request<'a> {
    /// A request to the root namespace without parameters and without wrapping.
    pub fn new(operation: Operation, path: &'a str) -> Request<'a> {
        Request { namespace: "", path, operation, data: &[], wrap_ttl: None, root_protected: None }
    }
}

/// What a request does, after the existence check has told create from update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// GET.
    Read,
    /// LIST, or GET with `list=true`.
    List,
    /// SCAN (OpenBao).
    Scan,
    /// POST or PUT to something that does not exist.
    Create,
    /// POST or PUT to anything else.
    Update,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
    /// A read from a snapshot (Vault).
    Recover,
    /// HELP, or `?help=`.
    Help,
    /// Renewal by the server itself.
    Renew,
    /// Revocation by the server itself.
    Revoke,
    /// Rollback by the server itself.
    Rollback,
    /// HEAD and whatever else no capability stands for; only root may.
    Other,
}

impl Operation {
    /// The operation of this name in the servers' audit log; unknown names have no capability either.
    pub fn from_word(word: &str) -> Operation {
        match word {
            "read" => Operation::Read,
            "list" => Operation::List,
            "scan" => Operation::Scan,
            "create" => Operation::Create,
            "update" => Operation::Update,
            "patch" => Operation::Patch,
            "delete" => Operation::Delete,
            "recover" => Operation::Recover,
            "help" => Operation::Help,
            "renew" => Operation::Renew,
            "revoke" => Operation::Revoke,
            "rollback" => Operation::Rollback,
            _ => Operation::Other,
        }
    }

    /// The operation that a capability stands for; `deny`, `sudo` and `subscribe` stand for none.
    pub fn of_capability(capability: Capability) -> Option<Operation> {
        match capability {
            Capability::Deny | Capability::Sudo | Capability::Subscribe => None,
            other => Some(Operation::from_word(other.word())),
        }
    }

    /// The capability it takes, if any will do.
    pub fn capability(self, dialect: Dialect) -> Option<Capability> {
        let capability = match self {
            Operation::Read => Capability::Read,
            Operation::List => Capability::List,
            Operation::Scan => Capability::Scan,
            Operation::Create => Capability::Create,
            Operation::Update | Operation::Renew | Operation::Revoke | Operation::Rollback => {
                Capability::Update
            }
            Operation::Patch => Capability::Patch,
            Operation::Delete => Capability::Delete,
            Operation::Recover => Capability::Recover,
            Operation::Help | Operation::Other => return None,
        };
        dialect.knows(capability).then_some(capability)
    }

    /// True if rules are searched for the path without its last slash, too.
    pub fn lists(self) -> bool {
        matches!(self, Operation::List | Operation::Scan)
    }

    /// True if constraints on parameters apply.
    pub fn carries_parameters(self) -> bool {
        use Operation::{Create, Patch, Read, Recover, Update};
        matches!(self, Read | Create | Update | Patch | Recover)
    }
}

/// The server's answer from the rules that are known.
#[derive(Debug, Clone)]
pub struct Ruling<'r, 'a> {
    /// Why it is refused; nothing if it is allowed.
    pub refusal: Option<Refusal<'r>>,
    /// The rule that decided; none for root, for help, and where nothing matches.
    pub rule: Option<&'r MergedRule<'a>>,
    /// The policy named `root` decided.
    pub is_root: bool,
}

impl Ruling<'_, '_> {
    /// True if the rules let it through.
    pub fn is_allowed(&self) -> bool {
        self.refusal.is_none()
    }

    /// True if root-protected paths are open as well. The capability must be on the rule that decides.
    pub fn holds_sudo(&self) -> bool {
        self.is_root || self.rule.is_some_and(|rule| rule.capabilities.contains(Capability::Sudo))
    }
}

/// Whether a request goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It does.
    Allowed,
    /// It does not.
    Refused,
    /// It hangs on something that is not known, see [`super::Decision::depends_on`].
    Unknown,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal<'r> {
    /// No rule matches.
    NoRule,
    /// The rule says `deny`.
    Denied,
    /// The rule does not have the capability that the operation takes.
    CapabilityMissing(Capability),
    /// No capability stands for the operation.
    NoCapabilityFits,
    /// The path is root-protected, and the rule does not have `sudo`.
    SudoMissing,
    /// The token is root of another namespace.
    OutsideRootNamespace,
    /// The rule demands response wrapping.
    WrappingRequired,
    /// The wrapping TTL is below `min_wrapping_ttl`, in seconds.
    WrappingTooShort(i64),
    /// The wrapping TTL is above `max_wrapping_ttl`, in seconds.
    WrappingTooLong(i64),
    /// Merged, `min_wrapping_ttl` is above `max_wrapping_ttl`, so nothing passes.
    WrappingImpossible,
    /// `limit` is a required parameter and was not sent.
    LimitRequired,
    /// `limit` is above `pagination_limit`, or no number.
    LimitRefused(i64),
    /// A constraint on parameters.
    Parameter(ParameterRefusal<'r>),
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoRule => f.write_str("no rule matches the path"),
            Refusal::Denied => f.write_str("the rule that decides says `deny`"),
            Refusal::CapabilityMissing(capability) => {
                write!(f, "the rule that decides does not grant `{capability}`")
            }
            Refusal::NoCapabilityFits => f.write_str("no capability stands for this operation"),
            Refusal::SudoMissing => {
                f.write_str("the path is root-protected and the rule that decides lacks `sudo`")
            }
            Refusal::OutsideRootNamespace => f.write_str("the token is root of another namespace"),
            Refusal::WrappingRequired => f.write_str("the response must be wrapped"),
            Refusal::WrappingTooShort(least) => {
                write!(f, "the wrapping TTL is below `min_wrapping_ttl`, {least} seconds")
            }
            Refusal::WrappingTooLong(most) => {
                write!(f, "the wrapping TTL is above `max_wrapping_ttl`, {most} seconds")
            }
            Refusal::WrappingImpossible => f.write_str("`min_wrapping_ttl` is above `max_wrapping_ttl`"),
            Refusal::LimitRequired => f.write_str("the required parameter `limit` was not sent"),
            Refusal::LimitRefused(most) => {
                write!(f, "`limit` is not a number from 0 to `pagination_limit`, {most}")
            }
            Refusal::Parameter(refusal) => refusal.fmt(f),
        }
    }
}

impl fmt::Display for ParameterRefusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterRefusal::Missing(name) => write!(f, "the required parameter `{name}` was not sent"),
            ParameterRefusal::AllDenied => f.write_str("`denied_parameters` refuses every parameter"),
            ParameterRefusal::Denied(name) => write!(f, "`denied_parameters` refuses `{name}`"),
            ParameterRefusal::NotListed(name) => write!(f, "`allowed_parameters` does not list `{name}`"),
            ParameterRefusal::ValueNotAllowed(name) => {
                write!(f, "`allowed_parameters` does not list this value of `{name}`")
            }
        }
    }
}
