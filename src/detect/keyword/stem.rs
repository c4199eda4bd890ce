//! The stem that the forms of a word share: "charged", "charge" and "charges" are one word.
//!
//! Light, and one for all the languages of the bot: what language a few words are in is a guess, and two words that
//! are taken for one by mistake only matter where a second word is shared as well.

use std::borrow::Cow;

/// Endings, longest first, with the fewest letters that must be left.
const ENDINGS: [(&str, usize); 57] = [
    ("aciones", 3),
    ("amento", 3),
    ("ements", 4),
    ("ciones", 3),
    ("aron", 3),
    ("aram", 3),
    ("ados", 3),
    ("adas", 3),
    ("ando", 3),
    ("iendo", 3),
    ("acion", 3),
    ("ancas", 3),
    ("ement", 4),
    ("ieren", 4),
    ("ments", 3),
    ("ungen", 4),
    ("anca", 3),
    ("coes", 3),
    ("cion", 3),
    ("iert", 4),
    ("ions", 4),
    ("ings", 3),
    ("ment", 3),
    ("ada", 3),
    ("ado", 3),
    ("cao", 3),
    ("ees", 3),
    ("ers", 4),
    ("ied", 3),
    ("ies", 3),
    ("ing", 3),
    ("ion", 4),
    ("ung", 4),
    ("ar", 3),
    ("as", 3),
    ("at", 5),
    ("ed", 3),
    ("ee", 3),
    ("em", 4),
    ("en", 4),
    ("er", 4),
    ("es", 3),
    ("et", 5),
    ("ez", 4),
    ("ic", 5),
    ("ir", 4),
    ("ly", 4),
    ("os", 3),
    ("ou", 4),
    ("st", 6),
    ("a", 3),
    ("e", 3),
    ("i", 4),
    ("n", 5),
    ("o", 3),
    ("s", 3),
    ("y", 4),
];

/// Endings that are left on: taken off so often, nothing is left of a short word.
const MOST_TIMES: usize = 3;

/// What German puts before the `ge` of a participle: "abgebucht", "eingeloggt".
const BEFORE_GE: [&str; 9] = ["", "ab", "an", "auf", "aus", "ein", "vor", "zu", "zuruck"];

/// What German participles begin with that have no `ge`: "bestellt", "verspatet".
const WITHOUT_GE: [&str; 4] = ["be", "er", "ent", "ver"];

/// The stem of `form`, a normalized word of plain letters.
pub(super) fn stem(form: &str) -> Cow<'_, str> {
    match participle(form) {
        Some(verb) => Cow::Owned(shorten(&verb).to_owned()),
        None => Cow::Borrowed(shorten(form)),
    }
}

/// A German participle as its verb would begin.
fn participle(form: &str) -> Option<String> {
    let body = form.strip_suffix('t').or_else(|| form.strip_suffix("en"))?;
    let with_ge = BEFORE_GE.iter().find_map(|before| {
        let rest = body.strip_prefix(before)?.strip_prefix("ge")?;
        (rest.len() >= 3).then(|| [before, rest].concat())
    });
    let without = || {
        let ends = form.ends_with('t') && body.len() >= 6;
        (ends && WITHOUT_GE.iter().any(|before| body.starts_with(before))).then(|| body.to_owned())
    };
    with_ge.or_else(without)
}

fn shorten(form: &str) -> &str {
    let mut stem = undouble(form);
    for _ in 0..MOST_TIMES {
        let Some(shorter) = ENDINGS.iter().find_map(|(ending, least)| without(stem, ending, *least)) else {
            break;
        };
        stem = undouble(shorter);
    }
    stem
}

/// `form` without `ending`, if enough of a word is left.
fn without<'a>(form: &'a str, ending: &str, least: usize) -> Option<&'a str> {
    let stem = form.strip_suffix(ending)?;
    let word = stem.len() >= least && stem.bytes().any(|byte| b"aeiouy".contains(&byte));
    // "access" and "status" are no plurals, "down" and "login" no verbs.
    let part = match ending {
        "s" => !stem.ends_with(['s', 'u', 'i']),
        "n" => stem.ends_with(['r', 'l']),
        _ => true,
    };
    (word && part).then_some(stem)
}

/// `form` without the second of two consonants at its end: "logg", "bill".
fn undouble(form: &str) -> &str {
    match form.as_bytes() {
        [.., one, other] if one == other && !b"aeious".contains(one) && form.len() > 3 => {
            &form[..form.len() - 1]
        }
        _ => form,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::stem;

    #[test]
    fn the_forms_of_a_word_have_one_stem() {
        let words = [
            "charge charges charged charging",
            "delivery deliveries deliver delivered delivering delivers",
            "cancel canceled cancelled cancelling cancels cancellation cancellations cancelado cancelacion",
            "bill bills billed billing",
            "order orders ordered ordering",
            "activate activated activation activating",
            "verify verified verification verifying",
            "transfer transfers transferred transferring",
            "crash crashes crashed crashing",
            "update updates updated updating",
            "ship shipped shipping ships shipment shipments",
            "refund refunds refunded refunding",
            "server servers",
            "connect connection connected connecter",
            "abbuchung abbuchungen abgebucht abbuchen",
            "anmelden anmeldung angemeldet",
            "einloggen eingeloggt",
            "lieferung lieferungen geliefert liefern",
            "bestellung bestellungen bestellt bestellen",
            "erstattung erstattet erstatten",
            "storniert stornieren stornierung",
            "cobro cobros cobrado cobrada cobrar cobraron cobranca cobrancas cobrou",
            "factura facturas facturado facturacion facturaciones facture factures facturation",
            "commande commandes commander commandee",
            "prelevement prelevements prelever preleve",
            "pago pagos pagado pagar",
            "entrega entregas entregar entregado entregaram",
        ];
        for forms in words {
            let stems: BTreeSet<_> = forms.split_whitespace().map(stem).collect();
            assert_eq!(stems.len(), 1, "{forms}: {stems:?}");
        }
    }

    #[test]
    fn other_words_have_another() {
        for pair in [
            "server service",
            "charge change",
            "ban bank",
            "order ordinary",
            "login logo",
            "cards carton",
            "access accept",
            "status state",
            "token toke",
            "game gang",
            "ship shop",
            "delay deliver",
            "bank banner",
            "refund fund",
            "update upload",
            "passwort passage",
        ] {
            let stems: BTreeSet<_> = pair.split_whitespace().map(stem).collect();
            assert_eq!(stems.len(), 2, "{pair}: {stems:?}");
        }
    }

    #[test]
    fn something_is_left_of_every_word() {
        for form in
            ["a", "es", "ing", "ed", "ses", "ions", "geet", "gen", "string", "thing", "status", "access"]
        {
            assert!(!stem(form).is_empty(), "{form}");
        }
        assert_eq!((&*stem("string"), &*stem("access"), &*stem("status")), ("string", "access", "status"));
    }
}
