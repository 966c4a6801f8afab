/* Time: which copies of an unrolled network, and which bodies of loops, belong to a step. */

/* The copies of a step, and the bodies of loops that run it. */
function groupsAtStep(model, step) {
  if (step === null) return [];
  const found = [];
  model.groups.forEach((group, i) => {
    if (group.kind === "copy" && group.step === step) found.push(i);
    if (group.kind === "body" && (group.trips === undefined ? group.reverse !== undefined : step < group.trips)) found.push(i);
  });
  return found;
}

/* What is said of a step: which iteration of each loop it is. */
function stepText(model, step) {
  const parts = [];
  for (const { kind, trips = model.steps, reverse } of model.groups) {
    if (kind !== "body" || reverse === undefined || step >= trips) continue;
    parts.push(reverse ? `iteration ${trips - 1 - step} of a loop that goes backwards` : `iteration ${step} of the loop`);
  }
  const copies = model.groups.filter((group) => group.kind === "copy" && group.step === step).length;
  if (copies) parts.push(`${copies} ${copies === 1 ? "copy" : "copies"} of a repeated part`);
  return [...new Set(parts)].join(", ");
}

class Steps {
  constructor(app, element) {
    this.app = app;
    this.count = Math.max(...app.panes.map((pane) => pane.model.steps));
    element.hidden = this.count < 2;
    this.range = element.querySelector("input");
    this.shown = element.querySelector("output");
    this.range.max = String(Math.max(this.count - 1, 0));
    this.range.addEventListener("input", () => this.go(+this.range.value));
    element.querySelector("button").addEventListener("click", () => this.go(null));
  }

  /* Shows a step: draws its copies and marks them, and the loops whose iteration it is. */
  async go(step) {
    if (this.count < 2) return;
    const at = step === null ? null : Math.min(Math.max(step, 0), this.count - 1);
    this.app.step = at;
    this.shown.value = at === null ? "off" : `${at} of ${this.count}`;
    if (at !== null) this.range.value = String(at);
    await Promise.all(this.app.panes.map((pane) => this.uncover(pane, at)));
    if (at !== null) this.app.say(`Step ${at}: ${this.app.panes.map(({ model }) => stepText(model, at)).filter(Boolean).join(" | ")}`);
  }

  uncover(pane, step) {
    for (const copy of pane.stepped || []) pane.revealed.delete(copy);
    const { groups } = pane.model;
    const copies = groupsAtStep(pane.model, step).filter((g) => groups[g].kind === "copy" && !pane.revealed.has(g));
    const changes = copies.length || (pane.stepped || []).length;
    pane.stepped = copies;
    for (const copy of copies) pane.drawCopy(copy);
    return changes ? pane.draw(this.anchor(pane)) : pane.mark();
  }

  /* The run stays where it is: its first copy. */
  anchor(pane) {
    const run = pane.model.groups.find((group) => group.kind === "run");
    if (!run) return null;
    const first = -run.children[0] - 1;
    const id = pane.open.has(first) ? `c${first}` : `g${first}`;
    return [id, id];
  }
}
