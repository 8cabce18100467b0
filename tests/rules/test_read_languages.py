"""The language of a text, short as texts are."""

import pytest

from frontdesk.readers.fields import read_fields

SENTENCES = {
    "en": ["Hi, do you have anything free this week?", "my sink is leaking", "Can I book for two people?", "thanks so much", "I'd like a quote", "What are your opening hours?", "Yes please",
           "need a plumber asap", "The heater stopped working last night", 'The meeting is on Monday', "I'll be there at noon", 'Leave a message', 'cheap movers', 'boiler broken', 'Saturday works', 'new client here', 'He lives next door since 2019', 'two rooms please'],
    "es": ["Hola, necesito una cita para mañana", "¿Cuánto cuesta un corte de pelo?", "se rompió una tubería en la cocina", "no puedo ir el lunes", "quiero hablar con una persona",
           "gracias por su ayuda", "¿Están abiertos los sábados?", "el aire acondicionado no funciona", 'el lunes a las tres', 'estaré allí a mediodía', 'Nos vemos la próxima semana', 'Nací el 3 de mayo de 1990', 'cada dos días', 'hace tres meses', 'Voy a volver en cinco minutos', 'desde las 9 hasta las 11', 'fuga de agua', 'precio por hora'],
    "fr": ["Bonjour, je voudrais prendre rendez-vous", "combien ça coûte ?", "il y a une fuite dans la cuisine", "je ne peux pas venir lundi", "merci beaucoup", "Êtes-vous ouverts le samedi ?",
           "mon chauffage ne marche plus", "c'est pour demain matin", 'lundi à trois heures', 'Je serai là à midi', 'À la semaine prochaine', 'Je suis né le 3 mai 1990', 'tous les deux jours', 'il y a trois mois', 'Je reviens dans cinq minutes', 'de 9h à 11h', "fuite d'eau", 'prix par heure'],
    "de": ["Guten Tag, ich brauche einen Termin", "was kostet ein Haarschnitt?", "meine Heizung ist kaputt", "ich kann am Montag nicht kommen", "vielen Dank für die Hilfe",
           "Haben Sie samstags geöffnet?", "der Abfluss ist verstopft", "bitte rufen Sie mich an", 'Montag um drei Uhr', 'Ich bin um zwölf da', 'Bis nächste Woche', 'Ich wurde am 3. Mai 1990 geboren', 'alle zwei Tage', 'vor drei Monaten', 'Ich komme in fünf Minuten zurück', 'von 9 bis 11 Uhr', 'Wasserrohrbruch im Keller', 'Preis pro Stunde'],
    "it": ["Buongiorno, vorrei un appuntamento", "quanto costa un taglio?", "c'è una perdita in cucina", "non posso venire lunedì", "grazie mille per l'aiuto", "siete aperti il sabato?",
           "la caldaia non funziona", "mi può chiamare domani?", 'lunedì alle tre', 'Sarò lì a mezzogiorno', 'Ci vediamo la settimana prossima', 'Sono nato il 3 maggio 1990', 'ogni due giorni', 'tre mesi fa', 'Torno tra cinque minuti', 'dalle 9 alle 11', "perdita d'acqua", "prezzo all'ora"],
    "pt": ["Olá, preciso de um agendamento para amanhã", "quanto custa um corte de cabelo?", "há um vazamento na cozinha", "não posso ir na segunda", "muito obrigado pela ajuda",
           "vocês abrem aos sábados?", "o aquecedor não está funcionando", "pode me ligar hoje?", 'segunda-feira às três', 'Estarei lá ao meio-dia', 'Até a próxima semana', 'Nasci em 3 de maio de 1990', 'a cada dois dias', 'há três meses', 'Volto em cinco minutos', 'das 9 às 11', 'vazamento de água', 'preço por hora'],
    "nl": ["Goedemiddag, ik wil graag een afspraak maken", "wat kost een knipbeurt?", "er is een lek in de keuken", "ik kan maandag niet komen", "hartelijk dank voor de hulp",
           "zijn jullie open op zaterdag?", "de verwarming doet het niet", "kunt u mij morgen bellen?", 'maandag om drie uur', 'Ik ben er om twaalf uur', 'Tot volgende week', 'Ik ben geboren op 3 mei 1990', 'om de twee dagen', 'drie maanden geleden', 'Ik kom over vijf minuten terug', 'van 9 tot 11 uur', 'waterlek in de kelder', 'prijs per uur'],
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
