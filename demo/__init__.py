"""The programme as a newcomer meets it: real projects, an embedded mailbox, doors to walk through, and the
story played.
"""
