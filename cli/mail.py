"""Commands about the mail server: does it take a letter from us?"""

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

app = typer.Typer(help="E-posttjeneren brevene går gjennom.", no_args_is_help=True)


@app.command("test")
def test(
    address: Annotated[str, typer.Argument(metavar="E-POST", help="Hvem prøvebrevet går til.")],
) -> None:
    """Send et prøvebrev nå, og si hvor langt det kom, med e-posttjenerens egne ord. Ingenting lagres."""
    from cli import clock, wiring
    from cli import settings as environment
    from cli.console import say, tell
    from cli.errors import NOT_NOW
    from cli.misuse import Told
    from notifications import smtp

    settings = environment.load()
    if wiring.mail_settings(settings) is None:
        raise Told("FASEPORT_SMTP_URL er ikke satt, så det er ingen e-posttjener å prøve.")
    letter = smtp.Outgoing(
        letter="prøve",
        sender=_bare(settings.mail_from),
        recipient=address,
        content=_letter(sender=settings.mail_from, to=address, now=clock.now()),
    )
    (ended,) = smtp.deliver(
        [letter], server=wiring.mail_server(settings), before_data=list, limits=smtp.Limits(letter=120)
    )
    if ended.state == "sent":
        say(f"E-posttjeneren tok imot prøvebrevet til {address}: {ended.reply}")
        return
    tell(f"Prøvebrevet til {address} kom ikke fram ({ended.phase}): {ended.reply}")
    raise typer.Exit(NOT_NOW)


def _bare(sender: str) -> str:
    from notifications.message import read_sender

    found = read_sender(sender)
    assert isinstance(found, tuple)
    return found[1]


def _letter(*, sender: str, to: str, now: "datetime") -> bytes:
    from cli.misuse import Told
    from notifications.letters import Rendered
    from notifications.message import Envelope, build

    text = "Dette er et prøvebrev fra Faseport. Kom det fram, virker utsendingen. Du trenger ikke svare."
    identity = f"{secrets.token_hex(16)}@faseport"
    envelope = Envelope(
        sender=sender, to_name="", to_address=to, message_id=identity, thread=identity, dated=now
    )
    try:
        return build(Rendered(subject="Prøvebrev fra Faseport", text=text, html=f"<p>{text}</p>"), envelope)
    except ValueError:
        raise Told(f"«{to}» er ingen e-postadresse.") from None
