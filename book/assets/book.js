// Draws every <script type="application/json" class="vl-spec"> with the local Vega bundle, which is fetched only on
// pages that have a chart. A chart is redrawn when the theme changes; a script that fails leaves the static picture.
(function () {
  const here = document.currentScript.src && new URL(".", document.currentScript.src); // "" on a page that holds all

  const load = (src) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = resolve;
    script.onerror = () => reject(new Error("cannot load " + src));
    document.head.appendChild(script);
  });

  // Colours and type come from the page, so that one set of rules serves light and dark.
  function style() {
    const body = getComputedStyle(document.body);
    const ink = body.getPropertyValue("--pst-color-text-base").trim() || body.color;
    const muted = body.getPropertyValue("--pst-color-text-muted").trim() || body.color;
    const line = body.getPropertyValue("--pst-color-border").trim() || "#ccc";
    const narrow = window.innerWidth < 600;
    const words = {labelColor: muted, titleColor: ink, labelFontSize: 12, titleFontSize: 12.5, titleFontWeight: 500};
    return {
      background: "transparent",
      font: body.fontFamily,
      view: {stroke: null},
      axis: {...words, gridColor: line, gridOpacity: 0.55, domainColor: line, tickColor: line, titlePadding: 10, labelSeparation: 6},
      axisX: {labelOverlap: "greedy", labelFlush: false, ...(narrow ? {titleAnchor: "end", titleFontSize: 11.5} : {})}, // a long title may begin below the labels
      legend: narrow ? {...words, orient: "bottom", columns: 1, layout: {bottom: {direction: "vertical"}}} : {...words, orient: "right"},
      header: words,
      title: {color: ink, subtitleColor: muted, fontSize: narrow ? 12 : 14, fontWeight: 600, anchor: "start", offset: 12},
      text: {color: ink},
      rule: {color: muted},
    };
  }

  function positions(figure, spec) {
    const kept = {};
    for (const param of spec.params || [])
      if (param.bind && param.bind !== "legend") kept[param.name] = figure._view.signal(param.name);
    return kept;
  }

  async function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script.vl-spec").textContent);
    let host = figure.querySelector(".vl-host");
    if (!host) {
      host = document.createElement("div");
      host.className = "vl-host";
      figure.appendChild(host);
    }
    const kept = figure._view ? positions(figure, spec) : {};
    if (figure._view) figure._view.finalize();
    const drawn = await window.vegaEmbed(host, spec, {
      actions: {export: true, source: false, compiled: false, editor: false},
      config: style(),
      renderer: "svg",
      tooltip: {theme: document.documentElement.dataset.theme === "dark" ? "dark" : "light"},
    });
    for (const name in kept) drawn.view.signal(name, kept[name]);
    await drawn.view.runAsync();
    figure._view = drawn.view;
    figure.dataset.theme = document.documentElement.dataset.theme || "light";
    figure.dataset.ready = "1";
  }

  // The pair that decodes in the page is loaded on a click: a few megabytes that most readers never need.
  function offer(host) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "rlvr-live-open";
    button.textContent = "Decode here, with a problem of your own";
    button.onclick = async () => {
      button.disabled = true;
      button.textContent = "Loading both models …";
      try {
        const loadPart = (name) => load(new URL(`live/${name}.js`, here));
        if (!window.rlvrLive) await loadPart("live");
        await window.rlvrLive.open(host, loadPart);
        button.remove();
      } catch (error) {
        button.textContent = "The models could not be loaded: " + error.message;
      }
    };
    host.append(button);
  }

  // A strip of tokens is one stop of the tab key; the arrow keys walk along it.
  function walk(event) {
    const token = event.target.closest?.(".rlvr-tokens [role=img]");
    if (!token) return;
    const tokens = [...token.parentElement.querySelectorAll("[role=img]")], i = tokens.indexOf(token);
    const next = {ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: tokens.length - 1}[event.key];
    if (next === undefined) return;
    tokens[next]?.focus();
    event.preventDefault();
  }

  function arrive({target}) {
    if (!target.matches?.(".rlvr-tokens [role=img]")) return;
    for (const token of target.parentElement.querySelectorAll("[role=img]")) token.tabIndex = token === target ? 0 : -1;
  }

  // A chart measures its place when the window's size changes. The place may go on changing after that, while the side
  // bars move, and without it, where one is folded: once it has come to rest, the chart is told to measure anew.
  function follow(figures) {
    let rest;
    const measure = () => window.dispatchEvent(new Event("resize"));
    const observer = new ResizeObserver(() => {
      clearTimeout(rest);
      rest = setTimeout(measure, 200);
    });
    figures.forEach((figure) => observer.observe(figure));
  }

  async function start() {
    document.querySelectorAll(".rlvr-tokens [role=img]:not(:first-child)").forEach((token) => (token.tabIndex = -1));
    document.addEventListener("keydown", walk);
    document.addEventListener("focusin", arrive);
    document.querySelectorAll(".rlvr-live").forEach(offer);
    // a list must hold list items: the sources carry a role that screen readers no longer know
    document.querySelectorAll("[role=doc-biblioentry]").forEach((source) => source.setAttribute("role", "listitem"));
    const figures = [...document.querySelectorAll(".vl-fig")];
    if (!figures.length) return;
    if (!window.vegaEmbed) await load(new URL("vendor/vega.js", here));
    const failed = (figure) => (error) => {
      figure.dataset.error = error.message;
      console.error(error);
    };
    const all = () => figures.forEach((figure) => draw(figure).catch(failed(figure)));
    all();
    follow(figures);
    new MutationObserver(all).observe(document.documentElement, {attributes: true, attributeFilter: ["data-theme"]});
  }

  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
