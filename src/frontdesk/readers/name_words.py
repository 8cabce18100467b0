"""Words that are no part of a person's name, as data."""

__all__ = ["GIVEN_TOO", "NO_NAME"]

NO_NAME = frozenset(
    (
        # function words
        "a an the this that these those my your our his her their its i i'm i'd i'll i've im ive you you're he she we "
        "they it it's me him us them who whom what which when where why how is are was were be been being am do does "
        "did "
        "done doing have has had having will would shall should can could may might must not no nope nah yes yep yeah "
        "yup ok okay sure maybe please pls thanks thank thx ty sorry hi hello hey hiya dear to of in on at by for from "
        "with without about over under after before between into through during until till up down out off again "
        "further then once here there all any both each few more most other some such only own same so than too very "
        "just but and or nor if because as while though although also ever never always often still already yet "
        # verbs and their forms that follow "I am", "this is", "it's"
        "calling calls call called texting text texted writing write wrote looking look looks trying try tried going "
        "go "
        "goes went coming come came need needs needed want wants wanted like likes liked love get gets getting got "
        "give "
        "gives given make makes making made take takes taking took see seeing saw know knows think thinks thought "
        "wondering wonder asking ask asked talking talk speaking speak spoke told tell say says said having use using "
        "used book booking booked cancel cancelling canceling cancelled canceled change changing changed move moving "
        "moved reschedule rescheduling pay paying paid send sending sent wait waiting waited work working works worked "
        "live living lives stay staying stop stopped help helping keep keeps kept let lets leave leaving left put run "
        "running ran interested available ready happy glad afraid aware unable able supposed planning planned hoping "
        "hope expecting feeling feel feels done finished locked stuck broken leaking leaks leak clogged flooded burst "
        "fix fixing fixed repair replace install installed clean cleaning check checking "
        # adjectives and adverbs
        "good great fine nice bad awful terrible horrible ridiculous silly crazy stupid wrong right correct true false "
        "new old first last next second big small long short late early soon now today tomorrow tonight yesterday "
        "morning afternoon evening night noon urgent important possible impossible free busy open closed ill sick "
        "tired "
        "angry mad upset annoyed confused clueless lost married single home away back really actually probably "
        "definitely certainly absolutely quite pretty not only regarding concerning unfortunately hopefully currently "
        "different another someone somebody anyone anybody everyone nobody nothing something anything everything none "
        # nouns of the trade
        "name names number phone email mail address appointment appointments booking reservation reservations order "
        "account card credit debit bank money price cost quote estimate question questions problem issue emergency "
        "customer client patient owner tenant landlord manager person human people guy man woman lady kids child baby "
        "husband wife mom mum dad mother father son daughter friend brother sister boss room table car house apartment "
        "water heater furnace pipe drain sink toilet roof door window heat heating cooling air electrical electric "
        "plumber plumbing electrician doctor dentist lawyer hair haircut nails spa massage service services job work "
        "time date day week month year hour minute monday tuesday wednesday thursday friday saturday sunday january "
        "february march april june july august september october november december one two three four five six seven "
        "eight nine ten twice once way thing things lot bit business company office store shop place street road info "
        "information reference test message spam bot robot real agent standing overdraft transfer payment balance "
        "cash check cheque refund complaint joke shame mess pity disaster nightmare mistake error update hold contract "
        "warranty control pressure construction repair water attack arrest investigation impression weather stress "
        "hotel restaurant dinner lunch breakfast brunch party group two-bedroom not-yet anonymous unknown nan null "
        "google facebook yelp amazon angi microsoft instagram spanish english french german italian american canadian "
        "mexican british irish indian chinese korean japanese portuguese dutch russian polish texas bot "
        "private secret whatever nevermind mind idea way course stop start end quit unsubscribe help confirm confirmed"
    ).split()
)
"""A lower-case word of these is never a name; a capital one only in the first place of a text."""

GIVEN_TOO = frozenset(
    "may will hope grace rose april june august joy mark bill art drew pat frank rob sue jack faith summer dawn ray "
    "guy".split()
)
"""Words that are first names too: an answer that is nothing else, with a capital, is one."""
