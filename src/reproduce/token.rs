//! A line of a log as tokens.
//!
//! A token says what a part of the line looks like, not what it means: that is for `reading` to say,
//! which knows what stands around it. What by its form alone can say nothing of an
//! execution (a date, an address, a path) is a [`Token::Passed`].

use super::form;
use super::words;

/// A part of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// The name of a function, or what is written like one.
    Function(String),
    /// Capitals with an underscore: `ERROR_ACCESS_DENIED`.
    Symbol(String),
    /// A number.
    Number(Number),
    /// A name of several words written as one, such as `WireGuard`, that may be anything.
    Name(String),
    /// Any other word, as written.
    Word(String),
    /// What is passed over, and what it is.
    Passed(String, &'static str),
    /// What came before is one thing, and what follows another.
    Break,
}

/// A number as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    /// The text.
    pub(super) text: String,
    /// Its value; a negative one is widened with its sign to 64 bits.
    pub(super) value: u64,
    /// True if it is written in hexadecimal.
    pub(super) hexadecimal: bool,
    /// True if it stands in square brackets, or a colon follows.
    pub(super) is_heading: bool,
}

impl Number {
    /// True if it is written with a minus sign.
    pub(super) fn is_negative(&self) -> bool {
        self.text.starts_with('-')
    }
}

/// The tokens of a line, in order.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for chunk in line.split_whitespace() {
        take_chunk(chunk, &mut tokens);
    }
    tokens
}

/// What heads a line, as the name of a product or a module does.
pub(super) const SOURCE: &str = "where the line comes from";

/// How logs mark how grave a line is, in brackets.
const LEVELS: [&str; 9] = [
    "ERROR", "ERR", "WARN", "WARNING", "INFO", "DEBUG", "TRACE", "FATAL", "CRITICAL",
];

/// Punctuation that may stand around a chunk.
fn is_around(character: char) -> bool {
    "()[]{}<>\"'`,;:.!?*|\u{2026}\u{2018}\u{2019}\u{201c}\u{201d}".contains(character)
}

fn take_chunk(chunk: &str, tokens: &mut Vec<Token>) {
    let core = chunk.trim_matches(is_around);
    let ends = chunk.trim_start_matches(is_around).strip_prefix(core);
    let ends = ends.unwrap_or_default();
    let is_call = ends.starts_with('(');
    if core.is_empty() {
        tokens.extend(chunk.contains(';').then_some(Token::Break));
        return;
    }
    if core.eq_ignore_ascii_case("then") {
        tokens.push(Token::Break);
        return;
    }
    if let Some(what) = form::passed(core) {
        tokens.push(Token::Passed(core.to_owned(), what));
    } else if chunk.starts_with(['[', '<']) && LEVELS.contains(&core) {
        tokens.push(Token::Passed(core.to_owned(), "a level"));
    } else if form::is_hyphenated(core) {
        tokens.push(Token::Word(core.to_owned()));
    } else {
        let heading = chunk.starts_with('[') || ends.starts_with(':');
        for piece in pieces(core) {
            take_piece(&piece, (is_call, heading), tokens);
        }
    }
    if ends.contains(';') {
        tokens.push(Token::Break);
    }
}

/// A piece of a chunk: letters, digits and underscores, with the characters beside it.
struct Piece<'c> {
    text: &'c str,
    /// The character before it, if there is one in the chunk.
    before: Option<char>,
    /// What follows it in the chunk.
    after: &'c str,
}

/// The pieces of a chunk. A minus sign belongs to the digits after it unless it joins two words.
fn pieces(core: &str) -> Vec<Piece<'_>> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(offset) = core[start..].find(is_part) {
        let mut from = start + offset;
        let rest = &core[from..];
        let to = from + rest.find(|it| !is_part(it)).unwrap_or(rest.len());
        let mut before = core[..from].chars().next_back();
        let digits = core[from..to].bytes().all(|byte| byte.is_ascii_digit());
        if before == Some('-') && digits {
            let sign = from - 1;
            let outer = core[..sign].chars().next_back();
            if outer.is_none_or(|outer| !is_part(outer)) {
                (from, before) = (sign, outer);
            }
        }
        pieces.push(Piece {
            text: &core[from..to],
            before,
            after: &core[to..],
        });
        start = to;
    }
    pieces
}

fn take_piece(piece: &Piece<'_>, (is_call, heading): (bool, bool), tokens: &mut Vec<Token>) {
    let text = piece.text.to_owned();
    let is_last = piece.after.is_empty();
    let token = if let Some((value, hexadecimal)) = form::number(piece.text) {
        match piece.before {
            Some('+') => Token::Passed(format!("+{text}"), "an offset"),
            Some('#') => Token::Passed(format!("#{text}"), "a count"),
            _ => Token::Number(Number {
                text,
                value,
                hexadecimal,
                is_heading: heading && is_last,
            }),
        }
    } else if piece.after.starts_with('!') || words::is_module(piece.text) {
        Token::Passed(text, "a module")
    } else if let Some(what) = form::passed(piece.text) {
        Token::Passed(text, what)
    } else if form::is_label(piece.text) {
        Token::Word(text)
    } else if is_source(piece, heading, tokens) {
        Token::Passed(text, SOURCE)
    } else if piece.after.starts_with('(')
        || (is_call && is_last)
        || (piece.before == Some('!') && !form::is_symbol(piece.text))
        || form::is_function(piece.text)
    {
        Token::Function(text)
    } else if form::is_symbol(piece.text) {
        Token::Symbol(text)
    } else if form::is_name(piece.text) {
        Token::Name(text)
    } else {
        Token::Word(text)
    };
    tokens.push(token);
}

/// Whether a piece heads the line, as the name of a product or a module does, and is no call.
fn is_source(piece: &Piece<'_>, heading: bool, tokens: &[Token]) -> bool {
    let is_head = tokens.iter().all(|it| matches!(it, Token::Passed(..)));
    is_head && heading && form::is_name(piece.text) && !form::is_call_name(piece.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds of the tokens by a letter, and their texts.
    fn told(line: &str) -> String {
        let told = tokens(line).into_iter().map(|token| match token {
            Token::Function(text) => format!("f:{text}"),
            Token::Symbol(text) => format!("s:{text}"),
            Token::Number(number) => format!("n:{}", number.text),
            Token::Name(text) => format!("N:{text}"),
            Token::Word(text) => text,
            Token::Passed(text, _) => format!("p:{text}"),
            Token::Break => ";".to_owned(),
        });
        told.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_part_of_a_line_is_told_by_its_form() {
        for (line, tokens) in [
            (
                "[2026-11-28 07:36:12.123] pid=1234 FwpmTransactionBegin0() failed: -2144206830",
                "p:2026-11-28 p:07:36:12.123 pid n:1234 f:FwpmTransactionBegin0 failed \
                 n:-2144206830",
            ),
            (
                "fwpkclnt!FwpmFilterAdd0+0x1c -> (0x80320012); and then",
                "p:fwpkclnt f:FwpmFilterAdd0 p:+0x1c n:0x80320012 ; and ;",
            ),
            (
                "[WireGuard] C:\\a\\b.c:12 10.0.0.1:443 WireGuard ERROR_ACCESS_DENIED",
                "p:WireGuard p:C:\\a\\b.c:12 p:10.0.0.1:443 N:WireGuard s:ERROR_ACCESS_DENIED",
            ),
            (
                "errno=-22 use-after-free pre-commit 15ms C022000E ffff8a0f12345678",
                "errno n:-22 use-after-free pre commit p:15ms n:C022000E p:ffff8a0f12345678",
            ),
            ("", ""),
            ("-> \u{2026} () ;", ";"),
        ] {
            assert_eq!(told(line), tokens, "{line}");
        }
    }
}
