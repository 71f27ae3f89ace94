"""The pages: the stand-in as a person with a browser sees it, at the paths and in the manner of GitHub's."""

from .site import Pages

__all__ = ["Pages"]
