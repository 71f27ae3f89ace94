"""The tables `[[inhibit]]` of the routing table's file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator

from chalicelib.routing.inhibition import InhibitRule


def _wanted(value: object) -> bool | frozenset[str]:
    if isinstance(value, bool):
        return value
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, str) and each for each in values):
        raise ValueError(
            f"{value!r} is not a string, a list of strings, true (any value) or false (no value)"
        )
    return frozenset(values)


Name = Annotated[str, StringConstraints(min_length=1)]
Wanted = Annotated[bool | frozenset[str], PlainValidator(_wanted)]


class Inhibit(BaseModel):
    """One table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_match: dict[Name, Wanted] = Field(default_factory=dict)
    target_match: dict[Name, Wanted] = Field(default_factory=dict)
    equal: tuple[Name, ...] = ()
    composite_children: bool = False

    @model_validator(mode="after")
    def _both_sides(self) -> "Inhibit":
        if not self.composite_children and not (self.source_match and self.target_match):
            raise ValueError("needs source_match and target_match: without one, every alert would match")
        return self

    def rule(self) -> InhibitRule:
        """Return the rule that the table describes."""
        return InhibitRule(self.source_match, self.target_match, self.equal, self.composite_children)
