"""What people and the accounts tell each tertial: status reports, lights, quality, and the forms and
tables they come in.
"""
