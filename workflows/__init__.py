"""Policy as data: workflows and programmes that ship with Faseport, and the small loader that finds them."""
