//! How values travel to and from `PostgreSQL`, in its binary form.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::sql::driver::Value;

/// A value on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a>(pub(crate) Value<'a>);

type Unfit = Box<dyn Error + Sync + Send>;

impl ToSql for Kept<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Unfit> {
        match (self.0, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(value), &Type::INT8) => value.to_sql(kind, out),
            (Value::Int(value), &Type::INT4) => i32::try_from(value)?.to_sql(kind, out),
            (Value::Int(value), &Type::INT2) => i16::try_from(value)?.to_sql(kind, out),
            (Value::Int(value), &Type::BOOL) => (value != 0).to_sql(kind, out),
            (Value::Int(value), &Type::FLOAT8) => (value as f64).to_sql(kind, out),
            (Value::Int(value), &Type::NUMERIC) => {
                number(value, out);
                Ok(IsNull::No)
            }
            (Value::Real(value), &Type::FLOAT8) => value.to_sql(kind, out),
            (Value::Real(value), &Type::FLOAT4) => (value as f32).to_sql(kind, out),
            (Value::Text(value), &(Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)) => {
                value.to_sql(kind, out)
            }
            (value, kind) => Err(format!("{value:?} is no {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Kept<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Unfit> {
        Ok(Self(match *kind {
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(kind, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(kind, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(kind, raw)?.into()),
            Type::NUMERIC => numeric(raw)?,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Value::Text(<&str>::from_sql(kind, raw)?),
            _ => return Err(format!("values of type {kind} are not known here").into()),
        }))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The digits of a numeric stand in groups of four.
const GROUP: u64 = 10_000;
const NEGATIVE: u16 = 0x4000;

/// A whole number as a numeric.
fn number(value: i64, out: &mut BytesMut) {
    let mut groups = Vec::new();
    let mut rest = value.unsigned_abs();
    while rest > 0 {
        groups.push((rest % GROUP) as i16);
        rest /= GROUP;
    }
    let sign = if value < 0 { NEGATIVE } else { 0 };
    let head = [groups.len() as u16, (groups.len().max(1) - 1) as u16, sign, 0];
    for word in head {
        out.extend_from_slice(&word.to_be_bytes());
    }
    for group in groups.iter().rev() {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// A numeric: a whole number where it is one (sums of whole numbers come so), else a real one.
fn numeric(raw: &[u8]) -> Result<Value<'static>, Unfit> {
    let words: Vec<u16> = raw.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let &[count, weight, sign, _, ref groups @ ..] = words.as_slice() else { return Err("a numeric is cut off".into()) };
    if groups.len() != usize::from(count) || !matches!(sign, 0 | NEGATIVE) {
        return Err("a numeric is not a number".into());
    }
    let weight = i32::from(weight.cast_signed());
    let negative = sign == NEGATIVE;
    // Trailing zeros are not sent: a whole number has at most as many groups as its weight says.
    let whole = weight + 1;
    if i32::from(count) <= whole {
        let mut sum: i128 = 0;
        for place in 0..whole.max(0) as usize {
            let group = groups.get(place).copied().unwrap_or(0);
            sum = sum.checked_mul(GROUP.into()).and_then(|sum| sum.checked_add(group.into())).ok_or("a numeric is too large")?;
        }
        let signed = if negative { -sum } else { sum };
        if let Ok(value) = i64::try_from(signed) {
            return Ok(Value::Int(value));
        }
    }
    let mut sum = 0.0;
    for (place, group) in groups.iter().enumerate() {
        sum += f64::from(*group) * (GROUP as f64).powi(weight - place as i32);
    }
    Ok(Value::Real(if negative { -sum } else { sum }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn numerics_are_whole_numbers_where_they_are_whole() {
        for value in [0, 1, -1, 9_999, 10_000, -10_000, 123_456_789_012, 50_000_000, i64::MAX, i64::MIN] {
            let mut out = BytesMut::new();
            number(value, &mut out);
            assert_eq!(numeric(&out).unwrap(), Value::Int(value), "{value}");
        }
        // As the server sends them: 10,000 without its trailing zeros, 1.5, −0.25, 10^20.
        assert_eq!(numeric(&bytes(&[1, 1, 0, 0, 1])).unwrap(), Value::Int(10_000));
        assert_eq!(numeric(&bytes(&[2, 0, 0, 1, 1, 5000])).unwrap(), Value::Real(1.5));
        assert_eq!(numeric(&bytes(&[1, 0xFFFF, NEGATIVE, 2, 2500])).unwrap(), Value::Real(-0.25));
        assert_eq!(numeric(&bytes(&[1, 5, 0, 0, 1])).unwrap(), Value::Real(1e20));
        assert!(numeric(&bytes(&[0, 0, 0xC000, 0])).is_err(), "not a number");
        assert!(numeric(&bytes(&[2, 0, 0])).is_err(), "cut off");
    }
}
