/* One graph on the page: what is open in it, its picture, and what is marked there. */

class Pane {
  constructor(app, model) {
    this.app = app;
    this.model = model;
    this.element = document.createElement("section");
    this.element.className = "pane";
    this.element.setAttribute("aria-label", model.title);
    const heading = document.createElement("h2");
    heading.textContent = model.title;
    this.view = document.createElement("div");
    this.view.className = "view";
    this.element.append(heading, this.view);
    this.panzoom = new PanZoom(this.view);
    this.drawing = 0;
    this.view.addEventListener("click", (event) => this.clicked(event));
    this.view.addEventListener("focusin", (event) => this.app.focused(this, event.target));
    this.restart();
  }

  restart() {
    this.open = new Set(this.model.opened);
    this.revealed = new Set();
  }

  /* Lays out what is visible and shows it; what `keep` names (before and after) stays where it is. */
  async draw(keep) {
    const number = ++this.drawing;
    const visible = new Visible(this.model, this.open, this.revealed);
    this.element.classList.add("busy");
    try {
      const svg = await this.layOut(new Dot(visible, this.app));
      if (number === this.drawing) this.show(svg, visible, keep);
    } catch (error) {
      this.app.say(error.message);
      if (this.visible) [this.open, this.revealed] = [new Set(this.visible.open), new Set(this.visible.revealed)];
    }
    if (number === this.drawing) this.element.classList.remove("busy");
  }

  async layOut(dot) {
    try {
      return await this.app.layout.run(dot.text(true));
    } catch {
      return this.app.layout.run(dot.text(false)); // ranked box by box, which puts some nodes outside of theirs
    }
  }

  show(text, visible, keep) {
    const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    for (const name of ["width", "height"]) svg.removeAttribute(name);
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", this.model.title);
    for (const title of svg.querySelectorAll("title")) title.remove();
    for (const link of svg.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    const before = keep && this.place(keep[0]);
    const focus = document.activeElement && this.view.contains(document.activeElement) ? document.activeElement.id : null;
    this.visible = { ...visible, open: new Set(visible.open), revealed: new Set(visible.revealed), of: visible };
    this.view.replaceChildren(svg);
    this.svg = svg;
    this.byId = new Map([...svg.querySelectorAll("g.node, g.cluster, g.edge")].map((g) => [g.id, g]));
    this.panzoom.svg = svg;
    const after = keep && this.place(keep[1]);
    this.panzoom.take(svg, before && after && { before, after });
    this.describe();
    this.mark();
    const again = this.byId.get(focus) || (keep && this.byId.get(keep[1]));
    if (focus && again) again.focus({ preventScroll: true });
  }

  place(id) {
    const element = this.byId && this.byId.get(id);
    if (!element) return null;
    const { x, y } = boundsIn(this.svg, element);
    return { x, y };
  }

  /* Names and roles, for those who do not see the picture; colours of what takes long. */
  describe() {
    for (const [id, element] of this.byId) {
      if (id[0] === "e") continue;
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", this.spoken(id));
      if (id[0] === "g" || id[0] === "c") element.setAttribute("aria-expanded", String(id[0] === "c"));
      this.heat(id, element);
    }
  }

  spoken(id) {
    if (id[0] === "c") return `${this.model.groups[+id.slice(1)].label}, open`;
    const node = this.visible.nodes.get(id);
    const label = new Dot(this.visible.of, this.app).label(node).replace(/\n/g, ", ");
    return node.op === undefined ? label : `${label}, ${this.model.typeOf(node.op)}`;
  }

  /* Colours a node by its share of what the hottest operation took. */
  heat(id, element) {
    const node = this.visible.nodes.get(id);
    const { heat } = this.app;
    const value = node && heat ? this.model.took(node.ops, heat) : 0;
    element.classList.toggle("hot", value > 0);
    if (value) element.style.setProperty("--heat", `${Math.round(80 * Math.sqrt(Math.min(value / this.model.most(heat), 1)))}%`);
  }

  // ---- what is done to it

  clicked(event) {
    const element = event.target.closest("g.node, g.cluster");
    if (this.panzoom.moved) return;
    if (!element) this.app.choose(null);
    else if (element.classList.contains("cluster") && event.target.closest("text")) this.close(+element.id.slice(1));
    else this.act(element.id);
  }

  /* What a click or the Enter key does: opens what is closed, chooses an operation or an open scope. */
  act(id) {
    if (id[0] === "c") return this.app.choose(this, { group: +id.slice(1) });
    const { op, group, gap } = this.visible.nodes.get(id);
    if (op !== undefined) return this.app.choose(this, { op });
    return gap ? this.reveal(gap, id) : this.openGroup(group);
  }

  openGroup(group) {
    this.open.add(group);
    this.app.say(`${this.model.groups[group].label} opened`);
    return this.draw([nodeOfGroup(group), `c${group}`]);
  }

  close(group) {
    if (this.model.groups[group].kind === "graph") return null;
    this.open.delete(group);
    this.app.say(`${this.model.groups[group].label} closed`);
    return this.draw([`c${group}`, nodeOfGroup(group)]);
  }

  /* Draws the next few of the copies that were left out. */
  reveal(gap, id) {
    for (const copy of gap.slice(0, 3)) this.drawCopy(copy);
    const first = `g${gap[0]}`;
    return this.draw([id, this.open.has(gap[0]) ? `c${gap[0]}` : first]);
  }

  /* From now on draws a copy that was left out, as open as the one before the gap. */
  drawCopy(copy) {
    this.revealed.add(copy);
    const { groups } = this.model;
    const inner = (group) => groups[group].children.filter((child) => child < 0).map((child) => -child - 1);
    const todo = [[inner(groups[copy].parent)[1], copy]];
    while (todo.length) {
      const [pattern, group] = todo.pop();
      if (this.open.has(pattern)) this.open.add(group);
      const others = inner(group);
      if (inner(pattern).length === others.length) todo.push(...inner(pattern).map((one, i) => [one, others[i]]));
    }
  }

  /* Opens what is around some operations, so that they are seen. */
  uncover(ops) {
    const before = this.open.size + this.revealed.size;
    for (const op of ops) {
      for (const group of this.model.around(this.model.groupOf(op))) {
        const { kind } = this.model.groups[group];
        if (!["graph", "run"].includes(kind)) this.open.add(group);
        if (kind === "copy") this.revealed.add(group);
      }
    }
    return this.open.size + this.revealed.size === before ? null : this.draw();
  }

  async lookAt(op) {
    await this.uncover([op]);
    const element = this.byId && this.byId.get(this.visible.nodeOf[op]);
    if (element) this.panzoom.reveal(element);
  }

  // ---- marks

  mark() {
    if (!this.byId) return;
    const names = ["chosen", "near", "same", "at-step", "on-path"];
    for (const element of this.byId.values()) element.classList.remove(...names);
    this.markChosen();
    for (const op of this.app.sameAsChosen(this)) this.add(this.visible.nodeOf[op], "same");
    this.markStep();
    this.markPath();
  }

  add(id, name) {
    const element = this.byId.get(id);
    if (element) element.classList.add(name);
  }

  markChosen() {
    const { pane, op, group } = this.app.chosen || {};
    if (pane !== this) return;
    const id = op !== undefined ? this.visible.nodeOf[op] : this.byId.has(`c${group}`) ? `c${group}` : nodeOfGroup(group);
    this.add(id, "chosen");
    this.visible.edges.forEach((edge, i) => {
      if (edge.source === id || edge.target === id) this.add(`e${i}`, "near");
    });
  }

  markStep() {
    for (const group of groupsAtStep(this.model, this.app.step)) {
      this.add(`c${group}`, "at-step");
      this.add(nodeOfGroup(group), "at-step");
    }
  }

  markPath() {
    const { pane, ops } = this.app.path || {};
    if (pane !== this) return;
    const ids = ops.map((op) => this.visible.nodeOf[op]);
    for (const id of ids) this.add(id, "on-path");
    const steps = new Set(ids.slice(1).map((id, i) => `${ids[i]} ${id}`));
    this.visible.edges.forEach((edge, i) => {
      if (steps.has(`${edge.source} ${edge.target}`)) this.add(`e${i}`, "on-path");
    });
  }
}
