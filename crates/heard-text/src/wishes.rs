//! How people put a suggestion into words: phrases with what each says for (or against) one, and the verbs that ask for a
//! change. Weights are set by hand, from knowledge of the language: 1 is a suggestion by itself, what is less needs company.

use std::sync::OnceLock;

use crate::phrase::{Phrases, listed};
use crate::token::{Hashes, hash};

/// Phrases that say the same thing count once: the strongest of each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// "It would be great if", "I wish".
    Wish,
    /// "I suggest", "how about", "can you add".
    Proposal,
    /// "Needs to be", "we need", "is a must".
    Need,
    /// "An option to", "the ability to", "support for".
    Thing,
    /// "Instead of", "rather than", "better if".
    Comparison,
    /// "Maybe", "at least", "alternatively": they soften a proposal.
    Aside,
    /// Speaks against: thanks, stories, what others said, what is asked or explained.
    Against,
    /// Speaks against, too, of another kind, so that both count.
    Story,
}

/// How many families there are.
pub const FAMILIES: usize = 8;

/// What a phrase says for a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cue {
    /// Its family.
    pub family: Family,
    /// Negative: speaks against.
    pub weight: f32,
}

const CUES: &[(Family, f32, &str)] = &[
    (
        Family::Wish,
        1.4,
        "would be great if, would be nice if, would be good if, would be better if, would be cool if, would be awesome if, \
would be helpful if, would be useful if, would be nice to, would be great to, would be good to, would be cool to, would be helpful to, \
would be useful to, would be better to, would be awesome to, would be handy to, would be nice for, nice to have, \
would help if, would be grateful if, \
like to see more, love to see more, love to see a, love to see an, =wish you had, =wish you would, =wish you could, =wish there, =wish they, =wish it, =wish the, =wish this, =wish that, =wish =i could, =wish we could, \
only wish, my wish, if only, =i =wish, we =wish, my desire, what i =want, what i really =want, what we =want, thing i would like, what i would like, what i'd like, would love for, =want to be able to, =want the ability, =want the option, =want an option, =want you to, =need to be able to",
    ),
    (
        Family::Wish,
        1.05,
        "would =expect, =i'd =expect, would make sense, would be a good idea, would be a great idea, would make it easier, \
would make it better, would make it more, would make a great, would be a great addition, would be a nice addition, would be better, =want this feature, =want that feature, \
would go a long way, would be an improvement, would be a big improvement, =want to see, =want to =suggest, =want to =request, i wish i could, love the option, love the ability, like the option, like the ability",
    ),
    (
        Family::Wish,
        0.75,
        "would help, would be helpful, would be useful, would be nice, would be great, would be good, \
would be awesome, would be cool, would be handy, would be perfect, would be ideal, would have been nice, would have been better, would have been great, would have been helpful, \
could have been better, =hope you will, =hope you can, =hope you add, =hope you, =hope they will, =hope they, =hope to see, =hope that you, =hope we can, \
=i =want, we =want, users =want, people =want, customers =want, would improve, could improve, would eliminate, would solve, would simplify, will be helpful, will be useful, \
looking forward to see, would enhance",
    ),
    (
        Family::Proposal,
        1.6,
        "=i =suggest, =i =suggests, i'd =suggest, would =suggest, we =suggest, my suggestion, a suggestion, one suggestion, another suggestion, few suggestions, suggestion for, suggestions for, \
=suggest that you, =suggest you, =suggest to, suggesting that, would =propose, i =propose, we =propose, my proposal, i =request, we =request, requesting that, feature =request, \
=request feature, feature suggestion, =how about, why don't you, why don't they, why don't we, why dont you, i =recommend that, i =recommend to, =recommend adding, =recommend that you, =recommend to, strongly =recommend that, =recommend making, \
might i =suggest, may i =suggest, can i =suggest, could i =suggest, consider adding, consider making, consider offering, please consider, should consider, consider providing, consider having, \
consider giving, consider changing, consider allowing, consider using, could you consider, would you consider, can you consider, might consider, an alternative would, one idea, one solution would, one option would, a solution would, \
here's an idea, here is an idea, just an idea, just a thought, i think you should, i think they should, i think it should, i think there should, \
i =vote for, i'm asking for, i am asking for, asking that you, i =ask that, implore you, beg you, i urge you, we urge you, room for improvement, next time please",
    ),
    (
        Family::Proposal,
        1.1,
        "the idea is, the proposal is, might =want to, may =want to, =let's make, =lets make, =let's have, =let's get, could be improved, could be better, could use some, could use more, could use a, \
=needs improvement, =need improvement, =needs improving, =needs fixing, must be fixed, =needs work, =needs updating, is it possible to have, is it possible to add, is it possible to get, would it be possible to, would it be possible for, is it possible for you, \
is there any chance of, any chance you, any chance of adding, any plans to, any plans for, is there any plan, any plan to, possible to add, possible to make, possible to have, can we have, can we please, can we get, could we have, could we please, could we get, \
can there be, could there be, could there please, can there please, can i have a, can't we have, cant we have, why can't we, why cant we, why can't you, why isn't there, why is there no, why no, would you be able to add, \
would be better off, just make, just add, just give, just let, just allow, do away with, is in order, \
might be better, might be nice, might be good, might be useful, might be helpful, might help if, could be useful, could be nice, better to have, good to have, great to have, useful to have, helpful to have",
    ),
    (Family::Proposal, 0.8, "bring back, get rid of, =why not, =what about, my idea"),
    (
        Family::Proposal,
        0.6,
        "is it possible, any way to, is there a way to, is there any way, there a way, the point is to, the solution is, =let's, why can't i, might be worth, worth considering, worth adding",
    ),
    (
        Family::Need,
        1.2,
        "could do with, could really do with, \
\
you =need to fix, guys =need to, =needs an option, =needs a way, we =need a, we =need an, \
we =need more, we =need better, should have an option, should have a, should have an, must have feature, is a must, is must, as a must, are a must, \
should be a way, should be an option, there should, there =needs to be, there =need to be, there has to be a, there ought, ought to be, ought to have, it's time to, it is time to, about time you, you have to make, you have to add, \
",
    ),
    (
        Family::Need,
        1.05,
        "we =want a, we =want an, i =need a way, i =need a possibility, i =need an option, i =need the option, i =need the ability, i =need a feature, i =need an api, i =need the possibility, wouldn't it be, would'nt it be",
    ),
    (
        Family::Need,
        0.95,
        "=needs to be, =needs to have, =needs to add, =needs more, =needs better, =need better, we =need more, we =need the, we =need this, we really =need, =needs an, =needs to allow, =needs to provide, =needs to include, =needs to improve, they =need to add, they =need to make",
    ),
    (
        Family::Need,
        0.7,
        "=need to be able, =need to have, they =need to, =need to include, =need to improve, you =need to, there must be a, =need support, users =need, developers =need, people =need, customers =need, really =need, please we =need, badly =need, still =need, \
we =want a, =needs, a way by which, is missing a, is missing an, are missing, would =need, must have, has to be, have to be able, it would be better, it's better to have, it is better to have",
    ),
    (
        Family::Thing,
        0.45,
        "ability to, abilities to, option to, options to, an option for, option of, options for, possibility to, possibility of, a way to, support for, support of, feature to, feature that, feature where, feature like, new feature, \
this feature, integration with, integrate with, a button, setting to, settings to, a setting, checkbox, an api, api to, api for, toggle, filter by, sort by, capability to, a function to, a mode, functionality to, shortcut for, notification when, more control, custom, customis*, customiz*",
    ),
    (
        Family::Comparison,
        0.4,
        "instead of, rather than, better if, easier if, nice if, great if, good if, useful if, helpful if, cool if, just like, the same way, as opposed to, like it was, like before, in the future, next version, next update, next release, future release, future version, future update, help if you, if you could, if you would, if you can, if you added, if they added, if they could, if we could, if there was, if there were, if it could, if it were possible, if it was possible, so that we can, so that users, so that i can, so users can, so we can, more easily, more convenient",
    ),
    (
        Family::Aside,
        0.35,
        "=maybe, =perhaps, at least, alternatively, optionally, or better, even better, or even, at a minimum, preferably, ideally, hopefully, in my opinion, imo, for starters, one thing, as an alternative",
    ),
    (
        Family::Against,
        -1.2,
        "if you =want to, if you if you'd like to, whether you would you like, =want to know, =want my money, =want a refund, =need a refund, =want to thank, =want to say, let me know, let us know, please let, please advise, please note, please help, please see, please refer, please tell, please read, please check, please contact, please call, please respond, please reply, please explain, please =vote, \
please confirm, please find, please click, please dm, please follow, please send, please be aware, please visit, please try again, please clarify, would be happy to, would be glad to, would =recommend, love to come back, =recommend to everyone, =recommend to anyone, =recommend to all, =recommend to others, =recommend to any, =recommend to my, =recommend to friends, =recommend to family, would not =recommend, would never =recommend, =i =hope you have, =wish you all, =wish you the, =wish you a, =wish me, =wish =i had never, =wish =i had known, =wish =i hadn't, =wish =i had, =wish we had, =wish =i never, best wishes, \
=need not, =needs no, no =need, not needed, isn't needed, didn't =need, not required, no longer needed, as needed, all you =need, everything you =need, everything we =need, everything i =need, if needed, when needed, \
would be nice if it worked, wish it worked, should have been, should've been, should have known, should be ashamed, should be embarrassed, should have never, should never have, i was told, they told, told me, told us, =promised",
    ),
    (
        Family::Story,
        -0.4,
        "don't need, doesn't need, do not need, thank you for, thanks for, many thanks, i tried, we tried, i have tried, i'm trying, i am trying, i was trying, i'm developing, i am developing, i am using, i'm using, i noticed, i've noticed, i found, \
i understand, it's not possible, it is not possible, is impossible, not possible, impossible to, is currently no, there is no, there's no, there isn't, doesn't work, does not work, didn't work, not working, don't know, do not know, i don't understand, \
seems to be, seems that, it seems, it looks like, looks like, because of, the problem is, the issue is, problem with, which would, that would allow, it will allow, which will, this will, this allows, this could, it would also, it would allow, that way, as you can see, \
the result, for instance, if not, i agree, upvote, voted, my =vote, i assume, i guess, already has, already have, currently",
    ),
];

/// Verbs that, at the head of a sentence or after "please" or "can you", ask for a change.
const CHANGES: &str = "add, adding, allow, enable, provide, support, implement, introduce, include, extend, integrate, consider, offer, expose, \
increase, improve, simplify, reduce, replace, make, create, show, let, put, bring, open, publish, unlock, expand, build, give, change, remove, \
update, upgrade, enhance, release, develop, port, optimize, optimise, merge, unify, combine, import, apply, return, restore, revert, get, have, \
keep, stop, disable, hide, display, move, rename, rework, redesign, redo, fix, incorporate, adopt, ensure, permit, lower, raise, \
shorten, lengthen, separate, split, group, sort, link, connect, sync, synchronize, synchronise, localize, translate, document, standardize, streamline, speed, \
turn, switch, set, save, store, send, send, notify, inform, train, hire, install, clean, label, mark, lock, limit, ban, distribute, deploy, \
promote, refresh, reset, rewrite, modernize, customize, customise, automate, automatically, start, resume, re-enable, reinstate, resurrect, deliver, \
ship, invest, rethink, reconsider, revise, review, relax, drop, eliminate, cut, design, use, try, share, work, go, copy, force, default, return, treat, copy, tell, warn, prevent, block, \
cache, prioritize, prioritise, focus, don't, dont, avoid, insert, highlight, render, enforce, bundle, embed, append, attach, accept, detect, generate, convert, encrypt, host, log, preserve, respect, unblock, decouple, correct, extend, widen, loosen";

/// The same at the head of a sentence only: most others there are nouns, stories or commands to a machine.
const HEADS: &str = "add, allow, enable, provide, support, implement, introduce, include, extend, integrate, consider, offer, expose, increase, \
improve, simplify, reduce, replace, make, create, show, let, put, bring, open, publish, unlock, expand, build, give, change, remove, update, upgrade, \
enhance, release, develop, port, optimize, optimise, merge, unify, combine, apply, restore, revert, have, stop, \
fix, incorporate, ensure, permit, lower, raise, separate, distribute, promote, redesign, rework, rethink, streamline, expose, don't, disable, hide, display, bundle, embed, insert, reinstate, \
relax, eliminate, avoid, prevent, prioritize, automate, modernize, customize, standardize, train, hire, invest, deploy, reset, detect, requesting, rename, deliver, localize, accept, adopt, generate";

/// Verbs of a proposal that is put as "you could …", "could you …", "can you …".
const ASKABLE: &str = "add, make, enable, provide, support, include, implement, allow, bring, change, fix, create, update, release, integrate, put, \
install, consider, improve, offer, introduce, remove, extend, expose, open, unlock, increase, reduce, replace, build, publish, have, give, let, use, develop, port, stop, restore, \
incorporate, upgrade, enhance, simplify, expand, permit, show, display, at, maybe, perhaps, also, even, just, possibly, separate, combine, merge, default, redesign, speed, ship";

/// What may stand before the verb at the head.
const BEFORE_HEAD: &str = "please, pls, plz, pleas, just, also, or, and, so, but, at, least, then, maybe, perhaps, kindly, instead, better, further, alternatively, \
optionally, finally, again, hi, hello, hey, guys, suggestion, idea, request, feature, simply, next, secondly, firstly, first, second, third, additionally, moreover, furthermore, guys, \
000, 00, 0, least, very, minimum, otherwise, therefore, easy, fix, ok, okay, yes, no";

/// "Would be …": what makes it a wish.
const WISHED: &str = "nice, nicer, great, greater, good, better, best, awesome, cool, cooler, helpful, helpfull, useful, usefull, handy, ideal, perfect, fantastic, amazing, easier, \
easy, neat, pleasant, lovely, excellent, wonderful, beneficial, convenient, convinient, benefit, improvement, addition, godsend, plus, interesting, appreciated, \
natural, preferable, wise, sensible, idea, brilliant, superb, sweet, fun, wonderful, incredible, logical, smart, welcome, valuable, lifesaver, game-changer, desirable";

/// "Should …" of these is no wish but a reproach or a question.
const NOT_AFTER_SHOULD: &str = "have, i, we, not, never, be, of, been, know, he, she, you, they, it, i'd, concern, come, get, suffice, work, run, function, behave, apply, happen, take, cost, and, or, the, note, also, a, this, there, mean, be:";

/// "Should be …" is no wish with these: "should be ashamed", "should be fine".
const NOT_SHOULD_BE: &str = "ashamed, embarrassed, fired, sued, fined, jailed, illegal, criminal, proud, fine, ok, okay, home, there, here, noted, in, on, at, \
so, careful, aware, interesting, good, sorry, arrested, banned, dead, happy, grateful, thankful, working, coming, arriving, getting, going, having, doing, no, closed, shut, punished, me, us, you, held, investigated, prosecuted, paid, refunded, compensated, reimbursed, ashame, very, too";

/// After "please" these ask for help or an answer, not for a change.
const NOT_AFTER_PLEASE: &str = "help, advise, note, see, refer, tell, read, check, contact, call, respond, reply, explain, vote, confirm, find, click, dm, follow, send, be, visit, clarify, \
come, excuse, forgive, correct, understand, answer, email, write, ask, look, watch, wait, accept, leave, enter, select, take, return, know, rate, view, go, feel, continue, download, quote, remember, someone, anyone, everyone, \
don't, dont, do, get, can, let, i, we, and, or, but, the, for, to, it, this, that, my, our, a, an, you, in, on, with, if, is, are, as, describe, specify, provide-me, kindly, hurry, cancel, refund, resolve, investigate, assist, pray, rt, donate, share, thank, thanks, sir";

/// After "would like to" these are what a customer wants done for them, not changed for all.
const OWN_BUSINESS: &str = "know, thank, say, speak, talk, ask, hear, come, stay, return, go, visit, fly, cancel, book, order, pay, buy, complain, file, dispute, \
report, check, exchange, receive, congratulate, give, commend, recommend, express, tell, mention, take, start, apologize, point, add-that, note, share, learn, understand, discuss, think, believe, meet, join, resolve, close, claim, make-a, apply, upgrade, confirm, compliment, extend, raise, work, try, help, keep, continue, leave, call, contact, submit, reach, sign, register, pick, rebook, rent, stop";

/// "Should have …" of these is a reproach.
const PARTICIPLES: &str = "been, known, had, told, gone, done, given, taken, made, got, gotten, come, seen, left, said, kept, sent, paid, thought, read, flown, bought, \
put, let, never, not, to, never, i, you, we, just, at, listened, brought, let, set, cost, shown, written, chosen, found, held, met, spent, understood, built, already";

/// "Not … it" and the like: objects after which a head verb is idle talk.
const IDLE_OBJECTS: &str = "sure, my, me, again, is, was, has, answered, told, said, team, accepted, staff, know, in, a, up, out, are, were, will, would, can, could, did, had, does, on, it, this, for, to, there";

/// Word lists, ready to be looked up.
#[derive(Debug)]
pub struct Lists {
    /// Verbs that ask for a change.
    pub changes: Hashes,
    /// Verbs at the head of a sentence.
    pub heads: Hashes,
    /// Verbs of "could you …".
    pub askable: Hashes,
    /// What may stand before the head.
    pub before_head: Hashes,
    /// What is wished.
    pub wished: Hashes,
    /// No wish after "should".
    pub not_after_should: Hashes,
    /// No wish after "should be".
    pub not_should_be: Hashes,
    /// No change asked for after "please".
    pub not_after_please: Hashes,
    /// What a customer wants done for them.
    pub own_business: Hashes,
    /// "Should have …" of these is a reproach.
    pub participles: Hashes,
    /// After these a head that is as often a noun asks for nothing.
    pub idle_objects: Hashes,
}

/// The lists.
pub fn lists() -> &'static Lists {
    static READY: OnceLock<Lists> = OnceLock::new();
    let set = |list| listed(list).map(|word| hash(word.as_bytes())).collect();
    READY.get_or_init(|| Lists {
        changes: set(CHANGES),
        heads: set(HEADS),
        askable: set(ASKABLE),
        before_head: set(BEFORE_HEAD),
        wished: set(WISHED),
        not_after_should: set(NOT_AFTER_SHOULD),
        not_should_be: set(NOT_SHOULD_BE),
        not_after_please: set(NOT_AFTER_PLEASE),
        own_business: set(OWN_BUSINESS),
        participles: set(PARTICIPLES),
        idle_objects: set(IDLE_OBJECTS),
    })
}

/// The phrases.
pub fn cues() -> &'static Phrases<Cue> {
    static READY: OnceLock<Phrases<Cue>> = OnceLock::new();
    READY.get_or_init(|| {
        Phrases::new(
            CUES.iter()
                .flat_map(|(family, weight, list)| listed(list).map(|phrase| (phrase, Cue { family: *family, weight: *weight }))),
        )
    })
}
