"""What is said when the rules, or the people, say no: criteria, the count, doors, cases,
meetings, persons, papers.

A sentence names what is wrong and, where there is one, what to do. Bokmål; the catalogues hold the other
languages.
"""

from collections.abc import Mapping
from typing import Final

_CRITERIA: Final[Mapping[str, str]] = {
    "criterion.not_met": "Kravet er ikke oppfylt.",
    "criterion.otherwise": "{text}",
    "criterion.too_few": "«{list}» må ha minst {at_least}, men har {found}.",
    "criterion.undecidable": "Kan ikke avgjøres: {why:why}.",
    "criterion.fact_missing": "«{title}» er ikke fylt ut.",
    "criterion.item_not_met": "«{item}» oppfyller ikke kravet.",
    "criterion.item_undecidable": "«{item}» kan ikke avgjøres: {why:why}.",
    "criterion.item_fact_missing": "«{item}» mangler «{title}».",
    "criterion.applies_undecidable": "Det kan ikke avgjøres om kravet gjelder:{title:quoted} {why:why}.",
    "criterion.unanswered": "{role:Role} har ikke svart.",
    "criterion.reconfirm": (
        "Svaret fra {gate} {on:day} var «{value:word}». Fortsatt riktig? Svares av {role:role}."
    ),
    "criterion.answered_no": "{role:Role} har svart «{value:word}»{explanation:colon}",
    "criterion.unexplained": "{role:Role} har svart, men ikke forklart svaret.",
    "criterion.unconfirmed": "Svaret er ikke bekreftet av {role:role}.",
    "criterion.self_confirmed": "Svaret er bekreftet av den som ga det. {role:Role} må være en annen person.",
    "criterion.off_scale": "Svaret «{value:plain}» er ikke på skalaen {scale}.",
    "criterion.below_threshold": "Vurdert til {value}, men må være minst {threshold}{explanation:colon}",
    "criterion.paper_missing": "«{title}» er ikke lagt ved.",
    "criterion.condition_open": "Forutsetningen fra {gate} er ikke innfridd: {text}{due:due}.",
    "criterion.gate_not_for_project": "{gate} gjelder ikke dette prosjektet.",
    "criterion.not_taken_in": "Prosjektet er ikke tatt inn i programmet, og {gate} krever det.",
    "authority.nobody_decides": "Ingen gruppe er satt til å avgjøre {gate} for dette prosjektet.",
    "authority.unknown_body": "Gruppa «{body}» finnes ikke i programmet.",
    "authority.override_never": (
        "Prosjektet er satt til å behandles av {body}, men arbeidsflyten lar ingen overstyre at {usual} "
        "beslutter. Ta bort «Behandles av»."
    ),
    "authority.override_not_up": (
        "Prosjektet er satt til å behandles av {body}, som ikke står over {usual}. "
        "Ta bort «Behandles av», eller velg en gruppe over {usual}."
    ),
    "criterion.waived": "Fraveket av {by} {on:day}: {reason}",
}

_COUNT: Final[Mapping[str, str]] = {
    "vote_vacant": "{office} er ikke bemannet og regnes ikke med.",
    "vote_requester": "{office} har bedt om beslutningen og svarer ikke.",
    "vote_recused": "{office} er inhabil. Gruppa avgjør saken uten den plassen.",
    "vote_out_by_other_seat": "{office} er ute av saken fordi samme person er det på en annen plass.",
    "vote_second_seat": "{office} regnes ikke med: personen svarer på en annen plass.",
    "vote_deputy": "Stedfortreder svarer for {office}.",
    "vote_owner": "{office} eier prosjektet.",
    "vote_not_counted": "Svaret fra {office} regnes ikke med.",
    "vote_foreign_answer": "Et svar hører ikke til noen plass i saken ({seat}).",
    "vote_several_answers": "{office} har flere svar. Ingen av dem regnes med.",
    "vote_asked_for_meeting": "{office} vil ta saken i møtet.",
    "vote_quorum_unreachable": (
        "{base:Count plass} kan svare, og {quorum} må til. Saken går til organet over."
    ),
    "vote_advance_answers": "{answered} av {base} har svart på forhånd. Møtelederen konkluderer.",
    "vote_quorum_missing": "{answered} har svart, og {quorum} må til.",
    "vote_waiting": "Venter på {missing} av {base}.",
    "vote_agreed": "{agreeing} av {answered} er for.",
    "vote_conditions": "{with_conditions} godkjenner med forutsetninger. Møtelederen fastsetter ordlyden.",
    "vote_disagreement": "{against} godkjenner ikke. Møtelederen konkluderer.",
    "vote_silent": "{missing:Count plass} har ikke svart. Møtelederen konkluderer.",
    "vote_silence_is_consent": "{missing:Count plass} har ikke svart og regnes som enig.",
    "vote_objection": "{against} godkjenner ikke. Saken tas i møtet.",
    "vote_nobody_for": "{answered} har svart, men ingen er for. Møtelederen konkluderer.",
    "vote_no_clear_answer": (
        "Svarene er delte: {approving} for, {with_conditions} for med forutsetninger, {against} mot. "
        "Saken tas i møtet."
    ),
    "vote_fell": "{agreeing} er for og {against} mot. Forslaget faller.",
    "vote_tie_by_leader": "{agreeing} er for og {against} mot. Lederens svar avgjør.",
    "vote_tie_falls": "{agreeing} er for og {against} mot. Ved likt antall faller forslaget.",
    "vote_tie_to_meeting": "{agreeing} er for og {against} mot. Ved likt antall tas saken i møtet.",
    "vote_leader_decides": "Lederens svar avgjør.",
    "vote_leader_out": "Lederen er ute av saken. Den som leder møtet, konkluderer.",
    "vote_leader_abstains": "Lederen avstår. Den som leder møtet, konkluderer.",
    "vote_leader_silent": "Lederen har ikke svart. Den som leder møtet, konkluderer.",
    "vote_unknown_rule": "Beslutningsregelen «{rule}» er ukjent. Møtelederen konkluderer.",
}

_DOOR: Final[Mapping[str, str]] = {
    "link_shape": "Dette er ikke en hel lenke. Åpne den fra e-posten, eller kopier alt sammen.",
    "link_check": "Lenken er skrevet feil et sted. Åpne den fra e-posten, eller kopier alt sammen.",
    "link_mistyped": "Lenken er skrevet feil et sted. Åpne den fra e-posten, eller kopier alt sammen.",
    "link_unknown": "Denne lenken finnes ikke.",
    "link_closed": "Saken er avgjort eller trukket tilbake.",
    "link_revoked": "Lenken er stengt.",
    "link_expired": "Lenken er for gammel. Du kan få en ny på e-post.",
    "link_locked": "Lenken er låst etter for mange feil koder. Du kan få en ny på e-post.",
    "link_superseded": "Lenken er erstattet av en nyere. Bruk den i det siste brevet.",
    "link_used": "Lenken er brukt. Be om en ny.",
    "link_wrong_code": "Koden stemmer ikke. Du har {left:count forsøk} igjen.",
    "link_no_code": "Skriv de seks sifrene som står i e-posten.",
    "sign_in_wrong_code": "Koden stemmer ikke. Du har {left:count forsøk} igjen.",
    "sign_in_no_code": "Koden har seks siffer. Sjekk at alle er med.",
    "sign_in_over": "Koden gjelder ikke lenger. Be om en ny.",
    "code_wrong": "Koden stemmer ikke. Du har {left:count forsøk} igjen.",
    "code_empty": "Skriv de seks sifrene som står i e-posten.",
    "too_many_links": "Du har fått flere nye lenker på kort tid. Vent en time, eller ring programkontoret.",
}

_CASES: Final[Mapping[str, str]] = {
    "case_open": "Prosjektet har alt en sak til behandling: {number} om {gate}.",
    "case_closed": "Sak {number} er {status:status}, og kan ikke endres.",
    "case_changed": "Sak {number} er endret etter at du åpnet den. Les den på nytt og svar igjen.",
    "not_open": "Sak {number} er {status:status}, og kan ikke endres.",
    "awaits_political": (
        "Sak {number} om {gate} er besluttet, men gjennomføres først når den er politisk behandlet. "
        "Prosjektet kan ikke be om noe nytt før det."
    ),
    "not_awaiting": "Sak {number} venter ikke på politisk behandling.",
    "political_unchanged": "Sak {number} er alt merket slik.",
    "consequences_required": "Skriv hvilke følger saken har, eller hvorfor den likevel ikke har dem.",
    "reason_for_lapse": "Skriv hva som ble besluttet politisk, eller hvorfor saken faller bort.",
    "reference_required": "Oppgi den politiske saken: utvalg og saksnummer.",
    "execution_ahead": "Datoen for den politiske beslutningen er ikke kommet ennå: {on:day}.",
    "execution_too_early": (
        "Den politiske beslutningen kan ikke være fra {on:day}; saken ble besluttet her {decided:day}."
    ),
    "project_waits": "Prosjektet avventer: {reason}. Det skal ses på igjen {until:day}.",
    "proposal_missing": "Skriv et forslag til beslutning.",
    "requester_never_decides": "Den som har bedt om beslutningen, svarer ikke selv.",
    "choice_missing": "Velg ett av svarene.",
    "comment_required": "Begrunn svaret.",
    "condition_required": "Skriv hvilken forutsetning du foreslår.",
    "form_used": "Dette skjemaet er alt brukt til et annet svar. Åpne saken på nytt og svar der.",
    "recused_never_decides": "Den som er inhabil, avgjør ikke saken.",
    "recused_by_own_word": "Du har meldt deg inhabil. Er det feil, kan leder eller sekretær ta det tilbake.",
    "owner_takes_no_part": "Den som eier prosjektet, tar ikke del i saken; det er regelen i {body}.",
    "words_too_long": "Teksten er for lang: høyst {limit:count tegn}.",
    "outcome_not_allowed": "«{outcome:outcome}» er ikke et mulig utfall her.{allowed:among}",
    "quorum_missing": "{answered} har svart, og {quorum} må til for å avgjøre saken.",
    "reason_required": "Skriv en begrunnelse.",
    "conditions_required": "Skriv minst én forutsetning, eller velg «Godkjent».",
    "conditions_not_allowed": (
        "Forutsetninger kan bare følge «godkjent med forutsetninger», ikke «{outcome:outcome}»."
    ),
    "condition_text_missing": "Forutsetning {number} mangler tekst.",
    "condition_owner_missing": "Forutsetning {number} mangler en ansvarlig.",
    "condition_owner_unknown": (
        "Forutsetning {number}: «{owner}» er ingen som kan minnes. Skriv e-postadressen til en som er "
        "registrert, eller velg en annen.{choices:among}"
    ),
    "condition_due_unreadable": "Forutsetning {number}: «{due}» er ikke en dato. Skriv den som 2025-04-04.",
    "condition_due_past": "Forutsetning {number} har en frist som er passert: {due:day}.",
    "explanation_required": "Forklar svaret.",
    "value_not_allowed": "«{value:plain}» er ikke et mulig svar.{allowed:among}",
    "answer_not_allowed": "«{value:plain}» er ikke et mulig svar.{allowed:among}",
    "no_next_gate": "Fra fasen {phase} er det ikke noe beslutningspunkt videre.",
    "not_this_gate": "{gate} er ikke et beslutningspunkt fra fasen {phase}.",
    "no_quorum_possible": (
        "{body} kan ikke bli beslutningsdyktig ({quorum} må til), og har ikke noe organ over seg."
    ),
    "not_attested": "«{criterion}» besvares ikke av en person; det regnes ut eller krever et dokument.",
    "nothing_to_confirm": "«{criterion}» har ikke noe svar å bekrefte.",
    "machine.unknown_gate": "Beslutningspunktet «{gate}» finnes ikke.{nearest:suggestion}",
    "machine.unknown_outcome": "{gate} kan ikke ende med «{outcome:outcome}».{allowed:among}",
    "machine.other_phase": "{gate} går ikke ut fra fasen {phase}.{allowed:among}",
}

_MEETINGS: Final[Mapping[str, str]] = {
    "what_required": "Skriv hva som er endret.",
    "nothing_changed": "Ingenting i underlaget for sak {number} er endret. Svarene som er gitt, står.",
    "condition_settled": "Forutsetning {condition:plain} er alt godtatt som oppfylt.",
    "evidence_required": "Skriv hva som viser at forutsetningen er oppfylt.",
    "reason_for_date": "Skriv hvorfor forutsetningen får ny frist.",
    "title_missing": "Gi punktet på sakslista en tittel.",
    "meeting_over": "Møtet {meeting:meeting} er {status:meeting_status}, og kan ikke endres.",
    "meeting_not_begun": "Møtet {meeting:meeting} har ikke begynt, og kan ikke avsluttes ennå.",
    "meeting_not_closed": "Møtet {meeting:meeting} er ikke avsluttet. Avslutt det før referatet skrives.",
    "no_next_meeting": (
        "{cases:Count sak} er ikke avgjort, og gruppa har ikke noe møte etter dette. Konkluder først, eller "
        "legg inn et nytt møte."
    ),
    "minutes_outrun": (
        "Noe i møtet {meeting:meeting} ble endret mens referatet ble laget. Les det på nytt og send igjen."
    ),
    "minutes_not_sent": "Referatet fra møtet {meeting:meeting} er ikke sendt. Send det før det godkjennes.",
    "minutes_approved": "Referatet fra møtet {meeting:meeting} er alt godkjent.",
}

_PEOPLE: Final[Mapping[str, str]] = {
    "no_programme": "Ikke noe program er lastet inn ennå.",
    "not_leader": "Bare {office} kan konkludere.",
    "not_on_roll": "Personen har ingen plass i {body} i denne saken.",
    "may_not_answer": "Bare {role:role} kan svare på dette.",
    "may_not_confirm": "Bare {role:role} kan bekrefte dette.",
    "may_not_record": "Bare {role:role} kan føre svar for andre.",
    "may_not_request": "Bare {role:role} kan be om denne beslutningen.",
    "may_not_waive": "Bare {role:role} kan fravike dette kravet.",
    "may_not_withdraw": "Sak {number} kan bare trekkes av den som ba om den, eller av programkontoret.",
    "may_not_amend": (
        "Sak {number} kan bare endres av den som ba om den, eller av programkontoret. Bare programkontoret "
        "kan merke en retting som uten betydning for saken."
    ),
    "may_not_mark": (
        "Sak {number} kan bare merkes for politisk beslutning av den som ba om den, eller av "
        "programkontoret. Bare programkontoret kan ta merket bort."
    ),
    "may_not_execute": "Bare programkontoret kan føre hva som ble politisk besluttet om sak {number}.",
    "may_not_accept": "Bare programkontoret kan følge opp forutsetningene i sak {number}.",
    "may_not_change": (
        "«{fact}» er med på å avgjøre hvem som beslutter, eller hva prosjektet slipper. "
        "Bare {role:role} kan endre det."
    ),
    "may_not_take_in": "Bare programkontoret kan ta et prosjekt inn i programmet.",
    "may_not_publish": "Bare programkontoret og programlederen kan godkjenne og publisere rapporten.",
    "no_intake": "Arbeidsflyten {workflow} har ingen krav til å bli tatt inn i programmet.",
    "only_small_together": "Bare prosjekter med størrelsen «liten» kan ta {with} og {gate} i samme sak.",
    "taken_in": "Prosjektet ble tatt inn i programmet {on:day}.",
    "not_running": "Bare den som leder møtet, eller den som fører sakslista, kan gjøre dette.",
    "own_recusal": "Gruppa avgjør om du er inhabil uten deg. Det føres av møtelederen eller sekretæren.",
    "own_answer": "Du kan ikke bekrefte ditt eget svar.",
    "own_answer_confirmed": "Den som svarte, kan ikke selv bekrefte svaret. Det gjør {role:role}.",
    "address_taken": "Adressen {email} tilhører en annen.",
    "already_erased": "Personen er alt slettet.",
    "not_an_address": "«{email}» er ikke en e-postadresse.",
    "nameless": "Skriv et navn på høyst 300 tegn, på én linje.",
    "no_such_capacity": "«{capacity}» er ikke en måte å ha en plass på. Velg holder, acting eller deputy.",
    "no_such_handling": "«{handling}» er ikke en behandlingsmåte. Velg i_mote eller skriftlig.",
    "no_such_language": "«{language}» er ikke et språk brevene finnes på. Velg nb, nn eller en.",
    "holds_seat": "Personen har fortsatt plassen «{seat}». La noen overta den først.",
    "dates_reversed": "Perioden slutter ({to:day}) før den begynner ({from:day}).",
    "digest_differs": (
        "{workflow} versjon {version:plain} er alt registrert med et annet innhold. Gi den et nytt "
        "versjonsnummer."
    ),
}

_DEADLINES: Final[Mapping[str, str]] = {
    "own_stand_in": "{person} kan ikke være sin egen stedfortreder.",
    "may_not_settle": "Bare den som har ansvaret, eller programkontoret, kan si at dette er gjort.",
    "may_not_follow_up": "Bare programkontoret kan gjøre dette.",
    "obligation_settled": "Dette er alt gjort.",
    "obligation_gone": "Dette skal ikke lenger gjøres.",
    "settled_elsewhere": "{where:where}",
    "due_elsewhere": "{what:due_elsewhere}",
    "note_required": "Skriv kort hva som er gjort.",
    "reason_for_new_date": "Skriv hvorfor det blir en ny frist.",
    "due_past": "Den nye fristen er passert: {due:day}. Velg i dag eller senere.",
    "due_unchanged": "Fristen er alt {due:day}.",
    "no_owner_to_alert": "Dette hører ikke til et prosjekt, så det er ingen prosjekteier å varsle.",
    "nobody_to_alert": "Prosjektet har ingen prosjekteier med e-postadresse.",
    "alerted_today": "{name} er alt varslet i dag om dette.",
    "programme_closed": "Programmet ble avsluttet {on:day}.",
    "heir_unreachable": "{person} har ingen e-postadresse, og kan ikke ta over.",
}

_PAPERS: Final[Mapping[str, str]] = {
    "paper_type": "Filer som slutter på «{ending}», tas ikke imot.{allowed:among}",
    "paper_empty": "Filen er tom.",
    "paper_too_large": "Filen er større enn {limit} MB.",
    "paper_untitled": "Gi dokumentet en tittel.",
    "paper_long": "Saksframlegget er på {found} sider. Det bør ikke være på mer enn {limit}.",
    "paper_signs_replaced": "{found:Count tegn} kan ikke vises i PDF, og står som «□».",
    "word_template_unreadable": "Malen er ikke et Word-dokument (docx).",
    "word_template_too_large": "Malen er større enn {limit} MB.",
    "word_template_unusual": "Malen er bygd på en måte som ikke kan brukes. Lagre den på nytt fra Word.",
    "word_template_styles": "Malen mangler {styles}. Bruk hver stil én gang i malen, og lagre den på nytt.",
    "word_template_fields": "Malen har felt som ikke finnes: {fields}.{known:among}",
    "word_template_expression": "Et felt i malen kan ikke fylles ut: {reason}",
    "word_template_place": "Feltet «rapport» må stå én gang i malen, i et eget avsnitt og ikke i en tabell.",
}

_DELIVERY: Final[Mapping[str, str]] = {
    "smtp_scheme": "Adressen til e-posttjeneren må begynne med «smtp://», ikke «{scheme}».",
    "smtp_host": "Adressen til e-posttjeneren mangler et vertsnavn.",
    "smtp_port": "Porten i adressen til e-posttjeneren må være et tall fra 1 til 65535.",
    "smtp_path": "Adressen til e-posttjeneren skal ikke ha noe etter porten, men har «{path}».",
    "smtp_option": "Valget «{name}» finnes ikke i adressen til e-posttjeneren. Det eneste er «tls».",
    "smtp_tls": "«tls={value}» finnes ikke. Velg required, implicit eller none.",
    "smtp_clear": "«tls=none» godtas bare til egen maskin. Til {host} må forbindelsen krypteres.",
    "smtp_user": "Adressen til e-posttjeneren har brukernavn eller passord, men ikke begge.",
    "smtp_character": "Adressen til e-posttjeneren har et tegn som ikke kan stå der.",
    "mail_from": "Avsenderadressen «{value}» kan ikke brukes. Skriv den som «Navn <adresse@kommunen>».",
}

_REPORTS: Final[Mapping[str, str]] = {
    "may_not_follow": "Bare {role:role} kan føre gevinstene i dette prosjektet.",
    "may_not_report": "Bare {role:role} kan levere rapporten for dette prosjektet.",
    "may_not_approve": "Bare {role:role} kan godkjenne rapporten for dette prosjektet.",
    "only_office": "Bare programkontoret kan gjøre dette.",
    "period_not_over": "Perioden {period} varer til {on:day}. Rapporten kan godkjennes når den er over.",
    "report_not_approved": "Ingen godkjent versjon av rapporten for {period} venter på å bli publisert.",
    "report_not_published": "Rapporten for {period} er ikke publisert, og kan ikke sendes med et brev.",
    "year_not_over": "Året {year} er ikke over ennå. Årsrapporten lages når det siste tertialet er slutt.",
    "report_outrun": (
        "Rapporten for {period} sier ikke lenger det samme som da versjon {version} ble godkjent. "
        "Godkjenn den på nytt."
    ),
    "report_disagrees": (
        "Rapporten for {period} har {found} avvik. Rett dem, eller oppgi hvorfor den publiseres likevel."
    ),
    "period_closed": "Perioden {period} er lukket. Programkontoret kan åpne den igjen.",
    "period_open": "Perioden {period} er ikke lukket.",
    "period_not_begun": "Perioden {period} begynner {on:day}.",
    "report_missing": "Det er ikke levert noen rapport for {project} i {period}.",
    "report_unchanged": "Rapporten er lik versjon {version:plain}, som alt er levert.",
    "report_approved": "Versjon {version:plain} av rapporten er alt godkjent.",
    "report_newer": "Det er levert en nyere versjon ({version:plain}). Les den før du godkjenner.",
    "report_overtaken": "Versjon {version:plain} er levert i mellomtiden. Les den før du leverer en ny.",
    "no_quality": "Programmet har ingen kvalitetsindikatorer.",
}

_LETTERS: Final[Mapping[str, str]] = {
    "letter_not_lost": "Brevet {letter} er ikke tapt ({state:letter_state}).",
    "letter_untrue": "Brevet {letter} sendes ikke: {why:untrue}.",
}

REFUSALS: Final[Mapping[str, str]] = {
    **_REPORTS,
    **_CRITERIA,
    **_COUNT,
    **_DOOR,
    **_CASES,
    **_MEETINGS,
    **_PEOPLE,
    **_DEADLINES,
    **_PAPERS,
    **_DELIVERY,
    **_LETTERS,
}

UNKNOWN: Final[Mapping[str, str]] = {
    "project": "Prosjektet «{name}» finnes ikke.{nearest:suggestion}",
    "person": "Ingen er registrert som «{name}».{nearest:suggestion}",
    "body": "Gruppa «{name}» finnes ikke.{nearest:suggestion}",
    "seat": "Plassen «{name}» finnes ikke.{nearest:suggestion}",
    "role": "Rollen «{name}» finnes ikke.{nearest:suggestion}",
    "gate": "Beslutningspunktet «{name}» finnes ikke.{nearest:suggestion}",
    "criterion": "Kravet «{name}» finnes ikke.{nearest:suggestion}",
    "case": "Saken «{name}» finnes ikke.{nearest:suggestion}",
    "obligation": "Fristen «{name}» finnes ikke.{nearest:suggestion}",
    "letter": "Brevet «{name}» finnes ikke.{nearest:suggestion}",
    "condition": "Forutsetningen «{name}» finnes ikke.{nearest:suggestion}",
    "meeting": "Møtet «{name}» finnes ikke.{nearest:suggestion}",
    "minutes": "Det er ikke skrevet noe referat fra møtet «{name}».",
    "published_report": "Ingen rapport er publisert for {name}.",
    "item_kind": "«{name}» er ikke en slags punkt på sakslista.{nearest:suggestion}",
    "phase": "Fasen «{name}» finnes ikke.{nearest:suggestion}",
    "workflow": "Arbeidsflyten «{name}» finnes ikke.{nearest:suggestion}",
    "fact": "Feltet «{name}» finnes ikke.{nearest:suggestion}",
    "field": "Feltet «{name}» finnes ikke.{nearest:suggestion}",
    "paper_kind": "Dokumenttypen «{name}» finnes ikke.{nearest:suggestion}",
    "benefit": "Gevinsten «{name}» finnes ikke i prosjektet.{nearest:suggestion}",
    "indicator": "Måleindikatoren «{name}» finnes ikke på gevinsten.{nearest:suggestion}",
    "period": "Perioden «{name}» finnes ikke i programmet.{nearest:suggestion}",
    "area": "«{name}» er ikke et område med trafikklys.{nearest:suggestion}",
    "light": "«{name}» er ikke et trafikklys. Velg gronn, gul eller rod.{nearest:suggestion}",
    "column": "Kolonnen «{name}» finnes ikke.{nearest:suggestion}",
    "progress": "«{name}» er ikke en status for gevinstarbeidet.{nearest:suggestion}",
    "quality_indicator": "Kvalitetsindikatoren «{name}» finnes ikke.{nearest:suggestion}",
    "programme": "Ikke noe program er lastet inn ennå.",
    "": "«{name}» finnes ikke ({kind}).{nearest:suggestion}",
}
"""How it is said that a name is unknown, by kind of thing."""
