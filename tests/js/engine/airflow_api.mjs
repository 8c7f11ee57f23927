// Requests and answers of Airflow's REST API held against what its OpenAPI descriptions say of them (airflow_api.json).
import { readFileSync } from "node:fs";

const described = JSON.parse(readFileSync(new URL("airflow_api.json", import.meta.url), "utf8"));

/** Faults of calls of `api` ("v1", "v2"): texts, empty when request and answer are as described. */
export function airflowApi(api) {
  const { calls, schemas } = described[api];
  const templates = Object.entries(calls).map(([name, call]) => {
    const [method, path] = name.split(" ");
    return { name, method, call, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`) };
  });

  function faultsOf(value, type, where) {
    const refuse = (expected) => [
      `${where || "body"}: expected ${expected}, got ${JSON.stringify(value)?.slice(0, 200)}`,
    ];
    const alternatives = alternativesOf(type);
    if (alternatives.length > 1) {
      const fits = alternatives.some((one) => faultsOf(value, one, where).length === 0);
      return fits ? [] : refuse(type);
    }
    if (type === "any") return [];
    if (type.startsWith("[")) {
      if (!Array.isArray(value)) return refuse("an array");
      return value.flatMap((each, n) => faultsOf(each, type.slice(1, -1), `${where}[${n}]`));
    }
    if (type.startsWith("=")) return value === type.slice(1) ? [] : refuse(type);
    if (type.startsWith("@")) return shapeFaults(value, schemas[type.slice(1)], where);
    if (type === "null") return value === null ? [] : refuse(type);
    if (type === "date-time") return isDateTime(value) ? [] : refuse("a date-time with its offset");
    if (type === "integer") return Number.isInteger(value) ? [] : refuse(type);
    if (type === "object")
      return typeof value === "object" && value !== null && !Array.isArray(value) ? [] : refuse(type);
    const [kind, most] = type.split("<=");
    const isKind = typeof value === kind && (most === undefined || value.length <= Number(most));
    return isKind ? [] : refuse(type);
  }

  function shapeFaults(value, shape, where) {
    if (typeof shape === "string") return faultsOf(value, shape, where);
    const faults = faultsOf(value, "object", where);
    if (faults.length > 0) return faults;
    const known = new Map(Object.entries(shape.fields).map(([name, type]) => [name.replace("?", ""), type]));
    for (const name of Object.keys(shape.fields)) {
      if (!name.endsWith("?") && !Object.hasOwn(value, name)) faults.push(`${where}.${name}: it is missing`);
    }
    for (const [name, own] of Object.entries(value)) {
      const type = known.get(name);
      if (type === undefined) faults.push(`${where}.${name}: no such field is described`);
      else faults.push(...faultsOf(own, type, `${where}.${name}`));
    }
    return faults;
  }

  return (method, url, body, status, answer) => {
    const { pathname, searchParams } = new URL(url, "http://airflow");
    const path = pathname.replace(`/api/${api}`, "");
    const found = templates.find((each) => each.method === method && each.pattern.test(path));
    if (found === undefined) return [`${method} ${path}: no such call is described`];
    const { call, name } = found;
    const faults = [];
    for (const key of searchParams.keys())
      if (!call.query.includes(key)) faults.push(`?${key}: no such parameter`);
    if (call.body === undefined ? body !== undefined : body === undefined) faults.push("a body, or none");
    else if (body !== undefined) faults.push(...faultsOf(body, call.body, "request"));
    const type = call.answers[status];
    if (type === undefined) faults.push(`status ${status} is not described`);
    else faults.push(...faultsOf(answer, type, "answer"));
    return faults.map((fault) => `${name} (${status}): ${fault}`);
  };
}

/** "a|[b|c]" is "a" and "[b|c]". */
const alternativesOf = (type) => type.match(/\[.*?\]|[^|[]+/g) ?? [];

const isDateTime = (value) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
