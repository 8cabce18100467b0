"""The small words, endings and letters that tell languages apart, as data; words keep their accents."""

__all__ = ["ENDINGS", "LETTERS", "SCRIPTS", "WORDS"]

WORDS: dict[str, str] = {
    "en": (
        "the and you that was for are with his they this have from one had not but what all were when your "
        "can said there use an each which she do how their if will up other about out many then them these so "
        "some her would make like him into time has look two more go see no way could people my than first "
        "been call who its now find long down day did get come made may i is it in to of a at we he be on by "
        "or as me please thanks thank hello hi yes yeah need want help know don't can't i'm i'll it's what's "
        "where why cancel appointment stop tomorrow today morning afternoon here just great good back later "
        "last next week am our us should does any ok sure number name address price much book wrong text "
        "message texting working works leave going got new only very also after before monday tuesday "
        "wednesday thursday friday saturday sunday january february march april june july august september "
        "october november december three four five six seven eight nine ten eleven twelve weeks month months "
        "year years hour hours minute minutes night evening noon between since every during house home room "
        "kitchen bathroom roof door window water leak leaking leaks broken fix repair clean cheap free open "
        "close closed quote cost costs pay email send sent talk speak person old big small hot cold high low "
        "left right near around street road city man woman child children family friend doctor car dog cat "
        "job order change move moving booked table dinner lunch breakfast food drink coffee meeting meet "
        "start end begin wants wanted needs needed might must never always often really soon still already "
        "again another both few most own same such too well while until because though through under without"
    ),
    "es": (
        "funciona ayuda el la los las de que y en un una por con no se lo le su para es al del como más pero sus ya "
        "este si "
        "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos "
        "uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él "
        "tanto esa estos mucho nada muchos quiero necesito hola gracias buenos días tardes cita mañana hoy "
        "ayer hora cuánto cuesta puedo puede tengo tiene estoy está soy son fue ser haber favor sí señor casa "
        "agua reserva lunes martes miércoles jueves viernes sábado próximo semana tal año mi tu usted ustedes "
        "vamos ir aquí día mes enero febrero marzo abril mayo junio julio agosto domingo dos tres cuatro "
        "cinco seis siete ocho nueve diez once doce semanas meses años horas minuto minutos noche mediodía "
        "medianoche cada hace próxima pasado pasada siguiente última último estaré estará estamos están "
        "estuve fui iré va vas voy ven venir volver vemos hablar llamar llame enviar mandar arreglar reparar "
        "limpiar romper roto rota fuga tubería cocina baño techo puerta ventana calle ciudad hombre mujer "
        "niño niños familia amigo médico coche perro gato trabajo precio barato pagar gratis abierto cerrado "
        "mesa cena comida desayuno café reunión empezar terminar nuevo nueva viejo grande pequeño caliente "
        "frío alto bajo allí ahí cerca siempre nunca poco todas algo alguien nadie bien mal mejor peor nací "
        "nació gente cosa vez veces parte lado fin luego después entonces pues tampoco"
    ),
    "fr": (
        "à le la les de des du un une et est en que qui dans pour pas sur ce se au avec il elle je vous nous ne "
        "par plus tout mais on sont cette ses fait comme mon ma mes votre vos être avoir ai avez a été aux "
        "lui leur si même aussi bien sans ou où quand très peut faire bonjour merci oui non rendez-vous "
        "demain aujourd'hui hier matin soir semaine c'est j'ai d'un l' qu' s'il plaît besoin voudrais combien "
        "coûte prix heures lundi mardi mercredi jeudi vendredi samedi dimanche prochain avons sommes suis "
        "êtes depuis après avant jour mois année chez cela ça y deux trois jusqu'à entre janvier février mars "
        "avril juin juillet août septembre octobre novembre décembre quatre cinq six sept huit neuf dix onze "
        "douze semaines minute minutes heure nuit midi minuit chaque dernier dernière prochaine suivant serai "
        "sera serons étais viens venir reviens revenir vois voir parler appeler appelez envoyer réparer "
        "nettoyer casser cassé cassée fuite eau cuisine bain toit porte fenêtre rue ville homme femme enfant "
        "enfants famille ami médecin voiture chien chat travail cher gratuit ouvert fermé table dîner "
        "déjeuner petit café réunion commencer finir nouveau nouvelle vieux grand chaud froid haut bas là ici "
        "près toujours jamais beaucoup peu tous toutes quelque chose quelqu'un personne mal mieux né née gens "
        "fois côté jusque alors donc voulons veux veut peux dois doit faut"
    ),
    "de": (
        "vielen hilfe der die das und ist in den von zu mit sich auf für nicht es dem ein eine einen einer eines als "
        "auch "
        "an er sie wir ihr ich du so dass daß wie hat haben bei nach oder aber vor noch nur kann werden wird "
        "war sind aus um im am zum zur über mein meine ihre sein habe bin bitte danke hallo guten tag morgen "
        "heute gestern uhr termin möchte brauche können wann wo was wer ja nein kein keine mich mir uns ihnen "
        "schon sehr mehr wenn dann hier bis weg woche jahr monat montag dienstag mittwoch donnerstag freitag "
        "samstag sonntag nächste nächsten gibt muss soll wieder etwas machen durch unter januar februar märz "
        "april mai juni juli august september oktober november dezember eins zwei drei vier fünf sechs sieben "
        "acht neun zehn elf zwölf wochen tage tagen monate monaten jahre jahren stunde stunden minute minuten "
        "nacht abend mittag mitternacht jede jeden seit letzte letzten vergangene komme kommt kommen zurück "
        "sehen sprechen anrufen rufen schicken reparieren putzen reinigen kaputt defekt leck wasser rohr "
        "rohrbruch keller küche bad dach tür fenster straße stadt mann frau kind kinder familie freund arzt "
        "auto hund katze arbeit preis pro kosten kostet billig günstig frei offen geschlossen tisch "
        "abendessen mittagessen frühstück kaffee treffen anfangen beginnen enden neu neue alt groß klein heiß "
        "kalt hoch niedrig dort nahe immer nie viel wenig alle alles jemand niemand gut schlecht besser "
        "geboren wurde wurden leute sache mal seite also doch unser unsere welche warum weil während ohne "
        "gegen"
    ),
    "pt": (
        "o os as de que e do da em um uma para com não no na por mais dos como mas foi ao ele das tem à seu "
        "sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem "
        "mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm "
        "numa pelos elas havia seja qual será nós tenho lhe deles obrigado obrigada olá bom dia tarde noite "
        "amanhã hoje ontem sim quero preciso quanto custa posso hora horas semana segunda terça quarta quinta "
        "sexta sábado domingo próximo próxima próximas nasci deve estou fazer vou vai janeiro fevereiro março "
        "abril maio junho julho agosto setembro outubro novembro dezembro dois duas três quatro cinco seis "
        "sete oito nove dez onze doze semanas meses mês anos ano minuto minutos manhã meio-dia meia-noite "
        "cada desde último última passado passada seguinte estarei estará estamos estive fui irei vamos venho "
        "vir voltar volto ver falar ligar ligue enviar mandar consertar arrumar limpar quebrar quebrado "
        "quebrada vazamento vazando cano cozinha banheiro telhado porta janela rua cidade homem mulher "
        "criança crianças família amigo médico carro cachorro gato trabalho preço barato pagar grátis aberto "
        "fechado mesa jantar almoço café reunião começar terminar novo nova velho grande pequeno quente frio "
        "alto baixo lá ali perto aqui sempre nunca pouco todos todas algo alguém ninguém bem mal melhor pior "
        "nasceu gente coisa vez vezes lado fim então vocês ainda agora água dias"
    ),
    "it": (
        "il lo la i gli le di che e è un una in per non con si da come più ma sono del della dei delle al "
        "alla ai alle dal dalla nel nella sul sulla ho hai ha abbiamo anche se io lei lui noi voi loro mi ti "
        "ci vi questo questa quello quella cosa quando dove chi perché molto tutto tutti ancora già solo dopo "
        "prima fino tra fra grazie ciao buongiorno sì sera mattina domani oggi ieri ora ore appuntamento "
        "vorrei bisogno quanto costa posso prossimo prossima settimana lunedì martedì mercoledì giovedì "
        "venerdì sabato domenica anno mese giorno essere fatto stato pomeriggio torno gennaio febbraio marzo "
        "aprile maggio giugno luglio agosto settembre ottobre novembre dicembre uno due tre quattro cinque "
        "sei sette otto nove dieci undici dodici settimane mesi anni minuto minuti notte mezzogiorno "
        "mezzanotte ogni scorso scorsa ultimo ultima seguente sarò sarà siamo sto stiamo vado andare vengo "
        "venire tornare vedere vediamo parlare chiamare chiamami mandare inviare riparare pulire rotto rotta "
        "perdita acqua tubo caldaia cucina bagno tetto porta finestra strada via città uomo donna bambino "
        "bambini famiglia amico medico macchina cane gatto lavoro prezzo economico pagare gratis aperto "
        "chiuso aperti tavolo cena pranzo colazione caffè riunione cominciare finire nuovo nuova vecchio "
        "grande piccolo caldo freddo alto basso lì là vicino qui sempre mai poco tutte qualcosa qualcuno "
        "nessuno bene male meglio peggio nato nata gente volta volte parte fine allora poi fa funziona giorni "
        "all dell nell"
    ),
    "nl": (
        "de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door "
        "naar over hij zij ze we wij ik je jij u mijn jouw uw ons onze hun dit die deze wat wie waar wanneer "
        "hoe heeft heb hebben had was waren wordt worden kan kunnen zal zullen moet moeten wil graag bedankt "
        "dank hallo goedemorgen ja nee geen meer veel al tot na morgen vandaag gisteren uur afspraak nodig "
        "laten gaan ga komt komen week maand jaar dag maandag dinsdag woensdag donderdag vrijdag zaterdag "
        "zondag middag avond ochtend volgende half gebouw drinken januari februari maart april mei juni juli "
        "augustus september oktober november december twee drie vier vijf zes zeven acht negen tien elf "
        "twaalf weken dagen maanden jaren uren minuut minuten nacht middernacht elke sinds vorige laatste "
        "vorig komend kom terug zien spreken bellen belt sturen repareren schoonmaken kapot stuk lek lekt "
        "waterlek water leiding kelder keuken badkamer dak deur raam straat stad man vrouw kind kinderen "
        "familie vriend dokter auto hond kat werk prijs prijzen per kost kosten goedkoop betalen gratis open "
        "gesloten tafel avondeten ontbijt koffie vergadering beginnen eindigen nieuw nieuwe oud groot klein "
        "heet koud hoog laag daar hier dichtbij altijd nooit weinig alle alles iemand niemand goed slecht "
        "beter geboren mensen ding keer keren kant toen geleden jullie onder zonder tegen omdat terwijl welke "
        "waarom"
    ),
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
