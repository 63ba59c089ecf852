//! Closed lists of words: one declaration gives the type, its code in tables and addresses, and its label.

/// For [`words!`](crate::words), which is also used where schemas are not otherwise at home.
#[doc(hidden)]
pub use schemars;

/// A word that is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{given}” is not a {what}; known are {known}")]
pub struct UnknownWord {
    /// What was expected.
    pub what: &'static str,
    /// What was given, cut to 40 characters.
    pub given: String,
    /// All codes, comma-separated.
    pub known: String,
}

/// Declares a closed list of words: `Variant = "code", "Label";`. Gives `ALL`, `code()`, `label()`, `index()`
/// (0-based place in `ALL`), `from_index`, `Display` (the label), `FromStr` and serde (the code).
#[macro_export]
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in tables and addresses.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The word on screen.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// Its place in [`Self::ALL`].
            pub const fn index(self) -> usize {
                self as usize
            }

            /// The word at a place of [`Self::ALL`].
            pub fn from_index(index: usize) -> Option<Self> {
                Self::ALL.get(index).copied()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.label())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|w| w.code() == text).ok_or_else(|| $crate::word::UnknownWord {
                    what: stringify!($name),
                    given: text.chars().take(40).collect(),
                    known: Self::ALL.iter().map(|w| w.code()).collect::<Vec<_>>().join(", "),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl $crate::word::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut $crate::word::schemars::SchemaGenerator) -> $crate::word::schemars::Schema {
                let words = concat!($($doc,)*);
                let codes: Vec<&str> = Self::ALL.iter().map(|w| w.code()).collect();
                $crate::word::schemars::json_schema!({ "type": "string", "enum": codes, "description": words.trim() })
            }
        }
    };
}
