"""The words that say STOP, START or HELP when they are the whole message, as data.

Sources: 47 CFR 64.1200(a)(10) for the English words that must always count; the carriers' default keywords.

Left out on purpose, as they are ordinary answers more often than opt-outs: the words for cancelling in other languages
(cancelar, annuler, stornieren, annulla, annuleren, anuluj: a booking), those for an end (fin, fine, ende, fim, koniec),
and basta ("that is all"). Baja, alto and pare stay: carriers give them the meaning, and START undoes a mistake.
"""

__all__ = ["BY_CARRIER", "HELP", "OTHER_LANGUAGES", "POLITE", "START", "STOP", "YES_AFTER_STOP"]

STOP = frozenset(
    {
        "stop",
        "s t o p",
        "stop all",
        "unsubscribe",
        "quit",
        "revoke",
        "opt out",
        "opt me out",
        "text stop",
        "reply stop",
        "send stop",
    }
    | {"stop to quit", "stop to end", "stop to stop", "stop to opt out", "stop to unsubscribe", "stop to cancel"}
)
"""May stand with a please or a thank you, and may be repeated. Spellings are those that `plain` leaves."""

BY_CARRIER = STOP | {"cancel", "end"}
"""What carriers block at when it stands alone. "Cancel please" speaks of a booking and is not among them."""

START = frozenset({"start", "unstop"})
YES_AFTER_STOP = frozenset({"yes"})
HELP = frozenset({"help", "info"})

POLITE = frozenset(
    (
        "please thanks thank you ok okay hi hello hey sorry now kindly just pleas sir maam all so and asap already "
        "no nope por favor gracias ya s il vous te plait svp merci bitte danke per favore grazie obrigado obrigada "
        "alstublieft aub bedankt prosze dziekuje"
    ).split()
)
"""Words beside a STOP that take nothing from it."""

OTHER_LANGUAGES = {
    "es": ("alto", "parar", "pare", "paren", "para ya", "baja", "darme de baja", "dar de baja", "detener", "detente",
           "salir", "no molestar", "cancelar suscripcion", "desuscribir", "desuscribirme", "ya basta"),
    "fr": ("arret", "arreter", "arretez", "arrete", "desabonner", "desabonnement", "desabonnez moi", "me desabonner",
           "se desabonner", "se desinscrire", "desabonne moi", "desinscrire", "desinscription", "desinscrivez moi",
           "cessez", "stop pub", "arret sms", "annuler abonnement"),
    "de": ("abmelden", "abmeldung", "abbestellen", "abbestellung", "austragen", "aufhoren", "hor auf", "horen sie auf",
           "mich abmelden", "melden sie mich ab", "melde mich ab", "stoppen", "hoer auf", "aufhoeren"),
    "it": ("cancellami", "cancellatemi", "disiscrivimi", "disiscrivi", "disiscrivetemi", "disiscrizione", "smettila",
           "smettetela", "smettete", "rimuovimi", "disattiva", "annulla iscrizione"),
    "pt": ("sair", "parem", "descadastrar", "descadastre", "cancelar inscricao", "parar mensagens", "me remova",
           "quero sair"),
    "nl": ("afmelden", "uitschrijven", "stop maar", "afmelding", "uitschrijving", "schrijf me uit", "meld me af"),
    "pl": ("rezygnuje", "rezygnacja", "wypisz", "wypisz mnie", "wypiszcie mnie", "zatrzymaj", "przestan",
           "przestancie", "usun mnie", "usuncie mnie"),
    "sv": ("avsluta", "avregistrera", "sluta"),
    "da": ("afmeld", "frameld"),
    "no": ("avmeld", "meld meg av"),
    "ru": ("стоп", "отписаться", "отпишите меня"),
}  # fmt: skip
"""Whole messages by language. A word that two languages share stands with the one that more people text in."""
