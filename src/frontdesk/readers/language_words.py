"""The small words, endings and letters that tell languages apart, as data; words keep their accents."""

__all__ = ["ENDINGS", "LETTERS", "SCRIPTS", "WORDS"]

WORDS: dict[str, str] = {
    "en": "the and you that was for are with his they this have from one had not but what all were when your can "
          "said there "
          "use an each which she do how their if will up other about out many then them these so some her would make "
          "like him "
          "into time has look two more go see no way could people my than first been call who its now find long down "
          "day did "
          "get come made may i is it in to of a at we he be on by or as me please thanks thank hello hi yes yeah "
          "need want "
          "help know don't can't i'm i'll it's what's where why cancel appointment stop tomorrow today morning "
          "afternoon here "
          "just great good back later last next week am our us should does any ok sure number name address price "
          "much book "
          "wrong text message texting working works leave going got new only very also after before",
    "es": "el la los las de que y en un una por con no se lo le su para es al del como más pero sus ya este si "
          "porque esta entre "
          "cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra "
          "otros ese eso "
          "ante ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho nada muchos "
          "quiero necesito "
          "hola gracias buenos días tardes cita mañana hoy ayer hora cuánto cuesta puedo puede tengo tiene estoy "
          "está soy son "
          "fue ser haber favor sí señor casa agua reserva lunes martes miércoles jueves viernes sábado próximo "
          "semana tal año "
          "mi tu usted ustedes vamos ir aquí día mes enero febrero marzo abril mayo junio julio agosto",
    "fr": "le la les de des du un une et est en que qui dans pour pas sur ce se au avec il elle je vous nous ne par "
          "plus tout "
          "mais on sont cette ses fait comme mon ma mes votre vos être avoir ai avez a été aux lui leur si même "
          "aussi bien sans "
          "ou où quand très peut faire bonjour merci oui non rendez-vous demain aujourd'hui hier matin soir semaine "
          "c'est j'ai "
          "d'un l' qu' s'il plaît besoin voudrais combien coûte prix heures lundi mardi mercredi jeudi vendredi "
          "samedi dimanche "
          "prochain avons sommes suis êtes depuis après avant jour mois année chez cela ça y deux trois jusqu'à entre",
    "de": "der die das und ist in den von zu mit sich auf für nicht es dem ein eine einen einer eines als auch an er "
          "sie wir ihr "
          "ich du so dass daß wie hat haben bei nach oder aber vor noch nur kann werden wird war sind aus um im am "
          "zum zur über "
          "mein meine ihre sein habe bin bitte danke hallo guten tag morgen heute gestern uhr termin möchte brauche "
          "können wann "
          "wo was wer ja nein kein keine mich mir uns ihnen schon sehr mehr wenn dann hier bis weg woche jahr monat "
          "montag "
          "dienstag mittwoch donnerstag freitag samstag sonntag nächste nächsten gibt muss soll wieder etwas machen "
          "durch unter",
    "pt": "o os as de que e do da em um uma para com não no na por mais dos como mas foi ao ele das tem à seu sua ou "
          "ser quando "
          "muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas "
          "me esse eles "
          "estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós tenho "
          "lhe deles "
          "obrigado obrigada olá bom dia tarde noite amanhã hoje ontem sim quero preciso quanto custa posso hora "
          "horas semana "
          "segunda terça quarta quinta sexta sábado domingo próximo próxima próximas nasci deve estou fazer vou vai",
    "it": "il lo la i gli le di che e è un una in per non con si da come più ma sono del della dei delle al alla ai "
          "alle dal dalla "
          "nel nella sul sulla ho hai ha abbiamo anche se io lei lui noi voi loro mi ti ci vi questo questa quello "
          "quella cosa "
          "quando dove chi perché molto tutto tutti ancora già solo dopo prima fino tra fra grazie ciao buongiorno "
          "sì sera "
          "mattina domani oggi ieri ora ore alle appuntamento vorrei bisogno quanto costa posso prossimo prossima "
          "settimana "
          "lunedì martedì mercoledì giovedì venerdì sabato domenica anno mese giorno essere fatto stato pomeriggio "
          "torno",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door naar "
          "over hij zij ze we "
          "wij ik je jij u mijn jouw uw ons onze hun dit die deze wat wie waar wanneer hoe heeft heb hebben had was "
          "waren wordt "
          "worden kan kunnen zal zullen moet moeten wil graag bedankt dank hallo goedemorgen ja nee geen meer veel "
          "al tot na "
          "morgen vandaag gisteren uur afspraak nodig laten gaan ga komt komen week maand jaar dag maandag dinsdag "
          "woensdag "
          "donderdag vrijdag zaterdag zondag middag avond ochtend volgende half gebouw drinken",
    "sv": "och att det som en på är av för med den till inte har de ett om var jag men så han hon vi du kan från ska "
          "eller när hur "
          "tack hej ja nej mig min din idag imorgon igår tid vill måste också där här vad skulle bara efter nu",
    "da": "og at det som en på er af for med den til ikke har de et om var jeg men så han hun vi du kan fra skal "
          "eller når hvordan "
          "tak hej ja nej mig min din i morgen dag tid vil også hvor hvad ville kun efter nu",
    "pl": "i w nie na się z do to że jest jak o co po tak ale za od czy mnie ma są przez dla ja ty on ona my wy oni "
          "już tylko może "
          "być dzień dobry dziękuję proszę jutro dziś wczoraj godzina wizyta chcę potrzebuję ile kosztuje kiedy gdzie",
    "tr": "ve bir bu için ile de da ne çok var yok ben sen o biz siz onlar ama gibi daha en mi mı mu mü değil evet "
          "hayır merhaba "
          "teşekkürler lütfen yarın bugün dün saat randevu istiyorum kadar sonra önce gün hafta",
    "ro": "și în de la cu pe nu este un o să mai din pentru care ce sunt am ai are eu tu el ea noi voi mâine azi "
          "ieri ora mulțumesc",
}  # fmt: skip
"""The commonest words of a language, as its texts show them."""

ENDINGS: dict[str, str] = {
    "en": "ing tion ness ould ight ally n't ed",
    "es": "ción iones mente ando iendo ado idad aje ños ón ía",
    "fr": "tion eux ement ais ait eau oir ique ez aient ées é",
    "de": "ung keit lich isch heit chen schaft tag ieren",
    "pt": "ção ções mente ando ado inho dade ão ões ará",
    "it": "zione zioni mente ando endo ato ità ggio gli ò ere are",
    "nl": "lijk heid tje ijk ing en aar eren",
}
LETTERS: dict[str, str] = {
    "es": "ñ¿¡", "fr": "çêèœùûîëâ", "de": "ßäöü", "pt": "ãõçâê", "it": "òìùè", "nl": "ĳ", "sv": "åäö", "da": "åøæ",
    "pl": "ąćęłńśźż", "tr": "ğışç", "ro": "ăâîșț",
}  # fmt: skip
SCRIPTS: tuple[tuple[str, int, int], ...] = (
    ("ja", 0x3040, 0x30FF), ("ko", 0xAC00, 0xD7AF), ("zh", 0x4E00, 0x9FFF), ("ru", 0x0400, 0x04FF),
    ("ar", 0x0600, 0x06FF), ("he", 0x0590, 0x05FF), ("el", 0x0370, 0x03FF), ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F), ("bn", 0x0980, 0x09FF), ("ta", 0x0B80, 0x0BFF), ("ka", 0x10A0, 0x10FF),
)  # fmt: skip
"""A script of one language, by its first and last code point. Japanese first: it uses Chinese signs too."""
