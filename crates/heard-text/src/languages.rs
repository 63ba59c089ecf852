//! What tells languages apart in few words: scripts, small words, letters with marks and endings, written from knowledge
//! of the languages. A word that several languages share says less for each.

use std::sync::OnceLock;

use crate::token::{ByHash, hash};

/// The languages that a model was trained on and that are read in full; all others are only told by their name.
pub const READ_IN_FULL: &[&str] = &["en"];

/// Languages with Latin letters that are told apart here.
pub const LATIN: [&str; 20] =
    ["en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "pl", "tr", "vi", "id", "ro", "hi", "ca", "cs", "hu"];

/// Small and common words, one list per language in the order of `LATIN`.
const WORDS: [&str; 20] = [
    // English
    "the and to of a in is you that it for on was with as i my me we our your this have be are not at but they he she his her from or had by an \
so what all were when there can if would their will who no do did does don't didn't doesn't isn't wasn't can't won't i'm i've i'll i'd it's \
you're they're we're that's there's he's she's just like about out up get got how than then them some more very been has how's which after \
now only over into because could should too really know think want going good great new day today time people still never always back again \
here why thanks thank please love lol omg off down make see way need us am much even going being first last next week year years \
night tonight tomorrow yesterday work home happy best better right well follow watch watching ever before help waiting flight service worst \
cant dont im ive thats gonna wanna gotta u ur yall y'all ain't its also oh yeah yes anyone someone something nothing everyone those these her him \
through where most other while may might such looking look come coming came take took said say says tell told feel feeling live game hey hope \
without between against under during until since though although another every each both few many own same let put use used using call called \
show need needs needed keep find give gave made phone customer staff room hotel food order hours minutes late wait delayed cancelled amazing awesome terrible \
horrible bad nice fine sure real thing things lot long little old big right left world life man guys girl boy friends friend",
    // German
    "der die das und ist nicht ich du er sie es wir ihr ein eine einen einem einer eines mit auf für fuer von zu zum zur im in den dem des dass daß auch sich \
als an aus bei nach wie wenn aber oder nur noch schon so war waren wird werden wurde wurden hat habe haben hatte hatten bin bist sind seid kann \
können koennen muss müssen soll sollte will wollen möchte mag mal jetzt immer wieder hier da dann doch ja nein kein keine keinen mehr sehr gut gute guten \
heute morgen gestern was wer wo warum man mir mich dir dich ihm ihn uns euch mein meine meinen meiner dein deine sein seine ihre ihrer unser unsere \
diese dieser dieses diesen über ueber unter vor durch gegen ohne um bis seit während weil damit denn also etwas nichts alles alle viel viele vielen \
ganz gar halt eben einfach leider danke bitte gerade mach macht machen gehen geht gibt kommt kommen sagen sagt weiß wissen habt hast leute zeit tag \
jahr jahre uhr neue neuen neuer neues deutschland deutsche schön schöne besser beste liebe lieber endlich vielleicht wirklich weiter wegen zwischen zwei drei \
erst erste ab am beim vom ins ans zwar sogar nochmal n nen ne hab wär wäre hätte würde würden könnte sollten müsste lassen lässt tun getan gemacht \
warten wartet bestellung lieferung kundenservice nie niemand niemals keiner darf dürfen eigentlich natürlich genau gleich allerdings jeder jede jeden nächste \
nächsten letzte letzten ob falls statt gern gerne schade toll klar nö naja achso moin servus grad bissl bisschen iwie irgendwie echt hart leben sterben leise sucht gedacht mehr lange stunden minuten woche monat welt stadt kinder frau mann menschen essen bestellt gekommen angekommen \
angerufen montag dienstag mittwoch donnerstag freitag samstag sonntag seit gestern euro firma ende anfang hilfe antwort frage problem geld kaufen gekauft bezahlt preis wirklich freundlich unfreundlich schnell langsam schlecht schlimm traurig wütend froh",
    // French
    "le la les de des du un une et est à a en que qui ne pas je tu il elle on nous vous ils elles ce cette ces cet c'est j'ai j'suis c'était qu'il qu'on qu'elle d'un \
d'une n'est n'a l'on s'est y'a pour dans sur avec au aux par plus mais ou où donc car si se sa son ses mon ma mes ton ta tes notre nos votre vos leur leurs \
me te lui eux moi toi être avoir fait faire faut dit dire va vais vont aller suis es sommes êtes sont était étaient étais ont avez avons as ai aurait serait sera \
très tres bien bon bonne bonjour merci tout tous toute toutes rien jamais toujours encore déjà deja aussi comme quand comment pourquoi quoi quel quelle \
sans sous entre vers chez avant après apres depuis pendant contre même meme autre autres peu beaucoup trop moins mieux aujourd'hui hier demain \
maintenant ici là cela ça ca alors voilà vraiment peut peux veux veut pouvoir doit ans jour jours fois temps année gens monde vie france français \
française nouveau nouvelle nouvelles deux trois grand petit premier première énergie changement climatique écologie projet cause selon afin ainsi face quelques \
puis soit dont parce lorsque mdr ptdr svp stp bah ouais oui non wesh trop j'en j'me t'es t'as qu'est n'y s'il s'en l'a d'être attente commande livraison \
accueil personnel jsuis jai cest pcq pck slt bcp tjrs tt ds vs pr personne quelqu'un chaque plusieurs notamment via ville ministre président loi réchauffement éolien éoliennes nucléaire lundi mardi mercredi jeudi vendredi samedi dimanche heures minutes semaine mois cri pleut service client j'adore j'aime nul content déçu déçue mauvais mauvaise lent rapide propre sale cher gratuit prix argent acheter acheté commandé reçu colis",
    // Spanish
    "el la los las un una unos unas y de que en no se lo le les por con para su sus al del es son era fue ser está esta están estan estoy estás estamos estar hay \
ha han he has haber como cómo más mas pero o u si sí ya yo tú tu él ella ellos nosotros me te nos mi mis muy también tambien cuando cuándo porque por qué \
quien quién donde dónde todo todos toda todas nada nadie algo alguien nunca siempre hoy ayer mañana ahora aquí aqui así asi bien mal mejor peor bueno buena \
buenos buenas gracias favor hola jaja jajaja jajajaja jaj vez veces día dia días dias año años gente vida mundo cosa cosas hacer hace hacen haciendo hecho haces \
tener tiene tienen tengo tienes puede pueden puedo puedes poder quiero quiere quieres querer sé saber sabe sabes voy va vas van vamos ir ver veo ves \
decir dice dicen digo dijo sobre entre hasta desde sin contra durante según este ese esa eso esto estos esos estas esas aquel mucho mucha muchos muchas poco tan \
tanto tanta otro otra otros otras mismo misma cada cual cuál sólo solo después despues antes entonces luego pues aunque mientras ni dos tres \
primer primera nuevo nueva gran grande amigo amigos amor casa trabajo noche tarde espero gusta encanta feliz felicidades verdad siento creo parece \
pedido envío servicio atención tuit tuits xq pq tb q d nah osea wey güey tío tía hija hijo madre padre eres soy somos fui hubiera sea sean mía mío conmigo contigo lunes martes miércoles jueves viernes sábado domingo semana mes horas minutos pésimo pésima excelente rápido lento caro barato precio dinero comprar compré llegó tarda tardó cliente clientes llegar llega gusta gustó trato",
    // Portuguese
    "o a os as um uma uns umas e é de do da dos das em no na nos nas num numa que não nao se por pelo pela pelos pelas com para pra pro pras ao aos à às eu tu você voce vocês \
ele ela eles elas nós me te lhe meu minha meus minhas seu sua seus suas teu tua nosso nossa isso isto esse essa esses essas este esta aquele aquela aquilo \
ser é são sao era foi foram está esta estão estou estava tá ta tô to tava tinha ter tem têm tenho temos há fazer faz fez fazendo fazem vai vou vão vamos ir \
ver vendo viu vejo quer quero querer pode podem posso poder sei sabe saber dizer disse diz dar deu dá muito muita muitos muitas mais mas também tambem só so já ja ainda agora \
hoje ontem amanhã sempre nunca nada tudo todo toda todos todas bem mal melhor pior bom boa bons boas quando quem onde como porque pq por quê sem sobre entre \
até ate desde depois antes então entao assim mesmo mesma outro outra cada qual quanto quanta tão tanto tanta nem ou né ne aí ai lá la aqui cá gente cara \
coisa coisas dia dias ano anos vida mundo casa amor amo adoro obrigado obrigada vc vcs tb tbm kkk kkkk kkkkk kkkkkk rs rsrs mano vei véi velho caramba \
gostei gosto gostou linda lindo feliz saudade cadê cade acho acha parece deve dois três primeira primeiro novo nova grande fica ficar ficou ficando chega chegar falar falando fala \
pedido entrega atendimento mulher homem menina menino pessoa pessoas nossa deus socorro galera torcendo programa prova comida prato mereceu ganhou eh ah oh eita oxe sou és somos fosse seja avisa hj kd migo rei rainha internet time contra camisa copa musa lembrando lembra domingo segunda sábado sexta quinta terça quarta semana mês ótimo ótima péssimo péssima rápido lento caro barato preço dinheiro comprar comprei pedi chegou demora demorou minutos horas bonito bonita chato engraçado rindo ri chorando",
    // Italian
    "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla dai dalle in nel nella nei negli nelle su sul sulla con per tra fra e è ed \
che chi cui non si ci vi ne mi ti io tu lui lei noi voi loro mio mia miei mie tuo tua suo sua suoi nostro nostra vostro questo questa questi queste quello quella \
quelli sono sei siamo siete era erano stato stata essere ho hai ha abbiamo avete hanno avere aveva fare fa fatto faccio fanno va vado andare vanno posso può puo possono \
devo deve dire detto dice sa so sapere vedere visto voglio vuole vuoi anche ancora già gia più piu molto molti tanto poco troppo tutto tutti tutta tutte niente nulla mai sempre \
oggi ieri domani ora adesso dopo prima quando dove come perché perche però pero ma o se così cosi bene male buon buona buono buongiorno grazie prego \
senza contro verso fino durante ogni altro altra altri altre stesso proprio solo quanto quale quali gente cosa cose volta anni anno giorno giorni vita mondo casa governo \
italia italiani nuovo nuova grande primo prima due tre meglio peggio bello bella brutto amore ciao insomma infatti quindi allora mentre poi qui qua lì là c'è cos'è \
dell'italia l'italia un'altra d'accordo nell' all' dell' sull' dall' quell' tutt' ordine spedizione servizio peccato magari forse davvero piace lunedì martedì mercoledì giovedì venerdì sabato domenica settimana mese ore minuti pessimo pessima ottimo ottima veloce lento caro economico prezzo soldi comprare comprato arrivato arrivata arriva cliente clienti personale gentile scortese attesa aspettare aspettato ritardo consiglio consigliato",
    // Dutch
    "de het een en van ik te dat die in is niet je zijn op aan met voor er maar om hem dan zou wat mijn men dit zo door over ze zich bij ook tot naar heb hebben heeft had \
hoe heel deze kan kunnen moet moeten zal zullen wil willen was waren wordt worden werd geen nog wel al nu als of uit onder haar hun ons onze jij jullie u uw wij we \
iets niets alles veel meer goed goede mooi mooie leuk lekker vandaag morgen gisteren weer altijd nooit toch even gewoon waar waarom wie welke bedankt dank graag alstublieft \
jaar dag dagen tijd mensen nieuwe eens echt maken gaan gaat ga doen doet komen komt zien ziet zeggen zegt weet weten laten tegen zonder tussen omdat want dus echter \
hier daar zeer beetje allemaal helaas bestelling levering wachten vriendelijk slecht slechte prima keer twee drie eerste laatste alleen mij jou ben bent hou vind zelf",
    // Swedish
    "och att det som en på är av för med den till inte om ett men jag har de han var hon så vi från nu när man vara kan också sig min skulle du blir bli eller då vad hur mycket \
där ut in sin här kommer alla bara mig mina mitt din ditt dina er era oss vår våra inga ingen inget något någon några mer än mot utan under över efter varför vilken vilket bra dålig \
tack hej idag igår imorgon alltid aldrig kanske väldigt gör göra gå går se ser säga säger får få fick hade hade måste ska vill själv tycker mat år dag tid folk väntat leverans beställning trevlig personal personalen maten kall vänta länge fått snabb dyrt billigt hjälp paket",
    // Danish
    "og at det som en på er af for med den til ikke om et men jeg har de han var hun så vi fra nu når man være kan også sig min skulle du bliver blive eller da hvad hvordan meget hvor ud ind \
her kommer alle kun mig mine mit din dit dine jer os vores ingen intet noget nogen nogle mere end mod uden under over efter hvorfor hvilken godt god dårlig tak hej i dag altid aldrig måske \
gør gøre gå går se ser sige siger får få fik havde må skal vil selv synes mad år tid folk ventet levering bestilling rigtig lidt bare der også ville kunne blev kold vente længe måtte venlig venligt personale personalet hurtig langsom dyr billig mig hjælp pakke",
    // Norwegian
    "og at det som en på er av for med den til ikke om et men jeg har de han var hun så vi fra nå når man være kan også seg min skulle du blir bli eller da hva hvordan mye hvor ut inn \
her kommer alle bare meg mine mitt din ditt dine dere oss vår våre ingen ingenting noe noen mer enn mot uten under over etter hvorfor hvilken bra god dårlig takk hei alltid aldri kanskje \
gjør gjøre gå går se ser si sier får få fikk hadde må skal vil selv synes mat år tid folk ventet levering bestilling veldig litt ble ikkje eg ein kald vente lenge måtte hyggelig betjening rask treg dyr billig meg hjelp pakke",
    // Finnish
    "ja on ei se että hän oli olla ovat mutta niin kun kuin myös minä sinä me te he tämä tuo mitä mikä missä miten miksi jos vain nyt sitten jo vielä aina koskaan ole olen olet olemme voi voin \
kanssa ilman joka jotka hyvä huono kiitos hei tänään eilen huomenna paljon vähän erittäin todella kaikki mukava palvelu tilaus ruoka pitää tulee tehdä saa en et eivät ollut minun sinun oma vai tai koska",
    // Polish
    "i w nie na się z do to że jest o jak ale po co tak za od jego jej ich przez dla są był była było być ma mam masz mają może można tylko już jeszcze bardzo kiedy gdzie dlaczego czy bo gdy \
który która które tego tej tym ten ta te mi mnie ci cię nas nam was wam ja ty on ona my wy oni dzisiaj dziś jutro wczoraj zawsze nigdy dobrze dobry dobra źle dziękuję proszę cześć nic wszystko \
wiele więcej bez pod nad przed między obsługa zamówienie dostawa polecam jedzenie pan pani sie ze jestem",
    // Turkish
    "ve bir bu da de için çok ne mi mı ama ile gibi daha o var yok ben sen biz siz onlar benim senin bizim değil olan oldu olarak olsun olur kadar sonra önce her şey şimdi bugün yarın dün neden nasıl \
nerede hiç hep en iyi kötü güzel teşekkürler lütfen merhaba evet hayır zaman gün yıl insan artık bile ki ya diye bana sana ona beni seni onu sipariş kargo hizmet ürün müşteri geldi gelmedi abi yani tamam",
    // Vietnamese
    "và của là có không được cho một những các với này đã trong tôi bạn anh em chị rất nhưng thì mà khi đến từ như cũng nhiều người năm ngày làm đi ra vào lại nên phải gì sao đây đó rồi cảm ơn hàng giao nhân viên tốt tệ",
    // Indonesian
    "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih kata tahun sudah atau saat oleh menjadi orang ia telah adalah seperti sebagai bahwa dapat para harus namun kita dua \
satu masih hari hanya mengatakan kepada kami setelah melakukan lalu belum lain dia kalau terjadi banyak menurut anda aku kamu gak ga nggak udah aja banget sih dong kok deh yg dgn tdk kalo sangat terima kasih bagus pesanan pelayanan",
    // Romanian
    "și si în in la de pe cu nu este sunt că ca să sa o un pentru din mai dar ce care am ai are avem au fost era foarte bine rău acum când cum unde mulțumesc multumesc tot toate doar după fără prin între asta acest această acesta \
lui ei lor noi voi eu tu el ea fi vrea poate trebuie decât deja încă niciodată mereu astăzi azi mâine ieri comanda livrare mea meu nostru bună",
    // Hindi in Latin letters
    "hai hain nahi nahin nhi ka ki ke ko se mein mai main hum tum aap yeh ye woh wo kya kyun kyu kyon kaise kab kahan kaun aur par bhi toh tha thi raha rahe rahi rha rhe rhi kar karo karna karte karta kiya kiye \
gaya gayi gaye hoga hogi honge hua hui hue ho hota hoti hote mera meri mere tera teri tere apna apni apne unka unki unke uska uski uske iska iski iske inka sab kuch bahut bohot bhut accha acha achha bura \
abhi phir fir kal aaj din baat log logo logon desh bhai yaar ji sirf agar lekin magar jab tab jo kisi koi ek wala wale wali diya diye liya liye sakta sakte dekho dekh bolo bol chahiye paisa paise jai hind krna kr rh \
h hn mujhe tujhe hame humein usko isko unko jaise waise itna kitna zyada kam pehle baad saath sath liye matlab pata nai shukriya dhanyavad",
    // Catalan
    "el la els les un una i de que en no es amb per al als del dels és són era ser està estan hi ha han he com més però o si ja jo tu ell ella nosaltres em et ens molt també quan perquè qui on tot tots res mai sempre avui ahir demà ara aquí així bé malament bon bona gràcies aquest aquesta \
aquests això allò fer fa fan vull vol pot poden puc sense sobre entre fins des dia any gent seva seu meva meu vam va comanda servei",
    // Czech
    "a v na se je že to s z do o i jsem jsi jsou byl byla bylo být ale jak po za od pro co tak už jen ještě když kde proč nebo který která které ten ta tento tato mě mi tě ti nás vás já ty on ona my vy dnes zítra včera vždy nikdy dobře dobrý děkuji prosím nic všechno velmi více bez pod nad před mezi objednávka doprava obsluha jsme není mají může",
    // Hungarian
    "a az és hogy nem is egy ez azt van volt meg de ha csak már mint még ki el le fel vagy mert így úgy én te ő mi ti ők lesz lehet nagyon jó rossz ma holnap tegnap mindig soha köszönöm kérem minden semmi több nélkül alatt előtt között után miért hol mikor hogyan ezt arra itt ott rendelés szállítás kiszolgálás vagyok vannak kell tudom",
];

/// Letters that few languages have, with the languages that have them.
const LETTERS: &[(&str, &str)] = &[
    ("ß", "de"),
    ("äü", "de"),
    ("ä", "sv fi"),
    ("ö", "de sv fi tr hu"),
    ("üÜ", "tr hu"),
    ("ãõ", "pt"),
    ("ã", "pt"),
    ("õ", "pt"),
    ("ñ", "es"),
    ("¿¡", "es"),
    ("ç", "fr pt tr ca"),
    ("êâ", "fr pt"),
    ("ô", "fr pt"),
    ("èù", "fr it ca"),
    ("à", "fr it pt ca"),
    ("ì", "it"),
    ("ò", "it ca"),
    ("ëïûîœ", "fr"),
    ("é", "fr pt es it"),
    ("íóú", "es pt hu cs"),
    ("á", "es pt hu cs"),
    ("å", "sv da no"),
    ("øæ", "da no"),
    ("ğış", "tr"),
    ("łąęśćźżń", "pl"),
    ("ěščřžýů", "cs"),
    ("őű", "hu"),
    ("ățșâî", "ro"),
    ("đơưạảấầậắằặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỷỹỵ", "vi"),
];

/// Endings of longer words.
const ENDINGS: &[(&str, &str)] = &[
    ("ung lich keit heit isch schaft ungen chen iert", "de"),
    ("tion ness ing ings ould ight ful ally ever", "en"),
    ("ção ções inho inha ável ência mente ando endo", "pt"),
    ("ción iones dad ito ita ando iendo mente aron ieron", "es"),
    ("zione zioni mente ità ismo ando endo ato ata ati ello etto", "it"),
    ("ment aux eux euse tion ique ées ait aient oir ère ité", "fr"),
    ("ijk heid lijk ende tje eert ingen", "nl"),
    ("ning ande aren erna", "sv"),
    ("ssa lla sta lta inen", "fi"),
    ("ować anie ego emu ych ach", "pl"),
    ("lar ler dır dir yor lık lik nda nde", "tr"),
];

/// What a piece of a text says for each language with Latin letters.
pub type Votes = [f32; LATIN.len()];

/// Words, letters and endings, ready to be looked up.
#[derive(Debug, Default)]
pub struct Signs {
    words: ByHash<u32>,
    endings: ByHash<u32>,
    letters: ByHash<u32>,
}

fn bits(codes: &str) -> u32 {
    codes.split(' ').filter_map(|code| LATIN.iter().position(|known| *known == code)).fold(0, |bits, at| bits | 1 << at)
}

/// The signs.
pub fn signs() -> &'static Signs {
    static READY: OnceLock<Signs> = OnceLock::new();
    READY.get_or_init(|| {
        let mut signs = Signs::default();
        for (at, list) in WORDS.iter().enumerate() {
            for word in list.split_whitespace() {
                *signs.words.entry(hash(word.as_bytes())).or_default() |= 1 << at;
            }
        }
        for (list, codes) in ENDINGS {
            for ending in list.split(' ') {
                *signs.endings.entry(hash(ending.as_bytes())).or_default() |= bits(codes);
            }
        }
        for (letters, codes) in LETTERS {
            for letter in letters.chars() {
                *signs.letters.entry(u64::from(letter)).or_default() |= bits(codes);
            }
        }
        signs
    })
}

/// How many of `LATIN`, from the first on, are often heard; the others take nothing from them where they share a sign.
pub const OFTEN: usize = 7;
/// What a sign says for a language that is seldom heard.
const SELDOM: f32 = 0.7;

/// Shared signs say less: one language 1, two 0.5, three 0.3, more 0.15.
fn share(languages: u32) -> f32 {
    match languages {
        0 => 0.0,
        1 => 1.0,
        2 => 0.5,
        3 => 0.3,
        _ => 0.15,
    }
}

fn vote(votes: &mut Votes, bits: u32, weight: f32) {
    let often = share((bits & ((1 << OFTEN) - 1)).count_ones()) * weight;
    let seldom = share(bits.count_ones()) * weight * SELDOM;
    let mut left = bits;
    while left != 0 {
        let at = left.trailing_zeros() as usize;
        if let Some(sum) = votes.get_mut(at) {
            *sum += if at < OFTEN { often } else { seldom };
        }
        left &= left - 1;
    }
}

impl Signs {
    /// Adds what a word says, times a weight. `form` is the hash of its normal form. Says whether the word is in a list.
    pub fn word(&self, votes: &mut Votes, norm: &str, form: u64, weight: f32) -> bool {
        let listed = self.words.get(&form).copied();
        if let Some(bits) = listed {
            vote(votes, bits, weight * if norm.len() > 3 { 1.2 } else { 1.0 });
        } else if norm.len() > 5 {
            for length in [5_usize, 4, 3] {
                let Some(start) = norm.len().checked_sub(length).filter(|at| norm.is_char_boundary(*at)) else { continue };
                if let Some(bits) = norm.get(start..).and_then(|end| self.endings.get(&hash(end.as_bytes()))) {
                    vote(votes, *bits, 0.5 * weight);
                    break;
                }
            }
        }
        if !norm.is_ascii() {
            for letter in norm.chars().filter(|c| !c.is_ascii()).take(4) {
                if let Some(bits) = self.letters.get(&u64::from(letter)) {
                    vote(votes, *bits, 0.9 * weight);
                }
            }
        }
        listed.is_some()
    }
}

/// The language of a script that few languages share, as an ISO 639-1 code; `None` for Latin and unknown letters.
pub fn of_letter(letter: char) -> Option<&'static str> {
    Some(match u32::from(letter) {
        0x0370..=0x03ff | 0x1f00..=0x1fff => "el",
        0x0400..=0x052f => "ru",
        0x0530..=0x058f => "hy",
        0x0590..=0x05ff => "he",
        0x0600..=0x06ff | 0x0750..=0x077f | 0xfb50..=0xfdff | 0xfe70..=0xfeff => "ar",
        0x0900..=0x097f => "hi",
        0x0980..=0x09ff => "bn",
        0x0a00..=0x0a7f => "pa",
        0x0a80..=0x0aff => "gu",
        0x0b80..=0x0bff => "ta",
        0x0c00..=0x0c7f => "te",
        0x0c80..=0x0cff => "kn",
        0x0d00..=0x0d7f => "ml",
        0x0d80..=0x0dff => "si",
        0x0e00..=0x0e7f => "th",
        0x1000..=0x109f => "my",
        0x10a0..=0x10ff => "ka",
        0x1100..=0x11ff | 0xac00..=0xd7af | 0x3130..=0x318f => "ko",
        0x1200..=0x137f => "am",
        0x1780..=0x17ff => "km",
        0x3040..=0x30ff | 0xff66..=0xff9f => "ja",
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff => "zh",
        _ => return None,
    })
}

/// A letter that one of several languages of a script alone has: Ukrainian in Cyrillic, Persian and Urdu in Arabic.
pub fn told_by(letter: char) -> Option<&'static str> {
    Some(match letter {
        'і' | 'ї' | 'є' | 'ґ' => "uk",
        'گ' | 'چ' | 'پ' | 'ژ' => "fa",
        'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ے' | 'ہ' => "ur",
        _ => return None,
    })
}
