from __future__ import annotations

import logging

import pytest

from bot.slack.logs import quiet_log


def test_a_lasting_trouble_is_told_once_and_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = quiet_log()
    for session in (1, 2, 3):
        try:
            raise OSError("no network")  # noqa: TRY301 - the logger wants one under way
        except OSError:
            log.exception("Failed to connect (s_%s); Retrying...", session)
    log.warning("Connected")
    told = [record for record in caplog.records if record.name == log.name]
    assert len(told) == 2
    assert not any(record.exc_info for record in told)
    assert logging.getLogger(log.name).filters == quiet_log().filters
