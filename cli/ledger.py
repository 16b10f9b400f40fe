"""Commands about the ledger: is the record still what was written?"""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson

if TYPE_CHECKING:
    from engine.core.record.ledger import Head

app = typer.Typer(help="Hendelsesloggen og bevisene.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """One command so far, and still a group."""


@app.command("verify")
def verify(
    witnesses: Annotated[
        list[str] | None,
        typer.Option(
            "--witness",
            metavar="KJEDE@NUMMER:HASH",
            help="Et hode tatt vare på utenfor databasen; kan gjentas.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kontroller at kjedene henger sammen, at tekstene er uendret, og at dataene følger av dem."""
    from cli import console, wiring
    from cli.errors import REFUSED
    from engine.store.record import ledger
    from language.sentences import sentence

    heads = [_head(text) for text in witnesses or ()]
    # A database that is not as it should be is exactly what must be looked at.
    with wiring.database(by_name=True) as db, db.reading() as tx:
        found = ledger.verify(tx, witnesses=heads)
    if as_json:
        console.as_json(
            {
                "sound": not found.faults,
                "chains": found.chains,
                "leaves": found.leaves,
                "texts": found.texts,
                "erased": found.erased,
                "heads": [{"chain": one.chain, "seq": one.seq, "hash": one.hash} for one in found.heads],
                "faults": [
                    {"code": one.code, "chain": one.chain, "seq": one.seq, "data": dict(one.data)}
                    for one in found.faults
                ],
            }
        )
    else:
        console.say(
            f"{found.chains} kjeder, {found.leaves} hendelser og {found.texts} tekster er kontrollert, "
            f"{found.erased} av dem slettet.",
            "Alt stemmer." if not found.faults else "Noe er endret etter at det ble skrevet:",
            *(f"• {sentence(one)}" for one in found.faults),
            "",
            "Hodene til kjedene. Ta vare på dem et annet sted, og gi dem til --witness neste gang:",
            *(f"{one.chain}@{one.seq}:{one.hash}" for one in found.heads),
        )
    if found.faults:
        raise typer.Exit(REFUSED)


def _head(text: str) -> "Head":
    from cli.misuse import Told
    from engine.core.record.ledger import Head

    chain, _, rest = text.rpartition("@")
    seq, _, hash_ = rest.partition(":")
    if not chain or not seq.isdecimal() or len(hash_) != 64:
        raise Told(f"--witness: «{text}» er ikke på formen KJEDE@NUMMER:HASH.")
    return Head(chain=chain, seq=int(seq), hash=hash_)
