//! Values of configuration keys, and the conversion of what a caller sent to the type of a key (management §5.16).

use serde::{Deserialize, Serialize};

/// The type of a key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Integer,
    Long,
    Text,
}

/// A scalar as it stands in a request. Null, objects and arrays are none: the caller refuses them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum RawValue {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

/// A value of a key, serialized as the bare scalar.
///
/// A bare number does not tell `Integer` from `Long`, so what was deserialized is converted again by
/// [`Value::of_kind`]; `TenantConfiguration` does that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Integer(i32),
    Long(i64),
    Text(String),
}

impl RawValue {
    /// The value in the type of a key. `None` where no conversion exists: a number is no boolean, a boolean no number.
    #[must_use]
    pub fn convert(&self, kind: Kind) -> Option<Value> {
        match kind {
            Kind::Bool => self.to_bool().map(Value::Bool),
            Kind::Integer => self.to_number().and_then(|number| i32::try_from(number).ok()).map(Value::Integer),
            Kind::Long => self.to_number().map(Value::Long),
            Kind::Text => Some(Value::Text(self.to_text())),
        }
    }

    fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "on" | "yes" | "1" => Some(true),
                "false" | "off" | "no" | "0" => Some(false),
                _ => None,
            },
            Self::Integer(_) | Self::Float(_) => None,
        }
    }

    fn to_number(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            // 2^53: up to here a float holds whole numbers exactly.
            Self::Float(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
                Some(*number as i64)
            }
            Self::Text(text) => text.trim().parse().ok(),
            Self::Bool(_) | Self::Float(_) => None,
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => format!("{number:?}"),
            Self::Text(text) => text.clone(),
        }
    }
}

impl From<Value> for RawValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(value),
            Value::Integer(number) => Self::Integer(number.into()),
            Value::Long(number) => Self::Integer(number),
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl Value {
    /// The value in the type of a key, if it has one.
    #[must_use]
    pub fn of_kind(self, kind: Kind) -> Option<Self> {
        RawValue::from(self).convert(kind)
    }

    /// A boolean; anything else is `false`.
    #[must_use]
    pub fn as_bool(&self) -> bool {
        *self == Self::Bool(true)
    }

    /// A number; anything else is 0.
    #[must_use]
    pub fn as_i64(&self) -> i64 {
        match self {
            Self::Integer(number) => i64::from(*number),
            Self::Long(number) => *number,
            Self::Bool(_) | Self::Text(_) => 0,
        }
    }

    /// A text; anything else is empty.
    #[must_use]
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Bool(_) | Self::Integer(_) | Self::Long(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn booleans_come_from_words() {
        for (word, expected) in [
            ("true", true),
            ("ON", true),
            (" yes ", true),
            ("1", true),
            ("false", false),
            ("off", false),
            ("no", false),
            ("0", false),
        ] {
            assert_eq!(text(word).convert(Kind::Bool), Some(Value::Bool(expected)), "{word}");
        }
        for refused in [text("nonsense"), text(""), RawValue::Integer(123), RawValue::Integer(1), RawValue::Float(1.0)]
        {
            assert_eq!(refused.convert(Kind::Bool), None, "{refused:?}");
        }
    }

    #[test]
    fn numbers_come_from_numeric_texts() {
        let accepted = [(text("123"), 123), (text(" -5 "), -5), (RawValue::Integer(7), 7), (RawValue::Float(3.0), 3)];
        for (raw, expected) in accepted {
            assert_eq!(raw.convert(Kind::Integer), Some(Value::Integer(expected)), "{raw:?}");
            assert_eq!(raw.convert(Kind::Long), Some(Value::Long(expected.into())), "{raw:?}");
        }
        let refused = [
            text("123f"),
            text(""),
            text("1.5"),
            RawValue::Float(1.5),
            RawValue::Float(f64::NAN),
            RawValue::Bool(true),
        ];
        for raw in refused {
            assert_eq!(raw.convert(Kind::Integer), None, "{raw:?}");
            assert_eq!(raw.convert(Kind::Long), None, "{raw:?}");
        }
    }

    #[test]
    fn numbers_must_fit_their_type() {
        let big = RawValue::Integer(1 << 31);
        assert_eq!(big.convert(Kind::Integer), None);
        assert_eq!(big.convert(Kind::Long), Some(Value::Long(1 << 31)));
        assert_eq!(RawValue::Float(1e300).convert(Kind::Long), None);
    }

    #[test]
    fn everything_becomes_text() {
        let cases = [
            (text("x"), "x"),
            (RawValue::Integer(5), "5"),
            (RawValue::Bool(true), "true"),
            (RawValue::Float(1.5), "1.5"),
        ];
        for (raw, expected) in cases {
            assert_eq!(raw.convert(Kind::Text), Some(Value::Text(expected.to_owned())), "{raw:?}");
        }
    }

    #[test]
    fn requests_hold_bare_scalars() {
        let read = |json: &str| serde_json::from_str::<RawValue>(json).ok();
        assert_eq!(read("true"), Some(RawValue::Bool(true)));
        assert_eq!(read("5"), Some(RawValue::Integer(5)));
        assert_eq!(read("5.5"), Some(RawValue::Float(5.5)));
        assert_eq!(read("\"5\""), Some(text("5")));
        for refused in ["null", "{}", "[1]", "{\"a\":1}"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
