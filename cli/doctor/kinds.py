"""Every kind of damage that `jembatan doctor` knows by name: what it means, and what to do."""

from __future__ import annotations

from enum import Enum

ASK = "Keep PostgreSQL's log and the topic as they are, and find out who wrote there before anything else."
AGAIN = "No command mends a row: restore the service's schema from a backup"


class Kind(Enum):
    """A name, a meaning, a remedy; `{service}` is filled in."""

    def __init__(self, meaning: str, remedy: str) -> None:
        self.meaning = meaning
        self.remedy = remedy

    NOT_MIGRATED = ("The schema lacks migrations.", "Run `jembatan migrate {service}`.")
    NOT_READABLE = (
        "The schema cannot be read.",
        "Name PostgreSQL by a role that may read every schema (--postgres).",
    )

    TOPIC_AHEAD = (
        "Kafka holds more than PostgreSQL has decided.",
        "If PostgreSQL was restored from a backup, it is older than its topics: stop the service and restore "
        "it up to its last commit, or run `jembatan recover` (docs/doctor.md). Else someone else wrote "
        "there: take that right away.",
    )
    TOPIC_LOST = (
        "Kafka holds less than it has acknowledged.",
        "Bring back the broker's disks that had it, or restore PostgreSQL and Kafka to one point in time.",
    )
    TOPIC_GAP = ("An offset is missing among those that are kept.", ASK)
    OTHER_RECORD = ("Another record lies at a fact's place.", ASK)
    NOT_A_FACT = ("A record is no event of this service.", ASK)
    OUTBOX_ROW_MISSING = (
        "A fact that was decided is neither in the outbox nor counted as removed.",
        AGAIN + "; if the fact is in the topic already, nothing is lost for subscribers.",
    )
    ROW_BEYOND_HEAD = ("The outbox has a fact beyond its lane's head.", AGAIN + ".")

    HALTED = (
        "A lane publishes nothing more.",
        "Do what its code asks for; it goes on by itself once Kafka and PostgreSQL agree.",
    )
    OTHER_CLUSTER = (
        "A lane was published to another Kafka cluster.",
        "Name that cluster (--kafka), or move the topics back to it.",
    )
    SHARED_PRODUCER = (
        "Two lanes have one producer id, so the broker cannot guard their places.",
        "Stop the service and set `producer_id` of one of them to NULL in its `lane` table.",
    )

    SEQUENCE_BROKEN = ("A subject's facts are not numbered 1, 2, 3 ….", ASK)
    NUMBER_DIFFERS = (
        "The last number that PostgreSQL gave a subject is not that of its last fact.",
        AGAIN + "; the subject's next fact would leave a gap or a repeat.",
    )

    POSITION_MISSING = (
        "A partition of an input has no position, so nobody decides it.",
        "Restart the service with the installation's JEMBATAN_PARTITIONS and reporters.toml.",
    )
    NEVER_RAN = ("The service has no positions: it has never run on these tables.", "Start it.")
    POSITION_BEYOND_END = (
        "More is decided than the topic has.",
        "The topic lost records or was made anew: restore it. The service goes back by itself, and knows "
        "repeats by their ids.",
    )
    POSITION_PASSED_BY = (
        "Records were deleted before they were decided.",
        "They are lost here: ask their reporters to send them again, and keep services running.",
    )
    POSITION_OTHER_RECORD = (
        "Another record lies where the last one was decided.",
        "The topic was made anew or cut: restart the service, it reads from the start and knows repeats.",
    )

    UNPUBLISHED = (
        "Facts wait to be published, for too long.",
        "See `jembatan status`: is the service running, is its lane halted?",
    )
    UNDECIDED = (
        "Records wait to be decided, for too long.",
        "See `jembatan status`: is the service running, and does it get on?",
    )

    UNANSWERED = (
        "A report was passed by and led to neither a fact nor a refusal.",
        "Ask its reporter to send it again under a new id, and report the fault.",
    )
    ANSWERED_TWICE = (
        "A report was decided more than once.",
        "Compare both answers: `jembatan trace`. " + ASK,
    )

    TALLY_DIFFERS = ("The count of seats held is not the number of seats held.", AGAIN + ".")
    SEAT_WITHOUT_OFFER = ("A seat is held that no live offer stands for.", AGAIN + ".")
    OFFER_WITHOUT_SEAT = ("A live offer holds no seat.", AGAIN + ".")
    SEAT_BEYOND_CAP = (
        "A round took more seats than were left when it froze.",
        AGAIN + "; tell the partnership's governments which round it was.",
    )
    USAGE_DIFFERS = ("What was last told of a cap is not what is held under it.", AGAIN + ".")
    TWO_LIVE_OFFERS = ("A candidate has more than one live offer.", AGAIN + ".")
    IN_TWO_ROUNDS = ("A candidate is in two rounds at once.", AGAIN + ".")
    OFFER_OUTLIVED = (
        "An offer stands though its vacancy, partnership or candidate is gone, and no job will end it.",
        "End it by a report: `offer.declined` until its `answer_by`, `contract.cancelled` once it is "
        "accepted; and report the fault.",
    )

    COPY_DIFFERS = ("A copy of another service's state is not what its facts say.", AGAIN + ".")
    COPY_MISSING = ("A fact of another service was heard, and its state is not there.", AGAIN + ".")
    COPY_UNKNOWN = ("A copy is there of what no fact has told.", AGAIN + ".")
    HEARD_AHEAD = (
        "A service has heard facts that the other's topic does not have.",
        "The other service's topic lost facts, or its database is older: run doctor on that first.",
    )

    PERSONAL_FIELD = (
        "A fact has a field of personal data.",
        "Take the topic from its readers, then erase. " + ASK,
    )
    CANDIDATE_IN_PUBLIC = (
        "A candidate's id stands in the public topic.",
        "Take the topic from its readers, then erase. " + ASK,
    )
    KEPT_TOO_LONG = (
        "A topic that holds personal data keeps it longer than it may.",
        "Set its retention as `jembatan topics --check` says.",
    )

    ROLE_MISSING = ("A role of the installation is not there.", "Run `jembatan migrate --roles`.")
    ROLE_TOO_MIGHTY = ("A role may more than rows.", "Take it away, or run `jembatan migrate --roles`.")
    FOREIGN_RIGHT = (
        "A role has a right outside its own schema.",
        "REVOKE it; a service speaks to others through Kafka only.",
    )
    PUBLIC_RIGHT = ("Everyone has a right on a service's schema.", "REVOKE it FROM PUBLIC.")
    RIGHT_MISSING = ("A role lacks a right on its own schema.", "Run `jembatan migrate --roles`.")
