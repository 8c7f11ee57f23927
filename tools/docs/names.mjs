// A plugin of TypeDoc: an entry has the name that is imported, a document that of its first heading and the group of its folder.
import { Converter } from "typedoc";

const isGuide = /docs[\\/](guides[\\/]|engines\.md)/;

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
      document.frontmatter.group = isGuide.test(project.files.getReflectionPath(document) ?? "")
        ? "Guides"
        : "Reference";
    }
  });
}
