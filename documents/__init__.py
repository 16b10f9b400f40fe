"""Which bytes is a paper? A model and a format in, bytes out: saksframlegg, saksliste, referat, invitation.

Nothing is saved here and nobody is told: the caller gives the bytes to a use case that keeps them, or to a
letter that carries them.
"""
