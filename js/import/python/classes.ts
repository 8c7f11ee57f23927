// Classes of a DAG file: attributes, methods, Enums and dataclasses, as far as they hold settings or make tasks.
import type { SyntaxNode } from "@lezer/common";
import { type Arguments, argumentsOf } from "./call.js";
import { children } from "./evaluate.js";
import type { Reader } from "./reader.js";
import { runBody } from "./statements.js";
import { ClassObject, Instance, Name, Partial, PythonFunction, type Value } from "./value.js";

/** Bases that say nothing of an object's attributes. */
const PLAIN_BASES = ["object", "ABC", "Generic", "Protocol", "NamedTuple", "BaseModel", "TypedDict"];

/** Reads a ClassDefinition: its body makes the members. */
export function defineClass(node: SyntaxNode, decorators: readonly SyntaxNode[], reader: Reader): void {
  const [list, body] = [node.getChild("ArgList"), node.getChild("Body")];
  const nameNode = node.getChild("VariableName");
  if (nameNode === null || body === null) return;
  const name = reader.text(nameNode);
  const bases = list === null ? [] : argumentsOf(list, reader).positional;
  const members = reader.classBody(() => runBody(body, reader));
  const isData =
    decorators.some((decorator) => reader.text(decorator).includes("dataclass")) ||
    bases.some((base) => ["NamedTuple", "BaseModel"].includes(lastName(base)));
  const type = new ClassObject(name, bases, members, isData ? annotated(body, reader) : []);
  if (isEnum(type))
    for (const [key, value] of members)
      if (!(value instanceof PythonFunction) && !key.startsWith("_"))
        members.set(
          key,
          new Instance(
            type,
            new Map<string, Value>([
              ["name", key],
              ["value", value],
            ]),
          ),
        );
  reader.assign(name, type);
}

/** Names with a type in a class's body: the fields of a dataclass. */
function annotated(body: SyntaxNode, reader: Reader): string[] {
  return children(body).flatMap((statement) => {
    const name = statement.getChild("VariableName");
    const isField = statement.name === "AssignStatement" && statement.getChild("TypeDef") !== null;
    return isField && name !== null ? [reader.text(name)] : [];
  });
}

function lastName(value: Value): string {
  if (value instanceof ClassObject) return value.name;
  return value instanceof Name ? value.path.slice(value.path.lastIndexOf(".") + 1) : "";
}

function isEnum({ bases }: ClassObject): boolean {
  return bases.some(
    (base) => lastName(base).endsWith("Enum") || (base instanceof ClassObject && isEnum(base)),
  );
}

/** The members of an Enum, in their order; `undefined` for any other class. */
export function enumMembers(type: ClassObject): Value[] | undefined {
  return isEnum(type) ? [...type.members.values()].filter((value) => value instanceof Instance) : undefined;
}

/** Whether objects of this class are tasks. */
export function isOperatorClass({ bases }: ClassObject, isOperator: (name: string) => boolean): boolean {
  return bases.some(
    (base) =>
      isOperator(lastName(base)) || (base instanceof ClassObject && isOperatorClass(base, isOperator)),
  );
}

/** A member of a class, or of one that it is based on. */
function inherited(type: ClassObject, name: string): Value | undefined {
  const own = type.members.get(name);
  if (own !== undefined) return own;
  for (const base of type.bases) {
    const found = base instanceof ClassObject ? inherited(base, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `object.name` or `Class.name`. */
export function classAttribute(
  owner: ClassObject | Instance,
  name: string,
  reader: Reader,
): Value | undefined {
  const type = owner instanceof Instance ? owner.type : owner;
  const own = owner instanceof Instance ? owner.members.get(name) : undefined;
  const value = own === undefined ? inherited(type, name) : own;
  if (!(value instanceof PythonFunction) || value.kind === "staticmethod") return value;
  if (value.kind === "classmethod") return new Partial(value, [type], new Map());
  if (owner instanceof ClassObject) return value;
  if (value.kind === "property")
    return reader.invoke(value, { positional: [owner], named: new Map() }, value.body);
  return new Partial(value, [owner], new Map());
}

/** A call of a class that is no operator: an object. `undefined` where a base that is not of the file may make its attributes. */
export function construct(
  type: ClassObject,
  args: Arguments,
  node: SyntaxNode,
  reader: Reader,
): Value | undefined {
  const isOwn = type.bases.every(
    (base) => base instanceof ClassObject || PLAIN_BASES.includes(lastName(base)),
  );
  const object = new Instance(type, new Map());
  reader.budget.object();
  const make = inherited(type, "__init__");
  if (make instanceof PythonFunction) {
    reader.invoke(make, { positional: [object, ...args.positional], named: args.named }, node);
    return object;
  }
  if (!isOwn) return undefined;
  const fields = allFields(type);
  if (args.positional.length > fields.length) return undefined;
  for (const [at, value] of args.positional.entries()) object.members.set(fields[at] as string, value);
  for (const [name, value] of args.named) object.members.set(name, value);
  return object;
}

function allFields({ bases, fields }: ClassObject): string[] {
  const before = bases.flatMap((base) => (base instanceof ClassObject ? allFields(base) : []));
  return [...new Set([...before, ...fields])];
}

/** The class that `namedtuple("Config", ["name", "table"])` or `namedtuple("Config", "name table")` makes. */
export function namedTuple(name: Value | undefined, fields: Value | undefined): ClassObject | undefined {
  const names = typeof fields === "string" ? fields.split(/[\s,]+/).filter((word) => word !== "") : fields;
  if (typeof name !== "string" || !Array.isArray(names)) return undefined;
  if (!names.every((field) => typeof field === "string")) return undefined;
  return new ClassObject(name, [], new Map(), names);
}
