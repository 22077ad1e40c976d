//! What a number in a line is: a status, an errno, or something that is passed over.
//!
//! Some numbers say it by themselves (2150760466 can only be a status). Of the others the words
//! beside them do: `error 5` is a code, `thread 5` and `5 ms` are none. What nothing says is a
//! problem, for 5 might be either.

use crate::status::NtStatus;
use crate::status::errno;

use super::claim::Callee;
use super::claim::Outcome;
use super::reading::Line;
use super::reading::PHRASE_MAX;
use super::reading::ReadItem;
use super::token::Number;
use super::token::Token;
use super::words;
use super::words::Meaning;

/// Below this a negative number is an errno.
const ERRNO_MAX: u64 = 4096;

/// How many forms of one code may stand beside each other: `0x80070005 (-2147024891) 5`.
const REACH: u8 = 2;

/// What a number is.
pub(super) enum Numeral {
    /// It is part of what is claimed.
    ReadItem(ReadItem),
    /// It is passed over, as what.
    Passed(String),
    /// It is not understood, and what to do.
    Problem(String),
}

/// What the words before a number say that it is.
enum Label {
    Code,
    Errno,
    /// No code, but what this says.
    Other(String),
    /// They do not say.
    None,
}

impl Line {
    /// What the number at a place is.
    pub(super) fn numeral(&self, place: usize) -> Numeral {
        let Token::Number(number) = &self.tokens[place] else {
            return Numeral::Passed("no number".to_owned());
        };
        let known = NtStatus::valued(number.value);
        let unmistakable = number.value >= 0x8000_0000;
        if let Some(status) = known.filter(|_| unmistakable) {
            return Numeral::ReadItem(ReadItem::Status(status));
        }
        let unit = self.word(place + 1).filter(|word| words::is_unit(word));
        if let Some(unit) = unit.filter(|_| !number.hexadecimal && !number.is_negative()) {
            return Numeral::Passed(format!("a number of {unit}"));
        }
        match self.label(place, REACH) {
            Label::Other(what) => Numeral::Passed(what),
            Label::Errno => Self::errno(number),
            Label::Code => self.code(place, number),
            Label::None => {
                let alone = self.tokens.len() == 1;
                let own = number.hexadecimal || number.is_negative() || unmistakable;
                if alone || own {
                    return self.code(place, number);
                }
                Numeral::Problem(format!(
                    "`{0}` may be a code or a mere number: write `error {0}` or `errno {0}` if it \
                     is a code, and leave it out if it is none",
                    number.text
                ))
            }
        }
    }

    fn errno(number: &Number) -> Numeral {
        let value = if number.is_negative() {
            number.value.wrapping_neg()
        } else {
            number.value
        };
        match u32::try_from(value) {
            Ok(0) => Numeral::ReadItem(ReadItem::Outcome(Outcome::Succeeds)),
            Ok(value) => Numeral::ReadItem(ReadItem::Errno(value)),
            Err(_) => unknown(number),
        }
    }

    /// The code that a number is.
    fn code(&self, place: usize, number: &Number) -> Numeral {
        let magnitude = number.value.wrapping_neg();
        if number.is_negative() && magnitude < ERRNO_MAX {
            return Self::errno(number);
        }
        let (functions, prose) = self.calls_around(place);
        let is_program = |callee: &Callee| matches!(callee, Callee::Program(_));
        let mut named = functions.iter().map(|name| words::callee(name));
        let returns_status = named.any(|callee| !callee.as_ref().is_some_and(is_program))
            || prose.is_some_and(|callee| !is_program(&callee));
        let small = u32::try_from(number.value).ok();
        let small = small.filter(|_| !number.hexadecimal && !returns_status);
        if let Some(errno) = small.and_then(errno) {
            return Numeral::ReadItem(ReadItem::Errno(errno.value));
        }
        match NtStatus::valued(number.value) {
            Some(NtStatus::SUCCESS) => Numeral::ReadItem(ReadItem::Outcome(Outcome::Succeeds)),
            Some(status) if !status.is_success() => Numeral::ReadItem(ReadItem::Status(status)),
            _ => unknown(number),
        }
    }

    /// What the words before a number say that it is.
    fn label(&self, place: usize, reach: u8) -> Label {
        let Token::Number(number) = &self.tokens[place] else {
            return Label::None;
        };
        let is_headed = number.is_heading || place > 0;
        if is_headed && !self.is_labelled(place) && self.is_head(place) {
            return Label::Other("at the head of the line".to_owned());
        }
        for at in (0..place).rev() {
            match &self.tokens[at] {
                Token::Word(word) => {
                    let word = word.to_ascii_lowercase();
                    let fails = matches!(
                        words::meaning(&word),
                        Some(Meaning::Outcome(Outcome::Fails | Outcome::TimesOut))
                    );
                    if word == "errno" {
                        return Label::Errno;
                    } else if words::is_noise_label(&word) {
                        return Label::Other(format!("after `{word}`"));
                    } else if words::is_code_label(&word) || fails || self.ends_status(at) {
                        return Label::Code;
                    } else if !words::is_filler(&word) {
                        return Label::None;
                    }
                }
                Token::Function(_) | Token::Symbol(_) => return Label::Code,
                Token::Number(before) => {
                    let is_code = reach > 0
                        && at + 1 == place
                        && (NtStatus::valued(before.value).is_some_and(|it| !it.is_success())
                            && before.value >= 0x8000_0000
                            || matches!(self.label(at, reach - 1), Label::Code));
                    return if is_code { Label::Code } else { Label::None };
                }
                Token::Passed(..) | Token::Name(_) | Token::Break => return Label::None,
            }
        }
        Label::None
    }

    /// Whether words that say a status together end at a place: `access is denied (5)`.
    fn ends_status(&self, place: usize) -> bool {
        (place.saturating_sub(PHRASE_MAX)..=place).any(|from| {
            let phrase = words::phrase(&self.words_from(from, PHRASE_MAX));
            let ends = |(count, meaning)| {
                from + count == place + 1 && matches!(meaning, Meaning::Status(_))
            };
            phrase.is_some_and(ends)
        })
    }

    /// Whether a label stands right before a place.
    fn is_labelled(&self, place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|at| self.word(at));
        before.is_some_and(|word| words::is_noise_label(&word) || words::is_code_label(&word))
    }

    /// Whether only a date, a process and the like stand before a place.
    fn is_head(&self, place: usize) -> bool {
        let is_head = |at: usize| match &self.tokens[at] {
            Token::Passed(..) => true,
            Token::Number(number) => !number.is_negative() && number.value < 0x8000_0000,
            Token::Word(word) => words::is_noise_label(&word.to_ascii_lowercase()),
            Token::Function(_) | Token::Symbol(_) | Token::Name(_) | Token::Break => false,
        };
        (0..place).all(is_head)
    }
}

fn unknown(number: &Number) -> Numeral {
    Numeral::Problem(format!(
        "`{}` is no code that `selvedge explain` knows: correct it, or leave it out if it is none",
        number.text
    ))
}
