// What the pages do: ask the API for changes, say what came of it beside what was pressed, and keep themselves true.
// Text of others reaches a page by the server, escaped, or by `textContent`; this script makes no markup of it.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* --- Theme --------------------------------------------------------------------------------------------------------- */
const themes = { auto: "Theme: device", dark: "Theme: dark", light: "Theme: light" };
function showTheme() {
  const name = $("[data-theme-name]");
  if (name) name.textContent = themes[document.documentElement.dataset.theme ?? "auto"];
}
function nextTheme() {
  const order = Object.keys(themes);
  const next = order[(order.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % order.length];
  if (next === "auto") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
  }
  showTheme();
}

/* --- Saying --------------------------------------------------------------------------------------------------------- */
function say(words) {
  const said = $("#said");
  said.textContent = words;
  said.hidden = false;
  said.focus({ preventScroll: false });
}
function sayAfterLoading(words) {
  try { sessionStorage.setItem("said", words); } catch { /* it is not said then */ }
}
function sayWhatWasLeft() {
  try {
    const words = sessionStorage.getItem("said");
    sessionStorage.removeItem("said");
    if (words) say(words);
  } catch { /* nothing was left */ }
}
function problemOf(form) {
  let problem = $(":scope > .problem", form);
  if (!problem) {
    problem = document.createElement("p");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    form.append(problem);
  }
  return problem;
}
function asks(words) {
  const dialog = $("#confirm");
  $("#confirm-words").textContent = words;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

/* --- What a form asks for ------------------------------------------------------------------------------------------- */
function merge(into, from) {
  for (const [name, value] of Object.entries(from)) {
    const both = value && into[name] && typeof value === "object" && typeof into[name] === "object";
    if (both && !Array.isArray(value)) merge(into[name], value);
    else into[name] = value;
  }
  return into;
}
function place(body, path, value) {
  const last = path.length - 1;
  path.slice(0, last).reduce((at, name) => (at[name] ??= {}), body)[path[last]] = value;
}
function at(body, path) {
  return path.reduce((found, name) => found?.[name], body);
}
// What a field says, by its `data-as`; undefined says nothing.
const readers = {
  text: (field) => (field.type === "radio" || field.type === "checkbox") && !field.checked ? undefined : field.value,
  optional: (field) => field.value.trim() === "" ? null : field.value,
  number: (field) => field.value === "" ? null : Number(field.value),
  micro: (field) => field.value === "" ? null : Math.round(Number(field.value) * 1e6),
  minutes: (field) => field.value === "" ? null : Number(field.value) * 60,
  moment: (field) => field.value === "" ? null : new Date(field.value).getTime(),
  lines: (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean),
  flag: (field) => field.checked,
  word: (field) => field.checked ? field.value : undefined,
  instead: (field) => field.value.trim() === "" ? undefined : field.value.trim(),
};
function read(form, submitter) {
  const body = JSON.parse(form.dataset.body ?? "{}");
  for (const field of form.elements) {
    const path = field.dataset.path ? JSON.parse(field.dataset.path) : field.name?.split(".");
    if (!path?.[0] || path[0].startsWith("-") || field.closest("[hidden]")) continue;
    const as = field.dataset.as ?? "text";
    if (as === "list" || as === "joined") {
      if (!field.checked) continue;
      const before = at(body, path);
      place(body, path, as === "list" ? [...(before ?? []), field.value] : before ? `${before}, ${field.value}` : field.value);
      continue;
    }
    const value = readers[as](field);
    if (value !== undefined) place(body, path, value);
  }
  return merge(body, JSON.parse(submitter?.dataset.body ?? "{}"));
}
async function ask(method, path, body) {
  const request = { method, headers: { accept: "application/json" }, credentials: "same-origin" };
  if (body !== undefined && (method !== "DELETE" || Object.keys(body).length > 0)) {
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Error("The hub does not answer. It may be starting again; try once more in a moment.");
  }
  const text = await response.text();
  let answer = null;
  try { answer = text ? JSON.parse(text) : null; } catch { /* no JSON */ }
  if (response.ok) return answer;
  if (response.status === 401 && !/^\/api\/v1\/(session|welcome)\b/.test(path)) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const wait = response.headers.get("retry-after");
  const reference = answer?.reference ? ` (reference ${answer.reference})` : "";
  const words = (answer?.detail ?? `The hub answered ${response.status}.`) + (wait ? ` Try again in ${wait} s.` : "") + reference;
  throw Object.assign(new Error(words), { answer, status: response.status });
}

/* --- What follows ---------------------------------------------------------------------------------------------------- */
function saidOf(decided) {
  const approval = decided.approval;
  const by = approval?.decision?.name;
  if (decided.outcome === "counted") return `Your yes is counted; ${decided.missing} more must say yes.`;
  if (decided.outcome === "late") return by ? `Too late: ${by} has decided already.` : "Too late: it can no longer be answered.";
  return { allowed: "Allowed.", denied: "Denied." }[approval?.state] ?? "Decided.";
}
const follows = {
  reload(form) {
    sayAfterLoading(form.dataset.done ?? "Done.");
    location.reload();
  },
  async refresh(form) {
    // It is done: neither the form nor the focus on its button holds its part of the page back any more.
    form.removeAttribute("aria-busy");
    say(form.dataset.done ?? "Done.");
    await refresh();
  },
  say(form) { say(form.dataset.done ?? "Done."); },
  go(form, answer, to) {
    // Nothing of a form but a name leads anywhere: it may hold a password.
    const body = { name: read(form).name, ...(answer && typeof answer === "object" ? answer : { "": answer }) };
    location.assign(to.replace(/\{([a-z_]*)\}/g, (_, name) => encodeURIComponent(body[name] ?? "")));
  },
  // To a provider, or to where a path of ours was kept for the way back.
  leave(form, answer, field) { location.assign(answer[field]); },
  gone(form) {
    const item = form.closest("[data-item]");
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    say("Removed.");
    next?.querySelector("a, button, summary")?.focus();
  },
  show(form, answer, field) {
    $(":scope > .shown", form)?.remove();
    const value = answer?.[field];
    if (!value) return follows.reload(form);
    const shown = document.createElement("div");
    shown.className = "shown note wait";
    shown.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = "It is shown this once:";
    const code = document.createElement("code");
    code.textContent = [value].flat().join("\n");
    code.tabIndex = 0;
    shown.append(words, code);
    if (answer.url) {
      const link = document.createElement("code");
      link.textContent = answer.url;
      shown.append(link);
    }
    form.append(shown);
    code.focus();
  },
  async decided(form, answer) {
    const item = form.closest("[data-item]");
    const words = saidOf(answer);
    const note = document.createElement("p");
    note.className = "note";
    note.tabIndex = -1;
    note.setAttribute("role", "status");
    note.textContent = words;
    $$("form", item).forEach((other) => other.remove());
    item.classList.add("settled", "held");
    item.append(note);
    note.focus();
    // Long enough to be read; then what comes next takes its place.
    setTimeout(() => { item.classList.remove("held"); catchUp(); }, 6000);
    $("#waiting-count")?.remove();
    await refresh(["waiting-count", "open-tasks", "state"]);
  },
};

async function submit(event) {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  const submitter = event.submitter;
  const [method, pattern] = (submitter?.dataset.api ?? form.dataset.api).split(" ");
  const [then, ...rest] = (submitter?.dataset.then ?? form.dataset.then ?? "reload").split(" ");
  if (form.dataset.confirm && !(await asks(form.dataset.confirm))) return;
  const problem = problemOf(form);
  problem.textContent = "";
  const buttons = $$("button", form);
  buttons.forEach((button) => { button.disabled = true; });
  form.setAttribute("aria-busy", "true");
  try {
    await form.prepared?.();
    let body = read(form, submitter);
    form.adjusts?.(body);
    const path = pattern.replace(/\{([a-z-]+)\}/g, (_, name) => encodeURIComponent(form.elements[name].value));
    if (form.dataset.whole) body = body[form.dataset.whole];
    const answer = await ask(method, path, body);
    await follows[then](form, answer, rest.join(" "));
  } catch (fault) {
    if (form.matches("[data-sign-in]") && fault.answer?.code_needed) needCode(form);
    else problem.textContent = fault.message;
  } finally {
    form.removeAttribute("aria-busy");
    buttons.forEach((button) => { button.disabled = false; });
    if (problem.textContent) submitter?.focus();
  }
}
function needCode(form) {
  const label = $("[data-code]", form);
  label.hidden = false;
  problemOf(form).textContent = "This account has a second factor: its code is needed, too.";
  $("input", label).focus();
}

/* --- Keeping true ---------------------------------------------------------------------------------------------------- */
// Reads the page anew and takes over the parts that change by themselves; what somebody is busy with stays.
// What is asked for while it reads is read after that: what is on its way may be older.
let reading = null;
let again = null;
let behind = false;
function refresh(only) {
  if (!reading) return reading = readAnew(only).finally(() => { reading = null; });
  return again ??= reading.then(() => { again = null; return refresh(); });
}
async function readAnew(only) {
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of $$("[data-live]")) {
    if (!part.id || (only && !only.includes(part.id))) continue;
    const next = fresh.getElementById(part.id);
    if (!next) { if (part.id === "waiting-count") part.remove(); continue; }
    const busy = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, button, summary");
    const opened = $("details[open].because, form[aria-busy], .held", part);
    const changed = plain(next) !== part.wasRead && plain(next) !== plain(part);
    if (changed && (busy || opened)) {
      behind = true;
    } else if (changed) {
      const focused = part.contains(document.activeElement);
      part.replaceChildren(...document.adoptNode(next).childNodes);
      if (focused) {
        part.tabIndex = -1;
        part.focus({ preventScroll: true });
      }
      tick();
    }
    part.wasRead = plain(part);
  }
  const link = $('.rail a[href="/"]');
  const count = fresh.getElementById("waiting-count");
  if (link && count && !$("#waiting-count")) link.append(document.adoptNode(count));
}
// The content without what the passing of time alone changes.
function plain(part) {
  const copy = part.cloneNode(true);
  $$("time", copy).forEach((time) => {
    time.textContent = time.dateTime;
    time.removeAttribute("title");
  });
  return copy.innerHTML;
}
// What was held back while somebody was busy with it is taken over once they have left.
function catchUp() {
  if (!behind) return;
  behind = false;
  setTimeout(refresh);
}
function isWatched() {
  return document.visibilityState === "visible" && $("[data-poll]");
}
// The hub says when something changes; the page reads anew what it shows of it. What time alone changes is read now and then,
// and all is where the hub cannot tell.
let told = false;
let reads = 0;
let wait = 1000;
function listen() {
  if (!$("[data-poll]")) return;
  const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/api/v1/live`);
  socket.onopen = () => {
    for (const topic of ["tasks", "approvals"]) {
      socket.send(JSON.stringify({ do: "subscribe", id: topic, to: { topic, from: "now" } }));
    }
  };
  socket.onmessage = (message) => {
    // What changed while the page was on its way, or the hub was, is in no list that begins now.
    if (JSON.parse(message.data).type === "subscribed") {
      told = true;
      wait = 1000;
    }
    if (isWatched()) refresh();
  };
  socket.onclose = () => {
    told = false;
    setTimeout(listen, wait + Math.random() * wait);
    wait = Math.min(wait * 2, 60000);
  };
}
function poll() {
  reads += 1;
  if (isWatched() && (!told || reads % 8 === 0)) refresh();
}
function rough(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}
function tick() {
  const now = Date.now();
  for (const time of $$("time[datetime]")) {
    const at = new Date(time.dateTime);
    if ("clock" in time.dataset) {
      time.textContent = at.toLocaleTimeString();
      continue;
    }
    const seconds = (now - at.getTime()) / 1000;
    time.textContent = seconds < -1 ? `in ${rough(-seconds)}` : seconds < 5 ? "just now" : `${rough(seconds)} ago`;
    time.title = at.toLocaleString();
  }
}

/* --- A task as it happens ---------------------------------------------------------------------------------------------- */
function follow(list) {
  if (list.dataset.over === "true") return;
  const link = $("#link");
  const writing = $("#writing");
  const words = $("[data-writing]");
  let last = Number(list.dataset.after);
  const near = () => innerHeight + scrollY > document.body.scrollHeight - 160;
  const stay = (change) => { const end = near(); change(); if (end) scrollTo({ top: document.body.scrollHeight }); };
  const quiet = () => { words.textContent = ""; writing.hidden = true; };
  const source = new EventSource(`${list.dataset.stream}?after=${last}`);
  source.onopen = () => { link.textContent = "Live"; };
  source.onerror = () => {
    link.textContent = "The hub is away; this goes on by itself when it is back.";
    if (source.readyState === EventSource.CLOSED) {
      list.dataset.after = last;
      setTimeout(() => follow(list), 2000);
    }
  };
  source.addEventListener("entry", (event) => {
    const told = JSON.parse(event.data);
    last = Number(event.lastEventId) || last;
    if (told.html) stay(() => { quiet(); setEntry(list, told); });
    if (told.over) {
      source.close();
      link.textContent = "";
      list.dataset.over = "true";
      quiet();
    }
    if (told.head) refresh();
  });
  source.addEventListener("delta", (event) => stay(() => {
    writing.hidden = false;
    words.textContent += JSON.parse(event.data).text;
  }));
  source.addEventListener("spent", (event) => {
    const cost = $("[data-cost]");
    if (cost) cost.textContent = JSON.parse(event.data).cost;
  });
  source.addEventListener("delayed", (event) => { link.textContent = JSON.parse(event.data).message; });
}
function setEntry(list, told) {
  const made = new DOMParser().parseFromString(told.html, "text/html").body.firstElementChild;
  if (!made) return;
  const before = document.getElementById(told.id);
  if (!before) {
    list.append(made);
  } else {
    const folds = $$("details", before).map((fold) => fold.open);
    const focused = before.contains(document.activeElement);
    $$("details", made).forEach((fold, index) => { fold.open = folds[index] ?? false; });
    before.replaceWith(made);
    if (focused) $("summary, a", made)?.focus();
  }
  tick();
}

/* --- Asking for a task -------------------------------------------------------------------------------------------------- */
function prepareTask(form) {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const list = $("[data-file-list]", form);
  const drop = $(".drop", form);
  const files = [];
  const add = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name || "picture.png";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove ${name.textContent}`);
    const entry = { file, name: name.textContent, kept: null };
    remove.addEventListener("click", () => { files.splice(files.indexOf(entry), 1); item.remove(); });
    name.append(" ", remove);
    item.append(name);
    list.append(item);
    files.push(entry);
  };
  $("[data-files]", form).addEventListener("change", (event) => { [...event.target.files].forEach(add); event.target.value = ""; });
  form.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length) { event.preventDefault(); pasted.forEach(add); }
  });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    [...event.dataTransfer.files].forEach(add);
  });
  form.prepared = async () => {
    for (const entry of files) {
      entry.kept ??= await ask("POST", "/api/v1/files", {
        name: entry.name, media_type: entry.file.type || "application/octet-stream", content: await base64(entry.file),
      });
    }
  };
  form.adjusts = (body) => {
    body.key = key;
    body.place = `web:${key}`;
    body.attachments = files.map((entry) => entry.kept);
    if (body.conversation) body.project = null;
    body.priority ??= 0;
    body.not_before ??= null;
  };
}
function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => failed(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
function prepareProject(form) {
  const show = () => {
    const kind = form.elements["-kind"].value;
    $$("[data-when]", form).forEach((part) => { part.hidden = part.dataset.when !== kind; });
  };
  form.addEventListener("change", show);
  show();
  form.adjusts = (body) => {
    const kind = form.elements["-kind"].value;
    body.credential = kind ? { kind, ...body.credential } : null;
  };
}

/* --- What a link leads to is unfolded ----------------------------------------------------------------------------------- */
function unfold() {
  const fold = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (fold?.matches("details")) fold.open = true;
}

/* --- Without the hub ---------------------------------------------------------------------------------------------------- */
async function comeBack() {
  const answer = await fetch("/manifest.webmanifest", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.replace(location.pathname === "/away" ? "/" : location.href);
}

document.addEventListener("submit", submit);
document.addEventListener("focusout", catchUp);
document.addEventListener("click", (event) => { if (event.target.closest("[data-theme-switch]")) nextTheme(); });
$$("[data-from-hash]").forEach((field) => {
  if (location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  $("[name=password]", field.form).focus();
});
addEventListener("hashchange", unfold);
unfold();
showTheme();
sayWhatWasLeft();
tick();
setInterval(tick, 15000);
setInterval(poll, 4000);
listen();
document.addEventListener("visibilitychange", () => { if (isWatched()) refresh(); });
$$("#transcript[data-stream]").forEach(follow);
$$("[data-task-form]").forEach(prepareTask);
$$("[data-project-form]").forEach(prepareProject);
$$("[data-zone]").forEach((field) => { field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"; });
if ($("[data-away]")) setInterval(comeBack, 2000);
navigator.serviceWorker?.register("/worker.js").catch(() => { /* the pages do without it */ });
