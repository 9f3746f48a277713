"""The service `matching`: read this first.

In: reports about candidates, rounds and offers (`matching.reports`); partnerships and caps of
`partners.facts`; vacancies of `vacancies.facts`.
Out: `matching.facts` (opaque ids), `matching.public` (rounds), `matching.refusals`. By itself: rosters end,
rounds freeze, match and publish page by page, offers lapse.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jembatan.chains import load_chains
from jembatan.engine.host import ServiceApp, host
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.programmes import load_programmes
from jembatan.programmes_matching import matching_rules
from services.matching import activity
from services.matching.domain import MatchingDomain
from services.matching.domain.candidates_rules import programme_rules
from services.matching.jobs import MatchingJobs
from services.matching.store import MatchingStore

MIGRATIONS = Path(__file__).with_name("migrations")
READS = {"partners": ("partnership", "cap"), "vacancies": ("vacancy",)}


def service(settings: Settings, frozen_at: Mapping[str, datetime] | None = None) -> Service:
    """Its rules, by programmes and chains; its tables; its long work, with the secret of the references.

    `frozen_at`: when freezes that are decided again were told, by round.
    """
    rules = programme_rules(matching_rules(load_programmes(settings.programmes)))
    secret = bytes.fromhex(settings.secret.get_secret_value())
    chains = load_chains(settings.chains)
    return Service(
        "matching",
        MatchingDomain(rules, chains),
        MatchingStore(settings.partitions),
        MIGRATIONS,
        reads=READS,
        jobs=MatchingJobs(
            secret, rules, settings.partitions, chains, clock=not settings.simulated, frozen_at=frozen_at
        ),
    )


def app(settings: Settings) -> ServiceApp:
    """The Faust app that hosts it."""
    hosted = host(service(settings), settings)
    activity.attach(hosted)
    return hosted
