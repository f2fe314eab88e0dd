//! The original store's HTTP interface, in the words of the command line tool that people used for it.
//!
//! `curl "http://localhost:8080/set?key=k&value=v"` and `.../get?key=k`, with the original's answers.
//! A host named after a node asks that node.

use crate::cluster::{Answer, Consistency, Operation};
use crate::raft::NodeId;
use crate::store::{Command, Key, Outcome, Value};

/// A request in the original's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curl {
    /// What it asks, or the answer it gets at once since the request is bad.
    pub call: Result<Operation, CurlAnswer>,
    /// The node that the URL's host names.
    pub via: Option<NodeId>,
}

/// What the original's server would have answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurlAnswer {
    /// The HTTP status.
    pub status: u16,
    pub body: String,
}

impl Curl {
    /// Reads a URL; `None` where it is none.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://").unwrap_or(url);
        let (host, path) = rest.split_once('/')?;
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        let via = name.strip_prefix('n').and_then(|digits| digits.parse().ok()).map(NodeId);
        if via.is_none() && name != "localhost" && name != "127.0.0.1" {
            return None;
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Some(Self { call: read_call(path, query), via })
    }
}

fn read_call(path: &str, query: &str) -> Result<Operation, CurlAnswer> {
    let parameter = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.ok_or_else(|| bad_request(format!("the parameter `{name}` is missing")))
    };
    let refuse = |error: crate::store::LimitError| bad_request(error.to_string());
    let key = || Key::new(parameter("key")?).map_err(refuse);
    match path {
        "set" => {
            let key = key()?;
            let value = Value::new(parameter("value")?).map_err(refuse)?;
            Ok(Operation::Write(Command::Set { key, value }))
        }
        "get" => Ok(Operation::Read { key: key()?, consistency: Consistency::Linearizable }),
        _ => Err(CurlAnswer { status: 404, body: "404 page not found".to_string() }),
    }
}

fn bad_request(body: String) -> CurlAnswer {
    CurlAnswer { status: 400, body }
}

impl CurlAnswer {
    /// What the original would have answered where the cluster answers this.
    pub fn from_answer(answer: &Answer) -> Self {
        let (status, body) = match answer {
            Answer::Outcome(Outcome::Written) => (200, r#"{"status":"success"}"#.to_string()),
            Answer::Value(Some(value)) => (200, format!("{{\"value\":{}}}", json(value.as_str()))),
            Answer::Value(None) => (404, "Key not found".to_string()),
            other => (503, other.to_string()),
        };
        Self { status, body }
    }

    /// The lines that a terminal shows: the body, after the status where that is no success.
    pub fn lines(&self) -> Vec<String> {
        let status = (self.status != 200).then(|| format!("HTTP status {}", self.status));
        status.into_iter().chain([self.body.clone()]).collect()
    }
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_originals_urls_are_understood() {
        let curl = Curl::parse("http://localhost:8080/set?key=my+Key&value=a%26b").unwrap();
        assert_eq!(curl.call.unwrap().to_string(), "set \"my Key\" a&b");
        let get = Curl::parse("http://n3:8080/get?key=k").unwrap();
        assert_eq!((get.call.unwrap().to_string().as_str(), get.via), ("get k", Some(NodeId(3))));
        assert_eq!(Curl::parse("http://example.org/get?key=k"), None);
    }

    #[test]
    fn bad_requests_are_answered_at_once() {
        let status = |url| Curl::parse(url).unwrap().call.unwrap_err().status;
        assert_eq!(status("http://localhost:8080/set?key=k"), 400);
        assert_eq!(status("http://localhost:8080/get"), 400);
        assert_eq!(status("http://localhost:8080/get?key="), 400);
        assert_eq!(status("http://localhost:8080/shutdown"), 404);
    }

    #[test]
    fn answers_are_the_originals() {
        let body = |answer| CurlAnswer::from_answer(&answer).lines();
        assert_eq!(body(Answer::Outcome(Outcome::Written)), [r#"{"status":"success"}"#]);
        let value = Answer::Value(Some(Value::new("a\"b").unwrap()));
        assert_eq!(body(value), [r#"{"value":"a\"b"}"#]);
        assert_eq!(body(Answer::Value(None)), ["HTTP status 404", "Key not found"]);
    }
}
