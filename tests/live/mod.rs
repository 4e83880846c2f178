//! A real server on loopback, and the tools that the live tests call. `sh tests/prepare.sh` puts them in place.
//!
//! Where they are absent, every function here answers `None` once it has said so, and the test passes without them.
#![allow(dead_code)]

pub mod token_review;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A development server that holds for the test binary; one `secret/` mount (kv, version 2) is there.
#[derive(Debug, Clone)]
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub addr: String,
    /// The root token.
    pub token: String,
    /// The namespace that requests go to, `""` for the root.
    pub namespace: String,
}

/// The server, started at the first call; `None` (said on stderr) where its program is absent.
pub fn server() -> Option<Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| tool("bao").map(|bao| start(&bao))).clone()
}

/// The path of a prepared tool; `None` (said on stderr) where it is absent.
///
/// With `ROLEWRIGHT_LIVE=required`, as `tests/run.sh` sets it, an absent tool is a failure.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".venv/tools").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(!all_is_required(), "{name} is absent; run `sh tests/prepare.sh`");
    leave_out(&format!("tests that need `{name}` (run `sh tests/prepare.sh` to have them)"));
    None
}

/// True if `ROLEWRIGHT_LIVE=required`, as `tests/run.sh` sets it; else says that `what`, which takes a minute or two, is
/// left out.
pub fn all_is_wanted(what: &str) -> bool {
    let wanted = all_is_required();
    if !wanted {
        leave_out(&format!("{what} (`sh tests/run.sh` has it)"));
    }
    wanted
}

fn all_is_required() -> bool {
    std::env::var_os("ROLEWRIGHT_LIVE").is_some_and(|value| value == "required")
}

/// Past the capture of the test harness: who runs the tests is to know what was left out.
fn leave_out(what: &str) {
    drop(std::io::stderr().write_all(format!("left out: {what}\n").as_bytes()));
}

impl Server {
    /// The same server with requests going to a namespace of its own, which is made here.
    pub fn isolated(&self, namespace: &str) -> Server {
        self.put(&format!("sys/namespaces/{namespace}"), json!({}));
        Server { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// `data` of a read; `None` if there is nothing.
    pub fn get(&self, path: &str) -> Option<Value> {
        match self.request("GET", path, None) {
            (200, answer) => Some(answer["data"].clone()),
            (404, _) => None,
            (status, answer) => panic!("GET {path}: {status} {answer}"),
        }
    }

    /// A write that must succeed.
    pub fn put(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.request("PUT", path, Some(&body));
        assert!(matches!(status, 200 | 204), "PUT {path}: {status} {answer}");
        answer
    }

    /// The keys of a list; empty if there is nothing.
    pub fn list(&self, path: &str) -> Vec<String> {
        match self.request("LIST", path, None) {
            (200, answer) => {
                let keys = answer["data"]["keys"].as_array().cloned().unwrap_or_default();
                keys.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            (404, _) => Vec::new(),
            (status, answer) => panic!("LIST {path}: {status} {answer}"),
        }
    }

    /// A delete that must succeed.
    pub fn delete(&self, path: &str) {
        let (status, answer) = self.request("DELETE", path, None);
        assert!(matches!(status, 200 | 204), "DELETE {path}: {status} {answer}");
    }

    /// Any request; `path` without `v1/` and not yet escaped. The answer is `null` where it has no body.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let host = self.addr.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "{method} /v1/{} HTTP/1.1\r\nHost: {host}\r\nX-Vault-Token: {}\r\nX-Vault-Namespace: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            escaped(path),
            self.token,
            self.namespace,
            body.len()
        );
        // In one piece: two would wait for each other.
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        parse_answer(&answer)
    }
}

fn start(bao: &std::path::Path) -> Server {
    // When the test process ends, however it ends, its end of the pipe closes, and the shell ends the server.
    static LIFE: Mutex<Vec<Child>> = Mutex::new(Vec::new());
    for _ in 0..3 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server {
            addr: format!("http://127.0.0.1:{port}"),
            token: "rolewright-test".to_owned(),
            namespace: String::new(),
        };
        let child = Command::new("sh")
            .args([
                "-c",
                r#""$@" >/dev/null 2>&1 & server=$!; read -r _; kill "$server"; wait "$server""#,
                "sh",
            ])
            .arg(bao)
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .arg(format!("-dev-root-token-id={}", server.token))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        LIFE.lock().unwrap().push(child);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if TcpStream::connect(("127.0.0.1", port)).is_ok()
                && server.request("GET", "sys/health", None).0 == 200
                && server.request("GET", "sys/mounts/secret", None).0 == 200
            {
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    panic!("the development server did not come up");
}

fn escaped(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~?=&".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn parse_answer(answer: &[u8]) -> (u16, Value) {
    let split = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole answer");
    let head = String::from_utf8_lossy(&answer[..split]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status line");
    let mut body = answer[split + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = unchunked(&body);
    }
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}
