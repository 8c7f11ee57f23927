"""The flow of the tests, served by Prefect's own runner, which starts a process for each run."""

import os

os.environ["PREFECT_RUNNER_POLL_FREQUENCY"] = "1"

from prefect import flow


@flow
def sales(logical_date: str, data_interval_start: str, data_interval_end: str, conf: dict):
    assert data_interval_start == logical_date < data_interval_end
    if logical_date.startswith(conf["fail"]):
        raise ValueError(f"no file for {logical_date}")


if __name__ == "__main__":
    sales.serve(name="backfill", limit=2, print_starting_message=False)
