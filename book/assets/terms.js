// A word of the glossary shows its definition while it has the pointer or the focus. On a touch screen the first tap
// shows it and a second follows the link. Escape hides it, and it stays while the pointer is on it.
(function () {
  if (!document.querySelector("a.rlvr-term")) return;
  const bubble = document.createElement("div");
  let shown, later, tapped;
  bubble.className = "rlvr-bubble";
  bubble.hidden = true;
  bubble.setAttribute("aria-hidden", "true"); // what a word's aria-describedby names is read instead
  document.body.append(bubble);
  const word = (target) => target.closest?.("a.rlvr-term");
  const hide = () => {
    bubble.hidden = true;
    shown = null;
  };
  const hideSoon = () => (later = setTimeout(hide, 200));
  function place() {
    const at = shown.getClientRects()[0], {width, height} = bubble.getBoundingClientRect();
    const below = at.bottom + 6 + height < window.innerHeight || at.top < height + 6;
    bubble.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
    bubble.style.top = `${below ? at.bottom + 6 : at.top - height - 6}px`;
  }
  function show(term) {
    clearTimeout(later);
    if (shown === term) return;
    shown = term;
    bubble.replaceChildren(...document.getElementById(term.getAttribute("aria-describedby")).cloneNode(true).childNodes);
    bubble.hidden = false;
    place();
  }
  document.addEventListener("pointerover", ({target, pointerType}) => {
    if (bubble.contains(target)) clearTimeout(later);
    else if (word(target) && pointerType !== "touch") show(word(target));
  });
  document.addEventListener("pointerout", ({target, pointerType}) => {
    if (pointerType !== "touch" && (word(target) || bubble.contains(target))) hideSoon();
  });
  document.addEventListener("focusin", ({target}) => word(target) && show(word(target)));
  document.addEventListener("focusout", ({target}) => word(target) && hideSoon());
  document.addEventListener("keydown", ({key}) => key === "Escape" && hide());
  document.addEventListener("pointerdown", ({target, pointerType}) => {
    tapped = pointerType === "touch" && word(target) !== shown ? word(target) : null;
    if (!word(target) && !bubble.contains(target)) hide();
  });
  document.addEventListener("click", (event) => {
    if (!tapped || word(event.target) !== tapped) return;
    event.preventDefault();
    show(tapped);
  });
  for (const moved of ["scroll", "resize"]) window.addEventListener(moved, () => shown && place(), {passive: true});
})();
