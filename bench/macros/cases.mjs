// The same lines by every engine: each gets what it needs once, and then renders all dates.
import { Eta } from "eta";
import Handlebars from "handlebars";
import Mustache from "mustache";
import nunjucks from "nunjucks";
import { renderRange } from "../../dist/index.js";

const conf = { region: "eu" };

/** What users write around an engine that knows no dates. */
function strings(ms) {
  const ds = new Date(ms).toISOString().slice(0, 10);
  const ds_nodash = ds.slice(0, 4) + ds.slice(5, 7) + ds.slice(8, 10);
  return { ds, ds_nodash, execution_date: new Date(ms), dag_run: { conf } };
}

const template = "s3://b/{{ ds_nodash }}/part={{ ds }}/{{ dag_run.conf.region }}";

/** The template of everybody but eta. */
const each = (render) => (dates) => Array.from(dates, (ms) => render(strings(ms)));

/** name -> a function that makes the render function: (dates: Float64Array) => string[]. */
export const engines = {
  dagfill: () => (dates) => renderRange(template, dates, "@hourly", { conf }),
  nunjucks: () => {
    const compiled = nunjucks.compile(template, new nunjucks.Environment(null, { autoescape: false }));
    return each((values) => compiled.render(values));
  },
  handlebars: () => each(Handlebars.compile(template, { noEscape: true })),
  mustache: () => {
    const writer = new Mustache.Writer();
    const tokens = writer.parse(template);
    const config = { escape: String };
    return each((values) =>
      writer.renderTokens(tokens, new Mustache.Context(values), undefined, template, config),
    );
  },
  eta: () => {
    const eta = new Eta({ autoEscape: false });
    const compiled = eta.compile(
      "s3://b/<%= it.ds_nodash %>/part=<%= it.ds %>/<%= it.dag_run.conf.region %>",
    );
    return each((values) => compiled.call(eta, values));
  },
};

/** What nunjucks lacks for steps of dates, as its users write it. */
const helpers = {
  minus: (date, days) => new Date(date - days * 86_400_000),
  strftime: (date, format) => {
    const iso = date.toISOString();
    const parts = { Y: iso.slice(0, 4), m: iso.slice(5, 7), d: iso.slice(8, 10), H: iso.slice(11, 13) };
    return format.replace(/%([YmdH])/g, (_, code) => parts[code]);
  },
};

const stepsOf = (date) =>
  `{{ ${date} }}{% if ds > '2018-01-01' %}/new/{{ ds_nodash }}{% else %}/old{% endif %}`;

/** The same for a template with a step of a date and a statement. */
export const steps = {
  dagfill: () => {
    const template = stepsOf("(execution_date - macros.timedelta(days=1)).strftime('%Y-%m-%dT%H')");
    return (dates) => renderRange(template, dates, "@hourly", { conf });
  },
  nunjucks: () => {
    const environment = new nunjucks.Environment(null, { autoescape: false });
    const template = stepsOf("strftime(minus(execution_date, 1), '%Y-%m-%dT%H')");
    const compiled = nunjucks.compile(template, environment);
    return each((values) => compiled.render({ ...values, ...helpers }));
  },
};

/** One date an hour. */
export const dates = Float64Array.from({ length: 100_000 }, (_, i) => Date.UTC(2015, 0, 1) + i * 3_600_000);
