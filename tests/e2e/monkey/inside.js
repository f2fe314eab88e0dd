// What a monkey has inside the page: it hears every error from the first script on, and sees what can be used.
(() => {
  const [errors, long] = [[], []];
  let memory = null;
  const hear = (kind, words) => errors.push(`${kind}: ${words}`.slice(0, 900));
  addEventListener("error", (event) => hear("error", event.message || `no ${event.target?.src || event.target?.href}`), true);
  addEventListener("unhandledrejection", (event) => hear("unhandled rejection", event.reason));
  addEventListener("securitypolicyviolation", (event) => hear("policy", event.violatedDirective));
  const { error } = console;
  console.error = (...words) => {
    hear("console", words.join(" "));
    error.apply(console, words);
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(Math.round(duration));
  }).observe({ type: "longtask", buffered: true });
  // The memory of the program; a worker's is its own.
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const make = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await make.apply(WebAssembly, given);
      memory = (made.instance ?? made).exports.memory ?? memory;
      return made;
    };
  }

  const USABLE = "button, a[href], input:not([type=file]), select, textarea, summary, [role=tab], [role=option], [role=slider], [tabindex='0']";
  const POPUPS = "dialog[open], [role=dialog], [role=listbox], .menu";
  const ROLES = { A: "link", SELECT: "list", TEXTAREA: "field", SUMMARY: "summary", MAIN: "main", BODY: "body" };
  const INPUTS = { checkbox: "box", radio: "radio", range: "slider", button: "button", submit: "button" };
  const line = (words) => (words ?? "").replace(/\s+/g, " ").trim().slice(0, 90);
  const role = (it) =>
    it.getAttribute("role") ?? (it.tagName === "INPUT" ? (INPUTS[it.type] ?? "field") : (ROLES[it.tagName] ?? it.tagName.toLowerCase()));
  const called = (it) =>
    line(it.ariaLabel || it.labels?.[0]?.innerText || it.innerText || it.title || it.placeholder || it.id);
  const isSeen = (it) => it.checkVisibility({ visibilityProperty: true }) && it.getClientRects().length > 0;
  const isFree = (it) => !it.disabled && !it.closest("[inert]") && !it.closest("fieldset:disabled");
  const say = (it) => (it ? `${role(it)} ${called(it)}`.slice(0, 60) : "nothing");

  // What can be used now, each with its role, its name and which of those called so it is.
  function usable() {
    const top = [...document.querySelectorAll("dialog:modal")].pop() ?? document;
    const times = new Map();
    return [...top.querySelectorAll(USABLE)].filter((it) => isSeen(it) && isFree(it)).map((it) => {
      const key = say(it);
      const nth = times.get(key) ?? 0;
      times.set(key, nth + 1);
      const options = it.tagName === "SELECT" ? [...it.options].map((option) => option.text) : undefined;
      return { it, role: role(it), name: called(it), nth, options };
    });
  }

  const find = (role, name, nth) =>
    usable().find((it) => it.role === role && it.name === name && it.nth === nth)?.it;

  // Where a pointer would hit it; nothing where it is gone or something lies over it.
  function place(role, name, nth, part) {
    const it = find(role, name, nth);
    if (!it) return null;
    it.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = it.getBoundingClientRect();
    const [x, y] = [box.x + box.width * part, box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    const label = it.labels?.[0];
    return top && (it.contains(top) || top.contains(it) || label?.contains(top)) ? [x, y] : null;
  }

  function choose(name, nth, option) {
    const it = find("list", name, nth);
    if (!it || ![...it.options].some((one) => one.text === option)) return false;
    it.focus();
    it.selectedIndex = [...it.options].findIndex((one) => one.text === option);
    for (const kind of ["input", "change"]) it.dispatchEvent(new Event(kind, { bubbles: true }));
    return true;
  }

  const shown = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);

  // Who had the focus last outside of what is open, and who had it when the first of what is open took it.
  let [outside, opener] = [null, null];
  addEventListener("focusin", ({ target }) => {
    if (target.closest(POPUPS)) {
      opener ??= outside;
      return;
    }
    outside = target;
    // What was closed gives the focus back before it is gone.
    requestAnimationFrame(() => (opener = shown(POPUPS).length ? opener : null));
  });
  // Whoever points at nothing leaves it for nothing: then there is nothing to give it back to.
  addEventListener("focusout", ({ relatedTarget }) => {
    if (!relatedTarget) setTimeout(() => (outside = document.activeElement === document.body ? null : outside));
  });

  function look() {
    const focus = document.activeElement;
    const popups = shown(POPUPS).map(say);
    const back = opener;
    if (!popups.length) opener = null;
    return {
      errors: errors.splice(0),
      stopped: document.getElementById("boot-failure")?.innerText ?? null,
      long: long.splice(0),
      heap: Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e4) / 100,
      wasm: Math.round((memory?.buffer.byteLength ?? 0) / 1e4) / 100,
      elements: document.getElementsByTagName("*").length,
      focus: say(focus),
      lost: !focus || focus === document.body,
      left: outside ? say(outside) : null,
      opener: back?.isConnected && isSeen(back) && isFree(back) && back !== document.body ? say(back) : null,
      popups,
      within: !!focus?.closest(POPUPS),
      clock: document.getElementById("clock")?.innerText ?? "",
      plays: !!document.querySelector(".transport .play")?.title.startsWith("Pause"),
      working: shown(".notice.progress").map((it) => line(it.innerText))[0] ?? null,
      said: shown("[role=alert]").map((it) => line(it.innerText)).filter(Boolean),
      guided: shown("section.guide").map((it) => line(it.innerText))[0] ?? null,
      usable: usable().map(({ role, name, nth, options }) => ({ role, name, nth, options })),
    };
  }

  const isWorking = () => shown(".notice.progress").length > 0;

  // Once what was done just now is on the screen.
  function settle(done) {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
  }

  // The storage of runs, by hand. A browser that is busy with it answers nobody: a page that has stopped lets no timer run
  // out either.
  function storage(what, done) {
    setTimeout(() => done(false), 5_000);
    if (what === "forget the tab") {
      sessionStorage.clear();
      return done(true);
    }
    const asked = indexedDB.open("kvorum");
    asked.onerror = () => done(false);
    // There is none yet, and it is not the monkey that makes it.
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onsuccess = () => {
      const database = asked.result;
      const end = (well) => {
        database.close();
        done(well);
      };
      if (!database.objectStoreNames.contains("runs")) return end(false);
      const change = database.transaction("runs", "readwrite");
      change.oncomplete = () => end(true);
      change.onerror = change.onabort = () => end(false);
      const runs = change.objectStore("runs");
      const all = runs.getAll();
      all.onsuccess = () => {
        const run = all.result[0];
        if (what === "clear") runs.clear();
        else if (what === "add nonsense") runs.put({ id: "nonsense", name: 7, text: "nonsense" });
        else if (run && what === "delete one") runs.delete(run.id);
        else if (run && what === "cut one") runs.put({ ...run, text: run.text?.slice(0, run.text.length / 2) });
        else if (run && what === "alter one") runs.put({ ...run, text: run.text?.replaceAll("1", "2") });
        else if (run && what === "take one") runs.put({ ...run, tab: "another" });
      };
    };
  }

  window.monkey = { place, choose, look, isWorking, settle, storage };
})();
