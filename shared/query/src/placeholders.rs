//! The virtual values `${NOW_TS}` and `${OVERDUE_TS}` (management §3.5).

use std::borrow::Cow;

/// What the placeholders stand for during one use of a query; both are epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Placeholders {
    /// `${NOW_TS}`.
    pub now: i64,
    /// `${OVERDUE_TS}`: targets that polled last at or before this time are overdue (domain §4.6).
    pub overdue: i64,
}

impl Placeholders {
    /// Puts the values into `text`. Unknown names stay as they are, `$${X}` becomes `${X}`.
    pub(crate) fn substitute<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains("${") {
            return Cow::Borrowed(text);
        }
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next_placeholder(rest) {
            result.push_str(before);
            self.push_value(&mut result, name);
            rest = after;
        }
        result.push_str(rest);
        Cow::Owned(result)
    }

    fn push_value(&self, result: &mut String, name: &str) {
        if result.ends_with('$') {
            result.pop();
        } else if let Some(value) = self.value(name) {
            result.push_str(&value.to_string());
            return;
        }
        result.push_str("${");
        result.push_str(name);
        result.push('}');
    }

    fn value(&self, name: &str) -> Option<i64> {
        match name.to_ascii_lowercase().as_str() {
            "now_ts" => Some(self.now),
            "overdue_ts" => Some(self.overdue),
            _ => None,
        }
    }
}

/// Splits at the first `${name}`.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once("${")?;
    let (name, after) = opened.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::Placeholders;

    #[test]
    fn substitutes_known_names_only() {
        let placeholders = Placeholders { now: 17, overdue: 5 };
        let table = [
            ("${NOW_TS}", "17"),
            ("${now_ts}", "17"),
            ("a${Overdue_Ts}b${now_ts}", "a5b17"),
            ("${other}", "${other}"),
            ("$${NOW_TS}", "${NOW_TS}"),
            ("$$${NOW_TS}", "$${NOW_TS}"),
            ("$${x}${now_ts}", "${x}17"),
            ("${now_ts", "${now_ts"),
            ("now_ts}", "now_ts}"),
            ("$", "$"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(placeholders.substitute(text), expected, "{text}");
        }
    }
}
