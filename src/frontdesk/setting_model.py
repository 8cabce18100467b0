"""The section of the settings that is about the language model."""

from typing import Annotated

from pydantic import Field

from frontdesk.setting_kinds import Part

__all__ = ["ModelSettings"]


class ModelSettings(Part):
    """[model]: the language model, where OPENAI_MODEL names one. Its key stands at the top level."""

    deadline_seconds: Annotated[
        float,
        Field(gt=0, le=60, description="longest time that reading one text may take; then the rules' reading counts"),
    ] = 8
    answer_tokens: Annotated[
        int, Field(ge=100, description="longest answer, in the model's tokens; a longer one is cut off and not used")
    ] = 1000
    replies: Annotated[
        bool, Field(description="the model rewords greeting, questions and closing; off: they go as they are written")
    ] = False
    tone: Annotated[str, Field(min_length=1, max_length=500, description="how reworded replies sound")] = (
        "warm, brief, plain words"
    )
    facts: Annotated[
        tuple[str, ...],
        Field(
            max_length=50, description="sentences about the business that reworded replies may use; they know no others"
        ),
    ] = ()
    disclosure: Annotated[
        str, Field(max_length=200, description="said in the first reworded reply of a conversation; empty: nothing")
    ] = "I'm an automated assistant."
    reply_seconds: Annotated[
        float, Field(gt=0, le=30, description="longest time that rewording one reply may take; then it goes as written")
    ] = 4
    reply_segments: Annotated[int, Field(ge=1, le=6, description="segments that a reworded reply may take")] = 2
