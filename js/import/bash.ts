// Commands of a BashOperator, which Airflow runs by bash, and whose last line it keeps as XCom.
import type { Task } from "../dag/dag.js";
import { inspectTemplate } from "../face.js";
import { isLeftOut } from "./left_out.js";

/** Words and signs that /bin/sh does not have. */
const OF_BASH = [
  /\[\[ /,
  /(^|[\s;&|(])(source|declare|typeset|pushd|popd|shopt|mapfile|readarray|function|select|let) /,
  /\bpipefail\b/,
  /<\(|>\(|<<<|&>|\|&/,
  /\w=\(/,
  /\$\{\w+(\[|\/|\^|,|:\d|:-?\$)/,
  /\$'/,
  /\{\w+\.\.\w+\}/,
  /\$(RANDOM|BASH\w*|PIPESTATUS|SECONDS)\b/,
  /\[ [^\]]{0,80} == /,
];

/** So much of a command is looked at. */
const MOST_CHARACTERS = 5_000;

/** Tells what a command loses where /bin/sh runs it, and that a name of a script is a template's file in Airflow. */
export function noteBash(command: string, note: (message: string) => void): void {
  const outside = command.slice(0, MOST_CHARACTERS).replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, "");
  const found = OF_BASH.map((word) => word.exec(outside)?.[0]).find((word) => word !== undefined);
  if (found !== undefined)
    note(
      `the command uses ${found.trim()} of bash, and dagfill runs /bin/sh: write it for sh, put it into a script with #!/bin/bash, or run it by shellTasks({ shell: "/bin/bash" })`,
    );
  if (command.endsWith(".sh") || command.endsWith(".bash"))
    note(
      `Airflow reads ${command} as a file with a template, and runs what is in it; here it is a command: the file has to be executable, and its template is not rendered`,
    );
}

/** Tells the tasks whose command pulls the last line that a BashOperator printed, which is no XCom here, unless its command prints a line of
 *  `xcom:JSON`. */
export function noteXcom(tasks: readonly Task[], note: (taskId: string, message: string) => void): void {
  const isLost = new Map(
    tasks.map(({ taskId, command }) => [
      taskId,
      command !== undefined && !isLeftOut(command) && !command.includes("xcom:"),
    ]),
  );
  for (const { taskId, command = "" } of tasks) {
    const pulled = inspectTemplate(command).xcoms.filter(
      // Another key than that of a task's output is pushed by code.
      ({ key, dagId }) => key === "return_value" && dagId === undefined,
    );
    const names = new Set(pulled.map((pull) => pull.taskId));
    const from = [...names].filter((name) => isLost.get(name) === true);
    if (from.length > 0)
      note(
        taskId,
        `it pulls the XCom of ${from.join(", ")}: in dagfill the last line that a BashOperator prints is no XCom, only lines of the form xcom:JSON are, such as echo 'xcom:"text"': print one in the command of ${from.join(", ")}`,
      );
  }
}
