//! Text without letter case, and patterns with `*`.
//!
//! Folding is lower-casing character by character. Text that is all ASCII is compared in place; other text is folded to
//! a new string once for each comparison. Both are then compared ignoring the case of ASCII letters, which changes
//! nothing on folded text.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Lower-cases each character by itself, so that equal texts stay equal wherever they stand.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A stored text, ready to be compared with folded literals.
pub(crate) struct Subject<'a>(Cow<'a, str>);

impl<'a> Subject<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self(if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(fold(text)) })
    }

    pub(crate) fn equals(&self, folded: &str) -> bool {
        self.0.eq_ignore_ascii_case(folded)
    }

    pub(crate) fn compare(&self, folded: &str) -> Ordering {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(folded.bytes())
    }
}

/// A folded literal with `*` for any sequence of characters, the empty one included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    start: String,
    middle: Vec<String>,
    end: String,
}

/// What the value of an equality means (management §3.3, §8.3 no. 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// No wildcard: the folded text, `\*` already replaced by `*`.
    Exact(String),
    Wild(Pattern),
}

impl Literal {
    pub(crate) fn new(text: &str) -> Self {
        let mut segments = split_at_wildcards(&fold(text));
        let last = segments.pop().unwrap_or_default();
        if segments.is_empty() {
            return Self::Exact(last);
        }
        let start = segments.remove(0);
        segments.retain(|segment| !segment.is_empty());
        Self::Wild(Pattern { start, middle: segments, end: last })
    }
}

impl Pattern {
    /// What every matching text starts with, folded; possibly empty.
    pub(crate) fn start(&self) -> &str {
        &self.start
    }

    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        let text = subject.0.as_bytes();
        let (start, end) = (self.start.len(), self.end.len());
        if text.len() < start + end || !starts_with(text, &self.start) {
            return false;
        }
        let (inside, tail) = text[start..].split_at(text.len() - start - end);
        starts_with(tail, &self.end) && self.middle_matches(inside)
    }

    fn middle_matches(&self, mut inside: &[u8]) -> bool {
        for segment in &self.middle {
            let Some(found) = find(inside, segment) else { return false };
            inside = &inside[found + segment.len()..];
        }
        true
    }
}

fn starts_with(text: &[u8], folded: &str) -> bool {
    text.get(..folded.len()).is_some_and(|start| start.eq_ignore_ascii_case(folded.as_bytes()))
}

fn find(text: &[u8], folded: &str) -> Option<usize> {
    text.windows(folded.len()).position(|window| window.eq_ignore_ascii_case(folded.as_bytes()))
}

/// The pieces between unescaped `*`; `\*` is a literal asterisk.
fn split_at_wildcards(text: &str) -> Vec<String> {
    let mut segments = vec![];
    let mut current = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.next_if_eq(&'*').is_some() => current.push('*'),
            '*' => segments.push(std::mem::take(&mut current)),
            other => current.push(other),
        }
    }
    segments.push(current);
    segments
}

/// The leading part of a folded text that only a text with exactly these characters can fold to: it ends at the first
/// character that has another letter case.
pub(crate) fn caseless_prefix(folded: &str) -> &str {
    let end = folded.find(|character| !is_caseless(character)).unwrap_or(folded.len());
    &folded[..end]
}

/// There is no other character that differs by its letter case alone.
pub(crate) fn is_caseless(character: char) -> bool {
    character.to_lowercase().eq([character]) && character.to_uppercase().eq([character])
}

#[cfg(test)]
mod tests {
    use super::{Literal, Subject, caseless_prefix, fold, is_caseless};

    fn like(literal: &str, text: &str) -> bool {
        match Literal::new(literal) {
            Literal::Exact(exact) => Subject::new(text).equals(&exact),
            Literal::Wild(pattern) => pattern.matches(&Subject::new(text)),
        }
    }

    #[test]
    fn matches_wildcards_and_escapes() {
        let table = [
            ("a*", "A1", true),
            ("a*", "ba", false),
            ("*a", "bA", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a**b", "axb", true),
            ("*b*c*", "abxcd", true),
            ("*c*b*", "abxcd", false),
            ("*ab*b", "ab", false),
            ("*ab*ab*", "xab", false),
            ("*ab*ba*", "aba", false),
            ("*ab*ab*", "abxab", true),
            ("%", "x", false),
            ("_", "x", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("a\\*b", "a\\*b", false),
            ("a\\*b*", "A*bcd", true),
            ("a\\b", "a\\b", true),
            ("ÄÖ*", "äöü", true),
            ("\u{212A}", "k", true),
            ("k", "\u{212A}", true),
            ("*ß", "STRASSE", false),
            ("straße", "STRAßE", true),
        ];
        for (literal, text, expected) in table {
            assert_eq!(like(literal, text), expected, "{literal} on {text}");
        }
    }

    /// Exact keys and key prefixes are only sound while nothing else folds to a caseless character.
    #[test]
    fn caseless_characters_have_one_origin() {
        for character in ('\0'..=char::MAX).filter(|c| !c.to_lowercase().eq([*c])) {
            let first = character.to_lowercase().next().expect("lower case is never empty");
            assert!(!is_caseless(first), "{character} folds to something that starts with caseless {first}");
        }
    }

    #[test]
    fn caseless_prefix_ends_at_the_first_letter_with_case() {
        for (text, expected) in [("12-3", "12-3"), ("12a3", "12"), ("a", ""), ("漢1é", "漢1"), ("", "")] {
            assert_eq!(caseless_prefix(&fold(text)), expected);
        }
    }
}
