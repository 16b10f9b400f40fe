"""How does a paper become a page that stands alone?

One file without scripts and without anything from elsewhere: it can be mailed, kept and printed. All writing
is shown as it is; only marks that turn the direction of writing become «□».
"""

from functools import cache

from jinja2 import Environment, FileSystemLoader

from documents.formats.blocks import Content
from documents.formats.pdf import TEMPLATES, replaced_sentence
from documents.formats.text import tame
from language import environments


def html(template: str, content: Content) -> bytes:
    """`content` (see `documents.papers.words`) in the template `<template>.html`, as UTF-8."""
    fitted = tame(content)
    paper = {**fitted.content, "replaced": replaced_sentence(fitted.replaced)}
    return _environment().get_template(f"{template}.html").render(paper=paper).encode()


@cache
def _environment() -> Environment:
    return environments.html(FileSystemLoader(TEMPLATES))
