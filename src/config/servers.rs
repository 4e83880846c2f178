//! What the configuration says about servers: their versions, and what is mounted there.

use super::Config;
use super::reader::Reader;
use super::value::{Key, Value};
use crate::model::project::{ConfiguredMount, Settings, Target};
use crate::model::vault::mount::{Engine, KvVersion};

/// Values of `type` in `[[mount]]` that are more than a name.
pub const ENGINES: [&str; 7] = ["kv", "kv-v1", "kv-v2", "kubernetes", "database", "pki", "transit"];

impl Reader<'_> {
    /// `[[mount]]`.
    pub(super) fn mounts(&mut self, value: &Value<'_>) -> Vec<ConfiguredMount> {
        let mut mounts: Vec<ConfiguredMount> = Vec::new();
        for item in self.faults.list(value, "`mount`") {
            let Some(mount) = self.mount(item) else { continue };
            if mounts.iter().any(|other| other.path == mount.path && other.scope == mount.scope) {
                let help = Some("keep one entry, or give each a `scope` of its own".to_owned());
                self.faults.add(item.span(), format!("the mount `{}` is configured twice", mount.path), help);
            }
            mounts.push(mount);
        }
        mounts
    }

    fn mount(&mut self, value: &Value<'_>) -> Option<ConfiguredMount> {
        let table = self.faults.table(value, "a mount")?;
        let (mut path, mut engine, mut scope) = (None, None, "");
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "path" => {
                    path = self.faults.text(value, "`path`").map(|path| path.trim_matches('/').to_owned());
                }
                "type" => engine = self.faults.text(value, "`type`").map(engine_named),
                "scope" => {
                    let text = self.faults.text(value, "`scope`").unwrap_or_default();
                    if text.starts_with('/') || text.split('/').any(|part| part == "..") {
                        let help =
                            "write it relative to the directory of this file, below which it lies".to_owned();
                        self.faults.add(value.span(), "no file is in this scope".to_owned(), Some(help));
                    }
                    scope = text.trim_start_matches("./").trim_matches('/');
                }
                _ => self.faults.unknown_key(key, &["path", "type", "scope"]),
            }
        }
        if path.as_deref().is_none_or(str::is_empty) {
            self.faults.add(value.span(), "a mount needs a `path`".to_owned(), None);
        }
        if engine.is_none() {
            let help = format!("one of {}, or another engine's name", ENGINES.join(", "));
            self.faults.add(value.span(), "a mount needs a `type`".to_owned(), Some(help));
        }
        Some(ConfiguredMount { path: path?, engine: engine?, scope: self.named_from_root(scope) })
    }

    /// A directory that is written relative to this file, under the name that inputs below it begin with.
    fn named_from_root(&self, directory: &str) -> String {
        let own = self.file.directory.strip_prefix(self.root).unwrap_or(&self.file.directory);
        let own = own.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let name = format!("{own}/{directory}");
        let name = name.trim_end_matches('/');
        if own.is_empty() { name.trim_start_matches('/').to_owned() } else { name.to_owned() }
    }

    /// `target`.
    pub(super) fn target(&mut self, value: &Value<'_>, config: &mut Config) {
        let Some(table) = self.faults.table(value, "`target`") else { return };
        if table.contains_key("vault") || table.contains_key("openbao") {
            config.settings.target = Target::Any;
            config.shown.retain(|key, _| key != "target.vault" && key != "target.openbao");
        }
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            self.server(key, value, &mut config.settings);
        }
    }

    fn server(&mut self, key: &Key<'_>, value: &Value<'_>, settings: &mut Settings) {
        let name = key.get_ref().as_ref();
        if !["vault", "openbao", "kubernetes"].contains(&name) {
            return self.faults.unknown_key(key, &["vault", "openbao", "kubernetes"]);
        }
        let Some(text) = self.faults.text(value, "a version") else { return };
        let Some(version) = server_version(text) else {
            let help = "write major and minor version as text, such as `\"1.20\"`".to_owned();
            return self.faults.add(value.span(), format!("`{text}` is no version"), Some(help));
        };
        match (name, settings.target) {
            ("kubernetes", _) => settings.kubernetes = u8::try_from(version.1).ok(),
            (_, Target::VaultClassic | Target::VaultCurrent | Target::OpenBao) => {
                self.faults.add(key.span(), "two servers at once are no target".to_owned(), None);
            }
            ("openbao", Target::Any) => settings.target = Target::OpenBao,
            (_, Target::Any) if version <= (1, 20) => settings.target = Target::VaultClassic,
            (_, Target::Any) => settings.target = Target::VaultCurrent,
        }
    }
}

fn engine_named(name: &str) -> Engine {
    match name {
        "kv" => Engine::Kv(None),
        "kv-v1" => Engine::Kv(Some(KvVersion::V1)),
        "kv-v2" => Engine::Kv(Some(KvVersion::V2)),
        "kubernetes" => Engine::Kubernetes,
        "database" => Engine::Database,
        "pki" => Engine::Pki,
        "transit" => Engine::Transit,
        other => Engine::Other(other.to_owned()),
    }
}

fn server_version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
    let minor = rest.split('.').next().unwrap_or("0");
    Some((major.parse().ok()?, minor.parse().ok()?))
}
