"""What is wrong with this definition? Asked by `workflow check` in a child process, under limits it puts on
itself.

Standard input: {"definition": text, "programme": text or null}. Standard output: {"workflow", "version",
"definition": mistakes, "programme": mistakes}. A careless rule can hold an interpreter for seconds and fill
its memory; here it is the child that dies.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any, Final

CPU_SECONDS: Final = 30
MEMORY_BYTES: Final = 2 * 1024**3


def main() -> None:
    """Read the question, answer it."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    asked = json.load(sys.stdin)
    json.dump(found(asked["definition"], asked["programme"]), sys.stdout)


def found(text: str, programme_text: str | None) -> dict[str, Any]:
    """Every mistake in the definition, alone and with the programme; those of the programme itself first."""
    from engine.core.programme.checks import parse_programme
    from engine.core.programme.model import Programme
    from engine.core.workflow.checks import parse_definition
    from engine.core.workflow.definition import Definition
    from engine.core.workflow.verification import verify

    programme = None if programme_text is None else parse_programme(programme_text)
    definition = parse_definition(text)
    answer: dict[str, Any] = {"workflow": None, "version": None, "definition": [], "programme": []}
    if programme is not None and not isinstance(programme, Programme):
        answer["programme"] = [asdict(mistake) for mistake in programme]
        programme = None
    if isinstance(definition, Definition):
        answer |= {"workflow": definition.workflow, "version": definition.version}
        answer["definition"] = [asdict(mistake) for mistake in verify(definition, programme)]
    else:
        answer["definition"] = [asdict(mistake) for mistake in definition]
    return answer


if __name__ == "__main__":
    main()
