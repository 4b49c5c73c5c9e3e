//! That a chain is sound when it is, and that each way of tampering with it is seen and named.

use super::encoding::encoding;
use super::*;
use crate::id::UserId;
use crate::time::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn deed(number: u64) -> Deed {
    let who = Who::Person { user: UserId::new("u"), name: "ann".to_owned() };
    let at = Timestamp::from_millis(i64::try_from(number).unwrap());
    Deed::by(who, Kind::ProjectChanged, format!("project:{number}"), at).from("192.0.2.1").with("what", "policy")
}

fn chain(length: u64) -> Vec<Entry> {
    let mut head = AuditHead::EMPTY;
    let entries = (1..=length).map(|number| {
        let entry = enter(&head, deed(number));
        head = entry.head();
        entry
    });
    entries.collect()
}

fn enter(head: &AuditHead, deed: Deed) -> Entry {
    let hash = Entry::hash_after(head, &deed);
    Entry { number: head.number + 1, deed, previous: head.hash, hash, seal: Digest::ZERO }
}

fn walk(entries: &[Entry], expected: Option<AuditHead>, kept: Option<AuditHead>) -> Vec<Fault> {
    let mut chain = Chain::begin(expected);
    for entry in entries {
        chain.add(entry, Seal::Right);
    }
    chain.end(kept).faults
}

fn told(entries: &[Entry]) -> Vec<(u64, Breach)> {
    walk(entries, None, None).iter().map(|fault| (fault.number, fault.breach)).collect()
}

#[test]
fn a_chain_as_it_was_entered_is_sound() {
    let entries = chain(5);
    let mut walk = Chain::begin(Some(entries[2].head()));
    entries.iter().for_each(|entry| walk.add(entry, Seal::Right));
    let found = walk.end(Some(entries[4].head()));
    assert!(found.is_sound() && found.seals && found.entries == 5, "{found:?}");
    assert_eq!(found.head, entries[4].head());
    let empty = Chain::begin(Some(AuditHead::EMPTY)).end(Some(AuditHead::EMPTY));
    assert!(empty.is_sound() && empty.head == AuditHead::EMPTY);
}

#[test]
fn what_was_changed_removed_swapped_or_inserted_is_named_once() {
    let mut changed = chain(5);
    changed[2].deed.object = "project:other".to_owned();
    assert_eq!(told(&changed), [(3, Breach::Changed)]);
    let mut removed = chain(5);
    removed.remove(2);
    assert_eq!(told(&removed), [(3, Breach::Missing { until: 3 })]);
    let mut swapped = chain(5);
    swapped.swap(1, 2);
    assert_eq!(told(&swapped), [(2, Breach::Missing { until: 2 }), (2, Breach::Misplaced)]);
    let mut exchanged = chain(5);
    let (two, three) = (exchanged[1].deed.clone(), exchanged[2].deed.clone());
    (exchanged[1].deed, exchanged[2].deed) = (three, two);
    assert_eq!(told(&exchanged), [(2, Breach::Changed), (3, Breach::Changed)]);
    let mut twice = chain(5);
    twice.insert(3, twice[2].clone());
    assert_eq!(told(&twice), [(3, Breach::Misplaced)]);
}

#[test]
fn an_entry_that_was_entered_anew_does_not_carry_the_next_one() {
    let mut entries = chain(5);
    let other = Deed { object: "project:other".to_owned(), ..deed(3) };
    entries[2] = enter(&entries[1].head(), other);
    assert_eq!(told(&entries), [(4, Breach::Detached)]);
    let mut sealed = Chain::begin(None);
    for entry in &entries {
        sealed.add(entry, if entry.number == 3 { Seal::Wrong } else { Seal::Right });
    }
    let faults = sealed.end(None).faults;
    assert_eq!(faults[0], Fault { number: 3, breach: Breach::Unsealed });
}

#[test]
fn a_log_that_was_cut_off_is_seen_by_a_head_that_was_kept() {
    let entries = chain(5);
    let cut = &entries[..3];
    assert_eq!(walk(cut, None, None), []);
    let missing = Fault { number: 4, breach: Breach::Cut { until: 5 } };
    assert_eq!(walk(cut, Some(entries[4].head()), Some(entries[2].head())), [missing]);
    assert_eq!(walk(cut, None, Some(entries[4].head())), [missing]);
    let appended = Fault { number: 4, breach: Breach::Appended };
    assert_eq!(walk(&entries, None, Some(entries[2].head())), [appended]);
    let other = AuditHead { number: 3, hash: Digest::ZERO };
    let unexpected = Fault { number: 3, breach: Breach::Unexpected };
    assert_eq!(walk(&entries, Some(other), None), [unexpected]);
    assert_eq!(walk(cut, None, Some(other)), [unexpected]);
}

#[test]
fn what_cannot_be_read_is_named_and_gone_on_from() {
    let entries = chain(4);
    let mut walk = Chain::begin(None);
    walk.add(&entries[0], Seal::Right);
    walk.add_unreadable(2);
    walk.add(&entries[2], Seal::Right);
    walk.add(&entries[3], Seal::Unknown);
    let found = walk.end(None);
    assert_eq!(found.faults, [Fault { number: 2, breach: Breach::Unreadable }]);
    assert!(!found.seals && found.entries == 4 && found.wrong == 1);
}

#[test]
fn a_head_is_read_as_it_is_written() {
    let head = chain(3)[2].head();
    assert_eq!(head.to_string().parse(), Ok(head));
    assert_eq!(AuditHead::EMPTY.to_string().parse(), Ok(AuditHead::EMPTY));
    for wrong in ["", "3", "3:", "3:abc", &format!("0:{}", head.hash), &head.to_string().to_uppercase()] {
        assert_eq!(wrong.parse::<AuditHead>(), Err(BadHead), "{wrong}");
    }
}

#[test]
fn an_entry_is_read_as_it_is_written() {
    for (number, who) in (1..).zip(everybody()) {
        let entry = enter(&AuditHead::EMPTY, Deed { who, ..deed(number) });
        let line = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry, "{line}");
        assert_eq!(Who::from_columns(entry.deed.who.columns()), Some(entry.deed.who));
    }
    let odd = Columns { word: "hub".to_owned(), user: None, name: Some("ann".to_owned()), token: None };
    assert_eq!(Who::from_columns(odd), None);
}

#[test]
fn kinds_are_named_once_and_read_as_they_are_written() {
    let names: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
    }
    assert!("session.forged".parse::<Kind>().is_err());
}

#[test]
fn what_is_entered_has_an_end_and_no_pasted_secret() {
    let long =
        Deed::by(Who::Hub, Kind::SecretSet, "ä".repeat(400), Timestamp::from_millis(1)).with("why", "x".repeat(999));
    assert_eq!((long.object.chars().count(), long.detail["why"].len()), (190, 400));
    for name in ["abc-1", "telegram:-100/7", "github:acme/demo#12", "email:ann+bot@example.org"] {
        assert_eq!(named("place", name), format!("place:{name}"));
    }
    for pasted in ["", "my pass word", "päss", &"a".repeat(161)] {
        assert_eq!(named("task", pasted), "task:?");
    }
}

/// The hash of one entry, written down: whoever changes the encoding finds every log that there is unsound.
#[test]
fn the_encoding_stays_as_it_is() {
    insta::assert_snapshot!(chain(1)[0].hash, @"4850f2dfd28000bf3cb05c7e7b3cdabb6266aaacc4eb4515c165720a15dc5660");
}

fn everybody() -> Vec<Who> {
    let (user, name) = (UserId::new("u"), "ann".to_owned());
    vec![
        Who::Person { user: user.clone(), name: name.clone() },
        Who::Token { user, name, token: "t".to_owned() },
        Who::Terminal,
        Who::Stranger { account: "telegram:1".to_owned() },
        Who::Anonymous,
        Who::Hub,
    ]
}

/// Reads what [`encoding`] wrote. That this can be done is what makes the encoding tell any two entries apart.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }

    fn long(&mut self) -> [u8; 8] {
        self.bytes(8).try_into().unwrap()
    }

    fn text(&mut self) -> String {
        let length = usize::try_from(u64::from_be_bytes(self.long())).unwrap();
        String::from_utf8(self.bytes(length)).unwrap()
    }

    fn maybe(&mut self) -> Option<String> {
        (self.bytes(1) == [1]).then(|| self.text())
    }

    fn entry(mut self) -> (u64, Deed, Digest) {
        let _tag = self.bytes(25);
        let number = u64::from_be_bytes(self.long());
        let at = Timestamp::from_millis(i64::from_be_bytes(self.long()));
        let columns = Columns { word: self.text(), user: self.maybe(), name: self.maybe(), token: self.maybe() };
        let from = self.maybe();
        let (kind, object) = (self.text().parse().unwrap(), self.text());
        let count = u64::from_be_bytes(self.long());
        let detail: BTreeMap<_, _> = (0..count).map(|_| (self.text(), self.text())).collect();
        let previous = Digest::from(<[u8; 32]>::try_from(self.bytes(32)).unwrap());
        assert!(self.0.is_empty());
        (number, Deed { at, who: Who::from_columns(columns).unwrap(), from, kind, object, detail }, previous)
    }
}

fn any_who() -> impl Strategy<Value = Who> {
    let person = (".*", ".*").prop_map(|(user, name)| Who::Person { user: UserId::new(user), name });
    let token = (".*", ".*", ".*").prop_map(|(user, name, token)| Who::Token { user: UserId::new(user), name, token });
    let stranger = ".*".prop_map(|account| Who::Stranger { account });
    prop_oneof![person, token, stranger, Just(Who::Terminal), Just(Who::Anonymous), Just(Who::Hub)]
}

prop_compose! {
    fn any_deed()(
        at in any::<i64>(),
        who in any_who(),
        from in proptest::option::of(".*"),
        kind in proptest::sample::select(Kind::ALL),
        object in ".*",
        detail in proptest::collection::btree_map(".*", ".*", 0..4),
    ) -> Deed {
        Deed { at: Timestamp::from_millis(at), who, from, kind, object, detail }
    }
}

proptest! {
    #[test]
    fn no_two_entries_are_encoded_alike(number in any::<u64>(), deed in any_deed(), before in any::<[u8; 32]>()) {
        let bytes = encoding(number, &deed, &Digest::from(before));
        prop_assert_eq!(Reader(&bytes).entry(), (number, deed, Digest::from(before)));
    }

    #[test]
    fn any_change_is_found(length in 1_u64..8, which in any::<prop::sample::Index>(), other in any_deed()) {
        let mut entries = chain(length);
        let which = which.index(entries.len());
        prop_assume!(entries[which].deed != other);
        entries[which].deed = other;
        prop_assert_eq!(told(&entries), [(entries[which].number, Breach::Changed)]);
    }

    #[test]
    fn any_gap_is_found(length in 2_u64..8, which in any::<prop::sample::Index>()) {
        let mut entries = chain(length);
        let which = which.index(entries.len() - 1);
        let gone = entries.remove(which).number;
        prop_assert_eq!(told(&entries), [(gone, Breach::Missing { until: gone })]);
    }
}

#[test]
fn every_kind_is_told_of_in_the_docs() {
    let page = include_str!("../../../../docs/audit.md");
    for kind in Kind::ALL {
        assert!(page.contains(&format!("\n| `{kind}` | ")), "{kind}");
    }
}
