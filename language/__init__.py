"""Where do the words come from? Formats, sentences, catalogues, templates; knows only the core."""
