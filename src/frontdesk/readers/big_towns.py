"""Names of large towns, as data: what a text may call a town by itself. The client's own towns come first.

Left out on purpose: names that are ordinary words or first names more often (Reading, Mobile, Orange, Austin alone is
kept, as people write of the town).
"""

__all__ = ["BIG_TOWNS", "SHORT_TOWNS"]

BIG_TOWNS = frozenset(
    (
        "new york|new york city|los angeles|chicago|houston|phoenix|philadelphia|san antonio|san diego|dallas|san jose"
        "|austin|jacksonville|fort worth|columbus|indianapolis|san francisco|seattle|denver|oklahoma city|nashville"
        "|el paso|boston|portland|las vegas|detroit|memphis|louisville|baltimore|milwaukee|albuquerque|tucson|fresno"
        "|sacramento|kansas city|mesa|atlanta|omaha|colorado springs|raleigh|long beach|virginia beach|miami|oakland"
        "|minneapolis|tulsa|bakersfield|wichita|arlington|aurora|tampa|new orleans|cleveland|honolulu|anaheim|lexington"
        "|stockton|corpus christi|henderson|riverside|newark|saint paul|st paul|santa ana|cincinnati|irvine|orlando"
        "|pittsburgh|st louis|saint louis|greensboro|jersey city|anchorage|lincoln|plano|durham|buffalo|chandler"
        "|chula vista|toledo|madison|gilbert|reno|fort wayne|north las vegas|st petersburg|lubbock|irving|laredo"
        "|winston-salem|chesapeake|glendale|garland|scottsdale|norfolk|boise|fremont|spokane|santa clarita|baton rouge"
        "|richmond|hialeah|san bernardino|tacoma|modesto|huntsville|des moines|yonkers|rochester|moreno valley"
        "|fayetteville|fontana|worcester|port st lucie|little rock|augusta|oxnard|birmingham|montgomery|frisco|amarillo"
        "|salt lake city|grand rapids|huntington beach|overland park|tempe|akron|brownsville|knoxville|sunnyvale"
        "|palo alto|mountain view|santa clara|berkeley|san mateo|santa rosa|walnut creek|pleasanton|santa cruz"
        "|redwood city|daly city|cupertino|san rafael|petaluma|napa|hayward|concord|brooklyn|queens|the bronx|manhattan"
        "|london|manchester|leeds|liverpool|sheffield|bristol|glasgow|edinburgh|cardiff|belfast|leicester|nottingham"
        "|newcastle|sunderland|brighton|hull|plymouth|southampton|portsmouth|oxford|cambridge|york|bath|aberdeen|dundee"
        "|swansea|dublin|cork|galway|limerick|waterford|toronto|montreal|vancouver|calgary|edmonton|ottawa|winnipeg"
        "|mississauga|brampton|hamilton|quebec city|halifax|victoria|saskatoon|regina|sydney|melbourne|brisbane|perth"
        "|adelaide|gold coast|canberra|hobart|darwin|auckland|wellington|christchurch|berlin|hamburg|munich|munchen"
        "|cologne|koln|frankfurt|stuttgart|dusseldorf|vienna|wien|zurich|geneva|paris|marseille|lyon|toulouse|nice"
        "|nantes|bordeaux|lille|madrid|barcelona|valencia|sevilla|seville|zaragoza|malaga|bilbao|lisbon|lisboa|porto"
        "|rome|roma|milan|milano|naples|napoli|turin|torino|bologna|florence|firenze|amsterdam|rotterdam|the hague"
        "|utrecht|eindhoven|brussels|antwerp|mexico city|guadalajara|monterrey|sao paulo|rio de janeiro|buenos aires"
        "|mumbai|delhi|new delhi|bangalore|bengaluru|hyderabad|chennai|kolkata|pune|singapore|hong kong|dubai"
    ).split("|")
)
SHORT_TOWNS = frozenset({"sf", "la", "nyc", "dc", "philly", "vegas", "slc", "l.a.", "s.f.", "d.c.", "atl", "nola"})
"""Short for a town, after "in" and the like, and not the French article."""
