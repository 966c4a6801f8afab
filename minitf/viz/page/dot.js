/* The DOT text of what is visible, for Graphviz to lay out. */

const MANY_EDGES = 250; // with more, Graphviz tries less for a good layout
const KINDS_OF_EDGES = ["data", "control", "next"];

/* A text for a label: Graphviz reads entities and backslashes in it. */
function quoted(text) {
  const lines = text.split("\n").map((line) => (line.length > 60 ? `${line.slice(0, 28)}...${line.slice(-28)}` : line));
  const plain = lines
    .join("\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/\\/g, "\\\\")
    .replace(/"/g, '\\"')
    .replace(/\n/g, "\\n");
  return `"${plain}"`;
}

function attributes(look) {
  const parts = Object.entries(look).map(([key, value]) => `${key}=${quoted(String(value))}`);
  return `[${parts.join(" ")}]`;
}

function counted(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

/* Seconds or bytes for the reader. */
function amount(value, what) {
  return what === "seconds" ? `${(value * 1e6).toPrecision(3)} us` : `${value.toLocaleString("en")} bytes`;
}

class Dot {
  /* heat: what is written of each node, "seconds", "bytes" or nothing. */
  constructor(visible, { data, heat }) {
    this.visible = visible;
    this.model = visible.model;
    this.data = data;
    this.heat = heat;
  }

  text(newrank) {
    const { node, edge } = this.data.look;
    const graph = { fontname: "Helvetica", fontsize: 11, nodesep: 0.25, ranksep: 0.35, bgcolor: "transparent" };
    if (this.visible.edges.length > MANY_EDGES) Object.assign(graph, { nslimit: 1, nslimit1: 1, mclimit: 0.3 });
    return [
      "digraph {",
      `graph ${attributes(graph)}`,
      newrank ? "newrank=true" : "",
      `node ${attributes(node)}`,
      `edge ${attributes(edge)}`,
      ...this.items(this.visible.tree),
      ...this.visible.edges.map((e, i) => this.edge(e, i)),
      "}",
    ].join("\n");
  }

  items(items) {
    const lines = [];
    const todo = [...items].reverse();
    while (todo.length) {
      const item = todo.pop();
      if (typeof item === "string") lines.push(item);
      else if (item.node) lines.push(this.node(this.visible.nodes.get(item.node)));
      else {
        lines.push(...this.box(item.box));
        todo.push("}", ...[...item.items].reverse());
      }
    }
    return lines;
  }

  box(group) {
    const { kind, path } = this.model.groups[group];
    const look = { id: `c${group}`, class: kind, label: this.title(group, ", "), labeljust: "l", tooltip: path || " " };
    look.style = kind === "scope" || kind === "part" ? "rounded,filled" : "rounded,filled,dashed";
    return [`subgraph cluster_${group} {`, `graph ${attributes(look)}`];
  }

  title(group, separator) {
    const { label, parameters } = this.model.groups[group];
    return label + (parameters ? `${separator}${counted(parameters, "parameter")}` : "");
  }

  node(node) {
    const kind = this.kind(node);
    const { shape, style, fontsize } = this.data.kinds[kind];
    const look = { id: node.id, class: kind, label: this.label(node), shape, tooltip: " ", fillcolor: "white" };
    if (style) look.style = style;
    if (fontsize) look.fontsize = fontsize;
    return `${node.id} ${attributes(look)}`;
  }

  kind({ op, gap }) {
    if (op !== undefined) return this.model.ops[op].kind;
    return gap ? "gap" : "scope";
  }

  label(node) {
    const { heat } = this;
    const value = heat ? this.model.took(node.ops, heat) : 0;
    return value ? `${this.plainLabel(node)}\n${amount(value, heat)}` : this.plainLabel(node);
  }

  plainLabel({ op, group, gap, run }) {
    if (op !== undefined) return this.model.text(this.model.ops[op].label);
    if (gap) {
      const [first, last] = [gap[0], gap[gap.length - 1]].map((copy) => this.model.groups[copy].step);
      const plural = this.model.groups[run].label === "copy" ? "copies" : "steps";
      return `... ${gap.length.toLocaleString("en")} more ...\n${plural} ${first} to ${last}`;
    }
    return `${this.title(group, "\n")}\n${counted(this.model.sizes[group], "op")}`;
  }

  edge(edge, number) {
    const { source, target, kind, edges } = edge;
    const look = { id: `e${number}`, class: KINDS_OF_EDGES[kind] };
    if (this.visible.isChain(edge)) {
      look.class = "chain";
      look.penwidth = 2;
    }
    if (kind === 0) look.label = this.tensors(edges, source[0] === "n" && target[0] === "n");
    if (kind === 1) Object.assign(look, { style: "dashed", arrowhead: "empty" });
    if (kind === 2) Object.assign(look, { style: "dashed", constraint: "false", label: "next" });
    if (this.kind(this.visible.nodes.get(source)) === "argument") look.weight = 3;
    return `${source} -> ${target} ${attributes(look)}`;
  }

  /* What goes along an edge; between operations, each different tensor on a line. */
  tensors(edges, plain) {
    if (edges.length > 1 && !plain) return `${edges.length} tensors`;
    const counts = new Map();
    for (const i of edges) {
      const text = this.tensor(this.model.edges[i]);
      counts.set(text, (counts.get(text) || 0) + 1);
    }
    const lines = [...counts].map(([text, n]) => (n > 1 ? `${n} x ${text}` : text));
    return lines.length > 4 ? counted(edges.length, "tensor") : lines.join("\n");
  }

  tensor([source, output, , , what]) {
    const outputs = this.model.outputs(source);
    const index = outputs.length > 1 ? `:${output}` : "";
    return [this.model.text(what), index, outputs[output]].filter(Boolean).join(" ");
  }
}
