"""What may a workflow file hold? Writes the JSON Schema that editors use: `python -m tools.write_schema`."""

import json
from pathlib import Path

from engine.core.workflow.checks import json_schema

TARGET = Path(__file__).resolve().parents[1] / "docs/reference/workflow.schema.json"


def main() -> None:
    """Write the schema as the parser has it now."""
    TARGET.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
