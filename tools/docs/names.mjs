// A plugin of TypeDoc: an entry has the name that is imported, and a document that of its first heading.
import { Converter } from "typedoc";

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.children ?? []) {
      entry.name = entry.name
        .replace(/^dist\/types$|^dist\/types\/index$/, "dagfill")
        .replace(/^dist\/types\//, "dagfill/");
    }
    for (const document of project.documents ?? []) {
      const [part] = document.content;
      const heading = /^# (.+)$/m.exec(part?.text ?? "");
      if (heading) document.name = heading[1];
    }
  });
}
