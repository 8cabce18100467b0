"""The words and signs of money, as data. Codes are ISO 4217."""

__all__ = ["ABOUT", "AT_LEAST", "AT_MOST", "CENTS", "CURRENCIES", "DOLLARS_OF", "SIGNS"]

SIGNS = {
    "us$": "USD", "usd$": "USD", "ca$": "CAD", "c$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD",
    "s$": "SGD", "r$": "BRL", "$": "$", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "rs.": "INR", "rs": "INR",
    "zł": "PLN", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS", "₦": "NGN", "₱": "PHP", "฿": "THB",
}  # fmt: skip
"""Written beside the number. A bare $ is the country's own dollar."""

CURRENCIES = {
    "USD": ("usd", "us dollars", "us dollar", "u.s. dollars", "american dollars"),
    "$": ("dollars", "dollar", "bucks", "buck", "dolares", "dolar", "dollari"),
    "GBP": ("gbp", "pounds sterling", "pounds", "pound", "quid"),
    "EUR": ("eur", "euros", "euro"),
    "INR": ("inr", "rupees", "rupee", "rs"),
    "CAD": ("cad", "canadian dollars", "canadian dollar"),
    "AUD": ("aud", "australian dollars", "australian dollar"),
    "NZD": ("nzd", "new zealand dollars"),
    "CHF": ("chf", "swiss francs", "franken", "francs"),
    "JPY": ("jpy", "yen"),
    "CNY": ("cny", "rmb", "yuan"),
    "SEK": ("sek",),
    "NOK": ("nok",),
    "DKK": ("dkk",),
    "PLN": ("pln", "zloty", "zlotys", "zlotych"),
    "MXN": ("mxn", "pesos"),
    "BRL": ("brl", "reais"),
    "ZAR": ("zar", "rand"),
    "SGD": ("sgd",),
    "HKD": ("hkd",),
    "AED": ("aed", "dirhams", "dirham"),
    "KRW": ("krw",),
}
"""Said before or after the number."""

CENTS = "cents|cent|pence|penny|paise|centimes|centavos|c|p|¢"

DOLLARS_OF = {"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN"}
"""What a bare $ means there; elsewhere the dollar of the United States."""

AT_LEAST = (
    r"more than|over|above|at least|a minimum of|minimum(?: of)?|min|no less than|not less than|upwards of"
    r"|starting at|starting from|north of|greater than|exceeding|mindestens|au moins|mas de|al menos|minimo|>=?"
)
AT_MOST = (
    r"less than|under|below|up to|upto|at most|a maximum of|maximum(?: of)?|max|no more than|not more than|not over"
    r"|within|cheaper than|lower than|south of|can't go over|cannot exceed|not exceeding|capped at|a limit of"
    r"|hasta|como mucho|maximal|hochstens|au maximum|au plus|menos de|massimo|<=?"
)
ABOUT = r"about|around|roughly|approximately|approx|circa|ca|like|only|just|almost|nearly|maybe|say|something like"
"""Before an amount; it stays the amount."""
