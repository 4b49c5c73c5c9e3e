use super::*;
use insta::assert_snapshot;
use secrecy::ExposeSecret as _;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut variables = environment(variables);
    variables.entry("HOME".to_owned()).or_insert_with(|| "/home/ann".to_owned());
    Config::load(Some(file.path()), &variables).map_err(|faults| {
        let name = file.path().display().to_string();
        ConfigFaults(faults.0.iter().map(|fault| fault.replace(&name, "FILE")).collect())
    })
}

#[test]
fn the_default_alone_is_sound() {
    let config = Config::load(None, &environment(&[("HOME", "/nowhere")])).unwrap();
    assert_eq!(config.hub.home, Path::new("/nowhere/.signalbox"));
    assert_eq!(config.approval.hold.0.as_secs(), 120);
    assert!(config.model.prices.price_of("claude-opus-5-5").is_some());
}

#[test]
fn file_and_environment_overlay_the_default_in_this_order() {
    let file = "[web]\nlisten = '127.0.0.1:1'\n[approval]\nhold = '5m'\n[limits]\nbudget_usd = 2\n";
    let config = load(file, &[("SIGNALBOX_WEB_LISTEN", "127.0.0.1:2"), ("SIGNALBOX_HOME", "/data")]).unwrap();
    assert_eq!(config.web.listen, "127.0.0.1:2");
    assert_eq!(config.approval.hold.0.as_secs(), 300);
    assert_eq!(config.limits.budget_usd, 2.0);
    assert_eq!(config.hub.home, Path::new("/data"));
}

#[test]
fn all_faults_are_reported_at_once_with_how_to_mend_them() {
    let file = "[web]\nlisten = 8080\nlissten = 'x'\n[nothing]\na = 1\n[queue]\nconcurrency = 'two'\n";
    let faults = load(file, &[("SIGNALBOX_WEB_LISTN", "x"), ("SIGNALBOX_QUEUE_PER_PROJECT", "many")]).unwrap_err();
    assert_snapshot!(faults, @r"
    the configuration has 6 faults to mend:
      - FILE: `nothing` is no key of the configuration
      - FILE: `queue.concurrency` must be a whole number, not string
      - FILE: `web.lissten` is no key of the configuration; did you mean `web.listen`?
      - FILE: `web.listen` must be a text in quotes, not integer
      - SIGNALBOX_QUEUE_PER_PROJECT must be a whole number
      - the environment variable SIGNALBOX_WEB_LISTN names no key of the configuration; did you mean `SIGNALBOX_WEB_LISTEN`?
    ");
}

#[test]
fn contradictions_are_faults_too() {
    let file = "[model]\napi_key = 'a'\noauth_token = 'b'\nbase_url = 'ftp://x'\n[queue]\nconcurrency = 0\n";
    assert_snapshot!(load(file, &[]).unwrap_err(), @r"
    the configuration has 3 faults to mend:
      - set model.api_key or model.oauth_token, not both
      - queue.concurrency must be at least 1
      - model.base_url must begin with https:// (or http://)
    ");
}

#[test]
fn github_says_what_it_lacks() {
    let file = "[github]\napp_id = 'seven'\ntoken = 'x'\napi_url = 'github'\nper_hour = 0\n[web]\nlisten = ''\n";
    assert_snapshot!(load(file, &[]).unwrap_err(), @r"
    the configuration has 8 faults to mend:
      - github.api_url must begin with https:// (or http://)
      - set github.app_id or github.token, not both
      - github.app_id must be a number in quotes
      - github.app_id needs github.private_key
      - github.token needs github.name, the login of its account
      - GitHub needs github.webhook_secret: at least 16 characters, as `openssl rand -hex 32` makes them; set the same where GitHub's webhook is configured
      - GitHub sends to the hub, which needs web.listen
      - github's limits must be more than 0
    ");
    let short = "[github]\ntoken = 'x'\nname = 'signalbox'\nwebhook_secret = 'short'\n";
    assert!(load(short, &[]).unwrap_err().to_string().contains("github.webhook_secret: at least 16 characters"));
    let environment = [("SIGNALBOX_GITHUB_REPOSITORIES", "acme/site, acme/app"), ("SIGNALBOX_GITHUB_TOKEN", "")];
    assert_eq!(load("", &environment).unwrap().github.repositories, ["acme/site", "acme/app"]);
}

#[test]
fn chats_say_what_they_lack() {
    let file = "[telegram]\ntoken = 'nonsense'\nmode = 'webhook'\nchat_per_second = 0\n[web]\nlisten = ''\n[discord]\n\
                token = 'x'\nmode = 'http'\npublic_key = 'zz'\ngateway_url = 'http://x'\n";
    assert_snapshot!(load(file, &[]).unwrap_err(), @r#"
    the configuration has 7 faults to mend:
      - telegram.token must look like 123456:ABC…, as @BotFather gives it
      - telegram.mode "webhook" needs telegram.webhook_url
      - telegram.mode "webhook" needs telegram.webhook_secret: 16 to 256 letters, digits, `_` and `-`, as `openssl rand -hex 32` makes them
      - what is sent to the hub needs web.listen
      - discord.mode "http" needs discord.public_key: 64 hexadecimal digits
      - discord.gateway_url must begin with wss:// (or ws://)
      - telegram's limits must be more than 0
    "#);
}

#[test]
fn a_value_of_the_wrong_form_says_which_form_is_right() {
    let fault = load("[approval]\nhold = 'soon'\n", &[]).unwrap_err().to_string();
    assert!(fault.contains("write it like 90s"), "{fault}");
}

#[test]
fn secrets_come_from_files_and_never_show() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "sk-secret\n").unwrap();
    let config = load("", &[("SIGNALBOX_MODEL_API_KEY_FILE", secret.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.model.api_key.expose_secret(), "sk-secret");
    assert!(!format!("{config:?}").contains("sk-secret"));
    let missing = load("", &[("SIGNALBOX_MODEL_API_KEY_FILE", "/nowhere/key")]).unwrap_err().to_string();
    assert!(missing.contains("SIGNALBOX_MODEL_API_KEY_FILE names /nowhere/key"), "{missing}");
}

#[test]
fn prices_are_the_operators_own_table() {
    let file = "[model.prices]\n'my-model' = { input = 1.0, output = 2.0, cache_write = 0.0, cache_read = 0.0 }\n";
    let config = load(file, &[]).unwrap();
    assert!(config.model.prices.price_of("my-model").is_some());
    assert!(config.model.prices.price_of("claude-opus").is_none());
}

#[test]
fn providers_are_named_by_the_file_and_by_the_environment() {
    let file = "[openid.corp]\nissuer = 'https://id.example.org/'\nclient_id = 'hub'\nscopes = ['groups']\n";
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "s3cret\n").unwrap();
    let variables = [
        ("SIGNALBOX_OPENID_CORP_CLIENT_SECRET_FILE", secret.path().to_str().unwrap()),
        ("SIGNALBOX_OPENID_CORP_LABEL", "The Corp"),
        ("SIGNALBOX_OPENID_GOOGLE_ISSUER", "https://accounts.google.com"),
        ("SIGNALBOX_OPENID_GOOGLE_CLIENT_ID", "hub"),
        ("SIGNALBOX_OPENID_GOOGLE_SECOND_FACTOR", "theirs"),
    ];
    let config = load(file, &variables).unwrap();
    let (corp, google) = (&config.openid["corp"], &config.openid["google"]);
    assert_eq!((corp.label.as_str(), corp.client_secret.expose_secret()), ("The Corp", "s3cret"));
    assert_eq!((corp.scopes.as_slice(), corp.second_factor), (&["groups".to_owned()][..], FactorBy::Ours));
    assert_eq!((google.label.as_str(), google.second_factor), ("google", FactorBy::Theirs), "it is called by its name");
    assert!(load("", &[]).unwrap().openid.is_empty(), "there is none by itself");
}

#[test]
fn what_is_wrong_with_a_provider_is_told_by_its_name() {
    let file = "[openid.Big-Corp]\nissuer = 'http://id.example.org'\nlable = 'x'\n";
    let variables =
        [("SIGNALBOX_OPENID_CORP_CLIENT", "x"), ("SIGNALBOX_OPENID_SMALL_SCOPES", "a b"), ("SIGNALBOX_WEB_LISTEN", "")];
    assert_snapshot!(load(file, &variables).unwrap_err(), @r"
    the configuration has 9 faults to mend:
      - FILE: `openid.Big-Corp.lable` is no key of the configuration; did you mean `openid.Big-Corp.label`?
      - the environment variable SIGNALBOX_OPENID_CORP_CLIENT names no key of the configuration; did you mean `SIGNALBOX_OPENID_BIG-CORP_CLIENT_ID`?
      - openid.Big-Corp: a provider's name has small letters and digits, at most 24
      - openid.Big-Corp.issuer must be its address as the provider names itself, e.g. https://accounts.google.com (http:// only on this machine)
      - openid.Big-Corp needs client_id: the provider gives it to the hub
      - openid.small.issuer must be its address as the provider names itself, e.g. https://accounts.google.com (http:// only on this machine)
      - openid.small needs client_id: the provider gives it to the hub
      - openid.small.scopes must be words without blanks
      - signing in by a provider ([openid.NAME]) needs web.listen
    ");
}
