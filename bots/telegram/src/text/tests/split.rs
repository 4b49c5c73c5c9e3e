use super::drawn::drawn;
use crate::text::Rich;

fn split(rich: Rich, limit: usize) -> Vec<String> {
    rich.split(limit).into_iter().map(drawn).collect()
}

#[test]
fn what_fits_is_one_piece() {
    assert_eq!(split(Rich::default().plain("a\n\nb"), 4), ["a\n\nb"]);
    assert!(split(Rich::default().plain(" \n\n "), 4).is_empty());
}

#[test]
fn paragraphs_are_parted_before_lines_and_words() {
    let text = "one two three\n\nfour five\nsix seven eight";
    assert_eq!(split(Rich::default().plain(text), 28), ["one two three", "four five\nsix seven eight"]);
    assert_eq!(split(Rich::default().plain(text), 14), ["one two three", "four five", "six seven", "eight"]);
}

#[test]
fn styles_go_on_in_the_next_piece() {
    let text = Rich::default().strong("one two three").pre("rust", "let a;\nlet b;\nlet c;");
    let pieces = ["{bold|one two}", "{bold|three}", "{pre rust|let a;}", "{pre rust|let b;}", "{pre rust|let c;}"];
    assert_eq!(split(text, 8), pieces);
}

#[test]
fn code_that_fits_is_not_cut() {
    let line = Rich::default().plain("some words ").code("a b c d").plain(" more");
    assert_eq!(split(line, 14), ["some words", "{code|a b c d} more"]);
    let block = Rich::default().plain("some words").pre("sh", "a\nb\nc\nd").plain("more");
    assert_eq!(split(block, 15), ["some words", "{pre sh|a\nb\nc\nd}\nmore"]);
}

#[test]
fn a_cut_in_code_keeps_its_indentation_if_it_can() {
    let code = "fn a() {\n    b();\n}\nfn c() {\n    d();\n    e();\n}";
    assert_eq!(
        split(Rich::default().pre("rust", code), 40),
        ["{pre rust|fn a() {\n    b();\n}}", "{pre rust|fn c() {\n    d();\n    e();\n}}",]
    );
}

#[test]
fn what_is_one_character_stays_whole() {
    for (character, limit) in [("👩\u{200d}💻", 13), ("🇩🇪", 11), ("e\u{301}", 5)] {
        let pieces = split(Rich::default().plain(&character.repeat(20)), limit);
        assert!(pieces.len() > 2);
        assert!(pieces.iter().all(|piece| piece.replace(character, "").is_empty()), "{pieces:?}");
    }
}

#[test]
fn writing_without_blanks_is_cut_behind_its_clauses() {
    assert_eq!(split(Rich::default().plain("你好世界，再见世界。很好"), 8), ["你好世界，", "再见世界。很好"]);
}

#[test]
fn no_piece_has_more_entities_than_telegram_takes() {
    let many = (0..250).fold(Rich::default(), |rich, _| rich.strong("a").plain(" "));
    let counts: Vec<usize> = many.split(4096).into_iter().map(|piece| piece.into_parts().1.len()).collect();
    assert_eq!(counts, [100, 100, 50]);
}

#[test]
fn a_beginning_says_that_it_is_one() {
    let text = Rich::default().plain("one two three");
    assert_eq!(text.clone().begin(13), (text.clone(), false));
    let (begun, is_cut) = text.begin(10);
    assert_eq!((drawn(begun).as_str(), is_cut), ("one two…", true));
    let (begun, _) = Rich::default().pre("sh", "a\nb\nc\nd\ne").begin(6);
    assert_eq!(drawn(begun), "{pre sh|a\nb}\n…");
}
