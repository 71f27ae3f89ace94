"""Alarms, wired: which accounts' alarms are read, and with which role."""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.reconcile.alarm_check import AlarmCheck
from chalicelib.reconcile.missed_alarms import MissedAlarms
from chalicelib.settings import AwsArn
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.roles import ForHalfAnHour, taking
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import AWS, Stage
from chalicelib.wiring.table import census, store

if TYPE_CHECKING:
    from chalicelib.aws.cloudwatch import CloudWatchAlarms


def alarms(stage: Stage) -> AlarmCheck:
    """Wire the check of alarms: of this account and region, and of the others that have a role for us."""
    return AlarmCheck(
        census=census(stage),
        rows=store(stage),
        readers=partial(_reader, stage),
        now=CLOCK.now,
        telemetry=stage.telemetry,
        search=MissedAlarms(
            rows=store(stage),
            now=CLOCK.now,
            ours=partial(_is_topic, re.escape(stage.prefix), stage.place.account_id),
            others=partial(_is_topic, r"alerting-[a-z0-9]+", r"\d+"),
            owner_rules=policy(stage.settings).routing.owner_rules,
            telemetry=stage.telemetry,
        ),
        places=places(stage),
        every=stage.settings.alarms_interval,
    )


def places(stage: Stage) -> tuple[AccountRegion, ...]:
    """List the places to search: this account, and those that have a role for us, in each region."""
    accounts = (
        stage.place.account_id,
        *(AwsArn.parse(role).account_id for role in stage.settings.alarm_reader_role_arns),
    )
    regions = (stage.place.region, *stage.settings.alarm_regions)
    return tuple(dict.fromkeys(AccountRegion(account, region) for account in accounts for region in regions))


def reader(stage: Stage, place: AccountRegion) -> "CloudWatchAlarms | None":
    """Return the reader of this account's alarms, or of another's if we may take its role; else None."""
    from chalicelib.aws.cloudwatch import CloudWatchAlarms

    region, account_id = place.region, place.account_id
    roles = {AwsArn.parse(role).account_id: role for role in stage.settings.alarm_reader_role_arns}
    if account_id == stage.place.account_id and region in (stage.place.region, *stage.settings.alarm_regions):
        connect: Callable[[Any, str], Any] = stage.client
    elif account_id in roles:
        connect = partial(_client_of, cache(partial(taking, roles[account_id])))
    else:
        return None
    return CloudWatchAlarms(
        partial(connect, "cloudwatch", region), partial(connect, "resourcegroupstaggingapi", region)
    )


def _client_of(session: Callable[[], Any], service: Any, region: str) -> Any:
    return session().client(service, region, config=AWS)


@ForHalfAnHour
def _reader(stage: Stage, place: AccountRegion) -> "CloudWatchAlarms | None":
    return reader(stage, place)


def _is_topic(prefix: str, account_id: str, arn: str) -> bool:
    """Whether an ARN is that of a stage's alert topic, in any region."""
    return re.fullmatch(rf"arn:[\w-]+:sns:[\w-]+:{account_id}:{prefix}-alerts", arn) is not None
