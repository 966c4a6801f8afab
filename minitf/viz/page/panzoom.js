/* Moving and zooming a picture: by dragging, the wheel, fingers and keys. */

class PanZoom {
  constructor(view) {
    this.view = view;
    this.svg = null;
    this.box = null; // what is seen: x, y, width, height in the picture's units
    this.pointers = new Map();
    this.moved = false;
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.addEventListener("pointerdown", (event) => this.down(event));
    view.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      view.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
  }

  /* Takes a new picture; what was seen before stays in place as far as `anchor` (old and new point) says. */
  take(svg, anchor) {
    this.svg = svg;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    this.whole = { x: 0, y: 0, width, height };
    if (!this.box || !anchor) this.fit();
    else this.show({ ...this.box, x: this.box.x + anchor.after.x - anchor.before.x, y: this.box.y + anchor.after.y - anchor.before.y });
  }

  fit() {
    this.show({ ...this.whole });
  }

  show(box) {
    this.box = box;
    this.svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  }

  /* The scale at which the picture is seen, and the point of it under a point of the window. */
  scale() {
    const { clientWidth, clientHeight } = this.view;
    return Math.max(this.box.width / clientWidth, this.box.height / clientHeight) || 1;
  }

  point(x, y) {
    const { left, top, width, height } = this.view.getBoundingClientRect();
    const scale = this.scale();
    return {
      x: this.box.x + this.box.width / 2 + (x - left - width / 2) * scale,
      y: this.box.y + this.box.height / 2 + (y - top - height / 2) * scale,
    };
  }

  /* Zooms by a factor (above 1: closer) around a point of the picture. */
  zoom(factor, around) {
    const limit = Math.max(this.whole.width, this.whole.height) * 4;
    const by = Math.min(Math.max(1 / factor, 40 / this.box.width), limit / this.box.width);
    const { x, y } = around || { x: this.box.x + this.box.width / 2, y: this.box.y + this.box.height / 2 };
    this.show({
      x: x - (x - this.box.x) * by,
      y: y - (y - this.box.y) * by,
      width: this.box.width * by,
      height: this.box.height * by,
    });
  }

  wheel(event) {
    if (!this.svg) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), this.point(event.clientX, event.clientY));
  }

  down(event) {
    this.pointers.set(event.pointerId, event);
    this.moved = false;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.svg) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!this.moved && Math.hypot(dx, dy) < 4) return;
    this.moved = true;
    if (this.pointers.size === 2) this.pinch(event, before);
    else this.pan(-dx, -dy);
    this.pointers.set(event.pointerId, event);
  }

  pinch(event, before) {
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    this.zoom(apart(event) / (apart(before) || 1), this.point(other.clientX, other.clientY));
  }

  /* Moves by points of the window. */
  pan(dx, dy) {
    const scale = this.scale();
    this.show({ ...this.box, x: this.box.x + dx * scale, y: this.box.y + dy * scale });
  }

  /* Moves so that an element is seen, at a readable size. */
  reveal(element) {
    const { x, y, width, height } = boundsIn(this.svg, element);
    const { clientWidth, clientHeight } = this.view;
    const scale = Math.min(this.scale(), 1.1);
    const size = { width: Math.max(clientWidth * scale, width * 1.2), height: Math.max(clientHeight * scale, height * 1.2) };
    this.show({ x: x + width / 2 - size.width / 2, y: y + height / 2 - size.height / 2, ...size });
  }
}

/* Where an element is in the picture's own units. */
function boundsIn(svg, element) {
  const box = element.getBBox();
  const matrix = svg.getCTM().inverse().multiply(element.getCTM());
  const corner = new DOMPoint(box.x, box.y).matrixTransform(matrix);
  return { x: corner.x, y: corner.y, width: box.width * matrix.a, height: box.height * matrix.d };
}
