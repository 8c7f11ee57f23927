// Airflow reads dates without a zone in UTC (core.default_timezone), whatever the zone of the timetable.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

const read = (source) => {
  const [{ startDate, endDate, timeZone }] = importDag(`from airflow import DAG\n${source}`).dags;
  return [startDate, endDate, timeZone];
};
const zone = "America/New_York";
const dates = "start_date=datetime(2024, 3, 1), end_date=datetime(2024, 3, 5)";

for (const timetable of [
  `CronTriggerTimetable("0 22 * * *", timezone="${zone}")`,
  `CronDataIntervalTimetable("0 22 * * *", timezone="${zone}")`,
  `CronDataIntervalTimetable("0 22 * * *", "${zone}")`,
  `CronTriggerTimetable("0 22 * * *", timezone=pendulum.timezone("${zone}"))`,
  `MultipleCronTriggerTimetable("0 22 * * *", "0 3 * * *", timezone="${zone}")`,
  `EventsTimetable(event_dates=[pendulum.datetime(2024, 3, 2, tz="${zone}")])`,
])
  test(`naive dates beside ${timetable}`, () => {
    const utc = ["2024-03-01T00:00:00Z", "2024-03-05T00:00:00Z", zone];
    assert.deepEqual(read(`DAG("a", schedule=${timetable}, ${dates})`), utc);
    const defaults = `default_args={"start_date": datetime(2024, 3, 1), "end_date": datetime(2024, 3, 5)}`;
    assert.deepEqual(read(`DAG("a", schedule=${timetable}, ${defaults})`), utc);
  });

test("dates in the DAG's own zone stay as they are written", () => {
  const start = (tz) => `start_date=pendulum.datetime(2024, 3, 1, tz="${tz}")`;
  assert.deepEqual(read(`DAG("a", schedule="@daily", ${dates})`), [
    "2024-03-01",
    "2024-03-05T00:00:00",
    undefined,
  ]);
  assert.deepEqual(read(`DAG("a", schedule="@daily", ${start("Europe/Berlin")})`), [
    "2024-03-01",
    undefined,
    "Europe/Berlin",
  ]);
  const trigger = `CronTriggerTimetable("0 22 * * *", timezone="${zone}")`;
  assert.deepEqual(read(`DAG("a", schedule=${trigger}, ${start(zone)})`), ["2024-03-01", undefined, zone]);
  assert.deepEqual(read(`DAG("a", schedule=${trigger}, ${start("Europe/Berlin")})`), [
    "2024-02-29T23:00:00Z",
    undefined,
    zone,
  ]);
});

test("an end is read in its own zone: that of the start only where it is a text", () => {
  const berlin = `start_date=pendulum.datetime(2024, 3, 1, tz="Europe/Berlin")`;
  const end = (more) => read(`DAG("a", schedule="@daily", ${berlin}, ${more})`)[1];
  assert.equal(end("end_date=datetime(2024, 3, 5)"), "2024-03-05T00:00:00Z");
  assert.equal(end(`end_date=pendulum.datetime(2024, 3, 5, tz="Europe/Berlin")`), "2024-03-05T00:00:00");
  assert.equal(end(`end_date=pendulum.datetime(2024, 7, 5, 6, tz="${zone}")`), "2024-07-05T10:00:00Z");
  assert.equal(end(`default_args={"end_date": "2024-03-05"}`), "2024-03-05T00:00:00");
  assert.equal(end(`end_date=pendulum.parse("2024-03-05T00:00:00+05:00")`), "2024-03-05T00:00:00+05:00");
});

test("a zone that is not known is read as UTC, and told", () => {
  const notes = (source) =>
    importDag(`from airflow import DAG\n${source}`)
      .notes.map(({ message }) => message)
      .filter((message) => message.includes("zone"));
  const start = (tz) => `DAG("a", schedule=None, start_date=datetime(2024, 3, 1, tzinfo=${tz}))`;
  assert.deepEqual(notes(start("OF_MINE")), ["a: the zone of start_date is not known: read in UTC"]);
  assert.deepEqual(notes(start("timezone(timedelta(hours=2))")), [
    "a: the zone of start_date is not known: read in UTC",
  ]);
  for (const known of ["None", "timezone.utc", "pendulum.UTC", `ZoneInfo("Asia/Tokyo")`])
    assert.deepEqual(notes(start(known)), [], known);
  const timetable = `DAG("a", schedule=CronTriggerTimetable("0 6 * * *", timezone=OF_MINE))`;
  assert.deepEqual(notes(timetable), ["a: the zone of the timetable is not known: read in UTC"]);
});
