"""The service `vacancies`: read this first.

In: job orders (`vacancies.reports`), what becomes of partnerships (`partnership.*` of `partners.facts`) and
who started work (`placement.*` of `matching.facts`).
Out: `vacancies.facts`, `vacancies.refusals`. By itself: vacancies are posted when their partnership opens,
close or expire on `closes_on`, and are filled when all openings started work.
"""

from __future__ import annotations

from pathlib import Path

from jembatan.engine.host import ServiceApp, host
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.programmes import load_programmes
from services.vacancies import activity
from services.vacancies.domain import VacanciesDomain
from services.vacancies.store import VacanciesStore

MIGRATIONS = Path(__file__).with_name("migrations")


def service(settings: Settings) -> Service:
    """Its rules, by the programmes, and its tables."""
    rules = load_programmes(settings.programmes).vacancy_rules
    return Service(
        "vacancies",
        VacanciesDomain(rules),
        VacanciesStore(settings.partitions),
        MIGRATIONS,
        reads={"partners": ("partnership",), "matching": ("placement",)},
    )


def app(settings: Settings) -> ServiceApp:
    """The Faust app that hosts it."""
    hosted = host(service(settings), settings)
    activity.attach(hosted)
    return hosted
