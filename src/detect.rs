//! What can be found in a message: detectors, their findings, and the scanner that runs them.

mod allow;
mod birth;
mod card;
mod email;
pub mod heat;
mod iban;
mod ip_address;
mod key;
mod keyword;
mod language;
mod mask;
mod name;
mod national_id;
mod near;
mod number;
mod overlap;
mod password;
mod pattern;
mod phone;
mod phrase;
mod postal_address;
mod reference;
mod saying;
mod token;
mod url_credentials;
mod value;
mod wallet;
mod words;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::allow::{Allow, AllowError};
pub use self::keyword::{Keyword, MOST_KEYWORDS, keywords};
pub use self::mask::mask;
pub use self::pattern::{MAX_PATTERN_LENGTH, MAX_PATTERN_SIZE, Pattern, PatternError};
pub use self::words::{Words, WordsError};
use crate::text::Text;

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Really angry, inflammatory or derogatory.
    BoilingPoint,
    /// Identifying or account details, disclosed, asked for or about to be needed.
    SensitiveInfo,
    /// Proprietary or confidential business.
    Confidential,
    /// More details or more people are needed than a public channel is good for.
    NeedsDetails,
    /// Personal conversation or gossip.
    Personal,
}

impl Category {
    /// Every category, in declaration order.
    pub const ALL: &[Self] =
        &[Self::BoilingPoint, Self::SensitiveInfo, Self::Confidential, Self::NeedsDetails, Self::Personal];

    /// The name used in rules and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BoilingPoint => "boiling_point",
            Self::SensitiveInfo => "sensitive_info",
            Self::Confidential => "confidential",
            Self::NeedsDetails => "needs_details",
            Self::Personal => "personal",
        }
    }

    /// Whether a message of this category in which `kinds` were found gives something private away, rather than only
    /// speaking of what is about to be needed.
    #[must_use]
    pub fn gives_away(self, kinds: &[Kind]) -> bool {
        let private = matches!(self, Self::SensitiveInfo | Self::Confidential);
        private && !kinds.is_empty() && !kinds.contains(&Kind::AccountIssue)
    }

    /// What it is in plain words: "private details".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::BoilingPoint => "a heated moment",
            Self::SensitiveInfo => "private details",
            Self::Confidential => "confidential business",
            Self::NeedsDetails => "something that needs more details",
            Self::Personal => "a personal conversation",
        }
    }
}

/// Declares the kinds of finding with their names in configuration and output.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal in $category:ident),+ $(,)?) => {
        /// What a finding is. Names are stable: they stand in rules and in output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Kind {
            /// Every kind, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name used in rules and output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The category a finding of this kind belongs to; a rule's own words and
            /// pattern take the rule's category instead.
            #[must_use]
            pub const fn category(self) -> Category {
                match self { $(Self::$name => Category::$category),+ }
            }
        }
    };
}

kinds! {
    /// A telephone number.
    Phone = "phone" in SensitiveInfo,
    /// An email address.
    Email = "email" in SensitiveInfo,
    /// A street address.
    PostalAddress = "postal_address" in SensitiveInfo,
    /// A payment card number.
    Card = "card" in SensitiveInfo,
    /// An international bank account number.
    Iban = "iban" in SensitiveInfo,
    /// A national identification, tax, social security, passport or license number.
    NationalId = "national_id" in SensitiveInfo,
    /// A public IP address.
    IpAddress = "ip_address" in SensitiveInfo,
    /// A customer or account number.
    AccountNumber = "account_number" in SensitiveInfo,
    /// An order, invoice or ticket number.
    OrderNumber = "order_number" in SensitiveInfo,
    /// A password.
    Password = "password" in SensitiveInfo,
    /// A service's secret key.
    ApiKey = "api_key" in SensitiveInfo,
    /// A private cryptographic key.
    PrivateKey = "private_key" in SensitiveInfo,
    /// A login token of a service, bot or session.
    Token = "token" in SensitiveInfo,
    /// A person's full name, given by context.
    PersonName = "person_name" in SensitiveInfo,
    /// A date of birth.
    DateOfBirth = "date_of_birth" in SensitiveInfo,
    /// A link with a user name and password in it.
    UrlCredentials = "url_credentials" in SensitiveInfo,
    /// A cryptocurrency wallet's address or recovery phrase.
    CryptoWallet = "crypto_wallet" in SensitiveInfo,
    /// Someone asks for private details in public.
    Solicitation = "solicitation" in NeedsDetails,
    /// Looks for a time to meet or talk: a soft signal, which a long back-and-forth makes one of more.
    Scheduling = "scheduling" in NeedsDetails,
    /// An issue that will need account details to settle.
    AccountIssue = "account_issue" in SensitiveInfo,
    /// A phrase that marks confidential business.
    ConfidentialMarker = "confidential_marker" in Confidential,
    /// Speaks of the private life of someone who is not there: a soft signal, at most 0.6 sure.
    Gossip = "gossip" in Personal,
    /// A word or phrase listed in a rule.
    Words = "words" in Confidential,
    /// A match of a rule's pattern.
    Pattern = "pattern" in Confidential,
    /// An insult aimed at someone.
    Insult = "insult" in BoilingPoint,
    /// Anger, with or without a swear word.
    Anger = "anger" in BoilingPoint,
    /// A threat.
    Threat = "threat" in BoilingPoint,
}

impl Kind {
    /// What it is in plain words, with an article: "a card number", "a phone number".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Phone => "a phone number",
            Self::Email => "an email address",
            Self::PostalAddress => "a postal address",
            Self::Card => "a card number",
            Self::Iban => "a bank account number",
            Self::NationalId => "a national ID number",
            Self::IpAddress => "an IP address",
            Self::AccountNumber => "an account number",
            Self::OrderNumber => "an order number",
            Self::Password => "a password",
            Self::ApiKey => "a secret key",
            Self::PrivateKey => "a private key",
            Self::Token => "a login token",
            Self::PersonName => "a person's name",
            Self::DateOfBirth => "a date of birth",
            Self::UrlCredentials => "a link with a password in it",
            Self::CryptoWallet => "wallet details",
            Self::Solicitation => "a request for private details",
            Self::Scheduling => "looking for a time",
            Self::AccountIssue => "an account issue",
            Self::ConfidentialMarker => "something marked confidential",
            Self::Gossip => "gossip about a person",
            Self::Words => "a word this server keeps private",
            Self::Pattern => "something this server keeps private",
            Self::Insult => "an insult",
            Self::Anger => "anger",
            Self::Threat => "a threat",
        }
    }

    /// Whether rules ask for it by name: their own words and pattern are conditions of their own.
    #[must_use]
    pub const fn is_asked_for(self) -> bool {
        !matches!(self, Self::Words | Self::Pattern)
    }

    /// Whether a finding of this kind spans a value that must not stay readable, rather than
    /// words that only speak of one.
    #[must_use]
    pub const fn is_value(self) -> bool {
        match self {
            Self::AccountIssue => false,
            Self::Words | Self::Pattern => true,
            _ => matches!(self.category(), Category::SensitiveInfo),
        }
    }
}

/// One thing found in a message.
///
/// `Debug` is safe to log: a finding holds no words of the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// What it is about; `kind.category()` unless a rule's own words or pattern found it.
    pub category: Category,
    /// Byte offsets into the original message; always on character boundaries.
    pub span: Range<usize>,
    /// 0 to 1, how sure the detector is.
    pub confidence: f32,
    /// One line that a moderator understands and that repeats nothing of the message.
    pub explanation: Cow<'static, str>,
    /// The rule whose words or pattern matched; none for built-in detectors.
    pub rule: Option<Arc<str>>,
}

/// Finds one sort of thing. Detecting cannot fail; everything that can is done when a detector is built.
pub trait Detector: Send + Sync {
    /// Compiles and loads what it needs, so that the first message is as quick as any other.
    fn prepare(&self) {}

    /// Appends what it finds in `text` to `findings`, with spans into the original message.
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>);
}

/// What a scan concludes about one message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// 0 to 1, how near boiling the message is.
    pub heat: f32,
    /// What was found, ordered by start of span.
    pub findings: Vec<Finding>,
}

/// The built, immutable set of detectors. Scanners made [`with`](Self::with) one's detectors share those built in.
pub struct Scanner {
    built_in: Arc<[Box<dyn Detector>]>,
    /// Those of rules.
    own: Vec<Arc<dyn Detector>>,
    allow: Arc<Allow>,
}

impl Scanner {
    /// The built-in detectors, followed by `own` built from rules.
    #[must_use]
    pub fn new(own: Vec<Arc<dyn Detector>>) -> Self {
        let built_in: Arc<[Box<dyn Detector>]> = Arc::new(built_in());
        heat::prepare();
        for detector in built_in.iter() {
            detector.prepare();
        }
        Self { built_in, own: Vec::new(), allow: Arc::default() }.with(own)
    }

    /// The same with `own` in the place of what was built from rules.
    #[must_use]
    pub fn with(&self, own: Vec<Arc<dyn Detector>>) -> Self {
        for detector in &own {
            detector.prepare();
        }
        Self { built_in: Arc::clone(&self.built_in), own, allow: Arc::clone(&self.allow) }
    }

    /// The same, letting `allow` pass: neither rules nor masks ever see those values.
    #[must_use]
    pub fn allowing(self, allow: Allow) -> Self {
        Self { allow: Arc::new(allow), ..self }
    }

    /// Every detector, in the order they look at a message.
    pub fn detectors(&self) -> impl Iterator<Item = &dyn Detector> {
        let built_in = self.built_in.iter().map(|detector| &**detector);
        built_in.chain(self.own.iter().map(|detector| &**detector))
    }

    /// Scans one message. Total: any text gives an answer, in time linear in its length.
    #[must_use]
    pub fn scan(&self, content: &str) -> Scan {
        let text = Text::new(content);
        let mut findings = Vec::new();
        for detector in self.detectors() {
            detector.detect(&text, &mut findings);
        }
        let heat = heat::measure(&text, &mut findings);
        // What overlaps is settled first: what an allowed value outdid must not come up in its place.
        let mut findings = overlap::settle(findings);
        self.allow.apply(content, &mut findings);
        Scan { heat, findings }
    }
}

/// Every detector that needs no rule.
fn built_in() -> [Box<dyn Detector>; 18] {
    [
        Box::new(card::Card),
        Box::new(iban::Iban),
        Box::new(national_id::NationalId),
        Box::new(phone::Phone),
        Box::new(email::Email),
        Box::new(postal_address::PostalAddress),
        Box::new(ip_address::IpAddress),
        Box::new(reference::OrderNumber),
        Box::new(reference::AccountNumber),
        Box::new(password::Password),
        Box::new(url_credentials::UrlCredentials),
        Box::new(token::Token),
        Box::new(key::PrivateKey),
        Box::new(key::NamedKey),
        Box::new(birth::DateOfBirth),
        Box::new(name::PersonName),
        Box::new(wallet::CryptoWallet),
        Box::new(saying::Saying),
    ]
}

#[cfg(test)]
mod tests {
    use super::{Kind, Scan, Scanner, mask};

    /// Pieces that detectors and normalization care about, whole and broken, in several scripts.
    const PIECES: [&str; 52] = [
        "you ",
        "are ",
        "an ",
        "idiot",
        "i d i o t ",
        "my ",
        "password is ",
        "order number ",
        "born ",
        "seed phrase ",
        "+1",
        "4242 ",
        "0",
        "19",
        "@",
        "a@b.co",
        ".",
        ":",
        "://",
        "`",
        "```",
        "> ",
        "\n",
        "<@1>",
        "<",
        ">",
        "||",
        "**",
        "$",
        "!",
        "\"",
        "'",
        "-",
        "_",
        "/",
        "=",
        "-----BEGIN RSA PRIVATE KEY-----",
        "ghp_",
        "DE89",
        "\u{200b}",
        "\u{301}",
        "\u{202e}",
        "ｉｄ",
        "ß",
        "\u{fdfa}",
        "👩\u{200d}👩",
        "🇩🇪",
        "שלום",
        "今日",
        "е",
        "\u{0}",
        "\u{10ffff}",
    ];

    /// What must hold of every scan.
    fn check(content: &str, scan: &Scan) {
        assert!((0.0..=1.0).contains(&scan.heat), "{content:?}");
        for finding in &scan.findings {
            assert!(
                content.get(finding.span.clone()).is_some_and(|part| !part.is_empty()),
                "{content:?} {finding:?}"
            );
            assert!((0.0..=1.0).contains(&finding.confidence), "{content:?} {finding:?}");
        }
        assert!(scan.findings.is_sorted_by_key(|finding| finding.span.start), "{content:?}");
        let masked = mask(content, &scan.findings);
        assert_eq!(
            masked.contains('▮'),
            content.contains('▮') || scan.findings.iter().any(|f| f.kind.is_value())
        );
    }

    #[test]
    fn any_text_gives_an_answer() {
        let scanner = Scanner::new(Vec::new());
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..3_000 {
            let length = random.usize(0..24);
            let content: String = (0..length).map(|_| PIECES[random.usize(..PIECES.len())]).collect();
            check(&content, &scanner.scan(&content));
        }
        for _ in 0..1_000 {
            let content: String = (0..random.usize(0..40)).map(|_| random.char(..)).collect();
            check(&content, &scanner.scan(&content));
        }
    }

    #[test]
    fn repeated_pieces_give_an_answer() {
        let scanner = Scanner::new(Vec::new());
        for piece in PIECES {
            let content = piece.repeat(4_000 / piece.len());
            check(&content, &scanner.scan(&content));
        }
    }

    #[test]
    fn of_overlapping_values_the_surest_stays() {
        let card = ["my card number is 4242", " 4242 ", "4242 4242"].concat();
        let kinds: Vec<_> =
            Scanner::new(Vec::new()).scan(&card).findings.into_iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [Kind::Card]);
    }

    #[test]
    fn labels_read_as_words_with_an_article() {
        let bare = Kind::ALL.iter().map(|kind| kind.label()).filter(|label| !label.contains(' '));
        assert_eq!(bare.collect::<Vec<_>>(), ["anger"]);
    }
}
