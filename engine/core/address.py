"""Can a letter be sent to this address, and how is it written on the way?

One grammar for everything that takes an address and for the letters that go to it: a mailbox in ASCII,
nothing that needs quoting, at a full domain name. A domain with letters of its own («trøndelag-helse.no») is
kept as people write it and travels in the form that every mail server reads («xn--trndelag-helse-rqb.no»).
"""

import re
from typing import Final

import idna

ADDRESS_LIMIT: Final = 254
FAULTS: Final = ("not_an_address", "mailbox_not_ascii", "no_such_domain")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX: Final = re.compile(rf"(?=.{{1,64}}$){_ATOM}(\.{_ATOM})*", re.ASCII)
_UNQUOTED: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)*{_LABEL}", re.ASCII)
_TOP: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]", re.ASCII)


def fault_in(address: str) -> str | None:
    """Why no letter can be sent there, one of FAULTS; None when one can."""
    mailbox, at, domain = address.rpartition("@")
    if not at or len(address) > ADDRESS_LIMIT or not domain or not _UNQUOTED.fullmatch(mailbox):
        return "not_an_address"
    if not mailbox.isascii():
        return "mailbox_not_ascii"
    if not _MAILBOX.fullmatch(mailbox):
        return "not_an_address"
    host = _host(domain)
    if host is not None and "." in host and _TOP.fullmatch(host.rpartition(".")[2]):
        return None if len(mailbox) + 1 + len(host) <= ADDRESS_LIMIT else "not_an_address"
    return "not_an_address" if domain.isascii() else "no_such_domain"


def as_kept(address: str) -> str:
    """An address as it is stored: a domain with letters of its own in small letters, so that it is found
    again however it is typed (a database may know no other small letters than a–z).
    """
    mailbox, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{mailbox}{at}{domain.lower()}"


def as_sent(address: str) -> str:
    """An address in ASCII, as headers and mail servers take it. Raises ValueError when nothing can be sent
    there.
    """
    fault = fault_in(address)
    if fault is not None:
        raise ValueError(fault, address)
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox}@{_host(domain)}"


def is_own_host(address: str) -> bool:
    """Whether it is a mailbox at a bare machine («faseport@localhost»): fit to send from, not to send to."""
    mailbox, _, host = address.rpartition("@")
    return bool(_MAILBOX.fullmatch(mailbox) and "." not in host and _HOST.fullmatch(host))


def _host(domain: str) -> str | None:
    """The domain in ASCII; None when it is none."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    return domain if _HOST.fullmatch(domain) else None
