//! How people complain, thank, ask, threaten to leave, call for help and hold the company to its word: phrases with what each
//! says for (or against) an intent. Weights are set by hand: 1 says it by itself, what is less needs company.

use std::sync::OnceLock;

use heard_domain::reading::Intent;

use crate::phrase::{Phrases, listed};

/// What a phrase says for an intent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cue {
    /// For which.
    pub intent: Intent,
    /// Negative: speaks against.
    pub weight: f32,
}

const CUES: &[(Intent, f32, &str)] = &[
    (
        Intent::Churn,
        1.0,
        "never again, =never use, =never fly, never flying, =never buy, never buying, =never order from, =never come back, never coming back, =never return, =never shop, =never stay, =never go back, \
never do business, never booking, =never book, never going back, never be back, never set foot, =never visit, won't be back, will not be back, won't be coming back, won't be \
using, will not be using, won't use, won't be flying, will not be flying, won't fly, won't be returning, won't be \
booking, will not return, not coming back, not going back, won't come back, not be back, won't buy, will not buy, won't renew, will \
not renew, not renewing, don't renew, not be renewing, won't be renewing, don't plan to renew, not going to renew, last time i fly, last time i use, last time we use, last time i order, last time i book, last time i shop, last time i stay, last time i ever, last flight with, \
last order with, my last flight, my last order, our last order, moving to another, moving to a \
competitor, going to a competitor, go to a competitor, to the competition, to your competitor, with your competitor, go elsewhere, going elsewhere, look elsewhere, looking elsewhere, shop elsewhere, bank elsewhere, business elsewhere, taking my business, take my business, take our \
business, taking our business, lost a customer, lost a loyal customer, lost a good customer, lost a long time customer, lost a longtime customer, never using, losing a customer, lose a customer, just lost me, lost me as, lose me as, losing me as, lost my business, losing \
my business, lose my business, lost our business, cancel my account, cancelling my account, cancel my subscription, cancelled my subscription, \
cancelling my subscription, cancel our subscription, cancel our contract, cancel my contract, cancelling our contract, cancel my membership, cancelling my membership, cancel my plan, cancel my policy, close my account, closing my \
account, closed my account, close our account, closing our account, terminate our contract, terminate the contract, end our contract, ending our contract, looking \
for another provider, looking for another supplier, looking for another bank, looking for alternatives, looking for an alternative, looking at alternatives, looking at other, looking at another, evaluating \
alternatives, evaluating other, find another provider, find another supplier, find another bank, finding another, find a new supplier, find a new provider, \
done with you, done with this company, done with this airline, done with this bank, done with them, done with your, \
jump ship, leaving you for, leaving for another, leave you, i'm leaving, we're leaving, we are leaving, i am leaving, unsubscribing, unsubscribed, deleting the app, deleted the app, uninstalling, uninstalled, switching banks, switching providers, switching carriers, \
switching airlines, switching suppliers, switch providers, switch banks, switch carriers, switching to another, switch to another, switched to another, switch to a competitor, switching to a competitor, change providers, change supplier, changing supplier, changing banks",
    ),
    (
        Intent::Churn,
        0.5,
        "switching to, switch to, switched to, i'm done, we're done, i am done, i'm out, goodbye, farewell, last time, last straw, another airline, another bank, another supplier, another provider, different airline, different bank, different supplier, \
different provider, competitor, competitors, seriously considering, thinking of leaving, thinking about leaving, considering leaving, reconsider our, reconsidering, may have to leave, port my number, transfer my account, move our business, moving our business, move my business, no longer a customer, no longer be a customer, no longer a loyal, not a customer any, alternatives",
    ),
    (
        Intent::Churn,
        -1.0,
        "don't want to cancel, do not want to cancel, why was my account closed, you closed my account, closed my account without, would never use another, never use another, never go anywhere else, never use anyone else, never buy anywhere, never fly another, never fly anyone, glad i switched, happy i switched, since i switched, since switching, switched to you, switching to you, switched from, switching from, done with my, sad to leave, by mistake, accidentally",
    ),
    (
        Intent::Urgent,
        1.0,
        "urgent, urgently, asap, as soon as possible, a s a p, need help now, help us now, need someone now, right now please, dangerous, danger, unsafe, not safe, safety hazard, safety issue, \
safety risk, health hazard, fire hazard, choking hazard, hazardous, was injured, got injured, injured, injury, injuries, to the hospital, in hospital, in the hospital, emergency room, ambulance, caught fire, on fire, burst into flames, burning smell, smell of gas, smell gas, smoke coming, smoke came, filled with smoke, \
electric shock, electrocuted, got a shock, sparks, gas leak, carbon monoxide, allergic reaction, anaphylactic, food poisoning, poisoned, bleeding, my insulin, insulin, my medication, my medicine, heart condition, pregnant and, \
stranded, locked out of my, locked out, are stuck, am stuck, i'm stuck, stuck in the elevator, was stolen, were stolen, got stolen, stolen card, stole my, fraud on, fraudulent, identity theft, got hacked, been hacked, was hacked, hacked, scammed, can't breathe, cannot breathe, line down, line is \
down, line has stopped, production stopped, production is down, production has stopped, system is down, systems are down, site is down, server is down, is down for, we are down, whole site is, outage, data loss, lost all our data, data breach, leaked our data, \
leaves in, departs in, departs tomorrow, boarding now, boarding in, time sensitive, by tomorrow morning, before tomorrow, eviction, evicted, foreclosure, suicid*, hurt myself, mould in, glass in, found glass, piece of metal, threatened me, assaulted, attacked, brakes failed, overheated, overheating, exploded, \
help me please now, no heating, without heating, power is out",
    ),
    (
        Intent::Urgent,
        0.6,
        "emergency, immediately, hazard, hospital, allergy, allergic, medication, stolen, fraud, deadline, =smoke, smoking battery, burned, burnt my, critical, right away, need help, help now, tonight, within the hour, today please, need this today, need it today, need it by, call me now, no water, without water, escalate, at risk, serious risk, fell, slipped",
    ),
    (
        Intent::Urgent,
        -1.0,
        "not urgent, no rush, no hurry, nothing urgent, isn't urgent, not an emergency, emergency exit, emergency row, emergency contact, smoke free, non smoking, no smoking, smoke detector test, responded immediately, replied immediately, answered immediately, came immediately, fixed immediately, \
immediately fixed, immediately helped, immediately answered, immediately replied, immediately refunded, helped immediately, refunded immediately, resolved immediately, sense of urgency, felt safe, feel safe, safe and, no injuries, nobody was injured, allergy friendly, allergy menu, stolen my heart, a steal, deadline of life, fire sale, the place is on fire, on fire lately, staff is on fire, music",
    ),
    (
        Intent::BrokenPromise,
        1.0,
        "promised, you promise, they promise, broken promise, broken promises, broke your promise, broke their promise, empty promises, false promises, was guaranteed, were guaranteed, guaranteed me, guaranteed us, guaranteed delivery, \
you guarantee, you guaranteed, was assured, were assured, assured me, assured us, was told it would, was told that, was told i would, \
was told i'd, was told they would, was told to expect, was told my, was told the, was told someone, was told by, were told it would, were told we would, were told that, were told the, told me it would, told me i \
would, told me they would, told me my, told me the, told me someone, told me that, told us it would, told us they would, told us we would, told us the, told us that, said it would, said it will, said they \
would, said you would, said i would, said you'd, said they'd, said he would, said she would, said someone would, said we would, said it was, supposed to, not as \
described, not what was described, nothing like the picture, nothing like the pictures, not as advertised, not what was advertised, isn't as advertised, false advertising, falsely advertised, misleading, misled, was meant to, \
were meant to, contract says, contract states, per our contract, per the contract, your website says, website said, website says, site says, website states, ad said, ad says, never called back, never called me back, never got \
back, never followed up, never came back to, nobody called back, no one called back, nobody called me back, no one ever called, didn't keep, did not keep, failed to deliver on, didn't honor, did not honor, won't honor, refuse to honor, refused to honor, wouldn't honor, not honoring, didn't honour, did not honour, \
went back on, breach of contract, agreed to refund, agreed to call, agreed to send, agreed price, quoted me, was quoted, were quoted, advertised as",
    ),
    (
        Intent::BrokenPromise,
        0.5,
        "supposedly, as advertised, as promised, agreed to, advertised, guarantee, guaranteed, promise, quoted, contract, still waiting for the, still haven't received, still nothing, still no, same day, next day delivery, within 00 hours, within 0 days, estimated, should have arrived, should have been here",
    ),
    (
        Intent::BrokenPromise,
        -1.0,
        "kept your promise, kept their promise, kept its promise, kept his promise, kept her promise, keep your promise, keeps its promises, kept what you promised, kept every promise, delivered as promised, arrived as promised, exactly as promised, just as promised, came as promised, called back as promised, exactly as described, \
exactly as advertised, just as described, just as advertised, works as advertised, as described and, was told that you are the, i was told how, can you promise, do you guarantee, do you promise, is there a guarantee, supposed to be good for, am i supposed, how am i supposed, what am i supposed, are we supposed, where am i supposed",
    ),
    (
        Intent::Question,
        1.0,
        "can you tell me, could you tell me, can anyone tell, can someone tell, can you help me, could you help, can you explain, could you explain, can someone explain, can you confirm, could you confirm, can you let me know, could you let me know, can you advise, could you advise, \
please advise, please let me know if, please let me know when, please let me know how, please let me know whether, please tell me how, please tell me when, please tell me where, please explain, i was wondering, was wondering if, just wondering, wondering if you, wondering whether, wondering when, i'd like to know, i would like to know, =i want to know, =i wanted to know, would like to know, \
=i need to know, my question is, i have a question, quick question, question about, any update on, any updates on, any news on, any idea when, any idea why, any idea how, any chance you could tell, does anyone know, do you know if, do you know when, do you know how, looking for information, wanted to ask, would like to ask, trying to find out, not sure how to, don't know how to, don't understand how to",
    ),
    (
        Intent::Question,
        0.5,
        "how do i, how can i, how do you, how can we, how do we, how to, how does, how long, how much, how many, how often, how soon, is there a, is there any, is it possible, are there any, do you have, do you know, do you offer, do you sell, do you deliver, do you ship, do you accept, do you take, do you fly, where can i, where do i, where is my, where are my, where is the, where's my, when will, when can, when is, when are, when does, what is the, what are the, what is your, what's the, what time, which one, who do i, who can i, who should i, can i, could i, may i, can we, am i able, \
is this, is the, are you open, will you, will there, does it, does the, does your, did you receive, have you received, any update, any updates, any idea, any chance, any news, what happened to, why is my, why was i, why does, need to know, let me know",
    ),
    (
        Intent::Question,
        -1.0,
        "are you kidding, you kidding me, are you serious, how hard is it, how hard can it be, how difficult can it, how dare, how can you be so, how can a company, how can anyone, how is this acceptable, how is that acceptable, what is wrong with, what's wrong with you, what's wrong with people, why do i bother, why do i even, why even bother, why bother, who does that, who thought, who needs enemies, is it too much to ask, what a joke, what's the point, what is the point, what else is new, \
what the hell, what the heck, what the fuck, wtf, do you even care, do you people, really people, isn't it great, what's not to like, what's not to love, what more could you, what more can you, why would anyone, why would i ever, how about, why not, how hard would it be, who cares, guess what, right?, you know what, do you think i'm stupid, how stupid, =i know how to, knew how to, you know when, you know how much, no idea how, no matter how, how much i love, how long we waited, how much we, let me know if, thanks for letting me know",
    ),
    (
        Intent::Complaint,
        0.6,
        "no response, no reply, no answer, still waiting, still have not, still haven't, still not, doesn't work, does not work, didn't work, not working, stopped working, won't work, broken, wrong size, wrong item, wrong order, wrong address, wrong colour, wrong color, missing, overcharged, charged twice, charged me twice, double charged, double billed, \
rude, never arrived, hasn't arrived, has not arrived, not arrived, didn't arrive, did not arrive, never received, not received, haven't received, won't load, doesn't load, crashes, crashing, keeps freezing, freezes, error message, waste of, cold food, food was cold, was cold, was dirty, filthy, hung up, hang up on, on hold for, been on hold, waited over, waiting over, waited for, been waiting, \
hours late, minutes late, days late, weeks late, an hour late, came late, arrived late, delayed again, late again, cancelled my, cancelled our, canceled my, refused to, ignored, damaged, cracked, leaking, leaks, out of stock, sold out, too slow, so slow, very slow, too small, too expensive, overpriced, too loud, no one helped, nobody helped, no help, unhelpful, not helpful, not happy, unhappy, not satisfied, disappointed, unacceptable, want my money back, want a refund, \
complaint, complain, stopped responding, can't log in, cannot log in, can't login, unable to, impossible to, keeps disconnecting, no wifi, never again, ruined, lost my, lost our, wrong with, third time, again and again, not fair, no apology, without apology, scratched, hidden fee, hidden fees, fee twice, out of tolerance, defective, faulty, poor quality, bad quality, worst, terrible, horrible, awful, disgusting, dirty, ridiculous, joke of a, thanks for nothing, thanks for ruining, thanks for losing, thanks for the delay, thanks for wasting, thanks for cancelling, thanks for leaving, thanks for ignoring, great job losing, way to go, just great, great another, of course",
    ),
    (
        Intent::Complaint,
        -0.6,
        "no complaints, nothing to complain, can't complain, cannot complain, zero complaints, never been disappointed, not disappointed, wasn't disappointed, never disappoints, never disappointed, not a single problem, no problems, no problem, no issues, without any problem, not broken, not rude, no longer broken, not too expensive, of course i, of course we, don't miss, won't be disappointed, wasn't late, weren't late, not late, never late, fixed the broken, replaced the broken, replaced the damaged, found my lost",
    ),
    (
        Intent::Praise,
        0.6,
        "delivered as promised, arrived as promised, back as promised, kept your promise, kept their promise, problem was solved, was solved in, solved quickly, resolved quickly, never late, always on time, always reliable, well organised, well organized, what more could you, thank you so much, thanks so much, thank you very much, many thanks, thank you for your help, thank you for the, thank you for a, thank you for being, thanks for the great, thanks for a, thanks for being, thanks for your help, thanks for making, thank you for making, big thanks, huge thanks, thank you to, thanks to the team, well done, kudos, great job, good job, awesome job, amazing job, excellent job, keep up the good, keep it up, keep up the great, shout out to, shoutout to, hats off, props to, bravo, \
highly recommend, would recommend, strongly recommend, definitely recommend, recommend to everyone, recommend this, love it, love this, love the, love your, loved it, loved the, loved every, best ever, the best, made my day, made our day, exceeded my expectations, exceeded our expectations, exceeded expectations, above and beyond, extra mile, impressed, delighted, top notch, first class, five stars, 0 stars from me, couldn't be happier, could not be happier, can't fault, cannot fault, works perfectly, works great, works like a charm, works well, \
excellent, outstanding, fantastic, wonderful, brilliant, superb, flawless, perfect, spotless, no complaints, nothing to complain, can't complain, never disappoints, so helpful, very helpful, extremely helpful, incredibly helpful, super friendly, so friendly, very friendly, kind and, easy to use, on time again, will be back, will definitely be back, will come back, see you again soon, life saver, lifesaver, grateful, appreciate your help, appreciate the help, really appreciate",
    ),
    (
        Intent::Praise,
        -0.8,
        "thanks for nothing, thanks for ruining, thanks for losing, thanks for the delay, thanks for wasting, thanks for cancelling, thanks for canceling, thanks for leaving, thanks for ignoring, thanks for another, thanks in advance, thank you in advance, great job losing, great job ruining, way to go, just great, oh great, great another, well done for, would not recommend, wouldn't recommend, not recommend, never recommend, cannot recommend, can't recommend, don't recommend, used to love, used to be, not the best, isn't the best, wasn't the best, not impressed, not perfect, far from, not helpful, not friendly, not very helpful, not very friendly, wasn't very, was supposed to be, should be the best, would be perfect, would be the best, would love, best part of a bad, at best, not excellent, hardly, anything but",
    ),
];

/// The phrases.
pub fn cues() -> &'static Phrases<Cue> {
    static READY: OnceLock<Phrases<Cue>> = OnceLock::new();
    READY.get_or_init(|| {
        let each = CUES
            .iter()
            .flat_map(|(intent, weight, list)| listed(list).map(|phrase| (phrase, Cue { intent: *intent, weight: *weight })));
        Phrases::new(each)
    })
}
