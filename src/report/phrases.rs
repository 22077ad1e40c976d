//! The words that every renderer shares, so that no two of them say a thing differently.

use std::borrow::Cow;

use crate::recount::Verification;
use crate::runtime::Waits;

/// The reading of waits as JSON and the command line write it.
pub(crate) const fn waits_name(waits: Waits) -> &'static str {
    match waits {
        Waits::Sufficient => "sufficient",
        Waits::MayExpire => "may-expire",
    }
}

/// The reading of waits in a sentence.
pub(crate) const fn waits_phrase(waits: Waits) -> &'static str {
    match waits {
        Waits::Sufficient => "waits sufficient",
        Waits::MayExpire => "waits may expire",
    }
}

/// A count with its noun: `1 step`, `2 steps`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// What a recount says, in a few words.
pub(crate) fn verified(verification: &Verification) -> String {
    match verification {
        Verification::Agrees { traces, .. } => {
            format!("verified: {} recounted", counted(*traces, "trace"))
        }
        Verification::Differs(differences) => {
            format!("RECOUNT DIFFERS: {}", differences.join("; "))
        }
        Verification::TooLarge(prefixes) => {
            let prefixes = grouped(*prefixes);
            format!("too large to recount: more than {prefixes} prefixes")
        }
        Verification::TooLong(steps) => {
            let steps = counted((*steps).into(), "step");
            format!("too long to recount: more than {steps}")
        }
        Verification::Stopped => "not recounted: out of time".to_owned(),
        Verification::NotDeterministic { .. } => {
            "not recounted: the code is not deterministic".to_owned()
        }
        Verification::NotExhausted => "not recounted: the search did not see everything".to_owned(),
    }
}

/// A number with a comma after every third digit from the right: `1,305`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The command that replays a schedule, ready to be pasted into a shell. A model that is not
/// embedded has to be named by its path.
pub(crate) fn replay_command(token: &str, model: Option<&str>) -> String {
    let token = quoted(token);
    match model {
        Some(path) => format!("selvedge replay {token} --model {}", quoted(path)),
        None => format!("selvedge replay {token}"),
    }
}

/// The text as one word of a shell: as it is where that is safe, else in single quotes, which
/// `PowerShell` and every Unix shell understand.
fn quoted(text: &str) -> Cow<'_, str> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+@%~\\".contains(&byte);
    // At its beginning, `~` is a home directory.
    if !text.is_empty() && !text.starts_with('~') && text.bytes().all(safe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let texts = [0, 999, 1_305, 1_000_000].map(grouped);

        assert_eq!(texts, ["0", "999", "1,305", "1,000,000"]);
        assert_eq!(counted(1, "step"), "1 step");
        assert_eq!(counted(0, "step"), "0 steps");
    }

    /// An interactive shell would expand `!`.
    #[test]
    fn a_token_is_quoted_where_a_shell_would_touch_it() {
        assert_eq!(replay_command("a/b:0.1", None), "selvedge replay a/b:0.1");
        assert_eq!(
            replay_command("a b!", Some("my models/x.toml")),
            "selvedge replay 'a b!' --model 'my models/x.toml'"
        );
    }
}
