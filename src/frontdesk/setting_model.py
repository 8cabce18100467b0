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
