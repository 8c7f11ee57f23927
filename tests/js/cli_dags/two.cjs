// Two DAGs by a default export of CommonJS.
module.exports = {
  dags: [
    { dagId: "hourly", schedule: "@hourly" },
    { dagId: "weekly", schedule: "0 5 * * 1", timeZone: "Europe/Berlin" },
  ],
  executeRun() {},
};
