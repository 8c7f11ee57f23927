# Reads [[zone, text, from, to], ...] and writes the dates of each, in epoch seconds, as cronsim gives them; null where it does not
# end within a second.
import json
import signal
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim


class Endless(Exception):
    pass


def give_up(*_):
    raise Endless


def dates_of(zone, text, start, end):
    dates = []
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)
    try:
        for date in CronSim(text, datetime.fromtimestamp(start - 1, ZoneInfo(zone))):
            at = date.astimezone(timezone.utc).timestamp()
            if at > end:
                return dates
            if at >= start:
                dates.append(int(at))
        return dates
    except Endless:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


signal.signal(signal.SIGVTALRM, give_up)
json.dump([dates_of(*row) for row in json.load(sys.stdin)], sys.stdout)
