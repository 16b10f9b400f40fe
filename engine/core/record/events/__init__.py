"""What can have happened: the closed list of facts that the ledger holds and state is built from.

An event is a frozen dataclass, in the module of what it is about.
"""
