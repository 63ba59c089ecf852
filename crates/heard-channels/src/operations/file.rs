//! The way in for files of operational data: [`open`] gives their entries, one row after the other.

use std::io::{Read, Seek};

use heard_domain::import::{BadRow, Mapping};
use heard_domain::operation::Entry;
use heard_domain::time::Zone;

use crate::error::Unreadable;
use crate::operations::row::Plan;
use crate::posts::cursor::{Cursor, completed};
use crate::posts::shape::Shape;

/// A row that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The row, from 1 for the first under the header (JSONL: the line).
    pub row: u64,
    /// What stands in it.
    pub entry: Entry,
    /// Values that had to be left out.
    pub remarks: Vec<BadRow>,
}

/// The entries of a file, one after the other: `Err` ends it, because the file itself could not be read any further.
pub struct Entries<R: Read + Seek> {
    cursor: Cursor<R>,
    plan: Plan,
}

/// Opens a file for taking. The mapping's columns are found by name, so their order does not matter.
pub fn open<R: Read + Seek>(source: R, shape: &Shape, mapping: &Mapping, zone: &Zone) -> Result<Entries<R>, Unreadable> {
    let shape = completed(shape, mapping);
    let plan = Plan::new(mapping, &shape.columns, zone)?;
    Ok(Entries { cursor: Cursor::new(source, &shape)?, plan })
}

impl<R: Read + Seek> Entries<R> {
    /// Leaves out everything up to and including a row: what was taken before a crash.
    pub fn skip_to(&mut self, row: u64) -> Result<(), Unreadable> {
        self.cursor.skip_to(row)
    }
}

impl<R: Read + Seek> Iterator for Entries<R> {
    type Item = Result<Result<Row, BadRow>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.cursor.advance()?;
        let record = self.cursor.record();
        let row = |(entry, remarks)| Row { row: record.row, entry, remarks };
        Some(next.map(|next| next.and_then(|()| self.plan.build(record).map(row))))
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::account::Money;
    use heard_domain::import::{ImportKind, Meaning};

    use super::*;
    use crate::operations::guess;
    use crate::posts::detect::detect;
    use crate::posts::guess::guess as of_feedback;
    use crate::posts::survey::survey;

    fn taken(text: &str) -> (Mapping, Vec<Result<Row, BadRow>>) {
        let mut source = std::io::Cursor::new(text.as_bytes());
        let shape = detect(&mut source).unwrap();
        let survey = survey(&mut source, &shape).unwrap();
        let guessed = guess::guess(&survey, of_feedback(&shape, &survey));
        let entries = open(source, &shape, &guessed.mapping, &Zone::UTC).unwrap();
        let rows = entries.map(|row| row.unwrap()).collect();
        (guessed.mapping, rows)
    }

    #[test]
    fn accounts_are_guessed_and_read() {
        let (mapping, rows) = taken(
            "Account;Annual value;Currency;Renewal date;Key account;Segment\nAcme Oy;1.250.000,00;EUR;2027-01-31;yes;Enterprise\n;1;EUR;;;\nBolt;much;EUR;31.02.2026;maybe;SMB\n",
        );
        assert_eq!(mapping.kind, ImportKind::Accounts, "{mapping:?}");
        let Ok(Row { entry: Entry::Account(acme), .. }) = &rows[0] else { panic!("{rows:?}") };
        assert_eq!(acme.yearly_value, Some(Money { minor: 125_000_000, currency: "EUR".into() }));
        assert_eq!((acme.key_account, acme.renewal.map(|d| d.to_string())), (Some(true), Some("2027-01-31".into())));
        assert_eq!(acme.attributes, [("Segment".to_owned(), "Enterprise".to_owned())]);
        assert_eq!(rows[1].as_ref().unwrap_err().column, "Account");
        let bolt = rows[2].as_ref().unwrap();
        let wrong: Vec<&str> = bolt.remarks.iter().map(|bad| bad.column.as_str()).collect();
        assert_eq!(wrong, ["Renewal date", "Key account", "Annual value"], "{bolt:?}");
    }

    #[test]
    fn persons_exposures_and_events_are_guessed_and_read() {
        let (mapping, rows) = taken("Name,E-mail,Role,Account,Country\nAnn,ann@acme.com,Buyer,Acme,FI\nBo,,,,SE\n");
        assert_eq!(mapping.kind, ImportKind::Persons, "{mapping:?}");
        assert!(rows[0].is_ok() && rows[1].is_err(), "{rows:?}");

        let (mapping, rows) = taken("Day,Stage,Place,Orders,Calls\n2026-03-01,Book,HEL,1204,31\n2026-03-02,Book,HEL,x,2\n");
        assert_eq!(mapping.kind, ImportKind::Exposures, "{mapping:?}");
        let Ok(Row { entry: Entry::Exposures { cells }, .. }) = &rows[0] else { panic!("{rows:?}") };
        assert_eq!(cells.iter().map(|c| (c.measure.as_str(), c.count)).collect::<Vec<_>>(), [("Orders", 1204), ("Calls", 31)]);
        assert_eq!(rows[1].as_ref().unwrap_err().column, "Orders");

        let (mapping, rows) = taken(
            "event_id,event_type,occurred_at,email,flight,minutes\ne1,delay,2026-03-01T10:00:00Z,ann@acme.com,AY1,45\ne2,,2026-03-01T10:00:00Z,,,\n",
        );
        assert_eq!(mapping.kind, ImportKind::Events, "{mapping:?}");
        let Ok(Row { entry: Entry::Event(event), .. }) = &rows[0] else { panic!("{rows:?}") };
        assert_eq!((event.kind.as_str(), event.author.identities.len(), event.details.len()), ("delay", 1, 2));
        assert_eq!(rows[1].as_ref().unwrap_err().column, "event_type");
    }

    #[test]
    fn feedback_stays_feedback() {
        for text in [
            "id,date,comment,nps\n1,2026-03-22,Lovely crew and food,9\n2,2026-03-23,Late again and nobody said why,2\n",
            "name,email,review,stars\nAnn,a@x.org,The crew was lovely and kind,5\nBo,b@x.org,My bag never came at all,1\n",
        ] {
            assert_eq!(taken_kind(text), ImportKind::Feedback, "{text}");
        }
    }

    fn taken_kind(text: &str) -> ImportKind {
        let mut source = std::io::Cursor::new(text.as_bytes());
        let shape = detect(&mut source).unwrap();
        let survey = survey(&mut source, &shape).unwrap();
        guess::guess(&survey, of_feedback(&shape, &survey)).mapping.kind
    }

    #[test]
    fn a_mapping_without_what_is_needed_says_so() {
        let mut source = std::io::Cursor::new("a,b\n1,2\n".as_bytes());
        let shape = detect(&mut source).unwrap();
        let survey = survey(&mut source, &shape).unwrap();
        let mut mapping = guess::as_kind(&survey, of_feedback(&shape, &survey), ImportKind::Events).mapping;
        mapping.columns = vec![("a".into(), Meaning::Key), ("b".into(), Meaning::EventKind)];
        let wrong = open(source, &shape, &mapping, &Zone::UTC).err().unwrap().to_string();
        assert!(wrong.contains("when it happened"), "{wrong}");
    }
}
