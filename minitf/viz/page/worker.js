/* Appended to Graphviz inside a worker: lays out the DOT texts that it is sent. */
const ready = GRAPHVIZ.load();
onmessage = async ({ data: { id, dot } }) => {
  try {
    const graphviz = await ready;
    postMessage({ id, svg: graphviz.layout(dot, "svg", "dot") });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
