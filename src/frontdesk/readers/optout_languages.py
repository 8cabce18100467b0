"""How other languages say "no more texts" in a sentence: phrases over the text as `plain` leaves it, accents gone.

A few for each language, the plainest: what is to stop, and that it comes to the writer. Whole messages of one word or
two are in `optout_words`.
"""

from frontdesk.readers.optout_table import CLAUSE_START, Phrase, Table

__all__ = ["NO_MORE"]

_END = r"(?= \||$)"
_NUMBER = r"num(?:b)?er"  # what spelling makes of it

NO_MORE = Table({
    "es": (
        Phrase("no nunca", r"(?: vuelv\w+ a)? (?:me|nos) (?:mand|envi|escrib|contact|textee|molest|llam)\w*"
                           r"(?: \w+){0,2}? (?:mas|nunca)\b"),
        Phrase("no", r" (?:me|nos) (?:mand|envi|escrib|contact|textee|molest)(?:e|en|es|a|an|as)(?: (?:mas|mensajes"
                     r"|textos|por favor)){0,3}"
               rf"{_END}", rf"(?:{CLAUSE_START}|(?<=\bfavor )|(?<=\bya ))"),
        Phrase("no", r" vuelv\w+ a (?:escribir|mandar|enviar|contactar|molestar|llamar)(?:me|nos)\b"),
        Phrase("no", r" (?:quiero|deseo|queremos)(?: (?:recibir|que|me|manden|envien|mas|sus|estos|esos)){0,4} "
                     r"(?:mensajes|sms|textos|mensajitos)\b"),
        Phrase("no", r" (?:llamen|escriban|manden|envien|molesten|contacten) mas\b"),
        Phrase("no", r" mas (?:mensajes|textos|sms)\b", rf"(?:{CLAUSE_START}|(?<=\bfavor ))"),
        Phrase("dej* par*", r" de (?:mandar|enviar|escribir|molestar|llamar|contactar|textear|mensajear)(?:me|nos)\b"),
        Phrase("dej* par*", r" de (?:mandar|enviar)(?: (?:estos|esos|sus|tantos))? (?:mensajes|textos|sms)\b"),
        Phrase("dejame dejeme dejenme dejenos", r" (?:ya )?(?:en paz|tranquil[oa]s?)\b"),
        Phrase("borr* elimin* quit* sac* saqu* remuev*", r" (?:mi (?:numero|telefono|contacto)|(?:me )?de (?:la|su"
                                                         r"|tu|esta|sus) lista)\b"),
        Phrase("deme dame denme", r" de baja\b"),
        Phrase("dar darme", rf"(?: me)? de baja(?:{_END}| (?:de (?:los|estos|sus) (?:mensajes|textos|sms)"
                            rf"|mi numero)\b)"),
    ),
    "fr": (
        Phrase("arret*", r"(?: s il vous plait| svp)?(?: (?:de|d|me|nous|m)){0,3} (?:de|d|m|dem)?"
               r"(?:envoyer|ecrire|contacter|texter|deranger|harceler|spammer|solliciter|appeler)\b"),
        Phrase("arret*", r" (?:avec )?(?:les|ces|vos|tes) (?:sms|textos|messages)\b"),
        Phrase("stop", r" (?:aux|a ces|a vos|les|vos|ces) (?:sms|textos|messages)\b"),
        Phrase("me nous", r" (?:contact|ecri|envo|text|derang|harcel|sollicit|appel)\w* plus\b"),
        Phrase("mecri* menvo* mappel*", r" plus\b"),
        Phrase("plus", r" (?:me |nous |m)(?:contacter|envoyer|ecrire|texter|deranger|solliciter|appeler)\b"),
        Phrase("plus", r" de (?:sms|messages|textos)\b", rf"(?:{CLAUSE_START}|(?<=\bplait ))"),
        Phrase("veux souhaite desire", r" plus (?:(?:recevoir|avoir) (?:de |vos |ces |aucun )?(?:vos )?(?:sms"
                                       r"|messages?|textos?)|de (?:vos )?(?:sms|messages|textos)"
               r"|etre contacte\w*|que vous me contactiez)\b"),
        Phrase("desabonne* desinscri*", r" (?:moi|nous)\b"),
        Phrase("me", r" (?:desabonner|desinscrire)\b"),
        Phrase("retire* enleve* raye* supprime* efface*", r" (?:moi|nous|mon (?:numero|nom)|mes (?:coordonnees"
                                                          r"|donnees))\b"),
        Phrase("laiss* foute* fiche*", r" (?:moi|nous) (?:tranquilles?|en paix|la paix)\b"),
    ),
    "de": (
        Phrase("hor hort horen hoer hoert hoeren", r"(?: sie)?(?: bitte| endlich)? auf(?: (?:mir|mich|uns|zu|bitte"
                                                   r"|damit|staendig|standig|nachrichten)){0,4}"
               r" (?:schreiben|texten|nerven|belastigen|senden|schicken|kontaktieren)\b"),
        Phrase("schreib* schick* send* kontaktier*", r"(?: sie)? (?:mir|mich|uns)(?: \w+){0,2}? (?:nicht mehr"
                                                     r"|nie wieder|nie mehr|keine (?:\w+ )?(?:nachrichten|sms))\b"),
        Phrase("will mochte moechte wunsche wollen", r"(?: \w+){0,2}? keine(?: (?:weiteren|mehr|solchen))? "
                                                     r"(?:nachrichten|sms|textnachrichten|werbung)\b"),
        Phrase("keine", r"(?: (?:weiteren|mehr))? (?:nachrichten|sms|mitteilungen|textnachrichten)(?: mehr)?\b",
               rf"(?:{CLAUSE_START}|(?<=\bbitte ))"),
        Phrase("losch* loesch* entfern* streich*", r"(?: sie)?(?: bitte)? (?:mich|meine (?:\w{0,8}nummer|daten"
                                                   r"|kontaktdaten))\b"),
        Phrase("nehm* nimm", r"(?: sie)?(?: bitte)? (?:mich|meine \w{0,8}nummer)(?: bitte)? (?:von|aus)\b"),
        Phrase("lass lasst lassen lasse", r"(?: sie)?(?: \w+)? (?:mich|uns)(?: (?:bitte|endlich|einfach)){0,2} in "
                                          r"(?:ruhe|frieden)\b"),
        Phrase("nicht", rf" mehr (?:an)?(?:schreiben|kontaktieren|texten)(?: bitte)?{_END}"),
        Phrase("melde* meld*", rf"(?: sie)? (?:mich|uns)(?: \w+){{0,3}} ab{_END}"),
    ),
    "it": (
        Phrase("non", r"(?: (?:mi|ci|voglio che mi))? (?:scriv|mand|invi|contatt|chiam|messaggi|disturb)"
                      r"(?!\w*o\b)\w*(?:(?<=mi)|(?<=ci)|(?: \w+){0,2}?) (?:piu|mai piu)\b"),
        Phrase("smett*", r" di (?:scriver|mandar|inviar|contattar|chiamar|disturbar|messaggiar|tormentar)\w*"),
        Phrase("basta", r"(?: con)?(?: (?:i|questi))? (?:messaggi|sms|scrivermi|messaggini)\b"),
        Phrase("non", r" (?:voglio|desidero|vogliamo)(?: (?:piu|ricevere|altri|vostri|i|questi|i vostri)){0,4} "
                      r"(?:messaggi|sms|essere contattat\w)\b"),
        Phrase("cancella* rimuov* elimin* togli* leva*", r" (?:il mio (?:numero|nome)|(?:mi )?dall[ae] (?:(?:vostra"
                                                         r"|tua|sua|vostre) )?list[ae])\b"),
        Phrase("lasci*", r" in pace\b", r"(?<!\bnon mi )"),
    ),
    "pt": (
        Phrase("pare para parem", r" de (?:me |nos )?(?:mandar|enviar|escrever|contatar|contactar|incomodar"
                                  r"|perturbar|ligar)(?: me| mensage\w+| sms|\b)"
               r"(?! (?:o|a|os|as|um|uma)\b)", r"(?<!\bnao )"),
        Phrase("nao nunca", r"(?: (?:me|nos))? (?:mand|envi|escrev|contat|contact|incomod|perturb|ligu)\w*(?: (?:me"
                            r"|nos|mensagens|mensagem|sms|pra mim|para mim)){0,2} mais\b"),
        Phrase("nunca", r" mais (?:me|nos) (?:mand|envi|escrev|contat|contact|incomod|perturb|ligu)\w*"),
        Phrase("nao", r" (?:quero|desejo)(?: (?:mais|receber|suas|essas|estas)){0,4} (?:mensagens|sms|torpedos"
                      r"|mensagem)\b"),
        Phrase("tir* remov* retir* exclu* apag* delet*", r"(?: o)? meu (?:numero|nome|telefone|contato)\b"),
        Phrase("tir* remov* retir* exclu*", r"(?: me)? d(?:a|essa|esta|e sua|a sua) lista\b"),
        Phrase("me", r" deix\w{1,3} em paz\b|(?<=me) descadastr\w+"),
        Phrase("deix*", r" me em paz\b"),
        Phrase("parar pare parem", r" de receber (?:(?:suas|essas|estas) )?(?:mensagens|sms)\b"),
        Phrase("sair", r" d(?:a|essa|esta) lista\b"),
        Phrase("chega", r" de (?:mensagens|sms|mandar)\b"),
    ),
    "nl": (
        Phrase("stop stoppen", r"(?: (?:alstublieft|aub|nu))? met(?: (?:mij|me|het|deze|die|al)){0,2} (?:sms|appen"
                               r"|app|bericht|sturen|contact|texten)\w*"),
        Phrase("wil wens wensen stuur stuurt sturen graag", r"(?: \w+){0,3}? geen (?:sms|berichten|berichtjes|appjes"
                                                            r"|reclame)\b"),
        Phrase("geen", r" (?:sms|berichten|berichtjes|appjes)\w*(?: jes)?(?: (?:meer|graag|aub))",
               rf"(?:{CLAUSE_START}|(?<=\bgraag ))"),
        Phrase("haal haalt verwijder* schrap wis", r"(?: u)?(?: (?:alstublieft|aub))? (?:mij|me|mijn (?:nummer"
                                                   r"|number|naam|gegevens|telefoonnummer))\b"),
        Phrase("laat laten", r" (?:mij|me|ons)(?: (?:nu|eens|alstublieft|aub)){0,2} met rust\b"),
        Phrase("val", r" (?:me|mij|ons) niet (?:meer )?lastig\b"),
        Phrase("niet", r" meer (?:sms|appen|contacteren|lastig vallen|benaderen)\w*"),
        Phrase("niet", r" meer sturen(?= \||$| (?:aub|alstublieft))"),
        Phrase("schrijf", r" (?:mij|me) (?:aub )?uit\b"),
    ),
    "pl": (
        Phrase("nie", r"(?: (?:do mnie|mi|mnie))? (?:pisz|pisac|wysyla|dzwon|kontakt|nekaj)\w*(?: (?:do mnie|mi"
                      r"|ze mna|tych|zadnych|sms\w*|wiadomosci)){0,3} (?:wiecej|juz)\b"),
        Phrase("juz wiecej", r"(?: (?:do mnie|mi))? nie (?:pisz|pisac|wysylaj|dzwon|kontakt)\w*"),
        Phrase("przesta*", r"(?: (?:do mnie|mi|mnie|prosze|juz)){0,3} (?:pisac|wysylac|dzwonic|nekac|kontaktowac"
                           r"|meczyc)\b"),
        Phrase("nie", r" (?:pisz|piszcie|pisac|wysylaj|wysylajcie) (?:do mnie|mi)\b", rf"(?:{CLAUSE_START}|"
                                                                                      rf"(?<=\bprosze ))"),
        Phrase("nie", r" (?:chce|zycze sobie)(?: (?:juz|wiecej|otrzymywac|dostawac|tych|waszych|zadnych"
                      r"|od was)){0,4} (?:wiadomosci|smsow|sms|smsy)\b"),
        Phrase("usun* skasuj* wykresl* wykasuj*", rf"(?: prosze)? (?:mnie|moj {_NUMBER}|moje dane)\b"),
        Phrase("wypisz wypiszcie", r"(?: prosze)? mnie\b"),
        Phrase("daj dajcie", r" mi (?:swiety )?spokoj\b"),
        Phrase("zostaw zostawcie", r" mnie w spokoju\b"),
    ),
})  # fmt: skip
"""Opt-outs whatever else the message says."""
