//! The library that the bot uses, against the stand-in: its types take what the server sends.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use signalbox_testkit::discord::{Beginning, DiscordServer, Fault, Interaction, ResponseKind};
use twilight_gateway::{ConfigBuilder, Event, EventTypeFlags, Intents, Session, Shard, ShardId, StreamExt as _};
use twilight_model::application::command::{Command, CommandType};
use twilight_model::application::interaction::application_command::CommandOptionValue;
use twilight_model::application::interaction::modal::ModalInteractionComponent;
use twilight_model::application::interaction::{InteractionData, InteractionType};
use twilight_model::channel::thread::ThreadsListing;
use twilight_model::channel::{Channel, ChannelType, Message};
use twilight_model::gateway::connection_info::BotConnectionInfo;
use twilight_model::guild::{Guild, Member};
use twilight_model::http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType};
use twilight_model::oauth::Application;
use twilight_model::user::CurrentUser;

use crate::harness::{SOON, Stage, row};

fn intents() -> Intents {
    Intents::GUILDS
        | Intents::GUILD_MEMBERS
        | Intents::GUILD_MESSAGES
        | Intents::GUILD_MESSAGE_REACTIONS
        | Intents::DIRECT_MESSAGES
        | Intents::MESSAGE_CONTENT
}

fn shard(server: &DiscordServer, token: &str, session: Option<(Session, String)>) -> Shard {
    let config = ConfigBuilder::new(token.to_owned(), intents()).proxy_url(format!("ws://{}", server.host()));
    let config = match session {
        Some((session, url)) => config.session(session).resume_url(url),
        None => config,
    };
    Shard::with_config(ShardId::ONE, config.build())
}

/// The next event that is wanted. An event that the library cannot read is a fault of the server's.
async fn next<T>(shard: &mut Shard, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let wait = async {
        loop {
            match shard.next_event(EventTypeFlags::all()).await.unwrap() {
                Ok(event) => {
                    if let Some(found) = wanted(event) {
                        return found;
                    }
                }
                Err(error) => {
                    assert!(!format!("{error:?}").contains("Deserializing"), "the library cannot read this: {error:?}")
                }
            }
        }
    };
    tokio::time::timeout(SOON, wait).await.unwrap()
}

fn written(event: Event) -> Option<Message> {
    match event {
        Event::MessageCreate(message) => Some(message.message),
        _ => None,
    }
}

async fn interaction(shard: &mut Shard) -> twilight_model::application::interaction::Interaction {
    next(shard, |event| match event {
        Event::InteractionCreate(interaction) => Some(interaction.0),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn its_types_read_every_event_that_the_bot_listens_to() {
    let stage = Stage::new();
    let mut shard = shard(&stage.server, stage.token(), None);
    let ready = next(&mut shard, |event| if let Event::Ready(ready) = event { Some(ready) } else { None }).await;
    assert_eq!(ready.application.id.get(), stage.server.application_id().get());
    let guild = next(&mut shard, |event| if let Event::GuildCreate(guild) = event { Some(guild) } else { None }).await;
    assert_eq!(guild.id().get(), stage.guild.id().get());
    let asked = stage.ann.mentions(&stage.general, "please");
    let heard = next(&mut shard, written);
    let heard = heard.await;
    assert_eq!((heard.id.get(), heard.mentions[0].id.get()), (asked.id.get(), stage.server.bot_id().get()));
    stage.ann.replies(&stage.general, &asked, "and this");
    let heard = next(&mut shard, written);
    assert_eq!(heard.await.referenced_message.unwrap().id.get(), asked.id.get());
    let asked = stage.ann.edits(&asked, "changed");
    next(&mut shard, |event| matches!(event, Event::MessageUpdate(_)).then_some(())).await;
    stage.ann.reacts(&asked, "👍");
    next(&mut shard, |event| matches!(event, Event::ReactionAdd(_)).then_some(())).await;
    stage.ann.deletes(&asked);
    next(&mut shard, |event| matches!(event, Event::MessageDelete(_)).then_some(())).await;
    let thread = stage.ann.opens_thread(&stage.general, "t");
    next(&mut shard, |event| matches!(event, Event::ThreadCreate(_)).then_some(())).await;
    thread.archives();
    let archived =
        next(&mut shard, |event| if let Event::ThreadUpdate(thread) = event { Some(thread.0) } else { None });
    assert!(archived.await.thread_metadata.unwrap().archived);
    thread.deletes();
    next(&mut shard, |event| matches!(event, Event::ThreadDelete(_)).then_some(())).await;
    let zed = stage.server.user("Zed");
    stage.guild.admits(&zed);
    next(&mut shard, |event| matches!(event, Event::MemberAdd(_)).then_some(())).await;
    stage.guild.role("devs", &[&zed]);
    next(&mut shard, |event| matches!(event, Event::MemberUpdate(_)).then_some(())).await;
    stage.guild.removes(&zed);
    next(&mut shard, |event| matches!(event, Event::MemberRemove(_)).then_some(())).await;
    stage.guild.channel("other").deletes();
    next(&mut shard, |event| matches!(event, Event::ChannelDelete(_)).then_some(())).await;
    stage.guild.kicks_bot();
    next(&mut shard, |event| matches!(event, Event::GuildDelete(_)).then_some(())).await;
}

async fn respond(stage: &Stage, interaction: &Interaction, kind: InteractionResponseType, data: Value) {
    answer(stage, &interaction.id().to_string(), &interaction.token(), (kind, data)).await;
}

/// Answers with what the library's types make of it.
async fn answer(stage: &Stage, id: &str, token: &str, (kind, data): (InteractionResponseType, Value)) {
    let data: InteractionResponseData = serde_json::from_value(data).unwrap();
    let response = InteractionResponse { kind, data: Some(data) };
    let path = format!("/interactions/{id}/{token}/callback");
    stage.call("POST", &path, serde_json::to_value(response).unwrap()).await.ok();
}

#[tokio::test]
async fn its_types_read_interactions_and_answer_them() {
    let stage = Stage::new();
    let mut shard = shard(&stage.server, stage.token(), None);
    next(&mut shard, |event| matches!(event, Event::GuildCreate(_)).then_some(())).await;
    let option = json!({"type": 3, "name": "prompt", "description": "What", "autocomplete": true, "required": true});
    stage.register(json!([{"name": "task", "description": "Start", "options": [option]}])).await.ok();

    let typed = stage.ann.slash(&stage.general, "task", &[("prompt", "fix it")]);
    let heard = interaction(&mut shard).await;
    let Some(InteractionData::ApplicationCommand(command)) = heard.data else { panic!("{heard:?}") };
    assert_eq!((command.name.as_str(), command.kind), ("task", CommandType::ChatInput));
    assert_eq!(command.options[0].value, CommandOptionValue::String("fix it".to_owned()));
    assert_eq!(heard.member.unwrap().user.unwrap().id.get(), stage.ann.id().get());
    let data = json!({"content": "May I?", "components": row(&["Once", "Why"])});
    respond(&stage, &typed, InteractionResponseType::ChannelMessageWithSource, data).await;
    assert_eq!(typed.response().await.kind, ResponseKind::Message);
    let card = typed.message().unwrap();

    let pressed = stage.ann.presses(&stage.general, &card, "Why");
    let heard = interaction(&mut shard).await;
    assert_eq!(heard.message.as_ref().unwrap().id.get(), card.id.get());
    let Some(InteractionData::MessageComponent(component)) = heard.data else { panic!("{heard:?}") };
    assert_eq!(component.custom_id, "why");
    let input = json!({"type": 4, "custom_id": "reason", "style": 2, "label": "Reason"});
    let modal = json!({"custom_id": "m", "title": "Why?", "components": [{"type": 1, "components": [input]}]});
    respond(&stage, &pressed, InteractionResponseType::Modal, modal).await;

    let filled = stage.ann.fills(&pressed, &[("Reason", "because")]);
    let heard = interaction(&mut shard).await;
    let Some(InteractionData::ModalSubmit(modal)) = heard.data else { panic!("{heard:?}") };
    let ModalInteractionComponent::ActionRow(row) = &modal.components[0] else { panic!("{modal:?}") };
    assert!(matches!(&row.components[0], ModalInteractionComponent::TextInput(input) if input.value == "because"));
    let options = json!([{"label": "Red", "value": "r"}]);
    let menu = json!({"type": 3, "custom_id": "colour", "placeholder": "Which?", "options": options});
    let data = json!({"content": "Which?", "components": [{"type": 1, "components": [menu]}]});
    respond(&stage, &filled, InteractionResponseType::UpdateMessage, data).await;

    stage.ann.selects(&stage.general, &card, "Which?", &["Red"]);
    let heard = interaction(&mut shard).await;
    let Some(InteractionData::MessageComponent(component)) = heard.data else { panic!("{heard:?}") };
    assert_eq!(component.values, ["r"]);

    let bot = async {
        let heard = interaction(&mut shard).await;
        assert_eq!(heard.kind, InteractionType::ApplicationCommandAutocomplete);
        let data = json!({"choices": [{"name": "n", "value": "v"}]});
        let kind = InteractionResponseType::ApplicationCommandAutocompleteResult;
        answer(&stage, &heard.id.to_string(), &heard.token, (kind, data)).await;
    };
    let (choices, ()) = tokio::join!(stage.ann.autocompletes(&stage.general, "task", "prompt", "n"), bot);
    assert_eq!(choices[0].name, "n");
}

/// What the API answers, as the library's type.
async fn read<T: DeserializeOwned>(stage: &Stage, method: &str, path: &str, body: Value) -> T {
    serde_json::from_value(stage.call(method, path, body).await.ok()).unwrap()
}

#[tokio::test]
async fn its_types_read_the_answers_of_the_api() {
    let stage = Stage::new();
    let application: Application = read(&stage, "GET", "/applications/@me", Value::Null).await;
    assert_eq!(application.verify_key, stage.server.public_key());
    let user: CurrentUser = read(&stage, "GET", "/users/@me", Value::Null).await;
    assert!(user.bot);
    let gateway: BotConnectionInfo = read(&stage, "GET", "/gateway/bot", Value::Null).await;
    assert_eq!(gateway.url, stage.server.gateway_url());
    let option = json!({"type": 3, "name": "prompt", "description": "What"});
    let command = json!([{"name": "task", "description": "Start", "options": [option]}]);
    let path = format!("/applications/{}/commands", stage.server.application_id());
    let commands: Vec<Command> = read(&stage, "PUT", &path, command).await;
    assert_eq!(commands[0].options[0].name, "prompt");
    let (guild, ann) = (stage.guild.id(), stage.ann.id());
    let found: Guild = read(&stage, "GET", &format!("/guilds/{guild}"), Value::Null).await;
    assert_eq!(found.name, "Team");
    let member: Member = read(&stage, "GET", &format!("/guilds/{guild}/members/{ann}"), Value::Null).await;
    assert_eq!(member.user.id.get(), ann.get());
    let channel: Channel = read(&stage, "GET", &format!("/channels/{}", stage.general.id()), Value::Null).await;
    assert_eq!(channel.kind, ChannelType::GuildText);
    let body = json!({"recipient_id": ann.to_string()});
    let direct: Channel = read(&stage, "POST", "/users/@me/channels", body).await;
    assert_eq!((direct.kind, direct.recipients.unwrap().len()), (ChannelType::Private, 1));
}

#[tokio::test]
async fn its_types_read_messages_and_threads() {
    let stage = Stage::new();
    let messages = stage.messages_path();
    let body = json!({"content": "hello", "components": row(&["Once"])});
    let sent = stage.upload(&messages, body, &[("a.txt", b"abc")]).await.ok();
    let sent: Message = serde_json::from_value(sent).unwrap();
    assert_eq!((sent.attachments[0].size, sent.components.len()), (3, 1));
    let own = format!("{messages}/{}", sent.id);
    let changed: Message = read(&stage, "PATCH", &own, json!({"content": "changed", "components": []})).await;
    assert!(changed.edited_timestamp.is_some());
    stage.call("PUT", &format!("{own}/reactions/%F0%9F%91%80/@me"), Value::Null).await.ok();
    let body = json!({"name": "t", "auto_archive_duration": 1440});
    let thread: Channel = read(&stage, "POST", &format!("{own}/threads"), body).await;
    let path = format!("/guilds/{}/threads/active", stage.guild.id());
    let active: ThreadsListing = read(&stage, "GET", &path, Value::Null).await;
    assert_eq!((active.threads.len(), active.members.len()), (1, 1));
    let archived: Channel = read(&stage, "PATCH", &format!("/channels/{}", thread.id), json!({"archived": true})).await;
    assert!(archived.thread_metadata.unwrap().archived);
    let body = json!({"content": "again", "message_reference": {"message_id": sent.id.to_string()}});
    read::<Message>(&stage, "POST", &messages, body).await;
    let listed: Vec<Message> = read(&stage, "GET", &messages, Value::Null).await;
    assert_eq!(listed[0].referenced_message.as_ref().unwrap().id, sent.id);
    assert_eq!(listed[1].thread.as_ref().unwrap().id, thread.id);
    assert!(listed[1].reactions[0].me);
}

#[tokio::test]
async fn a_session_is_resumed_in_another_process() {
    let stage = Stage::new();
    let mut first = shard(&stage.server, stage.token(), None);
    next(&mut first, |event| matches!(event, Event::GuildCreate(_)).then_some(())).await;
    stage.ann.says(&stage.general, "heard");
    next(&mut first, |event| matches!(event, Event::MessageCreate(_)).then_some(())).await;
    let (session, url) = (first.session().unwrap().clone(), first.resume_url().unwrap().to_owned());
    drop(first);
    stage.ann.says(&stage.general, "missed");
    let mut second = shard(&stage.server, stage.token(), Some((session, url)));
    let missed = next(&mut second, written);
    assert_eq!(missed.await.content, "missed");
    next(&mut second, |event| matches!(event, Event::Resumed).then_some(())).await;
    let last = stage.server.connections().pop().unwrap();
    assert_eq!((last.path.as_str(), &last.began[..]), ("/gateway/resume", &[Beginning::Resumed][..]));
}

#[tokio::test]
async fn a_session_that_is_refused_is_begun_anew() {
    let stage = Stage::new();
    let mut shard = shard(&stage.server, stage.token(), None);
    next(&mut shard, |event| matches!(event, Event::GuildCreate(_)).then_some(())).await;
    stage.server.misbehave(Fault::RefuseResume.once());
    stage.server.cut_gateway();
    next(&mut shard, |event| matches!(event, Event::GatewayInvalidateSession(false)).then_some(())).await;
    next(&mut shard, |event| matches!(event, Event::Ready(_)).then_some(())).await;
    stage.server.asks_to_reconnect();
    next(&mut shard, |event| matches!(event, Event::Resumed).then_some(())).await;
    tokio::time::timeout(Duration::from_secs(5), stage.server.stop()).await.unwrap();
}
