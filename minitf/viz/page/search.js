/* Finding operations by their names, types and shapes. */

const MOST_FOUND = 60;

class Search {
  constructor(app, input, list) {
    Object.assign(this, { app, input, list, found: [], at: -1 });
    this.texts = app.panes.map(({ model }) => model.ops.map((op, i) => this.haystack(model, op, i)));
    input.addEventListener("input", () => this.update());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    input.addEventListener("focus", () => input.value && this.update());
  }

  haystack(model, op, i) {
    return `${op.name} ${model.typeOf(i)} ${model.outputs(i).join(" ")}`.toLowerCase();
  }

  update() {
    this.found = this.find(this.input.value);
    this.at = this.found.length ? 0 : -1;
    const items = this.found.slice(0, MOST_FOUND).map(({ pane, op }, i) => this.item(pane, op, i));
    if (this.found.length > MOST_FOUND) items.push(make("li", {}, make("small", {}, `and ${this.found.length - MOST_FOUND} more`)));
    if (!this.found.length) items.push(make("li", {}, make("small", {}, "nothing found")));
    this.list.replaceChildren(...items);
    this.list.hidden = !this.input.value.trim();
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.highlight();
    if (this.input.value.trim()) this.app.say(counted(this.found.length, "operation") + " found");
  }

  /* The operations with all words in their name, type or shapes; the text as a whole counts first. */
  find(text) {
    const whole = text.trim().toLowerCase();
    if (!whole) return [];
    const words = whole.split(/\s+/);
    const found = [];
    this.app.panes.forEach((pane, p) => {
      this.texts[p].forEach((haystack, op) => {
        const rank = this.rank(haystack, pane.model, op, whole, words);
        if (rank) found.push({ pane, op, rank });
      });
    });
    return found.sort((a, b) => b.rank - a.rank || a.op - b.op);
  }

  rank(haystack, model, op, whole, words) {
    if (!words.every((word) => haystack.includes(word))) return 0;
    if (model.ops[op].owner !== undefined) return 0.5; // part of a variable: behind the variables themselves
    const name = model.ops[op].name.toLowerCase();
    if (name === whole || model.typeOf(op).toLowerCase() === whole) return 4;
    if (name.split("/").includes(whole)) return 3;
    return haystack.includes(whole) ? 2 : 1;
  }

  item(pane, op, i) {
    const { model } = pane;
    const shape = model.outputs(op)[0] || "";
    const item = make("li", { id: `found-${i}` }, model.ops[op].name, make("small", {}, `  ${model.typeOf(op)}  ${shape}`));
    item.setAttribute("role", "option");
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(i);
    });
    return item;
  }

  highlight() {
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === this.at)));
    const current = this.list.children[this.at];
    if (current && this.at >= 0) current.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.at >= 0 ? `found-${this.at}` : "");
  }

  key(event) {
    const most = Math.min(this.found.length, MOST_FOUND) - 1;
    if (event.key === "ArrowDown") this.at = Math.min(this.at + 1, most);
    else if (event.key === "ArrowUp") this.at = Math.max(this.at - 1, 0);
    else if (event.key === "Enter" && this.at >= 0) return this.take(this.at);
    else if (event.key === "Escape") return this.input.blur();
    else return undefined;
    event.preventDefault();
    return this.highlight();
  }

  take(i) {
    const { pane, op } = this.found[i];
    this.input.blur();
    this.close();
    return this.app.visit(pane, op);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}
