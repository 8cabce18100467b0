"""The language of a text, short as texts are."""

import pytest

from frontdesk.readers.fields import read_fields

SENTENCES = {
    "en": ["Hi, do you have anything free this week?", "my sink is leaking", "Can I book for two people?", "thanks so much", "I'd like a quote", "What are your opening hours?", "Yes please",
           "need a plumber asap", "The heater stopped working last night"],
    "es": ["Hola, necesito una cita para mañana", "¿Cuánto cuesta un corte de pelo?", "se rompió una tubería en la cocina", "no puedo ir el lunes", "quiero hablar con una persona",
           "gracias por su ayuda", "¿Están abiertos los sábados?", "el aire acondicionado no funciona"],
    "fr": ["Bonjour, je voudrais prendre rendez-vous", "combien ça coûte ?", "il y a une fuite dans la cuisine", "je ne peux pas venir lundi", "merci beaucoup", "Êtes-vous ouverts le samedi ?",
           "mon chauffage ne marche plus", "c'est pour demain matin"],
    "de": ["Guten Tag, ich brauche einen Termin", "was kostet ein Haarschnitt?", "meine Heizung ist kaputt", "ich kann am Montag nicht kommen", "vielen Dank für die Hilfe",
           "Haben Sie samstags geöffnet?", "der Abfluss ist verstopft", "bitte rufen Sie mich an"],
    "it": ["Buongiorno, vorrei un appuntamento", "quanto costa un taglio?", "c'è una perdita in cucina", "non posso venire lunedì", "grazie mille per l'aiuto", "siete aperti il sabato?",
           "la caldaia non funziona", "mi può chiamare domani?"],
    "pt": ["Olá, preciso de um agendamento para amanhã", "quanto custa um corte de cabelo?", "há um vazamento na cozinha", "não posso ir na segunda", "muito obrigado pela ajuda",
           "vocês abrem aos sábados?", "o aquecedor não está funcionando", "pode me ligar hoje?"],
    "nl": ["Goedemiddag, ik wil graag een afspraak maken", "wat kost een knipbeurt?", "er is een lek in de keuken", "ik kan maandag niet komen", "hartelijk dank voor de hulp",
           "zijn jullie open op zaterdag?", "de verwarming doet het niet", "kunt u mij morgen bellen?"],
    "zh": ["我想预约明天下午"], "ja": ["明日の予約をお願いします"], "ru": ["Здравствуйте, нужна запись на завтра"], "ar": ["أريد موعدا غدا"], "ko": ["내일 예약하고 싶어요"],
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in SENTENCES.items() for text in texts])
def test_a_language_is_told(lang: str, text: str) -> None:
    found = read_fields(text).language
    assert found is not None
    assert found.value == lang


@pytest.mark.parametrize("text", ["", "12345", "?!", "😀😀", "+1 415 555 2671"])
def test_nothing_to_go_by_tells_no_language(text: str) -> None:
    assert read_fields(text).language is None
