// Pieces of the walk's screens. Words come from the page; nothing that was typed or sent becomes markup.
import { settles } from "./walk-store.js";
import { CLASSES } from "./walk-line.js";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== ""));
  return node;
}

export class Words {
  constructor(texts) { this.texts = texts; }
  say(key, values = {}) {
    return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), this.texts[key] ?? key);
  }
  walk(key, values) { return this.say(`node.walk.${key}`, values); }

  /** For a cell: the ordinary answer in few letters. */
  short(record) {
    const isOrdinary = record.disposition === "completed" && Object.keys(record.people).join() === "tested";
    return isOrdinary ? this.walk("tested", { people: record.people.tested }) : this.say(`node.disposition.${record.disposition}`);
  }

  answer(record) {
    const people = Object.entries(record.people ?? {}).filter(([, count]) => count > 0);
    if (!people.length) return this.say(`node.disposition.${record.disposition}`);
    if (record.disposition === "completed" && people.length === 1 && people[0][0] === "tested") {
      return this.say("node.door.all_tested", { people: people[0][1] });
    }
    return [this.say(`node.disposition.${record.disposition}`), ...people.map(([name, count]) => `${this.say(`node.people.${name}`)} ${count}`)].join(" ");
  }
}

/** A door with what the node said of it and what was recorded here. */
export function situation(door, own, finalPasses) {
  const last = own.at(-1);
  if (!last && door.elsewhere) return { mark: "⇄", key: "elsewhere", left: false, due: false };
  if (last?.state === "refused") return { mark: "✕", record: last, left: true, due: true };
  const disposition = last?.disposition ?? door.disposition;
  // As the registry says, until somebody is met there.
  const isShop = door.state === "not_dwelling" && (!disposition || disposition === "nobody_home");
  if (isShop && !last) return { mark: "–", disposition: "not_dwelling", left: false, due: false };
  if (!disposition) return { mark: "○", key: null, left: true, due: true };
  const passes = Math.max(door.passes, own.length);
  const left = !isShop && (disposition === "postponed" || (!settles(disposition) && passes < finalPasses));
  const due = !isShop && disposition !== "vacant" && disposition !== "not_dwelling";
  const disputed = !last && door.answers.length > 1;
  return { mark: disputed ? "◇" : last?.state === "waiting" ? "◔" : left ? "◐" : "●", record: last, disposition, left, due };
}

/** Every way to answer a door. `tell` gets the answer. */
export function answers(words, door, tell) {
  const everybody = (count) => tell({ disposition: "completed", people: { tested: count } });
  const counts = [1, 2, 3, 4, 5, 6].map((count) => el("button", { type: "button", onclick: () => everybody(count) }, String(count)));
  const choice = (disposition) => el("button", { type: "button", onclick: () => tell({ disposition }) }, words.say(`node.disposition.${disposition}`));
  const others = ["nobody_home", "postponed", "refused", "absent", "vacant", "moved", "not_dwelling", "not_found", "language", "other"];
  // Where nobody has said how many live there, or that anybody does, there is no ordinary answer to offer.
  const people = Math.max(1, door.registered ?? 0);
  const isUnlived = ["vacant", "not_dwelling"].includes(door.state);
  const ordinary = isUnlived ? unlived(words, door.state, tell) : door.registered === null ? [] : [
    el("button", { type: "button", class: "primary huge", id: "walk-ordinary", onclick: () => everybody(people) }, words.say("node.door.all_tested", { people }))];
  return el("div", { class: "walk-answers" }, ordinary,
    el("p", { class: "muted" }, words.walk("people")), el("div", { class: "counts" }, counts),
    el("div", { class: "quick form" }, others.map(choice)), detail(words, tell));
}

/** What the registry calls no household is confirmed with one tap. */
function unlived(words, state, tell) {
  return [el("p", {}, words.say("node.door.listed", { state: words.say(`node.household.${state}`) })),
    el("button", { type: "button", class: "primary huge", id: "walk-unlived", onclick: () => tell({ disposition: state }) }, words.say(`node.door.confirm.${state}`))];
}

function detail(words, tell) {
  const fields = Object.keys(CLASSES).map((name) =>
    el("label", {}, words.say(`node.people.${name}`), el("input", { name, type: "number", min: 0, max: 200, inputmode: "numeric" })));
  const problem = el("p", { class: "bad", role: "alert", hidden: true }, words.walk("nobody"));
  const send = (disposition) => () => {
    const people = {};
    for (const input of fields.map((label) => label.querySelector("input"))) if (input.value) people[input.name] = Number(input.value);
    const counts = Object.values(people);
    const isRight = counts.every((count) => Number.isInteger(count) && count >= 0 && count <= 200) && counts.some((count) => count > 0);
    problem.hidden = isRight;
    if (isRight) tell({ disposition, people });
  };
  const button = (disposition, look) => el("button", { type: "button", class: look, onclick: send(disposition) }, words.say(`node.disposition.${disposition}`));
  return el("details", {}, el("summary", {}, words.say("node.door.in_detail")), problem,
    el("div", { class: "form detail" }, fields, button("completed", "primary"), button("partial", "")));
}

/** A page over plain HTTP has no clipboard: what is selected is copied the old way, or by a long press. */
export function copyable(words, text) {
  const area = el("textarea", { readonly: true, rows: 6, id: "walk-line", "aria-label": words.walk("copy") });
  area.value = text;
  const button = el("button", { type: "button", class: "primary", id: "walk-copy" }, words.say("node.call.copy"));
  button.addEventListener("click", () => {
    area.focus();
    area.select();
    if (document.execCommand("copy")) button.textContent = words.say("node.call.copied");
  });
  return el("section", { class: "message" }, el("p", {}, words.walk("copy_how")), area, el("p", {}, button));
}
