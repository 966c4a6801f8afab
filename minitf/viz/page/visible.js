/* What is drawn while some groups are open: a node for each operation, closed group or gap. */

const nodeOfOp = (op) => `n${op}`;
const nodeOfGroup = (group) => `g${group}`;

class Visible {
  /* revealed: the copies of runs that are drawn besides the first two and the last. */
  constructor(model, open, revealed) {
    this.model = model;
    this.open = open;
    this.revealed = revealed;
    this.nodeOf = new Array(model.ops.length);
    this.nodes = new Map(); // id -> what it is: an op, a group or a gap
    this.tree = this.children(0);
    model.ops.forEach((op, i) => {
      if (op.owner !== undefined) this.nodeOf[i] = this.nodeOf[op.owner];
    });
    this.edges = this.joined();
  }

  isOpen(group) {
    return ["graph", "run"].includes(this.model.groups[group].kind) || this.open.has(group);
  }

  /* The items in an open group: nodes, and boxes with items of their own. */
  children(group) {
    const items = [];
    const { kind, children } = this.model.groups[group];
    if (kind === "run") return this.copies(group, children.map((c) => -c - 1));
    for (const child of children) {
      if (child >= 0) items.push(this.note(nodeOfOp(child), { op: child }, [child]));
      else items.push(...this.group(-child - 1));
    }
    return items;
  }

  group(group) {
    if (this.model.groups[group].kind === "run") return this.children(group);
    if (this.isOpen(group)) return [{ box: group, items: this.children(group) }];
    return [this.note(nodeOfGroup(group), { group }, this.model.opsIn(group))];
  }

  /* The copies of a run that are drawn, and a node for each gap between them. */
  copies(run, copies) {
    const items = [];
    const last = copies.length - 1;
    let hidden = [];
    copies.forEach((copy, i) => {
      if (i > 1 && i < last && !this.revealed.has(copy)) {
        hidden.push(copy);
        return;
      }
      items.push(...this.gap(run, hidden), ...this.group(copy));
      hidden = [];
    });
    return items;
  }

  gap(run, hidden) {
    if (!hidden.length) return [];
    const ops = hidden.flatMap((copy) => this.model.opsIn(copy));
    return [this.note(`m${run}_${hidden[0]}`, { gap: hidden, run }, ops)];
  }

  note(id, item, ops) {
    this.nodes.set(id, { id, ...item, ops });
    for (const op of ops) this.nodeOf[op] = id;
    return { node: id };
  }

  /* The edges between nodes, each for the tensors that go that way. */
  joined() {
    const found = new Map();
    this.model.edges.forEach((edge, i) => {
      const [from, , to, kind] = edge;
      const [source, target] = [this.nodeOf[from], this.nodeOf[to]];
      if (source === undefined || target === undefined) return;
      if (source === target && !(kind === 2 && target[0] === "n")) return;
      const key = `${source} ${target} ${kind}`;
      if (!found.has(key)) found.set(key, { source, target, kind, edges: [] });
      found.get(key).edges.push(i);
    });
    return [...found.values()];
  }

  /* The group that a node is, or is in. */
  groupAt(id) {
    const { op, group, run } = this.nodes.get(id);
    return op !== undefined ? this.model.groupOf(op) : group !== undefined ? group : run;
  }

  /* Whether an edge leads from one copy of a repeated part to another. */
  isChain({ source, target, kind }) {
    if (kind !== 0) return false;
    const one = this.copiesAround(source);
    for (const [run, copy] of this.copiesAround(target)) if (one.has(run) && one.get(run) !== copy) return true;
    return false;
  }

  copiesAround(id) {
    const { run } = this.nodes.get(id);
    const found = new Map(run === undefined ? [] : [[run, id]]);
    for (const group of this.model.around(this.groupAt(id))) {
      const { kind, parent } = this.model.groups[group];
      if (kind === "copy") found.set(parent, group);
    }
    return found;
  }
}
