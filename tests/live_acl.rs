//! Random policies, paths and operations: `eval` against a live server's own answers, capabilities and real requests.
//!
//! `ROLEWRIGHT_LIVE_CASES=N` asks for at least N questions instead of the usual few thousand,
//! `ROLEWRIGHT_LIVE_SEED=N` for other ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod live;

use std::collections::{BTreeSet, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use live::Server;
use serde_json::{Map, Value, json};

const USUAL_CASES: usize = 6_000;
const USUAL_SEED: u64 = 20_261_123;

/// What the server said to one question.
enum Said {
    Capabilities(BTreeSet<String>),
    Allowed(bool),
}

#[test]
fn the_server_says_the_same() {
    let Some(server) = live::server() else { return };
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let cases = number("ROLEWRIGHT_LIVE_CASES").map_or(USUAL_CASES, |cases| cases.try_into().unwrap());
    let seed = number("ROLEWRIGHT_LIVE_SEED").unwrap_or(USUAL_SEED);
    println!("seed {seed}, at least {cases} questions");

    let mut world = World::prepare(server, seed);
    while world.questions.len() < cases {
        world.one_token();
    }
    let answers = eval(&world.questions);
    let (mut wrong, mut allowed, mut requests) = (Vec::new(), 0, 0);
    for ((question, said), answer) in world.questions.iter().zip(&world.said).zip(&answers) {
        let same = match said {
            Said::Capabilities(words) => {
                let ours = answer["capabilities"].as_array().into_iter().flatten();
                ours.map(|word| word.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>() == *words
            }
            Said::Allowed(said) => {
                requests += 1;
                allowed += usize::from(*said);
                answer["allowed"] == *said
            }
        };
        if !same {
            let said = match said {
                Said::Capabilities(words) => format!("{words:?}"),
                Said::Allowed(said) => format!("allowed: {said}"),
            };
            wrong.push(format!("{question}\n  server {said}\n  eval   {answer}"));
        }
    }
    println!("{} questions, {requests} of them requests, {allowed} of these allowed", answers.len());
    assert!(
        wrong.is_empty(),
        "seed {seed}: {} of {} wrong\n{}",
        wrong.len(),
        answers.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    // Neither all nor none: the comparison would show nothing.
    assert!((requests / 10..requests * 9 / 10).contains(&allowed), "{allowed} of {requests} allowed");
}

fn eval(questions: &[Value]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewright"))
        .args(["eval", "--dialect", "openbao"])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || to.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

struct World {
    server: Server,
    dice: Dice,
    /// Secrets that are there, by the path of the API.
    there: HashSet<String>,
    questions: Vec<Value>,
    said: Vec<Said>,
}

const SEGMENTS: [&str; 5] = ["a", "b", "ab", "team", "x"];

impl World {
    /// Mounts, one kv of each version, and some secrets in them.
    fn prepare(server: Server, seed: u64) -> World {
        server.put("sys/mounts/kv1", json!({"type": "kv", "options": {"version": "1"}}));
        server.put("sys/mounts/kv2", json!({"type": "kv", "options": {"version": "2"}}));
        // The second one is upgraded in the background.
        let started = std::time::Instant::now();
        while server.request("PUT", "kv2/data/ready", Some(&json!({"data": {}}))).0 != 200 {
            assert!(started.elapsed().as_secs() < 20, "the mount does not come up");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let mut there = HashSet::new();
        for segment in ["a", "team"] {
            server.put(&format!("kv1/{segment}/{segment}"), json!({"k": "v"}));
            server.put(&format!("kv2/data/{segment}/{segment}"), json!({"data": {"k": "v"}}));
            there.extend([format!("kv1/{segment}/{segment}"), format!("kv2/data/{segment}/{segment}")]);
        }
        World { server, dice: Dice(seed), there, questions: Vec::new(), said: Vec::new() }
    }

    /// A token with policies made up for it, its capabilities on some paths, and some requests made with it.
    fn one_token(&mut self) {
        let count = 1 + self.dice.below(3);
        let policies: Vec<Value> = (0..count)
            .map(|at| {
                let name = format!("p{at}");
                let text = self.dice.policy();
                self.server.put(&format!("sys/policies/acl/{name}"), json!({"policy": text}));
                json!({"name": name, "text": text})
            })
            .collect();
        let names: Vec<&str> = policies.iter().filter_map(|policy| policy["name"].as_str()).collect();
        let issued = self.server.put(
            "auth/token/create",
            json!({"policies": names, "no_default_policy": true, "no_parent": true, "ttl": "5m"}),
        );
        let token = issued["auth"]["client_token"].as_str().unwrap().to_owned();
        self.capabilities(&policies, &token);
        for _ in 0..20 {
            self.request(&policies, &token);
        }
        self.server.put("auth/token/revoke", json!({"token": token}));
    }

    fn capabilities(&mut self, policies: &[Value], token: &str) {
        let paths: BTreeSet<String> = (0..24).map(|_| self.dice.any_path()).collect();
        let said = self.server.put("sys/capabilities", json!({"token": token, "paths": paths}));
        for path in paths {
            let words = said["data"][&path].as_array().unwrap_or_else(|| panic!("{path}: {said}"));
            let words = words.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
            self.questions.push(json!({"policies": policies, "path": path, "operation": "read"}));
            self.said.push(Said::Capabilities(words));
        }
    }

    fn request(&mut self, policies: &[Value], token: &str) {
        let version = 1 + self.dice.below(2);
        let secret = format!("{}/{}", self.dice.segment(), self.dice.segment());
        let path = if version == 1 { format!("kv1/{secret}") } else { format!("kv2/data/{secret}") };
        let metadata = format!("kv2/metadata/{secret}");
        let wrap_ttl = self.dice.one_in(4).then(|| 30 * (1 + self.dice.below(6)));
        let fields = self.dice.fields();
        let body = if version == 1 { json!(fields) } else { json!({"data": fields}) };
        let is_there = self.there.contains(&path);
        let (method, path, operation, body) = match self.dice.below(8) {
            0 | 1 => ("GET", path, "read", None),
            2 if version == 1 => ("LIST", format!("kv1/{}", self.dice.segment()), "list", None),
            2 => ("LIST", format!("kv2/metadata/{}", self.dice.segment()), "list", None),
            3..=5 => ("POST", path, if is_there { "update" } else { "create" }, Some(body)),
            6 if version == 2 => ("PATCH", path, "patch", Some(body)),
            6 => ("DELETE", path, "delete", None),
            _ if version == 2 && self.dice.one_in(2) => ("DELETE", metadata.clone(), "delete", None),
            _ => ("DELETE", path, "delete", None),
        };
        let status = send(&self.server, token, method, &path, body.as_ref(), wrap_ttl);
        let allowed = status != 403;
        if allowed && (200..300).contains(&status) {
            match method {
                "POST" => drop(self.there.insert(path.clone())),
                "DELETE" if path == metadata => drop(self.there.remove(&format!("kv2/data/{secret}"))),
                "DELETE" if version == 1 => drop(self.there.remove(&path)),
                _ => {}
            }
        }
        let slash = if operation == "list" { "/" } else { "" };
        let mut question =
            json!({"policies": policies, "path": format!("{path}{slash}"), "operation": operation});
        if let Some(body) = body {
            question["data"] = body;
        }
        if let Some(ttl) = wrap_ttl {
            question["wrap_ttl"] = ttl.into();
        }
        self.questions.push(question);
        self.said.push(Said::Allowed(allowed));
    }
}

/// The status of a request; what is in the answer does not matter.
fn send(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
    wrap_ttl: Option<usize>,
) -> u16 {
    let host = server.addr.strip_prefix("http://").unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let wrapping = wrap_ttl.map(|ttl| format!("X-Vault-Wrap-TTL: {ttl}s\r\n")).unwrap_or_default();
    let head = format!(
        "{method} /v1/{path} HTTP/1.1\r\nHost: {host}\r\nX-Vault-Token: {token}\r\n{wrapping}\
         Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status line");
    // Anything else would not tell whether the policies were asked at all.
    assert!(matches!(status, 200 | 204 | 400 | 403 | 404 | 405), "{method} {path}: {status}\n{answer}");
    status
}

/// A small generator of numbers and of all that is made up from them.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }

    fn segment(&mut self) -> &'static str {
        self.pick(&SEGMENTS)
    }

    fn policy(&mut self) -> String {
        (0..1 + self.below(7)).map(|_| self.rule()).collect()
    }

    fn rule(&mut self) -> String {
        let mut rule = format!("path \"{}\" {{\n", self.label());
        let words = ["read", "list", "create", "update", "delete", "patch", "scan", "sudo"];
        let held: BTreeSet<&str> = match self.below(9) {
            0 => BTreeSet::from(["deny"]),
            1 => BTreeSet::new(),
            2 => words.into_iter().collect(),
            count => (0..count).map(|_| self.pick(&words)).collect(),
        };
        let held: Vec<String> = held.iter().map(|word| format!("\"{word}\"")).collect();
        rule += &format!("  capabilities = [{}]\n", held.join(", "));
        if self.one_in(6) {
            rule += &format!("  allowed_parameters = {{ {} }}\n", self.constraint());
        }
        if self.one_in(8) {
            rule += &format!("  denied_parameters = {{ {} }}\n", self.constraint());
        }
        if self.one_in(10) {
            rule += &format!("  required_parameters = [\"{}\"]\n", self.pick(&["k", "n", "data", "K"]));
        }
        match self.below(14) {
            0 => rule += "  min_wrapping_ttl = \"1m\"\n",
            1 => rule += "  max_wrapping_ttl = 90\n",
            2 => rule += "  min_wrapping_ttl = 60\n  max_wrapping_ttl = \"2m\"\n",
            _ => {}
        }
        rule + "}\n"
    }

    fn constraint(&mut self) -> String {
        let pairs: BTreeSet<&str> =
            (0..1 + self.below(3)).map(|_| self.pick(&["k", "n", "data", "*", "options"])).collect();
        let pairs = pairs.into_iter().map(|name| {
            let values =
                self.pick(&["[]", "[\"v\"]", "[\"v*\", \"w\"]", "[\"*v\"]", "[1]", "[true]", "[\"\"]"]);
            format!("\"{name}\" = {values}")
        });
        pairs.collect::<Vec<_>>().join(", ")
    }

    fn label(&mut self) -> String {
        let mount = self.pick(&["kv1", "kv1", "kv2/data", "kv2/data", "kv2/metadata", "+", "kv2/+"]);
        let mut label = mount.to_owned();
        for _ in 0..self.below(3) {
            let segment = self.pick(&["a", "b", "ab", "team", "x", "+", "+", "a", "team"]);
            label += &format!("/{segment}");
        }
        match self.below(12) {
            0..=4 => label + "/*",
            5 if !label.ends_with('+') => label + "*",
            6 => label + "/",
            7 => label + "/a*",
            8 => self
                .pick(&["*", "kv*", "kv1/*", "kv2/*", "+/data/*", "/kv1/a/*", "sys/*", "+/+/+"])
                .to_owned(),
            _ => label,
        }
    }

    fn any_path(&mut self) -> String {
        let mount = self.pick(&["kv1", "kv1", "kv2/data", "kv2/data", "kv2/metadata", "sys", "kv", "kv2"]);
        let mut path = mount.to_owned();
        for _ in 0..self.below(4) {
            path += &format!("/{}", self.pick(&["a", "b", "ab", "team", "x", "aa", "+", "*"]));
        }
        if self.one_in(4) { path + "/" } else { path }
    }

    /// The fields of a secret, or the parameters of a request.
    fn fields(&mut self) -> Map<String, Value> {
        let values = [json!("v"), json!("vv"), json!("w"), json!(""), json!(1), json!(true), json!(["v"])];
        (0..1 + self.below(3))
            .map(|_| {
                let name = self.pick(&["k", "n", "K", "other"]).to_owned();
                (name, values[self.below(values.len())].clone())
            })
            .collect()
    }
}
