// The live pair: a reader picks a problem, and base, RL and the base with replacement write it side by side.

const RUN = 100; // problems of one point
const SHOWN = 6; // tokens in the view of a position
const NAMES = { // the words of lab/claims/wording.py
  delta_logp: "delta_logp is low (direction)",
  kl_rl_base: "KL is high",
  entropy_base: "the base's entropy is high",
  random: "chance fires",
  mirrored: "delta_logp is high (the mirrored gate)",
};
const SIGN = {delta_logp: "≤", random: "<"};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const visible = (token) => (token === "\n" ? "⏎" : token === " " ? "␣" : token);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  for (const name of Object.keys(properties)) if (name.includes("-")) made.setAttribute(name, properties[name]);
  made.append(...children);
  return made;
}

// 95 % interval of a share by Wilson's method.
function wilson(right, n, z = 1.96) {
  const p = right / n, middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [middle - half, middle + half];
}

// Puts the live pair of a task in the place of what the host shows; `loadPart` loads a script of the site by its name.
async function open(host, loadPart, task = host.dataset.task) {
  if (!window.rlvrPairs?.[task]) await loadPart(task);
  host.live?.stop();
  host.live = new Live(host, window.rlvrPairs[task], (other) => open(host, loadPart, other));
}

class Live {
  constructor(host, shipped, change) {
    Object.assign(this, {host, shipped, change, pair: makePair(shipped), task: TASKS[shipped.task], points: [], sample: 0, turn: 0});
    this.body = element("div", {className: "rlvr-live-body"}, this.problemRow(), this.gateRow());
    this.columns = ["base alone", "RL alone", "base, repaired"].map((name) => this.column(name));
    this.cursor = element("div", {className: "rlvr-live-cursor", "aria-live": "polite"});
    this.note = element("p", {className: "rlvr-live-note", "aria-live": "polite"});
    this.chart = element("div", {className: "rlvr-live-chart"});
    const texts = element("div", {className: "rlvr-live-texts"}, ...this.columns.map(({figure}) => figure));
    this.body.append(this.note, texts, this.cursor, this.runRow(), this.chart);
    host.querySelector(".rlvr-live-body").replaceWith(this.body);
    this.number = shipped.task === host.dataset.task ? Number(host.dataset.problem) : 0;
    this.gamma.value = host.dataset.gamma;
    this.choose();
    this.another(0);
  }

  stop() {
    this.turn++;
    this.running = false;
  }

  // ----- what the reader sets

  problemRow() {
    this.text = element("input", {type: "text", spellcheck: false, autocomplete: "off", title: this.task.ask, placeholder: "type a problem and press Enter"});
    this.text.onchange = () => this.typed();
    const next = element("button", {type: "button", textContent: "Another problem", onclick: () => this.another(1)});
    const noise = element("button", {type: "button", textContent: "Sample again", onclick: () => this.again(), title: "The same problem with other random numbers"});
    const tasks = element("select", {}, ...Object.keys(TASKS).map((name) => element("option", {value: name, textContent: name === "pointer_tree" ? "the tree" : name})));
    tasks.value = this.shipped.task;
    tasks.onchange = () => this.change(tasks.value);
    const problem = element("label", {className: "wide"}, "Problem ", this.text);
    const row = element("div", {className: "rlvr-live-row"}, element("label", {}, "Task ", tasks), problem, element("span", {className: "together"}, next, noise));
    const help = element("p", {className: "rlvr-live-help", textContent: `${this.task.means} Point at a token, or walk with the arrow keys, to see both policies there.`});
    return element("div", {}, row, help);
  }

  gateRow() {
    this.criterion = element("select", {}, ...Object.keys(this.shipped.recorded).map((name) => element("option", {value: name, textContent: NAMES[name]})));
    this.criterion.onchange = () => this.choose();
    this.step = element("input", {type: "range", min: 0, step: 1, "aria-label": "threshold"});
    this.step.oninput = () => this.slide();
    this.threshold = element("input", {type: "number", step: "any", "aria-label": "threshold as a number"});
    this.threshold.onchange = () => this.typedThreshold();
    this.sign = element("span");
    this.gamma = element("input", {type: "range", min: 0, max: 4, step: 0.1, value: 0});
    this.gammaSaid = element("output");
    this.gamma.oninput = () => this.write();
    const row = element("div", {className: "rlvr-live-row"});
    row.append(element("label", {}, "Replace where ", this.criterion), element("span", {className: "together"}, this.sign, this.step, this.threshold));
    row.append(element("label", {className: "together", title: "0 replaces by RL itself; above 0, by a policy that much further from the base"}, "gamma (how far past RL) ", this.gamma, this.gammaSaid));
    return row;
  }

  runRow() {
    this.go = element("button", {type: "button", className: "rlvr-live-run", textContent: `Run ${RUN} problems`, onclick: () => this.run()});
    this.bar = element("progress", {max: RUN, value: 0, hidden: true, "aria-label": "problems done"});
    this.said = element("span", {"aria-live": "polite"});
    return element("div", {className: "rlvr-live-row"}, this.go, this.bar, this.said);
  }

  column(name) {
    const strip = element("div", {className: "rlvr-tokens mathjax_ignore", role: "group", "aria-label": name});
    const verdict = element("span", {className: "rlvr-live-verdict"});
    return {name, strip, verdict, figure: element("figure", {}, element("figcaption", {}, name, " ", verdict), strip)};
  }

  get points_of() {
    return this.shipped.recorded[this.criterion.value];
  }

  choose() {
    this.step.max = this.points_of.length - 1;
    this.step.value = Math.max(0, this.points_of.findIndex(({budget}) => budget >= 0.1));
    this.sign.textContent = SIGN[this.criterion.value] || "≥";
    this.slide();
  }

  slide() {
    this.threshold.value = Number(this.points_of[this.step.value].threshold.toPrecision(4));
    this.write();
  }

  // A number of the reader's own; the slider goes to the nearest recorded one. What is no number is put back.
  typedThreshold() {
    if (this.threshold.value === "") return this.slide();
    const away = this.points_of.map(({threshold}) => Math.abs(threshold - this.threshold.value));
    this.step.value = away.indexOf(Math.min(...away));
    this.write();
  }

  // The recorded threshold itself, as long as the number shown is its short form.
  get chosen() {
    const {threshold, budget} = this.points_of[this.step.value];
    const shown = Number(this.threshold.value);
    return shown === Number(threshold.toPrecision(4)) ? {threshold, budget} : {threshold: shown};
  }

  another(by) {
    this.number = (this.number + by) % this.shipped.problems.length;
    this.sample = 0;
    const [prompt, answer] = this.shipped.problems[this.number];
    this.problem = {prompt, answer};
    this.text.value = this.task.shown(prompt);
    this.text.removeAttribute("aria-invalid");
    this.write();
  }

  typed() {
    try {
      this.problem = this.task.read(this.text.value);
    } catch (error) {
      this.problem = null;
      this.turn++;
      this.clear();
      this.note.textContent = error.message;
      this.text.setAttribute("aria-invalid", "true");
      return;
    }
    this.text.removeAttribute("aria-invalid");
    this.write();
  }

  clear() {
    this.cursor.replaceChildren();
    for (const {strip, verdict} of this.columns) [strip.replaceChildren(), (verdict.textContent = "")];
  }

  again() {
    this.sample++;
    this.write();
  }

  // ----- one problem, side by side

  settings(changed = {}) {
    const {top_p: topP, limit, seed} = this.shipped;
    const noise = {seed, problem: this.number, sample: this.sample};
    return {criterion: this.criterion.value, threshold: this.chosen.threshold, gamma: Number(this.gamma.value), topP, limit, noise, ...changed};
  }

  async write() {
    this.gammaSaid.textContent = Number(this.gamma.value).toFixed(1);
    if (!this.problem) return;
    const turn = ++this.turn; // a later call ends an earlier one
    const {budget} = this.chosen;
    const fires = budget ? `The threshold fires on about ${percent(budget)} of the base's tokens.` : "The threshold is your own.";
    this.note.textContent = `The answer is ${this.problem.answer}. ${fires}`;
    this.clear();
    const prompt = this.pair.encode(this.problem.prompt);
    const how = [this.settings({criterion: "nowhere"}), this.settings({criterion: "everywhere", gamma: 0}), this.settings()];
    const writing = how.map((settings, i) => ({...this.columns[i], steps: write(this.pair, prompt, settings), text: "", all: []}));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (let open = writing; open.length; ) {
      open = open.filter((column) => this.advance(column));
      if (!still) await pause(20);
      if (turn !== this.turn) return;
    }
    const {all} = writing[2];
    this.inspect(all.find(({token, proposed}) => token !== proposed) || all[0], false);
  }

  // Adds one token to a column; false once its text is whole.
  advance(column) {
    const {value: step, done} = column.steps.next();
    if (done) {
      const right = this.task.right(this.problem, column.text);
      column.verdict.textContent = right ? "✓ right" : "✗ wrong";
      column.verdict.dataset.right = right;
      return false;
    }
    column.all.push(step);
    column.strip.append(this.token(step, column));
    if (step.token === this.pair.end) return true;
    const token = this.pair.vocabulary[step.token];
    column.text += token;
    if (token === "\n") column.strip.append("\n");
    return true;
  }

  token(step, {strip, name}) {
    const alone = name !== this.columns[2].name;
    const about = alone ? step.token : step.proposed;
    const delta = step.rl[about] - step.base[about];
    const side = delta >= 0.005 ? "up" : delta <= -0.005 ? "down" : "same";
    const label = visible(this.pair.vocabulary[step.token]);
    const span = element("span", {className: side, role: "img", tabIndex: strip.childElementCount ? -1 : 0});
    span.style.setProperty("--size", `${Math.round(60 * Math.min(1, Math.abs(delta) / 2))}%`);
    const changed = !alone && step.token !== step.proposed;
    if (changed) span.append(element("s", {textContent: visible(this.pair.vocabulary[step.proposed])}));
    if (changed) span.classList.add("replaced");
    span.append(label);
    span.setAttribute("aria-label", `${label}: delta_logp ${delta.toFixed(2)}${changed ? ", replaced" : ""}`);
    span.onfocus = span.onpointerenter = () => this.inspect(step, alone);
    return span;
  }

  // Both distributions at a position, as bars.
  inspect(step, alone) {
    const {vocabulary} = this.pair;
    const likelier = (i) => Math.exp(Math.max(step.base[i], step.rl[i]));
    const order = [...vocabulary.keys()].sort((i, j) => likelier(j) - likelier(i)).filter((i, place) => place < 2 || likelier(i) > 0.001);
    const bar = (model, p) => element("span", {className: `bar ${model}`, title: `${model}: ${percent(p)}`}, Object.assign(element("i"), {style: `width:${100 * p}%`}), element("b", {textContent: percent(p)}));
    const rows = order.slice(0, SHOWN).flatMap((i) => {
      const marked = i === step.token ? " written" : !alone && i === step.proposed ? " replaced" : "";
      return [element("code", {textContent: visible(vocabulary[i]) + marked}), bar("base", Math.exp(step.base[i])), bar("RL", Math.exp(step.rl[i]))];
    });
    const heads = ["token", "base", "RL"].map((textContent) => element("span", {textContent, className: "head"}));
    this.cursor.replaceChildren(element("p", {textContent: this.story(step, alone)}), element("div", {className: "bars"}, ...heads, ...rows));
  }

  story({token, proposed, selected, delta, base, rl}, alone) {
    const name = (id) => visible(this.pair.vocabulary[id]);
    if (alone) return `“${name(token)}” has delta_logp ${(rl[token] - base[token]).toFixed(2)}.`;
    const said = `The base proposed “${name(proposed)}”, with delta_logp ${delta.toFixed(2)}`;
    if (!selected) return `${said}: kept.`;
    return token === proposed ? `${said}: selected, and the new draw gave the same token.` : `${said}: selected, and “${name(token)}” was drawn in its place.`;
  }

  // ----- many problems, one point

  async run() {
    if (this.running) return void (this.running = false); // a second press ends it
    this.running = true;
    const settings = this.settings(), {budget} = this.chosen;
    const count = {right: 0, tokens: 0, selected: 0, changed: 0};
    this.bar.hidden = false;
    this.go.textContent = "Stop";
    let last = performance.now(), done = 0;
    for (; done < RUN && this.running; done++) {
      this.solve(done, settings, count);
      if (performance.now() - last < 40) continue;
      this.bar.value = done;
      this.said.textContent = `${done} of ${RUN}`;
      await pause(0); // lets the page answer
      last = performance.now();
    }
    this.bar.hidden = true;
    this.go.textContent = `Run ${RUN} problems`;
    this.said.textContent = "";
    if (this.running) this.add({...count, ...settings, budget});
    this.running = false;
  }

  solve(number, settings, count) {
    const [prompt, answer] = this.shipped.problems[number];
    const noise = {...settings.noise, problem: number, sample: 0};
    let text = "";
    for (const step of write(this.pair, this.pair.encode(prompt), {...settings, noise})) {
      count.tokens++;
      count.selected += step.selected;
      count.changed += step.token !== step.proposed;
      if (step.token !== this.pair.end) text += this.pair.vocabulary[step.token];
    }
    count.right += this.task.right({prompt, answer}, text);
  }

  add(point) {
    const [low, high] = wilson(point.right, RUN);
    this.points.push({...point, share: point.selected / point.tokens, accuracy: point.right / RUN, low, high});
    const gamma = point.gamma ? `, gamma ${point.gamma}` : "";
    const gate = `${point.criterion} ${SIGN[point.criterion] || "≥"} ${Number(point.threshold.toPrecision(3))}${gamma}`;
    this.said.textContent = `${gate}: ${point.right} of ${RUN} right (95 % interval ${percent(low)} to ${percent(high)}); ${percent(point.selected / point.tokens)} of the tokens selected, ${percent(point.changed / point.tokens)} changed to another.`;
    this.chart.replaceChildren(drawChart(this.shipped, point.criterion, this.points));
  }
}
