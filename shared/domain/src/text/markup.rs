//! Finds markup in text (domain §1.2): an element or a comment of XML or HTML. A lone `<` or `&` is none.

/// Whether an HTML tokenizer would read a tag, a comment, a declaration or a processing instruction in `text`.
#[must_use]
pub fn contains_markup(text: &str) -> bool {
    openings(text).any(|rest| opens_comment(rest) || opens_tag(rest, |_| true))
}

/// As [`contains_markup`], but a `<` whose word does not end like the name of an element is a comparison: in
/// `createdat<b;name>a` nothing is marked up.
pub(super) fn contains_markup_beside_operators(text: &str) -> bool {
    openings(text).any(|rest| opens_comment(rest) || opens_tag(rest, ends_element_name))
}

/// What follows each `<`.
fn openings(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('<').map(|(at, _)| &text[at + 1..])
}

fn opens_comment(rest: &str) -> bool {
    if rest.starts_with("!--") || rest.starts_with("![") {
        return true;
    }
    let declaration = rest.strip_prefix(['!', '?']);
    declaration.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// An opening, closing or empty tag: a letter after `<` or `</`, and a `>` somewhere after it.
fn opens_tag(rest: &str, ends_name: impl Fn(char) -> bool) -> bool {
    let name = rest.strip_prefix('/').unwrap_or(rest);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.contains('>') {
        return false;
    }
    name.chars().find(|&character| !is_name_character(character)).is_some_and(ends_name)
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | ':' | '.')
}

fn ends_element_name(character: char) -> bool {
    character.is_whitespace() || matches!(character, '/' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_comments_are_markup() {
        let marked = [
            "<b>x</b>",
            "<script>alert(1)</script>",
            "a <a href=\"x\">link</a>",
            "<br/>",
            "<ns:tag attribute='1'>",
            "</b>",
            "<!-- hidden -->",
            "<!--",
            "<!DOCTYPE html>",
            "<![CDATA[x]]>",
            "<?xml version=\"1.0\"?>",
            "<x;y onclick=alert(1)>",
            "1 < 2 <i>really</i>",
        ];
        for text in marked {
            assert!(contains_markup(text), "{text}");
        }
    }

    #[test]
    fn lone_signs_are_text() {
        let plain = [
            "",
            "a < b",
            "a<b",
            "a > b",
            "R&D",
            "&lt;b&gt;",
            "x <= 5",
            "<5>",
            "< b>",
            "<>",
            "</>",
            "<-->",
            "->",
            "a <! b",
        ];
        for text in plain {
            assert!(!contains_markup(text), "{text}");
        }
    }

    #[test]
    fn operators_of_a_query_are_text() {
        assert!(!contains_markup_beside_operators("createdat<b;name>a"));
        assert!(!contains_markup_beside_operators("createdat<${NOW_TS};name>a"));
        assert!(contains_markup_beside_operators("name==<b>"));
        assert!(contains_markup_beside_operators("name==<img src=x>"));
        assert!(contains_markup_beside_operators("name==x<!--y"));
    }

    proptest::proptest! {
        #[test]
        fn any_element_is_found_wherever_it_stands(before in "[^<>]{0,10}", name in "[a-zA-Z][a-z0-9]{0,5}", after in "[^<>]{0,10}") {
            let text = format!("{before}<{name}>{after}");
            proptest::prop_assert!(contains_markup(&text));
            proptest::prop_assert!(contains_markup_beside_operators(&text));
        }

        #[test]
        fn text_without_an_opening_sign_is_never_markup(text in "[^<]{0,40}") {
            proptest::prop_assert!(!contains_markup(&text));
        }
    }
}
