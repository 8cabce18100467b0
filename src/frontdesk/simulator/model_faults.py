"""What can go wrong at a language model's server, as counts of the next requests."""

from enum import StrEnum

__all__ = ["ModelFault"]


class ModelFault(StrEnum):
    """One kind of trouble, and how it looks to whoever asks."""

    HANG = "hang"  # no answer ever comes
    DROP = "drop"  # the connection is cut
    THROTTLE = "throttle"  # 429 with Retry-After
    NO_MONEY = "no_money"  # 429 insufficient_quota: no retry will help
    HTTP_500 = "http_500"  # an error in JSON
    PROXY_502 = "proxy_502"  # a page of HTML
    BAD_JSON = "bad_json"  # 200, and the content is no JSON
    EMPTY = "empty"  # 200, and no content
    SCHEMA_ECHO = "schema_echo"  # the content is the schema that was asked for, as small models do
    REFUSAL = "refusal"  # the model will not
    FILTERED = "filtered"  # a content filter took the answer
    TRUNCATED = "truncated"  # cut off at the limit of tokens, in the middle of its JSON
    INVENTED = "invented"  # every field has a value with a quote, and none of it stands in the text
    FENCED = "fenced"  # right, in a fence of Markdown
