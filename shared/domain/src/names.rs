//! Enums whose values have names: on the wire, in queries, in the database.

/// Defines an enum of plain values, each with its name, and what follows from that: `ALL`, `name` and `from_name`.
///
/// ```
/// harrier_domain::named! {
///     /// A side of a coin.
///     #[derive(Debug, Clone, Copy, PartialEq, Eq)]
///     pub enum Side {
///         Heads = "heads",
///         Tails = "tails",
///     }
/// }
///
/// assert_eq!(Side::ALL, [Side::Heads, Side::Tails]);
/// assert_eq!(Side::Heads.name(), "heads");
/// assert_eq!(Side::from_name("tails"), Some(Side::Tails));
/// assert_eq!(Side::from_name("TAILS"), None);
/// ```
#[macro_export]
macro_rules! named {
    ($(#[$about:meta])* $visibility:vis enum $Enum:ident {
        $($(#[$about_value:meta])* $Value:ident = $name:literal,)+
    }) => {
        $(#[$about])*
        $visibility enum $Enum {
            $($(#[$about_value])* $Value,)+
        }

        impl $Enum {
            /// All of them, in the order of their declaration.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Value),+];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$Value => $name,)+
                }
            }

            /// The one of exactly this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$Value),)+
                    _ => None,
                }
            }
        }
    };
}
