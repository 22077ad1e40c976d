//! Input as a message quotes it.

/// How many characters of it are quoted.
const QUOTED_MAX: usize = 80;

/// The beginning of a text, as a message quotes what was typed: whoever typed much knows the rest.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(QUOTED_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_text_is_cut() {
        let long = "\u{e4}".repeat(80);
        assert_eq!(excerpt(&long), long);
        assert_eq!(excerpt(&format!("{long}b")), format!("{long}\u{2026}"));
    }
}
