/* The keyboard. */

const KEYS = [
  ["/", "search"],
  ["Tab", "to the next operation or scope"],
  ["Enter", "open a scope, choose an operation"],
  ["\u2193 \u2191", "to what reads the operation, to what it reads"],
  ["c", "close the scope around"],
  ["[ ]", "a step back, a step on"],
  ["+ \u2212 0", "closer, further, fit"],
  ["Shift + arrows", "move the picture"],
  ["Esc", "close the panel, end a path"],
  ["?", "these keys"],
];

class Keys {
  constructor(app, dialog) {
    this.app = app;
    this.dialog = dialog;
    const rows = KEYS.map(([key, what]) => make("tr", {}, make("td", {}, make("kbd", {}, key)), make("td", {}, what)));
    const close = make("button", { onclick: () => dialog.close(), autofocus: true }, "Close");
    dialog.append(make("table", {}, ...rows), close);
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const typing = ["INPUT", "TEXTAREA"].includes(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || typing || this.dialog.open) return;
    const act = event.shiftKey ? this.shifted()[event.key] || this.plain()[event.key] : this.plain()[event.key];
    if (!act || act.call(this, event) === false) return;
    event.preventDefault();
  }

  plain() {
    const { app } = this;
    const pane = app.current;
    return {
      "/": () => document.getElementById("search").focus(),
      "?": () => this.dialog.showModal(),
      Enter: (event) => this.enter(event),
      " ": (event) => this.enter(event),
      Escape: () => app.choose(null),
      ArrowDown: () => this.along(1),
      ArrowUp: () => this.along(-1),
      c: () => this.closeAround(),
      "[": () => app.steps.go((app.step === null ? 1 : app.step) - 1),
      "]": () => app.steps.go((app.step === null ? -1 : app.step) + 1),
      "+": () => pane.panzoom.zoom(1.3),
      "=": () => pane.panzoom.zoom(1.3),
      "-": () => pane.panzoom.zoom(1 / 1.3),
      0: () => pane.panzoom.fit(),
    };
  }

  shifted() {
    const { panzoom } = this.app.current;
    return {
      ArrowLeft: () => panzoom.pan(-60, 0),
      ArrowRight: () => panzoom.pan(60, 0),
      ArrowUp: () => panzoom.pan(0, -60),
      ArrowDown: () => panzoom.pan(0, 60),
    };
  }

  enter(event) {
    const element = event.target.closest && event.target.closest("g.node, g.cluster");
    if (!element) return false;
    this.app.current.act(element.id);
    return true;
  }

  /* To the first operation that reads the chosen one (1), or that it reads (-1). */
  along(way) {
    const { chosen } = this.app;
    if (!chosen || chosen.op === undefined) return false;
    const { model } = chosen.pane;
    const [edge] = way > 0 ? model.from[chosen.op] : model.into[chosen.op];
    if (edge === undefined) return this.app.say(way > 0 ? "nothing reads it" : "it reads nothing");
    this.app.visit(chosen.pane, model.edges[edge][way > 0 ? 2 : 0]);
    return true;
  }

  closeAround() {
    const pane = this.app.current;
    const { activeElement } = document;
    const at = pane.view.contains(activeElement) ? activeElement.id : null;
    const { chosen } = this.app;
    let group = chosen && chosen.pane === pane ? (chosen.group === undefined ? pane.model.groupOf(chosen.op) : chosen.group) : null;
    if (at) group = at[0] === "c" ? +at.slice(1) : pane.visible.of.groupAt(at);
    while (group !== null && group !== undefined && !pane.open.has(group)) group = pane.model.groups[group].parent;
    if (group === null || group === undefined) return false;
    pane.close(group);
    return true;
  }
}
