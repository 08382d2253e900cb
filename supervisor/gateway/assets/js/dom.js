// Makes and changes elements. Whatever is given as a child is text or a node: nothing is ever parsed as HTML.
//
//   h(tag, attributes, ...children) → element     attributes: {class, title, 'aria-label', onclick: f, hidden: true, …};
//                                                 null, undefined and false leave one out, true sets it empty
//   svg(tag, attributes, ...children) → SVG element
//   text(node, value)       sets the text, only if it is another one
//   attr(node, name, value) sets or (null, undefined, false) removes an attribute, only if it is another one
//   replace(node, ...children)  puts these in place of all children
//   everyFrame(f) → schedule    schedule() runs f once before the next paint, however often it is called; schedule.cancel()

const kSvg = 'http://www.w3.org/2000/svg';

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(kSvg, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith('on') && typeof value === 'function') element.addEventListener(name.slice(2), value);
    else attr(element, name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

export function text(node, value) {
  const wanted = String(value ?? '');
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function attr(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const wanted = value === true ? '' : String(value);
  if (node.getAttribute(name) !== wanted) node.setAttribute(name, wanted);
}

export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

export function everyFrame(f) {
  let frame = 0;
  const schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      f();
    });
  };
  schedule.cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return schedule;
}
