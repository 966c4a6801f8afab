/* The side panel: what is known of the operation or scope that is chosen. */

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

class Panel {
  constructor(app, element) {
    this.app = app;
    this.element = element;
  }

  show(chosen) {
    this.element.hidden = !chosen;
    if (!chosen) return;
    const { pane, op, group } = chosen;
    const close = make("button", { className: "close", title: "Close ( Esc )", onclick: () => this.app.choose(null) }, "\u00d7");
    close.setAttribute("aria-label", "Close the panel");
    this.element.replaceChildren(close, ...(op !== undefined ? this.op(pane, op) : this.group(pane, group)));
    this.element.scrollTop = 0;
  }

  // ---- operations

  op(pane, number) {
    const { model } = pane;
    const op = model.ops[number];
    return [
      make("h2", {}, op.name),
      make("p", {}, `${model.typeOf(number)}${op.kind === "operation" ? "" : ` (${this.app.data.meanings[op.kind]})`}`),
      ...this.list("Inputs", model.into[number].map((i) => this.input(pane, i))),
      ...this.list("Outputs", model.outputs(number).map((text, i) => this.output(pane, number, text, i))),
      ...this.list("Gradient", model.gradients[number].map((other) => this.link(pane, other))),
      ...this.list("Gradient of", op.forward === undefined ? [] : [this.link(pane, op.forward)]),
      ...this.list("Part of", op.owner === undefined ? [] : [this.link(pane, op.owner)]),
      ...this.list("The same in the other graph", this.counterparts(pane, number)),
      ...this.attributes(model, op),
      ...this.measured(op),
      ...this.section("Made", make("code", {}, model.text(op.line))),
      this.actions(pane, number),
    ];
  }

  section(title, ...children) {
    return [make("h3", {}, title), ...children];
  }

  /* A heading and a list, of which at first not all is shown. */
  list(title, items, most = 12) {
    if (!items.length) return [];
    const list = make("ul", {}, ...items.slice(0, most).map((item) => make("li", {}, item)));
    if (items.length > most) {
      const more = make("button", {}, `${items.length - most} more`);
      more.onclick = () => more.parentElement.replaceWith(...items.slice(most).map((item) => make("li", {}, item)));
      list.append(make("li", {}, more));
    }
    return this.section(`${title}${items.length > 1 ? ` (${items.length})` : ""}`, list);
  }

  link(pane, op) {
    return make("button", { className: "op", onclick: () => this.app.visit(pane, op) }, pane.model.ops[op].name);
  }

  noted(pane, op, ...more) {
    return make("span", {}, this.link(pane, op), make("small", {}, ...more));
  }

  input(pane, number) {
    const [source, output, , kind, what] = pane.model.edges[number];
    const shape = pane.model.outputs(source)[output];
    const notes = [["", "runs before", "from the last iteration"][kind], pane.model.text(what), kind ? "" : shape];
    return this.noted(pane, source, ` ${notes.filter(Boolean).join(", ")}`);
  }

  output(pane, op, text, index) {
    const readers = pane.model.from[op].filter((i) => pane.model.edges[i][1] === index && pane.model.edges[i][3] !== 1);
    const links = readers.slice(0, 6).map((i) => make("li", {}, " \u2192 ", this.link(pane, pane.model.edges[i][2])));
    const more = readers.length > 6 ? [make("li", {}, make("small", {}, `and ${readers.length - 6} more`))] : [];
    return make("span", {}, `:${index} ${text}`, make("ul", {}, ...links, ...more));
  }

  counterparts(pane, op) {
    const other = this.app.other(pane);
    return other ? this.app.sameAs(pane, op).map((one) => this.link(other, one)) : [];
  }

  attributes(model, op) {
    if (!op.attributes) return [];
    const rows = op.attributes.map(([key, value]) => make("tr", {}, make("td", {}, model.text(key)), make("td", {}, make("code", {}, model.text(value)))));
    return this.section("Attributes", make("table", {}, ...rows));
  }

  measured({ seconds, bytes }) {
    const parts = [];
    if (seconds !== undefined) parts.push(`${amount(seconds, "seconds")} per run`);
    if (bytes !== undefined) parts.push(`${amount(bytes, "bytes")} written`);
    return parts.length ? this.section("Measured", make("p", {}, parts.join(", "))) : [];
  }

  actions(pane, op) {
    const button = (text, act) => make("button", { onclick: act }, text);
    return make(
      "div",
      { className: "actions" },
      button("Show", () => pane.lookAt(op)),
      button("Path from here", () => this.app.pathFrom(pane, op)),
      button("Path to here", () => this.app.pathTo(pane, op)),
    );
  }

  // ---- scopes

  group(pane, number) {
    const { model } = pane;
    const group = model.groups[number];
    const ops = model.opsIn(number);
    const [seconds, bytes] = ["seconds", "bytes"].map((what) => model.took(ops, what));
    const facts = [counted(ops.length, "operation")];
    if (group.parameters) facts.push(counted(group.parameters, "parameter"));
    if (seconds) facts.push(`${amount(seconds, "seconds")} per run`);
    if (bytes) facts.push(`${amount(bytes, "bytes")} written`);
    if (group.kind === "body") facts.push(loopFacts(group));
    const close = make("button", { onclick: () => this.closed(pane, number) }, "Close this scope");
    return [
      make("h2", {}, group.path && group.kind === "scope" ? group.path : group.label),
      make("p", {}, facts.filter(Boolean).join(", ")),
      ...this.list("Types", this.types(model, ops)),
      ...this.list("Variables", ops.filter((op) => model.ops[op].kind === "variable").map((op) => this.noted(pane, op, ` ${model.outputs(op)[0]}`))),
      make("div", { className: "actions" }, close),
    ];
  }

  closed(pane, group) {
    this.app.choose(null);
    pane.close(group);
  }

  types(model, ops) {
    const counts = new Map();
    for (const op of ops) counts.set(model.typeOf(op), (counts.get(model.typeOf(op)) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([type, n]) => `${n} \u00d7 ${type}`);
  }
}

function loopFacts({ trips, reverse }) {
  const often = trips === undefined ? "" : counted(trips, "trip");
  return [often, reverse ? "the last slice first" : ""].filter(Boolean).join(", ");
}
