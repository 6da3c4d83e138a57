// The two small tasks: what is a problem, and the verifier of the package that says whether a response is right.

const OPERATORS = {"*": (a, b) => a * b, "+": (a, b) => a + b, "-": (a, b) => a - b};

// The value of an expression, products first and then from the left; every value on the way stays within 0 to 99.
function valueOf(expression) {
  const parts = expression.match(/\d+|[-+*]/g);
  while (parts.length > 1) {
    const place = Math.max(1, parts.indexOf("*"));
    const value = OPERATORS[parts[place]](+parts[place - 1], +parts[place + 1]);
    if (value < 0 || value > 99) throw Error(`${parts[place - 1]}${parts[place]}${parts[place + 1]} is ${value}; every value on the way is from 0 to 99.`);
    parts.splice(place - 1, 3, String(value));
  }
  return parts[0];
}

const countOperators = (text) => (text.match(/[-+*]/g) || []).length;

const arithmetic = {
  ask: "Four to six digits from 1 to 9 with +, - or * between them, every value on the way from 0 to 99, such as 7+5*3-4",
  means: "A line that opens with = does one operation; ~ jumps over two at once, which mostly goes wrong; A: gives the answer.",
  shown: (prompt) => prompt.slice(2, -1),

  read(text) {
    const expression = text.replace(/\s/g, "");
    if (!/^[1-9]([-+*][1-9]){3,5}$/.test(expression)) throw Error(this.ask + ".");
    return {prompt: `Q:${expression}\n`, answer: valueOf(expression)};
  },

  // A whole chain of steps: "=" uses up one operation and "~" two, and "A:" repeats the last line.
  right({prompt, answer}, response) {
    if (!/^([=~]\d{1,3}([-+*]\d{1,3})*\n)+A:\d{1,3}$/.test(response)) return false;
    const steps = response.split("\n");
    const said = steps.pop().slice(2);
    const left = [prompt, ...steps].map(countOperators);
    const shaped = steps.every((step, i) => left[i] - left[i + 1] === (step[0] === "~" ? 2 : 1));
    return shaped && left.at(-1) === 0 && said === steps.at(-1).slice(1) && +said === +answer;
  },
};

const pointer_tree = {
  ask: "Seven nodes abcdefg, the root and its two children first, each with its children or two dots, then start>goal, such as abc bde cfg d.. e.. f.. g.. a>g",
  means: "A walk from the root to the goal: < goes to the left child, > to the right one; ! claims the goal, ? gives up, and a new line tries again.",
  shown: (prompt) => prompt.slice(0, -1),

  read(text) {
    const rows = text.trim().split(/\s+/);
    const ends = rows.pop();
    const labels = rows.map((row) => row[0]).join("");
    const children = Object.fromEntries(rows.map((row) => [row[0], row.slice(1)]));
    const inOrder = rows.every((row, i) => row.slice(1) === (i < 3 ? labels.slice(2 * i + 1, 2 * i + 3) : ".."));
    const all = labels.length === 7 && [..."abcdefg"].every((label) => labels.includes(label));
    const goal = /^[a-g]>[a-g]$/.test(ends) && ends[0] === labels[0] ? labels.indexOf(ends[2]) : -1;
    if (!all || !inOrder || goal < 3) throw Error(this.ask + ". The goal is a leaf.");
    const parent = labels[goal < 5 ? 1 : 2];
    const step = (from, to) => (children[from][0] === to ? "<" : ">") + to;
    return {prompt: `${rows.join(" ")} ${ends}\n`, answer: step(labels[0], parent) + step(parent, ends[2])};
  },

  // At most five walks, each on a line, of which the last is right and claimed with "!".
  right({answer}, response) {
    const walks = response.match(/^((?:(?:[<>][a-g]){2}\n){0,4})((?:[<>][a-g]){2})!$/);
    return walks !== null && walks[2] === answer;
  },
};

const TASKS = {arithmetic, pointer_tree};
