// As much of a document as Preact draws into: elements with texts, attributes and listeners. For what a component says, and what its buttons do.

class SmallNode extends EventTarget {
  parentNode = null;
  childNodes = [];
  constructor(localName, data = "") {
    super();
    Object.assign(this, {
      localName,
      data,
      nodeType: localName === "#text" ? 3 : 1,
      ownerDocument: smallDocument,
    });
    this.style = { setProperty() {}, cssText: "" };
    this.attributes = new Map();
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get nextSibling() {
    return this.parentNode?.childNodes[this.parentNode.childNodes.indexOf(this) + 1] ?? null;
  }
  get textContent() {
    return this.nodeType === 3 ? String(this.data) : this.childNodes.map((each) => each.textContent).join("");
  }
  get disabled() {
    return this.attributes.has("disabled");
  }
  insertBefore(node, before) {
    node.remove();
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    return node;
  }
  appendChild(node) {
    return this.insertBefore(node, null);
  }
  removeChild(node) {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    return node;
  }
  remove() {
    this.parentNode?.removeChild(this);
  }
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }
  removeAttribute(name) {
    this.attributes.delete(name);
  }
  contains(node) {
    return node === this || this.childNodes.some((each) => each.contains(node));
  }
  getRootNode() {
    return smallDocument;
  }
  querySelector() {
    return null;
  }
  /** Every element below it with a name, in the order of the document. */
  all(name) {
    return this.childNodes.flatMap((each) => [...(each.localName === name ? [each] : []), ...each.all(name)]);
  }
}

const smallDocument = {
  activeElement: null,
  createElement: (name) => new SmallNode(name),
  createElementNS: (_, name) => new SmallNode(name),
  createTextNode: (data) => new SmallNode("#text", data),
};

/** Draws a component of js/react into an element of its own. `parts` has `h` and `render` of Preact. */
export function drawn(t, { h, render }, Part, propsOf) {
  globalThis.document ??= smallDocument;
  globalThis.Node ??= SmallNode;
  const box = new SmallNode("main");
  const draw = () => render(h(Part, propsOf()), box);
  draw();
  t.after(() => render(null, box));
  return {
    draw,
    text: () => box.textContent,
    /** Names of the buttons that can be pressed. */
    buttons: () => box.all("button").flatMap((each) => (each.disabled ? [] : [each.textContent])),
    press(name) {
      const found = box.all("button").find((each) => each.textContent === name && !each.disabled);
      if (found === undefined)
        throw new Error(`no button "${name}" among ${box.all("button").map((b) => b.textContent)}`);
      found.dispatchEvent(new Event("click"));
    },
  };
}
