/* The page: its panes, and what is chosen in them. */

class App {
  constructor(data) {
    this.data = data;
    this.chosen = null; // { pane, op } or { pane, group }
    this.path = null; // { pane, ops }
    this.start = null; // where a path is to start or end: { pane, from } or { pane, to }
    this.step = null;
    this.layout = new Layout(document.getElementById("graphviz").textContent);
    this.panes = data.graphs.map((graph, i) => new Pane(this, new Model(graph, i)));
    this.current = this.panes[0];
    this.heat = this.panes.some(({ model }) => model.most("seconds")) ? "seconds" : "";
    this.same = this.panes.map(() => new Map());
    for (const pair of data.same) this.notePair(pair);
    document.getElementById("panes").append(...this.panes.map((pane) => pane.element));
    this.panel = new Panel(this, document.getElementById("panel"));
    this.search = new Search(this, document.getElementById("search"), document.getElementById("results"));
    this.steps = new Steps(this, document.getElementById("steps"));
    this.keys = new Keys(this, document.getElementById("keys"));
    this.title();
    this.legend();
    this.tools();
    this.ready = Promise.all(this.panes.map((pane) => pane.draw()));
  }

  notePair([one, other]) {
    for (const [side, from, to] of [[0, one, other], [1, other, one]]) {
      if (!this.same[side].has(from)) this.same[side].set(from, []);
      this.same[side].get(from).push(to);
    }
  }

  title() {
    const title = this.panes.map(({ model }) => model.title).join("  |  ");
    document.getElementById("title").textContent = this.panes.length > 1 ? "Two graphs side by side" : title;
    document.title = title;
    if (this.panes.length === 1) this.panes[0].element.querySelector("h2").hidden = true;
  }

  legend() {
    const kinds = new Set(this.panes.flatMap(({ model }) => model.ops.map((op) => op.kind)));
    const shown = Object.entries(this.data.meanings).filter(([kind]) => kinds.has(kind) || ["scope", "gap"].includes(kind));
    document.getElementById("legend").append(...shown.map(([kind, text]) => make("span", { className: kind }, text)));
  }

  tools() {
    const on = (id, act) => document.getElementById(id).addEventListener("click", act);
    on("fit", () => this.panes.forEach((pane) => pane.panzoom.fit()));
    on("reset", () => this.reset());
    on("help", () => this.keys.dialog.showModal());
    const heat = document.getElementById("heat");
    heat.hidden = !this.heat;
    heat.addEventListener("change", () => this.heatBy(heat.value));
    on("theme", () => this.theme(!document.documentElement.classList.contains("dark")));
    this.theme(matchMedia("(prefers-color-scheme: dark)").matches);
  }

  /* Colours operations by "seconds", "bytes" or not at all. */
  heatBy(what) {
    this.heat = what;
    for (const pane of this.panes) pane.draw(["n0", "n0"]);
  }

  theme(dark) {
    document.documentElement.classList.toggle("dark", dark);
    document.getElementById("theme").textContent = dark ? "Light" : "Dark";
  }

  reset() {
    this.choose(null);
    for (const pane of this.panes) {
      pane.restart();
      pane.stepped = [];
      pane.panzoom.box = null;
      pane.draw();
    }
    this.steps.go(null);
  }

  say(text) {
    document.getElementById("status").textContent = text;
  }

  focused(pane, element) {
    this.current = pane;
    const label = element.getAttribute && element.getAttribute("aria-label");
    if (label && element.matches(".node, .cluster")) this.say(label);
  }

  other(pane) {
    return this.panes[1 - pane.model.number];
  }

  // ---- choosing

  /* Chooses an operation or scope of a pane; null: nothing, and no path. */
  choose(pane, what) {
    if (!pane) [this.chosen, this.path, this.start] = [null, null, null];
    else this.chosen = { pane, ...what };
    if (pane) this.current = pane;
    if (this.chosen && this.chosen.op !== undefined && this.start) this.finishPath();
    this.panel.show(this.chosen);
    if (this.chosen) this.say(this.described());
    for (const one of this.panes) one.mark();
  }

  described() {
    const { pane, op, group } = this.chosen;
    if (op === undefined) return pane.model.groups[group].label;
    const others = this.sameAs(pane, op).length;
    const same = others ? `; ${others === 1 ? "one" : others} like it in the other graph` : "";
    return `${pane.model.typeOf(op)} ${pane.model.ops[op].name}${same}`;
  }

  /* Chooses an operation and moves to it. */
  async visit(pane, op) {
    this.choose(pane, { op });
    await pane.lookAt(op);
    pane.mark();
  }

  /* The operations of the other graph that are the same as one. */
  sameAs(pane, op) {
    return this.same[pane.model.number].get(op) || [];
  }

  /* The operations of a pane that are the same as the chosen one of the other; of several steps, the step shown. */
  sameAsChosen(pane) {
    const { chosen } = this;
    if (!chosen || chosen.pane === pane || chosen.op === undefined) return [];
    const found = this.sameAs(chosen.pane, chosen.op);
    const atStep = found.filter((op) => this.stepOf(pane.model, op) === this.step);
    return this.step !== null && atStep.length ? atStep : found;
  }

  stepOf(model, op) {
    const copy = model.around(model.groupOf(op)).find((group) => model.groups[group].kind === "copy");
    return copy === undefined ? null : model.groups[copy].step;
  }

  // ---- paths

  pathFrom(pane, op) {
    this.start = { pane, from: op };
    this.say("Choose where the path ends");
  }

  pathTo(pane, op) {
    this.start = { pane, to: op };
    this.say("Choose where the path starts");
  }

  async finishPath() {
    const { pane, from, to } = this.start;
    const { op } = this.chosen;
    if (pane !== this.chosen.pane || op === from || op === to) return;
    this.start = null;
    const ends = from === undefined ? [op, to] : [from, op];
    const ops = pathBetween(pane.model, ...ends) || pathBetween(pane.model, ...[...ends].reverse());
    this.path = ops && { pane, ops };
    if (ops && ops.length <= 60) await pane.uncover(ops);
    this.say(ops ? `The shortest path has ${ops.length} operations` : "No path leads from one to the other");
    pane.mark();
  }
}

window.app = new App(JSON.parse(document.getElementById("data").textContent));
