//! Judges a request to the model before it is sent.
//!
//! The model's API can be made to fetch addresses and to run programs; through it a sandbox without a network would
//! have one. So what is not known to be harmless is refused, new names included: known are the fields that the CLI
//! sends, tools that the CLI itself executes, and content that is carried in the request.

use super::allowance::{Allowance, ModelRule};
use super::document::Json;
use super::notice::printable;
use super::refusal::Refusal;

/// What the gateway must know of a request that may pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) model: String,
    /// The most that the model may write; nothing for a count of tokens.
    pub(super) max_tokens: u64,
}

const FIELDS: [&str; 21] = [
    "model",
    "messages",
    "system",
    "max_tokens",
    "metadata",
    "stop_sequences",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "tools",
    "tool_choice",
    "thinking",
    "service_tier",
    "inference_geo",
    "context_management",
    "output_config",
    "output_format",
    "cache_control",
    "diagnostics",
    "speed",
];
const MESSAGE_FIELDS: [&str; 4] = ["role", "content", "output_config", "clear_at"];
/// Blocks that carry all they have with them. What they hold in `content` and `source` is judged as well.
const BLOCKS: [&str; 12] = [
    "text",
    "image",
    "document",
    "search_result",
    "thinking",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "tool_reference",
    "tool_addition",
    "tool_removal",
    "compaction",
];
const SOURCES: [&str; 3] = ["base64", "text", "content"];
/// Beginnings of the types of those tools of the API's that the client executes.
const CLIENT_TOOLS: [&str; 4] = ["bash_", "text_editor_", "computer_", "memory_"];
const LONGEST_MODEL_NAME: usize = 128;

type Verdict = Result<(), Refusal>;

/// Whether the request may be sent under this allowance.
pub(super) fn screen(request: &Json, allowance: &Allowance) -> Result<Asked, Refusal> {
    let Json::Object(fields) = request else {
        return Err(malformed("it is not an object"));
    };
    let model = request.get("model").and_then(Json::text).ok_or_else(|| malformed("it names no model"))?;
    check_model(model, allowance)?;
    check_price(request)?;
    check_tool_models(request, allowance)?;
    let screen = Screen { named: &allowance.server_features };
    fields.iter().try_for_each(|(name, _)| screen.known(name, &FIELDS, "the field"))?;
    request.get("messages").map_or(Ok(()), |messages| screen.check_messages(messages))?;
    request.get("system").map_or(Ok(()), |system| screen.check_content(system))?;
    request.get("tools").map_or(Ok(()), |tools| each(tools, "tools", |tool| screen.check_tool(tool)))?;
    let max_tokens = request.get("max_tokens").and_then(Json::whole_number).unwrap_or(0);
    Ok(Asked { model: model.to_owned(), max_tokens })
}

fn check_model(model: &str, allowance: &Allowance) -> Verdict {
    match model.len() <= LONGEST_MODEL_NAME && allowance.allows_model(model) {
        true => Ok(()),
        false => Err(Refusal::Model(printable(model, LONGEST_MODEL_NAME))),
    }
}

/// What would make another model answer, or the same one at another price, passes by the allow-list and the budget.
fn check_price(request: &Json) -> Verdict {
    if request.get("fallbacks").is_some() {
        return Err(feature("the field `fallbacks`"));
    }
    match request.get("speed") {
        None | Some(Json::Null) => Ok(()),
        Some(speed) if speed.text() == Some("standard") => Ok(()),
        Some(_) => Err(feature("a `speed` with another price")),
    }
}

/// Server tools that ask another model must ask one that is allowed.
fn check_tool_models(request: &Json, allowance: &Allowance) -> Verdict {
    let Some(Json::List(tools)) = request.get("tools") else {
        return Ok(());
    };
    let mut models = tools.iter().filter_map(|tool| tool.get("model"));
    models.try_for_each(|model| check_model(model.text().unwrap_or_default(), allowance))
}

/// Judges content, with what the policy names.
struct Screen<'a> {
    named: &'a [ModelRule],
}

impl Screen<'_> {
    fn check_messages(&self, messages: &Json) -> Verdict {
        each(messages, "messages", |message| {
            let Json::Object(fields) = message else {
                return Err(malformed("a message is not an object"));
            };
            fields.iter().try_for_each(|(name, _)| self.known(name, &MESSAGE_FIELDS, "the message field"))?;
            message.get("content").map_or(Ok(()), |content| self.check_content(content))
        })
    }

    /// Content is a text or a list of blocks, which may hold content again.
    fn check_content(&self, content: &Json) -> Verdict {
        match content {
            Json::Text(_) | Json::Null => Ok(()),
            Json::List(blocks) => blocks.iter().try_for_each(|block| self.check_block(block)),
            Json::Object(_) | Json::Bool(_) | Json::Number(_) => Err(malformed("content is neither text nor blocks")),
        }
    }

    fn check_block(&self, block: &Json) -> Verdict {
        self.known(type_of(block)?, &BLOCKS, "content of the type")?;
        block.get("content").map_or(Ok(()), |content| self.check_content(content))?;
        block.get("source").map_or(Ok(()), |source| self.check_source(source))?;
        match type_of(block)? {
            "tool_addition" => block.get("tool").map_or(Ok(()), |tool| self.check_added_tool(tool)),
            _ => Ok(()),
        }
    }

    /// A search result's source is a text that nobody fetches.
    fn check_source(&self, source: &Json) -> Verdict {
        if source.text().is_some() {
            return Ok(());
        }
        self.known(type_of(source)?, &SOURCES, "a source of the type")?;
        source.get("content").map_or(Ok(()), |content| self.check_content(content))
    }

    fn check_added_tool(&self, tool: &Json) -> Verdict {
        match type_of(tool)? {
            "tool_reference" => Ok(()),
            "tool_definition" => tool.get("definition").map_or(Ok(()), |tool| self.check_tool(tool)),
            other => self.known(other, &[], "an added tool of the type"),
        }
    }

    fn check_tool(&self, tool: &Json) -> Verdict {
        let Json::Object(_) = tool else {
            return Err(malformed("a tool is not an object"));
        };
        let kind = match tool.get("type") {
            None | Some(Json::Null) => return Ok(()),
            Some(kind) => kind.text().ok_or_else(|| malformed("a tool's `type` is not a text"))?,
        };
        match kind == "custom" || CLIENT_TOOLS.iter().any(|start| kind.starts_with(start)) {
            true => Ok(()),
            false => self.known(kind, &[], "the tool"),
        }
    }

    /// Whether a name is known to be harmless, or the policy names it.
    fn known(&self, name: &str, names: &[&str], what: &str) -> Verdict {
        match names.contains(&name) || self.names(name) || self.is_trace(name) {
            true => Ok(()),
            false => Err(feature(&format!("{what} `{}`", printable(name, 64)))),
        }
    }

    fn names(&self, name: &str) -> bool {
        self.named.iter().any(|rule| rule.covers(name))
    }

    /// What a server tool leaves in the conversation comes back with every later request.
    fn is_trace(&self, name: &str) -> bool {
        !self.named.is_empty() && (name == "server_tool_use" || name.ends_with("_tool_result"))
    }
}

fn each(list: &Json, name: &str, check: impl Fn(&Json) -> Verdict) -> Verdict {
    match list {
        Json::List(items) => items.iter().try_for_each(check),
        _ => Err(malformed(&format!("`{name}` is not a list"))),
    }
}

fn type_of(value: &Json) -> Result<&str, Refusal> {
    value.get("type").and_then(Json::text).ok_or_else(|| malformed("a block or a source has no `type`"))
}

fn malformed(reason: &str) -> Refusal {
    Refusal::Malformed(reason.to_owned())
}

fn feature(what: &str) -> Refusal {
    Refusal::Feature(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn judged(request: &Value, named: &[&str]) -> Result<Asked, Refusal> {
        let server_features = named.iter().copied().map(ModelRule::new).collect();
        let allowance = Allowance { models: vec![ModelRule::new("claude-*")], server_features, ..Allowance::default() };
        screen(&Json::parse(request.to_string().as_bytes(), 10_000).unwrap(), &allowance)
    }

    fn with(field: &str, value: Value) -> Value {
        let mut request = json!({"model": "claude-x", "max_tokens": 9, "messages": []});
        request[field] = value;
        request
    }

    fn with_content(content: Value) -> Value {
        with("messages", json!([{"role": "user", "content": content}]))
    }

    #[rstest]
    #[case::web_search(with("tools", json!([{"type": "web_search_20250305", "name": "web_search"}])))]
    #[case::code(with("tools", json!([{"name": "ok"}, {"type": "code_execution_20250825", "name": "x"}])))]
    #[case::unknown_tool(with("tools", json!([{"type": "brand_new_20300101", "name": "x"}])))]
    #[case::mcp(with("mcp_servers", json!([{"type": "url", "url": "https://evil.example", "name": "x"}])))]
    #[case::container(with("container", json!({"skills": []})))]
    #[case::unknown_field(with("thread", json!({"type": "create"})))]
    #[case::image_by_url(with_content(json!([{"type": "image", "source": {"type": "url", "url": "https://e.example"}}])))]
    #[case::file(with_content(json!([{"type": "document", "source": {"type": "file", "file_id": "f"}}])))]
    #[case::in_a_result(with_content(json!([{"type": "tool_result", "tool_use_id": "t", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://e.example"}}]}])))]
    #[case::in_a_document(with_content(json!([{"type": "document", "source": {"type": "content", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://e.example"}}]}}])))]
    #[case::in_the_system_prompt(with("system", json!([{"type": "image", "source": {"type": "url", "url": "u"}}])))]
    #[case::upload(with_content(json!([{"type": "container_upload", "file_id": "f"}])))]
    #[case::added_tool(with_content(json!([{"type": "tool_addition", "tool": {"type": "tool_definition",
        "definition": {"type": "web_fetch_20250910", "name": "web_fetch"}}}])))]
    #[case::added_mcp(with_content(json!([{"type": "tool_addition", "tool": {"type": "mcp_toolset"}}])))]
    #[case::message_field(with("messages", json!([{"role": "user", "content": "x", "tools": []}])))]
    fn what_reaches_out_needs_the_policy_to_name_it(#[case] request: Value) {
        assert!(matches!(judged(&request, &[]), Err(Refusal::Feature(_))), "{request}");
        assert!(judged(&request, &["*"]).is_ok(), "{request}");
    }

    #[rstest]
    #[case(with("tools", json!([{"name": "a"}, {"type": "custom", "name": "b"}, {"type": "bash_20250124", "name": "bash"},
        {"type": "text_editor_20250728", "name": "e"}, {"type": "memory_20250818", "name": "m"}])))]
    #[case(with_content(json!("plain")))]
    #[case(with_content(json!([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": ""}},
        {"type": "tool_use", "id": "t", "name": "x", "input": {"source": {"type": "url"}, "type": "url", "mcp_servers": 1}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": ""},
            {"type": "tool_reference", "tool_name": "x"}]},
        {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "x"}},
        {"type": "search_result", "source": "https://e.example", "title": "", "content": [{"type": "text", "text": ""}]}])))]
    #[case(with("context_management", json!({"edits": []})))]
    fn what_the_cli_sends_passes(#[case] request: Value) {
        assert_eq!(judged(&request, &[]), Ok(Asked { model: "claude-x".to_owned(), max_tokens: 9 }), "{request}");
    }

    #[rstest]
    #[case(with("messages", json!({})))]
    #[case(with("messages", json!(["x"])))]
    #[case(with("tools", json!({"0": {"type": "web_search_20250305"}})))]
    #[case(with("tools", json!([{"type": ["web_search_20250305"]}])))]
    #[case(with_content(json!({"type": "image"})))]
    #[case(with_content(json!([{"source": {"type": "url"}}])))]
    #[case(with("model", json!(null)))]
    #[case(json!([]))]
    fn what_has_an_unknown_shape_is_refused(#[case] request: Value) {
        assert!(matches!(judged(&request, &[]), Err(Refusal::Malformed(_))), "{request}");
    }

    #[rstest]
    #[case(with("model", json!("other")))]
    #[case(with("model", json!(format!("claude-{}", "x".repeat(200)))))]
    #[case(with("tools", json!([{"type": "advisor_20260301", "model": "other"}])))]
    fn a_model_off_the_list_is_refused_even_with_server_features(#[case] request: Value) {
        assert!(matches!(judged(&request, &["*"]), Err(Refusal::Model(_))), "{request}");
    }

    #[rstest]
    #[case(with("fallbacks", json!("default")))]
    #[case(with("speed", json!("fast")))]
    fn another_price_is_refused_even_with_server_features(#[case] request: Value) {
        assert!(matches!(judged(&request, &["*"]), Err(Refusal::Feature(_))), "{request}");
    }

    #[test]
    fn the_policy_opens_what_it_names_and_nothing_else() {
        let search = with("tools", json!([{"type": "web_search_20250305", "name": "web_search"}]));
        let fetch = with("tools", json!([{"type": "web_fetch_20250910", "name": "web_fetch"}]));
        let trace = with_content(json!([{"type": "server_tool_use", "id": "t"}, {"type": "web_search_tool_result"}]));
        assert!(judged(&search, &["web_search_*"]).is_ok());
        assert!(judged(&trace, &["web_search_*"]).is_ok());
        for request in [fetch, with("mcp_servers", json!([]))] {
            assert!(matches!(judged(&request, &["web_search_*"]), Err(Refusal::Feature(_))), "{request}");
        }
    }
}
