"""Which workflows and programmes are there to be loaded, and what do their files say?

Those that ship with Faseport, and those in a folder of the operator's own (FASEPORT_WORKFLOWS), which is laid
out the same way: workflows as `NAME.yaml`, programmes as `programmes/NAME.yaml`. A file of the operator's
takes the place of a shipped one of the same name. Files are found here; what they say the engine judges.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from engine.core.refusal import unknown

_SUFFIX: Final = ".yaml"
_PROGRAMMES: Final = "programmes"


def shipped() -> tuple[str, ...]:
    """The names of the workflows that ship with Faseport, in alphabetical order."""
    return workflows()


def workflows(extra: Path | None = None) -> tuple[str, ...]:
    """The names of all workflows, also those in the folder `extra`, in alphabetical order."""
    return tuple(sorted({name for folder in _folders(extra) for name in _names(folder)}))


def programmes(extra: Path | None = None) -> tuple[str, ...]:
    """The names of all programmes, also those in the folder `extra`, in alphabetical order."""
    return tuple(sorted({name for folder in _folders(extra) for name in _names(folder / _PROGRAMMES)}))


def read(name: str, extra: Path | None = None) -> str:
    """The text of a workflow. Raises `Unknown` where there is none, OSError where it cannot be read.

    Bytes that are not UTF-8 stay in the text as lone surrogates; the parser names them and their place.
    """
    if name not in workflows(extra):
        raise unknown("workflow", name, workflows(extra))
    return _text(_found(name, _folders(extra)))


def read_programme(name: str, extra: Path | None = None) -> str:
    """The text of a programme; as `read` in all else."""
    if name not in programmes(extra):
        raise unknown("programme", name, programmes(extra))
    return _text(_found(name, [folder / _PROGRAMMES for folder in _folders(extra)]))


def read_file(path: Path) -> str:
    """The text of any file, as `read` gives it."""
    return _text(path)


def _folders(extra: Path | None) -> list[Traversable]:
    """Where to look, the operator's folder first."""
    own: list[Traversable] = [extra] if extra is not None else []
    return [*own, files("workflows")]


def _names(folder: Traversable) -> Iterator[str]:
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        if file.name.endswith(_SUFFIX) and not file.name.startswith(".") and file.is_file():
            yield file.name.removesuffix(_SUFFIX)


def _found(name: str, folders: list[Traversable]) -> Traversable:
    return next(file for folder in folders if (file := folder / f"{name}{_SUFFIX}").is_file())


def _text(file: Traversable) -> str:
    return file.read_bytes().decode("utf-8", "surrogateescape")
