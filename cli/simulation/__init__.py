"""Time that has not come yet: commands that play it on a copy, the answers people give in it, and the
player.
"""
