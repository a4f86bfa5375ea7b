//! Changing what a request names, and nothing else.

/// An absent value leaves the field as it is.
pub fn change<T>(field: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *field = new;
    }
}

/// As [`change`], for a field that may be empty itself.
pub fn change_optional<T>(field: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *field = new;
    }
}
