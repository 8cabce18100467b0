"""What STOP, START and HELP are answered with, in the language in which they were said. Pure."""

from frontdesk.conversations.model import Turn
from frontdesk.conversations.wording import say
from frontdesk.effects import RecordConsent, Say, SendClass

__all__ = ["confirm_opt_out", "consent", "help_text"]

_HELP = "{business}: reply with your question and we'll answer. Reply STOP to opt out."
_STOPPED = {
    "en": "You're unsubscribed from {business} and will get no more texts. Reply START to undo.",
    "es": "{business} ya no le escribe: su baja queda hecha. Responda START para deshacerla.",
    "fr": "Bien compris, {business} ne vous écrira plus. Répondez START pour annuler.",
    "de": "Sie erhalten keine Nachrichten mehr von {business}. Antworten Sie START, um das zu ändern.",
    "it": "Non riceverà più messaggi da {business}. Risponda START per annullare.",
    "pt": "Feito: sem mais mensagens de {business}. Responda START para desfazer.",
    "nl": "U krijgt geen berichten meer van {business}. Antwoord START om dit ongedaan te maken.",
    "pl": "Gotowe: {business} nie napisze ponownie. Odpowiedz START, a napiszemy znowu.",
}
_WRONG_NUMBER = {
    "en": "Sorry for the trouble. {business} won't text this number again. Reply START to undo.",
    "es": "Disculpe la molestia. {business} ya no escribe a este teléfono. Responda START para deshacerlo.",
    "fr": "Désolé pour cette erreur. {business} n'écrira plus à ce numéro. Répondez START pour annuler.",
    "de": "Entschuldigen Sie die Störung. {business} schreibt dieser Nummer nicht mehr. START macht das ungeschehen.",
    "it": "Ci scusi per il disturbo. {business} non scriverà più a questo numero. Risponda START per annullare.",
    "pt": "Desculpe o engano. Sem mais mensagens de {business} para este contato. Responda START para desfazer.",
    "nl": "Excuses voor het ongemak. {business} stuurt dit nummer niets meer. Antwoord START om dit te herstellen.",
    "pl": "Przepraszamy. {business} nie napisze ponownie na ten numer. START cofa to.",
}


def consent(turn: Turn, kind: str) -> RecordConsent:
    """The entry in the consent ledger: opt_out or opt_in."""
    return RecordConsent(kind, turn.keyword_how, turn.evidence)


def help_text(turn: Turn) -> list[Say]:
    """The answer to HELP; none where the carrier gives it."""
    return _say(turn, _HELP, "help")


def confirm_opt_out(turn: Turn) -> list[Say]:
    """The one confirmation that an opt-out may have; none where the carrier gives it."""
    wordings = _WRONG_NUMBER if turn.keyword_how == "wrong_number" else _STOPPED
    return _say(turn, wordings.get(turn.keyword_lang, wordings["en"]), "opt_out_confirmation")


def _say(turn: Turn, text: str, reply_type: str) -> list[Say]:
    if turn.carrier_answers_keywords and turn.keyword_how == "keyword":
        return []  # a carrier answers words, never sentences
    return [Say(say(text, turn.flow), reply_type, send_class=SendClass.COMPLIANCE)]
