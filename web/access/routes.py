"""Which act is each address? A page that stands here nowhere is answered to nobody."""

from collections.abc import Mapping
from typing import Final

from engine.core.access.table import Act

ACTS: Final[Mapping[str, Act]] = {
    # Coming in and going out.
    "/inn": Act.COME_IN,
    "/inn/kode": Act.COME_IN,
    "/ut": Act.COME_IN,
    "/min-side/lenker": Act.READ_OWN,
    # For everybody.
    "/": Act.READ_PUBLIC,
    "/healthz": Act.WATCH,
    "/metrics": Act.WATCH,
    # Pages that a letter's link opens, or a session of a part in it; they ask for it themselves.
    "/b/{token}": Act.USE_LINK,
    "/b/{token}/ny-lenke": Act.USE_LINK,
    "/kvittering/{code}": Act.USE_LINK,
    "/kalender/{name}": Act.USE_LINK,
    "/sak/{case}": Act.USE_LINK,
    "/sak/{case}/underlag/{paper}": Act.USE_LINK,
    "/sak/{case}/saksframlegg.{format}": Act.USE_LINK,
    "/sak/{case}/svar": Act.USE_LINK,
    "/sak/{case}/konkluder": Act.USE_LINK,
    "/mote/{meeting}": Act.USE_LINK,
    "/mote/{meeting}/referat": Act.USE_LINK,
    "/mote/{meeting}/referat.html": Act.USE_LINK,
    "/mote/{meeting}/saksliste.{format}": Act.USE_LINK,
    "/mote/{meeting}/forrige-referat": Act.USE_LINK,
    "/mote/{meeting}/oppmote": Act.USE_LINK,
    "/mote/{meeting}/punkt": Act.USE_LINK,
    "/mote/{meeting}/avslutt": Act.USE_LINK,
    "/mote/{meeting}/godkjent": Act.USE_LINK,
    "/mote/{meeting}/svar": Act.USE_LINK,
    "/mote/{meeting}/inhabil": Act.USE_LINK,
    "/rapportering/{key}/{period}": Act.USE_LINK,
    "/rapportering/{key}/{period}/godkjent": Act.USE_LINK,
    "/frister": Act.USE_LINK,
    "/frister/{id_}/utfort": Act.USE_LINK,
    "/frister/{id_}/godta": Act.USE_LINK,
    "/frister/{id_}/maling": Act.USE_LINK,
    "/frister/{id_}/godkjent": Act.USE_LINK,
    "/frister/{id_}/ny-frist": Act.USE_LINK,
    "/frister/{id_}/varsle": Act.USE_LINK,
    "/frister/{id_}/lenke": Act.USE_LINK,
    "/frister/kalender": Act.USE_LINK,
    "/frister/kalender/steng": Act.USE_LINK,
    # The portal.
    "/prosjekter": Act.READ_PORTFOLIO,
    "/prosjekt/{key}": Act.READ_PROJECT,
    "/arshjul": Act.READ_WHEEL,
    "/arshjul.svg": Act.READ_WHEEL,
    "/arshjul.ics": Act.READ_WHEEL,
    "/rapport/{period}": Act.READ_REPORT,
    "/rapport/{period}/{format}": Act.READ_REPORT,
    "/api/v1/projects": Act.READ_PORTFOLIO,
    "/api/v1/projects/{key}": Act.READ_PROJECT,
    "/api/v1/projects/{key}/gate": Act.READ_PROJECT,
    "/api/v1/cases": Act.READ_MEETINGS,
    "/api/v1/cases/{case}": Act.READ_MEETINGS,
}
