//! The categories of the invented company, in two levels, with the words that point to each.

use heard_domain::starter::plan::StarterCategory;

/// The categories.
pub(crate) const CATEGORIES: &[StarterCategory] = &[
    StarterCategory {
        name: "Reliability",
        definition: "Whether it works when it is needed",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Login code",
                "The code for signing in: whether it arrives, in time, and is accepted",
                "login code, code, code by text, locked out, text message, expired, sign-in, codes, six digits, sms, \
                  voice call, first login, log in, logging in, get in",
                "Onboard",
                "Platform, Support, Texting partner (outside)",
            ),
            leaf(
                "Outages and crashes",
                "The app, the web or payments being down, slow or crashing; or running without a fault",
                "down, crash*, freez*, outage, white rock solid, status page, logs me out, no connection, \
                  spinning, works every day, app starts, never crashed, battery",
                "Use",
                "Platform",
            ),
            leaf(
                "Card payments",
                "Paying and being paid by card: declined, blocked, terminal, contactless, refunds to a card",
                "card, declined, contactless, terminal, cash machine, chip, refund, pin, paying by phone, \
                  virtual card, abroad",
                "Use",
                "Platform, Risk",
            ),
        ],
    },
    StarterCategory {
        name: "Speed",
        definition: "How long things take",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Instant payments",
                "Transfers that arrive at once, and how long transfers take",
                "instant, instant payment*, transfer*, in seconds, limbo, arrives, arrived, at once, in five seconds, \
                  payment limit, wages, rent goes out, money was there",
                "Use",
                "Product, Platform",
            ),
            leaf(
                "Waiting time on the phone",
                "How long it takes to reach a person by phone",
                "queue, waited, on hold, picked up, picks up, waiting, get through, music, nobody picks up, hung up, \
                  second ring, long call back option, \
                  a human",
                "Get help",
                "Support",
            ),
            leaf(
                "Account opening time",
                "From application until account, cards and terminals can be used",
                "account number, iban, cards took, application, up and running, opening, activation, \
                  cards came, account ready, signed at, activation letter, switch of, first salary, switching, \
                  days and i still",
                "Buy",
                "Risk, Product",
            ),
        ],
    },
    StarterCategory {
        name: "Ease of use",
        definition: "How easily people find their way and get done what they came for",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Navigation and design",
                "Finding one's way in web and demo; layout, taps",
                "menu, button*, clicks, taps, design, website, dark mode, \
                  find my way, front page, start icons, swipe, payees, demo, overview, scrolls, pop-up*, back \
                  button, log-out",
                "Use",
                "Product",
            ),
            leaf(
                "Device change",
                "New, second or lost phones and tablets",
                "new phone, old phone, changed phones, tablet, second device, device, watch, phones, stolen phone, \
                  new one, registered, fingerprint, qr code",
                "Onboard",
                "Product, Content",
            ),
            leaf(
                "Statements and export",
                "Statements, receipts and files to take out",
                "statement*, export*, csv, pdf, receipt*, camt, tax sheet, columns, spreadsheet, download, month end, \
                  booking",
                "Use",
                "Product, Finance",
            ),
            leaf(
                "Help articles",
                "Guides, videos and the search in the help pages",
                "help article*, help page*, guide*, video*, faq, manual, article, film, tour, checklist, steps, setup \
                  guide",
                "Get help",
                "Content",
            ),
        ],
    },
    StarterCategory {
        name: "People",
        definition: "How our people treat customers and what they know",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Friendly service",
                "Kindness, patience, tone and respect of our people",
                "friendly, kind, patient, rude, lovely, polite, tone, sighed, interrupted, respect*, warmth, \
                  joke, in a hurry, listened, thoughtful, considerate, charming, told me off, \
                  handwritten, interested, welcome call, greeting",
                "",
                "Support, Sales",
            ),
            leaf(
                "Answer quality",
                "Whether the answer was right, complete and understood",
                "answer*, explained, solved, reply, explain, bot, copy-paste, replied, ticket, solve*, \
                  knew what, straight answer",
                "Get help",
                "Support, Content",
            ),
            leaf(
                "Advisers know my business",
                "Advisers who know the customer's trade, season and plans",
                "adviser*, season, review, know our business, credit line, our trade, prepared, wait until spring, \
                  numbers about",
                "Renew",
                "Advisers",
            ),
        ],
    },
    StarterCategory {
        name: "Price and billing",
        definition: "What it costs and how it is billed",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Fees and price",
                "Plans, fees, discounts and changes of price",
                "fee*, price*, expensive, cheaper, dearer, quote, discount, per cent, charged, cost*, price \
                  list, offer",
                "",
                "Finance, Marketing",
            ),
            leaf(
                "Invoice layout",
                "Whether our invoice can be read, checked and booked",
                "invoice*, vat, total, read the invoice, the invoice",
                "Buy",
                "Finance, Product",
            ),
            leaf(
                "Exchange rates",
                "Rates and mark-ups for other currencies",
                "exchange rate*, dollar*, currency, mark-up, rate, dollars, pounds, kronor, middle rate, francs",
                "Use",
                "Finance",
            ),
        ],
    },
    StarterCategory {
        name: "Integrations",
        definition: "How it works together with the customer's other programs",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Accounting connection",
                "The link to accounting programs: bookings, attachments, duplicates",
                "accounting, ledgerwise, tallio, bookbird, duplicate*, feed, sync, connector, api, bookings, doubled, \
                  twice in, twin*, bookkeeper, export to",
                "Use",
                "Product, Platform",
            ),
            leaf(
                "Online shop checkout",
                "Being paid in the customer's web shop",
                "checkout, web shop, plug-in, payout*, payment page, online shop, basket*, payment button, shop \
                  payments, refunds from the shop",
                "Use",
                "Product, Platform",
            ),
        ],
    },
    StarterCategory {
        name: "Trust",
        definition: "Whether people feel safe and are dealt with honestly",
        watch_words: "",
        stage: "",
        departments: "",
        children: &[
            leaf(
                "Security",
                "Fraud, phishing, access and the safety of money and data",
                "fraud, scam, stolen, safe, phishing, licence, hacked, password, former employee, protected, insured, \
                  guarantees, forged, balance was visible, blocked in one minute, limits, login, approvals, face or \
                  finger, warning, licensed",
                "",
                "Risk, Platform",
            ),
            leaf(
                "Promises kept",
                "Call backs, dates and words that are kept or broken",
                "promised, promise*, call back, called back, said they would, within 48 hours, the ad said, advert*, \
                  was you said, they said, on the dot, confirmation, no pressure",
                "",
                "Support, Sales, Marketing",
            ),
            leaf(
                "Account checks",
                "Identity checks, questions about the origin of money, blocked accounts",
                "frozen, blocked, identity check, document*, passport, under review, origin of, the check, checks, \
                  papers, selfie, proof of, register extract, locked for a review, the block, shareholder, tax number",
                "",
                "Risk",
            ),
        ],
    },
];

const fn leaf(
    name: &'static str,
    definition: &'static str,
    watch_words: &'static str,
    stage: &'static str,
    departments: &'static str,
) -> StarterCategory {
    StarterCategory { name, definition, watch_words, stage, departments, children: &[] }
}
