"""How somebody stands to a project, a case or a meeting, as the access table asks."""
