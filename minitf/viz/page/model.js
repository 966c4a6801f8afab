/* A graph as the page knows it: its operations, the groups they are in, and what leads where. */

class Model {
  constructor(data, number) {
    this.number = number;
    this.title = data.title;
    this.ops = data.ops;
    this.groups = data.groups;
    this.edges = data.edges;
    this.texts = data.texts;
    this.opened = new Set(data.open);
    this.into = this.ops.map(() => []);
    this.from = this.ops.map(() => []);
    this.edges.forEach(([source, , target], i) => {
      this.into[target].push(i);
      this.from[source].push(i);
    });
    this.gradients = this.ops.map(() => []);
    this.ops.forEach((op, i) => {
      if (op.forward !== undefined) this.gradients[op.forward].push(i);
    });
    this.sizes = this.groups.map(() => 0);
    this.ops.forEach((op) => {
      for (const group of this.around(op.group)) this.sizes[group] += 1;
    });
    this.steps = this.countSteps();
  }

  text(number) {
    return this.texts[number];
  }

  /* What some operations took together: "seconds" or "bytes". */
  took(ops, what) {
    return ops.reduce((sum, op) => sum + (this.ops[op][what] || 0), 0);
  }

  most(what) {
    return this.ops.reduce((most, op) => Math.max(most, op[what] || 0), 0);
  }

  /* A group and the groups around it, the innermost first. */
  around(group) {
    const found = [];
    for (let g = group; g !== undefined && g >= 0; g = this.groups[g].parent) found.push(g);
    return found;
  }

  /* The group an operation is drawn in; of a part of a variable, the variable's. */
  groupOf(op) {
    const { owner, group } = this.ops[op];
    return owner === undefined ? group : this.ops[owner].group;
  }

  /* The operations in a group and below. */
  opsIn(group) {
    const found = [];
    const todo = [group];
    while (todo.length) {
      for (const child of this.groups[todo.pop()].children) {
        if (child < 0) todo.push(-child - 1);
        else found.push(child);
      }
    }
    return found;
  }

  /* How many steps there are: of an unrolled network, or trips of a loop. */
  countSteps() {
    let most = 0;
    for (const group of this.groups) {
      if (group.kind === "copy") most = Math.max(most, group.step + 1);
      if (group.kind === "body") most = Math.max(most, group.trips || 0);
    }
    return most;
  }

  /* The copies of a run that are of a step. */
  copiesAt(run, step) {
    return this.groups[run].children.map((c) => -c - 1).filter((c) => this.groups[c].step === step);
  }

  typeOf(op) {
    return this.text(this.ops[op].type);
  }

  outputs(op) {
    return (this.ops[op].outputs || []).map((t) => this.text(t));
  }
}
