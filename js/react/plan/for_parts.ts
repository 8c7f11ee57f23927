// The exports of the file of dagfill/planning that dagfill/react uses and pages do not need.
export { isOpenTask } from "../run/task_tokens.js";
export { placeOf, reasonIn } from "./plan_columns.js";
export { OUTLINED, startingOf, tokenOfState } from "./tokens.js";
