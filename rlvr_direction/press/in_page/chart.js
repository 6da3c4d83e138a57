// The recorded curve of a criterion, with the reader's own points in it.

const SIZE = {width: 640, height: 300, left: 48, right: 92, top: 14, bottom: 44};
const TICKS = [0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.7, 1];

function svg(tag, properties, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The first few per cent matter most, so the share is drawn on a scale of square roots.
const across = (share) => SIZE.left + Math.sqrt(share) * (SIZE.width - SIZE.left - SIZE.right);
const up = (accuracy) => SIZE.height - SIZE.bottom - accuracy * (SIZE.height - SIZE.top - SIZE.bottom);

function axes() {
  const end = SIZE.width - SIZE.right, floor = SIZE.height - SIZE.bottom;
  const words = (x, y, text, more = {}) => svg("text", {x, y, ...more}, text);
  const drawn = TICKS.map((share) => words(across(share), floor + 16, String(Math.round(100 * share)), {"text-anchor": "middle"}));
  for (const accuracy of [0, 0.25, 0.5, 0.75, 1]) {
    drawn.push(svg("line", {x1: SIZE.left, x2: end, y1: up(accuracy), y2: up(accuracy), class: "grid"}));
    drawn.push(words(SIZE.left - 6, up(accuracy) + 4, String(100 * accuracy), {"text-anchor": "end"}));
  }
  drawn.push(words((SIZE.left + end) / 2, SIZE.height - 8, "tokens selected (%)", {"text-anchor": "middle"}));
  drawn.push(words(12, up(0.5), "right (%)", {"text-anchor": "middle", transform: `rotate(-90 12 ${up(0.5)})`}));
  return drawn;
}

// Dashed lines of the base, of RL and of RL at its best temperature; labels that would overlap move apart.
function references(ends) {
  const end = SIZE.width - SIZE.right;
  let above = Infinity;
  return Object.entries(ends).sort(([, a], [, b]) => a - b).flatMap(([name, accuracy]) => {
    const y = Math.min(up(accuracy) + 4, above - 14);
    above = y;
    const line = svg("line", {x1: SIZE.left, x2: end, y1: up(accuracy), y2: up(accuracy), class: `end ${name.split(" ")[0]}`});
    return [line, svg("text", {x: end + 6, y}, name)];
  });
}

function curve(points) {
  const all = [...points].sort((a, b) => a.selected - b.selected);
  const at = (key) => all.map((point) => `${across(point.selected)},${up(point[key])}`);
  const band = svg("polygon", {points: [...at("high"), ...at("low").reverse()].join(" "), class: "band"});
  const dots = all.map((point) => svg("circle", {cx: across(point.selected), cy: up(point.accuracy), r: 2.5, class: "dot"}));
  return [band, svg("polyline", {points: at("accuracy").join(" "), class: "curve"}), ...dots];
}

function own({share, accuracy, low, high}, last) {
  const x = across(share), newest = last ? " newest" : "";
  const bar = svg("line", {x1: x, x2: x, y1: up(low), y2: up(high), class: "own" + newest});
  return [bar, svg("circle", {cx: x, cy: up(accuracy), r: 6, class: "own" + newest})];
}

function drawChart({recorded, ends, n_recorded: n}, criterion, points) {
  const last = points.at(-1);
  const said = `Accuracy against the share of tokens selected. Yours: ${Math.round(100 * last.accuracy)} % right with ${(100 * last.share).toFixed(1)} % selected.`;
  const mine = points.flatMap((point, i) => own(point, i === points.length - 1));
  const picture = svg("svg", {viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", "aria-label": said}, ...axes(), ...references(ends), ...curve(recorded[criterion]), ...mine);
  const caption = document.createElement("figcaption");
  caption.textContent = `Line and band: the recorded runs of this criterion on ${n.toLocaleString("en")} problems, with their 95 % interval. Round marks: yours, on the first ${RUN} of the same problems. Cold RL is RL alone at the temperature that suits it best.`;
  const figure = document.createElement("figure");
  figure.append(picture, caption);
  return figure;
}
