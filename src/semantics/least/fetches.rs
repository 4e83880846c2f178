//! What workloads fetch, and what they do beside, as needs.

use super::needs::{Needs, On, Wish};
use super::tokens::Account;
use super::{NeedSource, Remark, escaped, quoted, unread};
use crate::model::kube::consumer::agent::AgentHolder;
use crate::model::kube::workload::Workload;
use crate::model::vault::capability::Capability;
use crate::model::vault::mount::Engine;
use crate::model::vault::path::PathPattern;
use crate::semantics::acl::Operation;
use crate::semantics::trace::{Consumer, Fault, Fetch, Login, Route, Tracer};

impl<'s> Needs<'s> {
    /// Takes in what workloads and operators fetch.
    pub(super) fn of_workloads(&mut self, tracer: &Tracer<'s>) {
        let project = self.bearers.project;
        let mut followed = vec![false; project.workloads.len()];
        for (workload, is_followed) in project.workloads.iter().zip(&mut followed) {
            let namespace = workload.meta.namespace_name();
            let routes = match namespace {
                Some(_) => tracer.routes(workload, None),
                None => self.routes_somewhere(workload, tracer),
            };
            let name = match namespace {
                Some(namespace) => format!("{namespace}/{}", workload.meta.name),
                None => workload.meta.name.value.clone(),
            };
            let title = format!("{} {name}", workload.kind);
            let account = workload.service_account.as_ref().map_or("default", |name| name.value.as_str());
            if routes.is_empty() {
                let remark = Remark::new(title, Some(workload.meta.name.span));
                self.idle.push((namespace.map(str::to_owned), account.to_owned(), remark));
                continue;
            }
            *is_followed = routes.iter().any(|route| !matches!(route.login, Login::Untold));
            for route in &routes {
                self.of_route(route, &title, Some((namespace, account)));
                if let (Login::Role { role, .. }, Some(why)) = (&route.login, hands_on(workload, route, self))
                {
                    let (role, text) = (self.role_at(*role), format!("{title} {why}"));
                    self.doubt(role, Remark::new(text, Some(workload.meta.name.span)));
                }
            }
        }
        self.unread = unread::documents(project, &|at| followed.get(at) == Some(&true));
        for route in tracer.made_routes() {
            self.of_route(&route, "", None);
        }
    }

    /// The routes of a workload whose namespace no input tells: in the first one where a role lets it in, else where its
    /// role is. What it needs elsewhere stays unknown.
    fn routes_somewhere(&self, workload: &Workload, tracer: &Tracer<'_>) -> Vec<Route> {
        /// Of so many namespaces each is tried.
        const MOST: usize = 64;
        let mut namespaces: Vec<&str> = Vec::new();
        for entry in self.bearers.roles.iter().flat_map(|role| role.role.namespaces()) {
            let name = if entry.value.contains('*') { "default" } else { entry.as_str() };
            if !namespaces.contains(&name) && namespaces.len() < MOST {
                namespaces.push(name);
            }
        }
        let is_let_in = |route: &Route| matches!(route.login, Login::Role { is_admitted: true, .. });
        let is_known = |route: &Route| matches!(route.login, Login::Role { .. });
        let tried: Vec<Vec<Route>> =
            namespaces.into_iter().map(|namespace| tracer.routes(workload, Some(namespace))).collect();
        let first =
            |wanted: &dyn Fn(&Route) -> bool| tried.iter().find(|routes| routes.iter().any(wanted)).cloned();
        first(&is_let_in).or_else(|| first(&is_known)).unwrap_or_else(|| tracer.routes(workload, None))
    }

    fn of_route(&mut self, route: &Route, workload: &str, runs_as: Option<(Option<&str>, &str)>) {
        let is_operator = matches!(route.consumer, Consumer::Operator | Consumer::ExternalSecrets);
        let title = if is_operator || workload.is_empty() { route.by.as_str() } else { workload };
        let by = format!("{} ({})", escaped(title), route.consumer.title());
        match &route.login {
            Login::Undeclared => {}
            Login::Role { role, namespace, service_account, .. } => {
                let Some(role) = self.role_at(*role) else { return };
                let account = (namespace.clone(), service_account.clone());
                if route.fetches.is_empty() {
                    let place = route.to_token.first().and_then(|stage| stage.evidence.first().copied());
                    let text = format!("{by} logs in, and what is asked for then is not in the files");
                    self.doubt(Some(role), Remark::new(text, place));
                }
                for fetch in &route.fetches {
                    self.fetch(route, fetch, &by, role, Some(&account), true);
                }
                self.upkeep(route, &by, role, &account);
            }
            Login::Untold => {
                let roles: Vec<usize> = (0..self.bearers.roles.len())
                    .filter(|at| match (is_operator, runs_as) {
                        (false, Some((namespace, account))) => {
                            let role = self.bearers.roles.get(*at);
                            role.is_some_and(|role| role.may_admit(namespace, account))
                        }
                        _ => true,
                    })
                    .collect();
                let is_anybody = is_operator || runs_as.is_none();
                let last = route.to_token.last();
                let why = last.and_then(|stage| stage.stop.as_ref()).map_or("", |stop| stop.why.as_str());
                let place = last.and_then(|stage| stage.evidence.first().copied());
                let asks_for_all = route.fetches.iter().all(|fetch| fetch.path.is_some());
                if route.fetches.is_empty() || !asks_for_all {
                    let remark = Remark::new(format!("{by}: {why}"), place);
                    if is_anybody {
                        self.caveat(remark);
                    } else {
                        roles.iter().for_each(|role| self.doubt(Some(*role), remark.clone()));
                    }
                }
                for role in roles {
                    for fetch in route.fetches.iter().filter(|fetch| fetch.path.is_some()) {
                        let fetch = Fetch { doubt: None, ..fetch.clone() };
                        self.fetch(route, &fetch, &by, role, None, false);
                    }
                }
            }
        }
    }

    fn fetch(
        &mut self,
        route: &Route,
        fetch: &Fetch,
        by: &str,
        role: usize,
        account: Option<&Account>,
        is_firm: bool,
    ) {
        if let Some(doubt) = &fetch.doubt {
            let text = format!("{by} asks for {}: {doubt}", quoted(&fetch.secret));
            self.doubt(Some(role), Remark::new(text, Some(fetch.span)));
        }
        let stop = fetch.stage.as_ref().and_then(|stage| stage.stop.as_ref());
        if let Some(stop) = stop.filter(|stop| stop.fault == Fault::KvPath) {
            let text = format!(
                "{by} asks for {}, where there is nothing, and which path is meant is not known: {}",
                quoted(fetch.path.as_deref().unwrap_or_default()),
                stop.why
            );
            self.doubt(Some(role), Remark::new(text, Some(fetch.span)));
        }
        let Some(path) = fetch.path.as_deref().map(|path| path.trim_start_matches('/')) else { return };
        let bearer = self.bearers.of(role, account);
        let wish = Wish {
            bearer,
            account: account.cloned(),
            capability: Capability::Read,
            on: On::Path(path.to_owned()),
            is_firm,
            source: NeedSource::Workload,
            by: by.to_owned(),
            span: fetch.span,
        };
        match fetch.operation {
            Operation::List => {
                self.wish(Wish { capability: Capability::List, ..wish.clone() });
                if route.consumer == Consumer::ExternalSecrets {
                    self.search(&wish, path);
                }
            }
            Operation::Update => {
                self.wish(Wish { capability: Capability::Update, ..wish.clone() });
                let engine = self.mounts.over(path, fetch.span).map(|mount| mount.engine.clone());
                // Where the engine can tell that there is nothing yet, the server makes a create of the write.
                if !matches!(engine, Some(Engine::Pki | Engine::Database | Engine::Kubernetes)) {
                    self.wish(Wish { capability: Capability::Create, is_firm: false, ..wish });
                }
            }
            _ => self.wish(wish),
        }
    }

    /// A `find` of External Secrets goes through all folders below and reads what it finds.
    fn search(&mut self, wish: &Wish, path: &str) {
        let below = |path: &str| On::Within(PathPattern::parse(&format!("{}/*", path.trim_end_matches('/'))));
        let data = path.replacen("/metadata/", "/data/", 1);
        for (capability, on) in [(Capability::List, below(path)), (Capability::Read, below(&data))] {
            self.wish(Wish { capability, on, is_firm: false, ..wish.clone() });
        }
    }

    /// Consumers look after their token and their leases, which the policy `default` usually lets them.
    fn upkeep(&mut self, route: &Route, by: &str, role: usize, account: &Account) {
        let bearer = self.bearers.of(role, Some(account));
        let place = route.to_token.first().and_then(|stage| stage.evidence.first().copied());
        let span = place.or(self.bearers.roles.get(role).map(|role| role.role.name.span));
        let Some(span) = span else { return };
        let revokes = route.consumer == Consumer::Operator;
        let paths = [
            (Capability::Read, "auth/token/lookup-self", true),
            (Capability::Update, "auth/token/renew-self", true),
            (Capability::Update, "auth/token/revoke-self", true),
            (Capability::Update, "sys/leases/renew", true),
            (Capability::Update, "sys/leases/revoke", revokes),
        ];
        for (capability, path, _) in paths.into_iter().filter(|(_, _, does)| *does) {
            self.wish(Wish {
                bearer,
                account: Some(account.clone()),
                capability,
                on: On::Path(path.to_owned()),
                is_firm: false,
                source: NeedSource::Upkeep,
                by: by.to_owned(),
                span,
            });
        }
    }
}

/// Why the program of a workload may ask for more by itself: it is handed the token, or speaks through the agent.
fn hands_on(workload: &Workload, route: &Route, needs: &Needs<'_>) -> Option<&'static str> {
    const TOKEN: &str = "hands the token to its program: what that asks for is not in the files";
    const PROXY: &str = "lets its program speak through the agent: what that asks for is not in the files";
    const COMMAND: &str = "runs a command beside the agent that may speak to the server with its token";
    match route.consumer {
        Consumer::Injector => {
            let on = |name: &str| {
                let mut set = workload.pod_annotations.iter();
                set.any(|(key, value)| {
                    key.value.strip_prefix("vault.hashicorp.com/") == Some(name)
                        && matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True")
                })
            };
            if on("agent-inject-token") {
                return Some(TOKEN);
            }
            let runs_program = workload.pod_annotations.iter().any(|(key, value)| {
                key.value.starts_with("vault.hashicorp.com/agent-inject-command")
                    && ["vault", "bao", "curl"].iter().any(|word| value.value.contains(word))
            });
            if runs_program {
                return Some(COMMAND);
            }
            (on("agent-cache-enable") || on("agent-enable-quit")).then_some(PROXY)
        }
        Consumer::Agent => {
            let config =
                needs.bearers.project.consumers.agents.iter().find(|config| match &config.holder {
                    AgentHolder::ConfigMap { name, key, .. } => route.by == format!("{name}/{key}"),
                    AgentHolder::File => route
                        .to_token
                        .first()
                        .is_some_and(|it| it.evidence.iter().any(|at| config.span.contains(*at))),
                })?;
            let text = needs.bearers.project.sources.slice(config.span);
            let block = |word: &str| {
                let mut lines = text.lines().map(str::trim_start);
                lines.any(|line| {
                    line.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(['"', '{', '=']))
                })
            };
            if block("sink") || block("env_template") {
                return Some(TOKEN);
            }
            (block("cache") || block("api_proxy") || block("listener")).then_some(PROXY)
        }
        _ => None,
    }
}
