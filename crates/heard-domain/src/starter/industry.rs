//! The industries that have a starter, and which one a sample of comments points to.

use std::collections::HashMap;

use crate::starter::airline::AIRLINE;
use crate::starter::bank::BANK;
use crate::starter::industrial::INDUSTRIAL;
use crate::starter::plan::Starter;
use crate::starter::retail::RETAIL;
use crate::starter::software::SOFTWARE;

crate::words! {
    /// Industries with a journey and a taxonomy to begin with.
    Industry {
        /// Airlines and other carriers of passengers.
        Airline = "airline", "Airline or travel";
        /// Banks, lenders, cards, credit bureaus.
        Bank = "bank", "Bank or finance";
        /// Software and online services.
        Software = "software", "Software";
        /// Shops, online and in the street.
        Retail = "retail", "Retail";
        /// Makers who sell to companies.
        Industrial = "industrial", "Industry";
    }
}

impl Industry {
    /// The journey and taxonomy to begin with.
    pub fn starter(self) -> &'static Starter {
        match self {
            Self::Airline => &AIRLINE,
            Self::Bank => &BANK,
            Self::Software => &SOFTWARE,
            Self::Retail => &RETAIL,
            Self::Industrial => &INDUSTRIAL,
        }
    }

    /// Words that one industry's customers say and the others' hardly do.
    fn signs(self) -> &'static str {
        match self {
            Self::Airline => {
                "flight flights airline airlines plane airport luggage baggage boarding gate crew pilot flying fly flew passengers \
                 seat bag attendant layover runway tarmac delayed airways"
            }
            Self::Bank => {
                "bank banking credit loan mortgage account card debt payment deposit transfer checking overdraft interest lender \
                 fraud inquiry collection payments transaction atm bureau equifax experian transunion"
            }
            Self::Software => {
                "software app bug crash login dashboard feature features api integration interface update ui export subscription trial \
                 plugin workflow browser android ios install documentation"
            }
            Self::Retail => {
                "store shop order ordered delivery parcel refund size shipping shipped product item items staff till queue basket \
                 returns voucher discount bought purchase package"
            }
            Self::Industrial => {
                "machine machines spare technician production commissioning supplier lead batch tolerance downtime quotation pump valve \
                 warehouse pallet engineer plant maintenance shipment invoice defect operators"
            }
        }
    }
}

/// The industry that most of the samples point to; shops if none does, because they are the most general.
///
/// `names` are the file's column names and its own name: they count as a sample each.
pub fn suggest<'a>(texts: impl IntoIterator<Item = &'a str>, names: impl IntoIterator<Item = &'a str>) -> Industry {
    let mut signs: HashMap<&str, Industry> = HashMap::new();
    for industry in Industry::ALL {
        signs.extend(industry.signs().split_whitespace().map(|word| (word, *industry)));
    }
    let mut votes = [0.0_f64; Industry::ALL.len()];
    for text in texts.into_iter().chain(names) {
        let mut own = [0.0_f64; Industry::ALL.len()];
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).take(400) {
            if let Some(vote) = signs.get(word.to_lowercase().as_str()).and_then(|industry| own.get_mut(industry.index())) {
                *vote += 1.0;
            }
        }
        // Each text has one vote, shared: a long complaint must not outvote a hundred short ones.
        let total: f64 = own.iter().sum();
        if total > 0.0 {
            votes.iter_mut().zip(own).for_each(|(sum, vote)| *sum += vote / total);
        }
    }
    let best = Industry::ALL
        .iter()
        .max_by(|a, b| votes.get(a.index()).partial_cmp(&votes.get(b.index())).unwrap_or(std::cmp::Ordering::Equal));
    best.copied().filter(|industry| votes.get(industry.index()).is_some_and(|v| *v > 0.0)).unwrap_or(Industry::Retail)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::starter::plan::listed;

    #[test]
    fn every_starter_is_whole() {
        for industry in Industry::ALL {
            let starter = industry.starter();
            let mut id = 0;
            let planted = starter.plant(|| {
                id += 1;
                id
            });
            let unique = |names: Vec<&String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
            assert!(unique(planted.journey.stages.iter().map(|s| &s.name).collect()), "{industry}: stages");
            assert!(unique(planted.journey.touchpoints.iter().map(|t| &t.name).collect()), "{industry}: touchpoints");
            assert!(unique(planted.taxonomy.categories.iter().map(|c| &c.name).collect()), "{industry}: categories");
            assert!(
                (7..=8).contains(&planted.journey.stages.len()) && planted.journey.touchpoints.iter().any(|t| t.moment_of_truth)
            );
            assert!((20..=32).contains(&planted.taxonomy.categories.len()), "{industry}: {}", planted.taxonomy.categories.len());
            for category in &planted.taxonomy.categories {
                assert!(category.stage.is_some() && !category.departments.is_empty(), "{industry}: {}", category.name);
                assert!(!category.definition.is_empty() && category.name.chars().count() <= 60);
                assert!(category.watch_words.iter().all(|word| *word == word.to_lowercase()), "{industry}: {}", category.name);
            }
            let all = starter.categories.iter().flat_map(|top| std::iter::once(top).chain(top.children));
            for category in all {
                let named = listed(category.departments).count();
                let found = planted.taxonomy.categories.iter().find(|c| c.name == category.name).map(|c| c.departments.len());
                assert_eq!(found, Some(named), "{industry}: {}", category.name);
            }
            for stage in &planted.journey.stages {
                assert!(
                    !stage.cues.is_empty() && planted.journey.touchpoints_of(stage.id).count() > 0,
                    "{industry}: {}",
                    stage.name
                );
            }
        }
    }

    #[test]
    fn the_words_of_customers_point_to_their_industry() {
        let cases = [
            (Industry::Airline, "my flight was cancelled and you lost my bag"),
            (Industry::Bank, "they opened a credit card account in my name"),
            (Industry::Software, "the dashboard crashes since the last update of the app"),
            (Industry::Retail, "I ordered two items and the parcel never came"),
            (Industry::Industrial, "the technician brought the wrong spare parts for our machine"),
        ];
        for (industry, text) in cases {
            assert_eq!(suggest([text], ["text", "date"]), industry, "{text}");
        }
        assert_eq!(suggest(["Thank you!"], ["airline_sentiment", "airline"]), Industry::Airline);
        assert_eq!(suggest([""], []), Industry::Retail);
    }
}
