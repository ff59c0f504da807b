// The walk: one building, one door after the other, with or without network. The list stands at no hash, a door at its own.
import { Store, settles, standing } from "./walk-store.js";
import { Queue, ask } from "./walk-queue.js";
import { line } from "./walk-line.js";
import { Words, answers, copyable, el, situation } from "./walk-view.js";

const main = document.getElementById("walk");
const names = JSON.parse(main.dataset.buildings);
const words = new Words(JSON.parse(main.dataset.words));
const codes = Object.keys(names).sort((a, b) => (parseInt(a, 10) || 0) - (parseInt(b, 10) || 0) || (a < b ? -1 : 1));
// The link of an invite says itself whose it is; a page of the desk has the session's cookie.
const token = location.pathname.match(/^[/]i[/]([0-9a-f]{32})$/)?.[1];
const headers = () => (token ? { authorization: `Invite ${token}` } : {});
const LOOK = 60_000;
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(`jiayuan-walk-${main.dataset.unit}`) : null;

let store, queue, device, building, records = [], all = [];
let code = codes[0], link = { kind: "idle" }, notice = null, correcting = null, shown = null;

async function start() {
  try {
    store = await Store.open(main.dataset.unit);
    await store.forget();
    device = invited() ?? await store.device();
  } catch {
    // A private window keeps nothing: better the plain forms than a promise.
    main.prepend(el("p", { class: "bad", role: "alert", id: "walk-no-store" }, words.walk("no_store")));
    return;
  }
  document.getElementById("walk-forms").remove();
  queue = new Queue(store, device, headers, (state) => {
    if (state.kind === "told") notice = state.notices.length ? { kind: "warn", text: state.notices.join(" ") } : notice;
    else link = state;
    tabs?.postMessage("records");
    refresh();
  });
  tabs?.addEventListener("message", () => refresh());
  addEventListener("hashchange", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });
  setInterval(() => { if (!document.hidden) load(); }, LOOK);
  await show();
  queue.send();
}

const invited = () => main.dataset.device || null;

/** The door and building that the address names. */
async function show() {
  const place = decodeURIComponent(location.hash.slice(1));
  window.scrollTo(0, 0);
  const asked = place.split("-")[0];
  if (codes.includes(asked)) code = asked;
  if (correcting && correcting.door !== place) correcting = null;
  await refresh();
  // Whoever uses the keyboard or listens goes on where the new screen begins.
  main.querySelector("h1")?.focus({ preventScroll: true });
  if (building?.building !== code || shown !== code) { shown = code; load(); }
}

/** Reads what the phone keeps and draws it. */
async function refresh() {
  building = await store.building(code) ?? null;
  all = await store.all();
  records = building ? await store.records(building.campaign, code) : [];
  draw();
}

/** The doors as the node has them, if it answers; what was kept stays if it doesn't. */
async function load() {
  try {
    const answer = await ask(`/api/v1/walk/${encodeURIComponent(code)}`, headers());
    const told = await answer.json();
    if (answer.status === 404) notice = { kind: "bad", text: words.walk(told.error === "campaign_unknown" ? "no_round" : "gone") };
    if (answer.status === 401) link = { kind: "pin" };
    if (answer.status === 403) link = { kind: "closed", message: [told.message, told.hint].filter(Boolean).join(" ") };
    if (answer.ok && Array.isArray(told.doors)) {
      await store.keepBuilding(told);
      renewPage();
      if (["away", "closed", "pin"].includes(link.kind)) link = { kind: "idle" };
      queue.send();
    }
  } catch {
    link = { kind: "away" };
  }
  await refresh();
}

/** The page's own copy in the browser counts its age from now: it has to open with the node away. */
function renewPage() {
  if (renewPage.done) return;
  renewPage.done = true;
  fetch(location.pathname + location.search, { cache: "reload" }).catch(() => { renewPage.done = false; });
}

// MARK: Drawing

let drawn = null;

/** What somebody is typing or copying is left alone: only what changed is drawn anew. */
function draw() {
  const door = building?.doors.find((one) => one.code === decodeURIComponent(location.hash.slice(1)));
  const seen = door ? own(door) : records;
  const key = JSON.stringify([location.hash, code, building?.at ?? 0, correcting, seen.map((record) => [record.id, record.state])]);
  const old = main.querySelector(".walk-screen");
  if (key === drawn && old) {
    renew(old.querySelector(".walk-state"), stateLine());
    renew(old.querySelector(".walk-notice"), noticeLine());
    return;
  }
  const copying = main.querySelector("#walk-copying")?.open && drawn && JSON.parse(drawn)[1] === code;
  drawn = key;
  old?.remove();
  main.append(door ? doorScreen(door) : buildingScreen());
  if (copying && !door) main.querySelector("#walk-copying")?.setAttribute("open", "");
}

/** A button that is replaced under a finger isn't pressed. */
function renew(old, fresh) {
  if (old.outerHTML !== fresh.outerHTML) old.replaceWith(fresh);
}

const own = (door) => {
  const kept = records.filter((record) => record.door === door.code);
  const live = new Set(standing(kept).map((record) => record.id));
  return kept.filter((record) => live.has(record.id) || record.state === "refused");
};

function stateLine() {
  const count = (state) => all.filter((record) => record.state === state).length;
  const [waiting, refused] = [count("waiting"), count("refused")];
  const parts = [el("p", { id: "walk-waiting", class: waiting ? "warn" : "ok" },
    waiting ? `◔ ${words.walk("waiting", { count: waiting })}` : `● ${words.walk("delivered", { count: count("sent") })}`)];
  if (link.kind === "away") parts.push(el("p", { class: "warn" }, words.walk("away")));
  if (link.kind === "sending") parts.push(el("p", { class: "muted" }, words.walk("sending")));
  if (link.kind === "pin") parts.push(el("p", { class: "bad", role: "alert" }, words.walk("pin"), " ", el("a", { href: "/pin" }, words.walk("enter"))));
  if (link.kind === "closed") parts.push(el("p", { class: "bad", role: "alert", id: "walk-closed" }, words.walk("closed"), " ", link.message));
  if (link.kind === "trouble") parts.push(el("p", { class: "bad", role: "alert" }, words.walk("trouble"), " ", link.message));
  if (refused) parts.push(el("p", { class: "bad", id: "walk-refused" }, `✕ ${words.walk("refused", { count: refused })}`));
  if (waiting) parts.push(el("button", { type: "button", id: "walk-send", onclick: () => queue.send(true) }, words.walk("send")));
  return el("section", { class: "walk-state", role: "status" }, parts);
}

function noticeLine() {
  if (!notice) return el("p", { class: "walk-notice", hidden: true });
  const change = notice.record && el("button", { type: "button", id: "walk-undo", "data-record": notice.record.id, onclick: () => undo(notice.record) }, words.walk("undo"));
  return el("p", { class: `walk-notice ${notice.kind}`, role: "status" }, notice.text, " ", change ?? "");
}

function buildingScreen() {
  const choose = codes.length > 1 && el("nav", { class: "walk-buildings" }, codes.map((one) =>
    el("a", { href: `#${one}`, "aria-current": one === code ? "page" : null }, names[one])));
  if (!building) {
    return el("section", { class: "walk-screen" }, choose || "", el("h1", {}, names[code]), noticeLine(), stateLine(),
      el("p", { class: "warn" }, words.walk("never_loaded")), el("button", { type: "button", onclick: load }, words.walk("resend")));
  }
  const doors = building.doors.map((door) => ({ door, at: situation(door, own(door), building.final_passes) }));
  const left = doors.filter(({ at }) => at.left).length;
  const due = doors.filter(({ at }) => at.due).length;
  const units = [...new Set(building.doors.map((door) => door.stair_unit))];
  const cell = ({ door, at }) => el("a", { class: `walk-door ${at.left ? "left" : "done"}`, href: `#${door.code}` },
    el("strong", {}, door.room), el("small", {}, `${at.mark} `, at.record ? words.short(at.record) : words.say(`node.disposition.${at.disposition ?? "unvisited"}`)));
  const text = line(building, records, device);
  return el("section", { class: "walk-screen" }, choose || "",
    el("h1", { tabindex: -1 }, `${names[code]} · `, el("span", { id: "walk-left" }, words.walk("left", { left, doors: due }))),
    noticeLine(), stateLine(),
    units.map((unit) => el("section", {}, el("h2", {}, words.say("node.stair_unit", { unit })),
      el("div", { class: "walk-doors" }, doors.filter(({ door }) => door.stair_unit === unit).map(cell)))),
    text ? el("details", { id: "walk-copying" }, el("summary", {}, words.walk("copy")), copyable(words, text), again()) : "",
    el("p", { class: "muted" }, words.walk("loaded", { at: clock(building.at) })));
}

function doorScreen(door) {
  const mine = own(door);
  const last = mine.at(-1);
  const before = !last && door.disposition;
  const earlier = before && el("p", { class: "muted" }, words.walk("earlier", { what: words.say(`node.disposition.${before}`) }));
  const isOthers = before && settles(before) && !building.own?.[door.code];
  const head = el("h1", { tabindex: -1 }, `${words.say("node.stair_unit", { unit: door.stair_unit })} ${door.room}`);
  return el("section", { class: "walk-screen" }, el("p", {}, el("a", { href: `#${code}` }, `← ${names[code]}`)),
    noticeLine(), head, earlier || "", isOthers ? el("p", { class: "warn", id: "walk-others" }, words.walk("others")) : "", door.elsewhere ? el("p", { class: "warn" }, words.walk("elsewhere")) : "",
    last ? ownLine(last) : "", answers(words, door, (answer) => record(door, answer)), stateLine());
}

function ownLine(last) {
  const key = { waiting: "kept", sent: "here", refused: "not_kept" }[last.state];
  const again = last.state === "refused" && el("button", { type: "button", onclick: () => resend(last) }, words.walk("resend"));
  return el("p", { class: last.state === "refused" ? "bad" : "ok", id: "walk-own" }, `${words.answer(last)} · ${words.walk(key)} `,
    last.reason ?? "", again || "", " ", last.state === "refused" || correcting?.id === last.id
      ? words.walk("replaced") : el("button", { type: "button", id: "walk-change", onclick: () => correct(last) }, words.walk("change")));
}

/** For a node that came back from an older copy of itself: what it still has is counted once. */
function again() {
  const sent = all.filter((record) => record.state === "sent").map((record) => record.id);
  return el("p", {}, words.walk("again_why"), " ", el("button", { type: "button", id: "walk-again", disabled: !sent.length, onclick: async () => {
    await store.note(sent, () => ({ state: "waiting" }));
    await refresh();
    queue.send();
  } }, words.walk("again")));
}

// As everywhere on these pages: a phone may be set to another zone.
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });

// MARK: Recording

/** One tap: the next open door comes up only once the phone has said that it keeps this one. */
async function record(door, answer) {
  if (!door || record.busy) return;
  record.busy = true;
  try {
    const kept = await store.add(building, door, answer, correcting?.id);
    correcting = null;
    notice = { kind: "ok", record: kept, text: `${door.code} ${words.answer(kept)} · ${words.walk("kept")}` };
  } catch {
    notice = { kind: "bad", text: `${door.code}: ${words.walk("not_saved")}` };
    return refresh();
  } finally {
    record.busy = false;
  }
  tabs?.postMessage("records");
  // Not under somebody who has gone on meanwhile.
  if (location.hash === `#${door.code}`) next(door);
  await refresh();
  queue.send();
}

function next(door) {
  const doors = building.doors;
  const from = doors.findIndex((one) => one.code === door.code);
  const rest = [...doors.slice(from + 1), ...doors.slice(0, from)].filter((one) => one.stair_unit === door.stair_unit);
  const open = rest.find((one) => situation(one, own(one), building.final_passes).left && !own(one).length);
  location.hash = open ? open.code : code;
}

/** What was never sent is taken out again; anything else is answered anew, and the new answer takes the old one back. */
async function undo(last) {
  const gone = await store.withdraw(last.id);
  notice = gone ? { kind: "ok", text: `${last.door} ${words.walk("undone")}` } : null;
  correcting = gone ? null : { id: last.id, door: last.door };
  tabs?.postMessage("records");
  if (location.hash === `#${last.door}`) await refresh();
  else location.hash = last.door;
}

function correct(last) {
  correcting = { id: last.id, door: last.door };
  refresh();
}

async function resend(last) {
  await store.note([last.id], () => ({ state: "waiting", reason: null }));
  await refresh();
  queue.send();
}

start();
