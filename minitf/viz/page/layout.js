/* Graphviz in a worker, so that the page stays responsive; what takes too long is given up. */

const PATIENCE = 20000; // milliseconds

class Layout {
  constructor(source) {
    this.url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.number = 0;
    this.waiting = new Map();
    this.start();
  }

  start() {
    this.worker = new Worker(this.url);
    this.worker.onmessage = ({ data }) => this.settle(data);
    this.worker.onerror = (event) => this.giveUp(event.message || "Graphviz did not start");
  }

  /* The SVG text of a DOT text. */
  run(dot) {
    const id = ++this.number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp("the layout takes too long: close some scopes"), PATIENCE);
      this.waiting.set(id, { resolve, reject, timer });
      this.worker.postMessage({ id, dot });
    });
  }

  settle({ id, svg, error }) {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(new Error(error));
    else waiting.resolve(svg);
  }

  giveUp(reason) {
    this.worker.terminate();
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new Error(reason));
    }
    this.waiting.clear();
    this.start();
  }
}
