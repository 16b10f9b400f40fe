"""A programme: its bodies, offices and periods, its calendar, ladders and duties, and the file that
says so.
"""
