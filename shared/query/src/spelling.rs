//! The ways in which a text can have been spelled that is known without its letter case.

use crate::text::is_caseless;

/// The one mark that is a part of what another letter folds to (`İ`).
const DOT_ABOVE: char = '\u{307}';
const KELVIN_SIGN: char = '\u{212A}';

/// All texts that fold to this one, sorted. `None` if there are more than `most`, or if they cannot be told letter by letter.
pub(crate) fn spellings(folded: &str, most: usize) -> Option<Vec<String>> {
    let letters: Vec<Vec<char>> = folded.chars().map(origins).collect::<Option<_>>()?;
    let count = letters.iter().try_fold(1_usize, |count, origins| count.checked_mul(origins.len()))?;
    if count > most {
        return None;
    }
    let mut spelled = vec![String::with_capacity(folded.len())];
    for origins in letters {
        let longer = |start: &String| origins.iter().map(|letter| format!("{start}{letter}")).collect::<Vec<_>>();
        spelled = spelled.iter().flat_map(longer).collect();
    }
    Some(spelled)
}

/// The characters that fold to this one, sorted.
fn origins(folded: char) -> Option<Vec<char>> {
    match folded {
        'k' => Some(vec!['K', 'k', KELVIN_SIGN]),
        'a'..='z' => Some(vec![folded.to_ascii_uppercase(), folded]),
        DOT_ABOVE => None,
        other => is_caseless(other).then(|| vec![other]),
    }
}

#[cfg(test)]
mod tests {
    use super::spellings;
    use crate::text::fold;

    #[test]
    fn every_way_of_spelling_is_there() {
        assert_eq!(spellings("", 8), Some(vec![String::new()]));
        assert_eq!(spellings("1-漢", 1), Some(vec!["1-漢".to_owned()]));
        assert_eq!(spellings("a1b", 4), Some(["A1B", "A1b", "a1B", "a1b"].map(str::to_owned).to_vec()));
        assert_eq!(spellings("ok", 8).map(|all| all.len()), Some(6));
        for (folded, most) in [("abc", 7), ("é", 8), ("i\u{307}", 8)] {
            assert_eq!(spellings(folded, most), None, "{folded}");
        }
    }

    /// Also those of other scripts that look like Latin letters.
    #[test]
    fn no_character_is_forgotten() {
        for character in '\0'..=char::MAX {
            let text = format!("x{character}");
            let known = spellings(&fold(&text), 64);
            assert!(known.is_none_or(|all| all.contains(&text)), "{text}");
        }
    }
}
