// Makes the verdict board answer: which verdicts, whose claims, which task, and in which order.
(function () {
  const board = document.querySelector(".rlvr-board[data-filtered]");
  if (!board) return;
  const rows = [...board.children];
  const ranks = {reproduced: 0, inconclusive: 1, "not-reproduced": 2, open: 3};
  const rank = (row) => Math.min(...row.dataset.verdicts.split(" ").map((verdict) => ranks[verdict]));
  const lines = [...board.querySelectorAll("[data-task]")].filter((line) => line.dataset.task);
  const tasks = new Map(lines.map((line) => [line.dataset.task, line.querySelector("a").textContent]));
  const orders = {
    "as in the book": () => 0,
    "by verdict": (a, b) => rank(a) - rank(b), // sorting is stable: the book's order within a verdict
  };

  function menu(label, options) {
    const made = document.createElement("label");
    const select = document.createElement("select");
    for (const [value, text] of options) select.append(new Option(text, value));
    select.onchange = update;
    made.append(label + " ", select);
    controls.append(made);
    return select;
  }

  function update() {
    let shown = 0;
    for (const row of rows) {
      const lines = [...row.querySelectorAll("[data-task]")];
      for (const line of lines) line.hidden = Boolean(task.value && line.dataset.task && line.dataset.task !== task.value);
      const said = lines.filter((line) => !line.hidden).map((line) => line.dataset.verdict);
      const fits = !verdict.value || (lines.length ? said : ["open"]).includes(verdict.value);
      row.hidden = !fits || Boolean(whose.value && row.dataset.whose !== whose.value);
      shown += !row.hidden;
    }
    board.append(...[...rows].sort(orders[order.value]));
    count.textContent = `${shown} of ${rows.length} claims`;
  }

  // a link to a row that the menus hide shows all rows
  function reveal() {
    const row = rows.find((row) => "#" + row.id === location.hash);
    if (!row?.hidden) return;
    for (const select of [verdict, whose, task]) select.value = "";
    update();
    row.scrollIntoView();
  }

  const controls = document.createElement("div");
  controls.className = "rlvr-board-controls";
  const verdict = menu("Verdict", [["", "all"], ...Object.keys(ranks).map((name) => [name, name.replace("-", " ")])]);
  const whose = menu("Claims", [["paper", "the paper's"], ["harder", "harder questions"], ["ours", "our own"], ["", "all"]]);
  const task = menu("Task", [["", "all"], ...tasks]);
  const order = menu("Order", Object.keys(orders).map((name) => [name, name]));
  const count = document.createElement("span");
  count.setAttribute("aria-live", "polite");
  controls.append(count);
  board.before(controls);
  addEventListener("hashchange", reveal);
  update();
  reveal();
})();
