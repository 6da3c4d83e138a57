// Lets a reader change one choice of a claim's rule at a time, and says what the verdict would have been.
(function () {
  for (const fold of document.querySelectorAll(".rlvr-what-if")) {
    const [registered, ...rows] = fold.querySelectorAll("tbody tr");
    const menus = document.createElement("div");
    const said = document.createElement("div");
    menus.className = "rlvr-rules";
    said.className = "rlvr-said";
    said.setAttribute("aria-live", "polite");
    const selects = [];

    function show(row) {
      const [name, before, choice, verdict, estimate] = [...row.cells].map((cell) => cell.cloneNode(true));
      const sentence = document.createElement("span");
      sentence.textContent = row === registered ? "As registered:" : `${name.textContent}: ${choice.textContent} (registered: ${before.textContent}):`;
      const number = document.createElement("span");
      number.append(...estimate.childNodes);
      number.className = "number " + estimate.className;
      said.replaceChildren(sentence, ...verdict.childNodes, number);
    }

    function menu(name, own) {
      const label = document.createElement("label");
      const select = document.createElement("select");
      select.append(new Option(own[0].cells[1].textContent, ""));
      own.forEach((row, at) => select.append(new Option(row.cells[2].textContent, at)));
      select.onchange = () => {
        for (const other of selects) if (other !== select) other.value = "";
        show(select.value === "" ? registered : own[select.value]);
      };
      selects.push(select);
      label.append(name, select);
      menus.append(label);
    }

    for (const [name, own] of Map.groupBy(rows, (row) => row.cells[0].textContent)) menu(name, own);
    fold.querySelector("p").after(menus, said);
    show(registered);
  }
})();
