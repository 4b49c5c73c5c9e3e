//! What Markdown shows as quoted, as code or not at all holds no command.

use super::*;
use rstest::rstest;

fn understood(text: &str, manner: &Manner) -> Option<Command> {
    parse(text, manner).unwrap()
}

const STOP: Command = Command::StopTask { task: None };

#[rstest]
#[case("> /stop")]
#[case(">/stop")]
#[case("   > /stop")]
#[case("> > @signalbox stop")]
#[case("> look, @signalbox")]
#[case("> quoted\n/stop")]
#[case("- > quoted\n  /stop")]
#[case("> quoted\n```\n\n/stop\n```")]
#[case("```\n/stop\n```")]
#[case("```sh\r\n/stop\r\n```\r\n")]
#[case("~~~\n/stop\n```\n/stop")]
#[case("````\n```\n/stop\n````")]
#[case("```\n/stop")]
#[case("```\n    ```\n/stop\n```")]
#[case("- ```\n  /stop\n  ```")]
#[case("1. - ~~~\n     x\n\n     ~~~ x\n     /stop")]
#[case("- ```\nx\n```\n/stop\n```")]
#[case("- \n    ```\n  /stop")]
#[case("- \n\n    /stop")]
#[case("a\n- \n    /stop")]
#[case("- \n  `\n/stop`")]
#[case("1. a\n   - ```\n     /stop")]
#[case("- <!--\n```\n-->\n/stop")]
#[case("talk\n\n    /stop")]
#[case("\t/stop")]
#[case("- /stop")]
#[case("<!-- \n\n/stop\n-->")]
#[case("hello <!-- there\n/stop -->")]
#[case("hello <!-- a --> b <!--\n/stop\n-->")]
#[case("<pre>\n\n/stop\n</pre>")]
#[case("<BLOCKQUOTE class=x>\n\n/stop\n</BLOCKQUOTE>")]
#[case("`/stop`")]
#[case("see `\n/stop\n`")]
#[case("``` ``\n/stop ```")]
#[case("please /stop")]
#[case("<prefix>\n/stop")]
#[case("- <!--\n/stop")]
#[case("[//]: # (\n/stop)")]
#[case("[x]: y '\n/stop\n'")]
#[case("<?\n/stop\n?>")]
#[case("<!X\n/stop\n>")]
#[case("a <b title='\n/stop\n'>b</b>")]
#[case("[a](b '\n/stop\n')")]
#[case("![a\n/stop](b)")]
#[case("~~a\n/stop~~")]
#[case("|a|\n|-|\n/stop")]
#[case("[^1]: a\n/stop")]
#[case("<!--> a\n\n/stop")]
fn no_command_is_found(#[case] text: &str) {
    assert_eq!(understood(text, &Manner::github("signalbox")), None);
}

#[rstest]
#[case("I see.\n/stop\nThanks!")]
#[case("> quoted\n\n/stop")]
#[case("```\nx\n```\n/stop")]
#[case("```x```\n/stop")]
#[case("- ```\n  x\n  ```\n\n/stop")]
#[case("- ```\n  x\n/stop")]
#[case("   /stop")]
#[case("<!-- x -->\n/stop")]
#[case("<!-- x\n-->\n/stop")]
#[case("a <!-- x\n-->\n/stop")]
#[case("<pre>x</pre>\n/stop")]
#[case("/stop\n> /status\n```\n/status\n```")]
#[case("talk\r\n\r\n/stop\r\n")]
#[case("* * *\n/stop")]
#[case("1. a\n   - b\n/stop")]
#[case("it`s red\n/stop")]
#[case("a `b` c ``d\n/stop\n\n``")]
fn the_authors_own_line_is_found(#[case] text: &str) {
    assert_eq!(understood(text, &Manner::github("signalbox")), Some(STOP));
}

#[rstest]
#[case("> /stop", None)]
#[case("> quoted\n/stop", Some(STOP))]
#[case(">>> quoted\n\n/stop", None)]
#[case("look ```\n/stop\n```", None)]
#[case("look ```x\n/stop```\n/stop", Some(STOP))]
#[case("```\n/stop", None)]
#[case("<@42> stop", Some(STOP))]
#[case("<@!42>stop", Some(STOP))]
#[case("<@43> stop", None)]
fn discord_has_its_own_markdown(#[case] text: &str, #[case] command: Option<Command>) {
    assert_eq!(understood(text, &Manner::discord_channel("42")), command);
}

#[test]
fn in_private_a_command_begins_the_message_after_what_it_quotes() {
    let manner = Manner::discord_private("42");
    assert_eq!(understood("> quoted\n/stop", &manner), Some(STOP));
    let talk = "talk\n/stop";
    assert_eq!(understood(talk, &manner), Some(Command::SubmitTask { prompt: talk.to_owned() }));
}
