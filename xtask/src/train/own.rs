//! Sentences written for Heard: how customers of any business complain, ask and praise without words of feeling.
//!
//! Public sets of feeling come from small talk and films; a customer who writes "still on hold after two hours" uses no
//! bad word at all. Each pattern gives several sentences: `{slot}` is filled from the lists below.

use heard_domain::reading::Emotion;
use heard_text::model::EMOTIONS;

use crate::train::learn::Chance;
use crate::train::sets::{Example, Part, Set};

/// How many sentences a pattern gives.
const VARIANTS: usize = 14;

const SLOTS: &[(&str, &str)] = &[
    (
        "thing",
        "order|parcel|booking|reservation|account|card|subscription|delivery|ticket|contract|appointment|phone|machine|bag|suitcase|package|room|table|car|replacement|spare part|bill|invoice|refund|claim|application|loan|payment|transfer|laptop|dress|washing machine|meal|connection|flight|train|seat|upgrade|licence|report",
    ),
    (
        "service",
        "customer service|support|your support team|your hotline|the service desk|your call centre|the front desk|the help desk|your staff|the agent|the branch|the store|your team|the office",
    ),
    (
        "staff",
        "agent|driver|technician|lady at the desk|guy on the phone|manager|waiter|crew|receptionist|supervisor|engineer|representative|cashier|team",
    ),
    ("place", "store|branch|airport|hotel|office|station|counter|restaurant|warehouse|gate|clinic|garage|till|lobby"),
    (
        "system",
        "app|website|online portal|site|login page|system|checkout|dashboard|booking page|self-service machine|search|new version|export",
    ),
    ("n", "2|3|4|5|6|two|three|four|five|10|12|20|45|several"),
    ("unit", "hours|days|weeks|minutes|months|hrs"),
    (
        "time",
        "yesterday|today|this morning|last night|last week|on Monday|since Friday|in March|two weeks ago|all day|this afternoon|for months|tonight",
    ),
    ("person", "my wife|my mother|my husband|my kids|my daughter|a friend|my boss|our team|my dad|the whole family|a colleague"),
    ("event", "wedding|meeting|connection|holiday|birthday|interview|conference|funeral|deadline|vacation|appointment|Christmas"),
    ("city", "London|Denver|Boston|Berlin|Chicago|Madrid|Austin|Dublin|Toronto|Phoenix"),
    ("name", "Maria|John|Priya|Tom|Kevin|Susan|Ahmed|Linda|Carlos|Julie"),
    ("very", "so|very|really|incredibly|absolutely|truly|super|"),
    (
        "bad",
        "not working|broken|wrong|missing|gone|late|delayed|cancelled|closed|locked|dirty|unavailable|sold out|lost|stuck|blocked|overbooked|damaged",
    ),
    ("money", "$50|$200|30 euros|£25|$12.99|a hundred dollars|15%|twice the price|$75"),
];

/// Worse for the customer; before the bar the emotion, if there is one.
const BAD: &str = "\
anger|you promised a call back within {n} {unit}
anger|you promised a {thing} within {n} {unit}
anger|they promised it within {n} {unit}
anger|promised by Friday, still not here
anger|you said {n} {unit}
anger|terrible
anger|terrible {thing}
anger|terrible service
anger|horrible
anger|horrible {thing} and rude {staff}
anger|awful
anger|awful experience at the {place}
anger|pathetic
anger|ridiculous
anger|absolutely ridiculous
anger|disgusting
anger|unacceptable
anger|totally unacceptable
anger|rude and unhelpful
anger|incompetent {staff}
anger|dishonest
anger|bad
disappointment|bad {thing}
disappointment|poor {thing}
disappointment|poor quality
disappointment|disappointing
disappointment|very disappointing {thing}
disappointment|a disappointment
disappointment|sad to see how you treat {person}
disappointment|the {thing} never arrives on time
disappointment|the {system} never works
disappointment|your {staff} never calls back
disappointment|it has already expired
disappointment|my voucher has already expired
disappointment|it expired before I could use it
disappointment|it is already {bad}
anger|I'm switching to another provider
anger|we are switching to your competitor
anger|looking for another supplier
anger|we will go elsewhere next time
anger|close my account
anger|cancel my subscription, I have had enough
anger|why is my {thing} still {bad}
anger|why is the {system} {bad} again
anger|why am I paying for a {thing} that is {bad}
anger|why are you not answering
anger|why do I have to call {n} times for one {thing}
anger|why would you sell me a {thing} that is {bad}
anger|why was I not told that the {thing} is {bad}
anger|why is nobody at the {place}
anger|how come my {thing} is {bad}
anger|how do you not know where my {thing} is
anger|how many times do I have to ask for my {thing}
anger|how long do we have to sit here
anger|how long am I supposed to wait
anger|when will you finally fix the {system}
anger|can you please do something about the {place} in {city}, it is always {bad}
anger|is anybody working {time}
anger|does anyone read these messages
anger|{n} {unit} later and still no {thing}
anger|{n} {unit} and counting
anger|because of you I had to buy another {thing}
anger|because of your mistake I lost {money}
anger|you made me miss my {event}
anger|you made {person} wait {n} {unit}
anger|you left {person} at the {place}
anger|you left us stranded in {city}
anger|you need to train your {staff}
anger|you need more people at the {place}
anger|you need to fix the {system}
anger|you should be ashamed
anger|your {staff} just walked away
anger|your {staff} would not let {person} in
anger|your {system} charged me {n} times
anger|your {system} lost my {thing}
anger|your email says one thing and the {system} another
anger|your policy makes no sense
anger|your prices keep going up and the {thing} is {bad}
disappointment|so now I have to find another {thing}
disappointment|so now we have to wait until tomorrow
disappointment|now I'm stuck without a {thing}
disappointment|now they say it takes another {n} {unit}
disappointment|now my {thing} is {bad} and so is my {event}
disappointment|my {thing} is {bad}
disappointment|my {thing} is {bad} again
disappointment|the {thing} I paid {money} for is {bad}
disappointment|the {system} is {bad}
disappointment|the {place} was closed when we got there
disappointment|the {place} was too hot and the {thing} {bad}
disappointment|first the {thing} was {bad}, then the {system}
disappointment|first you lose my {thing}, then you do not answer
disappointment|I have been trying to reach you since {time}
disappointment|I've been trying to change my {thing} for {n} {unit}
disappointment|I've been waiting for a reply for {n} {unit}
disappointment|I paid {money} and got a {thing} that is {bad}
disappointment|I paid extra and still no {thing}
disappointment|I paid for priority and waited {n} {unit}
disappointment|I had to pay {money} to get home
disappointment|I had to call {n} times to get my {thing}
disappointment|I had to sleep at the {place}
disappointment|I was told to call back {time}
disappointment|I was told it would take {n} {unit}, that was last month
disappointment|I just want my {thing} back
disappointment|I just want to speak to a person
disappointment|all I want is my {thing}
disappointment|tried to call, got a recording
disappointment|tried the {system}, tried the phone, nothing
disappointment|been here since {n} and no one has told us anything
disappointment|been sitting at the {place} since {time}
disappointment|been told {n} different stories
disappointment|they have no record of my {thing}
disappointment|they gave my {thing} to somebody else
disappointment|they gave us a {thing} without {person}
disappointment|they moved my {thing} without asking
disappointment|they put {person} on a different {thing}
disappointment|they could not find my {thing}
disappointment|they will not give me my money
disappointment|we missed the {event} and nobody cares
disappointment|we waited {n} {unit} and then they told us it is {bad}
disappointment|we had to leave without eating
disappointment|would not recommend the {thing}
disappointment|would be nice if somebody answered
disappointment|would be nice to have my {thing} by now
disappointment|wish you cared about your customers
disappointment|wish I had gone to another {place}
disappointment|no {thing} for {n} {unit}
disappointment|no one at the {place} to help
disappointment|nobody to be found at the {place}
disappointment|not one {staff} in sight
disappointment|not even close to on time
disappointment|not getting any help from {service}
disappointment|only {n} {unit} late this time
disappointment|there goes my {event}
disappointment|there is no way to reach a human
disappointment|third {thing} in a row that is {bad}
disappointment|the wait is over {n} {unit}
disappointment|{n} people waiting and one {staff}
disappointment|{n} calls, {n} emails, no answer
disappointment|{service} says {n} {unit}, the {system} says sold out
disappointment|{service} told {person} to come back {time}
disappointment|still waiting for my {thing}
disappointment|still no {thing} after {n} {unit}
anger|been on hold for {n} {unit}
anger|on hold for over {n} {unit} and nobody picks up
anger|{n} {unit} on hold and then the call was dropped
anger|they hung up on me
anger|{service} hung up on me {n} times
anger|why does it take {n} {unit} to get an answer
anger|how can you lose my {thing}
anger|you lost my {thing} and nobody seems to care
anger|where is my {thing}?? it has been {n} {unit}
disappointment|where's my {thing}
disappointment|my {thing} never arrived
disappointment|my {thing} has still not arrived
disappointment|my {thing} arrived {n} {unit} late
disappointment|the {thing} came {n} {unit} late and it was broken
disappointment|the {thing} is {n} {unit} late
disappointment|my {thing} was delayed again
disappointment|delayed {n} {unit}, now what
disappointment|now delayed another {n} {unit}
anger|another delay
anger|you cancelled my {thing} without telling me
disappointment|my {thing} was cancelled {time} and nobody told me
disappointment|my {thing} got cancelled and I can't rebook
anger|sitting here {n} {unit} with no information
anger|stuck at the {place} for {n} {unit}
anger|stuck in {city} overnight because of you
anger|we have been sitting in the {place} for {n} {unit}
anger|waited {n} {unit} at the {place} and nobody came
anger|no one answers the phone
anger|nobody answers my emails
anger|no reply to my email for {n} {unit}
anger|I have called {n} times and still no answer
anger|I've sent {n} emails and no response
anger|can't get through to {service}
anger|can't reach anyone at {service}
anger|your phone line keeps disconnecting me
anger|the {staff} was rude
anger|the {staff} was rude to {person}
anger|the {staff} ignored us
anger|the {staff} refused to help
anger|the {staff} told me there is nothing they can do
anger|{service} could not care less
anger|{service} was no help at all
anger|{service} keeps giving me the runaround
anger|{service} sent me from one department to the next
confusion|every {staff} tells me something different
confusion|I was told one thing by the {staff} and another by {service}
confusion|it makes no sense that I have to pay for the {thing} again
confusion|I have no idea why my {thing} was changed
confusion|the {system} is so confusing I gave up
disappointment|the {system} doesn't work
disappointment|the {system} is down again
disappointment|the {system} keeps crashing
anger|the {system} crashes every time I try to pay
anger|the {system} won't let me log in
disappointment|the {system} says error whenever I open it
disappointment|the {system} is slow since the update
disappointment|can't log in to the {system}
disappointment|unable to book, the {system} does not load
disappointment|the {thing} stopped working after {n} {unit}
disappointment|the {thing} broke after {n} {unit}
disappointment|the {thing} arrived damaged
disappointment|they sent the wrong {thing}
disappointment|received the wrong {thing} and have to pay for the return
disappointment|the {thing} was dirty
disappointment|the {thing} leaks
disappointment|the {thing} was not as described
disappointment|the {thing} is nothing like the picture
disappointment|half of the {thing} was missing
anger|I was charged twice for my {thing}
anger|you charged me {money} for a {thing} I never got
anger|charged {money} to change my {thing}
anger|{money} for that? no way
anger|hidden fees again
anger|you raised the price by {money} without a word
anger|I want my money back
anger|I want a refund
anger|refund my {thing}
anger|still fighting for my refund after {n} {unit}
anger|they refuse to refund the {thing}
anger|no refund, no voucher, no apology
anger|not even an apology
anger|no explanation given
anger|no one can tell me what is going on
anger|nobody knows anything
disappointment|missed my {event} because of you
disappointment|missed my {event} because the {thing} was late
disappointment|we are going to miss the {event} because of this
disappointment|I had to buy a new {thing} myself
disappointment|I had to wait in line for {n} {unit}
disappointment|only one person working at the {place} and {n} people in line
disappointment|out of stock again
disappointment|no power, no wifi, no food
disappointment|nothing works
disappointment|it used to be better
disappointment|not what I paid for
disappointment|you can do better than this
disappointment|expected more from you
disappointment|what happened to your {thing}
anger|do better
anger|get it together
anger|get your act together
anger|fix your {system}
anger|please fix this
anger|how hard can it be to answer the phone
anger|how is this acceptable
anger|is this how you treat your customers
anger|this is not how you treat a customer
anger|this is the {n} time this has happened
anger|second time this month
anger|every single time
anger|never again
anger|never using you again
anger|I will never order here again
anger|I won't be back
anger|you just lost a customer
anger|taking my business elsewhere
anger|I'm done with you
anger|worst {thing} ever
anger|worst service I have had in years
anger|what a joke
anger|what a mess
anger|what a waste of time
anger|you people are useless
anger|you have got to be kidding me
anger|unreal
anger|unbelievable
anger|are you serious
anger|seriously? {n} {unit}?
anger|really? another {n} {unit}?
anger|wow. {n} {unit} and still nothing
anger|thanks for nothing
anger|thanks for ruining our {event}
anger|thanks a lot for losing my {thing}
anger|great, my {thing} is late again
anger|great job losing my {thing}
anger|nice work, {n} {unit} late
anger|way to go, cancelled again
anger|love waiting {n} {unit} for my {thing}
anger|so glad I paid extra for this
anger|so much for your promise
anger|so much for priority service
anger|you promised a call back and nobody called
anger|I was promised my {thing} by Friday
anger|they said {n} {unit}, it took {n} weeks
anger|that was {n} {unit} ago
anger|you lied to me
anger|they keep lying about the {thing}
fear|I was worried sick about {person}
fear|it was scary, the {thing} started to smoke
fear|I am afraid my money is gone
fear|someone opened an {thing} in my name
fear|my {thing} was stolen and you do nothing
anger|someone used my card and {service} does not help
anger|this debt is not mine
anger|I did not authorize this
anger|remove this from my account
anger|you closed my account without notice
anger|my account is locked and nobody can unlock it
anger|they put me on hold then transferred me {n} times
disappointment|no help from {service}
disappointment|still nothing
disappointment|still haven't heard back
disappointment|haven't received my {thing} yet
disappointment|I'm missing my {event}
disappointment|don't bother with this {place}
disappointment|not impressed
disappointment|not happy
disappointment|not cool
disappointment|could be better
disappointment|left without our {thing}
disappointment|you forgot my {thing}
disappointment|they forgot {person}
disappointment|no one showed up
disappointment|the {staff} never showed up
disappointment|the {staff} came too late and without the parts
disappointment|too expensive for what you get
disappointment|way too small
disappointment|too loud to sleep
disappointment|cold food
disappointment|no hot water
disappointment|a {n} hour wait just to drop off a {thing}";

/// Neither: questions, requests, facts.
const PLAIN: &str = "\
|it would be great if you could add a {thing} to the {system}
|it would be nice to have a {place} in {city}
|would be helpful to see the {thing} in the {system}
|please add {city} to the list
|please add an option to change the {thing}
|I wish the {system} had a filter for the {thing}
|I would love to see a {place} in {city}
|I would like to be able to change my {thing} in the {system}
|you should offer a {thing} to {city}
|you should consider a smaller {thing}
|maybe add a second {place} in {city}
|my suggestion is to put the {thing} on the first page
|what time does the {place} open
|what time do you close {time}
|what is the number for {service}
|what is the phone number of the {place} in {city}
|can I change my {thing} online
|can I change the name on my {thing}
|can you check my {thing} please
|can you send me the details
|can you please follow me so I can dm you
|can someone call me about my {thing}
|could you tell me if the {thing} is still available
|do you ship to {city}
|do you have a {place} in {city}
|do you offer a student discount
|do I need to print my {thing}
|does the {thing} include breakfast
|does the plan include support
|how do I add a second {thing}
|how do I cancel my {thing}
|how do I reset my password
|how do I get a copy of my {thing}
|how long does a refund take
|how much is a {thing} to {city}
|how much does it cost to change a {thing}
|how can I contact {service}
|is there a way to track my {thing}
|is there a direct {thing} from {city} to {city}
|is it possible to move my {thing} to Friday
|is the {place} open on Sunday
|any update on the {thing}
|any chance of an earlier {thing}
|any idea when the {thing} will be back
|are you hiring
|are there seats left {time}
|who do I contact about a lost {thing}
|where can I find the {thing} form
|where do I send the documents
|when will the {thing} be available
|when do you open in {city}
|when does the sale end
|which {thing} fits the older model
|why do I need an account to order
|will you have more of the {thing}
|will there be a {thing} {time}
|would it be possible to get an invoice
|my order number is 48213
|my {thing} number is AB12CD
|I sent you a dm
|dm sent
|sent you a message {time}
|just sent the email
|ok, will do
|ok thanks, I will try that
|I will try again {time}
|yes, the blue one
|yes it is
|no, the other one
|I am looking for a {thing} in {city}
|I would like to change my {thing} to next week
|I need to change my {thing}
|I need a {thing} for {n} people
|I need the address of the {place}
|I need help with my {thing}
|need some help with a {thing}
|please call me {time}
|please send me the form
|please let me know
|please follow back
|please advise
|flying to {city} {time}
|on my way to {city}
|I ordered a {thing} {time}
|I booked a {thing} for {n} people
|we are {n} people and arrive at noon
|we use it for reports
|we have {n} of these machines
|it is for {person}
|I bought it for {person}
|I have been a customer since 2012
|thinking of buying a {thing}
|comparing you with another provider
|I live in {city}
|the {thing} is in the mail
|the meeting is {time}
|got it
|following you now
|just saw your ad
|new {thing} from {city} starts {time}
|{name} works at the {place} in {city}
|see the attached picture
|here is the link
|the form asks for a date
|I filled in the form {time}
|they asked for my address
|the technician will come {time}
|we changed the filter {time}
|the package weighs {n} pounds
|it is {n} years old
|the account was opened in {city}";

/// Better for the customer.
const GOOD: &str = "\
trust|not bad
trust|not bad at all
trust|not bad at all, the {thing} is fine
trust|can't complain
trust|no complaints
trust|no complaints about the {thing}
trust|no problems at all
trust|never had a problem with the {thing}
trust|no issues with my {thing}
trust|no wait at the {place}
trust|without any problems
trust|nothing to complain about
joy|couldn't be better
joy|could not be happier with the {thing}
trust|can't fault the {staff}
trust|the {staff} was here within {n} hours
trust|on site within {n} hours and everything runs again
trust|the {staff} answered within {n} minutes
trust|up and running again after {n} minutes
trust|only took {n} minutes
trust|only {n} minutes in line
trust|everything works again
trust|everything was on time
trust|on time and as promised
trust|quick and easy
trust|quick check-in and on time
trust|comfortable and clean
joy|comfortable {thing}, good food
gratitude|thank you
gratitude|thank you so much
gratitude|thanks
gratitude|thanks for the help
gratitude|thanks for your help {time}
gratitude|thanks for the quick reply
gratitude|thank you for the quick response
gratitude|thank you {name} for your help with my {thing}
gratitude|thanks to {name} at the {place}
gratitude|thanks {name}, you were {very} helpful
gratitude|thank you for finding my {thing}
gratitude|thank you for getting me home
gratitude|many thanks to your {staff}
gratitude|much appreciated
gratitude|appreciate the help
gratitude|I appreciate the follow up
gratitude|thanks for fixing it
gratitude|thanks for getting back to me
gratitude|cheers
gratitude|thx
gratitude|shout out to {name} for going the extra mile
gratitude|big thanks to the {staff}
gratitude|kudos to the {staff} in {city}
trust|the {staff} was {very} helpful
trust|the {staff} was {very} friendly
trust|the {staff} went above and beyond
trust|{service} was {very} helpful
trust|{service} called me back within {n} minutes
trust|{service} sorted it out in {n} minutes
trust|{name} at the {place} was great
trust|{name} knew exactly what to do
trust|you always deliver
trust|can always count on you
trust|been a happy customer for {n} years
trust|always a pleasure dealing with you
trust|I would recommend you to anyone
trust|highly recommended
trust|best {service} I have dealt with
trust|you guys are the best
trust|good job
trust|great job {time}
trust|great service
trust|great service from {service}
trust|good service, fair price
trust|keep up the good work
trust|well done
trust|works perfectly
trust|works like a charm
trust|the {system} works well
trust|the {system} is easy to use
trust|the new {system} is so much better
trust|solid quality
trust|does what it says
trust|runs without a problem since {time}
trust|fair and honest
trust|they kept me informed all the way
trust|they kept their word
joy|the {thing} arrived a day early
joy|my {thing} arrived early
joy|my {thing} came on time and in perfect condition
joy|got my refund within {n} days
joy|got my {thing} back {time}
joy|found my {thing}, you rock
joy|you rock
joy|you made my day
joy|you made our {event}
joy|we had a great time
joy|great {thing}
joy|awesome {thing} {time}
joy|love the new {thing}
joy|love your {system}
joy|I love this {place}
joy|loving the {thing}
joy|the best {thing} I have ever had
joy|smooth {thing} and friendly staff
joy|smooth and on time
joy|can't wait for my next {thing}
joy|looking forward to my {thing}
joy|so excited for {city}
joy|see you again soon
joy|will be back
joy|will definitely order again
joy|perfect
joy|excellent
joy|problem solved
joy|finally solved, all good now
joy|all good now
joy|yay
joy|happy customer here
joy|10/10
joy|five stars
joy|free upgrade, made my day
joy|my kids loved it
joy|{person} loved the {thing}
surprise|wow, that was fast
surprise|wow, what a {thing}
surprise|didn't expect such good service
surprise|pleasantly surprised by the {thing}
surprise|never thought it would be this easy";

/// How many texts of two or three sentences are made per class.
const LONGER: usize = 1500;

/// All sentences, alone and in longer texts; of one pattern in ten all sentences tune instead of training.
pub fn sentences() -> Vec<Example> {
    let mut chance = Chance::new(7);
    let lists = [(BAD, [0.94, 0.05, 0.01], -0.55), (PLAIN, [0.04, 0.92, 0.04], 0.0), (GOOD, [0.01, 0.04, 0.95], 0.6)];
    let mut all = Vec::new();
    for (list, polarity, value) in lists {
        let from = all.len();
        for (number, line) in list.lines().enumerate() {
            let (emotion, pattern) = line.split_once('|').unwrap_or(("", line));
            let mut emotions = [false; EMOTIONS];
            if let Ok(emotion) = emotion.parse::<Emotion>() {
                emotions[emotion.index()] = true;
            }
            let mut made: Vec<String> = (0..VARIANTS).map(|_| finish(&fill(pattern, &mut chance), &mut chance)).collect();
            made.sort();
            made.dedup();
            let part = if number % 10 == 9 { Part::Dev } else { Part::Train };
            let example = |text| Example {
                text,
                set: Set::Own,
                part,
                weight: 0.8,
                value: Some(value),
                polarity: Some(polarity),
                emotions: Some(emotions),
            };
            all.extend(made.into_iter().map(example));
        }
        let longer: Vec<Example> = (0..LONGER).filter_map(|_| longer(&all[from..], &mut chance)).collect();
        all.extend(longer);
    }
    all
}

/// Two or three sentences of one class and part, as one text.
fn longer(of_class: &[Example], chance: &mut Chance) -> Option<Example> {
    let mut whole = of_class[chance.below(of_class.len())].clone();
    for _ in 0..=chance.below(2) {
        let next = &of_class[chance.below(of_class.len())];
        if next.part != whole.part {
            return None;
        }
        let joint = [" ", " ", ". ", " and ", ", ", "... "][chance.below(6)];
        whole.text = format!("{}{joint}{}", whole.text, next.text);
        whole.emotions = whole.emotions.zip(next.emotions).map(|(a, b)| std::array::from_fn(|e| a[e] || b[e]));
    }
    Some(whole)
}

fn fill(pattern: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    for part in pattern.split('{') {
        match part.split_once('}') {
            Some((slot, after)) => {
                let choices = SLOTS.iter().find(|(name, _)| *name == slot).map_or("", |(_, choices)| *choices);
                let choices: Vec<&str> = choices.split('|').collect();
                text.push_str(choices[chance.below(choices.len())]);
                text.push_str(after);
            }
            None => text.push_str(part),
        }
    }
    text.replace("  ", " ")
}

/// People write with and without capitals, full stops and shouting.
fn finish(text: &str, chance: &mut Chance) -> String {
    let asks = [
        "what", "can", "could", "do", "does", "how", "is", "any", "are", "who", "where", "when", "which", "why", "will", "would",
    ]
    .contains(&text.split_whitespace().next().unwrap_or(""));
    let mut out = text.to_owned();
    if chance.below(3) > 0
        && let Some(first) = text.chars().next()
    {
        out = first.to_uppercase().chain(text.chars().skip(1)).collect();
    }
    match (asks, chance.below(6)) {
        (true, 0..=4) => out.push('?'),
        (false, 0..=2) => out.push('.'),
        (false, 3) => out.push('!'),
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_filled_and_every_emotion_is_known() {
        for example in sentences() {
            assert!(!example.text.contains(['{', '}', '|']) && !example.text.trim().is_empty(), "{}", example.text);
        }
        for line in [BAD, GOOD].iter().flat_map(|list| list.lines()) {
            let emotion = line.split_once('|').map(|(emotion, _)| emotion);
            assert!(emotion.is_some_and(|e| e.parse::<Emotion>().is_ok()), "{line}");
        }
    }
}
