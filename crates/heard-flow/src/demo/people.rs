//! The customers: households and businesses with names from many cultures, roles, worth, and a manner of writing each.

use std::collections::BTreeSet;

use heard_domain::account::{Account, Identity, IdentityKind, Money, Person};
use heard_domain::id::{AccountId, PersonId};
use heard_domain::time::Day;

use crate::demo::dice::Dice;

/// Country, writing language, weight, first names, last names.
struct Culture {
    country: &'static str,
    language: &'static str,
    weight: f64,
    first: &'static str,
    last: &'static str,
}

const CULTURES: &[Culture] = &[
    Culture {
        country: "Finland",
        language: "fi",
        weight: 20.0,
        first: "Aino Eero Helmi Jari Kaisa Lauri Minna Onni Päivi Riikka Sami Tuomas Venla Ville",
        last: "Kivi Laine Mäkelä Nieminen Salonen Virtanen Heikkilä Koskela Rantala Lehtonen Ahola Tuominen",
    },
    Culture {
        country: "Sweden",
        language: "en",
        weight: 9.0,
        first: "Astrid Björn Elsa Gustav Ingrid Johan Karin Lars Maja Nils Saga Viktor",
        last: "Berg Dahl Ekström Holm Lindqvist Nyberg Sandell Sjöberg Wallin Åkesson",
    },
    Culture {
        country: "Norway",
        language: "en",
        weight: 6.0,
        first: "Eirik Ida Kjersti Magnus Marit Ola Sigrid Sindre Tuva",
        last: "Haldorsen Bakken Fjeld Lie Nygaard Solberg Tveit Moen",
    },
    Culture {
        country: "Germany",
        language: "de",
        weight: 13.0,
        first: "Anke Birgit Dieter Florian Greta Jürgen Katrin Lukas Nele Stefan Tobias Ulrike",
        last: "Albrecht Brandt Ebert Hoffmann Keller Lorenz Petersen Schuster Vogel Winkler",
    },
    Culture {
        country: "France",
        language: "fr",
        weight: 7.0,
        first: "Amélie Bastien Camille Étienne Hélène Julien Lucie Mathieu Noémie Thibault",
        last: "Aubert Chevalier Dufour Girard Lemaire Marchand Perrin Roussel",
    },
    Culture {
        country: "Spain",
        language: "es",
        weight: 6.0,
        first: "Alba Carlos Diego Elena Javier Lucía Marta Pablo Rocío Sergio",
        last: "Aguilar Cano Delgado Ferrer Herrero Molina Navarro Vidal",
    },
    Culture {
        country: "Portugal",
        language: "pt",
        weight: 5.0,
        first: "Beatriz Duarte Inês João Leonor Miguel Rita Tiago",
        last: "Almeida Carvalho Fonseca Lopes Moreira Pinto Teixeira",
    },
    Culture {
        country: "Ireland",
        language: "en",
        weight: 8.0,
        first: "Aoife Brendan Ciara Declan Fiona Liam Maeve Niamh Sean Una",
        last: "Brennan Byrne Doyle Gallagher Keane Murphy Nolan Walsh",
    },
    Culture {
        country: "Netherlands",
        language: "en",
        weight: 7.0,
        first: "Anouk Bram Daan Femke Joost Lieke Maarten Sanne Thijs",
        last: "Bakker Dekker Hendriks Jansen Kuiper Mulder Visser Vermeer",
    },
    Culture {
        country: "Poland",
        language: "en",
        weight: 5.0,
        first: "Agnieszka Bartek Ewa Jakub Kasia Marek Ola Piotr Zofia",
        last: "Adamska Kowalczyk Lis Nowak Pawlak Sikora Wrona Zając",
    },
    Culture {
        country: "Finland",
        language: "en",
        weight: 5.0,
        first: "Ayaan Deepa Kavya Manish Nikhil Priya Rahul Sunita",
        last: "Banerjee Iyer Kulkarni Mehta Nair Patel Rao Shah",
    },
    Culture {
        country: "Sweden",
        language: "en",
        weight: 4.0,
        first: "Ali Fatima Hassan Leila Mariam Omar Samira Yusuf Zahra",
        last: "Abdi Farah Haddad Karimi Mansour Nazari Rahimi Saleh",
    },
    Culture {
        country: "Ireland",
        language: "en",
        weight: 4.0,
        first: "Adaeze Chidi Emeka Folake Ifeoma Kelechi Ngozi Tunde",
        last: "Adeyemi Balogun Eze Ibekwe Okafor Okonkwo Olawale",
    },
    Culture {
        country: "Netherlands",
        language: "en",
        weight: 4.0,
        first: "Aylin Burak Deniz Elif Emre Murat Selin Zeynep",
        last: "Aydın Çelik Demir Kaya Öztürk Şahin Yıldız",
    },
    Culture {
        country: "Germany",
        language: "en",
        weight: 4.0,
        first: "Hien Linh Minh Nam Phuong Quang Thao Tuan",
        last: "Bui Dang Hoang Le Nguyen Pham Tran Vu",
    },
    Culture {
        country: "France",
        language: "en",
        weight: 3.0,
        first: "Daichi Haruka Kenji Mei Naoko Rin Takeshi Yuki",
        last: "Fujita Ito Kobayashi Mori Ono Sato Tanaka Ueda",
    },
    Culture {
        country: "Portugal",
        language: "pt",
        weight: 3.0,
        first: "Caio Flávia Gustavo Larissa Mateus Renata Thiago Vanessa",
        last: "Barbosa Cardoso Lima Nascimento Ribeiro Souza",
    },
    Culture {
        country: "Finland",
        language: "en",
        weight: 3.0,
        first: "Anastasia Dmytro Iryna Maksym Oksana Olena Petro Taras",
        last: "Bondarenko Kovalenko Lysenko Melnyk Shevchuk Tkachenko",
    },
];

/// What a business does.
#[derive(Debug)]
pub(crate) struct Trade {
    /// As they call it in a sentence.
    pub noun: &'static str,
    /// What follows a name.
    pub suffixes: &'static str,
    /// Where they work.
    pub place: &'static str,
    /// Who sells to them.
    pub supplier: &'static str,
    /// What they buy.
    pub goods: &'static str,
}

const fn trade(
    noun: &'static str,
    suffixes: &'static str,
    place: &'static str,
    supplier: &'static str,
    goods: &'static str,
) -> Trade {
    Trade { noun, suffixes, place, supplier, goods }
}

const TRADES: &[Trade] = &[
    trade("bakery", "Bakery|Bread|Pastries|Bakehouse", "bakery", "flour mill", "rye flour"),
    trade("joinery", "Joinery|Woodwork|& Sons|Kitchens", "workshop", "timber yard", "oak boards"),
    trade("pottery", "Ceramics|Pottery|Clay Studio", "studio", "clay supplier", "stoneware clay"),
    trade("haulage firm", "Logistics|Haulage|Transport|Freight", "yard", "fuel station", "diesel"),
    trade("café", "Café|Coffee|Kitchen & Coffee", "café", "roastery", "coffee beans"),
    trade("dental practice", "Dental|Dental Practice", "practice", "dental lab", "crowns"),
    trade("housing association", "Housing|Housing Association|Homes", "office", "roofer", "roof tiles"),
    trade("bike shop", "Cycles|Bikes|Bike Workshop", "shop", "wholesaler", "frames"),
    trade("garage", "Motors|Garage|Car Service", "garage", "parts dealer", "brake discs"),
    trade("farm", "Farm|Organic Farm|Orchards", "farm", "seed merchant", "seed potatoes"),
    trade("hair salon", "Hair|Salon|Hairdressers", "salon", "wholesaler", "hair dye"),
    trade("print shop", "Print|Press|Print & Sign", "print shop", "paper mill", "paper"),
    trade("architects' office", "Architects|Architecture", "office", "model maker", "plotter paper"),
    trade("electrical firm", "Electric|Electrical|Power & Light", "workshop", "wholesaler", "cable"),
    trade("florist", "Flowers|Florists|Garden", "shop", "flower auction", "tulips"),
    trade("hotel", "Hotel|Guesthouse|Inn", "hotel", "laundry", "linen"),
    trade("web shop", "Trading|Goods|Outfitters", "warehouse", "importer", "parcels"),
    trade("language school", "Language School|Academy", "school", "publisher", "textbooks"),
    trade("fishmonger", "Seafood|Fish|Smokehouse", "market hall", "fishing harbour", "salmon"),
    trade("software firm", "Software|Digital|Labs", "office", "hosting company", "laptops"),
    trade("plumbing firm", "Plumbing|Heating|Pipe & Heat", "depot", "wholesaler", "heat pumps"),
    trade("brewery", "Brewing|Brewery|Cider", "brewhouse", "maltster", "malt"),
    trade("physio practice", "Physio|Physiotherapy", "practice", "equipment dealer", "benches"),
    trade("cleaning firm", "Cleaning|Facility Care", "depot", "chemist", "supplies"),
    trade("theatre", "Theatre|Stage", "theatre", "set builder", "timber"),
    trade("veterinary clinic", "Vets|Veterinary Clinic", "clinic", "drug wholesaler", "vaccines"),
];

const ROLES: &[(&str, f64)] = &[
    ("Owner", 26.0),
    ("Managing director", 10.0),
    ("Finance manager", 14.0),
    ("Bookkeeper", 14.0),
    ("Office manager", 12.0),
    ("Operations lead", 8.0),
    ("Shop manager", 7.0),
    ("Head of treasury", 3.0),
    ("Chief accountant", 5.0),
    ("IT lead", 4.0),
    ("Board member", 3.0),
];

const PLACE_WORDS: &[&str] = &[
    "Brightwater",
    "Northgate",
    "Old Harbour",
    "Birch Lane",
    "Three Oaks",
    "Sunnyside",
    "Westbank",
    "Millbrook",
    "Redstone",
    "Lakeshore",
    "Cobble",
    "Juniper",
    "Blue Door",
    "Foxglove",
    "Granite",
    "Two Rivers",
    "Quayside",
    "Pinewood",
    "Kettle",
    "Silver Birch",
    "Saltmarsh",
    "High Street",
    "Corner",
    "Marigold",
    "Polar",
    "Hazel",
    "Seagull",
    "Lighthouse",
    "Amber",
    "Stonebridge",
];

const CITIES: &[(&str, &str)] = &[
    ("Finland", "Tampere|Turku|Helsinki|Oulu|Porvoo|Kuopio"),
    ("Sweden", "Malmö|Uppsala|Gothenburg|Umeå"),
    ("Norway", "Bergen|Oslo|Trondheim"),
    ("Germany", "Kiel|Hamburg|Leipzig|Freiburg"),
    ("France", "Nantes|Lyon|Lille"),
    ("Spain", "Valencia|Bilbao|Girona"),
    ("Portugal", "Porto|Braga|Lisbon"),
    ("Ireland", "Cork|Galway|Limerick|Dublin"),
    ("Netherlands", "Utrecht|Groningen|Delft"),
    ("Poland", "Gdańsk|Poznań|Kraków"),
];

const DEVICES: &[&str] = &[
    "iPhone 12",
    "iPhone 13 mini",
    "iPhone SE",
    "iPhone 15",
    "Pixel 6a",
    "Pixel 8",
    "Galaxy A54",
    "Galaxy S22",
    "Galaxy A14",
    "Fairphone 4",
    "Nokia G42",
    "Xperia 10",
    "Moto G",
    "OnePlus Nord",
    "iPad",
    "old iPhone 8",
];

/// How a person writes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Manner {
    /// Probability of a slip per sentence.
    pub slips: f64,
    /// Writes without capitals where nobody minds.
    pub lower: bool,
    /// Leaves out apostrophes.
    pub bare: bool,
    /// Has a keyboard that sets typographic apostrophes.
    pub curly: bool,
    /// How much they say beside the matter: 1 is the mean.
    pub wordy: f64,
    /// Likes emoji and exclamation marks.
    pub lively: f64,
    /// How they write amounts of money.
    pub money: usize,
    /// Their standing mood, added to what they think.
    pub mood: f64,
}

/// A customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The person.
    pub person: Person,
    /// Handles by which they are known.
    pub identities: Vec<Identity>,
    /// The place of their account among the company's accounts; `None`: a household.
    pub account: Option<usize>,
    /// Where they live.
    pub country: &'static str,
    /// ISO 639-1 code of the language that they write in at times beside English.
    pub language: &'static str,
    /// Their plan.
    pub plan: &'static str,
    pub(crate) city: &'static str,
    pub(crate) device: &'static str,
    pub(crate) manner: Manner,
    /// How often they speak: 1 is the mean.
    pub(crate) voice: f64,
}

impl Customer {
    /// The first name.
    pub(crate) fn first(&self) -> &str {
        self.person.name.split(' ').next().unwrap_or_default()
    }
}

/// What the simulator knows of an account beside its record.
#[derive(Debug, Clone)]
pub(crate) struct Business {
    pub trade: &'static Trade,
    pub people: i64,
}

/// Everybody.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub accounts: Vec<Account>,
    pub businesses: Vec<Business>,
    pub customers: Vec<Customer>,
}

fn split<'a>(words: &'a str, by: char, dice: &mut Dice) -> &'a str {
    let words: Vec<&str> = words.split(by).collect();
    dice.pick(&words)
}

/// Letters a to z and digits; anything else falls away or becomes its base letter.
pub(crate) fn plain(name: &str) -> String {
    let base = |c: char| match c {
        'ä' | 'å' | 'á' | 'ą' | 'ã' => 'a',
        'ö' | 'ø' | 'ó' => 'o',
        'é' | 'è' | 'ê' => 'e',
        'ü' | 'ú' => 'u',
        'í' | 'ı' => 'i',
        'ç' => 'c',
        'ş' | 'ś' => 's',
        'ń' => 'n',
        other => other,
    };
    name.to_lowercase().chars().map(base).filter(char::is_ascii_alphanumeric).collect()
}

fn manner(dice: &mut Dice) -> Manner {
    let careless = dice.hit(0.2);
    Manner {
        slips: if careless { 0.16 } else { 0.012 },
        lower: dice.hit(if careless { 0.4 } else { 0.06 }),
        bare: dice.hit(if careless { 0.5 } else { 0.05 }),
        curly: dice.hit(0.3),
        wordy: (0.45 * dice.normal()).exp(),
        lively: if dice.hit(0.25) { 2.5 } else { 0.5 },
        money: dice.place(6),
        mood: 0.22 * dice.normal(),
    }
}

fn city(country: &str, dice: &mut Dice) -> &'static str {
    CITIES.iter().find(|(name, _)| *name == country).map_or("Helsinki", |(_, cities)| split(cities, '|', dice))
}

fn person_name(culture: &'static Culture, dice: &mut Dice) -> String {
    format!("{} {}", split(culture.first, ' ', dice), split(culture.last, ' ', dice))
}

fn culture(dice: &mut Dice) -> &'static Culture {
    &CULTURES[dice.weighted(CULTURES.iter().map(|culture| culture.weight))]
}

fn account_name(trade: &'static Trade, culture: &'static Culture, dice: &mut Dice) -> String {
    let suffix = split(trade.suffixes, '|', dice);
    match dice.place(10) {
        0..4 => format!("{} {suffix}", split(culture.last, ' ', dice)),
        4..8 => format!("{} {suffix}", dice.pick(PLACE_WORDS)),
        8 => format!("{} & {}", split(culture.last, ' ', dice), split(culture.last, ' ', dice)),
        _ => format!("{} {suffix}", city(culture.country, dice)),
    }
}

fn identities(name: &str, domain: &str, number: usize, dice: &mut Dice) -> Vec<Identity> {
    let mut words = name.split(' ').map(plain);
    let (first, last) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let email = match domain {
        "" => format!("{first}.{last}{number}@post.example"),
        firm => format!("{first}.{last}{number}@{firm}.example"),
    };
    let mut handles = vec![(IdentityKind::Email, email), (IdentityKind::External, format!("LF-{:06}", 100_000 + number * 7))];
    if dice.hit(0.25) {
        handles.push((IdentityKind::Social, format!("{first}_{last}{}", number % 97)));
    }
    handles.iter().filter_map(|(kind, handle)| Identity::new(*kind, handle)).collect()
}

/// A yearly worth, in cents: most are small, few are large.
fn worth(dice: &mut Dice) -> i64 {
    let euros = (8.1 + 1.15 * dice.normal()).exp().clamp(240.0, 420_000.0);
    (euros / 20.0).round() as i64 * 2_000
}

/// Everybody, in a number that fits so many comments.
pub(crate) fn people(comments: usize, end: Day, dice: &mut Dice) -> People {
    let mut all = People { accounts: Vec::new(), businesses: Vec::new(), customers: Vec::new() };
    let wanted = (comments / 38).clamp(24, 6_000);
    let mut names = BTreeSet::new();
    while all.accounts.len() < wanted {
        let (trade, culture) = (&TRADES[dice.place(TRADES.len())], culture(dice));
        let mut name = account_name(trade, culture, dice);
        if !names.insert(name.clone()) {
            name = format!("{name} {}", city(culture.country, dice));
            if !names.insert(name.clone()) {
                name = format!("{name} {}", all.accounts.len());
                names.insert(name.clone());
            }
        }
        let place = all.accounts.len();
        let minor = worth(dice);
        let people = ((minor as f64 / 100.0).powf(0.42) * (0.4 * dice.normal()).exp() * 0.35).round() as i64;
        all.accounts.push(Account {
            id: AccountId(place as i64 + 1),
            name: name.clone(),
            yearly_value: Some(Money { minor, currency: "EUR".to_owned() }),
            key_account: false,
            renewal: Some(end + dice.between(-40, 325) as i32),
        });
        all.businesses.push(Business { trade, people: people.max(2) });
        let size = 1 + ((minor as f64 / 1_500_000.0).min(4.0) as i64) + dice.between(0, 2);
        let domain = plain(&name);
        for _ in 0..size {
            let culture = if dice.hit(0.6) { culture } else { self::culture(dice) };
            let role = ROLES[dice.weighted(ROLES.iter().map(|role| role.1))].0;
            push(&mut all, culture, Some((place, role, &domain)), dice);
        }
    }
    mark_key_accounts(&mut all.accounts);
    for _ in 0..(comments / 7).clamp(80, 40_000) {
        let culture = culture(dice);
        push(&mut all, culture, None, dice);
    }
    all
}

fn mark_key_accounts(accounts: &mut [Account]) {
    let value = |account: &Account| account.yearly_value.as_ref().map_or(0, |money| money.minor);
    let mut order: Vec<usize> = (0..accounts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(value(&accounts[*at])));
    for at in order.into_iter().take(accounts.len() / 14 + 1) {
        accounts[at].key_account = true;
    }
}

fn push(all: &mut People, culture: &'static Culture, part: Option<(usize, &str, &str)>, dice: &mut Dice) {
    let number = all.customers.len() + 1;
    let name = person_name(culture, dice);
    let identities = identities(&name, part.map_or("", |(_, _, domain)| domain), number, dice);
    let plan = match part {
        Some((place, ..)) if all.businesses[place].people > 40 => "Pro",
        Some(_) => ["Start", "Grow", "Grow", "Pro"][dice.place(4)],
        None => ["Household", "Household", "Household plus"][dice.place(3)],
    };
    all.customers.push(Customer {
        person: Person {
            id: PersonId(number as i64),
            name,
            role: part.map(|(_, role, _)| role.to_owned()),
            account: part.map(|(place, ..)| AccountId(place as i64 + 1)),
        },
        identities,
        account: part.map(|(place, ..)| place),
        country: culture.country,
        language: if culture.language != "en" && dice.hit(0.5) { culture.language } else { "en" },
        plan,
        city: city(culture.country, dice),
        device: DEVICES[dice.place(DEVICES.len())],
        manner: manner(dice),
        voice: (0.7 * dice.normal()).exp(),
    });
}
