//! Ten thousand broken inputs, and the corpora of fuzzing: nothing panics, hangs, or is refused
//! with anything but one clear message.
//!
//! The mutations follow from a seed, so a failure names the input that shows it again. What is
//! required of an input is the same as in fuzzing, where a search for such inputs goes on.

use std::fs;
use std::path::Path;

use selvedge::robust;

use crate::programs::Dice;
use crate::sequences::number;

/// How many inputs of each kind are mutated if `SELVEDGE_MUTATIONS` does not say so: a third each
/// of 10,002.
const EACH: u32 = 3_334;

/// A number below `end`, or 0 if that is 0.
fn below(dice: &mut Dice, end: usize) -> usize {
    let end = u64::try_from(end).unwrap();
    usize::try_from(dice.below(end.max(1))).unwrap()
}

/// What is put in: what means something somewhere.
const WORDS: [&str; 29] = [
    "0",
    "1",
    "64",
    "-1",
    "99999999999999999999",
    "\"",
    "\n",
    "[",
    "]",
    "{",
    "=",
    ":",
    "+",
    ".",
    "#",
    "@",
    " until its end",
    " until before ",
    "a1-",
    "begin",
    "[[thread]]\n",
    "session/0",
    "~0",
    "~1.0",
    "~f0",
    "+0.begin.1=executed",
    "+notify-delete=deferred",
    "\u{0}",
    "\u{e4}",
];

/// The text with one to four changes: a part cut out, doubled or moved, or a word put in.
fn mutated(text: &str, numbers: &mut Dice) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=below(numbers, 4) {
        let start = below(numbers, characters.len() + 1);
        let end = (start + below(numbers, 12)).min(characters.len());
        let part: Vec<char> = characters[start..end].to_vec();
        let place = below(numbers, characters.len() + 1);
        match below(numbers, 4) {
            0 => drop(characters.drain(start..end)),
            1 => drop(characters.splice(place..place, part)),
            2 => {
                let word = WORDS[below(numbers, WORDS.len())];
                drop(characters.splice(place..place, word.chars()));
            }
            _ => {
                let word = WORDS[below(numbers, WORDS.len())];
                drop(characters.splice(start..end, word.chars()));
            }
        }
    }
    characters.into_iter().collect()
}

/// The text with one change that may leave it good: another digit, or a line doubled or left out.
fn touched(text: &str, numbers: &mut Dice) -> String {
    let is_digit = |(_, character): &(usize, char)| character.is_ascii_digit();
    let digits: Vec<(usize, char)> = text.char_indices().filter(is_digit).collect();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = below(numbers, lines.len());
    match below(numbers, 3) {
        0 => drop(lines.remove(line)),
        1 => lines.insert(line, lines[line]),
        _ => {
            let (place, _) = digits[below(numbers, digits.len())];
            let digit = below(numbers, 10).to_string();
            return format!("{}{digit}{}", &text[..place], &text[place + 1..]);
        }
    }
    lines.concat()
}

/// The inputs of a fuzz target whose names begin so, by name.
fn inputs(target: &str, begin: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let names = fs::read_dir(&folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
    names.sort();
    assert!(names.len() >= 3, "{target} has a corpus");
    let read = |name: &String| fs::read(folder.join(name)).unwrap();
    names.iter().map(read).collect()
}

fn texts(target: &str, begin: &str) -> Vec<String> {
    let inputs = inputs(target, begin).into_iter();
    inputs
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect()
}

#[test]
fn the_corpora_of_fuzzing_are_taken_or_refused() {
    for bytes in inputs("scenario", "") {
        robust::scenario(&bytes);
    }
    for text in texts("schedule", "") {
        robust::schedule(&text);
    }
    for text in texts("token", "") {
        robust::token(&text);
    }
}

fn rounds() -> usize {
    let each = number("SELVEDGE_MUTATIONS").unwrap_or(EACH);
    usize::try_from(each).unwrap()
}

/// How many of the mutated inputs were good all the same.
fn mutate_all(target: &str, take: impl Fn(&str) -> bool) -> u32 {
    // Those that are good: what is mutated is still good often enough to be run.
    let seeds = texts(target, "seed");
    let mut numbers = Dice::new(7);
    let mut taken = 0;
    for seed in seeds.iter().cycle().take(rounds()) {
        let input = if below(&mut numbers, 2) == 0 {
            touched(seed, &mut numbers)
        } else {
            mutated(seed, &mut numbers)
        };
        taken += u32::from(take(&input));
    }
    taken
}

#[test]
fn ten_thousand_mutated_inputs_are_taken_or_refused() {
    let scenarios = mutate_all("scenario", |text| robust::scenario(text.as_bytes()));
    let schedules = mutate_all("schedule", robust::schedule);
    let tokens = mutate_all("token", robust::token);

    // Else it would be the parsers alone that are tried.
    let taken = [scenarios, schedules, tokens];
    assert!(taken.iter().all(|taken| *taken >= 200), "{taken:?}");
}
