//! From the tokens of a line to what it claims.
//!
//! Each token becomes an item (a call, a status, an outcome), is passed over, or is a problem. The
//! items are then put together: what is said beside a call is said of that call, until the next
//! call or a `;`. Nothing is guessed: what could be read in two ways is a problem, and a problem
//! says what to write instead.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

use crate::execution::Misuse;
use crate::execution::excerpt;
use crate::property::Property;
use crate::status::NtStatus;

use super::claim::Call;
use super::claim::Callee;
use super::claim::Event;
use super::claim::Outcome;
use super::number::Numeral;
use super::token::SOURCE;
use super::token::Token;
use super::token::tokens;
use super::words;
use super::words::Meaning;

/// How far before an outcome a word may stand that denies it.
const DENIAL_REACH: usize = 2;

/// How many words a phrase has at most.
pub(super) const PHRASE_MAX: usize = 4;

/// A part of what is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReadItem {
    Call(Call),
    Status(NtStatus),
    Errno(u32),
    Outcome(Outcome),
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) events: Vec<Event>,
    pub(super) passed: Vec<String>,
    pub(super) problems: Vec<String>,
    current: Event,
    words: Vec<String>,
}

impl Reading {
    /// Reads a line.
    pub(super) fn of(line: &str) -> Self {
        let mut reading = Self::default();
        let line = Line::of(tokens(line));
        let mut place = 0;
        while place < line.tokens.len() {
            place += reading.take(&line, place);
        }
        reading.end_event();
        reading.finish();
        reading
    }

    /// Takes up the token at a place: how many tokens that were.
    fn take(&mut self, line: &Line, place: usize) -> usize {
        match &line.tokens[place] {
            Token::Passed(text, what) => self.pass(text, what),
            Token::Break => self.end_event(),
            Token::Function(name) => {
                let known = words::callee(name).map(Call::Known);
                self.put(ReadItem::Call(
                    known.unwrap_or_else(|| Call::Foreign(name.clone())),
                ));
            }
            Token::Symbol(symbol) => self.take_symbol(symbol),
            Token::Name(name) => self.problems.push(format!(
                "`{}` may be the name of a function, of a product or of anything: leave it out if \
                 it is not a call, write `{0}()` if it is one",
                excerpt(name)
            )),
            Token::Number(number) => match line.numeral(place) {
                Numeral::ReadItem(item) => self.put(item),
                Numeral::Passed(what) => self.pass(&number.text, &what),
                Numeral::Problem(problem) => self.problems.push(problem),
            },
            Token::Word(word) => return self.take_word(line, place, word),
        }
        1
    }

    fn pass(&mut self, text: &str, what: &str) {
        self.passed.push(format!("{} ({what})", excerpt(text)));
    }

    fn take_symbol(&mut self, symbol: &str) {
        match NtStatus::named(symbol) {
            Some(NtStatus::SUCCESS) => self.put(ReadItem::Outcome(Outcome::Succeeds)),
            Some(status) if !status.is_success() => self.put(ReadItem::Status(status)),
            None if symbol.contains("IRQL_NOT_") => {
                self.put(ReadItem::Outcome(Outcome::Misuses(Misuse::IrqlTooHigh)));
            }
            None if words::is_name_of_thing(symbol) => self.pass(symbol, "a name"),
            _ => self.problems.push(format!(
                "`{}` is no error that `selvedge explain` knows: correct it, or leave it out if it \
                 is none",
                excerpt(symbol)
            )),
        }
    }

    fn take_word(&mut self, line: &Line, place: usize, word: &str) -> usize {
        if let Some(callee) = line.prose_calls.get(&place) {
            self.put(ReadItem::Call(Call::Known(*callee)));
            return 1;
        }
        let lower = line.words_from(place, PHRASE_MAX);
        if let Some((count, meaning)) = words::phrase(&lower) {
            self.mean(line, (place, count), meaning);
            return count;
        }
        let is_capital = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let status = NtStatus::named(word).filter(|status| is_capital && !status.is_success());
        if let Some(status) = status {
            self.put(ReadItem::Status(status));
        } else if let Some(errno) = words::errno(word) {
            self.put(ReadItem::Errno(errno));
        } else if let Some(meaning) = words::meaning(&lower[0]) {
            self.mean(line, (place, 1), meaning);
        } else {
            self.words.push(word.to_owned());
        }
        1
    }

    /// Takes up what some words mean.
    fn mean(&mut self, line: &Line, (place, count): (usize, usize), meaning: Meaning) {
        let text = line.words_from(place, count).join(" ");
        let denial = (1..=DENIAL_REACH).find_map(|back| {
            let word = line.word(place.checked_sub(back)?)?;
            words::is_negation(&word).then_some(word)
        });
        if let Some(denial) = denial {
            self.problems.push(format!(
                "`{denial} {text}` says that something does not happen, and only what happens can \
                 be searched for: leave it out"
            ));
            return;
        }
        match meaning {
            Meaning::Status(status) => self.put(ReadItem::Status(status)),
            Meaning::Unseen => self.problems.push(format!(
                "`{text}` is nothing that a trace shows: leave it out, or say what happened in \
                 words such as `hangs`, `leaks`, `panic` or `irql`"
            )),
            Meaning::Outcome(outcome) => match line.objection((place, count), outcome) {
                Some(problem) => self.problems.push(problem),
                None => self.put(ReadItem::Outcome(line.specific(place, outcome))),
            },
        }
    }

    /// Puts an item to what is said at present, or ends that.
    fn put(&mut self, item: ReadItem) {
        self.leave_frame(&item);
        if !self.has_room(&item) {
            self.end_event();
        }
        let event = &mut self.current;
        match item {
            ReadItem::Call(call) => event.call = Some(call),
            ReadItem::Status(status) => event.status = Some(status),
            ReadItem::Errno(errno) => event.errno = Some(errno),
            // That a call failed goes without saying beside everything else.
            ReadItem::Outcome(Outcome::Fails) => {
                event.outcome.get_or_insert(Outcome::Fails);
            }
            ReadItem::Outcome(outcome) => event.outcome = Some(outcome),
        }
    }

    /// Passes over a function of a driver of which nothing is said before a call that models make:
    /// it is the frame that makes the call.
    fn leave_frame(&mut self, item: &ReadItem) {
        let Event {
            call: Some(Call::Foreign(name)),
            status: None,
            errno: None,
            outcome: None,
        } = &self.current
        else {
            return;
        };
        let is_driver = name.contains('_') && *name == name.to_ascii_lowercase();
        if is_driver && matches!(item, ReadItem::Call(Call::Known(_))) {
            let name = name.clone();
            self.pass(&name, "a function around the call");
            self.current.call = None;
        }
    }

    /// Whether an item can be said of the same as the items before it.
    fn has_room(&mut self, item: &ReadItem) -> bool {
        let Event {
            call,
            status,
            errno,
            outcome,
        } = &self.current;
        let strong = outcome.filter(|outcome| *outcome != Outcome::Fails);
        let breaks = outcome.is_some_and(Outcome::is_of_all);
        let said = status.is_some() || errno.is_some() || outcome.is_some();
        match item {
            ReadItem::Call(new) => match call {
                None => !breaks,
                Some(old) if old == new => true,
                Some(_) if said => false,
                Some(old) => {
                    self.problems.push(format!(
                        "`{old}` and `{new}` are both named before it is said what happened: name \
                         the one that it happened to"
                    ));
                    false
                }
            },
            ReadItem::Status(new) => match status {
                Some(old) if old == new => true,
                Some(old) if call.is_some() => {
                    self.problems.push(format!(
                        "{} and {} are both said of one call: leave one out, or put `;` between \
                         what happened and what followed",
                        old.short(),
                        new.short()
                    ));
                    false
                }
                Some(_) => false,
                None => !breaks && (call.is_some() || strong.is_none()),
            },
            ReadItem::Errno(new) => {
                let engine = matches!(call, Some(Call::Known(Callee::Engine(_))));
                errno.is_none_or(|old| old == *new)
                    && !(engine && status.is_some())
                    && strong.is_none()
                    && (call.is_some() || status.is_none())
            }
            ReadItem::Outcome(Outcome::Fails) => true,
            ReadItem::Outcome(new) if new.is_of_all() => !said && call.is_none(),
            ReadItem::Outcome(new) => {
                let same = strong.is_none_or(|old| old == *new);
                same && (call.is_some() || status.is_none() && errno.is_none())
            }
        }
    }

    fn end_event(&mut self) {
        let event = mem::take(&mut self.current);
        let is_weak = event
            .outcome
            .is_none_or(|it| matches!(it, Outcome::Fails | Outcome::Succeeds));
        let says_nothing = event.status.is_none() && event.errno.is_none() && is_weak;
        if event == Event::default() || (event.call.is_none() && says_nothing) {
            return;
        }
        let returned = event.status.is_some() || event.errno.is_some();
        let contradicts = match event.outcome {
            Some(Outcome::Waits | Outcome::Succeeds) => returned,
            Some(Outcome::TimesOut) => event.status.is_some_and(|it| it != NtStatus::TIMEOUT),
            Some(Outcome::Fails) | None => false,
            Some(_) => event.call.is_some(),
        };
        if contradicts {
            let call = event
                .call
                .map_or_else(|| "one call".to_owned(), |it| it.to_string());
            self.problems.push(format!(
                "what is said of `{call}` cannot be said of one call: put `;` between what \
                 happened and what followed, and leave out what is not known of it"
            ));
            return;
        }
        self.events.push(event);
    }

    /// What can only be seen at the end of the line.
    fn finish(&mut self) {
        let bare = |event: &Event| {
            event.status.is_none() && event.errno.is_none() && event.outcome.is_none()
        };
        if self.events.len() > 1
            && let Some(Event {
                call: Some(call), ..
            }) = self.events.iter().find(|event| bare(event))
        {
            self.problems.push(format!(
                "it is not said what became of `{call}`: say so, or leave it out"
            ));
        }
        self.events.dedup();
        if !self.words.is_empty() {
            let words: Vec<String> = self.words.iter().map(|word| excerpt(word)).collect();
            self.passed.push(format!("the words {}", words.join(" ")));
        }
    }
}

/// The tokens of a line with what stands around them.
pub(super) struct Line {
    pub(super) tokens: Vec<Token>,
    /// The words that are calls, by place.
    prose_calls: BTreeMap<usize, Callee>,
}

impl Line {
    fn of(tokens: Vec<Token>) -> Self {
        let mut line = Self {
            tokens,
            prose_calls: BTreeMap::new(),
        };
        let breaks = |place: &usize| line.tokens[*place] == Token::Break;
        let mut ends: Vec<usize> = (0..line.tokens.len()).filter(breaks).collect();
        ends.push(line.tokens.len());
        let mut from = 0;
        for to in ends {
            let call = line.prose_call(from, to);
            line.prose_calls.extend(call);
            from = to + 1;
        }
        line
    }

    /// The call that the words of a clause name, if it names no function and something is said of a
    /// call.
    fn prose_call(&self, from: usize, to: usize) -> Option<(usize, Callee)> {
        let clause = &self.tokens[from..to];
        if clause
            .iter()
            .any(|token| matches!(token, Token::Function(_)))
        {
            return None;
        }
        let all: Vec<String> = (from..to)
            .map(|it| self.word(it).unwrap_or_default())
            .collect();
        let (mut speaks, mut breaks) = (false, false);
        for (place, word) in all.iter().enumerate() {
            let phrase = words::phrase(&all[place..]).map(|(_, meaning)| meaning);
            match phrase.or_else(|| words::meaning(word)) {
                Some(Meaning::Outcome(it)) if it.is_of_all() => breaks = true,
                Some(_) => speaks = true,
                None => {}
            }
            speaks |= word == "errno" || words::errno(&word.to_ascii_uppercase()).is_some();
        }
        let coded = |token: &Token| matches!(token, Token::Number(_) | Token::Symbol(_));
        speaks |= clause.iter().any(coded);
        if breaks || !speaks {
            return None;
        }
        let words: Vec<&str> = all.iter().map(String::as_str).collect();
        let (place, callee) = words::prose_call(&words)?;
        Some((from + place, callee))
    }

    /// The word at a place in small letters, if there is one.
    pub(super) fn word(&self, place: usize) -> Option<String> {
        let Token::Word(word) = self.tokens.get(place)? else {
            return None;
        };
        Some(word.to_ascii_lowercase())
    }

    /// So many words from a place on, if as many follow each other there.
    pub(super) fn words_from(&self, place: usize, count: usize) -> Vec<String> {
        (place..place + count)
            .map_while(|at| self.word(at))
            .collect()
    }

    /// The clause around a place.
    fn clause(&self, place: usize) -> Range<usize> {
        let is_break = |token: &Token| *token == Token::Break;
        let from = self.tokens[..place].iter().rposition(is_break);
        let from = from.map_or(0, |at| at + 1);
        let to = self.tokens[place..].iter().position(is_break);
        from..to.map_or(self.tokens.len(), |offset| place + offset)
    }

    /// The functions of the clause around a place, and the call that it names in prose.
    pub(super) fn calls_around(&self, place: usize) -> (Vec<&str>, Option<Callee>) {
        let clause = self.clause(place);
        let functions = self.tokens[clause.clone()].iter();
        let functions = functions.filter_map(|token| {
            let Token::Function(name) = token else {
                return None;
            };
            Some(name.as_str())
        });
        let prose = self.prose_calls.range(clause).next();
        (functions.collect(), prose.map(|(_, callee)| *callee))
    }

    /// The nearest word before a place that is no filler. `None` if there is none, or something
    /// else stands before it.
    fn subject(&self, place: usize) -> Option<String> {
        let before = (0..place).rev().map_while(|at| self.word(at));
        before.into_iter().find(|word| !words::is_filler(word))
    }

    /// The same, after a place.
    fn object(&self, place: usize) -> Option<String> {
        let after = (place..self.tokens.len()).map_while(|at| self.word(at));
        after.into_iter().find(|word| !words::is_filler(word))
    }

    /// What speaks against an outcome where it is said.
    fn objection(&self, (place, count): (usize, usize), outcome: Outcome) -> Option<String> {
        let (functions, prose) = self.calls_around(place);
        let text = self.words_from(place, count).join(" ");
        let (subject, object) = (self.subject(place), self.object(place + count));
        match outcome {
            Outcome::Waits | Outcome::TimesOut if functions.is_empty() && prose.is_none() => {
                let strange = self.strange((place, count), [subject, object])?;
                Some(format!(
                    "`{strange}` is said to be where it `{text}`, and no call is known by that \
                     name: name the function, or leave `{strange}` out if any call will do"
                ))
            }
            _ if outcome.is_of_all() && !functions.is_empty() => Some(format!(
                "`{text}` is said of `{}`, and a trace shows it of the whole execution only: leave \
                 out one of the two",
                functions[0]
            )),
            Outcome::Breaks(Property::ReferenceAccounting) => {
                let named = [subject, object];
                let known = named.into_iter().flatten();
                let other = known.into_iter().find(|word| words::is_unleakable(word))?;
                Some(format!(
                    "no trace shows that a `{other}` is leaked, only references, allocations, \
                     transactions and filters: leave `{other}` out if any leak will do"
                ))
            }
            Outcome::Fails
            | Outcome::Succeeds
            | Outcome::TimesOut
            | Outcome::Waits
            | Outcome::Breaks(_)
            | Outcome::Leaks(_)
            | Outcome::Misuses(_) => None,
        }
    }

    /// What is named where something waits, and is no call.
    fn strange(
        &self,
        (place, count): (usize, usize),
        [subject, object]: [Option<String>; 2],
    ) -> Option<String> {
        let source = self.tokens[self.clause(place)].iter();
        let mut source = source.filter_map(|token| match token {
            Token::Passed(text, what) if *what == SOURCE => Some(text.clone()),
            Token::Symbol(text) if words::is_name_of_thing(text) => Some(text.clone()),
            Token::Function(_)
            | Token::Symbol(_)
            | Token::Number(_)
            | Token::Name(_)
            | Token::Word(_)
            | Token::Passed(..)
            | Token::Break => None,
        });
        let prepositions = ["in", "at", "on", "inside", "during", "while", "for"];
        let goes_on = self.word(place + count);
        let goes_on = goes_on.is_some_and(|it| prepositions.contains(&it.as_str()));
        let named = [subject, object.filter(|_| goes_on)];
        let is_strange = |word: &String| {
            let means = words::meaning(word).is_some() || words::is_code_label(word);
            !words::is_anybody(word) && !words::is_negation(word) && !means
        };
        let strange = named.into_iter().flatten().find(is_strange);
        source.next().or(strange)
    }

    /// An outcome, as far as the words around it say more: a filter that leaks is an orphan.
    fn specific(&self, place: usize, outcome: Outcome) -> Outcome {
        if outcome != Outcome::Breaks(Property::ReferenceAccounting) {
            return outcome;
        }
        let named = [self.subject(place), self.object(place + 1)];
        let mut leaked = named
            .iter()
            .flatten()
            .filter_map(|word| words::leaked(word));
        leaked.next().unwrap_or(outcome)
    }
}
