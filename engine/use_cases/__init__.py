"""One file for each thing a person or the clock can ask for; each decides, returns events, and is one
transaction.
"""
