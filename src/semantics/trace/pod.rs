//! What a pod brings: its namespace, its service account, its tokens.

use super::Tracer;
use super::errand::{Audiences, Identity};
use super::stage::{Fault, Stage, StageName, Stop};
use crate::model::kube::workload::{ProjectedToken, VolumeContent, Workload};
use crate::syntax::{Span, Spanned};

/// The workload that is traced.
pub(super) struct Pod<'t, 'a, 'w> {
    pub(super) tracer: &'t Tracer<'a>,
    pub(super) workload: &'w Workload,
    /// Where it runs, if that is known.
    pub(super) namespace: Option<&'w str>,
}

/// Where a token comes from.
pub(super) struct PodToken {
    pub(super) audiences: Audiences,
    /// In sentences: `the token of volume x`.
    pub(super) says: String,
    pub(super) span: Option<Span>,
}

impl<'w> Pod<'_, '_, 'w> {
    /// `serviceAccountName`; `default` if absent.
    pub(super) fn service_account(&self) -> &'w str {
        self.workload.service_account.as_ref().map_or("default", |name| name.value.as_str())
    }

    /// Where the service account is named, or the workload if it is not.
    pub(super) fn account_span(&self) -> Span {
        self.workload.service_account.as_ref().map_or(self.name_span(), |name| name.span)
    }

    pub(super) fn name_span(&self) -> Span {
        self.workload.meta.name.span
    }

    /// Who the pod is. The error is a stage that cannot be told.
    pub(super) fn identity(&self, token: PodToken) -> Result<Identity, Box<Stage>> {
        let Some(namespace) = self.namespace else {
            return Err(Box::new(self.without_namespace()));
        };
        let mut evidence = vec![self.account_span()];
        evidence.extend(token.span);
        Ok(Identity {
            namespace: namespace.to_owned(),
            service_account: self.service_account().to_owned(),
            audiences: token.audiences,
            says: token.says,
            evidence,
            account_from: self.account_span(),
            account_is_default: self.workload.service_account.is_none(),
        })
    }

    pub(super) fn without_namespace(&self) -> Stage {
        let name = &self.workload.meta.name.value;
        let stop = Stop::unknown("the manifest names no namespace, and roles go by it")
            .remedy(format!("name it: `rolewright trace NAMESPACE/{name}`"), None);
        Stage::unknown(StageName::PresentJwt, "by whom is not known", vec![self.name_span()], stop)
    }

    /// A note if the service account is not among the inputs.
    pub(super) fn account_note(&self, namespace: &str, name: &str) -> Option<String> {
        let declared = self.tracer.project.service_accounts_named(namespace, name).next().is_some();
        (!declared && name != "default").then(|| {
            format!("the service account `{namespace}/{name}` is not among the inputs; it is taken to exist")
        })
    }

    /// Where it is said that no token is mounted; the pod has the last word.
    pub(super) fn automount_off(&self) -> Option<Span> {
        if let Some(automount) = self.workload.automount {
            return (!automount.value).then_some(automount.span);
        }
        let namespace = self.namespace?;
        let accounts = self.tracer.project.service_accounts_named(namespace, self.service_account());
        let mut automounts = accounts.filter_map(|account| account.automount);
        automounts.find(|automount| !automount.value).map(|automount| automount.span)
    }

    /// The token that is mounted where programs look for it: that of a volume that is mounted there, or the usual one.
    pub(super) fn usual_token(&self) -> Option<PodToken> {
        let mut mounts = self.workload.volume_mounts.iter();
        let mounted = mounts.find(|mount| mount.path.value.contains("serviceaccount"));
        if let Some(mount) = mounted
            && let Some(token) = self.projected(&mount.volume.value)
        {
            return Some(of_volume(&mount.volume.value, token));
        }
        if self.automount_off().is_some() {
            return None;
        }
        Some(PodToken {
            audiences: Audiences::ApiServer,
            says: "the token that Kubernetes mounts into every pod".to_owned(),
            span: None,
        })
    }

    /// The first service account token of a projected volume.
    pub(super) fn projected(&self, volume: &str) -> Option<&'w ProjectedToken> {
        match &self.workload.volume(volume)?.content {
            VolumeContent::Projected(projection) => projection.tokens.first(),
            _ => None,
        }
    }

    /// The token that lies at `path` in the containers.
    pub(super) fn token_at(&self, path: &str) -> Option<PodToken> {
        self.workload.volume_mounts.iter().find_map(|mount| {
            let below = path.strip_prefix(mount.path.value.trim_end_matches('/'))?.strip_prefix('/')?;
            let VolumeContent::Projected(projection) = &self.workload.volume(&mount.volume.value)?.content
            else {
                return None;
            };
            let tokens = projection.tokens.iter();
            let token =
                tokens.clone().find(|token| token.path.as_ref().is_some_and(|path| path.value == below));
            Some(of_volume(&mount.volume.value, token?))
        })
    }

    /// A projected token that the API server refuses.
    pub(super) fn refused_token(&self) -> Option<Stop> {
        let tokens = self.workload.volumes.iter().filter_map(|volume| match &volume.content {
            VolumeContent::Projected(projection) => Some(&projection.tokens),
            _ => None,
        });
        let short =
            tokens.flatten().filter_map(|token| token.expiration).find(|seconds| seconds.value < 600)?;
        Some(
            Stop {
                seen: self.refused_pod(),
                message: Some("may not specify a duration less than 10 minutes".to_owned()),
                why: format!(
                    "a projected token lives at least 600 seconds, and {} are asked for",
                    short.value
                ),
                ..Stop::default()
            }
            .at(short.span)
            .of(Fault::ShortToken)
            .remedy("set `expirationSeconds` to 600 or more", Some(short.span)),
        )
    }

    /// Where somebody reads why the API server refuses the pod.
    pub(super) fn refused_pod(&self) -> String {
        match self.workload.kind.as_str() {
            "Pod" => "`kubectl apply` fails".to_owned(),
            "Deployment" => {
                "no pod comes up; the events of its ReplicaSet (`kubectl get events`, reason FailedCreate) say"
                    .to_owned()
            }
            kind => format!("no pod comes up; the events of the {kind} (reason FailedCreate) say"),
        }
    }

    /// `DIRECTORY` of the manifest and what lies below.
    pub(super) fn is_near(&self, place: Span) -> bool {
        let directory =
            |span: Span| self.tracer.project.sources.get(span.source).map_or("", |it| it.directory());
        let (own, other) = (directory(self.name_span()), directory(place));
        other == own || other.strip_prefix(own).is_some_and(|rest| own.is_empty() || rest.starts_with('/'))
    }
}

/// The token of a projected volume.
pub(super) fn of_volume(volume: &str, token: &ProjectedToken) -> PodToken {
    let audience = token.audience.clone().filter(|audience| !audience.value.is_empty());
    PodToken {
        says: format!("the token of the volume `{volume}`"),
        span: Some(audience.as_ref().map_or(token.span, |audience| audience.span)),
        audiences: match audience {
            Some(audience) => Audiences::Made(vec![audience]),
            None => Audiences::ApiServer,
        },
    }
}

/// `[NAMESPACE/]NAME` of an object.
pub(super) fn split_ref<'r>(reference: &'r Spanned<String>, own: &'r str) -> (&'r str, &'r str) {
    reference.value.split_once('/').unwrap_or((own, &reference.value))
}
