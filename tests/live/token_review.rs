//! A stand-in for the API server of a cluster: it answers TokenReviews and tells the labels of namespaces, over plain
//! HTTP on loopback, as long as the process lives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The token that a server reviews with; what is stored as `token_reviewer_jwt`.
pub const REVIEWER: &str = "reviewer";

/// The audience that the API server takes for its own.
pub const API_AUDIENCE: &str = "https://kubernetes.default.svc";

/// Kubernetes namespaces with their labels.
pub type Namespaces = BTreeMap<String, BTreeMap<String, String>>;

/// Starts an API server that knows these namespaces; its URL.
pub fn start(namespaces: Namespaces) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let namespaces = namespaces.clone();
            thread::spawn(move || serve(stream, &namespaces));
        }
    });
    url
}

/// A JWT of a service account as a projected volume gives it. Nobody checks its signature.
pub fn jwt(namespace: &str, name: &str, audiences: &[&str]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": API_AUDIENCE,
        "aud": audiences,
        "exp": now + 3600,
        "iat": now,
        "nbf": now,
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid(namespace, name)}},
    });
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}.{}", part(&header), part(&claims), base64url(b"no signature"))
}

/// The uid that a service account has here.
pub fn uid(namespace: &str, name: &str) -> String {
    format!("uid-of-{namespace}-{name}")
}

/// Answers requests until the other side has no more.
fn serve(stream: TcpStream, namespaces: &Namespaces) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((line, bearer, body)) = request(&mut reader) {
        let (status, answer) = answer(&line, &bearer, &body, namespaces);
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}",
            answer.len()
        );
        if stream.write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Method and path, bearer token, body.
fn request(reader: &mut impl BufRead) -> Option<(String, String, Vec<u8>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let (mut bearer, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_lowercase().as_str() {
            "authorization" => bearer = value.trim().trim_start_matches("Bearer ").to_owned(),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = first.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    Some((line, bearer, body))
}

fn answer(line: &str, bearer: &str, body: &[u8], namespaces: &Namespaces) -> (&'static str, Value) {
    if bearer != REVIEWER && !audiences(bearer).iter().any(|audience| audience == API_AUDIENCE) {
        return ("401 Unauthorized", status(401, "Unauthorized", "Unauthorized"));
    }
    if line == "POST /apis/authentication.k8s.io/v1/tokenreviews" {
        let review: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        return ("201 Created", reviewed(&review["spec"]));
    }
    let namespace = line.strip_prefix("GET /api/v1/namespaces/");
    match namespace.and_then(|name| Some((name, namespaces.get(name)?))) {
        Some((name, labels)) => {
            let metadata = json!({"name": name, "labels": labels});
            ("200 OK", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
        }
        None => ("404 Not Found", status(404, "NotFound", "not found")),
    }
}

/// The TokenReview with its status: the token is genuine, but it has to be made for one of the audiences.
fn reviewed(spec: &Value) -> Value {
    let token = spec["token"].as_str().unwrap_or_default();
    let claims = claims(token);
    let wanted: Vec<&str> =
        spec["audiences"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let held = audiences(token);
    let common: Vec<&String> = held
        .iter()
        .filter(|audience| match wanted.is_empty() {
            true => *audience == API_AUDIENCE,
            false => wanted.contains(&audience.as_str()),
        })
        .collect();
    let status = if common.is_empty() {
        json!({"error": format!("token audiences {held:?} is invalid for the target audiences {wanted:?}")})
    } else {
        let namespace = claims["kubernetes.io"]["namespace"].as_str().unwrap_or_default();
        let groups = [
            "system:serviceaccounts",
            &format!("system:serviceaccounts:{namespace}"),
            "system:authenticated",
        ];
        let uid = &claims["kubernetes.io"]["serviceaccount"]["uid"];
        let user = json!({"username": claims["sub"], "uid": uid, "groups": groups});
        json!({"authenticated": true, "user": user, "audiences": common})
    };
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec, "status": status})
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message})
}

fn audiences(token: &str) -> Vec<String> {
    let claims = claims(token);
    claims["aud"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).and_then(unbase64url);
    claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or(Value::Null)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().enumerate().fold(0, |group, (at, byte)| group | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(group >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

fn unbase64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut group, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|digit| *digit == byte)?;
        group = group << 6 | u32::try_from(digit).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits & 255) as u8);
        }
    }
    Some(bytes)
}
