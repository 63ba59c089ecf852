//! JSON taken at its word: an object is an object, and a word is a word. Derived readers would also take a list for the fields
//! of an object in their order, and a number for the word in its place of a list of words, which nobody means.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A value that is read strictly, with all that is in it.
pub struct Strict(pub Value);

impl IntoDeserializer<'_, Error> for Strict {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => {
                let mut rest = SeqDeserializer::new(list.into_iter().map(Self));
                let value = visitor.visit_seq(&mut rest)?;
                rest.end()?;
                Ok(value)
            }
            Value::Object(fields) => {
                let mut rest = MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Self(value))));
                let value = visitor.visit_map(&mut rest)?;
                rest.end()?;
                Ok(value)
            }
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_array() {
            return Err(Error::invalid_type(Unexpected::Seq, &"an object"));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(word) => visitor.visit_string(word),
            other => Err(Error::invalid_type(kind(&other), &"a word")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map ignored_any
    }
}

/// What stands where a word is wanted.
fn kind(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(is) => Unexpected::Bool(*is),
        Value::Number(number) => number.as_i64().map_or(Unexpected::Other("a number"), Unexpected::Signed),
        Value::String(word) => Unexpected::Str(word),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: Option<i64>,
        b: f32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        list: Vec<Inner>,
        pair: (String, i64),
        one: Option<Inner>,
    }

    #[test]
    fn a_list_is_no_object_however_deep() {
        let good = json!({ "list": [{ "a": null, "b": 1.5 }, { "b": 2 }], "pair": ["x", 3], "one": { "a": 4, "b": 0 } });
        let read = Outer::deserialize(Strict(good.clone())).unwrap();
        assert_eq!(read, Outer::deserialize(&good).unwrap());
        for bad in [
            json!([[], ["x", 3], null]),
            json!({ "list": [[1, 1.5]], "pair": ["x", 3] }),
            json!({ "list": [], "pair": ["x", 3], "one": [1, 2] }),
            json!({ "list": [], "pair": ["x", 3, 4] }),
        ] {
            assert!(Outer::deserialize(Strict(bad.clone())).is_err(), "{bad}");
        }
        assert!(Outer::deserialize(&json!({ "list": [[1, 1.5]], "pair": ["x", 3] })).is_ok(), "the usual reader takes it");
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "as", rename_all = "snake_case")]
    enum Tagged {
        Skip,
        Count { of: i64 },
    }

    #[test]
    fn a_number_is_no_word() {
        assert_eq!(Tagged::deserialize(Strict(json!({ "as": "count", "of": 3 }))).unwrap(), Tagged::Count { of: 3 });
        for bad in [json!({ "as": 0 }), json!({ "as": 1, "of": 3 }), json!({ "as": null }), json!({ "as": ["skip"] })] {
            assert!(Tagged::deserialize(Strict(bad.clone())).is_err(), "{bad}");
        }
    }
}
