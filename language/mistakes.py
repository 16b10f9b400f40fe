"""What is said when something written is wrong: files, rules, tables, values; and the ledger's faults.

The reader is whoever wrote it: the sentence says what is wrong and how to write it instead. Bokmål; the
catalogues hold the other languages.
"""

from collections.abc import Mapping
from typing import Final

_SOURCE: Final[Mapping[str, str]] = {
    "source.too_large": "Filen er på {size_kb} kB og kan være høyst {limit_kb} kB.",
    "source.encoding": "Filen er ikke UTF-8 (byte nr. {byte}). Lagre den som UTF-8.",
    "source.empty": "Filen er tom.",
    "source.forbidden_character": "Tegnet {character} kan ikke stå i filen.",
    "source.syntax": "Filen kan ikke leses som YAML: {problem}.",
    "source.too_deep": "Filen har mer enn {limit} nivåer inni hverandre.",
    "source.not_a_mapping": "Filen må bestå av navngitte felt («navn: verdi»).",
    "source.several_documents": "Filen har flere dokumenter. Ta bort linjene med «---».",
    "source.directive": "Linjer som begynner med «%», kan ikke brukes.",
    "source.anchor": "Ankeret «&{name}» kan ikke brukes. Skriv innholdet helt ut.",
    "source.alias": "Henvisningen «*{name}» kan ikke brukes. Skriv innholdet helt ut.",
    "source.tag": "Merket «{tag}» kan ikke brukes.",
    "source.merge_key": "«<<» kan ikke brukes. Skriv innholdet helt ut.",
    "source.key_not_text": "Feltnavnet «{key}» må være tekst. Sett det i anførselstegn.",
    "source.duplicate_key": "Feltet «{key}» står to ganger. Det står også på linje {first_line:plain}.",
    "source.number": "«{value:plain}» er ikke et tall som kan leses her.",
}

_SHAPE: Final[Mapping[str, str]] = {
    "shape.unknown_key": "Feltet «{key}» finnes ikke her.{nearest:suggestion}{allowed:among}",
    "shape.missing_key": "Feltet «{key}» mangler.",
    "shape.no_value": "Feltet har ingen verdi.",
    "shape.wrong_kind": "Her skal det stå {expected:shape}, men det står {found:shape}.",
    "shape.needs_quotes": "«{value:plain}» skal være tekst. Sett den i anførselstegn.",
    "shape.not_allowed": "«{value:plain}» kan ikke stå her.{nearest:suggestion}{allowed:among}",
    "shape.id": "«{value:plain}» kan ikke være et navn her. Bruk små bokstaver a–z, tall og strek.",
    "shape.blank": "Teksten er tom.",
    "shape.too_long": "Teksten er for lang: høyst {limit:count tegn}.",
    "shape.too_few": "Her må det stå minst {least}.",
    "shape.too_many": "Her kan det stå høyst {limit}.",
    "shape.too_small": "Tallet må være minst {least}.",
    "shape.too_large": "Tallet kan være høyst {limit}.",
    "shape.date": "«{value:plain}» er ikke en dato. Skriv den som 2025-04-04.",
    "shape.time": '«{value:plain}» er ikke et klokkeslett. Skriv det som "15:00".',
    "shape.moment": "«{value:plain}» er ikke et tidspunkt. Skriv det som 2025-03-12T10:00.",
    "shape.year_day": '«{value:plain}» er ikke en dag i året. Skriv måned og dag, som "12-24".',
    "shape.not_an_address": "«{value:plain}» er ikke en e-postadresse.",
    "shape.mailbox_not_ascii": (
        "E-post kan ikke sendes til «{value:plain}»: foran @ kan det bare stå bokstavene a–z, tall og tegn."
    ),
    "shape.no_such_domain": "E-post kan ikke sendes til «{value:plain}»: det etter @ er ikke et domenenavn.",
    "shape.other": "Kan ikke leses: {problem}.",
}

_DEFINITION: Final[Mapping[str, str]] = {
    "definition.duplicate_id": "«{id}» er brukt to ganger. Det står også på linje {first_line:plain}.",
    "definition.unknown_phase": "Fasen «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "definition.unknown_target": "Et utfall kan ikke føre til «{name}».{nearest:suggestion}{allowed:among}",
    "definition.unknown_paper": "Dokumenttypen «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "definition.unknown_gate": "Beslutningspunktet «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "definition.unknown_fact": "Opplysningen «{name}» finnes ikke.{nearest:suggestion}",
    "definition.unknown_role": "Rollen «{name}» finnes ikke.{nearest:suggestion}",
    "definition.reserved_phase": "En fase kan ikke hete «{id}».",
    "definition.no_start_phase": "Ingen fase er merket med «start: true».",
    "definition.second_start_phase": "«{id}» er merket som start, men det er «{first}» alt.",
    "definition.no_end_phase": "Ingen fase er merket med «end: true».",
    "definition.start_is_end": "«{id}» kan ikke være både første og siste fase.",
    "definition.gate_from_end": "Et beslutningspunkt kan ikke gå ut fra «{phase}», som er en siste fase.",
    "definition.gate_leads_nowhere": "{gate} fører ikke til noen annen fase, uansett utfall.",
    "definition.no_parts": "«next_part» krever at fasen «{phase}» er merket med «parts: true».",
    "definition.never_reached": "«{body}» blir aldri valgt, for noe over gjelder alltid.",
    "definition.combined_itself": "{gate} kan ikke tas sammen med seg selv.",
    "definition.combined_apart": "{gate} og {other} kan ikke tas sammen: den ene fører ikke til den andre.",
    "definition.fact_name_taken": "«{id}» er alt navnet på en opplysning som alle prosjekter har.",
    "definition.choices_missing": "«{id}» er av typen choice og må ha «choices».",
    "definition.choices_misplaced": "«choices» hører bare til typen choice, ikke {type}.",
    "definition.no_kind": "«{id}» må ha én av rule, each, attest, score eller paper.",
    "definition.several_kinds": "Et krav kan bare ha én av {kinds}.",
    "definition.only_with": "«{key}» kan bare stå sammen med «{kind}».",
    "definition.not_together": "«{key}» og «{other}» kan ikke stå sammen.",
    "definition.not_a_choice": "«{value:plain}» er ikke et av valgene.{nearest:suggestion}{allowed:among}",
    "definition.scale_order": "Tallene på skalaen må stige.",
    "definition.threshold_off_scale": "Terskelen {threshold} er ikke på skalaen {scale}.",
    "definition.same_id_other_question": (
        "«{id}» er et annet krav i {gate}. Samme navn må være samme spørsmål."
    ),
    "definition.brace": "En krøllparentes må ha et feltnavn inni, som {{item.title}}.",
    "definition.unknown_path": "Opplysningen «{path}» finnes ikke.{nearest:suggestion}",
    "definition.path_not_shown": "«{path}» er {type:shape} og kan ikke settes inn i en setning.",
}

_RULES: Final[Mapping[str, str]] = {
    "rule.empty": "Regelen er tom.",
    "rule.too_long": "Regelen er på {length:count tegn} og kan være høyst {limit}.",
    "rule.too_deep": "Regelen har mer enn {limit} nivåer inni hverandre.",
    "rule.syntax": "Regelen kan ikke leses nær «{near}».",
    "rule.unsupported": "«{what}» kan ikke brukes i en regel.",
    "rule.unknown_path": "Opplysningen «{path}» finnes ikke.{nearest:suggestion}",
    "rule.unknown_variable": "«{name}» finnes ikke.{nearest:suggestion}",
    "rule.unknown_function": "Funksjonen «{name}» finnes ikke.{nearest:suggestion}",
    "rule.item_outside_each": "«item» kan bare brukes sammen med «each».",
    "rule.path_into_scalar": "«{path}» er {type:shape} og har ikke noe felt «{name}».",
    "rule.path_into_list": "«{path}» er en liste. Bruk exists, all eller filter for å se på «{name}».",
    "rule.wrong_index": "«{path}» er {type:shape} og kan ikke slås opp i slik.",
    "rule.wrong_arguments": "«{name}» skal ha {expected}.",
    "rule.comprehension_form": "«{name}» skrives som liste.{name}(x, regel om x).",
    "rule.size_of_text": "«size()» teller tegn i «{path}», og det er neppe meningen. Bruk has().",
    "rule.has_on_root": "«has()» må ha et felt med punktum, ikke bare «{name}».",
    "rule.has_on_list": "«{path}» er en liste og finnes alltid. Bruk size() > 0.",
    "rule.has_needs_path": "«has()» må ha et felt med punktum, som has(project.goals).",
    "rule.mixed_numbers": "Hele tall og desimaltall kan ikke regnes sammen med «{operator}».",
    "rule.mixed_types": "«{operator}» sammenligner {left:shape} med {right:shape}.",
    "rule.not_boolean": "«{operator}» krever ja eller nei, men får {type:shape}.",
    "rule.not_a_list": "«{operator}» krever en liste, men får {type:shape}.",
    "rule.unknown_choice": "«{value:plain}» er ikke et av valgene for «{path}».{nearest:suggestion}",
    "rule.not_a_date": "«{value:plain}», som «{path}» sammenlignes med, er ikke en dato.",
    "rule.nested_comprehension": "«{name}» står for dypt: høyst én gjennomgang av en liste inni en annen.",
    "rule.map_inside": "«map» kan ikke stå inni en annen gjennomgang.",
    "rule.taken_name": "«{name}» er alt et navn. Velg et annet navn på leddet.",
    "rule.result_not_boolean": "Regelen må svare ja eller nei, men gir {type:shape}.",
    "rule.result_not_list": "Regelen må gi en liste, men gir {type:shape}.",
    "rule.text_brace": "En krøllparentes må ha et feltnavn inni, som {{item.title}}.",
    "rule.text_of_list": "«{path}» er en liste og kan ikke settes inn i en setning.",
}

_PROGRAMME: Final[Mapping[str, str]] = {
    "programme.duplicate_id": "«{id}» er brukt to ganger. Det står også på linje {first_line:plain}.",
    "programme.unknown_body": "Gruppa «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "programme.unknown_seat": "Plassen «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "programme.unknown_secretary": (
        "«{name}» er ikke et kontor eller en plass.{nearest:suggestion}{allowed:among}"
    ),
    "programme.unknown_term": "Området «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "programme.leader_without_seat": (
        "Lederen «{name}» har ingen plass i gruppa.{nearest:suggestion}{allowed:among}"
    ),
    "programme.above_in_circle": "Gruppene står over hverandre i ring: {circle}.",
    "programme.reports_in_circle": "Plassene er underordnet hverandre i ring: {circle}.",
    "programme.quorum_above_seats": "{quorum} må til for å avgjøre, men gruppa har {seats:count plass}.",
    "programme.own_deputy": "{email} kan ikke være sin egen stedfortreder.",
    "programme.address_of_two": (
        "{email} er oppgitt for både «{name}» og «{other}» (linje {first_line:plain}). "
        "En adresse hører til én person."
    ),
    "programme.dates_reversed": "Perioden slutter ({end:day}) før den begynner ({start:day}).",
    "programme.due_before_end": "Fristen ({due:day}) er før perioden er slutt ({end:day}).",
    "programme.range_reversed": "Det laveste tallet ({low}) er høyere enn det høyeste ({high}).",
    "programme.periods_overlap": "Periodene «{id}» og «{other}» overlapper.",
    "programme.taxonomies_overlap": "«{id}» og «{other}» gjelder samtidig.",
    "programme.duplicate_code": (
        "Koden «{code:plain}» er brukt to ganger. Den står også på linje {first_line:plain}."
    ),
    "programme.unknown_kind": "Gevinsttypen «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "programme.kind_in_two": "«{kind}» er alt tatt av en annen gruppe, på linje {first_line:plain}.",
    "programme.limits_equal": "Grensene for gult og rødt er like ({limit:plain}). De må være ulike.",
    "programme.scale_order": "Tallene på skalaen må stige.",
    "programme.code_in_two": "Koden «{code:plain}» finnes også i «{taxonomy}», som gjelder samtidig.",
    "programme.other_weekday": "{date:day} er en {actual}, ikke en {weekday}.",
}

_ANSWERS: Final[Mapping[str, str]] = {
    "answers.needs": "Når «do» er «{do}», må «{key}» være med.",
    "answers.needs_one": "Når «do» er «{do}», må én av «{one}» og «{other}» være med, og bare den ene.",
    "answers.not_for": "«{key}» brukes ikke når «do» er «{do}».",
    "answers.outside": "{at} er ikke mellom {first} og {last}, som simuleres.",
    "answers.reversed": "Siste dag ({end}) er før den første ({start}).",
    "answers.unknown": "«{name}» finnes ikke i databasen.{nearest:suggestion}",
    "answers.unnamed": "«{name}» er ikke på formen {form}.",
}

_DUTY: Final[Mapping[str, str]] = {
    "duty.no_such_day": "Dagen «{value:plain}» finnes ikke. Skriv måned og dag, som «12-24».",
    "duty.leap_day": (
        "«{value:plain}» finnes bare i skuddår, så de andre årene ville ikke hatt noen frist. "
        "Velg «02-28» eller «03-01»."
    ),
    "duty.date_twice": "«{value:plain}» står to ganger. Den står også på linje {first_line:plain}.",
    "duty.too_much_off": (
        "{days:plain} dager i året er tatt ut, men høyst {limit:plain} kan tas ut. "
        "Ellers blir det ingen virkedag å purre på."
    ),
    "duty.span_reversed": (
        "Tiden slutter ({end:plain}) før den begynner ({start:plain}). Går den over nyttår, skriver du to."
    ),
    "duty.hours_reversed": (
        "Brev kan ikke sendes fra {start:plain} til {end:plain}. «until» må være senere enn «send_at»."
    ),
    "duty.ladder_not_rising": (
        "{days:plain} kommer ikke etter {before:plain}. Skriv trinnene i rekkefølge, med høyst ett om dagen."
    ),
    "duty.ladder_never": (
        "Ingen påminnelse i «{ladder}» kan bli sendt for «{duty}». Den siste er satt til {days:plain} "
        "virkedager før fristen, og så lenge før er det ingenting å minne om."
    ),
    "duty.unknown_ladder": "Stigen «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "duty.unknown_owner": (
        "«{name}» er ikke et kontor, en plass eller en rolle som kan ha fristen."
        "{nearest:suggestion}{allowed:among}"
    ),
    "duty.owner_without_address": (
        "Plassen «{name}» er ledig og har ingen adresse, så ingen ville fått påminnelsene. "
        "Velg en annen, eller sett inn noen på plassen."
    ),
    "duty.no_office": (
        "Programmet har ikke kontoret «{name}», som får beskjed når en frist er over. "
        "Legg det til under «offices», eller velg en stige uten det."
    ),
    "duty.unknown_body": "Gruppa «{name}» finnes ikke.{nearest:suggestion}{allowed:among}",
    "duty.body_without_meetings": "Gruppa «{name}» har ingen møteserie («meetings»).",
    "duty.needs": "Når «per» er «{per}», må «{key}» være med.",
    "duty.not_for": "«{key}» kan ikke brukes når «per» er «{per}».",
    "duty.before_period": (
        "Fristen ville kommet {days:plain} virkedager før perioden er slutt. Skriv 0 eller mer."
    ),
    "duty.no_periods": (
        "Programmet har ingen slik rapporteringsperiode («periods»), så fristen ville aldri kommet."
    ),
    "duty.no_platform": "Programmet har ingen politisk plattform («platform»).",
    "duty.settles_needs": "Når «settled_by» er «{settled_by}», må «{key}» være med.",
    "duty.only_with": "«{key}» kan bare brukes sammen med «{needs}».",
    "duty.role_for_programme": (
        "«{name}» er en rolle i et prosjekt. Velg et kontor eller en plass, eller skriv «each: prosjekt»."
    ),
    "duty.too_many_meetings": "Det laveste antallet møter ({low}) er høyere enn det høyeste ({high}).",
}

_VALUES: Final[Mapping[str, str]] = {
    "value.not_text": "Her skal det stå tekst, men det står {found:shape}.",
    "value.too_long": "Teksten er på {length:count tegn} og kan være høyst {limit}.",
    "value.forbidden_character": "Tegnet {character} (nr. {position}) kan ikke stå i teksten.",
    "value.line_break": "Teksten skal være på én linje.",
    "value.not_a_number": "«{value:plain}» er ikke et tall.",
    "value.ambiguous_number": (
        "«{value:plain}» kan leses på to måter. Skriv tallet uten skilletegn for tusener."
    ),
    "value.number_in_words": "Skriv hele tallet med sifre i stedet for «{word}».",
    "value.not_whole": "«{value:plain}» må være et helt tall.",
    "value.out_of_range": "«{value:plain}» må være fra {low:plain} til {high:plain}.",
    "value.not_a_date": "«{value:plain}» er ikke en dato. Skriv den som 4.4.2025 eller 2025-04-04.",
    "value.date_with_clock": "«{value:plain}» har et klokkeslett. Skriv bare datoen.",
    "value.two_digit_year": "Skriv årstallet i «{value:plain}» med fire sifre.",
    "value.no_such_date": "Datoen «{value:plain}» finnes ikke.",
    "value.not_yes_no": "«{value:plain}» må være ja eller nei.",
    "value.not_a_choice": "«{value:plain}» er ikke et av valgene.{nearest:suggestion}{choices:among}",
    "value.not_an_address": "«{value:plain}» er ikke en e-postadresse.",
    "value.mailbox_not_ascii": (
        "E-post kan ikke sendes til «{value:plain}»: foran @ kan det bare stå bokstavene a–z, tall og tegn."
    ),
    "value.no_such_domain": "E-post kan ikke sendes til «{value:plain}»: det etter @ er ikke et domenenavn.",
    "value.not_a_web_address": "«{value:plain}» er ikke en nettadresse. Den begynner med https://.",
    "value.not_a_project_key": "«{value:plain}» er ikke en prosjektnøkkel: små bokstaver a–z, tall og strek.",
    "value.not_json": "Listen kan ikke leses (linje {line:plain}, tegn {column:plain}). Skriv den som JSON.",
    "value.not_a_list": "Her skal det stå en liste, men det står {found:shape}.",
    "value.not_a_record": "Her skal det stå navngitte felt, men det står {found:shape}.",
    "value.too_many": "Listen har {found} ledd og kan ha høyst {limit}.",
    "value.empty_item": "Et ledd i listen er tomt.",
    "value.unknown_body": (
        "Gruppa «{value:plain}» finnes ikke i programmet.{nearest:suggestion}{choices:among}"
    ),
    "value.override_never": (
        "«{value:plain}» kan ikke settes: arbeidsflyten lar ingen overstyre hvem som beslutter."
    ),
    "value.override_not_up": (
        "«{value:plain}» står ikke over noen av gruppene som ellers beslutter.{choices:among}"
    ),
    "value.unknown_field": "Feltet «{name}» finnes ikke.{nearest:suggestion}",
    "value.duplicate_member": "Feltet «{name}» står to ganger.",
    "value.duplicate_id": "«{id}» er brukt på to ledd.",
    "value.missing_list": "Listen «{name}» mangler.",
}

_STATUS_REPORTS: Final[Mapping[str, str]] = {
    "report.missing": "«{title}» mangler.",
    "report.unknown_field": "Skjemaet har ikke feltet «{name}».{nearest:suggestion}",
    "report.unknown_benefit": "Prosjektet har ingen gevinst «{name}».{nearest:suggestion}",
    "report.half_weighed": "Sett både sannsynlighet og konsekvens på «{title}», eller ingen av dem.",
    "report.risk_untitled": "Skriv hva som kan skje.",
    "report.light_without_reason": "Lyset for «{area}» mangler grunn.",
    "report.twice": "«{name}» står to ganger.",
    "report.year_ahead": "Året {year:plain} er ikke kommet ennå.",
    "report.no_figure": "«{benefit}» har verken årsverk eller kroner.",
}

_TABLES: Final[Mapping[str, str]] = {
    "table_column_missing": "Kolonnen «{name}» mangler.",
    "table_column_unknown": "Kolonnen «{name}» er ukjent.{nearest:suggestion}",
    "table_cell_missing": "Raden mangler «{name}».",
    "table_no_amount": "Raden har verken budsjett eller regnskap.",
    "table_number_unknown": "Ingen prosjekter har prosjektnummeret «{value:plain}».{nearest:suggestion}",
    "table_number_of_several": "Flere prosjekter har prosjektnummeret «{value:plain}»: {allowed}.",
    "table_project_unknown": "Prosjektet «{value:plain}» finnes ikke.{nearest:suggestion}",
    "table_twice": "«{value:plain}» står også på rad {first:plain}.",
    "table_half_weighed": "Sett både sannsynlighet og konsekvens på «{value:plain}», eller ingen av dem.",
}

_SCORES: Final[Mapping[str, str]] = {
    "score.unknown": "Kvalitetsindikatoren «{name}» finnes ikke.{nearest:suggestion}",
    "score.off_scale": "«{value:plain}» er ikke på skalaen.{allowed:among}",
    "score.none": "Oppgi minst én indikator med poeng.",
}

_BOOKS: Final[Mapping[str, str]] = {
    "book_sheet_missing": "Arbeidsboka mangler arket «{name}».",
    "book_column_moved": "Her skulle kolonnen «{wanted}» stått, men her står «{found}».",
    "book_project_missing": "Raden mangler prosjektets nøkkel.",
    "book_project_unknown": "Prosjektet «{value:plain}» finnes ikke.{nearest:suggestion}",
    "book_period_unknown": "Perioden «{value:plain}» finnes ikke i programmet.{nearest:suggestion}",
    "book_question_twice": "Feltet «{value:plain}» står også på rad {first:plain}.",
    "book_not_asked": "«{name}» har et eget ark, og skal ikke stå her.",
    "book_other_period": "Perioden er «{value:plain}», men prosjektets første rad har «{first:plain}».",
    "book_empty": "Arket «Rapport» har ingen rader.",
}

_BENEFITS: Final[Mapping[str, str]] = {
    "benefit.untitled": "Gi gevinsten et navn.",
    "benefit.known": "Prosjektet har alt gevinsten «{title}».",
    "benefit.owner_unknown": (
        "Ingen er registrert med adressen «{owner}». La feltet stå tomt, så svarer gevinstansvarlig."
    ),
    "benefit.kind_outside": "«{value:plain}» er ikke en gevinsttype her.{nearest:suggestion}{allowed:among}",
    "benefit.wrong_unit": "Tallet er oppgitt i «{found}», men måleenheten er «{unit}».",
    "benefit.before_baseline": "Målingen ({on:day}) er eldre enn nullpunktet ({baseline_on:day}).",
    "benefit.no_baseline": "«{indicator}» har ikke noe nullpunkt. Mål det først.",
    "benefit.baseline_after_measurement": (
        "Nullpunktet ({on:day}) kan ikke være nyere enn den første målingen ({first:day})."
    ),
    "benefit.in_future": "Datoen {on:day} er ikke kommet ennå.",
    "benefit.several_indicators": "Si hvilken måleindikator det gjelder.{allowed:among}",
    "benefit.nothing_told": "Oppgi minst ett tall.",
}

_SHEETS: Final[Mapping[str, str]] = {
    "sheet_too_large": "Filen er større enn {limit} MB.",
    "sheet_unpacks_too_large": "Filen blir større enn {limit} MB når den pakkes ut.",
    "sheet_empty": "Tabellen er tom.",
    "sheet_too_many_cells": "Arbeidsboka har for mange celler. Kopier tabellen til en ny arbeidsbok.",
    "sheet_not_a_workbook": "Filen er ikke en arbeidsbok av typen xlsx.",
    "sheet_old_workbook": "Filen har det gamle formatet xls. Lagre den som «Excel-arbeidsbok».",
    "sheet_binary_workbook": "Filen er en binær arbeidsbok (xlsb). Lagre den som «Excel-arbeidsbok».",
    "sheet_open_document": "Filen er et OpenDocument-regneark (ods). Lagre den som «Excel-arbeidsbok».",
    "sheet_locked": "Arbeidsboka er låst med passord. Fjern passordet og lagre den på nytt.",
    "sheet_not_text": "Filen er ikke UTF-8 (byte nr. {byte}). Lagre den som «CSV UTF-8».",
    "sheet_quote_open": "Et anførselstegn mangler sin make.",
    "sheet_quote_inside": "Anførselstegn inne i en celle skal skrives to ganger.",
    "sheet_too_many_rows": "Tabellen har flere enn {limit} rader.",
    "sheet_too_many_columns": "Tabellen har flere enn {limit} kolonner.",
    "sheet_formula": "Celle {cell} har en formel. Lim inn verdien i stedet.",
    "sheet_cell_error": "Celle {cell} har feilen {value:plain}.",
    "sheet_control_character": "Cellen har tegnet {code_point}, som ikke kan stå der.",
    "sheet_cell_too_long": "Cellen har mer enn {limit:count tegn}.",
    "sheet_header_empty": "En kolonne mangler overskrift.",
    "sheet_header_twice": "Kolonnen «{name}» finnes to ganger.",
    "sheet_row_too_long": "Raden har {found} celler, men tabellen har {wanted} kolonner.",
    "import_column_missing": "Kolonnen «{name}» mangler.",
    "import_column_unknown": "Kolonnen «{name}» er ukjent.{nearest:suggestion}",
    "import_cell_missing": "Raden mangler «{name}».",
    "import_key_shape": "«{value:plain}» er ikke en prosjektnøkkel: små bokstaver a–z, tall og strek.",
    "import_key_twice": "Prosjektet «{value:plain}» står også på rad {first:plain}.",
    "import_key_known": "Prosjektet «{value:plain}» finnes fra før.",
    "import_workflow_unknown": "Arbeidsflyten «{value:plain}» finnes ikke.{known:among}",
    "import_kind_of_other_workflow": "Arbeidsflyten {workflow} styrer {kind}, ikke {value:plain}.",
    "import_phase_unknown": "Fasen «{value:plain}» finnes ikke.{nearest:suggestion}{known:among}",
    "import_person_unknown": "Ingen er registrert som «{value:plain}».",
    "import_dates_reversed": "Slutten ({value:day}) er før starten.",
    "printed_column_missing": "Kolonnen «{name}» mangler.",
    "printed_column_unknown": "Kolonnen «{name}» er ukjent.{nearest:suggestion}",
    "printed_cell_missing": "Raden mangler «{name}».",
    "printed_place_unknown": "«{value:plain}» er ikke et sted i rapporten.{nearest:suggestion}{known:among}",
    "printed_row_unknown": "«{value:plain}» er ikke en rad i «{place:plain}».{nearest:suggestion}",
    "printed_figure_unknown": "«{value:plain}» er ikke en kolonne i «{place:plain}».{known:among}",
    "printed_twice": "Samme tall står også på rad {first:plain}.",
    "printed_choice_unknown": "«{value:plain}» kan ikke stå her.{known:among}",
}

_VERIFICATION: Final[Mapping[str, str]] = {
    "verification.unreachable_phase": "Ingen vei fører til fasen «{phase}».",
    "verification.dead_end": "Fra fasen «{phase}» kommer et prosjekt aldri til en slutt: {route}.",
    "verification.shortcut": (
        "{gate} fører fra «{phase}» til «{target}» utenom {other}, som er beslutningspunktet på den veien."
    ),
    "verification.moved_without_approval": (
        "{gate} flytter til «{target}» selv om utfallet er «{outcome:outcome}»."
    ),
    "verification.stop_is_no_end": (
        "{gate} med «{outcome:outcome}» fører til «{target}», som ikke er en siste fase."
    ),
    "verification.unknown_body": "Programmet har ingen gruppe «{name}».{nearest:suggestion}{allowed:among}",
    "verification.unknown_actor": (
        "Programmet har ingen rolle eller noe kontor «{name}».{nearest:suggestion}{allowed:among}"
    ),
    "verification.other_kind": "{workflow} styrer {kind}, men programmet bruker den for {used_for}.",
    "verification.not_reported": "Programmet rapporterer ikke «{name}».{allowed:among}",
    "verification.no_absence_possible": (
        "{gate}: {body} har {seats:count plass} og trenger {quorum}. Er én borte, kan saken ikke "
        "avgjøres, og "
        "det er ikke noe organ over."
    ),
    "verification.too_costly": (
        "Regelen kan ta {times} ganger så lang tid som alle reglene ved et beslutningspunkt får til "
        "sammen, når listene er fulle. Gå gjennom færre lister inni hverandre, eller bruk «exists» i "
        "stedet for «filter»."
    ),
    "verification.gate_too_costly": (
        "Reglene ved {gate} kan til sammen ta {times} ganger så lang tid som de får, når listene er fulle. "
        "Denne koster mest."
    ),
    "verification.nobody_above": (
        "Ingen av gruppene som beslutter her, har en gruppe over seg i programmet. Ta bort «override»."
    ),
    "verification.too_few_members": (
        "{gate}: {body} har {members} medlemmer, men {quorum} må til. Saken kan aldri avgjøres."
    ),
    "verification.nobody_decides": "Ingen avgjør {gate} for et prosjekt som dette: {example}",
    "verification.never_true": "Regelen svarte aldri ja for {tried} ulike prosjekter, som dette: {example}",
    "verification.never_false": "Regelen svarte aldri nei for {tried} ulike prosjekter, som dette: {example}",
    "verification.never_decided": (
        "Regelen lot seg aldri avgjøre for {tried} ulike prosjekter. Den leser «{path}» uten "
        "has(), som her: {example}"
    ),
    "verification.never_any_item": "Utvalget var tomt for {tried} ulike prosjekter, som dette: {example}",
}

_LEDGER: Final[Mapping[str, str]] = {
    "ledger_changed": "Post {seq:plain} i «{chain}» er endret.",
    "ledger_shapeless": "På plass {seq:plain} i «{chain}» står noe som ikke er en post.",
    "ledger_removed": "Post {from:plain} til {to:plain} i «{chain}» er borte.",
    "ledger_inserted": "Post {seq:plain} i «{chain}» er satt inn etterpå.",
    "ledger_moved": "Post {seq:plain} i «{chain}» står på feil plass.",
    "ledger_unlinked": "Post {seq:plain} i «{chain}» henger ikke sammen med posten før.",
    "ledger_foreign": "Post {seq:plain} i «{chain}» hører til «{found}».",
    "ledger_rewritten": "«{chain}» er skrevet om: post {seq:plain} er ikke den som er bevitnet.",
    "ledger_truncated": "«{chain}» slutter ved post {last:plain}, men post {known:plain} er bevitnet.",
    "ledger_more": "«{chain}» har flere feil enn de første {limit:plain}.",
    "ledger_chain_missing": "«{chain}» er ikke lenger blant kjedene.",
    "ledger_chain_unreadable": "Hodet til «{chain}» lar seg ikke lese.",
    "ledger_unreadable": "Post {seq:plain} i «{chain}» lar seg ikke lese.",
    "ledger_text_unreadable": "Teksten «{field}» til post {seq:plain} i «{chain}» lar seg ikke lese.",
    "witness_unreadable": "Det post {seq:plain} i «{chain}» bevitner, lar seg ikke lese.",
    "guard_missing": "Vakten «{guard}», som nekter noen å endre hendelsesloggen, står ikke.",
    "table_unreadable": "Tabellen «{table}» mangler eller lar seg ikke lese.",
    "state_row_unreadable": "{table}, rad {row:plain}: raden lar seg ikke lese.",
    "ledger_text_changed": "Teksten «{field}» til post {seq:plain} i «{chain}» er endret.",
    "ledger_text_missing": "Teksten «{field}» til post {seq:plain} i «{chain}» er borte.",
    "state_changed": "{table}, rad {row:plain}: «{column}» er ikke det hendelsene sier.",
    "state_missing": "{table}, rad {row:plain}: hendelsene sier at raden skal finnes, men den er borte.",
    "state_invented": "{table}, rad {row:plain}: ingen hendelse sier at raden skal finnes.",
    "state_unreadable": "Post {seq:plain} i «{chain}» lar seg ikke spille av på nytt.",
}

MISTAKES: Final[Mapping[str, str]] = {
    **_SOURCE,
    **_SHAPE,
    **_DEFINITION,
    **_RULES,
    **_PROGRAMME,
    **_ANSWERS,
    **_DUTY,
    **_VALUES,
    **_BENEFITS,
    **_SCORES,
    **_BOOKS,
    **_TABLES,
    **_STATUS_REPORTS,
    **_SHEETS,
    **_VERIFICATION,
    **_LEDGER,
}
