"""A neutral name for an AWS account whose id is not shown: `calm-owl`, always the same for an account.

It tells two accounts apart and can be searched for. It is two of 64 words each, so nobody can find the id by
it: a quarter of a billion possible ids share each name.
"""

import hashlib

_WORDS = (
    """
    able apt bold brisk calm clear cool crisp deep dry even fair fast fine firm flat free fresh full glad
    gold good grand green grey high keen kind large late lean light live long loud mild mint neat new next
    old open pale pink plain prime pure quick quiet rare ripe round safe sharp short slow small soft still
    swift tall warm wide wise
    """,
    """
    ant ape bat bay bear bee boar bug cat clam cod colt cow crab crow deer dog dove duck eel elk ewe fawn
    fish flea fly fox frog gnat goat gull hare hawk hen hog jay kite koi lamb lark lion lynx mink mole moth
    mule newt owl ox pig pony puma ram rat ray seal swan tern toad vole wasp wolf wren yak
    """,
)
FIRST, SECOND = (tuple(words.split()) for words in _WORDS)


def alias(account_id: str) -> str:
    """Name an account; the name is no longer than an id."""
    digest = hashlib.sha256(f"account {account_id}".encode()).digest()
    return f"{FIRST[digest[0] % len(FIRST)]}-{SECOND[digest[1] % len(SECOND)]}"
