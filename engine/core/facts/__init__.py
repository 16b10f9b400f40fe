"""What is known about a project, and is a value somebody gives one of those facts?

The facts form one typed tree. A rule reads `project.goals`, `benefits`, `roles.prosjektleder` or `today`; an
import column, a form field and `project set` name the same facts, and all of them pass through `parse_value`.
A fact nobody has given is absent from the tree, never null, so that `has(project.goals)` means "filled in".
Lists are always there, perhaps empty. Dates are ISO text; facts of type `number` are always floats, `integer`
and `money` always whole numbers, so that a rule meets the same type whoever wrote the value.
"""
