//! Common words: they carry grammar rather than meaning, so they are neither evidence by themselves nor tell categories apart.

use std::sync::OnceLock;

use crate::token::{Hashes, hash};

/// English function words and the commonest verbs.
const COMMON: &str = "a about above after again all also although always am an and another any anybody anyone anything are \
aren't around as at away back be because been before being below between both but by came can can't cannot come could couldn't \
did didn't do does doesn't doing don't done down during each either else even ever every everyone everything few for from further get \
gets getting give given go goes going gone got gotten had hadn't has hasn't have haven't having he he's her here hers herself him \
himself his how however i i'd i'll i'm i've if in into is isn't it it's its itself just keep kept know let like made make makes making \
many may me might mine more most much must my myself need needs no nor not now of off on once one only onto or other others our ours \
ourselves out over own please put really said same say says see seem seems she she's should shouldn't since so some somebody someone \
something still such take takes taking tell than that that's the their theirs them themselves then there there's these they they're \
they've thing things this those though through time to today told too took toward tried try trying two under until up upon us use used \
using very via want wanted wants was wasn't way we we'd we'll we're we've well went were weren't what what's when where where's which \
while who who's whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours \
yourself yourselves customer customers comment comments company";

/// Whether a normal form is a common English word.
pub fn is_common(norm: &str) -> bool {
    is_common_form(hash(norm.as_bytes()))
}

/// The same for the hash of a normal form, which a token has already.
pub fn is_common_form(form: u64) -> bool {
    static SET: OnceLock<Hashes> = OnceLock::new();
    SET.get_or_init(|| COMMON.split_whitespace().map(|word| hash(word.as_bytes())).collect()).contains(&form)
}
