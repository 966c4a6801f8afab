/* The shortest path between two operations, along what they read. */

/* The operations from one to another, both included; null if there is no way. */
function pathBetween(model, from, to) {
  const before = new Map([[from, null]]);
  const todo = [from];
  for (let i = 0; i < todo.length && !before.has(to); i++) {
    for (const edge of model.from[todo[i]]) {
      const [, , next] = model.edges[edge];
      if (!before.has(next)) {
        before.set(next, todo[i]);
        todo.push(next);
      }
    }
  }
  if (!before.has(to)) return null;
  const path = [];
  for (let op = to; op !== null; op = before.get(op)) path.unshift(op);
  return path;
}
