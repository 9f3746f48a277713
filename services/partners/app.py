"""The service `partners`: read this first.

In: reports about partnerships, instruments, caps and safeguards (`partners.reports`); no other service.
Out: `partners.facts`, `partners.refusals`. By itself: instruments expire, registrations lapse, the periods
of caps begin and end.
"""

from __future__ import annotations

from pathlib import Path

from jembatan.engine.host import ServiceApp, host
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.programmes import load_programmes
from services.partners import activity
from services.partners.domain import PartnersDomain
from services.partners.store import PartnersStore

MIGRATIONS = Path(__file__).with_name("migrations")


def service(settings: Settings) -> Service:
    """Its rules, by the schemes of the programmes' folder, and its tables."""
    schemes = load_programmes(settings.programmes).schemes
    return Service("partners", PartnersDomain(schemes), PartnersStore(settings.partitions), MIGRATIONS)


def app(settings: Settings) -> ServiceApp:
    """The Faust app that hosts it."""
    hosted = host(service(settings), settings)
    activity.attach(hosted)
    return hosted
