"""Which borrowed files do the pages serve? Copies them, each with its licence, into web/static/vendor/.

Run after `npm ci`. Nothing of theirs is committed: package-lock.json says exactly which bytes these are.
"""

import shutil
from pathlib import Path

SOURCE = Path("node_modules")
TARGET = Path("web/static/vendor")

#: npm package → (our folder, {their file: our name}).
BORROWED = {
    "@digdir/designsystemet-css": (
        "designsystemet",
        {
            "dist/src/index.css": "designsystemet.css",
            "dist/theme/designsystemet.css": "theme.css",
            "LICENSE": "LICENSE",
        },
    ),
    "htmx.org": ("htmx", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
}


def main() -> None:
    """Lay the folder anew, so that a file dropped from the list is gone from the pages too."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for package, (folder, files) in BORROWED.items():
        (TARGET / folder).mkdir(parents=True)
        for theirs, ours in files.items():
            shutil.copyfile(SOURCE / package / theirs, TARGET / folder / ours)


if __name__ == "__main__":
    main()
