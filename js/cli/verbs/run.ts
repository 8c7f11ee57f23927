// dagfill run: runs a backfill, and with --resume first continues an interrupted one over the same dates.
import type { BackfillOptions } from "../../face.js";
import { drive, type Session } from "../drive.js";
import { flags } from "../flags.js";
import { nameTheCommand } from "../in_the_way.js";
import { loadDagFile } from "../load_dag.js";
import { type ExitCode, exitCodes } from "../report_error.js";
import type { Request, Verb } from "../verb.js";
import { backfillOptions } from "./backfill_options.js";
import { showPreview } from "./preview.js";

export const run: Verb = {
  summary: "run a backfill",
  positionals: ["FILE"],
  flags: [
    ...flags.dag,
    ...flags.plan,
    ...flags.drive,
    ...flags.engine,
    ...flags.cascade,
    ...flags.store,
    ...flags.resume,
    ...flags.yes,
    ...flags.log,
    ...flags.json,
  ],
  async run(request) {
    const { positionals, values, notices } = request;
    if (values.dryRun === true) return showPreview(request);
    const file = await loadDagFile(positionals[0] ?? "");
    // Refused by the service, with the order in which the DAGs can be started.
    const cascade = values.cascade === true ? { cascade: true } : {};
    const options = { ...backfillOptions(file, values), ...cascade };
    if (options.startWindows !== undefined) notices.line("runs start only inside --start-windows");
    const begin = values.resume === true ? resumeThenStart : start;
    return drive(request, file, (session) => begin(session, options, request));
  },
};

async function start(session: Session, options: BackfillOptions, request: Request): Promise<ExitCode> {
  try {
    const agreed = await session.agreed(options);
    return await session.follow((hooks) => session.service.start(agreed, hooks));
  } catch (error) {
    throw nameTheCommand(error, request, "or add --resume, which continues it first");
  }
}

async function resumeThenStart(
  session: Session,
  options: BackfillOptions,
  request: Request,
): Promise<ExitCode> {
  const { notices } = request;
  const { service, follow, whenFree } = session;
  const { dagId } = options;
  let worst: ExitCode = exitCodes.ok;
  for (const { backfillId, options: before } of await service.list({ dagId, unfinished: true })) {
    notices.line(`resuming ${backfillId}, which was interrupted`);
    const code = await follow((hooks) => whenFree(dagId, () => service.resume(backfillId, hooks)), {
      resumed: true,
    });
    // If the interrupted backfill has the requested runs, nothing is left to start after it.
    if (code === exitCodes.interrupted || same(before, options)) return code;
    if (code !== exitCodes.ok) worst = code;
  }
  const agreed = await session.agreed(options);
  const code = await follow((hooks) => whenFree(dagId, () => service.start(agreed, hooks)));
  return code === exitCodes.ok ? worst : code;
}

// The options that decide which runs a request asks for, with the default of each.
const identity: Partial<Record<keyof BackfillOptions, unknown>> = {
  startDate: undefined,
  endDate: undefined,
  rerunFailed: false,
  resetDagRun: false,
  reprocess: undefined,
  conf: undefined,
  taskIds: undefined,
  withUpstream: true,
  excludeDates: [],
  dates: undefined,
  includeNotDue: false,
};

/** Whether two requests ask for the same runs, however fast. */
function same(before: BackfillOptions, now: BackfillOptions): boolean {
  return Object.entries(identity).every(([name, absent]) => {
    const [one, other] = [before, now].map((options) => options[name as keyof BackfillOptions] ?? absent);
    return JSON.stringify(one) === JSON.stringify(other);
  });
}
